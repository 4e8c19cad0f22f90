/* Attention of every table has the bits of a plain reference that takes one number at a time, in the order of kernels.h. */
#include <float.h>
#include <stdio.h>

#include "compute/reference.h"
#include "compute/tables.h"

#define SIDE LJ_ATTENTION_BLOCK
#define DEPTH_MAX 300

typedef struct shape {
    int64_t rows, queries, keys, heads, kv_heads, depth;
    int causal;
    int64_t window;
    int has_lengths;
} shape;

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int sees(const lj_attention_args *g, int64_t row, int64_t i, int64_t j)
{
    const int64_t limit = g->lengths == NULL ? g->keys : g->lengths[row];
    return j < limit && j < g->keys && (!g->causal || j <= i) &&
           (g->window == 0 || (i - j < g->window && j - i < g->window));
}

/* The keys that the queries of a block see between them, from the beginning of a block of keys. */
static void keys_of(const lj_attention_args *g, int64_t row, int64_t query, int64_t queries, int64_t *begin,
                    int64_t *end)
{
    *begin = g->keys;
    *end = 0;
    for (int64_t i = query; i < query + queries; i++) {
        for (int64_t j = 0; j < g->keys; j++) {
            if (!sees(g, row, i, j))
                continue;
            *begin = least(*begin, j / SIDE * SIDE);
            *end = j + 1 > *end ? j + 1 : *end;
        }
    }
}

static float dot_of_score(const lj_attention_args *g, const float *x, int64_t row, int64_t head, int64_t i,
                          const float *y, int64_t j)
{
    const int64_t q_row = g->heads * g->depth, k_row = g->kv_heads * g->depth;
    return reference_chain(g->depth, x + (row * g->queries + i) * q_row + head * g->depth, 1,
                           y + (row * g->keys + j) * k_row + head / (g->heads / g->kv_heads) * g->depth, 1);
}

static void reference_query(const lj_kernels *k, const lj_attention_args *g, int64_t row, int64_t head, int64_t i,
                            int64_t begin, int64_t end)
{
    float most = -FLT_MAX, sum = 0.0F, out[DEPTH_MAX] = {0.0F};
    const int64_t k_row = g->kv_heads * g->depth, at = head / (g->heads / g->kv_heads) * g->depth;
    for (int64_t key = begin; key < end; key += SIDE) {
        const int64_t n = least(end - key, SIDE);
        float p[SIDE];
        const float before = most;
        for (int64_t j = 0; j < n; j++) {
            p[j] = sees(g, row, i, key + j) ? dot_of_score(g, g->q, row, head, i, g->k, key + j) : -INFINITY;
            most = p[j] > most ? p[j] : most;
        }
        for (int64_t j = 0; j < n; j++)
            p[j] = k->expf((p[j] - most) * g->scale);
        const float shrink = k->expf((before - most) * g->scale);
        sum = sum * shrink + reference_lanes(n, p, NULL);
        for (int64_t d = 0; d < g->depth; d++)
            out[d] = out[d] * shrink + reference_chain(n, p, 1, g->v + (row * g->keys + key) * k_row + at + d, k_row);
    }
    g->lse[(row * g->heads + head) * g->queries + i] = sum == 0.0F ? INFINITY : fmaf(most, g->scale, k->logf(sum));
    for (int64_t d = 0; d < g->depth; d++)
        g->out[(row * g->queries + i) * g->heads * g->depth + head * g->depth + d] = sum == 0.0F ? 0.0F : out[d] / sum;
}

/* One block of queries against one of keys, added to the gradients. */
static void reference_grad_block(const lj_kernels *k, const lj_attention_args *g, int64_t row, int64_t head,
                                 int64_t query, int64_t m, int64_t key, int64_t n)
{
    static float p[SIDE * SIDE], ds[SIDE * SIDE];
    const int64_t q_row = g->heads * g->depth, k_row = g->kv_heads * g->depth;
    const int64_t at_q = (row * g->queries + query) * q_row + head * g->depth;
    const int64_t at_k = (row * g->keys + key) * k_row + head / (g->heads / g->kv_heads) * g->depth;
    for (int64_t i = 0; i < m; i++) {
        const float lse = g->lse[(row * g->heads + head) * g->queries + query + i];
        const float delta = reference_lanes(g->depth, g->out + at_q + i * q_row, g->d_out + at_q + i * q_row);
        for (int64_t j = 0; j < n; j++) {
            const float s = sees(g, row, query + i, key + j)
                                ? dot_of_score(g, g->q, row, head, query + i, g->k, key + j) : -INFINITY;
            const float dp = dot_of_score(g, g->d_out, row, head, query + i, g->v, key + j);
            p[i * SIDE + j] = k->expf(fmaf(s, g->scale, -lse));
            ds[i * SIDE + j] = (p[i * SIDE + j] * (dp - delta)) * g->scale;
        }
    }
    for (int64_t d = 0; d < g->depth; d++) {
        for (int64_t i = 0; i < m; i++)
            g->dq[at_q + i * q_row + d] += reference_chain(n, ds + i * SIDE, 1, g->k + at_k + d, k_row);
        for (int64_t j = 0; j < n; j++) {
            g->dk[at_k + j * k_row + d] += reference_chain(m, ds + j, SIDE, g->q + at_q + d, q_row);
            g->dv[at_k + j * k_row + d] += reference_chain(m, p + j, SIDE, g->d_out + at_q + d, q_row);
        }
    }
}

static void reference(const lj_kernels *k, const lj_attention_args *g)
{
    memset(g->dq, 0, (size_t)(g->rows * g->queries * g->heads * g->depth) * sizeof(float));
    memset(g->dk, 0, (size_t)(g->rows * g->keys * g->kv_heads * g->depth) * sizeof(float));
    memset(g->dv, 0, (size_t)(g->rows * g->keys * g->kv_heads * g->depth) * sizeof(float));
    for (int64_t row = 0; row < g->rows; row++) {
        for (int64_t head = 0; head < g->heads; head++) {
            for (int64_t query = 0; query < g->queries; query += SIDE) {
                const int64_t m = least(g->queries - query, SIDE);
                int64_t begin, end;
                keys_of(g, row, query, m, &begin, &end);
                for (int64_t i = 0; i < m; i++)
                    reference_query(k, g, row, head, query + i, begin, end);
                for (int64_t key = begin; key < end; key += SIDE)
                    reference_grad_block(k, g, row, head, query, m, key, least(end - key, SIDE));
            }
        }
    }
}

/* Outputs of attention and its gradient; size of each. */
typedef struct outputs {
    float *x[5];
    int64_t n[5];
} outputs;

static outputs make_outputs(lj_attention_args *g)
{
    const int64_t q = g->rows * g->queries * g->heads * g->depth, k = g->rows * g->keys * g->kv_heads * g->depth;
    outputs o = {.n = {q, g->rows * g->heads * g->queries, q, k, k}};
    for (int i = 0; i < 5; i++)
        o.x[i] = numbers(o.n[i], 9);
    g->out = o.x[0];
    g->lse = o.x[1];
    g->dq = o.x[2];
    g->dk = o.x[3];
    g->dv = o.x[4];
    return o;
}

static void free_outputs(outputs *o)
{
    for (int i = 0; i < 5; i++)
        numbers_free(o->x[i]);
}

static void check(const shape *s)
{
    static const char *const names[5] = {"out", "lse", "dq", "dk", "dv"};
    static const int32_t lengths[] = {0, 5, 70, -3, 1000, 64, 1, 130};
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    lj_attention_args g = {.rows = s->rows, .queries = s->queries, .keys = s->keys, .heads = s->heads,
                           .kv_heads = s->kv_heads, .depth = s->depth, .scale = 0.37F, .causal = s->causal,
                           .window = s->window, .lengths = s->has_lengths ? lengths : NULL};
    const int64_t q = g.rows * g.queries * g.heads * g.depth, k = g.rows * g.keys * g.kv_heads * g.depth;
    float *in[4] = {numbers(q, 1), numbers(k, 2), numbers(k, 3), numbers(q, 4)};
    g.q = in[0], g.k = in[1], g.v = in[2], g.d_out = in[3];
    outputs expected = make_outputs(&g);
    reference(table[0], &g);
    for (int t = 0; t < n_tables; t++) {
        outputs found = make_outputs(&g);
        g.scratch = aligned_numbers(table[t]->attention_scratch(g.keys, g.depth));
        table[t]->attention(&g);
        table[t]->attention_grad(&g);
        for (int i = 0; i < 5; i++)
            assert_same(table[t], found.n[i], found.x[i], expected.x[i],
                        "%s, %lld queries, %lld keys, %lld/%lld heads of %lld, causal %d, window %lld", names[i],
                        (long long)g.queries, (long long)g.keys, (long long)g.heads, (long long)g.kv_heads,
                        (long long)g.depth, g.causal, (long long)g.window);
        lj_free(g.scratch);
        free_outputs(&found);
    }
    free_outputs(&expected);
    for (int i = 0; i < 4; i++)
        numbers_free(in[i]);
}

static void all_lengths_around_a_block_have_the_bits_of_the_reference(void **state)
{
    (void)state;
    static const int64_t sizes[] = {1, 2, 15, 17, 63, 64, 65, 130};
    for (int i = 0; i < 8; i++) {
        for (int j = 0; j < 8; j++) {
            check(&(shape){.rows = 1, .queries = sizes[i], .keys = sizes[j], .heads = 1, .kv_heads = 1, .depth = 5});
            check(&(shape){.rows = 1, .queries = sizes[i], .keys = sizes[j], .heads = 1, .kv_heads = 1, .depth = 16,
                           .causal = 1});
        }
    }
}

static void all_depths_have_the_bits_of_the_reference(void **state)
{
    (void)state;
    static const int64_t depths[] = {1, 3, 8, 31, 32, 33, 64, 192, 257, 300};
    for (int i = 0; i < 10; i++)
        check(&(shape){.rows = 2, .queries = 66, .keys = 70, .heads = 2, .kv_heads = 1, .depth = depths[i]});
}

static void heads_share_keys_in_groups(void **state)
{
    (void)state;
    static const int64_t heads[][2] = {{4, 4}, {4, 2}, {4, 1}, {6, 3}};
    for (int i = 0; i < 4; i++)
        check(&(shape){.rows = 3, .queries = 70, .keys = 70, .heads = heads[i][0], .kv_heads = heads[i][1], .depth = 8,
                       .causal = i % 2});
}

static void masks_hide_keys(void **state)
{
    (void)state;
    static const int64_t windows[] = {1, 2, 40, 64, 65, 100, INT64_MAX};
    for (int i = 0; i < 7; i++) {
        for (int causal = 0; causal < 2; causal++) {
            check(&(shape){.rows = 8, .queries = 140, .keys = 140, .heads = 2, .kv_heads = 1, .depth = 8,
                           .causal = causal, .window = windows[i], .has_lengths = i % 2});
        }
    }
    check(&(shape){.rows = 8, .queries = 30, .keys = 140, .heads = 2, .kv_heads = 2, .depth = 8, .has_lengths = 1});
    check(&(shape){.rows = 8, .queries = 140, .keys = 30, .heads = 2, .kv_heads = 2, .depth = 8, .window = 20});
}

/* What is not wanted is not written: the rest has the same bits. */
static void parts_may_be_left_out(void **state)
{
    (void)state;
    lj_attention_args g = {.rows = 1, .queries = 70, .keys = 66, .heads = 2, .kv_heads = 1, .depth = 8, .scale = 0.3F};
    const int64_t q = 70 * 16, k = 66 * 8;
    float *in[4] = {numbers(q, 1), numbers(k, 2), numbers(k, 3), numbers(q, 4)}, *again = numbers(q, 5);
    g.q = in[0], g.k = in[1], g.v = in[2], g.d_out = in[3];
    outputs o = make_outputs(&g);
    const lj_kernels *table = lj_kernels_get();
    g.scratch = aligned_numbers(table->attention_scratch(g.keys, g.depth));
    table->attention(&g);
    table->attention_grad(&g);
    lj_attention_args bare = g;
    bare.out = again;
    bare.lse = NULL;
    table->attention(&bare);
    assert_same(table, q, again, o.x[0], "out without lse");
    bare = g;
    bare.dq = again;
    bare.dk = bare.dv = NULL;
    table->attention_grad(&bare);
    assert_same(table, q, again, o.x[2], "dq alone");
    lj_free(g.scratch);
    free_outputs(&o);
    for (int i = 0; i < 4; i++)
        numbers_free(in[i]);
    numbers_free(again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_lengths_around_a_block_have_the_bits_of_the_reference),
        cmocka_unit_test(all_depths_have_the_bits_of_the_reference),
        cmocka_unit_test(heads_share_keys_in_groups),
        cmocka_unit_test(masks_hide_keys),
        cmocka_unit_test(parts_may_be_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
