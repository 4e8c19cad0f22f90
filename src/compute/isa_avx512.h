/* AVX-512 (F, BW, DQ, VL): 16 floats, 32 registers, masks. */
#ifndef LIANJIN_COMPUTE_ISA_AVX512_H
#define LIANJIN_COMPUTE_ISA_AVX512_H

#include <immintrin.h>

#define LJ_W 16
#define LJ_TILE_M 12 /* 12 x 2 sums, 2 vectors of B, broadcasts from memory: 27 of 32 registers */
#define LJ_TILE_V 2
#define LJ_WIDE_V 8
#define LJ_BLOCK 8

#include "compute/vector.h"

static inline vf vload(const float *p)
{
    return (vf)_mm512_loadu_ps(p);
}
static inline void vstore(float *p, vf x)
{
    _mm512_storeu_ps(p, (__m512)x);
}
static inline vf vset1(float x)
{
    return (vf)_mm512_set1_ps(x);
}
static inline vf vfma(vf a, vf b, vf c)
{
    return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}
static inline vf vsqrt(vf x)
{
    return (vf)_mm512_sqrt_ps((__m512)x);
}
static inline vf vselect(vi mask, vf yes, vf no)
{
    return (vf)_mm512_mask_blend_ps(_mm512_movepi32_mask((__m512i)mask), (__m512)no, (__m512)yes);
}
/* One comparison into a mask register: vselect of a comparison takes a way through a vector with gcc. */
#define LJ_HAS_VIF_LESS 1
static inline vf vif_less(vf a, vf b, vf yes, vf no)
{
    return (vf)_mm512_mask_blend_ps(_mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LT_OQ), (__m512)no, (__m512)yes);
}
static inline vf vrelu(vf x)
{
    return (vf)_mm512_max_ps(_mm512_setzero_ps(), (__m512)x);
}
static inline vf vload_n(const float *p, int64_t n)
{
    return (vf)_mm512_maskz_loadu_ps((__mmask16)((1U << n) - 1U), p);
}
static inline void vstore_n(float *p, vf x, int64_t n)
{
    _mm512_mask_storeu_ps(p, (__mmask16)((1U << n) - 1U), (__m512)x);
}
static inline vq vmul32(vq a, vq b)
{
    return (vq)_mm512_mul_epu32((__m512i)a, (__m512i)b);
}

#endif
