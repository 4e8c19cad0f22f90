/*
 * Rows in descending order of score, rows of equal score joined: from it every
 * metric of ranks follows in one pass, with ties exact.
 */
#ifndef LIANJIN_EVAL_RANKING_H
#define LIANJIN_EVAL_RANKING_H

#include <stddef.h>
#include <stdint.h>

#include "lianjin/status.h"

/* All rows of one score. */
typedef struct lj_tie {
    float score;
    double positive, negative; /* weight of each class */
} lj_tie;

typedef struct lj_ranking {
    lj_tie *ties; /* [count], descending score, all distinct (-0 is 0) */
    int64_t count;
    double positive, negative;                 /* total weights */
    double positive_squares, negative_squares; /* sums of squared weights */
} lj_ranking;

/*
 * What is ranked: score [n] with a step between rows, and which rows are
 * positive: those whose target is `class_of_interest`.
 */
typedef struct lj_ranked {
    int64_t n;
    const float *score;
    int64_t step;
    const double *target;
    double class_of_interest;
    const double *weight; /* NULL: 1 each */
} lj_ranked;

/* Scores must not be NaN (checked before). LJ_ENOMEM. Free with lj_ranking_clear. */
LJ_CHECKED lj_status lj_ranking_make(const lj_ranked *what, lj_ranking *out);

/* One against the rest for all classes at once: score [n, classes], row-major. */
LJ_CHECKED lj_status lj_ranking_make_micro(const float *score, const double *target, const double *weight, int64_t n,
                                           int64_t classes, lj_ranking *out);
void lj_ranking_clear(lj_ranking *ranking);

/* Effective numbers of rows (Kish): (sum of w)^2 / (sum of w^2); the count itself without weights. */
double lj_ranking_positive_rows(const lj_ranking *ranking);
double lj_ranking_negative_rows(const lj_ranking *ranking);

/* Ascending copy of n floats without NaN: radix sort, stable. */
LJ_CHECKED lj_status lj_sorted_floats(const float *values, int64_t n, float **out);

#endif
