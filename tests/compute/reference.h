/* Plain references of the kernels whose order is a contract: as the headers say it, one element at a time. */
#ifndef LIANJIN_TESTS_COMPUTE_REFERENCE_H
#define LIANJIN_TESTS_COMPUTE_REFERENCE_H

#include <math.h>
#include <string.h>

#include "compute/kernels.h"

/* A chain over k in blocks; a's and b's elements are a_step and b_step apart. */
static inline float reference_chain(int64_t k, const float *a, int64_t a_step, const float *b, int64_t b_step)
{
    float total = 0.0F;
    for (int64_t begin = 0; begin < k; begin += LJ_CHAIN_BLOCK) {
        float s = 0.0F;
        for (int64_t p = begin; p < k && p < begin + LJ_CHAIN_BLOCK; p++)
            s = fmaf(a[p * a_step], b[p * b_step], s);
        total = begin == 0 ? s : total + s;
    }
    return total;
}

/* Without the activations other than relu. */
static inline void reference_product(const lj_product_args *g)
{
    for (int64_t i = 0; i < g->m; i++) {
        for (int64_t j = 0; j < g->n; j++) {
            float *c = g->c + i * g->c_row + j;
            float s = reference_chain(g->k, g->a + i * g->a_row, g->a_col, g->b + j * g->b_col, g->b_row);
            if (g->accumulate)
                s = *c + s;
            if (g->bias != NULL)
                s = s + g->bias[j];
            if (g->before != NULL)
                g->before[i * g->c_row + j] = s;
            *c = g->activation == LJ_RELU && s < 0.0F ? 0.0F : s;
        }
    }
}

/*
 * The tree over the sums of shards [first, first + n), defined the other way
 * round than compute/tree.h: the greatest power of two below is the left part.
 */
typedef float reference_shard(const void *context, int64_t shard);
static inline float reference_tree(reference_shard *sum_of, const void *context, int64_t first, int64_t n)
{
    if (n == 0)
        return 0.0F;
    if (n == 1)
        return sum_of(context, first);
    int64_t left = 1;
    while (2 * left < n)
        left *= 2;
    return reference_tree(sum_of, context, first, left) + reference_tree(sum_of, context, first + left, n - left);
}

/* One element of product_shards. */
typedef struct reference_pair {
    int64_t rows, shard_rows;
    const float *a;
    int64_t a_row;
    const float *b;
    int64_t b_row;
} reference_pair;

static inline float reference_pair_sum(const void *context, int64_t shard)
{
    const reference_pair *p = context;
    const int64_t begin = shard * p->shard_rows;
    const int64_t rows = begin + p->shard_rows < p->rows ? p->shard_rows : p->rows - begin;
    return reference_chain(rows, p->a + begin * p->a_row, p->a_row, p->b + begin * p->b_row, p->b_row);
}
static inline float reference_shards(const reference_pair *p)
{
    return reference_tree(reference_pair_sum, p, 0, (p->rows + p->shard_rows - 1) / p->shard_rows);
}

/* Sums in 16 virtual lanes; b NULL: of a. */
static inline float reference_lanes(int64_t n, const float *a, const float *b)
{
    float lane[LJ_LANES] = {0.0F};
    for (int64_t i = 0; i < n; i++)
        lane[i % LJ_LANES] = b == NULL ? lane[i % LJ_LANES] + a[i] : fmaf(a[i], b[i], lane[i % LJ_LANES]);
    for (int half = LJ_LANES / 2; half > 0; half /= 2) {
        for (int l = 0; l < half; l++)
            lane[l] += lane[l + half];
    }
    return lane[0];
}

#endif
