/* Scorecards: which numbers are used, what their points are, and the same bits however they are fitted. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "compute/kernels.h"
#include "lianjin/random.h"
#include "lianjin/scorecard.h"

#define MUST(expr)                                                                                                     \
    do {                                                                                                               \
        if ((expr) != LJ_OK)                                                                                           \
            fail_msg("%s: %s", #expr, lj_error_message());                                                             \
    } while (0)

enum { N = 3000, NUMBERS = 4 };

static float numbers[N * NUMBERS];
static double target[N];

/*
 * Numbers with three values each, which are the weights of evidence of what they say of the target; the second says
 * the same as the first but for some noise in the other direction, the last one nothing.
 */
static void make_rows(void)
{
    int level[NUMBERS][N];
    for (int i = 0; i < N; i++) {
        const uint64_t at = (uint64_t)i;
        level[0][i] = (int)(lj_random_u32(3, 1, at) % 3);
        level[1][i] = lj_random_u32(3, 2, at) % 5 == 0 ? (int)(lj_random_u32(3, 3, at) % 3) : level[0][i];
        level[2][i] = (int)(lj_random_u32(3, 4, at) % 3);
        level[3][i] = (int)(lj_random_u32(3, 5, at) % 3);
        /* given the first one, the second one works against its own evidence */
        const double p = 0.10 + 0.28 * level[0][i] - 0.10 * level[1][i] + 0.12 * level[2][i];
        target[i] = lj_random_uniform(3, 6, at) < p;
    }
    for (int j = 0; j < NUMBERS; j++) {
        double rows[3] = {0}, events[3] = {0}, all = 0;
        for (int i = 0; i < N; i++) {
            rows[level[j][i]]++;
            events[level[j][i]] += target[i];
            all += target[i];
        }
        for (int i = 0; i < N; i++) {
            const int k = level[j][i];
            numbers[i * NUMBERS + j] = (float)log((rows[k] - events[k]) / (N - all) / (events[k] / all));
        }
    }
}

static lj_status fit(const char *text, lj_task task, int64_t categories, lj_team *team, lj_model **out)
{
    static const int32_t size = 2;
    static int32_t codes[N];
    const lj_rows rows = {.n = N, .numbers = numbers, .number_count = NUMBERS, .target = target,
                          .codes = categories > 0 ? codes : NULL, .category_count = categories};
    const lj_model_spec spec = {.task = task, .classes = task == LJ_BINARY ? 2 : 0, .number_count = NUMBERS,
                                .category_count = categories, .category_sizes = &size};
    lj_doc *doc = NULL;
    lj_train_result result;
    MUST(lj_json_parse("options", text, strlen(text), &doc));
    const lj_fit_options options = {.family = "scorecard", .file = lj_doc_name(doc), .model = lj_doc_root(doc)};
    *out = NULL;
    const lj_status status = lj_model_fit(&options, &spec, &rows, NULL, team, NULL, &result, out);
    lj_free(result.epochs);
    lj_doc_destroy(doc);
    return status;
}

static const float *weights_of(const lj_model *model)
{
    return lj_weights_find((lj_weights *)lj_model_weights(model), "linear.weight")->data;
}

static void numbers_are_chosen_by_what_they_tell_and_by_their_sign(void **state)
{
    (void)state;
    lj_model *model = NULL;
    MUST(fit("{\"l2\": 0, \"min_iv\": 0}", LJ_BINARY, 0, NULL, &model));
    const float *w = weights_of(model);
    assert_true(w[0] < 0 && w[1] > 0 && w[2] < 0 && w[3] != 0);
    lj_model_destroy(model);

    MUST(fit("{\"l2\": 0, \"signs\": true, \"min_iv\": 0.02}", LJ_BINARY, 0, NULL, &model));
    w = weights_of(model);
    assert_true(w[0] < 0 && w[1] == 0 && w[2] < 0 && w[3] == 0);
    lj_model_destroy(model);

    assert_int_equal(fit("{\"min_iv\": 50}", LJ_BINARY, 0, NULL, &model), LJ_EDATA);
    assert_non_null(strstr(lj_error_message(), "no column has an information value of 50 or more"));
}

/* On one number with its own weights of evidence the fit is that number: weight -1, and the odds of all rows. */
static void a_lone_number_has_the_weight_of_its_evidence(void **state)
{
    (void)state;
    lj_model *model = NULL;
    double events = 0;
    for (int i = 0; i < N; i++)
        events += target[i];
    MUST(fit("{\"l2\": 0, \"min_iv\": 0.5}", LJ_BINARY, 0, NULL, &model));
    const float *w = weights_of(model);
    const float *b = lj_weights_find((lj_weights *)lj_model_weights(model), "linear.bias")->data;
    assert_true(w[1] == 0 && w[2] == 0 && w[3] == 0);
    assert_true(fabs((double)w[0] + 1.0) < 1e-4);
    assert_true(fabs((double)b[0] - log(events / (N - events))) < 1e-4);
    lj_model_destroy(model);
}

static void points_scale_the_odds(void **state)
{
    (void)state;
    lj_model *model = NULL;
    lj_scorecard card;
    static float scores[N];
    MUST(fit("{\"base_score\": 500, \"base_odds\": 10, \"pdo\": 4000}", LJ_BINARY, 0, NULL, &model));
    MUST(lj_scorecard_of(model, &card));
    const lj_rows rows = {.n = N, .numbers = numbers, .number_count = NUMBERS};
    MUST(lj_model_predict(model, &rows, NULL, scores));
    for (int i = 0; i < N; i++) {
        const float *row = numbers + i * NUMBERS;
        int64_t sum = 0;
        for (int64_t j = 0; j < NUMBERS; j++)
            sum += lj_scorecard_points(&card, j, row[j]);
        assert_int_equal(sum, lj_scorecard_score(&card, row));
        const double odds = (1 - (double)scores[i]) / (double)scores[i];
        const double exact = 500 + 4000 * log2(odds / 10);
        assert_true(fabs(exact - (double)sum) < 2.1); /* whole points of each number */
    }
    lj_model_destroy(model);
}

static void the_same_bits_on_any_instruction_set_and_threads(void **state)
{
    (void)state;
    char first[65] = "", hex[65];
    for (const char *const *isa = lj_kernels_names(); *isa != NULL; isa++) {
        if (lj_kernels_select(*isa) != LJ_OK)
            continue;
        for (int threads = 1; threads <= 4; threads *= 2) {
            lj_team *team = NULL;
            lj_model *model = NULL;
            MUST(lj_team_create(threads, &team));
            MUST(fit("{}", LJ_BINARY, 0, team, &model));
            MUST(lj_weights_sha256(lj_model_weights(model), hex));
            if (first[0] == '\0')
                memcpy(first, hex, sizeof(first));
            assert_string_equal(first, hex);
            lj_model_destroy(model);
            lj_team_destroy(team);
        }
    }
    MUST(lj_kernels_select(NULL));
}

static void what_is_no_scorecard_is_refused(void **state)
{
    (void)state;
    lj_model *model = NULL;
    lj_scorecard card;
    assert_int_equal(fit("{}", LJ_REGRESSION, 0, NULL, &model), LJ_EDATA);
    assert_non_null(strstr(lj_error_message(), "expected a target of two classes, found regression"));
    assert_int_equal(fit("{}", LJ_BINARY, 1, NULL, &model), LJ_EDATA);
    assert_non_null(strstr(lj_error_message(), "found 1 encoded categories"));
    assert_int_equal(fit("{\"pdo\": 0}", LJ_BINARY, 0, NULL, &model), LJ_ECONFIG);

    const lj_rows rows = {.n = N, .numbers = numbers, .number_count = NUMBERS, .target = target};
    const lj_model_spec spec = {.task = LJ_BINARY, .classes = 2, .number_count = NUMBERS};
    const lj_fit_options options = {.family = "logistic"};
    lj_train_result result;
    MUST(lj_model_fit(&options, &spec, &rows, NULL, NULL, NULL, &result, &model));
    assert_int_equal(lj_scorecard_of(model, &card), LJ_EUNSUPPORTED);
    lj_free(result.epochs);
    lj_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_chosen_by_what_they_tell_and_by_their_sign),
        cmocka_unit_test(a_lone_number_has_the_weight_of_its_evidence),
        cmocka_unit_test(points_scale_the_odds),
        cmocka_unit_test(the_same_bits_on_any_instruction_set_and_threads),
        cmocka_unit_test(what_is_no_scorecard_is_refused),
    };
    make_rows();
    return cmocka_run_group_tests_name("model/scorecard", tests, NULL, NULL);
}
