/* AVX2 with FMA: 8 floats, 16 registers. */
#ifndef LIANJIN_COMPUTE_ISA_AVX2_H
#define LIANJIN_COMPUTE_ISA_AVX2_H

#include <immintrin.h>

#define LJ_W 8       /* floats of a vector */
#define LJ_TILE_M 6  /* rows of a product's tile: 6 x 2 sums, 2 vectors of B, 1 broadcast: 15 of 16 registers */
#define LJ_TILE_V 2  /* vectors of its width */
#define LJ_WIDE_V 8  /* vectors of the tile of one row: as many chains as hide the latency of fma */
#define LJ_BLOCK 8   /* side of a block that transposes in registers */

#include "compute/vector.h"

static inline vf vload(const float *p)
{
    return (vf)_mm256_loadu_ps(p);
}
static inline void vstore(float *p, vf x)
{
    _mm256_storeu_ps(p, (__m256)x);
}
static inline vf vset1(float x)
{
    return (vf)_mm256_set1_ps(x);
}
static inline vf vfma(vf a, vf b, vf c)
{
    return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}
static inline vf vsqrt(vf x)
{
    return (vf)_mm256_sqrt_ps((__m256)x);
}
static inline vf vselect(vi mask, vf yes, vf no)
{
    return (vf)_mm256_blendv_ps((__m256)no, (__m256)yes, (__m256)mask);
}
/* x < 0 ? +0 : x, which keeps -0 and NaN: maxps gives its second operand then. */
static inline vf vrelu(vf x)
{
    return (vf)_mm256_max_ps(_mm256_setzero_ps(), (__m256)x);
}

static inline __m256i lj_first_lanes(int64_t n)
{
    static const int32_t ones[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
    return _mm256_loadu_si256((const __m256i *)(const void *)(ones + 8 - n));
}
/* The first n of LJ_W floats, 0 < n < LJ_W; the other lanes are +0, and their memory is not touched. */
static inline vf vload_n(const float *p, int64_t n)
{
    return (vf)_mm256_maskload_ps(p, lj_first_lanes(n));
}
/* By halves: vmaskmovps to memory is microcode on AMD. */
static inline void vstore_n(float *p, vf x, int64_t n)
{
    __m128 part = _mm256_castps256_ps128((__m256)x);
    if (n & 4) {
        _mm_storeu_ps(p, part);
        part = _mm256_extractf128_ps((__m256)x, 1);
        p += 4;
    }
    if (n & 2) {
        _mm_storel_pi((__m64 *)(void *)p, part);
        part = _mm_movehl_ps(part, part);
        p += 2;
    }
    if (n & 1)
        _mm_store_ss(p, part);
}

/* Products of the lower halves of 64-bit lanes. */
static inline vq vmul32(vq a, vq b)
{
    return (vq)_mm256_mul_epu32((__m256i)a, (__m256i)b);
}

#endif
