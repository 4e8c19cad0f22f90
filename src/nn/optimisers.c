#include "nn/optimisers.h"

#include <assert.h>
#include <math.h>

static const lj_optimiser_row *const rows[LJ_OPTIMISER_COUNT] = {
    [LJ_OPTIMISER_ADAMW] = &lj_optimiser_adamw,
    [LJ_OPTIMISER_ADAM] = &lj_optimiser_adam,
    [LJ_OPTIMISER_SGD] = &lj_optimiser_sgd,
    [LJ_OPTIMISER_RMSPROP] = &lj_optimiser_rmsprop,
};

static lj_status check_fraction(const char *what, double value)
{
    if (value >= 0.0 && value < 1.0)
        return LJ_OK;
    return lj_fail(LJ_EINVAL, "optimiser: expected a %s from 0 to below 1, found %g", what, value);
}

static lj_status check_amount(const char *what, double value)
{
    if (value >= 0.0 && isfinite(value))
        return LJ_OK;
    return lj_fail(LJ_EINVAL, "optimiser: expected a %s of at least 0, found %g", what, value);
}

lj_status lj_optimiser_rule(const lj_optimiser_options *options, lj_update_rule *out)
{
    assert(options != NULL && out != NULL && (unsigned)options->optimiser < LJ_OPTIMISER_COUNT);
    LJ_TRY(check_fraction("momentum", options->momentum));
    LJ_TRY(check_fraction("beta1", options->beta1));
    LJ_TRY(check_fraction("beta2", options->beta2));
    LJ_TRY(check_fraction("rho", options->rho));
    LJ_TRY(check_amount("epsilon", options->epsilon));
    LJ_TRY(check_amount("weight decay", options->weight_decay));
    LJ_TRY(check_amount("clipping norm", options->clip_norm));
    LJ_TRY(check_amount("clipping value", options->clip_value));

    const lj_optimiser_row *row = rows[options->optimiser];
    *out = (lj_update_rule){
        .n_slots = row->n_slots,
        .slot_names = {row->slot_names[0], row->slot_names[1], row->slot_names[2]},
        .apply = row->apply,
        .options = options,
        .decay = (float)options->weight_decay,
        .clip_norm = (float)options->clip_norm,
        .clip_value = (float)options->clip_value,
    };
    if (row->momentum_slot != NULL && options->momentum > 0.0)
        out->slot_names[out->n_slots++] = row->momentum_slot;
    return LJ_OK;
}
