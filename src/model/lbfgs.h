/*
 * Minimises f(w) + sum of l1[j] |w[j]| in double, in a fixed order: L-BFGS
 * (Nocedal 1980), with orthants where l1 > 0 (Andrew and Gao 2007, OWL-QN).
 */
#ifndef LIANJIN_MODEL_LBFGS_H
#define LIANJIN_MODEL_LBFGS_H

#include <stdint.h>

#include "lianjin/status.h"

typedef struct lj_lbfgs_problem {
    int64_t n;
    /* The smooth part and its gradient [n]. */
    double (*evaluate)(void *context, const double *w, double *gradient);
    void *context;
    const double *l1;    /* [n], NULL: none */
    const double *scale; /* [n] > 0: about the inverse of the second derivatives; NULL: 1 */
    double tolerance;    /* stops when no number of the (pseudo-)gradient is larger */
    int64_t iterations;  /* at most */
} lj_lbfgs_problem;

/* Starts from and ends in w [n]; *value is the smooth part there. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_lbfgs(const lj_lbfgs_problem *problem, double *w, double *value);

#endif
