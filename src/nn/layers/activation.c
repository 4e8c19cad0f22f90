/* activation: an activation by itself, x of any shape. */
#include "nn/layer.h"

static const lj_declaration options[] = {
    LJ_LAYER_OPTION("function", CHOICE, activation, .choices = lj_activation_choices, .required = 1,
                    .fallback = "linear", .doc = "Which."),
};

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_layer_activate(g, x, (lj_activation)args->activation);
}

const lj_layer lj_layer_activation = {
    .name = "activation",
    .summary = "an activation by itself",
    .input = LJ_LAYER_ANY,
    LJ_LAYER_OPTIONS(options),
    .main = "function",
    .build = build,
};
