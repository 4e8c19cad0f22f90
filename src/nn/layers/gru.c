/*
 * gru: x [B, T, C] -> [B, T, units] or the last step [B, units]. Cho et al. 2014, the
 * reset gate after the product.
 * <name>.<layer>[.reverse].input_weight [C, 3 units], .recurrent_weight [units, 3 units], .bias and .recurrent_bias
 * [3 units]; gates in the order r, z, n.
 */
#include "nn/recurrent.h"

static lj_value run(lj_graph *g, const lj_recurrent_run *r)
{
    return lj_gru(g, r->x, r->weight, r->bias, r->lengths, r->state, r->options);
}

static const lj_recurrent kind = {.name = "gru", .gates = 3, .states = 1, .has_recurrent_bias = 1, .run = run};

lj_value lj_gru_with(lj_graph *g, lj_value x, int64_t units, lj_value lengths, lj_recurrent_options options)
{
    return lj_recurrent_build(g, &kind, x, units, lengths, options);
}

static const lj_declaration options[] = {
    LJ_LAYER_UNITS("units", "Units of a layer, in each direction."),
    LJ_LAYER_RECURRENT_OPTIONS,
};

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_gru_with(g, x, args->units, lj_layer_lengths(args), lj_layer_recurrent_options(args));
}

const lj_layer lj_layer_gru = {
    .name = "gru",
    .summary = "a memory over the steps of a sequence, with fewer gates",
    .input = LJ_LAYER_STEPS,
    LJ_LAYER_OPTIONS(options),
    .main = "units",
    .build = build,
};
