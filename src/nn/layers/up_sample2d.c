/* up_sample2d: x [B, H, W, C] -> [B, H * factor_h, W * factor_w, C], each pixel repeated. */
#include "nn/layer.h"

lj_value lj_up_sample2d(lj_graph *g, lj_value x, int64_t factor_h, int64_t factor_w)
{
    if (!lj_layer_expect_rank(g, "up_sample2d", x, 4))
        return LJ_NONE;
    const lj_shape in = lj_value_shape(g, x);
    const int64_t *d = in.dim;
    const lj_value apart = lj_reshape(g, x, lj_shape_of(d[0], d[1], 1, d[2], 1, d[3]));
    const lj_value repeated = lj_broadcast(g, apart, lj_shape_of(d[0], d[1], factor_h, d[2], factor_w, d[3]));
    return lj_reshape(g, repeated, lj_shape_of(d[0], d[1] * factor_h, d[2] * factor_w, d[3]));
}

static const lj_declaration options[] = {
    LJ_LAYER_OPTION("factor", INTEGERS, stride, .min = 1, .max = 256,
                    .doc = "How often each pixel is repeated, down and across; left out: 2."),
};

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_up_sample2d(g, x, lj_layer_side(args->stride, 0, 2), lj_layer_side(args->stride, 1, 2));
}

const lj_layer lj_layer_up_sample2d = {
    .name = "up_sample2d",
    .summary = "images made larger by repeating their pixels",
    .input = LJ_LAYER_IMAGES,
    LJ_LAYER_OPTIONS(options),
    .main = "factor",
    .build = build,
};
