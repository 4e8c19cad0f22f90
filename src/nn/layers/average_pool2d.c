/* average_pool2d: x [B, H, W, C] -> [B, OH, OW, C]. */
#include "nn/layer.h"

lj_value lj_average_pool2d_with(lj_graph *g, lj_value x, lj_pool_options options)
{
    if (!lj_layer_expect_rank(g, "average_pool2d", x, 4))
        return LJ_NONE;
    return lj_average_pool2d(g, x, lj_layer_pool_window(g, x, &options));
}

static const lj_declaration options[] = {
    LJ_LAYER_POOL_OPTIONS,
};

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_average_pool2d_with(g, x, lj_layer_pool_options(args));
}

const lj_layer lj_layer_average_pool2d = {
    .name = "average_pool2d",
    .summary = "the mean of each window of an image",
    .input = LJ_LAYER_IMAGES,
    LJ_LAYER_OPTIONS(options),
    .main = "kernel",
    .build = build,
};
