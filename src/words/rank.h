/* Inside of words/: correlations of two lists. */
#ifndef LIANJIN_WORDS_RANK_H
#define LIANJIN_WORDS_RANK_H

#include <stdint.h>

#include "lianjin/status.h"

/* NaN if n < 2 or one of them is all equal. */
double lj_pearson(const double *x, const double *y, int64_t n);
/* Pearson's correlation of the ranks; equal values share the mean of their ranks. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_spearman(const double *x, const double *y, int64_t n, double *out);

#endif
