/* activation: an activation by itself, x of any shape. */
#include "nn/layer.h"

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_layer_activate(g, x, args->activation);
}

const lj_layer lj_layer_activation = {
    .name = "activation",
    .summary = "an activation by itself",
    .input = LJ_LAYER_ROWS,
    .build = build,
};
