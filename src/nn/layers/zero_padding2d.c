/* zero_padding2d: x [B, H, W, C] with zeros around it. */
#include "nn/layer.h"

static const lj_declaration options[] = {
    LJ_LAYER_OPTION("padding", INTEGERS, padding, .min = 0, .max = 65536, .required = 1,
                    .doc = "Zeros around: one number, [height, width] or [top, bottom, left, right]."),
};

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_layer_expect_rank(g, "zero_padding2d", x, 4) ? lj_zero_pad2d(g, x,
        lj_layer_padding(args->padding)) : LJ_NONE;
}

const lj_layer lj_layer_zero_padding2d = {
    .name = "zero_padding2d",
    .summary = "zeros around an image",
    .input = LJ_LAYER_IMAGES,
    LJ_LAYER_OPTIONS(options),
    .main = "padding",
    .build = build,
};
