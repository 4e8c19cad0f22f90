/*
 * logistic: linear models. Logistic regression, multinomial, and linear
 * regression, with L2 and L1 penalties, fitted on all rows at once.
 */
#include "model/logistic.h"

#include <stddef.h>

static const lj_declaration declarations[] = {
    {.key = "l2",
     .kind = LJ_DECLARED_NUMBER,
     .offset = offsetof(lj_logistic_options, l2),
     .min = 0,
     .max = 1e9,
     .doc = "Strength of the squared penalty (1/C of scikit-learn); left out: the best of a path from 300 to 0.1 on "
            "valid, with `refit` on five folds of train and valid."},
    LJ_LOGISTIC_DECLARATIONS,
    {.key = "refit",
     .kind = LJ_DECLARED_BOOL,
     .offset = offsetof(lj_logistic_options, refit),
     .doc = "Fits once more on train and valid together, with the strength that valid chose; left out: below 10,000 "
            "training rows."},
};

void lj_logistic_train_defaults(const void *values, int64_t n, lj_train_values *train)
{
    (void)values, (void)n, (void)train; /* no training loop: only the monitor and class weights are read */
}

lj_value lj_logistic_build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    const lj_input_options input = {.numbers = LJ_NUMBERS_PLAIN, .categories = LJ_CATEGORIES_ONE_HOT};
    const lj_value x = lj_network_input(g, network, &input, numbers, codes);
    return lj_dense(g, x, lj_network_outputs(network->spec), .name = "linear", .weight = LJ_ZEROS);
}

const lj_family lj_family_logistic = {
    .info = {.name = "logistic",
             .summary = "logistic, multinomial or linear regression with L2 and L1 penalties",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_LINEAR,
             .adds_up = 1},
    .options_size = sizeof(lj_logistic_options),
    .train_defaults = lj_logistic_train_defaults,
    .build = lj_logistic_build,
    .fit = lj_logistic_fit,
};
