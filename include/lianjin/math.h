/*
 * Elementary functions with the same bits everywhere: polynomials over fma,
 * never libm's. Errors are stated with each and tested (all float32 inputs, or
 * dense samples for double, against libm in higher precision).
 */
#ifndef LIANJIN_MATH_H
#define LIANJIN_MATH_H

#ifdef __cplusplus
extern "C" {
#endif

/* float32, at most 2 ulp. Subnormals kept, NaN and infinities as IEEE functions do. */
float lj_expf(float x);
float lj_expm1f(float x);
float lj_logf(float x);
float lj_log1pf(float x);
float lj_tanhf(float x);
float lj_erff(float x);
float lj_sigmoidf(float x);
float lj_softplusf(float x); /* log(1 + exp(x)) without overflow */
float lj_sinf(float x);      /* |x| <= 65536; beyond: still deterministic, error not bounded */
float lj_cosf(float x);

/* double, at most 2 ulp; for statistics of preparation and evaluation. */
double lj_exp_d(double x);
double lj_expm1_d(double x);
double lj_log_d(double x);
double lj_log1p_d(double x);
double lj_pow_d(double x, double y); /* x >= 0 */
/* The normal distribution: Phi (at most 4 ulp down to the subnormals), and its inverse (Wichura 1988, AS 241; full double precision). */
double lj_normal_cdf(double x);
double lj_normal_quantile(double p);

#ifdef __cplusplus
}
#endif
#endif
