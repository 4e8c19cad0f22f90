/* What an evaluation keeps: predictions are gone afterwards, so curves are computed at once. */
#ifndef LIANJIN_EVAL_EVALUATION_H
#define LIANJIN_EVAL_EVALUATION_H

#include "eval/curves.h"
#include "eval/scored.h"
#include "lianjin/memory.h"

#define LJ_CURVE_POINTS 240     /* most points of a curve in a report */
#define LJ_HISTOGRAM_BINS 30
#define LJ_CALIBRATION_BINS 10
#define LJ_RESIDUAL_LEVELS 9
#define LJ_SCATTER_POINTS 400

/* Points of one curve. */
typedef struct lj_curve {
    double *x, *y, *z; /* [count]; z is used by the curve of KS only */
    int64_t count;
} lj_curve;

/* Of one class: binary has one, the positive class. */
typedef struct lj_class_part {
    lj_curve roc;       /* x: share of negatives, y: share of positives */
    lj_curve precision; /* x: recall, y: precision */
    lj_counts counts;   /* binary: at the threshold */
    double auc;
} lj_class_part;

struct lj_evaluation {
    lj_arena *arena;
    lj_task task;
    int64_t rows, classes;
    double weight;
    double threshold;      /* NaN: none was chosen */
    double mean_score, mean_target; /* binary and regression; unsupervised has no target: NaN */
    lj_metric_value *metrics;
    int64_t metric_count;

    lj_class_part *parts;  /* binary [1], multi-class [classes] */
    double *confusion;     /* multi-class [classes, classes] */

    /* binary */
    lj_counts at_half;
    lj_curve ks;           /* x: score, y: share of positives below, z: of negatives */
    double ks_at;          /* score of the largest distance */
    /* Also of regression, where score and rate are means of prediction and target. */
    lj_calibration_bin calibration[LJ_CALIBRATION_BINS];
    int64_t calibration_count;
    lj_decile deciles[10];
    double histogram[2][LJ_HISTOGRAM_BINS]; /* share of each class (negative, positive) in equal steps of the score */

    /* regression; unsupervised: of the scores instead of the residuals */
    double residual[LJ_RESIDUAL_LEVELS];
    double histogram_low, histogram_high;
    lj_curve scatter;      /* x: target, y: prediction, rows at equal steps */
};

/* Levels of the quantiles of the residuals. */
extern const double lj_residual_levels[LJ_RESIDUAL_LEVELS];

LJ_CHECKED lj_status lj_fill_binary(lj_evaluation *evaluation, lj_scored *scored);
LJ_CHECKED lj_status lj_fill_multiclass(lj_evaluation *evaluation, lj_scored *scored);
LJ_CHECKED lj_status lj_fill_regression(lj_evaluation *evaluation, lj_scored *scored);
LJ_CHECKED lj_status lj_fill_unsupervised(lj_evaluation *evaluation, lj_scored *scored);

/* Flat members of a map that is open: "rows", each metric, "<metric>_low", "<metric>_high". */
void lj_evaluation_write_flat(const lj_evaluation *evaluation, lj_json *json);

#endif
