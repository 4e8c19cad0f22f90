/* Boosted trees: the same bits everywhere, and what they must learn. */
#include "compute/kernels.h"
#include "trees/trees.h"
#include "trees/trees_test.h"

/* ---- the same bits ---- */

/* First 16 digits of the hash of trees.json: another one is another arithmetic. */
static const struct {
    const char *name;
    lj_tree_loss loss;
    lj_tree_growth growth;
    double row_share, node_share;
    const char *hash;
} pinned[] = {
    {"leaf_wise", LJ_TREE_LOGISTIC, LJ_TREE_LEAF_WISE, 1.0, 1.0, "a933b6b67dcc9545"},
    {"depth_wise with shares", LJ_TREE_LOGISTIC, LJ_TREE_DEPTH_WISE, 0.7, 0.6, "93e91a16ffee8024"},
    {"symmetric", LJ_TREE_LOGISTIC, LJ_TREE_SYMMETRIC, 1.0, 1.0, "fc9e7426f2d0124a"},
    {"absolute", LJ_TREE_ABSOLUTE, LJ_TREE_LEAF_WISE, 1.0, 1.0, "1c34515404e0e96d"},
    {"symmetric with shares", LJ_TREE_LOGISTIC, LJ_TREE_SYMMETRIC, 0.8, 0.7, "c07e99e0c8eea2b9"},
    {"softmax", LJ_TREE_SOFTMAX, LJ_TREE_LEAF_WISE, 1.0, 1.0, "6c76e633a85eb1e0"},
};

static void every_machine_grows_the_same_trees(void **state)
{
    (void)state;
    static const int threads[] = {1, 2, 3, 8};
    for (size_t c = 0; c < sizeof(pinned) / sizeof(pinned[0]); c++) {
        const lj_tree_loss loss = pinned[c].loss;
        table *t = make_table(3, loss == LJ_TREE_SOFTMAX ? 'm' : loss == LJ_TREE_LOGISTIC ? 'b' : 'r');
        lj_tree_options options = options_of(loss, pinned[c].growth);
        options.rounds = 12;
        options.row_share = pinned[c].row_share;
        options.node_share = pinned[c].node_share;
        for (const char *const *isa = lj_kernels_names(); *isa != NULL; isa++) {
            if (lj_kernels_named(*isa) == NULL)
                continue;
            MUST(lj_kernels_select(*isa));
            for (size_t k = 0; k < sizeof(threads) / sizeof(threads[0]); k++) {
                char hex[LJ_SHA256_HEX];
                lj_trees *trees = fit_trees(&options, t, threads[k]);
                hash_of(trees, hex);
                if (strncmp(hex, pinned[c].hash, 16) != 0)
                    fail_msg("%s: hash %.16s with %s and %d threads", pinned[c].name, hex, *isa, threads[k]);
                lj_trees_destroy(trees);
            }
        }
        lj_free(t);
    }
    MUST(lj_kernels_select(NULL));
}

static void a_row_alone_scores_the_bits_of_the_table(void **state)
{
    (void)state;
    table *t = make_table(3, 'm');
    const lj_tree_options options = options_of(LJ_TREE_SOFTMAX, LJ_TREE_LEAF_WISE);
    lj_trees *trees = fit_trees(&options, t, 2);
    static float all[N * 3], one[3];
    lj_trees_raw(trees, &t->rows, NULL, all);
    for (int64_t i = 0; i < N; i++) {
        const lj_tree_rows row = {.n = 1, .numbers = t->numbers + i * NUMBERS, .number_count = NUMBERS,
                                  .codes = t->codes + i * CATEGORIES, .category_count = CATEGORIES};
        lj_trees_raw(trees, &row, NULL, one);
        assert_memory_equal(one, all + 3 * i, sizeof(one));
    }
    lj_trees_destroy(trees);
    lj_free(t);
}

/* ---- what they learn ---- */

static double explained(const table *t, const float *answers)
{
    double mean = 0.0, all = 0.0, left = 0.0;
    for (int64_t i = 0; i < N; i++)
        mean += t->target[i] / N;
    for (int64_t i = 0; i < N; i++) {
        all += (t->target[i] - mean) * (t->target[i] - mean);
        left += (t->target[i] - (double)answers[i]) * (t->target[i] - (double)answers[i]);
    }
    return 1.0 - left / all;
}

static void every_growth_learns_numbers_missing_ones_and_categories(void **state)
{
    (void)state;
    static float answers[N];
    table *train = make_table(3, 'r'), *test = make_table(4, 'r');
    for (int growth = 0; growth < LJ_TREE_GROWTH_COUNT; growth++) {
        lj_tree_options options = options_of(LJ_TREE_SQUARED, (lj_tree_growth)growth);
        options.rounds = 200;
        lj_trees *trees = fit_trees(&options, train, 2);
        answers_of(trees, test, answers);
        const double r2 = explained(test, answers);
        if (!(r2 > 0.95)) /* the noise leaves 0.99 */
            fail_msg("%s explains %.4f", lj_tree_growth_names[growth], r2);
        double gain[NUMBERS + CATEGORIES];
        int64_t count[NUMBERS + CATEGORIES];
        lj_trees_importance(trees, gain, count);
        for (int f = 0; f < NUMBERS + 1; f++) /* all but the last, which is noise, count far more than it */
            assert_true(gain[f] > 20.0 * gain[NUMBERS + 1]);
        lj_trees_destroy(trees);
    }
    lj_free(train);
    lj_free(test);
}

static double share_below(const table *t, const float *answers)
{
    double below = 0.0;
    for (int64_t i = 0; i < N; i++)
        below += t->target[i] <= (double)answers[i];
    return below / N;
}

static void every_loss_gives_what_it_is_named_for(void **state)
{
    (void)state;
    static float answers[N];
    table *t = make_table(3, 'r'), *counts = make_table(3, 'c');
    for (int loss = 0; loss < LJ_TREE_LOSS_COUNT; loss++) {
        if (loss == LJ_TREE_LOGISTIC || loss == LJ_TREE_SOFTMAX || loss >= LJ_TREE_ISOLATION)
            continue;
        const int is_count = loss == LJ_TREE_POISSON || loss == LJ_TREE_TWEEDIE;
        lj_tree_options options = options_of((lj_tree_loss)loss, LJ_TREE_LEAF_WISE);
        options.loss_parameter = loss == LJ_TREE_QUANTILE ? 0.9 : loss == LJ_TREE_TWEEDIE ? 1.5 : 0.3;
        options.rounds = 300;
        t->rows.category_count = loss == LJ_TREE_QUANTILE ? 0 : CATEGORIES; /* what the leaves saw is what is asked */
        lj_trees *trees = fit_trees(&options, is_count ? counts : t, 2);
        answers_of(trees, is_count ? counts : t, answers);
        if (loss == LJ_TREE_QUANTILE) {
            assert_true(fabs(share_below(t, answers) - 0.9) < 0.02);
        } else if (is_count) {
            double mean = 0.0, expected = 0.0;
            for (int64_t i = 0; i < N; i++) {
                assert_true(answers[i] > 0.0F);
                mean += (double)answers[i] / N;
                expected += counts->target[i] / N;
            }
            if (loss == LJ_TREE_POISSON) /* whose gradients add up to 0 where the means agree */
                assert_true(fabs(mean / expected - 1.0) < 0.03);
            assert_true(explained(counts, answers) > 0.5);
        } else if (!(explained(t, answers) > 0.93)) {
            fail_msg("%s explains %.4f", lj_tree_loss_names[loss], explained(t, answers));
        }
        lj_trees_destroy(trees);
    }
    lj_free(t);
    lj_free(counts);
}

static void classes_are_told_apart(void **state)
{
    (void)state;
    static float answers[N * 3];
    table *train = make_table(3, 'm'), *test = make_table(4, 'm');
    for (int is_forest = 0; is_forest < 2; is_forest++) {
        lj_tree_options options = options_of(LJ_TREE_SOFTMAX, LJ_TREE_DEPTH_WISE);
        options.is_forest = is_forest;
        options.rounds = 200;
        if (is_forest) {
            options.rate = 1.0;
            options.depth = 0;
            options.l2 = 0.0;
            options.row_share = 0.6;
            options.node_share = 0.5;
        }
        lj_trees *trees = fit_trees(&options, train, 2);
        int64_t right = 0;
        answers_of(trees, test, answers);
        for (int64_t i = 0; i < N; i++) {
            const float *p = answers + 3 * i;
            const int best = p[0] >= p[1] && p[0] >= p[2] ? 0 : p[1] >= p[2] ? 1 : 2;
            assert_true(fabsf(p[0] + p[1] + p[2] - 1.0F) < 1e-5F);
            right += (double)best == test->target[i];
        }
        if (right < (is_forest ? 80 : 85) * N / 100)
            fail_msg("forest %d: %d of %d are right", is_forest, (int)right, (int)N);
        lj_trees_destroy(trees);
    }
    lj_free(train);
    lj_free(test);
}

static void weights_count(void **state)
{
    (void)state;
    static float answers[N];
    table *t = make_table(3, 'r'), *other = make_table(3, 'r');
    for (int64_t i = 0; i < N; i += 2) {
        t->target[i] = 100.0; /* a lie, without weight */
        t->weight[i] = 0.0F;
    }
    t->rows.weight = t->weight;
    const lj_tree_options options = options_of(LJ_TREE_SQUARED, LJ_TREE_LEAF_WISE);
    lj_trees *trees = fit_trees(&options, t, 2);
    answers_of(trees, other, answers);
    assert_true(explained(other, answers) > 0.9);
    lj_trees_destroy(trees);
    lj_free(t);
    lj_free(other);
}

/* ---- constraints ---- */

static void monotone_trees_are_proved(void **state)
{
    (void)state;
    static const int8_t monotone[NUMBERS] = {1, 0, 0, -1, 0};
    table *t = make_table(3, 'b');
    for (int growth = 0; growth < LJ_TREE_SYMMETRIC; growth++) {
        lj_tree_options options = options_of(LJ_TREE_LOGISTIC, (lj_tree_growth)growth);
        lj_trees *free_ones = fit_trees(&options, t, 2);
        assert_int_equal(lj_trees_prove_monotone(free_ones, 3, -1), LJ_EDATA); /* the truth turns there */
        options.monotone = monotone;
        lj_trees *bound = fit_trees(&options, t, 2);
        MUST(lj_trees_prove_monotone(bound, 0, 1));
        MUST(lj_trees_prove_monotone(bound, 3, -1));
        for (int64_t i = 0; i < 200; i++) { /* and seen */
            float x[NUMBERS], last = -INFINITY;
            memcpy(x, t->numbers + i * NUMBERS, sizeof(x));
            for (int step = 0; step <= 50; step++) {
                float raw = 0.0F;
                x[0] = (float)step / 50.0F;
                const lj_tree_rows row = {.n = 1, .numbers = x, .number_count = NUMBERS,
                                          .codes = t->codes + i * CATEGORIES, .category_count = CATEGORIES};
                lj_trees_raw(bound, &row, NULL, &raw);
                assert_true(raw >= last);
                last = raw;
            }
        }
        lj_trees_destroy(free_ones);
        lj_trees_destroy(bound);
    }
    lj_free(t);
}

/* Rows of a score that is a sum over groups change by the same when a number of another group changes. */
static void groups_do_not_interact(void **state)
{
    (void)state;
    static const uint64_t groups[NUMBERS + CATEGORIES] = {1, 1, 2, 4, 4, 2, 2};
    table *t = make_table(3, 'r');
    lj_tree_options options = options_of(LJ_TREE_SQUARED, LJ_TREE_LEAF_WISE);
    options.groups = groups;
    lj_trees *trees = fit_trees(&options, t, 2);
    for (int64_t i = 0; i + 1 < 400; i += 2) {
        float raw[4];
        for (int k = 0; k < 4; k++) { /* numbers 3 and 4 of one row or the other, the rest of one or the other */
            float x[NUMBERS];
            const int64_t rest = i + (k & 1), own = i + (k >> 1);
            memcpy(x, t->numbers + rest * NUMBERS, sizeof(x));
            memcpy(x + 3, t->numbers + own * NUMBERS + 3, 2 * sizeof(*x));
            const lj_tree_rows row = {.n = 1, .numbers = x, .number_count = NUMBERS,
                                      .codes = t->codes + rest * CATEGORIES, .category_count = CATEGORIES};
            lj_trees_raw(trees, &row, NULL, &raw[k]);
        }
        assert_true(fabsf((raw[0] - raw[1]) - (raw[2] - raw[3])) < 1e-4F);
    }
    lj_trees_destroy(trees);
    lj_free(t);
}

/* ---- the end of it ---- */

typedef struct judging {
    const table *valid;
    double values[400];
    int64_t rounds;
} judging;

static lj_status judge(void *context, int64_t rounds, const float *answers, double *out)
{
    judging *j = context;
    *out = 0.0;
    for (int64_t i = 0; i < N; i++)
        *out -= log(j->valid->target[i] > 0.0 ? (double)answers[i] : 1.0 - (double)answers[i]) / N;
    j->values[rounds - 1] = *out;
    j->rounds = rounds;
    return LJ_OK;
}

/* By binned rows it is judged, by numbers it scores: both are the same trees. */
static void best_round_of(lj_tree_growth growth)
{
    static float answers[N];
    table *train = make_table(3, 'b'), *valid = make_table(4, 'b');
    judging seen = {.valid = valid};
    lj_tree_options options = options_of(LJ_TREE_LOGISTIC, growth);
    options.rounds = 400;
    options.rate = 0.3;
    options.patience = 10;
    options.row_share = 0.8;
    options.judge = judge;
    options.judge_context = &seen;
    lj_trees *trees = NULL, *part = NULL, *again = NULL;
    MUST(lj_trees_fit(&options, &train->rows, &valid->rows, NULL, NULL, &trees));
    const int64_t best = lj_trees_rounds(trees);
    assert_int_equal(seen.rounds, best + 10);
    for (int64_t r = 0; r < seen.rounds; r++)
        assert_true(seen.values[r] >= seen.values[best - 1]);
    double value = 0.0;
    answers_of(trees, valid, answers);
    MUST(judge(&seen, best, answers, &value));
    assert_true(fabs(value - seen.values[best - 1]) < 1e-12);

    lj_tree_options shorter = options;
    shorter.rounds = 5;
    MUST(lj_trees_fit(&shorter, &train->rows, &valid->rows, NULL, NULL, &part));
    options.start = part;
    MUST(lj_trees_fit(&options, &train->rows, &valid->rows, NULL, NULL, &again));
    char one[LJ_SHA256_HEX], two[LJ_SHA256_HEX];
    hash_of(trees, one);
    hash_of(again, two);
    assert_string_equal(one, two);
    lj_trees_destroy(part);
    lj_trees_destroy(again);
    lj_trees_destroy(trees);
    lj_free(train);
    lj_free(valid);
}

static void the_best_round_is_kept_and_a_broken_off_fit_goes_on(void **state)
{
    (void)state;
    for (int growth = 0; growth < LJ_TREE_GROWTH_COUNT; growth++)
        best_round_of((lj_tree_growth)growth);
}

/* The most features on a way to a leaf below node i; is_asked: those above it. */
static int64_t features_of(const lj_tree_node *nodes, int64_t i, unsigned is_asked)
{
    const lj_tree_node *node = &nodes[i];
    if (node->feature < 0)
        return __builtin_popcount(is_asked);
    const int64_t left = features_of(nodes, node->left, is_asked | 1U << node->feature);
    const int64_t right = features_of(nodes, node->left + 1, is_asked | 1U << node->feature);
    return left > right ? left : right;
}

/* With features_most the trees add up to curves and surfaces; the truth's pair (numbers 3 and 4) wants the latter. */
static void ways_of_few_features_ask_about_no_more(void **state)
{
    (void)state;
    static const lj_tree_growth growths[] = {LJ_TREE_LEAF_WISE, LJ_TREE_DEPTH_WISE};
    table *t = make_table(3, 'b');
    static float answers[N];
    for (int g = 0; g < 2; g++) {
        double loss[3] = {0.0};
        for (int most = 1; most <= 2; most++) {
            lj_tree_options options = options_of(LJ_TREE_LOGISTIC, growths[g]);
            options.features_most = most;
            lj_trees *trees = fit_trees(&options, t, 2);
            int64_t largest = 0;
            for (int64_t k = 0; k < trees->tree_count; k++) {
                const int64_t found = features_of(trees->nodes + trees->begin[k], 0, 0);
                largest = found > largest ? found : largest;
            }
            assert_int_equal(largest, most);
            answers_of(trees, t, answers);
            for (int64_t i = 0; i < N; i++)
                loss[most] -= log(t->target[i] > 0.5 ? (double)answers[i] : 1.0 - (double)answers[i]) / N;
            lj_trees_destroy(trees);
        }
        assert_true(loss[2] < loss[1] - 0.05);
    }
    lj_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_machine_grows_the_same_trees),
        cmocka_unit_test(ways_of_few_features_ask_about_no_more),
        cmocka_unit_test(a_row_alone_scores_the_bits_of_the_table),
        cmocka_unit_test(every_growth_learns_numbers_missing_ones_and_categories),
        cmocka_unit_test(every_loss_gives_what_it_is_named_for),
        cmocka_unit_test(classes_are_told_apart),
        cmocka_unit_test(weights_count),
        cmocka_unit_test(monotone_trees_are_proved),
        cmocka_unit_test(groups_do_not_interact),
        cmocka_unit_test(the_best_round_is_kept_and_a_broken_off_fit_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
