/* Options, rows and fit of text_linear. */
#ifndef LIANJIN_MODEL_TEXT_LINEAR_H
#define LIANJIN_MODEL_TEXT_LINEAR_H

#include "compute/kernels.h"
#include "model/dual.h"
#include "model/network.h"

typedef struct lj_text_linear_options {
    double l2; /* NaN: by the path */
    int64_t passes;
    int refit;
} lj_text_linear_options;

/* All inputs of rows as sparse ones: terms, numbers, one 1 a known category. Start with {0}. */
typedef struct lj_text_rows {
    lj_sparse x;
    double *target; /* [n] class, or value in the scaled unit */
    float *weight;  /* [n] */
    float *squares; /* [n] |x|^2 + 1 */
    float *factor;  /* [inputs] that the inputs were multiplied by (evidence.h) */
} lj_text_rows;

/* Inputs of a model: terms, numbers, levels of categories. */
int64_t lj_text_inputs(const lj_model_spec *spec);
/*
 * Makes the rows of `a` and, if it is not NULL, those of `b` behind them. Their terms are multiplied by `factor`
 * [inputs], or NULL: by what these rows say of each. LJ_ENOMEM.
 */
LJ_CHECKED lj_status lj_text_rows_make(const lj_fit_call *call, const lj_rows *a, const lj_rows *b, const float *factor,
                                       lj_text_rows *out);
void lj_text_rows_free(lj_text_rows *rows);

/*
 * Adds the rows of weight [inputs, width] that a row's inputs name, times their values, to z [width]: terms, numbers
 * and categories in ascending order, one chain of fused multiply-adds.
 */
void lj_text_row_add(const lj_model_spec *spec, const lj_rows *rows, int64_t row, const float *weight, int64_t width,
                     const lj_kernels *kernels, float *z);

/* The input of a level of category k, which begins at `offset`; -1: it has none. */
static inline int64_t lj_text_level(const lj_model_spec *spec, int64_t k, int64_t offset, int32_t code)
{
    return code > 0 && code < spec->category_sizes[k] ? offset + code : -1;
}

LJ_CHECKED lj_status lj_text_linear_fit(const lj_fit_call *call);

#endif
