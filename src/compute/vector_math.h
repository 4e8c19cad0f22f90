/*
 * Elementary functions over vectors: the only source of their float32 versions,
 * scalar ones included (lane 0). Polynomials are minimax fits (Sollya's
 * fpminimax) over fma; the errors stated are the largest of all float32 inputs
 * (tests/compute/test_math.c).
 */
#ifndef LIANJIN_COMPUTE_VECTOR_MATH_H
#define LIANJIN_COMPUTE_VECTOR_MATH_H

#include "compute/kernel.h"

#define V_INFINITY vset1(__builtin_inff())
#define V_NAN vset1(__builtin_nanf(""))

typedef uint32_t vu __attribute__((vector_size(LJ_W * 4)));

/* c[0] x^(n-1) + ... + c[n-1] */
LJ_INLINE vf vhorner(vf x, const float *c, const int n)
{
    vf y = vset1(c[0]);
    LJ_UNROLL
    for (int i = 1; i < n; i++)
        y = vfma(y, x, vset1(c[i]));
    return y;
}

LJ_INLINE vf vabs(vf x)
{
    return (vf)((vi)x & 0x7fffffff);
}
/* The magnitude of x with the sign of `sign`, where x has no sign yet. */
LJ_INLINE vf vsigned(vf x, vf sign)
{
    return (vf)((vi)x | ((vi)sign & (int32_t)0x80000000));
}
/* A NaN of x is kept. */
LJ_INLINE vf vat_most(vf x, float limit)
{
    return vif_less(vset1(limit), x, vset1(limit), x);
}
LJ_INLINE vf vat_least(vf x, float limit)
{
    return vif_less(x, vset1(limit), vset1(limit), x);
}
/* 2^n for -126 <= n <= 127 */
LJ_INLINE vf vpower_of_two(vi n)
{
    return (vf)(((vu)n + 127U) << 23);
}

/* x = n ln 2 + r with |r| <= ln 2 / 2; returns exp(r) - 1 = r + r^2 q(r). x is within +-200, or NaN (any n). */
LJ_INLINE vf vexp_reduced(vf x, vi *n)
{
    static const float q[] = {0x1.6cb262p-10F, 0x1.121072p-7F, 0x1.555568p-5F, 0x1.5554d8p-3F, 0x1p-1F};
    const vf magic = vset1(0x1.8p23F); /* adding it rounds to the nearest integer */
    const vf shifted = vfma(x, vset1(0x1.715476p0F), magic);
    const vf whole = shifted - magic;
    const vf r = vfma(whole, vset1(-0x1.7f7d1cp-20F), vfma(whole, vset1(-0x1.62e4p-1F), x));
    *n = (vi)((vu)shifted - (vu)magic); /* without a sign: any bits may stand there for a NaN */
    return vfma(r * r, vhorner(r, q, 5), r);
}

/* x is at most 89, or NaN */
LJ_INLINE vf vexp_of_small(vf x)
{
    vi n;
    const vf r = vexp_reduced(vat_least(x, -104.0F), &n);
    const vi half = n >> 1; /* in two factors: 2^n may be subnormal or too large */
    return ((r + vset1(1.0F)) * vpower_of_two(half)) * vpower_of_two(n - half);
}

LJ_INLINE vf vexp(vf x)
{
    return vexp_of_small(vat_most(x, 89.0F));
}

LJ_INLINE vf vexpm1(vf x)
{
    vi n;
    const vf r = vexp_reduced(vat_least(vat_most(x, 89.0F), -18.0F), &n);
    const vf half_scale = vpower_of_two(n - 1);
    const vf y = vfma(half_scale, r, half_scale - vset1(0.5F));
    return vselect((vi)(vabs(x) < vset1(0x1p-60F)), x, y + y);
}

/* log((1 + f) 2^e), f in [sqrt(1/2) - 1, sqrt(2) - 1] */
LJ_INLINE vf vlog_reduced(vf f, vf e)
{
    static const float q[] = {0x1.2cb776p-4F, -0x1.ddc016p-4F, 0x1.dc7adp-4F, -0x1.fbbddp-4F, 0x1.23ddf4p-3F,
                              -0x1.55628cp-3F, 0x1.999d2cp-3F, -0x1.ffffe6p-3F, 0x1.555554p-2F};
    const vf square = f * f;
    vf y = (vhorner(f, q, 9) * f) * square;
    y = vfma(e, vset1(0x1.7f7d1cp-20F), y);
    y = vfma(square, vset1(-0.5F), y);
    return vfma(e, vset1(0x1.62e4p-1F), f + y);
}

/* x = m 2^e, m in [sqrt(1/2), sqrt(2)); x is positive, finite, not subnormal. */
LJ_INLINE vf vsplit(vf x, vi *e)
{
    *e = (vi)((vu)x - 0x3f3504f3U) >> 23;
    return (vf)((vu)x - ((vu)*e << 23));
}

/* What log gives outside the finite positive numbers. */
LJ_INLINE vf vlog_special(vf x, vf y)
{
    y = vselect((vi)(x == vzero()), -V_INFINITY, y);
    y = vselect((vi)(x < vzero()), V_NAN, y);
    return vselect((vi)(x == V_INFINITY) | (vi)(x != x), x, y);
}

LJ_INLINE vf vlog(vf x)
{
    const vi is_small = (vi)(x < vset1(0x1p-126F));
    vi e;
    const vf m = vsplit(vselect(is_small, x * vset1(0x1p23F), x), &e);
    const vf exponent = __builtin_convertvector(e, vf) - (vf)(is_small & (vi)vset1(23.0F));
    return vlog_special(x, vlog_reduced(m - vset1(1.0F), exponent));
}

LJ_INLINE vf vlog1p(vf x)
{
    const vf one = vset1(1.0F);
    const vf u = one + x;
    const vf rest = x - (u - one); /* exact where it matters: u + rest = 1 + x */
    vi e;
    const vf m = vsplit(u, &e);
    const vi is_large = (vi)(e > 60); /* there rest is 0 beside u */
    const vf f = vfma(rest, vpower_of_two(-((e & ~is_large) | (60 & is_large))), m - one);
    const vf y = vlog_special(u, vlog_reduced(f, __builtin_convertvector(e, vf)));
    return vselect((vi)(vabs(x) < vset1(0x1p-26F)), x, y);
}

LJ_INLINE vf vtanh(vf x)
{
    static const float q[] = {0x1.2f5dd8p-9F,  -0x1.12c6fep-7F, 0x1.650d88p-6F,
                              -0x1.ba143ap-5F, 0x1.11112ap-3F,  -0x1.555556p-2F};
    const vf a = vabs(x);
    const vf z = x * x;
    const vf small = vfma(a * z, vhorner(z, q, 6), a);
    vi n; /* from a + a = 40 on the result is 1 */
    const vf r = vexp_reduced(vat_most(a + a, 40.0F), &n);
    const vf large = vset1(1.0F) - vset1(2.0F) / ((r + vset1(1.0F)) * vpower_of_two(n) + vset1(1.0F));
    return vsigned(vif_less(a, vset1(0.625F), small, large), x);
}

LJ_INLINE vf vsigmoid(vf x)
{
    const vf one = vset1(1.0F);
    const vf e = vexp_of_small(-vabs(x));
    const vf below = one + e;
    const vf lost = e - (below - one); /* what the sum rounded away, exact */
    const vf y = vif_less(x, vzero(), e, one) / below;
    const vf inverse = vif_less(x, vzero(), one - y, y); /* 1 / below */
    return vfma(-(y * lost), inverse, y);
}

LJ_INLINE vf vsoftplus(vf x)
{
    return vrelu(x) + vlog1p(vexp(-vabs(x)));
}

LJ_INLINE vf verf(vf x)
{
    static const float p[] = {0x1.592406p-14F, -0x1.a92772p-11F, 0x1.54a912p-8F, -0x1.b80b68p-6F,
                              0x1.ce2de2p-4F,  -0x1.812742p-2F,  0x1.06eba8p-3F};
    /* -log(1 - erf(t)) = t + t q(t) */
    static const float q[] = {-0x1.b9e716p-21F, 0x1.00a942p-15F, -0x1.eeff36p-12F, 0x1.136b84p-8F,
                              -0x1.984496p-6F,  0x1.b8a44ap-4F,  0x1.44c744p-1F,   0x1.07e3d4p-3F};
    const vf a = vabs(x);
    const vf t = vat_most(a, 3.95F);
    const vf small = vfma(a, vhorner(a * a, p, 7), a);
    const vf large = vset1(1.0F) - vexp(-vfma(t, vhorner(t, q, 8), t));
    return vsigned(vselect((vi)(a < vset1(0.93F)), small, large), x);
}

/* sin(x + quarter pi / 2). Cody and Waite's reduction in three parts: exact products by fma for |x| <= 65536. */
LJ_INLINE vf vsine(vf x, int32_t quarter)
{
    static const float s[] = {0x1.862dbcp-19F, -0x1.a07f88p-13F, 0x1.111196p-7F, -0x1.555556p-3F};
    static const float c[] = {-0x1.55bdc8p-22F, 0x1.a0ec4ap-16F, -0x1.6c17cep-10F, 0x1.555556p-5F};
    const vf magic = vset1(0x1.8p23F);
    const vf near = vselect((vi)(vabs(x) > vset1(65536.0F)), x * vzero(), x);
    const vf shifted = vfma(near, vset1(0x1.45f306p-1F), magic);
    const vf whole = shifted - magic;
    const vi n = (vi)((vu)shifted - (vu)magic + (uint32_t)quarter);
    vf r = vfma(whole, vset1(-0x1.921fb6p0F), near);
    r = vfma(whole, vset1(0x1.777a5cp-25F), r);
    r = vfma(whole, vset1(0x1.ee59dap-50F), r);
    const vf z = r * r;
    const vf sine = vfma(r * z, vhorner(z, s, 4), r);
    const vf cosine = vfma(z * z, vhorner(z, c, 4), vfma(z, vset1(-0.5F), vset1(1.0F)));
    const vf y = vselect((vi)((n & 1) != 0), cosine, sine);
    return (vf)((vi)y ^ (vi)((vu)(n & 2) << 30));
}

LJ_INLINE vf vsin(vf x)
{
    return vselect((vi)(vabs(x) < vset1(0x1p-13F)), x, vsine(x, 0)); /* keeps -0 */
}
LJ_INLINE vf vcos(vf x)
{
    return vsine(x, 1);
}

/* ---- activations, and their derivatives times dy ---- */

#define SELU_SCALE 1.0507009873554805F
#define SELU_ALPHA 1.6732632423543772F
#define SQRT_HALF 0.70710678118654752F
#define INVERSE_SQRT_TWO_PI 0.39894228040143268F

LJ_INLINE vf vlinear(vf x)
{
    return x;
}
LJ_INLINE vf vleaky_relu(vf x)
{
    return vselect((vi)(x < vzero()), x * vset1(0.01F), x);
}
LJ_INLINE vf velu(vf x)
{
    return vselect((vi)(x > vzero()), x, vexpm1(x));
}
LJ_INLINE vf vselu(vf x)
{
    return vset1(SELU_SCALE) * vselect((vi)(x > vzero()), x, vset1(SELU_ALPHA) * vexpm1(x));
}
/* x Phi(x) = h + h erf(x / sqrt 2) with h = x / 2 */
LJ_INLINE vf vgelu(vf x)
{
    const vf half = x * vset1(0.5F);
    return vfma(half, verf(x * vset1(SQRT_HALF)), half);
}
LJ_INLINE vf vsilu(vf x)
{
    return x * vsigmoid(x);
}

/* dy f'(x): from y = f(x), but for gelu and silu from x. */
LJ_INLINE vf vlinear_grad(vf y, vf dy)
{
    (void)y;
    return dy;
}
LJ_INLINE vf vrelu_grad(vf y, vf dy)
{
    return (vf)((vi)(y > vzero()) & (vi)dy);
}
LJ_INLINE vf vleaky_relu_grad(vf y, vf dy)
{
    return vselect((vi)(y > vzero()), dy, dy * vset1(0.01F));
}
LJ_INLINE vf velu_grad(vf y, vf dy)
{
    return vselect((vi)(y > vzero()), dy, dy * (y + vset1(1.0F)));
}
LJ_INLINE vf vselu_grad(vf y, vf dy)
{
    const vf scale = vset1(SELU_SCALE);
    return dy * vselect((vi)(y > vzero()), scale, y + vset1(SELU_SCALE * SELU_ALPHA));
}
LJ_INLINE vf vgelu_grad(vf x, vf dy)
{
    const vf half = vset1(0.5F);
    const vf phi = vset1(INVERSE_SQRT_TWO_PI) * vexp(-(half * x) * x);
    const vf cdf = vfma(half, verf(x * vset1(SQRT_HALF)), half);
    return dy * vfma(x, phi, cdf);
}
LJ_INLINE vf vsilu_grad(vf x, vf dy)
{
    const vf s = vsigmoid(x);
    return dy * (s * vfma(x, vset1(1.0F) - s, vset1(1.0F)));
}
LJ_INLINE vf vtanh_grad(vf y, vf dy)
{
    return dy * vfma(-y, y, vset1(1.0F));
}
LJ_INLINE vf vsigmoid_grad(vf y, vf dy)
{
    return dy * (y * (vset1(1.0F) - y));
}
/* sigmoid(x) = 1 - exp(-y) */
LJ_INLINE vf vsoftplus_grad(vf y, vf dy)
{
    return dy * -vexpm1(-y);
}

#endif
