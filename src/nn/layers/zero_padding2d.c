/* zero_padding2d: x [B, H, W, C] with zeros around it. */
#include "nn/layer.h"

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_layer_expect_rank(g, "zero_padding2d", x, 4) ? lj_zero_pad2d(g, x, args->padding) : LJ_NONE;
}

const lj_layer lj_layer_zero_padding2d = {
    .name = "zero_padding2d",
    .summary = "zeros around an image",
    .input = LJ_LAYER_IMAGES,
    .build = build,
};
