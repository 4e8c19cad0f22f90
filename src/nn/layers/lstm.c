/*
 * lstm: x [B, T, C] -> [B, T, units] or the last step [B, units]. Hochreiter and Schmidhuber 1997;
 * Gers et al. 2000.
 * <name>.<layer>[.reverse].input_weight [C, 4 units], .recurrent_weight [units, 4 units], .bias [4 units]; gates in the
 * order i, f, g, o.
 */
#include "nn/recurrent.h"

static lj_value run(lj_graph *g, const lj_recurrent_run *r)
{
    return lj_lstm(g, r->x, r->weight, r->lengths, r->state, r->options);
}

static const lj_recurrent kind = {.name = "lstm", .gates = 4, .states = 2, .forget_gate = 1, .run = run};

lj_value lj_lstm_with(lj_graph *g, lj_value x, int64_t units, lj_value lengths, lj_recurrent_options options)
{
    return lj_recurrent_build(g, &kind, x, units, lengths, options);
}

static const lj_declaration options[] = {
    LJ_LAYER_UNITS("units", "Units of a layer, in each direction."),
    LJ_LAYER_RECURRENT_OPTIONS,
};

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_lstm_with(g, x, args->units, lj_layer_lengths(args), lj_layer_recurrent_options(args));
}

const lj_layer lj_layer_lstm = {
    .name = "lstm",
    .summary = "a memory over the steps of a sequence, with gates",
    .input = LJ_LAYER_STEPS,
    LJ_LAYER_OPTIONS(options),
    .main = "units",
    .build = build,
};
