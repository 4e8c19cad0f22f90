/* Vectors of words: pairs of word2vec, sums of their changes, products of counts, and steps of GloVe. */
#include "compute/lanes.h"

#define BLOCK 4 /* rows at once: a vector of the other side is loaded once for so many */

/* Lanes of x * y by fma, and what they add up to. */
LJ_INLINE lanes dot_lanes(int64_t d, const float *x, const float *y)
{
    lanes s = lanes_zero();
    for (int64_t k = 0; k < d; k += LJ_LANES) {
        LJ_UNROLL
        for (int v = 0; v < LANES_V; v++)
            s.v[v] = vfma(vload(x + k + v * LJ_W), vload(y + k + v * LJ_W), s.v[v]);
    }
    return s;
}

/* out[i] = dot(x[i], y) for `count` rows, at most BLOCK. */
LJ_INLINE void dots(int64_t d, const int count, const float *const *x, const float *y, float *out)
{
    lanes s[BLOCK];
    LJ_UNROLL
    for (int i = 0; i < count; i++)
        s[i] = lanes_zero();
    for (int64_t k = 0; k < d; k += LJ_LANES) {
        LJ_UNROLL
        for (int v = 0; v < LANES_V; v++) {
            const vf b = vload(y + k + v * LJ_W);
            LJ_UNROLL
            for (int i = 0; i < count; i++)
                s[i].v[v] = vfma(vload(x[i] + k + v * LJ_W), b, s[i].v[v]);
        }
    }
    LJ_UNROLL
    for (int i = 0; i < count; i++)
        out[i] = lanes_sum(&s[i]);
}

/* error [n, m]: first the dots, then what they are worth. */
static void errors_of(const lj_word_pairs_args *a)
{
    const int64_t count = a->n * a->m;
    for (int64_t i = 0; i < a->n; i++) {
        float *out = a->error + i * a->m;
        int64_t t = 0;
        for (; t + BLOCK <= a->m; t += BLOCK)
            dots(a->d, BLOCK, a->target + t, a->input[i], out + t);
        for (; t + 2 <= a->m; t += 2)
            dots(a->d, 2, a->target + t, a->input[i], out + t);
        for (; t < a->m; t++)
            dots(a->d, 1, a->target + t, a->input[i], out + t);
    }
    for (int64_t k = 0; k < LJ_LANES; k++)
        a->error[count + k] = 0.0F;
    for (int64_t k = 0; k < count; k += LJ_W)
        vstore(a->error + k, vsigmoid(vload(a->error + k)));
    for (int64_t i = 0; i < a->n; i++)
        for (int64_t t = 0; t < a->m; t++)
            a->error[i * a->m + t] = a->rate * (a->label[t] - a->error[i * a->m + t]);
}

/*
 * y[r] = a chain over s of factor[r * row + s * col] * x[s], from y[r] or +0: `count` rows (at most BLOCK) at once,
 * two vectors of each.
 */
LJ_INLINE void mix_rows(int64_t d, const int count, int64_t n, const float *factor, int64_t row, int64_t col,
                        const float *const *x, float *const *y, const int adds)
{
    enum { STEP = LJ_W < LJ_LANES ? 2 : 1 };
    for (int64_t k = 0; k < d; k += STEP * LJ_W) {
        vf sum[BLOCK][STEP];
        LJ_UNROLL
        for (int r = 0; r < count; r++) {
            LJ_UNROLL
            for (int v = 0; v < STEP; v++)
                sum[r][v] = adds ? vload(y[r] + k + v * LJ_W) : vzero();
        }
        for (int64_t s = 0; s < n; s++) {
            vf from[STEP];
            LJ_UNROLL
            for (int v = 0; v < STEP; v++)
                from[v] = vload(x[s] + k + v * LJ_W);
            LJ_UNROLL
            for (int r = 0; r < count; r++) {
                const vf f = vset1(factor[r * row + s * col]);
                LJ_UNROLL
                for (int v = 0; v < STEP; v++)
                    sum[r][v] = vfma(f, from[v], sum[r][v]);
            }
        }
        LJ_UNROLL
        for (int r = 0; r < count; r++) {
            LJ_UNROLL
            for (int v = 0; v < STEP; v++)
                vstore(y[r] + k + v * LJ_W, sum[r][v]);
        }
    }
}

void LJ_NAME(word_pairs)(const lj_word_pairs_args *a)
{
    errors_of(a);
    int64_t i = 0;
    for (; i + BLOCK <= a->n; i += BLOCK)
        mix_rows(a->d, BLOCK, a->m, a->error + i * a->m, a->m, 1, a->target, a->d_input + i, 1);
    for (; i + 2 <= a->n; i += 2)
        mix_rows(a->d, 2, a->m, a->error + i * a->m, a->m, 1, a->target, a->d_input + i, 1);
    for (; i < a->n; i++)
        mix_rows(a->d, 1, a->m, a->error + i * a->m, a->m, 1, a->target, a->d_input + i, 1);
    int64_t t = 0;
    for (; t + BLOCK <= a->m; t += BLOCK) {
        float *const y[BLOCK] = {a->d_target + t * a->d, a->d_target + (t + 1) * a->d, a->d_target + (t + 2) * a->d,
                                 a->d_target + (t + 3) * a->d};
        mix_rows(a->d, BLOCK, a->n, a->error + t, 1, a->m, a->input, y, 0);
    }
    for (; t + 2 <= a->m; t += 2) {
        float *const y[2] = {a->d_target + t * a->d, a->d_target + (t + 1) * a->d};
        mix_rows(a->d, 2, a->n, a->error + t, 1, a->m, a->input, y, 0);
    }
    for (; t < a->m; t++) {
        float *const y[1] = {a->d_target + t * a->d};
        mix_rows(a->d, 1, a->n, a->error + t, 1, a->m, a->input, y, 0);
    }
}

void LJ_NAME(row_sum_add)(int64_t n, int64_t d, const float *x, const int32_t *index, float factor, float *y)
{
    const vf by = vset1(factor);
    for (int64_t k = 0; k < d; k += LJ_LANES) {
        lanes s = lanes_zero();
        for (int64_t i = 0; i < n; i++) {
            const float *row = x + index[i] * d + k;
            LJ_UNROLL
            for (int v = 0; v < LANES_V; v++)
                s.v[v] = s.v[v] + vload(row + v * LJ_W);
        }
        LJ_UNROLL
        for (int v = 0; v < LANES_V; v++)
            vstore(y + k + v * LJ_W, vfma(s.v[v], by, vload(y + k + v * LJ_W)));
    }
}

/* Columns k .. k + count * LJ_LANES - 1 of one row. */
LJ_INLINE void sparse_row(int64_t d, const int count, int64_t n, const int32_t *column, const float *value,
                          const float *x, float *y)
{
    lanes s[4];
    LJ_UNROLL
    for (int c = 0; c < count; c++)
        s[c] = lanes_zero();
    for (int64_t e = 0; e < n; e++) {
        const float *from = x + column[e] * d;
        const vf f = vset1(value[e]);
        LJ_UNROLL
        for (int c = 0; c < count; c++) {
            LJ_UNROLL
            for (int v = 0; v < LANES_V; v++)
                s[c].v[v] = vfma(f, vload(from + c * LJ_LANES + v * LJ_W), s[c].v[v]);
        }
    }
    LJ_UNROLL
    for (int c = 0; c < count; c++) {
        LJ_UNROLL
        for (int v = 0; v < LANES_V; v++)
            vstore(y + c * LJ_LANES + v * LJ_W, s[c].v[v]);
    }
}

void LJ_NAME(sparse_product)(int64_t rows, int64_t d, const int64_t *begin, const int32_t *column, const float *value,
                             const float *x, float *y)
{
    for (int64_t r = 0; r < rows; r++) {
        const int64_t first = begin[r], n = begin[r + 1] - first;
        int64_t k = 0;
        for (; k + 4 * LJ_LANES <= d; k += 4 * LJ_LANES)
            sparse_row(d, 4, n, column + first, value + first, x + k, y + r * d + k);
        for (; k < d; k += LJ_LANES)
            sparse_row(d, 1, n, column + first, value + first, x + k, y + r * d + k);
    }
}

/* x moves by -(g * other) / sqrt(squares); `other` is what the other row was. */
LJ_INLINE void adagrad(vf g, vf other, float *x, float *squares)
{
    const vf gradient = g * other, sum = vload(squares);
    vstore(x, vload(x) - gradient / vsqrt(sum));
    vstore(squares, vfma(gradient, gradient, sum));
}

static void adagrad_bias(float g, float *x, float *squares)
{
    *x = *x - g / __builtin_sqrtf(*squares);
    *squares = *squares + g * g;
}

void LJ_NAME(glove_pairs)(lj_glove_pairs_args *a)
{
    for (int64_t p = 0; p < a->n; p++) {
        const int64_t i = a->word[p], j = a->context[p];
        float *w = a->words + i * a->d, *c = a->contexts + j * a->d;
        float *w_squares = a->words_squares + i * a->d, *c_squares = a->contexts_squares + j * a->d;
        const lanes s = dot_lanes(a->d, w, c);
        const float error = ((lanes_sum(&s) + a->word_bias[i]) + a->context_bias[j]) - a->log_count[p];
        const float weighted = a->weight[p] * error;
        const float step = a->rate * weighted;
        const vf g = vset1(step);
        a->loss += 0.5 * (double)weighted * (double)error;
        for (int64_t k = 0; k < a->d; k += LJ_W) {
            const vf word = vload(w + k);
            adagrad(g, vload(c + k), w + k, w_squares + k);
            adagrad(g, word, c + k, c_squares + k);
        }
        adagrad_bias(step, a->word_bias + i, a->word_bias_squares + i);
        adagrad_bias(step, a->context_bias + j, a->context_bias_squares + j);
    }
}
