/* 95 % intervals and quantiles. */
#ifndef LIANJIN_EVAL_INTERVAL_H
#define LIANJIN_EVAL_INTERVAL_H

#include <stdint.h>

#include "lianjin/eval.h"
#include "prep/stats.h"

#define LJ_Z95 1.959963984540054 /* the 97.5 % quantile of the normal distribution */

/*
 * Of a share p of n rows (n may be an effective number). Wilson, "Probable
 * inference, the law of succession, and statistical inference", JASA 22 (1927).
 */
void lj_wilson(double p, double n, double *low, double *high);

/* Sums of a weighted mean and its standard error, filled in row order. Start with {0}. */
typedef struct lj_mean {
    double weight, weight_squares, sum;
    double square_sum; /* of weight * value^2 */
} lj_mean;

void lj_mean_add(lj_mean *mean, double value, double weight);
/* value and the normal interval around it, kept within [floor, ...). NaN without weight. */
void lj_mean_value(const lj_mean *mean, double floor, lj_metric_value *out);

/* Sets low and high to value -+ 1.96 * error, cut to [least, most]. */
void lj_normal_interval(lj_metric_value *value, double error, double least, double most);


#endif
