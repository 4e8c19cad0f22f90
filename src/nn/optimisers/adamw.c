/* AdamW: Adam with decoupled weight decay (Loshchilov and Hutter 2019), as PyTorch's. */
#include "nn/optimisers.h"

static void apply(const lj_update_args *args)
{
    lj_adam_apply(args, 1);
}

const lj_optimiser_row lj_optimiser_adamw = {.apply = apply, .n_slots = 2, .slot_names = {"moment1", "moment2"}};
