/* RMSProp (Tieleman and Hinton 2012), as PyTorch's, not centred. */
#include "compute/kernels.h"
#include "nn/optimisers.h"

static void apply(const lj_update_args *args)
{
    const lj_optimiser_options *options = args->options;
    const double rho = options->rho > 0.0 ? options->rho : 0.9;
    const double epsilon = options->epsilon > 0.0 ? options->epsilon : 1e-8;
    lj_kernels_get()->update_rmsprop(args, (float)rho, (float)epsilon, (float)options->momentum);
}

const lj_optimiser_row lj_optimiser_rmsprop = {
    .apply = apply,
    .n_slots = 1,
    .slot_names = {"mean_square"},
    .momentum_slot = "momentum",
};
