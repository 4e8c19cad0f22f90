/* Softmax, layer and root-mean-square normalisation: rows of n numbers, sums in virtual lanes. */
#include <stddef.h>

#include "compute/lanes.h"

/* A sum in lanes of an expression of `x` (and `i`, its place), of `count` floats at a time. */
#define LANES_OF(n, expression)                                                  \
    ({                                                                           \
        lanes s_ = lanes_zero();                                                 \
        const int64_t n_ = (n);                                                  \
        int64_t i = 0;                                                           \
        for (; i + LJ_LANES <= n_; i += LJ_LANES) {                              \
            LJ_UNROLL                                                            \
            for (int v_ = 0; v_ < LANES_V; v_++)                                 \
                s_.v[v_] = s_.v[v_] + expression(i + v_ * LJ_W, LJ_W);           \
        }                                                                        \
        for (int v_ = 0; i < n_; i += LJ_W, v_++)                                \
            s_.v[v_] = s_.v[v_] + expression(i, lj_min(n_ - i, LJ_W));           \
        lanes_sum(&s_);                                                          \
    })

/* exp(x - greatest), kept in y; lanes past the end give +0, which a sum does not see. */
LJ_INLINE vf exp_of(const float *x, float greatest, float *y, int64_t count)
{
    const vf e = vexp(vload_up_to(x, count) - vset1(greatest));
    if (y != NULL)
        vstore_up_to(y, e, count);
    if (count == LJ_W)
        return e;
    float lane[LJ_W] = {0.0F};
    vstore_n(lane, e, count);
    return vload(lane);
}

void LJ_NAME(softmax)(int64_t rows, int64_t n, const float *x, float *y)
{
    for (int64_t r = 0; r < rows; r++, x += n, y += n) {
        const float greatest = lanes_max_of(n, x);
#define EXPRESSION(at, count) exp_of(x + (at), greatest, y + (at), count)
        const float sum = LANES_OF(n, EXPRESSION);
#undef EXPRESSION
        const vf by = vset1(sum);
        for (int64_t i = 0; i < n; i += LJ_W) {
            const int64_t count = lj_min(n - i, LJ_W);
            vstore_up_to(y + i, vload_up_to(y + i, count) / by, count);
        }
    }
}

void LJ_NAME(softmax_grad)(int64_t rows, int64_t n, const float *y, const float *dy, float *dx)
{
    for (int64_t r = 0; r < rows; r++, y += n, dy += n, dx += n) {
        const vf inner = vset1(LJ_NAME(dot)(n, y, dy));
        for (int64_t i = 0; i < n; i += LJ_W) {
            const int64_t count = lj_min(n - i, LJ_W);
            const vf d = vload_up_to(y + i, count) * (vload_up_to(dy + i, count) - inner);
            vstore_up_to(dx + i, d, count);
        }
    }
}

/* log of the sum of exp(x - greatest) */
static float log_of_sum(int64_t n, const float *x, float greatest)
{
#define EXPRESSION(at, count) exp_of(x + (at), greatest, NULL, count)
    const float sum = LANES_OF(n, EXPRESSION);
#undef EXPRESSION
    return vlog(vset1(sum))[0];
}

void LJ_NAME(log_softmax)(int64_t rows, int64_t n, const float *x, float *y)
{
    for (int64_t r = 0; r < rows; r++, x += n, y += n) {
        const float greatest = lanes_max_of(n, x);
        const vf rest = vset1(log_of_sum(n, x, greatest));
        const vf most = vset1(greatest);
        for (int64_t i = 0; i < n; i += LJ_W) {
            const int64_t count = lj_min(n - i, LJ_W);
            vstore_up_to(y + i, (vload_up_to(x + i, count) - most) - rest, count);
        }
    }
}

void LJ_NAME(log_softmax_grad)(int64_t rows, int64_t n, const float *y, const float *dy, float *dx)
{
    for (int64_t r = 0; r < rows; r++, y += n, dy += n, dx += n) {
        const vf sum = vset1(lanes_sum_of(n, dy));
        for (int64_t i = 0; i < n; i += LJ_W) {
            const int64_t count = lj_min(n - i, LJ_W);
            const vf d = vfma(-vexp(vload_up_to(y + i, count)), sum, vload_up_to(dy + i, count));
            vstore_up_to(dx + i, d, count);
        }
    }
}

/* x - mean, +0 past the end */
LJ_INLINE vf centred(const float *x, float mean, int64_t count)
{
    if (count == LJ_W)
        return vload(x) - vset1(mean);
    float lane[LJ_W] = {0.0F};
    vstore_n(lane, vload_n(x, count) - vset1(mean), count);
    return vload(lane);
}
LJ_INLINE vf square_of(vf x)
{
    return x * x;
}

/* (x - mean) * s * gain + bias of one row */
LJ_INLINE void scale_row(int64_t n, const float *x, float mean, float s, const float *gain, const float *bias,
                         float *y)
{
    for (int64_t i = 0; i < n; i += LJ_W) {
        const int64_t count = lj_min(n - i, LJ_W);
        vf z = (vload_up_to(x + i, count) - vset1(mean)) * vset1(s);
        if (gain != NULL)
            z = z * vload_up_to(gain + i, count);
        if (bias != NULL)
            z = z + vload_up_to(bias + i, count);
        vstore_up_to(y + i, z, count);
    }
}

void LJ_NAME(layer_norm)(int64_t rows, int64_t n, const float *x, const float *gain, const float *bias, float epsilon,
                         float *y, float *mean, float *rstd)
{
    for (int64_t r = 0; r < rows; r++, x += n, y += n) {
        const float m = lanes_sum_of(n, x) / (float)n;
#define EXPRESSION(at, count) square_of(centred(x + (at), m, count))
        const float variance = LANES_OF(n, EXPRESSION) / (float)n;
#undef EXPRESSION
        const float s = 1.0F / __builtin_sqrtf(variance + epsilon);
        scale_row(n, x, m, s, gain, bias, y);
        if (mean != NULL)
            mean[r] = m;
        if (rstd != NULL)
            rstd[r] = s;
    }
}

void LJ_NAME(rms_norm)(int64_t rows, int64_t n, const float *x, const float *gain, float epsilon, float *y, float *rstd)
{
    for (int64_t r = 0; r < rows; r++, x += n, y += n) {
        const float s = 1.0F / __builtin_sqrtf(LJ_NAME(sum_squares)(n, x) / (float)n + epsilon);
        scale_row(n, x, 0.0F, s, gain, NULL, y);
        if (rstd != NULL)
            rstd[r] = s;
    }
}

/* dy gain, and that times (x - mean) rstd; +0 past the end */
LJ_INLINE vf scaled_gradient(const float *dy, const float *gain, int64_t i, int64_t count)
{
    const vf d = vload_up_to(dy + i, count);
    return gain == NULL ? d : d * vload_up_to(gain + i, count);
}

/* dx = rstd (g - mean(g) - z mean(g z)) with g = dy gain, z = (x - mean) rstd; without a mean, mean(g) goes, too. */
void LJ_NAME(layer_norm_grad)(int64_t rows, int64_t n, const float *x, const float *mean, const float *rstd,
                              const float *gain, const float *dy, float *dx)
{
    for (int64_t r = 0; r < rows; r++, x += n, dy += n, dx += n) {
        const float m = mean == NULL ? 0.0F : mean[r];
        const vf s = vset1(rstd[r]);
#define EXPRESSION(at, count) scaled_gradient(dy, gain, at, count)
        const float sum = mean == NULL ? 0.0F : LANES_OF(n, EXPRESSION);
#undef EXPRESSION
#define EXPRESSION(at, count) (scaled_gradient(dy, gain, at, count) * (centred(x + (at), m, count) * s))
        const float inner = LANES_OF(n, EXPRESSION);
#undef EXPRESSION
        const vf a = vset1(sum / (float)n);
        const vf b = vset1(inner / (float)n);
        for (int64_t i = 0; i < n; i += LJ_W) {
            const int64_t count = lj_min(n - i, LJ_W);
            const vf z = centred(x + i, m, count) * s;
            const vf d = vfma(-z, b, scaled_gradient(dy, gain, i, count) - a) * s;
            vstore_up_to(dx + i, d, count);
        }
    }
}

void LJ_NAME(layer_norm_grad_gain)(int64_t rows, int64_t n, const float *x, const float *mean, const float *rstd,
                                   const float *dy, float *out)
{
    for (int64_t r = 0; r < rows; r++, x += n, dy += n, out += n) {
        for (int64_t i = 0; i < n; i += LJ_W) {
            const int64_t count = lj_min(n - i, LJ_W);
            const vf z = centred(x + i, mean == NULL ? 0.0F : mean[r], count) * vset1(rstd[r]);
            vstore_up_to(out + i, z * vload_up_to(dy + i, count), count);
        }
    }
}
