/* Kernels of vectors of words: plain loops in double say what they are, and all tables give the same bits. */
#include "compute/reference.h"
#include "compute/tables.h"

enum { D = 112, ROWS = 24, PAIRS = 200 };

static double dot_of(int64_t d, const float *x, const float *y)
{
    double sum = 0;
    for (int64_t k = 0; k < d; k++)
        sum += (double)x[k] * (double)y[k];
    return sum;
}

static void near(const char *what, double found, double expected)
{
    if (!(fabs(found - expected) <= 4e-6 * fmax(1.0, fabs(expected))))
        fail_msg("%s: expected %.9g, found %.9g", what, expected, found);
}

typedef struct pairs_run {
    float d_input[ROWS * D], d_target[ROWS * D], error[ROWS * ROWS + LJ_LANES];
} pairs_run;

static void run_pairs(const lj_kernels *k, int64_t n, int64_t m, const float *x, const float *label, pairs_run *out)
{
    const float *input[ROWS], *target[ROWS];
    float *d_input[ROWS];
    for (int64_t i = 0; i < n; i++) {
        input[i] = x + i * D;
        d_input[i] = out->d_input + i * D;
    }
    for (int64_t t = 0; t < m; t++)
        target[t] = x + (n + t) * D;
    memcpy(out->d_input, x, sizeof(out->d_input)); /* changes are added to what is there */
    const lj_word_pairs_args args = {.n = n, .m = m, .d = D, .input = input, .target = target, .label = label,
                                     .rate = 0.25F, .d_input = d_input, .d_target = out->d_target,
                                     .error = out->error};
    k->word_pairs(&args);
}

static void check_pairs(int64_t n, int64_t m, const float *x, const float *label, const pairs_run *found)
{
    double error[ROWS * ROWS];
    for (int64_t i = 0; i < n; i++)
        for (int64_t t = 0; t < m; t++) {
            const double z = dot_of(D, x + i * D, x + (n + t) * D);
            error[i * m + t] = 0.25 * ((double)label[t] - 1.0 / (1.0 + exp(-z)));
            near("error", (double)found->error[i * m + t], error[i * m + t]);
        }
    for (int64_t k = 0; k < D; k++) {
        for (int64_t i = 0; i < n; i++) {
            double sum = (double)x[i * D + k];
            for (int64_t t = 0; t < m; t++)
                sum += error[i * m + t] * (double)x[(n + t) * D + k];
            near("change of an input", (double)found->d_input[i * D + k], sum);
        }
        for (int64_t t = 0; t < m; t++) {
            double sum = 0;
            for (int64_t i = 0; i < n; i++)
                sum += error[i * m + t] * (double)x[i * D + k];
            near("change of a target", (double)found->d_target[t * D + k], sum);
        }
    }
}

static void all_pairs_of_a_window(void **state)
{
    (void)state;
    static const int64_t shapes[][2] = {{6, 6}, {1, 6}, {10, 1}, {1, 1}, {3, 17}, {4, 4}, {2, 0}};
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    float *x = aligned_numbers(2 * ROWS * D);
    float label[ROWS];
    static pairs_run runs[2];
    for (int64_t i = 0; i < 2 * ROWS * D; i++)
        x[i] = lj_random_uniform(1, 2, (uint64_t)i) - 0.5F;
    for (int t = 0; t < ROWS; t++)
        label[t] = (float)(t % 3 == 0);
    for (size_t s = 0; s < sizeof(shapes) / sizeof(shapes[0]); s++) {
        const int64_t n = shapes[s][0], m = shapes[s][1];
        for (int t = 0; t < n_tables; t++) {
            run_pairs(table[t], n, m, x, label, &runs[t > 0]);
            if (t == 0)
                check_pairs(n, m, x, label, &runs[0]);
            assert_same(table[t], n * m, runs[t > 0].error, runs[0].error, "errors %d x %d", (int)n, (int)m);
            assert_same(table[t], n * D, runs[t > 0].d_input, runs[0].d_input, "inputs %d x %d", (int)n, (int)m);
            assert_same(table[t], m * D, runs[t > 0].d_target, runs[0].d_target, "targets %d x %d", (int)n, (int)m);
        }
    }
    lj_free(x);
}

static void sums_of_rows_and_sparse_products(void **state)
{
    (void)state;
    static const int32_t index[] = {3, 0, 3, 7, 1};
    static const int64_t begin[] = {0, 2, 2, 5};
    static const float value[] = {0.5F, -2.0F, 3.0F, 0.125F, 1.0F};
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    float *x = aligned_numbers(8 * D), *y = aligned_numbers(D), *z = aligned_numbers(3 * D);
    for (int64_t i = 0; i < 8 * D; i++)
        x[i] = lj_random_uniform(1, 3, (uint64_t)i) - 0.5F;
    for (int t = 0; t < n_tables; t++)
        for (int64_t d = 16; d <= D; d += 16) {
            for (int64_t k = 0; k < d; k++)
                y[k] = 0.75F;
            table[t]->row_sum_add(5, d, x, index, 0.25F, y);
            table[t]->sparse_product(3, d, begin, index, value, x, z);
            for (int64_t k = 0; k < d; k++) {
                float sum = 0.0F, row[3] = {0.0F, 0.0F, 0.0F};
                for (int e = 0; e < 5; e++)
                    sum = sum + x[index[e] * d + k];
                assert_true(same_bits(y[k], fmaf(sum, 0.25F, 0.75F)));
                for (int r = 0; r < 3; r++) {
                    for (int64_t e = begin[r]; e < begin[r + 1]; e++)
                        row[r] = fmaf(value[e], x[index[e] * d + k], row[r]);
                    assert_true(same_bits(z[r * d + k], row[r]));
                }
            }
        }
    lj_free(x), lj_free(y), lj_free(z);
}

typedef struct glove_state {
    float rows[4][ROWS * D] __attribute__((aligned(64))); /* words, contexts, squares of both */
    float bias[4][ROWS];
    double loss;
} glove_state;

static void start_glove(glove_state *s)
{
    for (int side = 0; side < 4; side++) {
        for (int64_t i = 0; i < ROWS * D; i++)
            s->rows[side][i] = side < 2 ? lj_random_uniform(4, (uint64_t)side, (uint64_t)i) - 0.5F : 1.0F;
        for (int64_t i = 0; i < ROWS; i++)
            s->bias[side][i] = side < 2 ? 0.01F * (float)i : 1.0F;
    }
    s->loss = 0;
}

/* The formulas of the paper, a pair after the other, in double. */
static void reference_glove(const lj_glove_pairs_args *a, double rows[4][ROWS * D], double bias[4][ROWS], double *loss)
{
    for (int64_t p = 0; p < a->n; p++) {
        const int64_t at[2] = {a->word[p], a->context[p]};
        double error = bias[0][at[0]] + bias[1][at[1]] - (double)a->log_count[p];
        for (int64_t k = 0; k < D; k++)
            error += rows[0][at[0] * D + k] * rows[1][at[1] * D + k];
        const double g = (double)a->rate * (double)a->weight[p] * error;
        *loss += 0.5 * (double)a->weight[p] * error * error;
        for (int64_t k = 0; k < D; k++) {
            const double gradient[2] = {g * rows[1][at[1] * D + k], g * rows[0][at[0] * D + k]};
            for (int side = 0; side < 2; side++) {
                double *squares = &rows[2 + side][at[side] * D + k];
                rows[side][at[side] * D + k] -= gradient[side] / sqrt(*squares);
                *squares += gradient[side] * gradient[side];
            }
        }
        for (int side = 0; side < 2; side++) {
            bias[side][at[side]] -= g / sqrt(bias[2 + side][at[side]]);
            bias[2 + side][at[side]] += g * g;
        }
    }
}

static lj_glove_pairs_args glove_args(glove_state *s, const int32_t *word, const int32_t *context,
                                      const float *log_count, const float *weight)
{
    return (lj_glove_pairs_args){
        .n = PAIRS, .d = D, .word = word, .context = context, .log_count = log_count, .weight = weight, .rate = 0.05F,
        .words = s->rows[0], .contexts = s->rows[1], .words_squares = s->rows[2], .contexts_squares = s->rows[3],
        .word_bias = s->bias[0], .context_bias = s->bias[1], .word_bias_squares = s->bias[2],
        .context_bias_squares = s->bias[3]};
}

static void steps_of_glove(void **state)
{
    (void)state;
    static glove_state first, other;
    static double rows[4][ROWS * D], bias[4][ROWS];
    double loss = 0;
    int32_t word[PAIRS], context[PAIRS];
    float log_count[PAIRS], weight[PAIRS];
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    for (int p = 0; p < PAIRS; p++) {
        word[p] = (int32_t)(lj_random_u32(1, 5, (uint64_t)p) % ROWS);
        context[p] = (int32_t)(lj_random_u32(1, 6, (uint64_t)p) % ROWS);
        log_count[p] = 3.0F * lj_random_uniform(1, 7, (uint64_t)p);
        weight[p] = lj_random_uniform(1, 8, (uint64_t)p);
    }
    start_glove(&first);
    for (int side = 0; side < 4; side++) {
        for (int64_t i = 0; i < ROWS * D; i++)
            rows[side][i] = (double)first.rows[side][i];
        for (int64_t i = 0; i < ROWS; i++)
            bias[side][i] = (double)first.bias[side][i];
    }
    lj_glove_pairs_args args = glove_args(&first, word, context, log_count, weight);
    table[0]->glove_pairs(&args);
    reference_glove(&args, rows, bias, &loss);
    near("loss", args.loss, loss);
    for (int side = 0; side < 4; side++) {
        for (int64_t i = 0; i < ROWS * D; i++)
            near("row", (double)first.rows[side][i], rows[side][i]);
        for (int64_t i = 0; i < ROWS; i++)
            near("bias", (double)first.bias[side][i], bias[side][i]);
    }
    for (int t = 1; t < n_tables; t++) {
        start_glove(&other);
        lj_glove_pairs_args again = glove_args(&other, word, context, log_count, weight);
        table[t]->glove_pairs(&again);
        assert_true(again.loss == args.loss);
        for (int side = 0; side < 4; side++) {
            assert_same(table[t], ROWS * D, other.rows[side], first.rows[side], "rows");
            assert_same(table[t], ROWS, other.bias[side], first.bias[side], "biases");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_pairs_of_a_window),
        cmocka_unit_test(sums_of_rows_and_sparse_products),
        cmocka_unit_test(steps_of_glove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
