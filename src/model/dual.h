/*
 * L2-regularised squared hinge loss (support vector machines), one class against the rest, and squared loss, over
 * sparse rows, by dual coordinate descent (Hsieh, Chang, Lin, Keerthi and Sundararajan, "A dual coordinate descent
 * method for large-scale linear SVM", ICML 2008). Up to 16 problems over the same rows, a class and a strength each,
 * are solved side by side: a lane each, so that a row is read once for all of them. What a lane does depends on no
 * other lane and on no thread.
 */
#ifndef LIANJIN_MODEL_DUAL_H
#define LIANJIN_MODEL_DUAL_H

#include <stdint.h>

#include "lianjin/sparse.h"

#define LJ_DUAL_LANES 16

typedef struct lj_dual_rows {
    const lj_sparse *x;
    const double *target; /* [n] class or value */
    const float *weight;  /* [n] of the loss of a row; 0: the row is passed over */
    const float *squares; /* [n] |x|^2 + 1 */
} lj_dual_rows;

/* min over w of |w|^2 / 2 + cost * sum of weight * loss; the bias is the weight of an input that is always 1. */
typedef struct lj_dual_lane {
    int32_t own;  /* the class whose rows are +1; the others are -1 */
    double cost;
} lj_dual_lane;

typedef struct lj_dual_options {
    int is_regression; /* squared loss of the target instead of the hinge */
    double tolerance;  /* a lane ends when no derivative of the dual violates its bound by more in a pass */
    int64_t passes;    /* at most */
    uint64_t seed;     /* of the order of the rows in a pass */
} lj_dual_options;

/* w [width + 1, LJ_DUAL_LANES], the bias last; lanes from `count` on are 0. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_dual_solve(const lj_dual_rows *rows, const lj_dual_lane *lanes, int64_t count,
                                   const lj_dual_options *options, float *w);

#endif
