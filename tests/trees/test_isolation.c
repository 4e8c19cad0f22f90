/* Isolation forests: what is far from all others scores high, and the same bits everywhere. */
#include "compute/kernels.h"
#include "trees/trees_test.h"

static lj_trees *isolate(const lj_tree_rows *rows, int64_t trees, int64_t sample)
{
    const lj_isolation_options options = {.trees = trees, .sample = sample, .seed = 7};
    lj_trees *forest = NULL;
    MUST(lj_isolation_fit(&options, rows, &forest));
    return forest;
}

static void what_is_far_scores_high(void **state)
{
    (void)state;
    static float answers[N];
    table *t = make_table(3, 'r');
    float *x = t->numbers;
    for (int64_t f = 0; f < 2; f++) { /* two numbers far out */
        x[10 * NUMBERS + f] = 9.0F;
        x[20 * NUMBERS + 3 + f] = -7.0F;
    }
    for (int64_t f = 0; f < NUMBERS; f++)
        x[30 * NUMBERS + f] = 1.5F; /* a little out everywhere */
    lj_trees *forest = isolate(&t->rows, 200, 256);
    answers_of(forest, t, answers);
    int64_t above[3] = {0, 0, 0};
    for (int64_t i = 0; i < N; i++) {
        assert_true(answers[i] > 0.0F && answers[i] < 1.0F);
        above[0] += answers[i] > answers[10];
        above[1] += answers[i] > answers[20];
        above[2] += answers[i] > answers[30];
    }
    for (int k = 0; k < 3; k++)
        if (above[k] >= 30) /* 1 of 100 */
            fail_msg("%d rows are above that of case %d", (int)above[k], k);
    lj_trees_destroy(forest);
    lj_free(t);
}

/* Two rows: one question parts them, c(2) = 1, so both answers are 2^-1. Equal rows are never parted: c(n) questions. */
static void lengths_are_in_units_of_the_mean(void **state)
{
    (void)state;
    const float two[] = {1.0F, 2.0F}, equal[] = {3.0F, 3.0F, 3.0F, 3.0F, 3.0F};
    float answers[5];
    lj_tree_rows rows = {.n = 2, .numbers = two, .number_count = 1};
    lj_trees *forest = isolate(&rows, 10, 256);
    lj_trees_raw(forest, &rows, NULL, answers);
    lj_trees_answer(forest, 2, answers);
    assert_true(fabsf(answers[0] - 0.5F) < 1e-6F && fabsf(answers[1] - 0.5F) < 1e-6F);
    lj_trees_destroy(forest);
    rows.n = 5;
    rows.numbers = equal;
    forest = isolate(&rows, 3, 256);
    lj_trees_raw(forest, &rows, NULL, answers);
    lj_trees_answer(forest, 5, answers);
    for (int i = 0; i < 5; i++)
        assert_true(fabsf(answers[i] - 0.5F) < 1e-6F);
    assert_int_equal(lj_trees_leaves(forest), 3);
    lj_trees_destroy(forest);
}

static void categories_and_missing_values_are_asked_about(void **state)
{
    (void)state;
    static float numbers[N], answers[N];
    static int32_t codes[N];
    static const int32_t size[] = {4};
    for (int64_t i = 0; i < N; i++) {
        numbers[i] = 0.0F;
        codes[i] = 1 + (int32_t)(i % 2);
    }
    codes[5] = 3;       /* the only one of its level */
    numbers[6] = NAN;   /* nothing else differs */
    const lj_tree_rows rows = {.n = N, .numbers = numbers, .number_count = 1, .codes = codes, .category_count = 1,
                               .category_sizes = size};
    lj_trees *forest = isolate(&rows, 300, N);
    lj_trees_raw(forest, &rows, NULL, answers);
    lj_trees_answer(forest, N, answers);
    for (int64_t i = 0; i < N; i++)
        assert_true(i == 5 || answers[5] > answers[i]);
    lj_trees_destroy(forest);
}

static void every_machine_isolates_alike(void **state)
{
    (void)state;
    table *t = make_table(3, 'r');
    for (const char *const *isa = lj_kernels_names(); *isa != NULL; isa++) {
        char hex[LJ_SHA256_HEX];
        if (lj_kernels_named(*isa) == NULL)
            continue;
        MUST(lj_kernels_select(*isa));
        lj_trees *forest = isolate(&t->rows, 20, 64);
        hash_of(forest, hex);
        if (strncmp(hex, "cf0fb0d51b4d7a1b", 16) != 0)
            fail_msg("hash %.16s with %s", hex, *isa);
        lj_trees_destroy(forest);
    }
    MUST(lj_kernels_select(NULL));
    lj_free(t);
}

static void too_few_rows_are_refused(void **state)
{
    (void)state;
    const float one[] = {1.0F};
    const lj_tree_rows rows = {.n = 1, .numbers = one, .number_count = 1};
    const lj_isolation_options options = {.trees = 5, .sample = 256};
    lj_trees *forest = NULL;
    assert_int_equal(lj_isolation_fit(&options, &rows, &forest), LJ_EDATA);
    assert_null(forest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_far_scores_high),
        cmocka_unit_test(lengths_are_in_units_of_the_mean),
        cmocka_unit_test(categories_and_missing_values_are_asked_about),
        cmocka_unit_test(every_machine_isolates_alike),
        cmocka_unit_test(too_few_rows_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
