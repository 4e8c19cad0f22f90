/* Every metric against scikit-learn and definitions written out (tests/golden/eval.py). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lianjin/document.h"
#include "lianjin/eval.h"
#include "lianjin/memory.h"

static lj_doc *golden;

static int open_golden(void **state)
{
    (void)state;
    return lj_json_read(LJ_SOURCE_DIR "/tests/golden/eval.json", &golden) == LJ_OK ? 0 : -1;
}

static int close_golden(void **state)
{
    (void)state;
    lj_doc_destroy(golden);
    return 0;
}

static double *doubles(const lj_item *list)
{
    if (list == NULL || list->kind != LJ_LIST)
        return NULL;
    double *values = lj_new_array(list->count, sizeof(*values));
    assert_non_null(values);
    for (int64_t i = 0; i < list->count; i++)
        values[i] = list->items[i]->kind == LJ_NULL ? (double)NAN : list->items[i]->number;
    return values;
}

static float *floats(const lj_item *list)
{
    float *values = lj_new_array(list->count, sizeof(*values));
    assert_non_null(values);
    for (int64_t i = 0; i < list->count; i++)
        values[i] = (float)list->items[i]->number;
    return values;
}

static void assert_near(const char *name, const char *what, double found, double expected)
{
    if (fabs(found - expected) <= 1e-12 * fmax(1, fabs(expected)))
        return;
    fail_msg("%s: %s is %.17g, expected %.17g", name, what, found, expected);
}

static lj_task task_of(const lj_item *item)
{
    for (int t = 0; t < LJ_TASK_COUNT; t++)
        if (strcmp(lj_task_name((lj_task)t), lj_item_get(item, "task")->text) == 0)
            return (lj_task)t;
    fail_msg("no task %s", lj_item_get(item, "task")->text);
    return LJ_TASK_COUNT;
}

static double interval_end(const lj_evaluation *evaluation, const char *name, int high)
{
    for (int64_t m = 0; m < lj_evaluation_count(evaluation); m++) {
        const lj_metric_value *metric = lj_evaluation_metric(evaluation, m);
        if (strcmp(metric->name, name) == 0)
            return high ? metric->high : metric->low;
    }
    return NAN;
}

/* "auc_low" and "auc_high" are ends of intervals, all other names are metrics. */
static double found_value(const lj_evaluation *evaluation, const char *name)
{
    char metric[64];
    snprintf(metric, sizeof(metric), "%s", name);
    char *end = strrchr(metric, '_');
    if (end != NULL && (strcmp(end, "_low") == 0 || strcmp(end, "_high") == 0)) {
        const int high = strcmp(end, "_high") == 0;
        *end = '\0';
        return interval_end(evaluation, metric, high);
    }
    return lj_evaluation_get(evaluation, name);
}

static void check_case(const lj_item *item)
{
    const char *name = lj_item_get(item, "name")->text;
    const lj_item *classes = lj_item_get(item, "classes");
    const lj_item *values_of_row = lj_item_get(item, "values_of_row");
    double *target = doubles(lj_item_get(item, "target"));
    double *weight = doubles(lj_item_get(item, "weight"));
    double *naive = doubles(lj_item_get(item, "naive"));
    float *score = floats(lj_item_get(item, "score"));
    const lj_predictions predictions = {.task = task_of(item),
                                        .n = lj_item_get(item, "target")->count,
                                        .classes = classes == NULL ? 0 : (int64_t)classes->number,
                                        .score = score,
                                        .target = target,
                                        .weight = weight,
                                        .values = values_of_row == NULL ? 0 : (int64_t)values_of_row->number,
                                        .naive = naive};
    const lj_item *threshold = lj_item_get(item, "threshold");
    lj_evaluation *evaluation;
    assert_int_equal(lj_evaluate(&predictions, threshold == NULL ? NAN : threshold->number, &evaluation), LJ_OK);
    const lj_item *values = lj_item_get(item, "values");
    assert_true(values->count > 4);
    for (int64_t v = 0; v < values->count; v++)
        assert_near(name, values->items[v]->key, found_value(evaluation, values->items[v]->key),
                    values->items[v]->number);
    const char *beside_naive = predictions.task == LJ_REGRESSION ? "skill" : "accuracy_naive";
    assert_int_equal(isnan(lj_evaluation_get(evaluation, beside_naive)), naive == NULL);
    lj_evaluation_destroy(evaluation);
    lj_free(target);
    lj_free(weight);
    lj_free(naive);
    lj_free(score);
}

static void every_metric_is_that_of_scikit_learn(void **state)
{
    (void)state;
    const lj_item *cases = lj_item_get(lj_doc_root(golden), "cases");
    assert_int_equal(cases->count, 15);
    for (int64_t c = 0; c < cases->count; c++)
        check_case(cases->items[c]);
}

static void residual_quantiles_are_those_of_numpy(void **state)
{
    (void)state;
    const lj_item *cases = lj_item_get(lj_doc_root(golden), "cases");
    int64_t checked = 0;
    for (int64_t c = 0; c < cases->count; c++) {
        const lj_item *expected = lj_item_get(cases->items[c], "residuals");
        if (expected == NULL)
            continue;
        double *target = doubles(lj_item_get(cases->items[c], "target"));
        float *score = floats(lj_item_get(cases->items[c], "score"));
        const lj_predictions predictions = {.task = LJ_REGRESSION,
                                            .n = lj_item_get(cases->items[c], "target")->count,
                                            .score = score,
                                            .target = target};
        lj_evaluation *evaluation;
        assert_int_equal(lj_evaluate(&predictions, NAN, &evaluation), LJ_OK);
        lj_text text = {0};
        lj_json json;
        lj_json_start(&json, &text, 1);
        assert_int_equal(lj_evaluation_report(evaluation, &json, NULL), LJ_OK);
        assert_int_equal(lj_text_finish(&text), LJ_OK);
        lj_doc *doc;
        assert_int_equal(lj_json_parse("report", text.data, text.size, &doc), LJ_OK);
        const lj_item *found = lj_item_get(lj_item_get(lj_doc_root(doc), "residuals"), "value");
        assert_int_equal(found->count, expected->count);
        for (int64_t i = 0; i < found->count; i++)
            assert_near("residuals", "quantile", found->items[i]->number, expected->items[i]->number);
        checked += found->count;
        lj_doc_destroy(doc);
        lj_text_free(&text);
        lj_evaluation_destroy(evaluation);
        lj_free(target);
        lj_free(score);
    }
    assert_int_equal(checked, 2 * 9);
}

static void psi_is_that_of_its_definition(void **state)
{
    (void)state;
    const lj_item *shifts = lj_item_get(lj_doc_root(golden), "psi");
    assert_int_equal(shifts->count, 3);
    for (int64_t s = 0; s < shifts->count; s++) {
        const lj_item *first = lj_item_get(shifts->items[s], "first");
        const lj_item *second = lj_item_get(shifts->items[s], "second");
        float *a = floats(first);
        float *b = floats(second);
        double found;
        assert_int_equal(lj_psi(a, first->count, b, second->count, &found), LJ_OK);
        assert_near(lj_item_get(shifts->items[s], "name")->text, "psi", found,
                    lj_item_get(shifts->items[s], "value")->number);
        lj_free(a);
        lj_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_metric_is_that_of_scikit_learn),
        cmocka_unit_test(residual_quantiles_are_those_of_numpy),
        cmocka_unit_test(psi_is_that_of_its_definition),
    };
    return cmocka_run_group_tests(tests, open_golden, close_golden);
}
