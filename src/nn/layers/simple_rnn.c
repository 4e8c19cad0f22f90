/*
 * simple_rnn: x [B, T, C] -> [B, T, units] or the last step [B, units]. Elman 1990.
 * <name>.<layer>[.reverse].input_weight [C, units], .recurrent_weight [units, units], .bias [units].
 */
#include "nn/recurrent.h"

static lj_value run(lj_graph *g, const lj_recurrent_run *r)
{
    return lj_simple_rnn(g, r->x, r->weight, r->lengths, r->state, r->options);
}

static const lj_recurrent kind = {.name = "simple_rnn", .gates = 1, .states = 1, .run = run};

lj_value lj_simple_rnn_with(lj_graph *g, lj_value x, int64_t units, lj_value lengths, lj_recurrent_options options)
{
    return lj_recurrent_build(g, &kind, x, units, lengths, options);
}

static const lj_declaration options[] = {
    LJ_LAYER_UNITS("units", "Units of a layer, in each direction."),
    LJ_LAYER_ACTIVATION("tanh"),
    LJ_LAYER_RECURRENT_OPTIONS,
};

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_simple_rnn_with(g, x, args->units, lj_layer_lengths(args), lj_layer_recurrent_options(args));
}

const lj_layer lj_layer_simple_rnn = {
    .name = "simple_rnn",
    .summary = "a memory over the steps of a sequence, without gates",
    .input = LJ_LAYER_STEPS,
    LJ_LAYER_OPTIONS(options),
    .main = "units",
    .build = build,
};
