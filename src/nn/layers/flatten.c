/* flatten: x [B, ...] -> [B, their product]. */
#include "nn/layer.h"

lj_value lj_flatten(lj_graph *g, lj_value x)
{
    if (x == LJ_NONE)
        return LJ_NONE;
    const lj_shape shape = lj_value_shape(g, x);
    int64_t width = 1;
    for (int i = 1; i < shape.rank; i++)
        width *= shape.dim[i];
    return lj_reshape(g, x, lj_shape_of(shape.dim[0], width));
}

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    (void)args;
    return lj_flatten(g, x);
}

const lj_layer lj_layer_flatten = {
    .name = "flatten",
    .summary = "each row as one vector",
    .input = LJ_LAYER_IMAGES | LJ_LAYER_STEPS,
    .gives = LJ_LAYER_ROWS,
    .build = build,
};
