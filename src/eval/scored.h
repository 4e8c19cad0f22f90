/*
 * Predictions that were checked, with what many metrics need (rankings, counts)
 * made when first asked for.
 */
#ifndef LIANJIN_EVAL_SCORED_H
#define LIANJIN_EVAL_SCORED_H

#include "eval/ranking.h"
#include "lianjin/eval.h"

/* Weights of the four outcomes of "positive or not". */
typedef struct lj_counts {
    double tp, fp, fn, tn;
} lj_counts;

typedef struct lj_scored {
    const lj_predictions *predictions;
    double threshold;      /* binary: of the plain metrics; never NaN */
    lj_ranking *rankings;  /* binary [1]; multi-class [classes + 1], the last is the micro average */
    double *confusion;     /* multi-class [classes, classes], row: target, column: predicted */
    int64_t *order;        /* unsupervised [n], of lj_scored_order */
} lj_scored;

/*
 * Checks everything: LJ_EDATA for no rows, a score or target that is not finite,
 * probabilities outside 0 .. 1, targets that are no class, weights that are
 * negative or add up to nothing. threshold NaN: 0.5.
 */
LJ_CHECKED lj_status lj_scored_make(const lj_predictions *predictions, double threshold, lj_scored *out);
void lj_scored_clear(lj_scored *scored);

/* Of class `index` against the rest (binary: 0 stands for the positive class); `classes` for the micro average. */
LJ_CHECKED lj_status lj_scored_ranking(lj_scored *scored, int64_t index, const lj_ranking **out);

/* Multi-class: [classes, classes]. Predicted is the largest score, the first of equal ones. */
LJ_CHECKED lj_status lj_scored_confusion(lj_scored *scored, const double **out);

double lj_scored_weight(const lj_scored *scored, int64_t row);
double lj_scored_rows(const lj_scored *scored); /* effective number of rows */

/* Unsupervised: the rows by score, ascending, then by row: [n], borrowed. */
LJ_CHECKED lj_status lj_scored_order(lj_scored *scored, const int64_t **out);
/* Of their scores: type 7 without weights; with them the first score whose share of the weight reaches `level`. */
LJ_CHECKED lj_status lj_scored_quantile(lj_scored *scored, double level, double *out);

/* Binary: rows with score >= threshold are positive. */
void lj_counts_at(const lj_predictions *predictions, double threshold, lj_counts *out);
/* Multi-class: class `index` against the rest. */
void lj_counts_of_class(const double *confusion, int64_t classes, int64_t index, lj_counts *out);

/*
 * A number of the four counts as a metric: binary at the threshold; multi-class
 * the mean over the classes that occur (as targets or predictions), or with
 * `micro` of the counts of all classes added up.
 */
typedef double lj_count_metric(const lj_counts *counts);
LJ_CHECKED lj_status lj_scored_by_counts(lj_scored *scored, lj_count_metric *metric, int micro, double *out);
/* The same for a share of the rows that `whole` counts, with its Wilson interval if binary. */
LJ_CHECKED lj_status lj_scored_share(lj_scored *scored, lj_count_metric *share, lj_count_metric *whole,
                                     lj_metric_value *out);

#endif
