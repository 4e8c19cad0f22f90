/*
 * conv2d_transpose: x [B, H, W, C] -> activation(transposed convolution + b)
 * [B, OH, OW, units]. <name>.weight [kernel_h, kernel_w, units / groups, C],
 * <name>.bias [units].
 */
#include "nn/layer.h"

/* The size of the output along one axis. */
static int64_t size_of(int64_t size, int64_t kernel, int64_t stride, int64_t dilation, int same, int64_t padding)
{
    const int64_t step = stride == 0 ? 1 : stride, extent = (kernel - 1) * (dilation == 0 ? 1 : dilation) + 1;
    if (same)
        return size * step;
    return size * step + (extent > step ? extent - step : 0) - padding;
}

lj_value lj_conv2d_transpose_with(lj_graph *g, lj_value x, int64_t units, int64_t kernel_h, int64_t kernel_w,
                                  lj_conv_options options)
{
    lj_layer_name name;
    if (!lj_layer_expect_rank(g, "conv2d_transpose", x, 4) ||
        !lj_layer_begin(g, "conv2d_transpose", options.name, &name))
        return LJ_NONE;
    const lj_shape in = lj_value_shape(g, x);
    const lj_padding p = options.padding;
    const int64_t height =
        size_of(in.dim[1], kernel_h, options.stride_h, options.dilation_h, options.same, p.top + p.bottom);
    const int64_t width =
        size_of(in.dim[2], kernel_w, options.stride_w, options.dilation_w, options.same, p.left + p.right);
    const int64_t groups = options.groups == 0 ? 1 : options.groups;
    const lj_shape shape = lj_shape_of(kernel_h, kernel_w, units / groups, in.dim[3]);
    const lj_value weight = lj_layer_conv_weight(g, &name, shape, &options);
    const lj_value y = lj_conv2d_transpose(g, x, weight, height, width,
                                           lj_layer_window(&options, height, width, kernel_h, kernel_w));
    return lj_layer_conv_end(g, &name, y, shape, &options);
}

static const lj_declaration options[] = {
    LJ_LAYER_CONV_OPTIONS("Height and width of the kernel, or one number for both.",
                          "What is cut off around: one number, [height, width] or [top, bottom, left, right]."),
};

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_conv2d_transpose_with(g, x, args->units, lj_layer_side(args->kernel, 0, 1),
                                    lj_layer_side(args->kernel, 1, 1), lj_layer_conv_options(args));
}

const lj_layer lj_layer_conv2d_transpose = {
    .name = "conv2d_transpose",
    .summary = "the gradient of a convolution as a layer, which makes images larger; a bias and an activation",
    .input = LJ_LAYER_IMAGES,
    LJ_LAYER_OPTIONS(options),
    .build = build,
};
