/*
 * Plain C over vector types of 16 bytes. Where the compiler has no fma
 * instruction for the target, fma is made of double arithmetic with the same
 * bits: the product is exact in double, the sum is rounded to odd, and then to
 * float (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums:
 * proved algorithms using rounding to odd", IEEE Trans. Computers 57, 2008).
 */
#ifndef LIANJIN_COMPUTE_ISA_GENERIC_H
#define LIANJIN_COMPUTE_ISA_GENERIC_H

#define LJ_W 4
#define LJ_TILE_M 4
#define LJ_TILE_V 2
#define LJ_WIDE_V 2
#define LJ_BLOCK 4

#include "compute/vector.h"

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
    return (vf){x, x, x, x};
}

#if defined(__FP_FAST_FMAF)
static inline vf vfma(vf a, vf b, vf c)
{
    return (vf){__builtin_fmaf(a[0], b[0], c[0]), __builtin_fmaf(a[1], b[1], c[1]), __builtin_fmaf(a[2], b[2], c[2]),
                __builtin_fmaf(a[3], b[3], c[3])};
}
#else
typedef float lj_half __attribute__((vector_size(8)));
typedef double lj_double2 __attribute__((vector_size(16)));
typedef int64_t lj_long2 __attribute__((vector_size(16)));

static inline lj_half lj_half_fma(lj_half a, lj_half b, lj_half c)
{
    const lj_double2 product = __builtin_convertvector(a, lj_double2) * __builtin_convertvector(b, lj_double2);
    const lj_double2 addend = __builtin_convertvector(c, lj_double2);
    const lj_double2 sum = product + addend;
    const lj_double2 part = sum - product;
    const lj_double2 error = (product - (sum - part)) + (addend - part); /* NaN for infinities: no correction */
    const lj_double2 zero = {0.0, 0.0};
    const lj_long2 one = {1, 1};
    const lj_long2 up = (lj_long2)(error > zero);
    const lj_long2 down = (lj_long2)(error < zero);
    const lj_long2 away = (up & (lj_long2)(sum > zero)) | (down & (lj_long2)(sum < zero)); /* to a greater magnitude */
    const lj_long2 even = ((lj_long2)sum & one) - one;                                     /* all ones if even */
    const lj_long2 move = (up | down) & even;
    const lj_long2 odd = (lj_long2)sum + (move & ((away & (one + one)) - one));
    return __builtin_convertvector((lj_double2)odd, lj_half);
}
static inline vf vfma(vf a, vf b, vf c)
{
    const lj_half low = lj_half_fma(__builtin_shufflevector(a, a, 0, 1), __builtin_shufflevector(b, b, 0, 1),
                                    __builtin_shufflevector(c, c, 0, 1));
    const lj_half high = lj_half_fma(__builtin_shufflevector(a, a, 2, 3), __builtin_shufflevector(b, b, 2, 3),
                                     __builtin_shufflevector(c, c, 2, 3));
    return __builtin_shufflevector(low, high, 0, 1, 2, 3);
}
#endif

static inline vf vsqrt(vf x)
{
    return (vf){__builtin_sqrtf(x[0]), __builtin_sqrtf(x[1]), __builtin_sqrtf(x[2]), __builtin_sqrtf(x[3])};
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
    return (a & 0xffffffffU) * (b & 0xffffffffU);
}

#endif
