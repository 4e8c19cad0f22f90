/* dropout: in training each element is dropped with probability `rate` (lj_dropout); else x. Named streams. */
#include "nn/layer.h"

lj_value lj_dropout_with(lj_graph *g, lj_value x, float rate, const char *name)
{
    lj_layer_name names;
    if (x == LJ_NONE || !lj_layer_begin(g, "dropout", name, &names))
        return LJ_NONE;
    return rate == 0.0F ? x : lj_dropout(g, x, rate, names.name);
}

static const lj_declaration options[] = {
    LJ_LAYER_OPTION("rate", NUMBER, rate, .min = 0, .max = 0.95, .required = 1, .doc = "Share that is dropped."),
};

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_dropout_with(g, x, (float)args->rate, args->name);
}

const lj_layer lj_layer_dropout = {
    .name = "dropout",
    .summary = "drops elements at random while training",
    .input = LJ_LAYER_ANY,
    LJ_LAYER_OPTIONS(options),
    .main = "rate",
    .is_random = 1,
    .build = build,
};
