/*
 * Elementary functions in double, for statistics of preparation and evaluation.
 * Polynomials are minimax fits (Sollya's fpminimax; those of the normal tail by
 * Chebyshev interpolation in 60 digits) over fma.
 */
#include <math.h>

#include "compute/kernel.h"

static inline double fma_d(double a, double b, double c)
{
    return __builtin_fma(a, b, c);
}

/* c[0] x^(n-1) + ... + c[n-1] */
LJ_INLINE double horner(double x, const double *c, const int n)
{
    double y = c[0];
    LJ_UNROLL
    for (int i = 1; i < n; i++)
        y = fma_d(y, x, c[i]);
    return y;
}

static inline uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof(bits));
    return bits;
}
static inline double of_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof(x));
    return x;
}
/* 2^n for -1022 <= n <= 1023 */
static inline double power_of_two(int64_t n)
{
    return of_bits((uint64_t)(n + 1023) << 52);
}

#define LN2_HIGH 0x1.62e42fefap-1 /* 36 bits: whole numbers up to 2^17 times it are exact */
#define LN2_LOW 0x1.cf79abc9e3b3ap-40

/* x + low = n ln 2 + r; returns exp(r) - 1. x within +-800, low tiny beside it. */
static double exp_reduced(double x, double low, int64_t *n)
{
    static const double c[] = {0x1.1f7d5f46c7393p-29, 0x1.af405ed7e7b98p-26, 0x1.27e4d5efee0bp-22,
                               0x1.71de09b0cd50bp-19, 0x1.a01a01a8bbad6p-16, 0x1.a01a01a923ecp-13,
                               0x1.6c16c16c15f17p-10, 0x1.11111111106e7p-7,  0x1.5555555555556p-5,
                               0x1.5555555555556p-3};
    const double shifted = fma_d(x, 0x1.71547652b82fep0, 0x1.8p52); /* rounds to the nearest integer */
    const double whole = shifted - 0x1.8p52;
    const double high = fma_d(whole, -LN2_HIGH, x);
    const double r = fma_d(whole, -LN2_LOW, high) + low;
    *n = (int64_t)(bits_of(shifted) - bits_of(0x1.8p52));
    return fma_d(r * r, fma_d(r, horner(r, c, 10), 0.5), r);
}

static double exp_of(double x, double low)
{
    if (!(x > -746.0))
        return isnan(x) ? x : 0.0;
    if (x > 710.0)
        return INFINITY;
    int64_t n;
    const double r = exp_reduced(x, low, &n);
    const int64_t half = n >> 1; /* in two factors: 2^n may be subnormal or too large */
    return ((1.0 + r) * power_of_two(half)) * power_of_two(n - half);
}

double LJ_NAME(exp_d)(double x)
{
    return exp_of(x, 0.0);
}

double LJ_NAME(expm1_d)(double x)
{
    if (fabs(x) < 0x1p-60 || isnan(x))
        return x;
    if (x < -40.0)
        return -1.0;
    if (x > 710.0)
        return INFINITY;
    int64_t n;
    const double r = exp_reduced(x, 0.0, &n);
    const double half_scale = power_of_two(n - 1);
    return 2.0 * fma_d(half_scale, r, half_scale - 0.5);
}

/* x = m 2^e with m in [sqrt(1/2), sqrt(2)); x is positive and finite. */
static double split(double x, double *e)
{
    double scaled = 0.0;
    if (x < 0x1p-1022) {
        x *= 0x1p54;
        scaled = -54.0;
    }
    const int64_t exponent = (int64_t)(bits_of(x) - 0x3fe6a09e667f3bcdU) >> 52;
    *e = (double)exponent + scaled;
    return of_bits(bits_of(x) - ((uint64_t)exponent << 52));
}

/* log((1 + f) 2^e) with s = f / (2 + f): log(1 + f) = 2 s + s^3 q(s^2). */
static double log_reduced(double f, double e)
{
    static const double c[] = {0x1.101e25e791875p-3, 0x1.0f4aa55b560a2p-3, 0x1.3b215382be49p-3,
                               0x1.745cdb9173dcap-3, 0x1.c71c725c179b3p-3, 0x1.249249242f0bp-2,
                               0x1.9999999999d58p-2, 0x1.5555555555555p-1};
    const double s = f / (2.0 + f);
    const double z = s * s;
    const double half_square = 0.5 * f * f;
    const double tail = fma_d(e, LN2_LOW, s * fma_d(z, horner(z, c, 8), half_square));
    return fma_d(e, LN2_HIGH, f - (half_square - tail));
}

static double log_special(double x)
{
    if (x == 0.0)
        return -INFINITY;
    return x < 0.0 ? NAN : x; /* infinity or NaN */
}

double LJ_NAME(log_d)(double x)
{
    if (!(x > 0.0) || isinf(x))
        return log_special(x);
    double e;
    const double m = split(x, &e);
    return log_reduced(m - 1.0, e);
}

double LJ_NAME(log1p_d)(double x)
{
    if (fabs(x) < 0x1p-54)
        return x;
    const double u = 1.0 + x;
    if (!(u > 0.0) || isinf(u))
        return log_special(u);
    const double rest = x - (u - 1.0); /* exact where it matters */
    double e;
    const double m = split(u, &e);
    return log_reduced(e > 1000.0 ? m - 1.0 : fma_d(rest, power_of_two(-(int64_t)e), m - 1.0), e);
}

/* A number as an unevaluated sum. */
typedef struct two_part {
    double high, low;
} two_part;

/* |a| >= |b| */
static two_part fast_sum(double a, double b)
{
    const double s = a + b;
    return (two_part){s, b - (s - a)};
}

/* log(x) to about 2^-64, for x positive and finite: the leading terms of log_reduced's series in two parts. */
static two_part log_two_part(double x)
{
    static const double c[] = {0x1.101e25e791875p-4, 0x1.0f4aa55b560a2p-4, 0x1.3b215382be49p-4, 0x1.745cdb9173dcap-4,
                               0x1.c71c725c179b3p-4, 0x1.249249242f0bp-3,  0x1.9999999999d58p-3};
    double e;
    const double f = split(x, &e) - 1.0;
    const double d = 2.0 + f;
    const double d_low = f - (d - 2.0);
    const double s = f / d;
    const double s_low = (fma_d(-s, d, f) - s * d_low) / d;
    const double z = s * s;
    const double z_low = fma_d(s, s, -z) + 2.0 * s * s_low;
    const double w = z * horner(z, c, 7);
    const double p = 0x1.5555555555555p-2 + w; /* 1/3 + w */
    const double p_low = (0x1.5555555555555p-2 - p + w) + 0x1.5555555555555p-56;
    const double q = z * p;
    const double q_low = fma_d(z, p, -q) + (z * p_low + z_low * p);
    const double t = 2.0 * s * q;
    const double t_low = fma_d(2.0 * s, q, -t) + 2.0 * (s * q_low + s_low * q);

    const two_part a = fast_sum(2.0 * s, t);
    const double whole = e * LN2_HIGH; /* exact */
    const two_part b = e == 0.0 ? (two_part){a.high, 0.0} : fast_sum(whole, a.high);
    return fast_sum(b.high, b.low + (a.low + (t_low + 2.0 * s_low + e * LN2_LOW)));
}

double LJ_NAME(pow_d)(double x, double y)
{
    if (y == 0.0 || x == 1.0)
        return 1.0;
    if (isnan(x) || isnan(y) || x < 0.0)
        return NAN;
    if (x == 0.0 || isinf(x))
        return (x == 0.0) == (y > 0.0) ? 0.0 : INFINITY;
    if (isinf(y))
        return (x > 1.0) == (y > 0.0) ? INFINITY : 0.0;
    const two_part log_x = log_two_part(x);
    const double high = y * log_x.high;
    if (!(fabs(high) < 800.0))
        return high > 0.0 ? INFINITY : 0.0;
    return exp_of(high, fma_d(y, log_x.high, -high) + y * log_x.low);
}

/*
 * Near the middle 1/2 + x p(x^2); beyond, the tail exp(-t^2 / 2) h / (t + 3)
 * with t = |x| and h a polynomial in (t - 3) / (t + 3).
 */
double LJ_NAME(normal_cdf)(double x)
{
    static const double p[] = {-0x1.adeb86f195a6ep-43, 0x1.65fb91a3b0a6ep-38, -0x1.f0f4620f313dfp-34,
                               0x1.387873e4d3ec3p-29,  -0x1.6222690e894f1p-25, 0x1.658a2173e086dp-21,
                               -0x1.3ce8fac15663ap-17, 0x1.e42b0d5216e86p-14,  -0x1.37403f6ba10ffp-10,
                               0x1.46d04297691dap-7,   -0x1.1058377e2cee0p-4,  0x1.9884533d43651p-2};
    static const double h[] = {
        -0x1.b1807f100f1dap-26, 0x1.cc0f9a8fddddfp-27, 0x1.0a9003195fe6fp-23, 0x1.9ecc87ebb6cf5p-25,
        -0x1.476866755d8aep-22, -0x1.3dd67c41b414ap-21, 0x1.ec8bbd72cacf3p-26, 0x1.2e842d2fdeb62p-19,
        0x1.e75e44875ca26p-19, -0x1.d7f299b440b6dp-19, -0x1.5b10237a4d9e3p-16, -0x1.bc7a507308a19p-17,
        0x1.4a8fed5afd879p-14, 0x1.43c9f098baa5bp-13, -0x1.0d09e745b2554p-12, -0x1.12285f12d6cecp-10,
        0x1.0d608c81ad7a6p-10, 0x1.c8f52c3282d36p-8, -0x1.56d8e3d7e76f9p-7, -0x1.832dbf699297ap-5,
        0x1.d71387c654c81p-3, -0x1.04c7295a48f33p-1, 0x1.754a751a56f4ap-1,
    };
    if (isnan(x))
        return x;
    const double t = fabs(x);
    if (t < 0.67)
        return fma_d(x, horner(x * x, p, 12), 0.5);
    if (t > 39.0)
        return x < 0.0 ? 0.0 : 1.0;
    const double square = t * t;
    const double low = fma_d(t, t, -square);
    const double tail = exp_of(-0.5 * square, -0.5 * low) * (horner((t - 3.0) / (t + 3.0), h, 23) / (t + 3.0));
    return x < 0.0 ? tail : 1.0 - tail;
}

/* AS 241, PPND16. */
double LJ_NAME(normal_quantile)(double p)
{
    static const double a[] = {2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
                               4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
                               1.3314166789178437745e2, 3.3871328727963666080e0};
    static const double b[] = {5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
                               2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
                               4.2313330701600911252e1, 1.0};
    static const double c[] = {7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
                               1.27045825245236838258e0,  3.64784832476320460504e0,  5.76949722146069140550e0,
                               4.63033784615654529590e0,  1.42343711074968357734e0};
    static const double d[] = {1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
                               1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0,
                               2.05319162663775882187e0,  1.0};
    static const double e[] = {2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
                               2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0,
                               5.46378491116411436990e0,  6.65790464350110377720e0};
    static const double f[] = {2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
                               7.86869131145613259100e-4,  1.48753612908506148525e-2, 1.36929880922735805310e-1,
                               5.99832206555887937690e-1,  1.0};
    if (!(p >= 0.0 && p <= 1.0))
        return NAN;
    const double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        const double r = 0.180625 - q * q;
        return q * horner(r, a, 8) / horner(r, b, 8);
    }
    const double side = q < 0.0 ? p : 1.0 - p;
    if (side == 0.0)
        return q < 0.0 ? -INFINITY : INFINITY;
    const double r = sqrt(-LJ_NAME(log_d)(side));
    const double x = r <= 5.0 ? horner(r - 1.6, c, 8) / horner(r - 1.6, d, 8)
                              : horner(r - 5.0, e, 8) / horner(r - 5.0, f, 8);
    return q < 0.0 ? -x : x;
}
