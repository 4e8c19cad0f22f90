/* Adam (Kingma and Ba 2015), as PyTorch's. The numbers of a step are made in double, by products alone. */
#include <math.h>

#include "compute/kernels.h"
#include "nn/optimisers.h"

/* 1 - base^n by squaring: the order of the products depends on n alone. */
static double one_minus_power(double base, int64_t n)
{
    double result = 1.0;
    for (; n > 0 && result > 1e-20; n >>= 1) {
        if (n & 1)
            result *= base;
        base *= base;
    }
    return 1.0 - result;
}

void lj_adam_apply(const lj_update_args *args, int decoupled)
{
    const lj_optimiser_options *options = args->options;
    const double beta1 = options->beta1 > 0.0 ? options->beta1 : 0.9;
    const double beta2 = options->beta2 > 0.0 ? options->beta2 : 0.999;
    const lj_adam_step step = {
        .beta1_rest = (float)(1.0 - beta1),
        .beta2 = (float)beta2,
        .beta2_rest = (float)(1.0 - beta2),
        .epsilon = (float)(options->epsilon > 0.0 ? options->epsilon : 1e-8),
        .correction1 = (float)(1.0 / one_minus_power(beta1, args->step)),
        .correction2 = (float)(1.0 / sqrt(one_minus_power(beta2, args->step))),
        .decoupled = decoupled,
    };
    lj_kernels_get()->update_adam(args, &step);
}

static void apply(const lj_update_args *args)
{
    lj_adam_apply(args, 0);
}

const lj_optimiser_row lj_optimiser_adam = {.apply = apply, .n_slots = 2, .slot_names = {"moment1", "moment2"}};
