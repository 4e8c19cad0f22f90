/*
 * conv1d: x [B, T, C] -> activation(convolution + b) [B, OT, units], a conv2d of
 * height 1. <name>.weight [kernel, C / groups, units], <name>.bias [units].
 */
#include "nn/layer.h"

lj_value lj_conv1d_with(lj_graph *g, lj_value x, int64_t units, int64_t kernel, lj_conv_options options)
{
    lj_layer_name name;
    if (!lj_layer_expect_rank(g, "conv1d", x, 3) || !lj_layer_begin(g, "conv1d", options.name, &name))
        return LJ_NONE;
    const lj_shape in = lj_value_shape(g, x);
    const int64_t groups = options.groups == 0 ? 1 : options.groups, depth = in.dim[2] / groups;
    const lj_shape shape = lj_shape_of(kernel, depth, units);
    options.stride_h = options.dilation_h = 1;
    options.padding.top = options.padding.bottom = 0;
    const lj_value weight = lj_reshape(g, lj_layer_conv_weight(g, &name, shape, &options),
                                       lj_shape_of(1, kernel, depth, units));
    lj_value y = lj_conv2d(g, lj_reshape(g, x, lj_shape_of(in.dim[0], 1, in.dim[1], in.dim[2])), weight,
                           lj_layer_window(&options, 1, in.dim[1], 1, kernel));
    y = lj_layer_conv_end(g, &name, y, shape, &options);
    return y == LJ_NONE ? y : lj_reshape(g, y, lj_shape_of(in.dim[0], lj_value_shape(g, y).dim[2], units));
}

static lj_padding padding_of(const lj_layer_args *args, int64_t kernel, int64_t dilation)
{
    if (args->causal)
        return (lj_padding){.left = (kernel - 1) * dilation};
    if (lj_declared_count(args->padding) == 2)
        return (lj_padding){.left = lj_layer_side(args->padding, 0, 0), .right = lj_layer_side(args->padding, 1, 0)};
    return lj_layer_padding(args->padding);
}

static const lj_declaration options[] = {
    LJ_LAYER_CONV_OPTIONS("Steps of the kernel.",
                          "Zeros around: one number or [left, right]."),
    LJ_LAYER_OPTION("causal", BOOL, causal, .fallback = "false",
                    .doc = "Zeros before alone, as many as the kernel reaches back: a step reads none after it."),
};

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    const int64_t kernel = lj_layer_side(args->kernel, 0, 1);
    lj_conv_options how = lj_layer_conv_options(args);
    how.padding = padding_of(args, kernel, how.dilation_w);
    how.same = args->same && !args->causal;
    return lj_conv1d_with(g, x, args->units, kernel, how);
}

const lj_layer lj_layer_conv1d = {
    .name = "conv1d",
    .summary = "a convolution over sequences, a bias and an activation",
    .input = LJ_LAYER_STEPS,
    LJ_LAYER_OPTIONS(options),
    .build = build,
};
