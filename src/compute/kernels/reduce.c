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

/* Sums of a shard: a chain in blocks, for up to LJ_W columns. */
static vf shard_sum(int64_t rows, int64_t columns, const float *x, int64_t x_row)
{
    vf total = vzero();
    for (int64_t begin = 0; begin < rows; begin += LJ_CHAIN_BLOCK) {
        const int64_t end = lj_min(rows, begin + LJ_CHAIN_BLOCK);
        vf s = vzero();
        if (columns == LJ_W) {
            for (int64_t r = begin; r < end; r++)
                s = s + vload(x + r * x_row);
        } else {
            for (int64_t r = begin; r < end; r++)
                s = s + vload_n(x + r * x_row, columns);
        }
        total = begin == 0 ? s : total + s;
    }
    return total;
}

void LJ_NAME(column_sum)(int64_t rows, int64_t shard_rows, int64_t n, const float *x, int64_t x_row, float *y)
{
    for (int64_t j = 0; j < n; j += LJ_W) {
        const int64_t columns = lj_min(n - j, LJ_W);
        vf waiting[64]; /* a tree of 2^63 shards */
        int64_t levels = 0;
        int64_t shards = 0;
        for (int64_t row = 0; row < rows; row += shard_rows, shards++) {
            vf s = shard_sum(lj_min(rows - row, shard_rows), columns, x + row * x_row + j, x_row);
            for (int merges = lj_tree_merges(shards); merges > 0; merges--)
                s = waiting[--levels] + s;
            waiting[levels++] = s;
        }
        vf s = levels > 0 ? waiting[--levels] : vzero();
        while (levels > 0)
            s = waiting[--levels] + s;
        if (columns == LJ_W)
            vstore(y + j, s);
        else
            vstore_n(y + j, s, columns);
    }
}
