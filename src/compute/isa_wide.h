/*
 * Vectors of 64 bytes on a machine without AVX-512: the shapes of isa_avx512.h
 * over two AVX2 halves. Built for tests only, so that the logic at width 16 is
 * proved everywhere.
 */
#ifndef LIANJIN_COMPUTE_ISA_WIDE_H
#define LIANJIN_COMPUTE_ISA_WIDE_H

#include <immintrin.h>

#define LJ_W 16
#define LJ_TILE_M 12
#define LJ_TILE_V 2
#define LJ_WIDE_V 8
#define LJ_BLOCK 8

#include "compute/vector.h"

typedef union lj_halves {
    vf whole;
    __m256 half[2];
} lj_halves;

static inline vf vload(const float *p)
{
    return *(const vf_unaligned *)p;
}
static inline void vstore(float *p, vf x)
{
    *(vf_unaligned *)p = x;
}
static inline vf vset1(float x)
{
    return (vf){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
}
static inline vf vfma(vf a, vf b, vf c)
{
    const lj_halves x = {.whole = a}, y = {.whole = b}, z = {.whole = c};
    const lj_halves out = {.half = {_mm256_fmadd_ps(x.half[0], y.half[0], z.half[0]),
                                    _mm256_fmadd_ps(x.half[1], y.half[1], z.half[1])}};
    return out.whole;
}
static inline vf vsqrt(vf x)
{
    const lj_halves a = {.whole = x};
    const lj_halves out = {.half = {_mm256_sqrt_ps(a.half[0]), _mm256_sqrt_ps(a.half[1])}};
    return out.whole;
}
static inline vf vselect(vi mask, vf yes, vf no)
{
    return (vf)((mask & (vi)yes) | (~mask & (vi)no));
}
static inline vf vrelu(vf x)
{
    return (vf)((vi)x & ~(vi)(x < vset1(0.0F)));
}
static inline vf vload_n(const float *p, int64_t n)
{
    float lanes[16] = {0.0F};
    memcpy(lanes, p, (size_t)n * sizeof(float));
    return vload(lanes);
}
static inline void vstore_n(float *p, vf x, int64_t n)
{
    float lanes[16];
    vstore(lanes, x);
    memcpy(p, lanes, (size_t)n * sizeof(float));
}
static inline vq vmul32(vq a, vq b)
{
    return (a & 0xffffffffU) * (b & 0xffffffffU);
}

#endif
