/*
 * Evaluation: metrics, curves, calibration, stability, groups. Sums run in row
 * order in double; sorts are stable; so every number is the same everywhere.
 */
#ifndef LIANJIN_EVAL_H
#define LIANJIN_EVAL_H

#include <stdint.h>

#include "lianjin/document.h"
#include "lianjin/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lj_task { LJ_BINARY, LJ_MULTICLASS, LJ_REGRESSION, LJ_UNSUPERVISED, LJ_TASK_COUNT } lj_task;
const char *lj_task_name(lj_task task); /* binary, multiclass, regression, unsupervised */

/*
 * What was predicted for one part. Binary: score [n] is the probability of the
 * positive class, target 0 or 1. Multi-class: score [n, classes] row-major,
 * target 0 .. classes-1. Regression: score and target in the target's unit.
 * Unsupervised: score [n] says how little the row is like those of training (an
 * error, or nats), and there is no target to compare with.
 */
typedef struct lj_predictions {
    lj_task task;
    int64_t n, classes;
    const float *score;
    const double *target; /* unsupervised: not read */
    const double *weight; /* NULL: 1 each */
    const double *naive;  /* what one would say without a model, NaN: nothing; NULL: left out */
    int64_t values; /* unsupervised: numbers of a row whose nats the score adds up; 0: the score is not in nats */
} lj_predictions;

/* A metric is a row of the table in src/eval/metrics.h and a file src/eval/metrics/<name>.c. */
typedef struct lj_metric_value {
    const char *name;   /* auc, ks, ... */
    double value;       /* NaN: not defined here (one class only) */
    double low, high;   /* 95 % interval; NaN: none */
} lj_metric_value;

typedef struct lj_evaluation lj_evaluation; /* of one part: all metrics of its task, curves, tables */

/* threshold: of the positive class; NaN: 0.5 only. Multi-class and regression ignore it. */
LJ_CHECKED lj_status lj_evaluate(const lj_predictions *predictions, double threshold, lj_evaluation **out);
void lj_evaluation_destroy(lj_evaluation *evaluation);
int64_t lj_evaluation_count(const lj_evaluation *evaluation);
const lj_metric_value *lj_evaluation_metric(const lj_evaluation *evaluation, int64_t index);
/* NaN if there is none of that name. */
double lj_evaluation_get(const lj_evaluation *evaluation, const char *name);

/* {"auc": 0.78, "auc_low": ..., ...}: the flat map of `--json`. */
LJ_CHECKED lj_status lj_evaluation_json(const lj_evaluation *evaluation, lj_json *json, const char *key);
/* Everything for the report: metrics with intervals, roc, pr, ks, calibration, deciles, histogram, confusion, residuals,
 * quantiles of scores. */
LJ_CHECKED lj_status lj_evaluation_report(const lj_evaluation *evaluation, lj_json *json, const char *key);

/* One metric alone, quickly (early stopping): by name. LJ_ENOTFOUND with the nearest name. */
LJ_CHECKED lj_status lj_metric_compute(const char *name, const lj_predictions *predictions, double *out);
/* 1 if larger is better. */
int lj_metric_larger_is_better(const char *name);
/* LJ_ENOTFOUND with those there are: it is no metric of the task. */
LJ_CHECKED lj_status lj_metric_check(const char *name, lj_task task);

/* What a threshold is chosen by. */
typedef struct lj_threshold_options {
    const char *criterion; /* f1, mcc, balanced_accuracy, ks (youden), value, budget; NULL: f1 */
    /* value: what a row of each kind is worth; costs are negative. */
    double true_positive, false_positive, false_negative, true_negative;
    double budget;         /* of the weight of all rows at most this share is selected */
} lj_threshold_options;

/*
 * The threshold from which on rows are selected: where the criterion is largest, of equals the larger one. By value or
 * budget it may lie above all scores, where nothing is selected. NULL: by F1.
 */
LJ_CHECKED lj_status lj_threshold_choose(const lj_predictions *predictions, const lj_threshold_options *options,
                                         double *out);

/* Population stability index of two samples of scores over ten bins by quantiles of the first. */
LJ_CHECKED lj_status lj_psi(const float *expected, int64_t n_expected, const float *actual, int64_t n_actual,
                            double *out);

/* By group: metrics for the rows of each value of a column. groups [n] in 0 .. n_groups-1, names [n_groups]. */
LJ_CHECKED lj_status lj_evaluate_groups(const lj_predictions *predictions, double threshold, const int32_t *groups,
                                        const char *const *names, int32_t n_groups, lj_json *json, const char *key);

#ifdef __cplusplus
}
#endif
#endif
