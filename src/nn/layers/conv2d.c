/*
 * conv2d: x [B, H, W, C] -> activation(convolution + b) [B, OH, OW, units].
 * <name>.weight [kernel_h, kernel_w, C / groups, units], <name>.bias [units].
 * LeCun et al. 1998, "Gradient-based learning applied to document recognition".
 */
#include "nn/layer.h"

lj_value lj_conv2d_with(lj_graph *g, lj_value x, int64_t units, int64_t kernel_h, int64_t kernel_w,
                        lj_conv_options options)
{
    lj_layer_name name;
    if (!lj_layer_expect_rank(g, "conv2d", x, 4) || !lj_layer_begin(g, "conv2d", options.name, &name))
        return LJ_NONE;
    const lj_shape in = lj_value_shape(g, x);
    const int64_t groups = options.groups == 0 ? 1 : options.groups;
    const lj_shape shape = lj_shape_of(kernel_h, kernel_w, in.dim[3] / groups, units);
    const lj_value weight = lj_layer_conv_weight(g, &name, shape, &options);
    const lj_value y =
        lj_conv2d(g, x, weight, lj_layer_window(&options, in.dim[1], in.dim[2], kernel_h, kernel_w));
    return lj_layer_conv_end(g, &name, y, shape, &options);
}

static const lj_declaration options[] = {
    LJ_LAYER_CONV_OPTIONS("Height and width of the kernel, or one number for both.",
                          "Zeros around the image: one number, [height, width] or [top, bottom, left, right]."),
};

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_conv2d_with(g, x, args->units, lj_layer_side(args->kernel, 0, 1), lj_layer_side(args->kernel, 1, 1),
                          lj_layer_conv_options(args));
}

const lj_layer lj_layer_conv2d = {
    .name = "conv2d",
    .summary = "a convolution over images, a bias and an activation",
    .input = LJ_LAYER_IMAGES,
    LJ_LAYER_OPTIONS(options),
    .build = build,
};
