/* Element-wise kernels: f of whole vectors, and of a last short one. */
#include <assert.h>

#include "compute/vector_math.h"

/* y[i] = f(x[i]) */
#define MAP(name, f)                                          \
    void name(int64_t n, const float *x, float *y)            \
    {                                                         \
        int64_t i = 0;                                        \
        for (; i + LJ_W <= n; i += LJ_W)                      \
            vstore(y + i, f(vload(x + i)));                   \
        if (i < n)                                            \
            vstore_n(y + i, f(vload_n(x + i, n - i)), n - i); \
    }

LJ_INLINE vf vnegate(vf x)
{
    return -x;
}
LJ_INLINE vf vsquare(vf x)
{
    return x * x;
}
LJ_INLINE vf vsign(vf x)
{
    const vf zero = vzero();
    return (vf)(((vi)(x > zero) & (vi)vset1(1.0F)) | ((vi)(x < zero) & (vi)vset1(-1.0F)));
}
LJ_INLINE vf vreciprocal(vf x)
{
    return vset1(1.0F) / x;
}

#define vabsolute vabs
#define MAP_UNARY(code, name) MAP(LJ_NAME(unary_##name), v##name)
LJ_UNARY_LIST(MAP_UNARY)

/* dx[i] = dy[i] f'(x[i]), from x or from y. */
#define MAP_ACTIVATION(code, name, from)                                                                         \
    MAP(LJ_NAME(activate_##name), v##name)                                                                       \
    void LJ_NAME(grad_##name)(int64_t n, const float *x, const float *y, const float *dy, float *dx)             \
    {                                                                                                            \
        int64_t i = 0;                                                                                           \
        (void)x, (void)y;                                                                                        \
        for (; i + LJ_W <= n; i += LJ_W)                                                                         \
            vstore(dx + i, v##name##_grad(vload(from + i), vload(dy + i)));                                      \
        if (i < n)                                                                                               \
            vstore_n(dx + i, v##name##_grad(vload_n(from + i, n - i), vload_n(dy + i, n - i)), n - i);           \
    }
LJ_ACTIVATION_LIST(MAP_ACTIVATION)

LJ_INLINE vf vadd(vf a, vf b)
{
    return a + b;
}
LJ_INLINE vf vsubtract(vf a, vf b)
{
    return a - b;
}
LJ_INLINE vf vmultiply(vf a, vf b)
{
    return a * b;
}
LJ_INLINE vf vdivide(vf a, vf b)
{
    return a / b;
}
LJ_INLINE vf vmaximum(vf a, vf b)
{
    return vselect((vi)(a >= b) | (vi)(a != a), a, b);
}
LJ_INLINE vf vminimum(vf a, vf b)
{
    return vselect((vi)(a <= b) | (vi)(a != a), a, b);
}
LJ_INLINE vf vgreater_equal(vf a, vf b)
{
    return (vf)((vi)(a >= b) & (vi)vset1(1.0F));
}
LJ_INLINE vf vgreater(vf a, vf b)
{
    return (vf)((vi)(a > b) & (vi)vset1(1.0F));
}

/* One row of n; a_step and b_step are 0 or 1, known where this is inlined. */
#define MAP_ROW(name, f)                                                                                     \
    LJ_INLINE void name(int64_t n, const float *a, const int a_step, const float *b, const int b_step,       \
                        float *y)                                                                            \
    {                                                                                                        \
        const vf a0 = a_step == 0 ? vset1(*a) : vzero();                                                     \
        const vf b0 = b_step == 0 ? vset1(*b) : vzero();                                                     \
        int64_t i = 0;                                                                                       \
        for (; i + LJ_W <= n; i += LJ_W)                                                                     \
            vstore(y + i, f(a_step == 0 ? a0 : vload(a + i), b_step == 0 ? b0 : vload(b + i)));              \
        if (i < n) {                                                                                         \
            const vf left = a_step == 0 ? a0 : vload_n(a + i, n - i);                                        \
            const vf right = b_step == 0 ? b0 : vload_n(b + i, n - i);                                       \
            vstore_n(y + i, f(left, right), n - i);                                                          \
        }                                                                                                    \
    }
#define MAP_BINARY(code, name)                                                                                \
    MAP_ROW(row_##name, v##name)                                                                              \
    void LJ_NAME(binary_##name)(const lj_binary_args *g)                                                      \
    {                                                                                                         \
        float *y = g->y;                                                                                      \
        assert((g->a_inner == 0 || g->a_inner == 1) && (g->b_inner == 0 || g->b_inner == 1));                 \
        if (g->inner <= 0)                                                                                    \
            return;                                                                                           \
        for (int64_t o = 0; o < g->outer; o++) {                                                              \
            for (int64_t i = 0; i < g->middle; i++, y += g->inner) {                                          \
                const float *a = g->a + o * g->a_outer + i * g->a_middle;                                     \
                const float *b = g->b + o * g->b_outer + i * g->b_middle;                                     \
                if (g->a_inner != 0 && g->b_inner != 0)                                                       \
                    row_##name(g->inner, a, 1, b, 1, y);                                                      \
                else if (g->a_inner != 0)                                                                     \
                    row_##name(g->inner, a, 1, b, 0, y);                                                      \
                else if (g->b_inner != 0)                                                                     \
                    row_##name(g->inner, a, 0, b, 1, y);                                                      \
                else                                                                                          \
                    row_##name(g->inner, a, 0, b, 0, y);                                                      \
            }                                                                                                 \
        }                                                                                                     \
    }
LJ_BINARY_LIST(MAP_BINARY)

void LJ_NAME(fill)(int64_t n, float value, float *y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = value;
}

void LJ_NAME(scale)(int64_t n, const float *x, float factor, float *y)
{
    const vf by = vset1(factor);
    int64_t i = 0;
    for (; i + LJ_W <= n; i += LJ_W)
        vstore(y + i, vload(x + i) * by);
    if (i < n)
        vstore_n(y + i, vload_n(x + i, n - i) * by, n - i);
}

void LJ_NAME(add_scaled)(int64_t n, const float *x, float factor, float *y)
{
    const vf by = vset1(factor);
    int64_t i = 0;
    for (; i + LJ_W <= n; i += LJ_W)
        vstore(y + i, vfma(vload(x + i), by, vload(y + i)));
    if (i < n)
        vstore_n(y + i, vfma(vload_n(x + i, n - i), by, vload_n(y + i, n - i)), n - i);
}

void LJ_NAME(clip)(int64_t n, const float *x, float low, float high, float *y)
{
    int64_t i = 0;
    for (; i + LJ_W <= n; i += LJ_W)
        vstore(y + i, vat_most(vat_least(vload(x + i), low), high));
    if (i < n)
        vstore_n(y + i, vat_most(vat_least(vload_n(x + i, n - i), low), high), n - i);
}

void LJ_NAME(copy)(const lj_copy_args *g)
{
    float *y = g->y;
    for (int64_t a = 0; a < g->dim[0]; a++) {
        for (int64_t b = 0; b < g->dim[1]; b++) {
            for (int64_t c = 0; c < g->dim[2]; c++) {
                const float *x = g->x + a * g->stride[0] + b * g->stride[1] + c * g->stride[2];
                if (g->stride[3] == 1) {
                    memcpy(y, x, (size_t)g->dim[3] * sizeof(float));
                } else {
                    for (int64_t d = 0; d < g->dim[3]; d++)
                        y[d] = x[d * g->stride[3]];
                }
                y += g->dim[3];
            }
        }
    }
}
