/* Sums and maxima in LJ_LANES virtual lanes, and sums over axes and batches. */
#include <math.h>

#include "compute/lanes.h"
#include "compute/tree.h"

float LJ_NAME(sum)(int64_t n, const float *x)
{
    return lanes_sum_of(n, x);
}

float LJ_NAME(sum_squares)(int64_t n, const float *x)
{
    return LJ_NAME(dot)(n, x, x);
}

float LJ_NAME(dot)(int64_t n, const float *a, const float *b)
{
    lanes s = lanes_zero();
    int64_t i = 0;
    for (; i + LJ_LANES <= n; i += LJ_LANES) {
        LJ_UNROLL
        for (int v = 0; v < LANES_V; v++)
            s.v[v] = vfma(vload(a + i + v * LJ_W), vload(b + i + v * LJ_W), s.v[v]);
    }
    for (int v = 0; i < n; i += LJ_W, v++) {
        const int64_t left = lj_min(n - i, LJ_W);
        s.v[v] = vfma(vload_up_to(a + i, left), vload_up_to(b + i, left), s.v[v]);
    }
    return lanes_sum(&s);
}

float LJ_NAME(max)(int64_t n, const float *x)
{
    return lanes_max_of(n, x);
}

void LJ_NAME(sum_axis)(int64_t outer, int64_t axis, int64_t inner, const float *x, float *y)
{
    if (inner == 1) {
        for (int64_t o = 0; o < outer; o++)
            y[o] = lanes_sum_of(axis, x + o * axis);
        return;
    }
    for (int64_t o = 0; o < outer; o++) {
        const float *from = x + o * axis * inner;
        float *to = y + o * inner;
        int64_t j = 0;
        for (; j + LJ_W <= inner; j += LJ_W) {
            vf s = vzero();
            for (int64_t i = 0; i < axis; i++)
                s = s + vload(from + i * inner + j);
            vstore(to + j, s);
        }
        if (j < inner) {
            vf s = vzero();
            for (int64_t i = 0; i < axis; i++)
                s = s + vload_n(from + i * inner + j, inner - j);
            vstore_n(to + j, s, inner - j);
        }
    }
}

void LJ_NAME(max_axis)(int64_t outer, int64_t axis, int64_t inner, const float *x, float *y, int32_t *index)
{
    for (int64_t o = 0; o < outer; o++) {
        for (int64_t j = 0; j < inner; j++) {
            const float *from = x + o * axis * inner + j;
            float best = from[0];
            int32_t at = 0;
            for (int64_t i = 1; i < axis && !isnan(best); i++) {
                const float now = from[i * inner];
                if (now > best || isnan(now)) {
                    best = now;
                    at = (int32_t)i;
                }
            }
            y[o * inner + j] = best;
            if (index != NULL)
                index[o * inner + j] = at;
        }
    }
}

void LJ_NAME(max_axis_grad)(int64_t outer, int64_t axis, int64_t inner, const int32_t *index, const float *dy,
                            float *dx)
{
    memset(dx, 0, (size_t)(outer * axis * inner) * sizeof(float));
    for (int64_t o = 0; o < outer; o++) {
        for (int64_t j = 0; j < inner; j++)
            dx[(o * axis + index[o * inner + j]) * inner + j] = dy[o * inner + j];
    }
}

enum { COLUMNS = 32, COLUMNS_V = COLUMNS / LJ_W }; /* summed side by side, so that whole lines of memory are read */

/* Sums of a shard: a chain in blocks, for `vectors` vectors of columns, one of them if only `columns` are left. */
LJ_INLINE void shard_sum(const int vectors, int64_t columns, int64_t rows, const float *x, int64_t x_row, vf *total)
{
    for (int64_t begin = 0; begin < rows; begin += LJ_CHAIN_BLOCK) {
        const int64_t end = lj_min(rows, begin + LJ_CHAIN_BLOCK);
        vf s[COLUMNS_V];
        LJ_UNROLL
        for (int v = 0; v < vectors; v++)
            s[v] = vzero();
        for (int64_t r = begin; r < end; r++) {
            LJ_UNROLL
            for (int v = 0; v < vectors; v++)
                s[v] = s[v] + vload_up_to(x + r * x_row + v * LJ_W, columns);
        }
        LJ_UNROLL
        for (int v = 0; v < vectors; v++)
            total[v] = begin == 0 ? s[v] : total[v] + s[v];
    }
}

/* Older sums + newer ones, in place of the older. */
LJ_INLINE void merge_sums(const int vectors, vf *older, const vf *newer)
{
    LJ_UNROLL
    for (int v = 0; v < vectors; v++)
        older[v] = older[v] + newer[v];
}

/* The tree over the shards, for the columns of shard_sum. */
LJ_INLINE void sum_columns(const int vectors, int64_t columns, int64_t rows, int64_t shard_rows, const float *x,
                           int64_t x_row, float *y)
{
    vf waiting[65][COLUMNS_V]; /* a tree of 2^63 shards, and the newest */
    int64_t levels = 0;
    for (int64_t row = 0, shard = 0; row < rows; row += shard_rows, shard++) {
        shard_sum(vectors, columns, lj_min(rows - row, shard_rows), x + row * x_row, x_row, waiting[levels++]);
        for (int merges = lj_tree_merges(shard); merges > 0; merges--, levels--)
            merge_sums(vectors, waiting[levels - 2], waiting[levels - 1]);
    }
    for (; levels > 1; levels--)
        merge_sums(vectors, waiting[levels - 2], waiting[levels - 1]);
    LJ_UNROLL
    for (int v = 0; v < vectors; v++)
        vstore_up_to(y + v * LJ_W, levels > 0 ? waiting[0][v] : vzero(), columns);
}

void LJ_NAME(column_sum)(int64_t rows, int64_t shard_rows, int64_t n, const float *x, int64_t x_row, float *y)
{
    int64_t j = 0;
    for (; j + COLUMNS <= n; j += COLUMNS)
        sum_columns(COLUMNS_V, LJ_W, rows, shard_rows, x + j, x_row, y + j);
    for (; j < n; j += LJ_W)
        sum_columns(1, lj_min(n - j, LJ_W), rows, shard_rows, x + j, x_row, y + j);
}
