/*
 * All optimisers: a file src/nn/optimisers/<name>.c each, whose row stands in
 * the order of LJ_OPTIMISER_LIST (nn.h).
 */
#ifndef LIANJIN_NN_OPTIMISERS_H
#define LIANJIN_NN_OPTIMISERS_H

#include "lianjin/nn.h"

typedef struct lj_optimiser_row {
    void (*apply)(const lj_update_args *args); /* args->options is the lj_optimiser_options */
    int n_slots;
    const char *slot_names[3];
    const char *momentum_slot; /* one slot more, if there is momentum; NULL: never */
} lj_optimiser_row;

extern const lj_optimiser_row lj_optimiser_adamw, lj_optimiser_adam, lj_optimiser_sgd, lj_optimiser_rmsprop;

/* Adam's step with its weight decay added to the gradient, or decoupled. */
void lj_adam_apply(const lj_update_args *args, int decoupled);

#endif
