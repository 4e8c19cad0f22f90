/* Attention by blocks of keys with an online softmax; the scores of one block are all that is ever stored. */
#include <float.h>
#include <stddef.h>

#include "compute/attention.h"

int64_t LJ_NAME(attention_scratch)(int64_t keys, int64_t depth)
{
    const int64_t packed = (keys + SIDE - 1) / SIDE * SIDE * depth;
    return 2 * SQUARE + 2 * packed + LJ_NAME(product_scratch)(SIDE, depth, SIDE);
}

/* Scores become weights exp((s - most) * scale); returns their sum. */
static float weigh(int64_t width, float most, float scale, float *s)
{
    const vf greatest = vset1(most), by = vset1(scale);
    lanes sum = lanes_zero();
    for (int64_t j = 0; j < width; j += LJ_LANES) {
        LJ_UNROLL
        for (int v = 0; v < LANES_V; v++) {
            const vf p = vexp((vload(s + j + v * LJ_W) - greatest) * by);
            vstore(s + j + v * LJ_W, p);
            sum.v[v] = sum.v[v] + p;
        }
    }
    return lanes_sum(&sum);
}

static float exp_of_scaled(float x, float scale)
{
    return vexp(vset1(x) * vset1(scale))[0];
}

/* A block of queries: out [.., depth] with stride q_row, zeroed; lse [queries] or NULL. */
static void run_queries(const attention_head *h, int64_t query, float *out, float *lse)
{
    const lj_attention_args *g = h->g;
    float most[SIDE], sum[SIDE];
    attention_block b = first_block(h, query);
    out += query * h->q_row;
    for (int64_t r = 0; r < b.queries; r++) {
        most[r] = -FLT_MAX;
        sum[r] = 0.0F;
    }
    for (int first = 1; b.keys > 0; b = next_block(h, b), first = 0) {
        const int64_t width = padded(b.keys);
        score(h, &b);
        for (int64_t r = 0; r < b.queries; r++) {
            float *s = h->s + r * SIDE;
            const float before = most[r], greatest = lanes_max_of(width, s);
            most[r] = greatest > before || greatest != greatest ? greatest : before;
            const float total = weigh(width, most[r], g->scale, s);
            if (first) { /* there is nothing yet that would shrink */
                sum[r] = total;
                continue;
            }
            const float shrink = exp_of_scaled(before - most[r], g->scale);
            sum[r] = sum[r] * shrink + total;
            LJ_NAME(scale)(g->depth, out + r * h->q_row, shrink, out + r * h->q_row);
        }
        add_product(h, b.queries, b.keys, h->s, 0, h->v + b.key * h->k_row, h->k_row, out, h->q_row);
    }
    for (int64_t r = 0; r < b.queries; r++) {
        const int is_blind = sum[r] == 0.0F;
        if (lse != NULL)
            lse[query + r] = is_blind ? __builtin_inff()
                                      : vfma(vset1(most[r]), vset1(g->scale), vlog(vset1(sum[r])))[0];
        if (is_blind)
            continue;
        float *row = out + r * h->q_row;
        for (int64_t d = 0; d < g->depth; d += LJ_W) {
            const int64_t count = lj_min(g->depth - d, LJ_W);
            vstore_up_to(row + d, vload_up_to(row + d, count) / vset1(sum[r]), count);
        }
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
