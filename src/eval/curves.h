/* What is computed from a ranking: areas and curves. */
#ifndef LIANJIN_EVAL_CURVES_H
#define LIANJIN_EVAL_CURVES_H

#include "eval/ranking.h"

/* Area under the ROC curve with ties at one half; NaN with one class. */
double lj_ranking_auc(const lj_ranking *ranking);
/* Standard error of it: DeLong, DeLong, Clarke-Pearson (1988) by the ranks of Sun and Xu (2014). NaN: too few rows. */
double lj_ranking_auc_error(const lj_ranking *ranking);
/* Sum over thresholds of precision times gain of recall (no interpolation); NaN without positives. */
double lj_ranking_average_precision(const lj_ranking *ranking);
/* Largest difference of the two distributions, and the index of the tie where it is (the first). NaN with one class. */
double lj_ranking_ks(const lj_ranking *ranking, int64_t *at);

/* One bin of a calibration curve. */
typedef struct lj_calibration_bin {
    double weight, rows;  /* rows: effective number */
    double score, rate;   /* means */
    double low, high;     /* Wilson interval of the rate */
} lj_calibration_bin;

/*
 * Bins of equal weight in ascending order of score; rows of one score stay in
 * one bin. out [n_bins]; returns how many are not empty.
 */
int64_t lj_ranking_calibration(const lj_ranking *ranking, int64_t n_bins, lj_calibration_bin *out);
/* Expected calibration error over such bins: weighted mean of |rate - score|. */
double lj_ranking_ece(const lj_ranking *ranking, int64_t n_bins);

/* One tenth of the rows, from the highest scores; a tie on an edge is shared between both sides by weight. */
typedef struct lj_decile {
    double weight, positive;
    double highest, lowest; /* scores */
} lj_decile;

void lj_ranking_deciles(const lj_ranking *ranking, lj_decile out[10]);

#endif
