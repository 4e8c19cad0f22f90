/* What attention and its gradient share: a head of a row, which keys a query sees, and a block of scores. */
#ifndef LIANJIN_COMPUTE_ATTENTION_H
#define LIANJIN_COMPUTE_ATTENTION_H

#include "compute/lanes.h"

#define SIDE LJ_ATTENTION_BLOCK
#define SQUARE (SIDE * SIDE)

_Static_assert(SIDE % LJ_TILE_N == 0, "a block of keys is whole panels");
_Static_assert(SIDE % LJ_LANES == 0, "a block of keys is whole rounds of lanes");

/* One head of one row of the batch. */
typedef struct attention_head {
    const lj_attention_args *g;
    int64_t limit;        /* keys of the row */
    int64_t q_row, k_row; /* strides */
    const float *q, *k, *v;
    float *packed_k;      /* blocks of transposed keys */
    float *packed_v;      /* the gradient's: of values */
    float *s, *d;         /* blocks: scores, then weights; the gradient's: of scores */
    float *scratch;       /* of products */
} attention_head;

/* A block of queries against one of keys. */
typedef struct attention_block {
    int64_t query, queries, key, keys; /* from, how many */
} attention_block;

static inline int64_t first_seen(const lj_attention_args *g, int64_t query)
{
    return g->window > 0 && query >= g->window ? query - g->window + 1 : 0;
}
/* Behind the last key that the query sees. */
static inline int64_t end_of_seen(const attention_head *h, int64_t query)
{
    int64_t end = h->limit;
    if (h->g->causal)
        end = lj_min(end, query + 1);
    else if (h->g->window > 0 && h->g->window < end - query)
        end = query + h->g->window;
    return end;
}

/* The first block of keys for a block of queries; keys 0: there is none. */
static inline attention_block first_block(const attention_head *h, int64_t query)
{
    attention_block b = {.query = query, .queries = lj_min(h->g->queries - query, SIDE)};
    b.key = first_seen(h->g, query) / SIDE * SIDE;
    b.keys = lj_min(end_of_seen(h, query + b.queries - 1) - b.key, SIDE);
    return b;
}
static inline attention_block next_block(const attention_head *h, attention_block b)
{
    b.key += SIDE;
    b.keys = lj_min(end_of_seen(h, b.query + b.queries - 1) - b.key, SIDE);
    return b;
}

/* Columns of a row of a block that are worth computing: whole lanes. */
static inline int64_t padded(int64_t keys)
{
    return (keys + LJ_LANES - 1) / LJ_LANES * LJ_LANES;
}

/* Row `row` of the batch: strides, limit, scratch; the head's pointers are set by attention_of. */
static inline attention_head attention_row(const lj_attention_args *g, int64_t row)
{
    const int64_t blocks = (g->keys + SIDE - 1) / SIDE;
    attention_head h = {.g = g, .limit = g->keys, .q_row = g->heads * g->depth, .k_row = g->kv_heads * g->depth};
    if (g->lengths != NULL)
        h.limit = g->lengths[row] < 0 ? 0 : lj_min(g->lengths[row], g->keys);
    h.s = g->scratch;
    h.d = h.s + SQUARE;
    h.packed_k = h.d + SQUARE;
    h.packed_v = h.packed_k + blocks * SIDE * g->depth;
    h.scratch = h.packed_v + blocks * SIDE * g->depth;
    return h;
}

/* Transposed keys (or values) of a head as the product reads them, block by block. */
static inline void pack_blocks(const attention_head *h, const float *x, float *packed)
{
    for (int64_t key = 0; key < h->limit; key += SIDE)
        LJ_NAME(pack_b)(h->g->depth, lj_min(h->limit - key, SIDE), x + key * h->k_row, 1, h->k_row,
                        packed + key * h->g->depth);
}

/* block [queries, keys] of SIDE columns = x of the block's queries times packed keys or values. */
static inline void multiply_by_packed(const attention_head *h, const attention_block *b, const float *x,
                                      const float *packed, float *block)
{
    const lj_product_args product = {.m = b->queries, .n = b->keys, .k = h->g->depth,
                                     .a = x + b->query * h->q_row, .a_row = h->q_row, .a_col = 1,
                                     .b_packed = packed + b->key * h->g->depth, .c = block, .c_row = SIDE};
    LJ_NAME(product)(&product);
}

/* c += a x, a [m, k] a block (or transposed), x [k, depth] with rows of stride x_row, c likewise. */
static inline void add_product(const attention_head *h, int64_t m, int64_t k, const float *a, int transposed,
                               const float *x, int64_t x_row, float *c, int64_t c_row)
{
    const lj_product_args product = {.m = m, .n = h->g->depth, .k = k,
                                     .a = a, .a_row = transposed ? 1 : SIDE, .a_col = transposed ? SIDE : 1,
                                     .b = x, .b_row = x_row, .b_col = 1, .c = c, .c_row = c_row,
                                     .accumulate = 1, .scratch = h->scratch};
    LJ_NAME(product)(&product);
}

/* h->s = q k; -inf where a query does not see a key, and past the last key up to whole lanes. */
static inline void score(const attention_head *h, const attention_block *b)
{
    const int64_t width = padded(b->keys);
    multiply_by_packed(h, b, h->q, h->packed_k, h->s);
    for (int64_t r = 0; r < b->queries; r++) {
        float *row = h->s + r * SIDE;
        const int64_t begin = lj_min(first_seen(h->g, b->query + r) - b->key, width);
        const int64_t end = end_of_seen(h, b->query + r) - b->key;
        for (int64_t j = 0; j < begin; j++)
            row[j] = -__builtin_inff();
        for (int64_t j = end > 0 ? end : 0; j < width; j++)
            row[j] = -__builtin_inff();
    }
}

#endif
