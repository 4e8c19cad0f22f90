/* softmax: over the last dimension. */
#include "nn/layer.h"

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    (void)args;
    return lj_softmax(g, x);
}

const lj_layer lj_layer_softmax = {
    .name = "softmax",
    .summary = "probabilities over the last dimension",
    .input = LJ_LAYER_ANY,
    .build = build,
};
