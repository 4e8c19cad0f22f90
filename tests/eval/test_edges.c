/* What is refused, what is not defined, ties, weights, thresholds, groups, speed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "lianjin/document.h"
#include "lianjin/eval.h"
#include "lianjin/memory.h"

static double metric(const char *name, const lj_predictions *predictions)
{
    double value = -1;
    assert_int_equal(lj_metric_compute(name, predictions, &value), LJ_OK);
    return value;
}

static void refused(const lj_predictions *predictions, const char *message)
{
    lj_evaluation *evaluation = NULL;
    assert_int_equal(lj_evaluate(predictions, NAN, &evaluation), LJ_EDATA);
    assert_null(evaluation);
    assert_string_equal(lj_error_message(), message);
}

static void bad_predictions_are_refused_with_the_row(void **state)
{
    (void)state;
    const float good[] = {0.1F, 0.9F};
    const float nan_score[] = {0.1F, NAN};
    const float large[] = {0.1F, 1.5F};
    const double target[] = {0, 1};
    const double no_class[] = {0, 2};
    const double half[] = {0, 0.5};
    const double missing[] = {0, NAN};
    const double nothing[] = {0, 0};
    const double negative[] = {1, -1};
    const lj_predictions base = {.task = LJ_BINARY, .n = 2, .score = good, .target = target};
    lj_predictions p = base;
    p.n = 0;
    refused(&p, "evaluation: expected rows, found none");
    p = base;
    p.score = nan_score;
    refused(&p, "evaluation: the score of row 1 is not a finite number");
    p.score = large;
    refused(&p, "evaluation: the score of row 1 is 1.5; expected a probability");
    p = base;
    p.target = no_class;
    refused(&p, "evaluation: the target of row 1 is 2; expected a class 0 to 1");
    p.target = half;
    refused(&p, "evaluation: the target of row 1 is 0.5; expected a class 0 to 1");
    p.target = missing;
    refused(&p, "evaluation: the target of row 1 is nan; expected a class 0 to 1");
    p = base;
    p.weight = nothing;
    refused(&p, "evaluation: the weights of all 2 rows are 0");
    p.weight = negative;
    refused(&p, "evaluation: the weight of row 1 is -1; expected 0 or more");
    p = base;
    p.task = LJ_REGRESSION;
    p.target = missing;
    refused(&p, "evaluation: the target of row 1 is not a finite number");
}

static void unknown_metrics_are_refused_with_the_nearest_name(void **state)
{
    (void)state;
    const float score[] = {0.1F, 0.9F};
    const double target[] = {0, 1};
    const lj_predictions p = {.task = LJ_BINARY, .n = 2, .score = score, .target = target};
    double value = 7;
    assert_int_equal(lj_metric_compute("acuracy", &p, &value), LJ_ENOTFOUND);
    assert_string_equal(lj_error_message(), "no metric 'acuracy'; did you mean 'accuracy'?");
    assert_int_equal(lj_metric_compute("rmse", &p, &value), LJ_ENOTFOUND);
    assert_string_equal(lj_error_message(), "metric 'rmse' is not for the task binary");
    assert_true(value == 7);
    assert_int_equal(lj_metric_larger_is_better("auc"), 1);
    assert_int_equal(lj_metric_larger_is_better("log_loss"), 0);
}

static void one_class_has_no_ranks_but_has_a_loss(void **state)
{
    (void)state;
    const float score[] = {0.1F, 0.9F, 0.4F};
    const double target[] = {0, 0, 0};
    const lj_predictions p = {.task = LJ_BINARY, .n = 3, .score = score, .target = target};
    assert_true(isnan(metric("auc", &p)));
    assert_true(isnan(metric("gini", &p)));
    assert_true(isnan(metric("ks", &p)));
    assert_true(isnan(metric("average_precision", &p)));
    assert_true(isnan(metric("balanced_accuracy", &p)));
    assert_true(metric("recall", &p) == 0);
    assert_true(metric("log_loss", &p) > 0);
    double threshold;
    assert_int_equal(lj_threshold_choose(&p, NULL, &threshold), LJ_EDATA);
    lj_evaluation *evaluation;
    assert_int_equal(lj_evaluate(&p, 0.5, &evaluation), LJ_OK);
    lj_text text = {0};
    lj_json json;
    lj_json_start(&json, &text, 1);
    assert_int_equal(lj_evaluation_report(evaluation, &json, NULL), LJ_OK);
    assert_int_equal(lj_text_finish(&text), LJ_OK);
    assert_non_null(strstr(text.data, "\"roc\":"));
    assert_null(strstr(text.data, "nan"));
    lj_text_free(&text);
    lj_evaluation_destroy(evaluation);
}

static void one_row_is_enough_for_a_loss(void **state)
{
    (void)state;
    const float score[] = {0.5F};
    const double target[] = {1};
    const lj_predictions p = {.task = LJ_BINARY, .n = 1, .score = score, .target = target};
    lj_evaluation *evaluation;
    assert_int_equal(lj_evaluate(&p, NAN, &evaluation), LJ_OK);
    assert_true(fabs(lj_evaluation_get(evaluation, "log_loss") - 0.69314718055994531) < 1e-15);
    assert_true(lj_evaluation_get(evaluation, "accuracy") == 1);
    assert_true(isnan(lj_evaluation_get(evaluation, "accuracy_at_half"))); /* 0.5 is the only threshold */
    assert_true(isnan(lj_evaluation_get(evaluation, "no such metric")));
    lj_evaluation_destroy(evaluation);
}

static void equal_scores_say_nothing(void **state)
{
    (void)state;
    const float score[] = {0.3F, 0.3F, 0.3F, 0.3F};
    const double target[] = {0, 1, 0, 1};
    const lj_predictions p = {.task = LJ_BINARY, .n = 4, .score = score, .target = target};
    assert_true(metric("auc", &p) == 0.5);
    assert_true(metric("ks", &p) == 0);
    assert_true(metric("average_precision", &p) == 0.5);
    double threshold;
    assert_int_equal(lj_threshold_choose(&p, NULL, &threshold), LJ_OK);
    assert_true(threshold == (double)0.3F);
}

static void weights_are_repeated_rows(void **state)
{
    (void)state;
    const float score[] = {0.2F, 0.4F, 0.4F, 0.8F};
    const double target[] = {0, 1, 0, 1};
    const double weight[] = {3, 1, 2, 1};
    const float long_score[] = {0.2F, 0.2F, 0.2F, 0.4F, 0.4F, 0.4F, 0.8F};
    const double long_target[] = {0, 0, 0, 1, 0, 0, 1};
    const lj_predictions a = {.task = LJ_BINARY, .n = 4, .score = score, .target = target, .weight = weight};
    const lj_predictions b = {.task = LJ_BINARY, .n = 7, .score = long_score, .target = long_target};
    static const char *const names[] = {"auc", "ks", "average_precision", "log_loss", "brier", "ece_10", "f1", "mcc"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_true(fabs(metric(names[i], &a) - metric(names[i], &b)) < 1e-14);
    double first;
    double second;
    assert_int_equal(lj_threshold_choose(&a, NULL, &first), LJ_OK);
    assert_int_equal(lj_threshold_choose(&b, NULL, &second), LJ_OK);
    assert_true(first == second);
}

static lj_status by_criterion(const lj_predictions *p, const char *criterion, double *out)
{
    const lj_threshold_options how = {.criterion = criterion};
    return lj_threshold_choose(p, &how, out);
}

/* Values of selected rows, and shares of rows that may be selected. */
static void thresholds_follow_values_and_budgets(void **state)
{
    (void)state;
    const float score[] = {0.9F, 0.8F, 0.7F, 0.6F, 0.5F, 0.4F};
    const double target[] = {1, 0, 1, 0, 0, 0};
    const lj_predictions p = {.task = LJ_BINARY, .n = 6, .score = score, .target = target};
    static const struct {
        double true_positive, false_positive, false_negative, true_negative, threshold;
    } values[] = {
        {0, -1, -5, 0, 0.7}, /* sums from the top: -10, -5, -6, -1, ... */
        {0, -1, -1.5, 0, 0.7},
        {0, -4, -1, 0, 0.9}, /* -2, -1, -5, -4 */
        {1, -3, 0, 0, 0.9},  /* 0, 1, -2, -1 */
        {-1, -1, 0, 0, 1.0}, /* nothing is worth it: above all scores */
        {0, 0, -1, 0, 0.7},  /* -2, -1, -1, 0, 0: the larger of equals */
    };
    static const struct {
        double budget, threshold;
    } budgets[] = {{0.5, 0.7}, {0.49, 0.8}, {1.0, 0.4}, {0.0, 1.0}, {0.17, 0.9}};
    double threshold = 0;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        const lj_threshold_options how = {.criterion = "value", .true_positive = values[i].true_positive,
                                          .false_positive = values[i].false_positive,
                                          .false_negative = values[i].false_negative,
                                          .true_negative = values[i].true_negative};
        assert_int_equal(lj_threshold_choose(&p, &how, &threshold), LJ_OK);
        if (values[i].threshold > 0.95)
            assert_true(threshold > (double)score[0]);
        else
            assert_true(threshold == (double)(float)values[i].threshold);
    }
    for (size_t i = 0; i < sizeof(budgets) / sizeof(budgets[0]); i++) {
        const lj_threshold_options how = {.criterion = "budget", .budget = budgets[i].budget};
        assert_int_equal(lj_threshold_choose(&p, &how, &threshold), LJ_OK);
        if (budgets[i].threshold > 0.95)
            assert_true(threshold > (double)score[0]);
        else
            assert_true(threshold == (double)(float)budgets[i].threshold);
    }
}

static void thresholds_follow_their_criterion(void **state)
{
    (void)state;
    const float score[] = {0.9F, 0.8F, 0.7F, 0.6F, 0.5F, 0.4F};
    const double target[] = {1, 0, 1, 0, 0, 0};
    const lj_predictions p = {.task = LJ_BINARY, .n = 6, .score = score, .target = target};
    double threshold;
    assert_int_equal(lj_threshold_choose(&p, NULL, &threshold), LJ_OK); /* F1: 2/3, 1/2, 4/5 */
    assert_true(threshold == (double)0.7F);
    assert_int_equal(by_criterion(&p, "youden", &threshold), LJ_OK); /* 1/2, 1/4, 3/4 */
    assert_true(threshold == (double)0.7F);
    /* Two thresholds are as good: the larger is taken. */
    const double tied[] = {1, 0, 0, 1, 0, 0};
    const lj_predictions q = {.task = LJ_BINARY, .n = 6, .score = score, .target = tied};
    assert_int_equal(by_criterion(&q, "balanced_accuracy", &threshold), LJ_OK); /* 1/2, ..., 1/2 */
    assert_true(threshold == (double)0.9F);
    assert_int_equal(by_criterion(&p, "f2", &threshold), LJ_EUSAGE);
    assert_non_null(strstr(lj_error_message(), "did you mean 'f1'?"));
}

static lj_doc *report_of(const lj_predictions *p, double threshold)
{
    lj_evaluation *evaluation;
    assert_int_equal(lj_evaluate(p, threshold, &evaluation), LJ_OK);
    lj_text text = {0};
    lj_json json;
    lj_json_start(&json, &text, 1);
    assert_int_equal(lj_evaluation_report(evaluation, &json, NULL), LJ_OK);
    assert_int_equal(lj_text_finish(&text), LJ_OK);
    lj_doc *doc;
    assert_int_equal(lj_json_parse("report", text.data, text.size, &doc), LJ_OK);
    lj_text_free(&text);
    lj_evaluation_destroy(evaluation);
    return doc;
}

static void deciles_share_a_tie_on_their_edge(void **state)
{
    (void)state;
    /* 20 rows: the best 3 are positive and tied with one negative, so decile 1 (2 rows) holds 1.5 of them. */
    float score[20];
    double target[20] = {1, 1, 1};
    for (int i = 0; i < 20; i++)
        score[i] = i < 4 ? 0.9F : 0.5F - (float)i / 100;
    const lj_predictions p = {.task = LJ_BINARY, .n = 20, .score = score, .target = target};
    lj_doc *doc = report_of(&p, NAN);
    const lj_item *deciles = lj_item_get(lj_doc_root(doc), "deciles");
    assert_int_equal(deciles->count, 10);
    assert_true(lj_item_get(deciles->items[0], "positive")->number == 1.5);
    assert_true(lj_item_get(deciles->items[1], "positive")->number == 1.5);
    assert_true(lj_item_get(deciles->items[0], "capture")->number == 0.5);
    assert_true(fabs(lj_item_get(deciles->items[0], "lift")->number - 5) < 1e-12);
    for (int d = 0; d < 10; d++)
        assert_true(fabs(lj_item_get(deciles->items[d], "rows")->number - 2) < 1e-12);
    lj_doc_destroy(doc);
}

static void curves_are_thinned_but_keep_their_ends(void **state)
{
    (void)state;
    const int64_t n = 5000;
    float *score = lj_new_array(n, sizeof(*score));
    double *target = lj_new_array(n, sizeof(*target));
    for (int64_t i = 0; i < n; i++) {
        score[i] = (float)((i * 7919) % n) / (float)n;
        target[i] = (double)((i * 31) % 97 < 20);
    }
    const lj_predictions p = {.task = LJ_BINARY, .n = n, .score = score, .target = target};
    lj_doc *doc = report_of(&p, 0.2);
    const lj_item *roc = lj_item_get(lj_doc_root(doc), "roc");
    const lj_item *fpr = lj_item_get(roc, "fpr");
    const lj_item *tpr = lj_item_get(roc, "tpr");
    assert_int_equal(fpr->count, tpr->count);
    assert_in_range(fpr->count, 200, 240);
    assert_true(fpr->items[0]->number == 0 && tpr->items[0]->number == 0);
    assert_true(fpr->items[fpr->count - 1]->number == 1 && tpr->items[tpr->count - 1]->number == 1);
    for (int64_t i = 1; i < fpr->count; i++)
        assert_true(fpr->items[i]->number >= fpr->items[i - 1]->number);
    lj_doc_destroy(doc);
    lj_free(score);
    lj_free(target);
}

static void groups_are_evaluated_apart(void **state)
{
    (void)state;
    const float score[] = {0.9F, 0.1F, 0.8F, 0.3F, 0.6F};
    const double target[] = {1, 0, 0, 1, 1};
    const int32_t groups[] = {0, 0, 1, 1, 2};
    const char *const names[] = {"a", "b", "only one class", "empty"};
    const lj_predictions p = {.task = LJ_BINARY, .n = 5, .score = score, .target = target};
    lj_text text = {0};
    lj_json json;
    lj_json_start(&json, &text, 1);
    lj_json_map(&json, NULL);
    assert_int_equal(lj_evaluate_groups(&p, NAN, groups, names, 4, &json, "groups"), LJ_OK);
    lj_json_end_map(&json);
    assert_int_equal(lj_text_finish(&text), LJ_OK);
    lj_doc *doc;
    assert_int_equal(lj_json_parse("groups", text.data, text.size, &doc), LJ_OK);
    const lj_item *list = lj_item_get(lj_doc_root(doc), "groups");
    assert_int_equal(list->count, 3);
    assert_string_equal(lj_item_get(list->items[0], "group")->text, "a");
    assert_true(lj_item_get(lj_item_get(list->items[0], "metrics"), "auc")->number == 1);
    assert_true(lj_item_get(lj_item_get(list->items[1], "metrics"), "auc")->number == 0);
    assert_int_equal(lj_item_get(lj_item_get(list->items[2], "metrics"), "auc")->kind, LJ_NULL);
    assert_true(lj_item_get(list->items[2], "selected")->number == 1);
    lj_doc_destroy(doc);
    lj_text_free(&text);
}

static void psi_refuses_what_is_not_a_number(void **state)
{
    (void)state;
    const float good[] = {0.1F, 0.2F};
    const float bad[] = {0.1F, NAN};
    double value;
    assert_int_equal(lj_psi(good, 2, bad, 2, &value), LJ_EDATA);
    assert_string_equal(lj_error_message(), "psi: score 1 of the second sample is not a number");
    assert_int_equal(lj_psi(good, 0, good, 2, &value), LJ_EDATA);
}

static void the_row_order_does_not_change_ranks(void **state)
{
    (void)state;
    const float score[] = {0.5F, 0.5F, 0.2F, 0.9F, 0.0F, -0.0F};
    const double target[] = {1, 0, 1, 1, 0, 1};
    float back_score[6];
    double back_target[6];
    for (int i = 0; i < 6; i++) {
        back_score[i] = score[5 - i];
        back_target[i] = target[5 - i];
    }
    const lj_predictions a = {.task = LJ_BINARY, .n = 6, .score = score, .target = target};
    const lj_predictions b = {.task = LJ_BINARY, .n = 6, .score = back_score, .target = back_target};
    assert_true(metric("auc", &a) == 5.0 / 8); /* 0 and -0 are one score */
    assert_true(metric("auc", &a) == metric("auc", &b));
    assert_true(metric("average_precision", &a) == metric("average_precision", &b));
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    const float score[] = {0.1F, 0.2F, 0.7F, 0.2F, 0.5F, 0.3F};
    const double binary_target[] = {0, 1, 1, 0, 1, 0};
    const double class_target[] = {0, 2};
    for (int task = 0; task < LJ_TASK_COUNT; task++) {
        const lj_predictions p = {.task = (lj_task)task,
                                  .n = task == LJ_MULTICLASS ? 2 : 6,
                                  .classes = 3,
                                  .score = score,
                                  .target = task == LJ_MULTICLASS ? class_target : binary_target};
        const int64_t live = lj_test_live_allocations();
        lj_status status = LJ_ENOMEM;
        for (int64_t n = 0; status != LJ_OK; n++) {
            lj_evaluation *evaluation = NULL;
            lj_test_fail_allocation(n);
            status = lj_evaluate(&p, 0.3, &evaluation);
            lj_test_fail_allocation(-1);
            assert_true(status == LJ_OK || (status == LJ_ENOMEM && evaluation == NULL));
            lj_evaluation_destroy(evaluation);
            assert_int_equal(lj_test_live_allocations(), live);
        }
    }
}

static double milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Early stopping asks for it every epoch; the bound is loose, for sanitizers and busy machines. */
static void auc_of_thirty_thousand_rows_is_fast(void **state)
{
    (void)state;
    const int64_t n = 30000;
    float *score = lj_new_array(n, sizeof(*score));
    double *target = lj_new_array(n, sizeof(*target));
    uint32_t random = 1;
    for (int64_t i = 0; i < n; i++) {
        random = random * 1664525U + 1013904223U;
        score[i] = (float)(random >> 8) / 16777216.0F;
        target[i] = (random >> 3) % 5 == 0;
    }
    const lj_predictions p = {.task = LJ_BINARY, .n = n, .score = score, .target = target};
    double best = 1e9;
    for (int i = 0; i < 5; i++) {
        const double start = milliseconds();
        (void)metric("auc", &p);
        best = fmin(best, milliseconds() - start);
    }
    print_message("auc of 30000 rows: %.2f ms\n", best);
    assert_true(best < 50);
    lj_free(score);
    lj_free(target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_predictions_are_refused_with_the_row),
        cmocka_unit_test(unknown_metrics_are_refused_with_the_nearest_name),
        cmocka_unit_test(one_class_has_no_ranks_but_has_a_loss),
        cmocka_unit_test(one_row_is_enough_for_a_loss),
        cmocka_unit_test(equal_scores_say_nothing),
        cmocka_unit_test(weights_are_repeated_rows),
        cmocka_unit_test(thresholds_follow_their_criterion),
        cmocka_unit_test(thresholds_follow_values_and_budgets),
        cmocka_unit_test(deciles_share_a_tie_on_their_edge),
        cmocka_unit_test(curves_are_thinned_but_keep_their_ends),
        cmocka_unit_test(groups_are_evaluated_apart),
        cmocka_unit_test(psi_refuses_what_is_not_a_number),
        cmocka_unit_test(the_row_order_does_not_change_ranks),
        cmocka_unit_test(any_allocation_may_fail),
        cmocka_unit_test(auc_of_thirty_thousand_rows_is_fast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
