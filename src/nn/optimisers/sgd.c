/* SGD with momentum (Polyak 1964) or Nesterov's (Sutskever et al. 2013), as PyTorch's. */
#include "compute/kernels.h"
#include "nn/optimisers.h"

static void apply(const lj_update_args *args)
{
    const lj_optimiser_options *options = args->options;
    lj_kernels_get()->update_sgd(args, (float)options->momentum, options->nesterov);
}

const lj_optimiser_row lj_optimiser_sgd = {.apply = apply, .momentum_slot = "momentum"};
