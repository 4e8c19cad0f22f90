/* Kernels of trees: plain loops say what they are, and all tables give the same bits. */
#include "compute/tables.h"

enum { ROWS = 1000, WIDTH = 13 };

/* What floor(x * scale + u) may be, u in [0, 1). */
static void check_whole(double found, double exact)
{
    if (!(found >= floor(exact) - 1e-9 && found <= floor(exact) + 1.0 + 1e-9))
        fail_msg("%.9g is not beside %.9g", found, exact);
}

static void words_are_gradients_rounded_at_random(void **state)
{
    (void)state;
    static float g[ROWS], h[ROWS];
    static uint32_t first[ROWS], words[ROWS];
    int has_first = 0;
    for (int64_t i = 0; i < ROWS; i++) {
        g[i] = 2.0F * lj_random_uniform(1, 2, (uint64_t)i) - 1.0F;
        h[i] = 0.25F * lj_random_uniform(1, 3, (uint64_t)i);
    }
    g[0] = 0.99F;
    g[1] = -0.99F;
    g[2] = 0.0F;
    const lj_kernels *tables[TABLES_MAX];
    const int table_count = tables_of_test(tables);
    for (int t = 0; t < table_count; t++) {
        const lj_kernels *k = tables[t];
        const lj_tree_words_args args = {.n = ROWS, .g = g, .h = h, .g_scale = 32768.0F, .h_scale = 131072.0F,
                                         .key = 99, .first = 7, .words = words};
        k->tree_words(&args);
        double error = 0.0;
        for (int64_t i = 0; i < ROWS; i++) {
            const int32_t whole = (int32_t)words[i] >> 16;
            check_whole((double)whole, (double)g[i] * 32768.0);
            check_whole((double)(words[i] & 0xffffU), (double)h[i] * 131072.0);
            error += (double)whole - (double)g[i] * 32768.0;
        }
        assert_true(fabs(error / ROWS) < 0.05); /* right on average: 5 deviations */
        if (has_first)
            assert_memory_equal(words, first, sizeof(words));
        memcpy(first, words, sizeof(first));
        has_first = 1;
    }
}

static void sums_are_those_of_a_plain_loop(void **state)
{
    (void)state;
    static uint8_t bins[ROWS * LJ_TREE_WIDTH];
    static uint32_t words[ROWS];
    static int32_t rows[ROWS];
    static uint64_t sums[LJ_TREE_WIDTH * LJ_TREE_BINS];
    for (int64_t i = 0; i < ROWS * LJ_TREE_WIDTH; i++)
        bins[i] = (uint8_t)(lj_random_u32(3, 1, (uint64_t)i) % 200U);
    for (int64_t i = 0; i < ROWS; i++) {
        words[i] = lj_random_u32(3, 2, (uint64_t)i); /* upper halves of both signs */
        rows[i] = (int32_t)((i * 7) % ROWS);
    }
    const lj_kernels *tables[TABLES_MAX];
    const int table_count = tables_of_test(tables);
    for (int t = 0; t < table_count; t++) {
        const lj_kernels *k = tables[t];
        for (int64_t width = 1; width <= LJ_TREE_WIDTH; width++) {
            for (int by_index = 0; by_index < 2; by_index++) {
                const int64_t n = 500, first = by_index ? 0 : 100;
                memset(sums, 0, sizeof(sums));
                const lj_tree_sums_args args = {.n = n, .rows = by_index ? rows : NULL, .first = first, .width = width,
                                                .bins = bins, .words = words, .sums = sums};
                k->tree_sums(&args);
                for (int64_t f = 0; f < width; f++) {
                    int64_t g[LJ_TREE_BINS] = {0}, h[LJ_TREE_BINS] = {0};
                    for (int64_t i = 0; i < n; i++) {
                        const int64_t row = by_index ? rows[i] : first + i;
                        g[bins[row * width + f]] += (int16_t)(words[row] >> 16);
                        h[bins[row * width + f]] += words[row] & 0xffffU;
                    }
                    for (int64_t b = 0; b < LJ_TREE_BINS; b++) {
                        const uint64_t found = sums[f * LJ_TREE_BINS + b];
                        assert_int_equal((int64_t)found >> 32, g[b]);
                        assert_int_equal(found & 0xffffffffU, h[b]);
                    }
                }
            }
        }
    }
}

static void bins_are_counts_of_cuts_below(void **state)
{
    (void)state;
    static float x[3 * 77], cuts[LJ_TREE_BINS];
    static uint8_t bins[77];
    for (int64_t i = 0; i < 3 * 77; i++)
        x[i] = (float)(int)(20.0F * lj_random_uniform(5, 1, (uint64_t)i)) - 10.0F;
    x[6] = NAN;
    x[9] = INFINITY;
    x[12] = -INFINITY;
    const lj_kernels *tables[TABLES_MAX];
    const int table_count = tables_of_test(tables);
    for (int t = 0; t < table_count; t++) {
        const lj_kernels *k = tables[t];
        for (int64_t count = 0; count < 30; count++) {
            for (int64_t c = 0; c < count; c++)
                cuts[c] = (float)c - 10.0F + (count % 2 == 0 ? 0.5F : 0.0F);
            k->tree_bins(77, x, 3, cuts, count, bins);
            for (int64_t i = 0; i < 77; i++) {
                int expected = isnan(x[3 * i]) ? 0 : 1;
                for (int64_t c = 0; c < count; c++)
                    expected += cuts[c] < x[3 * i];
                assert_int_equal(bins[i], expected);
            }
        }
    }
}

static double plain_score(const lj_tree_splits_args *a, int64_t i)
{
    const double gl = a->g[i] + a->g_add, hl = a->h[i] + a->h_add, gr = a->g_all - gl, hr = a->h_all - hl;
    const double left = fmax(fabs(gl) - a->l1, 0.0), right = fmax(fabs(gr) - a->l1, 0.0);
    const double al = hl + a->l2, ar = hr + a->l2;
    return (left * left * ar + right * right * al) / (al * ar);
}

static void splits_are_scored_by_the_written_formula(void **state)
{
    (void)state;
    double g[LJ_TREE_BINS + LJ_LANES], h[LJ_TREE_BINS + LJ_LANES];
    for (int64_t i = 0; i < LJ_TREE_BINS + LJ_LANES; i++) {
        g[i] = 1000.0 * (double)lj_random_uniform(9, 1, (uint64_t)i) - 500.0;
        h[i] = 40.0 * (double)i;
    }
    const lj_kernels *tables[TABLES_MAX];
    const int table_count = tables_of_test(tables);
    for (int t = 0; t < table_count; t++) {
        const lj_kernels *k = tables[t];
        for (int64_t n = 0; n <= 100; n++) {
            const lj_tree_splits_args a = {.n = n, .g = g, .h = h, .g_add = 3.0, .h_add = 5.0, .g_all = 77.0,
                                           .h_all = 4200.0, .l2 = 12.0, .l1 = n % 2 == 0 ? 0.0 : 90.0, .least = 300.0};
            double best = -INFINITY, score = 0.0, sums[LJ_TREE_BINS] = {0};
            int64_t where = -1;
            for (int64_t i = 0; i < n; i++) {
                const double hl = h[i] + a.h_add;
                if (hl >= a.least && a.h_all - hl >= a.least && plain_score(&a, i) > best) {
                    best = plain_score(&a, i);
                    where = i;
                }
            }
            assert_int_equal(k->tree_best(&a, &score), where);
            if (where >= 0)
                assert_true(score == best);
            k->tree_scores(&a, sums);
            for (int64_t i = 0; i < n; i++)
                assert_true(sums[i] == plain_score(&a, i));
        }
        /* Equal scores: the first place. */
        double same_g[64 + LJ_LANES] = {0}, same_h[64 + LJ_LANES];
        for (int64_t i = 0; i < 64 + LJ_LANES; i++)
            same_h[i] = 500.0;
        const lj_tree_splits_args equal = {.n = 64, .g = same_g, .h = same_h, .g_all = 10.0,
                                           .h_all = 1000.0, .l2 = 1.0};
        double score = 0.0;
        assert_int_equal(k->tree_best(&equal, &score), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_gradients_rounded_at_random),
        cmocka_unit_test(sums_are_those_of_a_plain_loop),
        cmocka_unit_test(bins_are_counts_of_cuts_below),
        cmocka_unit_test(splits_are_scored_by_the_written_formula),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
