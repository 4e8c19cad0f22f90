/* The gradient of attention: blocks of scores are made again from q, k and the log-sum-exp. */
#include <stddef.h>

#include "compute/attention.h"

/* Scores s become weights p, and d = d_out v^T becomes the gradient of the scores. */
static void turn(int64_t width, float scale, float lse, float delta, float *s, float *d)
{
    const vf by = vset1(scale), below = vset1(-lse), shared = vset1(delta);
    for (int64_t j = 0; j < width; j += LJ_W) {
        const vf p = vexp(vfma(vload(s + j), by, below));
        vstore(s + j, p);
        vstore(d + j, (p * (vload(d + j) - shared)) * by);
    }
}

/* Where the gradients of a head lie; dk and dv may be NULL. */
typedef struct gradients {
    const float *out, *d_out, *lse;
    float *dq, *dk, *dv;
} gradients;

static void run_queries(const attention_head *h, int64_t query, const gradients *to)
{
    const lj_attention_args *g = h->g;
    float delta[SIDE];
    attention_block b = first_block(h, query);
    for (int64_t r = 0; r < b.queries; r++)
        delta[r] = LJ_NAME(dot)(g->depth, to->out + (query + r) * h->q_row, to->d_out + (query + r) * h->q_row);
    for (; b.keys > 0; b = next_block(h, b)) {
        const int64_t at_query = query * h->q_row, at_key = b.key * h->k_row;
        score(h, &b);
        multiply_by_packed(h, &b, to->d_out, h->packed_v, h->d);
        for (int64_t r = 0; r < b.queries; r++)
            turn(padded(b.keys), g->scale, to->lse[query + r], delta[r], h->s + r * SIDE, h->d + r * SIDE);
        add_product(h, b.queries, b.keys, h->d, 0, h->k + at_key, h->k_row, to->dq + at_query, h->q_row);
        if (to->dk != NULL)
            add_product(h, b.keys, b.queries, h->d, 1, h->q + at_query, h->q_row, to->dk + at_key, h->k_row);
        if (to->dv != NULL)
            add_product(h, b.keys, b.queries, h->s, 1, to->d_out + at_query, h->q_row, to->dv + at_key, h->k_row);
    }
}

void LJ_NAME(attention_grad)(const lj_attention_args *args)
{
    const lj_attention_args *g = args;
    const int64_t group = g->heads / g->kv_heads, depth = g->depth;
    for (int64_t row = 0; row < g->rows; row++) {
        attention_head h = attention_row(g, row);
        const int64_t q_size = g->queries * h.q_row, k_size = g->keys * h.k_row;
        memset(g->dq + row * q_size, 0, (size_t)q_size * sizeof(float));
        if (g->dk != NULL)
            memset(g->dk + row * k_size, 0, (size_t)k_size * sizeof(float));
        if (g->dv != NULL)
            memset(g->dv + row * k_size, 0, (size_t)k_size * sizeof(float));
        for (int64_t head = 0; head < g->heads; head++) {
            const int64_t at_q = row * q_size + head * depth, at_k = row * k_size + head / group * depth;
            const gradients to = {.out = g->out + at_q, .d_out = g->d_out + at_q,
                                  .lse = g->lse + (row * g->heads + head) * g->queries,
                                  .dq = g->dq + at_q,
                                  .dk = g->dk == NULL ? NULL : g->dk + at_k,
                                  .dv = g->dv == NULL ? NULL : g->dv + at_k};
            h.q = g->q + at_q;
            h.k = g->k + at_k;
            h.v = g->v + at_k;
            if (head % group == 0) {
                pack_blocks(&h, h.k, h.packed_k);
                pack_blocks(&h, h.v, h.packed_v);
            }
            for (int64_t query = 0; query < g->queries; query += SIDE)
                run_queries(&h, query, &to);
        }
    }
}
