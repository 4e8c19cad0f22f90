/*
 * logistic: linear models. Logistic regression, multinomial, and linear
 * regression, with L2 and L1 penalties, fitted on all rows at once.
 */
#include "model/logistic.h"

#include <stddef.h>

static const lj_declaration declarations[] = {
    LJ_LOGISTIC_DECLARATIONS,
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
             .style = LJ_PREP_LINEAR},
    .options_size = sizeof(lj_logistic_options),
    .train_defaults = lj_logistic_train_defaults,
    .build = lj_logistic_build,
    .fit = lj_logistic_fit,
};
