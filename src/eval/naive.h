/* Errors of a model beside those of the naive forecast, on the rows that have one. */
#ifndef LIANJIN_EVAL_NAIVE_H
#define LIANJIN_EVAL_NAIVE_H

#include "eval/scored.h"

/* Weighted means; all NaN without a naive forecast. */
typedef struct lj_naive_errors {
    double squares, sizes;             /* of the model's errors */
    double squares_naive, sizes_naive; /* of the naive forecast's */
} lj_naive_errors;
lj_naive_errors lj_naive_errors_of(const lj_scored *scored);

#endif
