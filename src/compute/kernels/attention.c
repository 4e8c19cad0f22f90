/* Attention by blocks of keys with an online softmax; the scores of one block are all that is ever stored. */
#include <float.h>
#include <stddef.h>

#include "compute/attention.h"
#include "compute/tile.h"

int64_t LJ_NAME(attention_scratch)(int64_t keys, int64_t depth)
{
    const int64_t packed = (keys + SIDE - 1) / SIDE * SIDE * depth;
    return 2 * SQUARE + 2 * packed + LJ_NAME(product_scratch)(SIDE, depth, SIDE);
}

/* What is known of the queries of a block, side by side. */
typedef struct queries_state {
    float most[SIDE];              /* the greatest score */
    float sum[SIDE];               /* of weights */
    float shrink[SIDE];            /* by the block of keys at hand */
    float parts[SIDE * LJ_LANES];  /* lanes of each query that are to be joined */
    float turned[LJ_LANES * SIDE]; /* the same, queries side by side */
} queries_state;

LJ_INLINE vf vgreater(vf a, vf b)
{
    return vselect((vi)(b > a), b, a);
}

/* The lanes of each query joined as lanes_sum does it (greatest: by vgreater): the first SIDE of q->turned. */
LJ_INLINE void join_lanes(const int greatest, queries_state *q)
{
    LJ_NAME(pack)(SIDE, LJ_LANES, q->parts, LJ_LANES, 1, q->turned, SIDE);
    for (int64_t half = LJ_LANES / 2; half > 0; half /= 2) {
        for (int64_t at = 0; at < half * SIDE; at += LJ_W) {
            const vf a = vload(q->turned + at), b = vload(q->turned + at + half * SIDE);
            vstore(q->turned + at, greatest ? vgreater(a, b) : a + b);
        }
    }
}

/* most = max(most, s of the block), shrink = exp((most before - most) * scale). A NaN needs no care: its weight is one. */
static void raise_most(const attention_head *h, const attention_block *b, queries_state *q)
{
    const int64_t width = padded(b->keys);
    for (int64_t r = 0; r < b->queries; r++) {
        const float *s = h->s + r * SIDE;
        lanes best;
        LJ_UNROLL
        for (int v = 0; v < LANES_V; v++)
            best.v[v] = vload(s + v * LJ_W);
        for (int64_t j = LJ_LANES; j < width; j += LJ_LANES) {
            LJ_UNROLL
            for (int v = 0; v < LANES_V; v++)
                best.v[v] = vgreater(best.v[v], vload(s + j + v * LJ_W));
        }
        lanes_store(&best, q->parts + r * LJ_LANES);
    }
    join_lanes(1, q);
    for (int64_t r = 0; r < SIDE; r += LJ_W) {
        const vf before = vload(q->most + r), most = vgreater(before, vload(q->turned + r));
        vstore(q->most + r, most);
        vstore(q->shrink + r, vexp((before - most) * vset1(h->g->scale)));
    }
}

/* Scores become weights exp((s - most) * scale), which join the sum. */
static void weigh(const attention_head *h, const attention_block *b, queries_state *q)
{
    const int64_t width = padded(b->keys);
    const vf by = vset1(h->g->scale);
    for (int64_t r = 0; r < b->queries; r++) {
        const vf most = vset1(q->most[r]);
        float *s = h->s + r * SIDE;
        lanes sum = lanes_zero();
        for (int64_t j = 0; j < width; j += LJ_LANES) {
            LJ_UNROLL
            for (int v = 0; v < LANES_V; v++) {
                const vf p = vexp((vload(s + j + v * LJ_W) - most) * by);
                vstore(s + j + v * LJ_W, p);
                sum.v[v] = sum.v[v] + p;
            }
        }
        lanes_store(&sum, q->parts + r * LJ_LANES);
    }
    join_lanes(0, q);
    for (int64_t r = 0; r < SIDE; r += LJ_W)
        vstore(q->sum + r, vload(q->sum + r) * vload(q->shrink + r) + vload(q->turned + r));
}

/* x = x * factor */
static void shrink_row(int64_t n, float factor, float *x)
{
    for (int64_t i = 0; i < n; i += LJ_W) {
        const int64_t count = lj_min(n - i, LJ_W);
        vstore_up_to(x + i, vload_up_to(x + i, count) * vset1(factor), count);
    }
}

/* x = x / sum */
static void divide_row(int64_t n, float sum, float *x)
{
    for (int64_t i = 0; i < n; i += LJ_W) {
        const int64_t count = lj_min(n - i, LJ_W);
        vstore_up_to(x + i, vload_up_to(x + i, count) / vset1(sum), count);
    }
}

/* A block of queries: out [.., depth] with stride q_row, zeroed; lse [queries] or NULL. */
static void run_queries(const attention_head *h, int64_t query, float *out, float *lse)
{
    const lj_attention_args *g = h->g;
    queries_state q = {.sum = {0.0F}};
    float logs[SIDE];
    attention_block b = first_block(h, query);
    out += query * h->q_row;
    for (int64_t r = 0; r < SIDE; r++)
        q.most[r] = -FLT_MAX;
    for (int first = 1; b.keys > 0; b = next_block(h, b), first = 0) {
        score(h, &b);
        raise_most(h, &b, &q);
        weigh(h, &b, &q);
        for (int64_t r = 0; r < b.queries && !first; r++) /* at first there is nothing that would shrink */
            shrink_row(g->depth, q.shrink[r], out + r * h->q_row);
        add_product(h, b.queries, b.keys, h->s, 0, h->v + b.key * h->k_row, h->k_row, out, h->q_row);
    }
    for (int64_t r = 0; r < SIDE; r += LJ_W)
        vstore(logs + r, vfma(vload(q.most + r), vset1(g->scale), vlog(vload(q.sum + r))));
    for (int64_t r = 0; r < b.queries; r++) {
        const int is_blind = q.sum[r] == 0.0F;
        if (lse != NULL)
            lse[query + r] = is_blind ? __builtin_inff() : logs[r];
        if (!is_blind)
            divide_row(g->depth, q.sum[r], out + r * h->q_row);
    }
}

void LJ_NAME(attention)(const lj_attention_args *args)
{
    const lj_attention_args *g = args;
    const int64_t group = g->heads / g->kv_heads, depth = g->depth;
    for (int64_t row = 0; row < g->rows; row++) {
        attention_head h = attention_row(g, row);
        float *out = g->out + row * g->queries * h.q_row;
        memset(out, 0, (size_t)(g->queries * h.q_row) * sizeof(float));
        for (int64_t head = 0; head < g->heads; head++) {
            h.q = g->q + row * g->queries * h.q_row + head * depth;
            h.k = g->k + row * g->keys * h.k_row + head / group * depth;
            h.v = g->v + row * g->keys * h.k_row + head / group * depth;
            if (head % group == 0)
                pack_blocks(&h, h.k, h.packed_k);
            for (int64_t query = 0; query < g->queries; query += SIDE)
                run_queries(&h, query, out + head * depth,
                            g->lse == NULL ? NULL : g->lse + (row * g->heads + head) * g->queries);
        }
    }
}
