/* Linear models against scikit-learn, the minimiser, and the edges of bins. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lianjin/random.h"
#include "lianjin/model.h"
#include "model/lbfgs.h"
#include "model/network.h"

#define MUST(expr)                                                                                                     \
    do {                                                                                                               \
        if ((expr) != LJ_OK)                                                                                           \
            fail_msg("%s: %s", #expr, lj_error_message());                                                             \
    } while (0)

static void compare(const lj_item *c, const lj_model *model)
{
    const lj_item *rows = lj_item_get(c, "coefficients"), *intercepts = lj_item_get(c, "intercept");
    lj_weights *weights = (lj_weights *)lj_model_weights(model);
    const float *w = lj_weights_find(weights, "linear.weight")->data,
                *b = lj_weights_find(weights, "linear.bias")->data;
    const int64_t outputs = rows->count;
    double shift = 0.0; /* softmax leaves a common intercept open */
    for (int64_t k = 0; k < outputs && outputs > 1; k++)
        shift += (intercepts->items[k]->number - (double)b[k]) / (double)outputs;
    for (int64_t k = 0; k < outputs; k++) {
        for (int64_t i = 0; i < rows->items[k]->count; i++) {
            const double want = rows->items[k]->items[i]->number, have = (double)w[i * outputs + k];
            if (!(fabs(want - have) <= 2e-4))
                fail_msg("%s: coefficient %d of output %d: expected %g, found %g", lj_item_get(c, "name")->text, (int)i,
                         (int)k, want, have);
        }
        if (!(fabs(intercepts->items[k]->number - shift - (double)b[k]) <= 3e-4))
            fail_msg("%s: intercept %d: expected %g, found %g", lj_item_get(c, "name")->text, (int)k,
                     intercepts->items[k]->number, (double)b[k]);
    }
}

static void coefficients_are_those_of_scikit_learn(void **state)
{
    (void)state;
    lj_doc *doc = NULL;
    MUST(lj_json_read(LJ_SOURCE_DIR "/tests/golden/logistic.json", &doc));
    const lj_item *cases = lj_doc_root(doc);
    for (int64_t k = 0; k < cases->count; k++) {
        const lj_item *c = cases->items[k], *x = lj_item_get(c, "x"), *y = lj_item_get(c, "y");
        const lj_item *weight = lj_item_get(c, "weight");
        const char *task = lj_item_get(c, "task")->text;
        const int64_t n = y->count, features = x->count / n;
        float numbers[1024], weights[256];
        double target[256];
        for (int64_t i = 0; i < x->count; i++)
            numbers[i] = (float)x->items[i]->number;
        for (int64_t i = 0; i < n; i++) {
            target[i] = y->items[i]->number;
            weights[i] = weight->count > 0 ? (float)weight->items[i]->number : 1.0F;
        }
        const lj_rows rows = {
            .n = n, .numbers = numbers, .number_count = features, .target = target, .weight = weights};
        lj_model_spec spec = {.task = LJ_REGRESSION, .number_count = features};
        if (strcmp(task, "regression") != 0) {
            spec.task = strcmp(task, "binary") == 0 ? LJ_BINARY : LJ_MULTICLASS;
            spec.classes = spec.task == LJ_BINARY ? 2 : 3;
        }
        char text[128];
        lj_doc *options_doc = NULL;
        lj_train_result result;
        lj_model *model = NULL;
        (void)snprintf(text, sizeof(text), "{\"l2\": %g, \"l1\": %g, \"iterations\": 1000}",
                       lj_item_get(c, "l2")->number, lj_item_get(c, "l1")->number);
        MUST(lj_json_parse("options", text, strlen(text), &options_doc));
        const lj_fit_options options = {.family = "logistic", .file = lj_doc_name(options_doc),
            .model = lj_doc_root(options_doc)};
        MUST(lj_model_fit(&options, &spec, &rows, NULL, NULL, NULL, &result, &model));
        compare(c, model);
        lj_free(result.epochs);
        lj_model_destroy(model);
        lj_doc_destroy(options_doc);
    }
    lj_doc_destroy(doc);
}

/* A model that is fitted once more on train and valid tells of valid what it said before, as one does that is not. */
static void valid_is_judged_by_the_model_before_it_learns_from_it(void **state)
{
    (void)state;
    enum { ROWS = 120, TRAIN = 80 };
    static const char *const texts[] = {"{\"l2\": 1, \"refit\": true}", "{\"l2\": 1, \"refit\": false}"};
    float numbers[ROWS], said[2][ROWS - TRAIN], final[ROWS - TRAIN];
    double target[ROWS];
    for (int i = 0; i < ROWS; i++) {
        numbers[i] = lj_random_uniform(5, 1, (uint64_t)i) - 0.5F;
        target[i] = numbers[i] + lj_random_uniform(5, 2, (uint64_t)i) - 0.5F > 0.0F;
    }
    const lj_rows train = {.n = TRAIN, .numbers = numbers, .number_count = 1, .target = target};
    const lj_rows valid = {
        .n = ROWS - TRAIN, .numbers = numbers + TRAIN, .number_count = 1, .target = target + TRAIN};
    const lj_model_spec spec = {.task = LJ_BINARY, .classes = 2, .number_count = 1};
    for (int k = 0; k < 2; k++) {
        lj_doc *doc = NULL;
        lj_train_result result;
        lj_model *model = NULL;
        MUST(lj_json_parse("options", texts[k], strlen(texts[k]), &doc));
        const lj_fit_options options = {.family = "logistic", .model = lj_doc_root(doc)};
        MUST(lj_model_fit(&options, &spec, &train, &valid, NULL, NULL, &result, &model));
        MUST(lj_model_predict(model, &valid, NULL, k == 0 ? final : said[1]));
        assert_int_equal(result.valid_scores != NULL, k == 0);
        if (k == 0)
            memcpy(said[0], result.valid_scores, sizeof(said[0]));
        lj_free(result.valid_scores);
        lj_free(result.epochs);
        lj_model_destroy(model);
        lj_doc_destroy(doc);
    }
    double apart = 0.0;
    for (int i = 0; i < ROWS - TRAIN; i++) {
        assert_true(fabs((double)said[0][i] - (double)said[1][i]) < 1e-6);
        apart = fmax(apart, fabs((double)said[0][i] - (double)final[i]));
    }
    assert_true(apart > 1e-3);
}

/* 1/2 sum of a_i (w_i - c_i)^2 with L1: the solution is a soft threshold. */
static const double curvature[] = {1.0, 10.0, 0.1, 5.0}, centre[] = {1.0, -2.0, 0.5, 0.1}, l1[] = {0.5, 0.5, 0.5, 0.0};

static double quadratic(void *context, const double *w, double *gradient)
{
    double value = 0.0;
    ++*(int *)context;
    for (int i = 0; i < 4; i++) {
        gradient[i] = curvature[i] * (w[i] - centre[i]);
        value += 0.5 * curvature[i] * (w[i] - centre[i]) * (w[i] - centre[i]);
    }
    return value;
}

static void the_minimiser_finds_the_soft_threshold(void **state)
{
    (void)state;
    double w[4] = {0}, value = 0.0;
    int calls = 0;
    const lj_lbfgs_problem problem = {
        .n = 4, .evaluate = quadratic, .context = &calls, .l1 = l1, .tolerance = 1e-9, .iterations = 200};
    MUST(lj_lbfgs(&problem, w, &value));
    const double expected[] = {0.5, -1.95, 0.0, 0.1};
    for (int i = 0; i < 4; i++)
        assert_true(fabs(w[i] - expected[i]) < 1e-7);
    assert_true(w[2] == 0.0);
    assert_true(calls < 60);
}

static void edges_are_all_values_of_a_number_with_few_and_quantiles_else(void **state)
{
    (void)state;
    float numbers[2 * 101];
    for (int i = 0; i < 101; i++) {
        numbers[2 * i] = (float)(i % 3) - 1.0F;       /* -1, 0, 1 */
        numbers[2 * i + 1] = (float)((i * 37) % 101); /* 0 .. 100, shuffled */
    }
    const lj_rows rows = {.n = 101, .numbers = numbers, .number_count = 2};
    int64_t bins = 0;
    float *edges = NULL;
    MUST(lj_network_edges(&rows, 4, &bins, &edges));
    assert_int_equal(bins, 4);
    const float expected[] = {-1, 0, 1, 1, 1, 0, 25, 50, 75, 100};
    assert_memory_equal(edges, expected, sizeof(expected));
    lj_free(edges);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coefficients_are_those_of_scikit_learn),
        cmocka_unit_test(valid_is_judged_by_the_model_before_it_learns_from_it),
        cmocka_unit_test(the_minimiser_finds_the_soft_threshold),
        cmocka_unit_test(edges_are_all_values_of_a_number_with_few_and_quantiles_else),
    };
    return cmocka_run_group_tests_name("model/linear", tests, NULL, NULL);
}
