/* AArch64 Advanced SIMD: 4 floats, 32 registers. */
#ifndef LIANJIN_COMPUTE_ISA_NEON_H
#define LIANJIN_COMPUTE_ISA_NEON_H

#include <arm_neon.h>

#define LJ_W 4
#define LJ_TILE_M 6 /* 6 x 4 sums, 4 vectors of B, broadcasts: 29 or 30 of 32 registers */
#define LJ_TILE_V 4
#define LJ_WIDE_V 16
#define LJ_BLOCK 4

#include "compute/vector.h"

static inline vf vload(const float *p)
{
    return (vf)vld1q_f32(p);
}
static inline void vstore(float *p, vf x)
{
    vst1q_f32(p, (float32x4_t)x);
}
static inline vf vset1(float x)
{
    return (vf)vdupq_n_f32(x);
}
static inline vf vfma(vf a, vf b, vf c)
{
    return (vf)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}
static inline vf vsqrt(vf x)
{
    return (vf)vsqrtq_f32((float32x4_t)x);
}
static inline vf vselect(vi mask, vf yes, vf no)
{
    return (vf)vbslq_f32((uint32x4_t)mask, (float32x4_t)yes, (float32x4_t)no);
}
static inline vf vrelu(vf x)
{
    return (vf)((vi)x & ~(vi)(x < vset1(0.0F)));
}
static inline vf vload_n(const float *p, int64_t n)
{
    float lanes[4] = {0.0F, 0.0F, 0.0F, 0.0F};
    memcpy(lanes, p, (size_t)n * sizeof(float));
    return vload(lanes);
}
static inline void vstore_n(float *p, vf x, int64_t n)
{
    float lanes[4];
    vstore(lanes, x);
    memcpy(p, lanes, (size_t)n * sizeof(float));
}
static inline vq vmul32(vq a, vq b)
{
    return (vq)vmull_u32(vmovn_u64((uint64x2_t)a), vmovn_u64((uint64x2_t)b));
}

#endif
