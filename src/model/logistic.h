/* Options and fit of the linear models. */
#ifndef LIANJIN_MODEL_LOGISTIC_H
#define LIANJIN_MODEL_LOGISTIC_H

#include "model/network.h"

typedef struct lj_logistic_options {
    double l2; /* NaN: by the path */
    double l1;
    int64_t iterations;
    int refit; /* -1: by the number of rows */
} lj_logistic_options;

/* The rows that families whose options begin with them share. */
#define LJ_LOGISTIC_DECLARATIONS                                                                                       \
    {.key = "l1",                                                                                                      \
     .kind = LJ_DECLARED_NUMBER,                                                                                       \
     .offset = offsetof(lj_logistic_options, l1),                                                                      \
     .min = 0,                                                                                                         \
     .max = 1e9,                                                                                                       \
     .fallback = "0",                                                                                                  \
     .doc = "Strength of the absolute penalty, which makes weights zero."},                                            \
    {.key = "iterations",                                                                                              \
     .kind = LJ_DECLARED_INTEGER,                                                                                      \
     .offset = offsetof(lj_logistic_options, iterations),                                                              \
     .min = 1,                                                                                                         \
     .max = 100000,                                                                                                    \
     .fallback = "200",                                                                                                \
     .doc = "Most steps of the minimiser for one strength."}

void lj_logistic_train_defaults(const void *options, int64_t n, lj_train_values *train);
lj_value lj_logistic_build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes);
LJ_CHECKED lj_status lj_logistic_fit(const lj_fit_call *call);

/* Rows of one part and then those of another, in blocks of their own. Start with {0}. */
typedef struct lj_joined {
    float *numbers;
    int32_t *codes;
    double *target;
    float *weight; /* NULL: 1 each */
    lj_rows rows;
} lj_joined;

LJ_CHECKED lj_status lj_joined_make(const lj_rows *a, const lj_rows *b, lj_joined *out);
void lj_joined_free(lj_joined *joined);

/* What a linear model sees of a table: numbers as they are and one 1 a category. */
typedef struct lj_linear lj_linear;

LJ_CHECKED lj_status lj_linear_create(const lj_fit_call *call, lj_linear **out);
void lj_linear_destroy(lj_linear *linear);
/* Weights [outputs, inputs + 1], the bias last. */
int64_t lj_linear_size(const lj_linear *linear);
int64_t lj_linear_inputs(const lj_linear *linear);
int64_t lj_linear_outputs(const lj_linear *linear);
/* Sum of the rows' weights. */
double lj_linear_weight(const lj_linear *linear);
void lj_linear_set_l2(lj_linear *linear, double l2);
/* Mean loss, with l2 / (2 weight) * |w|^2 (no bias), and its gradient. For lj_lbfgs. */
double lj_linear_evaluate(void *linear, const double *w, double *gradient);
/* About the inverse of the second derivatives, for the present l2. */
void lj_linear_scales(const lj_linear *linear, double *scale);
/* Scores [n, outputs or 1] as the model gives them, regression in the target's unit. */
LJ_CHECKED lj_status lj_linear_score(const lj_linear *linear, const double *w, const lj_rows *rows, float *scores);

#endif
