/* global_average_pool: x [B, ..., C] -> the mean of all places [B, C]. */
#include "nn/layer.h"

lj_value lj_global_average_pool(lj_graph *g, lj_value x)
{
    const lj_value places = lj_layer_places(g, "global_average_pool", x);
    return places == LJ_NONE ? LJ_NONE : lj_mean(g, places, 1, 0);
}

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    (void)args;
    return lj_global_average_pool(g, x);
}

const lj_layer lj_layer_global_average_pool = {
    .name = "global_average_pool",
    .summary = "the mean of each channel over all places",
    .input = LJ_LAYER_IMAGES | LJ_LAYER_STEPS,
    .gives = LJ_LAYER_ROWS,
    .build = build,
};
