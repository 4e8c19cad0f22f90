/* The cases of test_ops.c: each operation with a plain reference in double. */
#ifndef LIANJIN_TESTS_GRAPH_OP_CASES_H
#define LIANJIN_TESTS_GRAPH_OP_CASES_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "lianjin/graph.h"
#include "lianjin/math.h"
#include "lianjin/random.h"

#define ROWS 70 /* three shards, the last one short */
#define IN_MAX 5

typedef struct in_spec {
    lj_dtype dtype;
    lj_shape shape;
    double low, high; /* numbers in [low, high), codes in whole numbers */
    int constant;     /* not differentiated */
} in_spec;

typedef struct data {
    int64_t dim[IN_MAX][LJ_RANK_MAX]; /* the batch as ROWS */
    double *x[IN_MAX];
    int64_t count[IN_MAX];
} data;

typedef struct op_case {
    const char *name;
    int n_in;
    in_spec in[IN_MAX];
    lj_value (*build)(lj_graph *g, const lj_value *x);
    void (*reference)(const data *d, double *y);
    double value_tolerance, gradient_tolerance; /* absolute + relative */
    int by_position;                            /* a row's value depends on its place: dropout */
} op_case;

#define B LJ_BATCH
#define NUMBERS(low_, high_, ...) {.dtype = LJ_F32, .shape = {__VA_ARGS__}, .low = low_, .high = high_}
#define FIXED(low_, high_, ...) {.dtype = LJ_F32, .shape = {__VA_ARGS__}, .low = low_, .high = high_, .constant = 1}
#define CODES(low_, high_, ...) {.dtype = LJ_I32, .shape = {__VA_ARGS__}, .low = low_, .high = high_, .constant = 1}
#define SHAPE1(a) 1, {a}
#define SHAPE2(a, b) 2, {a, b}
#define SHAPE3(a, b, c) 3, {a, b, c}
#define SHAPE4(a, b, c, d) 4, {a, b, c, d}

/* ---- references ---- */

#define UNARY(name, expression)                            \
    static lj_value build_##name(lj_graph *g, const lj_value *v) \
    {                                                      \
        return lj_##name(g, v[0]);                         \
    }                                                      \
    static void reference_##name(const data *d, double *y) \
    {                                                      \
        for (int64_t i = 0; i < d->count[0]; i++) {        \
            const double x = d->x[0][i];                   \
            y[i] = expression;                             \
        }                                                  \
    }
UNARY(negate, -x)
UNARY(exp, exp(x))
UNARY(log, log(x))
UNARY(sqrt, sqrt(x))
UNARY(square, x *x)
UNARY(absolute, fabs(x))
UNARY(sin, sin(x))
UNARY(cos, cos(x))
UNARY(erf, erf(x))

#define ACTIVATION(name, code, expression)                 \
    static lj_value build_##name(lj_graph *g, const lj_value *v) \
    {                                                      \
        return lj_activate(g, v[0], code);                 \
    }                                                      \
    static void reference_##name(const data *d, double *y) \
    {                                                      \
        for (int64_t i = 0; i < d->count[0]; i++) {        \
            const double x = d->x[0][i];                   \
            y[i] = expression;                             \
        }                                                  \
    }
ACTIVATION(relu, LJ_RELU, x > 0 ? x : 0)
ACTIVATION(leaky_relu, LJ_LEAKY_RELU, x > 0 ? x : 0.01 * x)
ACTIVATION(elu, LJ_ELU, x > 0 ? x : expm1(x))
ACTIVATION(selu, LJ_SELU, 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * expm1(x)))
ACTIVATION(gelu, LJ_GELU, x * 0.5 * (1 + erf(x / sqrt(2.0))))
ACTIVATION(silu, LJ_SILU, x / (1 + exp(-x)))
ACTIVATION(tanh, LJ_TANH, tanh(x))
ACTIVATION(sigmoid, LJ_SIGMOID, 1 / (1 + exp(-x)))
ACTIVATION(softplus, LJ_SOFTPLUS, log1p(exp(x)))

/* Two inputs [R, 3, 5] and one of several shapes that broadcast to it. */
#define ROW_D 3
#define ROW_E 5
static int64_t broadcast_index(int which, int64_t r, int64_t i, int64_t j)
{
    switch (which) {
    case 1: return (r * ROW_D + i) * ROW_E + j; /* [R, 3, 5] */
    case 2: return j;                           /* [5] */
    case 3: return i * ROW_E + j;               /* [3, 5] */
    case 4: return r * ROW_E + j;               /* [R, 1, 5] */
    case 5: return r * ROW_D + i;               /* [R, 3, 1] */
    default: return 0;                          /* [] */
    }
}
#define BINARY(name, kind, which, expression)                     \
    static lj_value build_##name##kind(lj_graph *g, const lj_value *v) \
    {                                                             \
        return lj_##name(g, v[0], v[1]);                          \
    }                                                             \
    static void reference_##name##kind(const data *d, double *y)  \
    {                                                             \
        for (int64_t r = 0; r < ROWS; r++) {                      \
            for (int64_t i = 0; i < ROW_D; i++) {                 \
                for (int64_t j = 0; j < ROW_E; j++) {             \
                    const double a = d->x[0][broadcast_index(1, r, i, j)]; \
                    const double b = d->x[1][broadcast_index(which, r, i, j)]; \
                    *y++ = expression;                            \
                }                                                 \
            }                                                     \
        }                                                         \
    }
BINARY(add, _same, 1, a + b)
BINARY(add, _last, 2, a + b)
BINARY(add, _heads, 3, a + b)
BINARY(add, _middle, 4, a + b)
BINARY(add, _scalar, 6, a + b)
BINARY(subtract, _same, 1, a - b)
BINARY(subtract, _column, 5, a - b)
BINARY(multiply, _same, 1, a *b)
BINARY(multiply, _heads, 3, a *b)
BINARY(multiply, _column, 5, a *b)
BINARY(multiply, _scalar, 6, a *b)
BINARY(divide, _same, 1, a / b)
BINARY(divide, _middle, 4, a / b)
BINARY(maximum, _same, 1, a >= b ? a : b)
BINARY(maximum, _last, 2, a >= b ? a : b)
BINARY(minimum, _same, 1, a <= b ? a : b)

/* a [R, I, 1, D], b [1, J, D]: more loops than one kernel has. */
static lj_value build_multiply_outer(lj_graph *g, const lj_value *v)
{
    return lj_multiply(g, v[0], v[1]);
}
static void reference_multiply_outer(const data *d, double *y)
{
    for (int64_t r = 0; r < ROWS; r++)
        for (int64_t i = 0; i < 2; i++)
            for (int64_t j = 0; j < 3; j++)
                for (int64_t k = 0; k < 4; k++)
                    *y++ = d->x[0][(r * 2 + i) * 4 + k] * d->x[1][j * 4 + k];
}

static void product(int64_t m, int64_t n, int64_t k, const double *a, int64_t ar, int64_t ac, const double *b,
                    int64_t br, int64_t bc, double *y)
{
    for (int64_t i = 0; i < m; i++)
        for (int64_t j = 0; j < n; j++) {
            double sum = 0;
            for (int64_t p = 0; p < k; p++)
                sum += a[i * ar + p * ac] * b[p * br + j * bc];
            y[i * n + j] = sum;
        }
}
static lj_value build_product(lj_graph *g, const lj_value *v) { return lj_product(g, v[0], v[1], 0, 0); }
static void reference_product(const data *d, double *y)
{
    product(ROWS, 9, 7, d->x[0], 7, 1, d->x[1], 9, 1, y);
}
static lj_value build_product_tb(lj_graph *g, const lj_value *v) { return lj_product(g, v[0], v[1], 0, 1); }
static void reference_product_tb(const data *d, double *y)
{
    product(ROWS, 9, 300, d->x[0], 300, 1, d->x[1], 1, 300, y);
}
static void reference_product_inner(const data *d, double *y) /* [R, 2, 7] x [7, 9] */
{
    product(ROWS * 2, 9, 7, d->x[0], 7, 1, d->x[1], 9, 1, y);
}
static lj_value build_product_ta(lj_graph *g, const lj_value *v) { return lj_product(g, v[0], v[1], 1, 0); }
static void reference_product_ta(const data *d, double *y) /* [R, 7, 2] transposed x [7, 9] */
{
    for (int64_t r = 0; r < ROWS; r++)
        product(2, 9, 7, d->x[0] + r * 14, 1, 2, d->x[1], 9, 1, y + r * 18);
}
static lj_value build_product_tatb(lj_graph *g, const lj_value *v) { return lj_product(g, v[0], v[1], 1, 1); }
static void reference_product_tatb(const data *d, double *y) /* unbatched: [7, 4]^T x [9, 7]^T */
{
    product(4, 9, 7, d->x[0], 1, 4, d->x[1], 1, 7, y);
}
static void reference_product_over(const data *d, double *y) /* [R, 7]^T x [R, 9] */
{
    product(7, 9, ROWS, d->x[0], 1, 7, d->x[1], 9, 1, y);
}
static lj_value build_product_fused(lj_graph *g, const lj_value *v)
{
    return lj_activate(g, lj_add(g, lj_product(g, v[0], v[1], 0, 0), v[2]), LJ_GELU);
}
static void reference_product_fused(const data *d, double *y)
{
    product(ROWS, 9, 7, d->x[0], 7, 1, d->x[1], 9, 1, y);
    for (int64_t i = 0; i < ROWS * 9; i++) {
        const double z = y[i] + d->x[2][i % 9];
        y[i] = z * 0.5 * (1 + erf(z / sqrt(2.0)));
    }
}
static lj_value build_product_heads(lj_graph *g, const lj_value *v) { return lj_product_heads(g, v[0], v[1]); }
static void reference_product_heads(const data *d, double *y) /* [R, 3, 5] [3, 5, 4] */
{
    for (int64_t r = 0; r < ROWS; r++)
        for (int64_t h = 0; h < 3; h++)
            product(1, 4, 5, d->x[0] + (r * 3 + h) * 5, 5, 1, d->x[1] + h * 20, 4, 1, y + (r * 3 + h) * 4);
}
static lj_value build_product_heads_fused(lj_graph *g, const lj_value *v)
{
    return lj_activate(g, lj_add(g, v[2], lj_product_heads(g, v[0], v[1])), LJ_RELU);
}
static void reference_product_heads_fused(const data *d, double *y)
{
    reference_product_heads(d, y);
    for (int64_t i = 0; i < ROWS * 12; i++)
        y[i] = fmax(y[i] + d->x[2][i % 12], 0);
}

static void softmax_row(int64_t n, const double *x, double *y, int is_log)
{
    double top = x[0], sum = 0;
    for (int64_t i = 1; i < n; i++)
        top = fmax(top, x[i]);
    for (int64_t i = 0; i < n; i++)
        sum += exp(x[i] - top);
    for (int64_t i = 0; i < n; i++)
        y[i] = is_log ? x[i] - top - log(sum) : exp(x[i] - top) / sum;
}
static lj_value build_softmax(lj_graph *g, const lj_value *v) { return lj_softmax(g, v[0]); }
static void reference_softmax(const data *d, double *y)
{
    for (int64_t r = 0; r < ROWS; r++)
        softmax_row(6, d->x[0] + r * 6, y + r * 6, 0);
}
static lj_value build_log_softmax(lj_graph *g, const lj_value *v) { return lj_log_softmax(g, v[0]); }
static void reference_log_softmax(const data *d, double *y)
{
    for (int64_t r = 0; r < ROWS * 2; r++)
        softmax_row(6, d->x[0] + r * 6, y + r * 6, 1);
}

/* x [R, 4, 3] over one dimension */
static void reduce(const data *d, double *y, int axis, int kind)
{
    const int64_t dims[3] = {ROWS, 4, 3};
    int64_t outer = 1, inner = 1;
    for (int i = 0; i < axis; i++)
        outer *= dims[i];
    for (int i = axis + 1; i < 3; i++)
        inner *= dims[i];
    for (int64_t o = 0; o < outer; o++)
        for (int64_t i = 0; i < inner; i++) {
            double sum = kind == 2 ? -INFINITY : 0;
            for (int64_t a = 0; a < dims[axis]; a++) {
                const double x = d->x[0][(o * dims[axis] + a) * inner + i];
                sum = kind == 2 ? fmax(sum, x) : sum + x;
            }
            y[o * inner + i] = kind == 1 ? sum / (double)dims[axis] : sum;
        }
}
#define REDUCE(name, suffix, axis, keep, kind)                                                                \
    static lj_value build_##name##suffix(lj_graph *g, const lj_value *v) { return lj_##name(g, v[0], axis, keep); } \
    static void reference_##name##suffix(const data *d, double *y) { reduce(d, y, (axis + 3) % 3, kind); }
REDUCE(sum, _batch, 0, 0, 0)
REDUCE(sum, _middle, 1, 0, 0)
REDUCE(sum, _last, -1, 1, 0)
REDUCE(mean, _batch, 0, 1, 1)
REDUCE(mean, _middle, 1, 1, 1)
REDUCE(mean, _last, 2, 0, 1)
REDUCE(max, _batch, 0, 0, 2)
REDUCE(max, _middle, -2, 0, 2)
REDUCE(max, _last, 2, 1, 2)

static lj_value build_reshape(lj_graph *g, const lj_value *v)
{
    return lj_square(g, lj_reshape(g, v[0], lj_shape_of(LJ_BATCH, 2, 6)));
}
static lj_value build_concat(lj_graph *g, const lj_value *v) { return lj_concat(g, v, 3, 1); }
static void reference_concat(const data *d, double *y) /* [R, 2, 3], [R, 1, 3], [R, 4, 3] */
{
    const int64_t widths[3] = {6, 3, 12};
    for (int64_t r = 0; r < ROWS; r++)
        for (int k = 0; k < 3; k++)
            for (int64_t i = 0; i < widths[k]; i++)
                *y++ = d->x[k][r * widths[k] + i];
}
static lj_value build_slice(lj_graph *g, const lj_value *v) { return lj_slice(g, v[0], 1, 1, 3); }
static void reference_slice(const data *d, double *y) /* [R, 4, 3] */
{
    for (int64_t r = 0; r < ROWS; r++)
        for (int64_t i = 0; i < 6; i++)
            *y++ = d->x[0][r * 12 + 3 + i];
}
static lj_value build_transpose(lj_graph *g, const lj_value *v)
{
    return lj_transpose(g, v[0], (int[]){0, 2, 1});
}
static void reference_transpose(const data *d, double *y) /* [R, 4, 3] */
{
    for (int64_t r = 0; r < ROWS; r++)
        for (int64_t j = 0; j < 3; j++)
            for (int64_t i = 0; i < 4; i++)
                *y++ = d->x[0][(r * 4 + i) * 3 + j];
}
static lj_value build_transpose6(lj_graph *g, const lj_value *v)
{
    const lj_value x = lj_reshape(g, v[0], lj_shape_of(2, 2, 3, 2, 2, 2));
    return lj_transpose(g, x, (int[]){5, 3, 1, 4, 2, 0});
}
static void reference_transpose6(const data *d, double *y)
{
    const int64_t s[6] = {48, 24, 8, 4, 2, 1}, n[6] = {2, 2, 3, 2, 2, 2};
    const int p[6] = {5, 3, 1, 4, 2, 0};
    for (int64_t i = 0; i < 96; i++) {
        int64_t rest = i, at = 0;
        for (int k = 5; k >= 0; k--) {
            at += rest % n[p[k]] * s[p[k]];
            rest /= n[p[k]];
        }
        y[i] = d->x[0][at];
    }
}
static lj_value build_broadcast(lj_graph *g, const lj_value *v)
{
    return lj_broadcast(g, v[0], lj_shape_of(LJ_BATCH, 4, 3));
}
static void reference_broadcast(const data *d, double *y) /* [R, 1, 3] */
{
    for (int64_t r = 0; r < ROWS; r++)
        for (int64_t i = 0; i < 12; i++)
            *y++ = d->x[0][r * 3 + i % 3];
}
static void reference_broadcast_batch(const data *d, double *y) /* [4, 1] */
{
    for (int64_t r = 0; r < ROWS; r++)
        for (int64_t i = 0; i < 12; i++)
            *y++ = d->x[0][i / 3];
}

static lj_value build_gather(lj_graph *g, const lj_value *v) { return lj_gather(g, v[0], v[1]); }
static void reference_gather(const data *d, double *y) /* [6, 4], [R, 3] */
{
    for (int64_t i = 0; i < ROWS * 3; i++)
        for (int64_t j = 0; j < 4; j++) {
            const int64_t code = (int64_t)d->x[1][i];
            *y++ = d->x[0][(code < 0 || code >= 6 ? 0 : code) * 4 + j];
        }
}
static lj_value build_gather_padded(lj_graph *g, const lj_value *v) { return lj_gather_padded(g, v[0], v[1], 2); }
static void reference_gather_padded(const data *d, double *y)
{
    reference_gather(d, y);
    for (int64_t i = 0; i < ROWS * 12; i++)
        y[i] = (int64_t)d->x[1][i / 4] == 2 ? 0 : y[i];
}
static const int32_t sizes[3] = {2, 3, 4};
static lj_value build_one_hot(lj_graph *g, const lj_value *v) { return lj_one_hot(g, v[0], sizes); }
static void reference_one_hot(const data *d, double *y)
{
    for (int64_t i = 0; i < ROWS * 3; i++)
        for (int32_t j = 0; j < sizes[i % 3]; j++) {
            *y++ = j > 0 && (int64_t)d->x[0][i] == j;
        }
}
static lj_value build_offset_codes(lj_graph *g, const lj_value *v)
{
    return lj_gather(g, v[0], lj_offset_codes(g, v[1], sizes));
}
static void reference_offset_codes(const data *d, double *y) /* [9, 2], [R, 3] */
{
    const int64_t before[3] = {0, 2, 5};
    for (int64_t i = 0; i < ROWS * 3; i++)
        for (int64_t j = 0; j < 2; j++) {
            const int64_t code = (int64_t)d->x[1][i];
            *y++ = d->x[0][(before[i % 3] + (code < 0 || code >= sizes[i % 3] ? 0 : code)) * 2 + j];
        }
}

static const float edges[2][5] = {{-1.0F, -0.25F, 0.1F, 0.8F, 1.5F}, {-0.5F, 0.5F, 0.5F, 0.5F, 0.5F}};
static lj_value build_piecewise(lj_graph *g, const lj_value *v)
{
    return lj_piecewise_linear(g, v[0], lj_constant(g, lj_shape_of(2, 5), &edges[0][0]));
}
static void reference_piecewise(const data *d, double *y)
{
    for (int64_t i = 0; i < ROWS * 2; i++) {
        const float *e = edges[i % 2];
        const int last = i % 2 == 0 ? 3 : 0;
        for (int t = 0; t < 4; t++) {
            double z = t > last ? 0 : (d->x[0][i] - (double)e[t]) / ((double)e[t + 1] - (double)e[t]);
            if (t > 0)
                z = fmax(z, 0);
            if (t < last)
                z = fmin(z, 1);
            *y++ = z;
        }
    }
}

static void normalise(const double *x, int64_t n, int64_t step, double epsilon, double *y)
{
    double mean = 0, variance = 0;
    for (int64_t i = 0; i < n; i++)
        mean += x[i * step] / (double)n;
    for (int64_t i = 0; i < n; i++)
        variance += (x[i * step] - mean) * (x[i * step] - mean) / (double)n;
    for (int64_t i = 0; i < n; i++)
        y[i * step] = (x[i * step] - mean) / sqrt(variance + epsilon);
}
static lj_value build_layer_norm(lj_graph *g, const lj_value *v) { return lj_layer_norm(g, v[0], v[1], v[2], 1e-3F); }
static lj_value build_layer_norm_bare(lj_graph *g, const lj_value *v)
{
    return lj_layer_norm(g, v[0], LJ_NONE, LJ_NONE, 1e-3F);
}
static void reference_layer_norm_bare(const data *d, double *y)
{
    for (int64_t r = 0; r < ROWS * 2; r++)
        normalise(d->x[0] + r * 6, 6, 1, 1e-3, y + r * 6);
}
static void reference_layer_norm(const data *d, double *y)
{
    reference_layer_norm_bare(d, y);
    for (int64_t i = 0; i < ROWS * 12; i++)
        y[i] = y[i] * d->x[1][i % 6] + d->x[2][i % 6];
}
static lj_value build_rms_norm(lj_graph *g, const lj_value *v) { return lj_rms_norm(g, v[0], v[1], 1e-3F); }
static lj_value build_rms_norm_bare(lj_graph *g, const lj_value *v) { return lj_rms_norm(g, v[0], LJ_NONE, 1e-3F); }
static void reference_rms_norm_bare(const data *d, double *y)
{
    for (int64_t r = 0; r < ROWS * 2; r++) {
        double square = 0;
        for (int64_t i = 0; i < 6; i++)
            square += d->x[0][r * 6 + i] * d->x[0][r * 6 + i] / 6;
        for (int64_t i = 0; i < 6; i++)
            y[r * 6 + i] = d->x[0][r * 6 + i] / sqrt(square + 1e-3);
    }
}
static void reference_rms_norm(const data *d, double *y)
{
    reference_rms_norm_bare(d, y);
    for (int64_t i = 0; i < ROWS * 12; i++)
        y[i] *= d->x[1][i % 6];
}
static lj_value build_rotary(lj_graph *g, const lj_value *v) { return lj_rotary(g, v[0], 2, 100.0F); }
static void reference_rotary(const data *d, double *y) /* [R, 5, 2 * 6] */
{
    for (int64_t i = 0; i < ROWS * 5 * 12; i++) {
        const int64_t at = i % 6;
        const double angle = (double)(i / 12 % 5) * pow(100.0, (double)-(at % 3) / 3);
        y[i] = d->x[0][i] * cos(angle) + (at < 3 ? -d->x[0][i + 3] : d->x[0][i - 3]) * sin(angle);
    }
}
static lj_value build_batch_norm(lj_graph *g, const lj_value *v)
{
    const lj_parameter_options frozen = {.frozen = 1};
    return lj_batch_norm(g, v[0], v[1], v[2], lj_parameter(g, "mean", lj_shape_of(4), frozen),
                         lj_parameter(g, "variance", lj_shape_of(4), frozen), 0.9F, 1e-3F);
}
static void reference_batch_norm(const data *d, double *y)
{
    for (int64_t c = 0; c < 4; c++)
        normalise(d->x[0] + c, d->count[0] / 4, 4, 1e-3, y + c);
    for (int64_t i = 0; i < d->count[0]; i++)
        y[i] = y[i] * d->x[1][i % 4] + d->x[2][i % 4];
}
static lj_value build_dropout(lj_graph *g, const lj_value *v) { return lj_dropout(g, v[0], 0.3F, "drop"); }
static void reference_dropout(const data *d, double *y)
{
    const uint64_t stream = lj_random_stream("drop") + 3 * 0x9E3779B97F4A7C15U; /* the test's step is 3 */
    for (int64_t i = 0; i < d->count[0]; i++)
        y[i] = lj_random_uniform(11, stream, (uint64_t)i) >= 0.3F ? d->x[0][i] / 0.7 : 0;
}

static lj_value build_sample_normal(lj_graph *g, const lj_value *v)
{
    return lj_sample_normal(g, v[0], v[1], "noise");
}
static void reference_sample_normal(const data *d, double *y)
{
    const uint64_t stream = lj_random_stream("noise") + 3 * 0x9E3779B97F4A7C15U;
    for (int64_t i = 0; i < d->count[0]; i++) {
        const double word = lj_random_u32(11, stream, (uint64_t)i);
        y[i] = d->x[0][i] + exp(d->x[1][i] / 2) * lj_normal_quantile((word + 0.5) / 4294967296.0);
    }
}

/* With a factor of -1 the gradient is that of the value. */
static lj_value build_reverse_gradient(lj_graph *g, const lj_value *v)
{
    return lj_reverse_gradient(g, lj_exp(g, v[0]), -1.0F);
}

/* The net's own gradient of relu and dropout together. */
static lj_value build_relu_dropout(lj_graph *g, const lj_value *v)
{
    return lj_dropout(g, lj_activate(g, v[0], LJ_RELU), 0.3F, "drop");
}
static void reference_relu_dropout(const data *d, double *y)
{
    reference_dropout(d, y);
    for (int64_t i = 0; i < d->count[0]; i++)
        y[i] = y[i] > 0 ? y[i] : 0;
}

/* q [R, t, heads * 3], k and v [R, keys, kv_heads * 3]; lengths in x[3] */
typedef struct attention_case {
    int64_t t, keys, heads, kv_heads;
    int causal, has_lengths;
    int64_t window;
} attention_case;
static int sees(const attention_case *a, const data *d, int64_t r, int64_t i, int64_t j)
{
    return (!a->has_lengths || j < (int64_t)d->x[3][r]) && (!a->causal || j <= i) &&
           (a->window == 0 || llabs(i - j) < a->window);
}
static void attention_query(const attention_case *a, const data *d, int64_t r, int64_t h, int64_t i, double *y)
{
    const int64_t at = h / (a->heads / a->kv_heads) * 3, k_row = a->kv_heads * 3;
    const double *q = d->x[0] + ((r * a->t + i) * a->heads + h) * 3;
    double sum = 0, out[3] = {0};
    for (int64_t j = 0; j < a->keys; j++) {
        const double *k = d->x[1] + (r * a->keys + j) * k_row + at, *v = d->x[2] + (r * a->keys + j) * k_row + at;
        const double p = sees(a, d, r, i, j) ? exp((q[0] * k[0] + q[1] * k[1] + q[2] * k[2]) / sqrt(3.0)) : 0;
        sum += p;
        for (int64_t c = 0; c < 3; c++)
            out[c] += p * v[c];
    }
    for (int64_t c = 0; c < 3; c++)
        y[((r * a->t + i) * a->heads + h) * 3 + c] = sum == 0 ? 0 : out[c] / sum;
}
static void attention(const attention_case *a, const data *d, double *y)
{
    for (int64_t r = 0; r < ROWS; r++)
        for (int64_t h = 0; h < a->heads; h++)
            for (int64_t i = 0; i < a->t; i++)
                attention_query(a, d, r, h, i, y);
}
#define ATTENTION(suffix, ...)                                                                       \
    static const attention_case case_##suffix = {__VA_ARGS__};                                       \
    static lj_value build_attention_##suffix(lj_graph *g, const lj_value *v)                         \
    {                                                                                                \
        const attention_case *a = &case_##suffix;                                                    \
        return lj_attention(g, v[0], v[1], v[2], a->has_lengths ? v[3] : LJ_NONE,                    \
                            (lj_attention_options){.heads = a->heads, .kv_heads = a->kv_heads,       \
                                                   .causal = a->causal, .window = a->window});       \
    }                                                                                                \
    static void reference_attention_##suffix(const data *d, double *y) { attention(&case_##suffix, d, y); }
ATTENTION(heads, .t = 5, .keys = 7, .heads = 2, .kv_heads = 2)
ATTENTION(causal, .t = 6, .keys = 6, .heads = 4, .kv_heads = 2, .causal = 1)
ATTENTION(lengths, .t = 3, .keys = 7, .heads = 2, .kv_heads = 1, .has_lengths = 1)
ATTENTION(window, .t = 9, .keys = 9, .heads = 1, .kv_heads = 1, .causal = 1, .has_lengths = 1, .window = 4)

static lj_value build_bce(lj_graph *g, const lj_value *v) { return lj_bce_logits(g, v[0], v[1], 0.1F); }
static void reference_bce(const data *d, double *y)
{
    for (int64_t i = 0; i < d->count[0]; i++) {
        const double x = d->x[0][i], t = d->x[1][i] * 0.9 + 0.05;
        y[i] = fmax(x, 0) + log1p(exp(-fabs(x))) - x * t;
    }
}
static lj_value build_cross_entropy(lj_graph *g, const lj_value *v)
{
    return lj_softmax_cross_entropy(g, v[0], v[1], 0.1F);
}
/* shared: heads of a row with one label */
static void cross_entropy(const data *d, double *y, int64_t heads, int64_t shared, int64_t classes)
{
    double logs[8];
    for (int64_t i = 0; i < ROWS * heads; i++) {
        softmax_row(classes, d->x[0] + i * classes, logs, 1);
        y[i] = 0;
        for (int64_t c = 0; c < classes; c++)
            y[i] -= logs[c] * (0.1 / (double)classes + (c == (int64_t)d->x[1][i / shared] ? 0.9 : 0));
    }
}
static void reference_cross_entropy(const data *d, double *y) { cross_entropy(d, y, 1, 1, 5); }
static void reference_cross_entropy_heads(const data *d, double *y) { cross_entropy(d, y, 3, 3, 4); }
static void reference_cross_entropy_positions(const data *d, double *y) { cross_entropy(d, y, 3, 1, 4); }
static lj_value build_huber(lj_graph *g, const lj_value *v) { return lj_huber(g, v[0], v[1], 0.5F); }
static void reference_huber(const data *d, double *y)
{
    for (int64_t i = 0; i < d->count[0]; i++) {
        const double e = fabs(d->x[0][i] - d->x[1][i]);
        y[i] = e <= 0.5 ? e * e / 2 : 0.5 * (e - 0.25);
    }
}

#include "recurrent_cases.h"
#include "image_cases.h"
#include "penalty_cases.h"

/* ---- the table ---- */

#define ONE(name, low, high, tv, tg) \
    {#name, 1, {NUMBERS(low, high, SHAPE2(B, 37))}, build_##name, reference_##name, tv, tg, 0}
#define TWO(name, tv, tg, ...)                                                                                         \
    {                                                                                                                  \
#name, 2,                                                                                                      \
            {NUMBERS(0.5, 2.0, SHAPE3(B, ROW_D, ROW_E)), NUMBERS(0.5, 2.0, __VA_ARGS__) }, build_##name,               \
             reference_##name, tv, tg, 0                                                                               \
    }
#define OVER(name) {#name, 1, {NUMBERS(-1, 1, SHAPE3(B, 4, 3))}, build_##name, reference_##name, 1e-5, 1e-5, 0}

static const op_case cases[] = {
    ONE(negate, -2, 2, 1e-7, 1e-7),
    ONE(exp, -2, 2, 5e-7, 1e-6),
    ONE(log, 0.2, 4, 5e-7, 1e-6),
    ONE(sqrt, 0.2, 4, 2e-7, 1e-6),
    ONE(square, -2, 2, 2e-7, 1e-6),
    ONE(absolute, -2, 2, 1e-7, 1e-7),
    ONE(sin, -4, 4, 5e-7, 1e-6),
    ONE(cos, -4, 4, 5e-7, 1e-6),
    ONE(erf, -3, 3, 5e-7, 1e-6),
    ONE(relu, -2, 2, 1e-7, 1e-7),
    ONE(leaky_relu, -2, 2, 2e-7, 2e-7),
    ONE(elu, -2, 2, 5e-7, 1e-6),
    ONE(selu, -2, 2, 1e-6, 2e-6),
    ONE(gelu, -3, 3, 1e-6, 2e-6),
    ONE(silu, -3, 3, 1e-6, 2e-6),
    ONE(tanh, -3, 3, 5e-7, 1e-6),
    ONE(sigmoid, -5, 5, 5e-7, 1e-6),
    ONE(softplus, -5, 5, 1e-6, 1e-6),
    TWO(add_same, 2e-7, 1e-6, SHAPE3(B, ROW_D, ROW_E)),
    TWO(add_last, 2e-7, 5e-5, SHAPE1(ROW_E)),
    TWO(add_heads, 2e-7, 5e-5, SHAPE2(ROW_D, ROW_E)),
    TWO(add_middle, 2e-7, 2e-6, SHAPE3(B, 1, ROW_E)),
    TWO(add_scalar, 2e-7, 2e-4, 0, {0}),
    TWO(subtract_same, 2e-7, 1e-6, SHAPE3(B, ROW_D, ROW_E)),
    TWO(subtract_column, 2e-7, 2e-6, SHAPE3(B, ROW_D, 1)),
    TWO(multiply_same, 2e-7, 1e-6, SHAPE3(B, ROW_D, ROW_E)),
    TWO(multiply_heads, 2e-7, 5e-5, SHAPE2(ROW_D, ROW_E)),
    TWO(multiply_column, 2e-7, 5e-6, SHAPE3(B, ROW_D, 1)),
    TWO(multiply_scalar, 2e-7, 2e-4, 0, {0}),
    TWO(divide_same, 2e-7, 5e-6, SHAPE3(B, ROW_D, ROW_E)),
    TWO(divide_middle, 2e-7, 1e-5, SHAPE3(B, 1, ROW_E)),
    TWO(maximum_same, 1e-7, 1e-6, SHAPE3(B, ROW_D, ROW_E)),
    TWO(maximum_last, 1e-7, 5e-5, SHAPE1(ROW_E)),
    TWO(minimum_same, 1e-7, 1e-6, SHAPE3(B, ROW_D, ROW_E)),
    {"multiply_outer",
     2,
     {NUMBERS(-1, 1, SHAPE4(B, 2, 1, 4)), NUMBERS(-1, 1, SHAPE3(1, 3, 4))},
     build_multiply_outer,
     reference_multiply_outer,
     2e-7,
     5e-5,
     0},
    {"product",
     2,
     {NUMBERS(-1, 1, SHAPE2(B, 7)), NUMBERS(-1, 1, SHAPE2(7, 9))},
     build_product,
     reference_product,
     2e-6,
     5e-5,
     0},
    {"product_transposed_b",
     2,
     {NUMBERS(-1, 1, SHAPE2(B, 300)), NUMBERS(-1, 1, SHAPE2(9, 300))},
     build_product_tb,
     reference_product_tb,
     2e-5,
     5e-5,
     0},
    {"product_inner",
     2,
     {NUMBERS(-1, 1, SHAPE3(B, 2, 7)), NUMBERS(-1, 1, SHAPE2(7, 9))},
     build_product,
     reference_product_inner,
     2e-6,
     5e-5,
     0},
    {"product_transposed_a",
     2,
     {NUMBERS(-1, 1, SHAPE3(B, 7, 2)), NUMBERS(-1, 1, SHAPE2(7, 9))},
     build_product_ta,
     reference_product_ta,
     2e-6,
     5e-5,
     0},
    {"product_plain",
     2,
     {NUMBERS(-1, 1, SHAPE2(7, 4)), NUMBERS(-1, 1, SHAPE2(9, 7))},
     build_product_tatb,
     reference_product_tatb,
     2e-6,
     5e-6,
     0},
    {"product_over_batch",
     2,
     {NUMBERS(-1, 1, SHAPE2(B, 7)), NUMBERS(-1, 1, SHAPE2(B, 9))},
     build_product_ta,
     reference_product_over,
     2e-5,
     1e-5,
     0},
    {"product_fused",
     3,
     {NUMBERS(-1, 1, SHAPE2(B, 7)), NUMBERS(-1, 1, SHAPE2(7, 9)), NUMBERS(-1, 1, SHAPE1(9))},
     build_product_fused,
     reference_product_fused,
     2e-6,
     5e-5,
     0},
    {"product_heads",
     2,
     {NUMBERS(-1, 1, SHAPE3(B, 3, 5)), NUMBERS(-1, 1, SHAPE3(3, 5, 4))},
     build_product_heads,
     reference_product_heads,
     2e-6,
     5e-5,
     0},
    {"product_heads_fused",
     3,
     {NUMBERS(-1, 1, SHAPE3(B, 3, 5)), NUMBERS(-1, 1, SHAPE3(3, 5, 4)), NUMBERS(-1, 1, SHAPE2(3, 4))},
     build_product_heads_fused,
     reference_product_heads_fused,
     2e-6,
     5e-5,
     0},
    {"softmax", 1, {NUMBERS(-3, 3, SHAPE2(B, 6))}, build_softmax, reference_softmax, 1e-6, 2e-6, 0},
    {"log_softmax", 1, {NUMBERS(-3, 3, SHAPE3(B, 2, 6))}, build_log_softmax, reference_log_softmax, 2e-6, 5e-6, 0},
    OVER(sum_batch),
    OVER(sum_middle),
    OVER(sum_last),
    OVER(mean_batch),
    OVER(mean_middle),
    OVER(mean_last),
    OVER(max_batch),
    OVER(max_middle),
    OVER(max_last),
    {"reshape", 1, {NUMBERS(-1, 1, SHAPE3(B, 4, 3))}, build_reshape, reference_square, 2e-7, 1e-6, 0},
    {"concat",
     3,
     {NUMBERS(-1, 1, SHAPE3(B, 2, 3)), NUMBERS(-1, 1, SHAPE3(B, 1, 3)), NUMBERS(-1, 1, SHAPE3(B, 4, 3))},
     build_concat,
     reference_concat,
     1e-7,
     1e-7,
     0},
    {"slice", 1, {NUMBERS(-1, 1, SHAPE3(B, 4, 3))}, build_slice, reference_slice, 1e-7, 1e-7, 0},
    {"transpose", 1, {NUMBERS(-1, 1, SHAPE3(B, 4, 3))}, build_transpose, reference_transpose, 1e-7, 1e-7, 0},
    {"transpose_six", 1, {NUMBERS(-1, 1, SHAPE1(96))}, build_transpose6, reference_transpose6, 1e-7, 1e-7, 0},
    {"broadcast", 1, {NUMBERS(-1, 1, SHAPE3(B, 1, 3))}, build_broadcast, reference_broadcast, 1e-7, 1e-6, 0},
    {"broadcast_batch", 1, {NUMBERS(-1, 1, SHAPE2(4, 1))}, build_broadcast, reference_broadcast_batch, 1e-7, 1e-4, 0},
    {"gather",
     2,
     {NUMBERS(-1, 1, SHAPE2(6, 4)), CODES(-1, 8, SHAPE2(B, 3))},
     build_gather,
     reference_gather,
     1e-7,
     1e-5,
     0},
    {"gather_padded",
     2,
     {NUMBERS(-1, 1, SHAPE2(6, 4)), CODES(-1, 8, SHAPE2(B, 3))},
     build_gather_padded,
     reference_gather_padded,
     1e-7,
     1e-5,
     0},
    {"one_hot", 1, {CODES(-1, 5, SHAPE2(B, 3))}, build_one_hot, reference_one_hot, 0, 0, 0},
    {"offset_codes",
     2,
     {NUMBERS(-1, 1, SHAPE2(9, 2)), CODES(-1, 5, SHAPE2(B, 3))},
     build_offset_codes,
     reference_offset_codes,
     1e-7,
     1e-5,
     0},
    {"piecewise_linear", 1, {NUMBERS(-2, 2, SHAPE2(B, 2))}, build_piecewise, reference_piecewise, 1e-6, 5e-6, 0},
    {"layer_norm",
     3,
     {NUMBERS(-2, 2, SHAPE3(B, 2, 6)), NUMBERS(0.5, 2, SHAPE1(6)), NUMBERS(-1, 1, SHAPE1(6))},
     build_layer_norm,
     reference_layer_norm,
     5e-6,
     1e-4,
     0},
    {"layer_norm_bare",
     1,
     {NUMBERS(-2, 2, SHAPE3(B, 2, 6))},
     build_layer_norm_bare,
     reference_layer_norm_bare,
     5e-6,
     2e-5,
     0},
    {"batch_norm",
     3,
     {NUMBERS(-2, 2, SHAPE2(B, 4)), NUMBERS(0.5, 2, SHAPE1(4)), NUMBERS(-1, 1, SHAPE1(4))},
     build_batch_norm,
     reference_batch_norm,
     5e-6,
     1e-4,
     1},
    {"dropout", 1, {NUMBERS(-2, 2, SHAPE2(B, 37))}, build_dropout, reference_dropout, 5e-7, 1e-6, 1},
    {"dropout_positions", 1, {NUMBERS(-2, 2, SHAPE3(B, 5, 7))}, build_dropout, reference_dropout, 5e-7, 1e-6, 1},
    {"rms_norm",
     2,
     {NUMBERS(-2, 2, SHAPE3(B, 2, 6)), NUMBERS(0.5, 2, SHAPE1(6))},
     build_rms_norm,
     reference_rms_norm,
     2e-6,
     5e-5,
     0},
    {"rms_norm_bare",
     1,
     {NUMBERS(-2, 2, SHAPE3(B, 2, 6))},
     build_rms_norm_bare,
     reference_rms_norm_bare,
     2e-6,
     5e-6,
     0},
    {"rotary", 1, {NUMBERS(-2, 2, SHAPE3(B, 5, 12))}, build_rotary, reference_rotary, 1e-6, 2e-6, 0},
    {"sample_normal",
     2,
     {NUMBERS(-2, 2, SHAPE2(B, 9)), NUMBERS(-1, 1, SHAPE2(B, 9))},
     build_sample_normal,
     reference_sample_normal,
     1e-6,
     3e-6,
     1},
    {"reverse_gradient",
     1,
     {NUMBERS(-2, 2, SHAPE2(B, 9))},
     build_reverse_gradient,
     reference_exp,
     5e-7,
     1e-6,
     0},
    {"relu_dropout", 1, {NUMBERS(-2, 2, SHAPE2(B, 37))}, build_relu_dropout, reference_relu_dropout, 5e-7, 1e-6, 1},
#define ATTENTION_CASE(suffix, n_in, q, k)                                                                      \
    {"attention_" #suffix, n_in, {NUMBERS(-2, 2, q), NUMBERS(-2, 2, k), NUMBERS(-1, 1, k), CODES(0, 9, SHAPE1(B))}, \
     build_attention_##suffix, reference_attention_##suffix, 1e-6, 3e-6, 0}
    ATTENTION_CASE(heads, 3, SHAPE3(B, 5, 6), SHAPE3(B, 7, 6)),
    ATTENTION_CASE(causal, 3, SHAPE3(B, 6, 12), SHAPE3(B, 6, 6)),
    ATTENTION_CASE(lengths, 4, SHAPE3(B, 3, 6), SHAPE3(B, 7, 3)),
    ATTENTION_CASE(window, 4, SHAPE3(B, 9, 3), SHAPE3(B, 9, 3)),
    {"bce_logits",
     2,
     {NUMBERS(-4, 4, SHAPE2(B, 3)), NUMBERS(0, 1, SHAPE2(B, 3))},
     build_bce,
     reference_bce,
     1e-6,
     2e-6,
     0},
    {"softmax_cross_entropy",
     2,
     {NUMBERS(-3, 3, SHAPE2(B, 5)), CODES(0, 5, SHAPE1(B))},
     build_cross_entropy,
     reference_cross_entropy,
     2e-6,
     2e-6,
     0},
    {"softmax_cross_entropy_heads",
     2,
     {NUMBERS(-3, 3, SHAPE3(B, 3, 4)), CODES(0, 4, SHAPE1(B))},
     build_cross_entropy,
     reference_cross_entropy_heads,
     2e-6,
     2e-6,
     0},
    {"softmax_cross_entropy_positions",
     2,
     {NUMBERS(-3, 3, SHAPE3(B, 3, 4)), CODES(0, 4, SHAPE2(B, 3))},
     build_cross_entropy,
     reference_cross_entropy_positions,
     2e-6,
     2e-6,
     0},
    {"huber", 2, {NUMBERS(-1, 1, SHAPE1(B)), NUMBERS(-1, 1, SHAPE1(B))}, build_huber, reference_huber, 2e-7, 1e-6, 0},
    {"batch_norm_images",
     3,
     {NUMBERS(-2, 2, SHAPE4(B, 2, 3, 4)), NUMBERS(0.5, 2, SHAPE1(4)), NUMBERS(-1, 1, SHAPE1(4))},
     build_batch_norm,
     reference_batch_norm,
     5e-6,
     4e-4,
     1},
    IMAGE_CASES,
    PENALTY_CASES,
    RECURRENT_CASES
};
#define CASES ((int)(sizeof(cases) / sizeof(cases[0])))

#endif
