/*
 * residual2d: activation(short cut(x) + norm(conv(activation(norm(conv(x))))))
 * of images x [B, H, W, C] -> [B, OH, OW, units]: the basic block of He, Zhang,
 * Ren and Sun 2016, "Deep residual learning for image recognition", with
 * kernels of 3 x 3 and the stride in the first. The short cut is x itself, or
 * a convolution of 1 x 1 with a norm where the shape changes.
 * <name>.conv0, .norm0, .conv1, .norm1, .short, .short_norm.
 */
#include <stdio.h>

#include "nn/layer.h"

static lj_value convolve(lj_graph *g, lj_layer_name *name, const char *conv, const char *norm, lj_value x,
                         int64_t units, int64_t kernel, int64_t stride)
{
    char buffer[LJ_NAME_MAX];
    const int64_t p = kernel / 2;
    x = lj_conv2d_with(g, x, units, kernel, kernel,
                       (lj_conv_options){.name = lj_layer_child(name, conv, buffer),
                                         .weight = LJ_HE_NORMAL,
                                         .no_bias = 1,
                                         .stride_h = stride,
                                         .stride_w = stride,
                                         .padding = {p, p, p, p}});
    return lj_batch_norm_with(g, x, (lj_norm_options){.name = lj_layer_child(name, norm, buffer)});
}

lj_value lj_residual2d_with(lj_graph *g, lj_value x, int64_t units, lj_residual2d_options options)
{
    lj_layer_name name;
    if (!lj_layer_expect_rank(g, "residual2d", x, 4) || !lj_layer_begin(g, "residual2d", options.name, &name))
        return LJ_NONE;
    const int64_t stride = options.stride > 0 ? options.stride : 1;
    const lj_activation activation = options.activation == LJ_LINEAR ? LJ_RELU : options.activation;
    const int same_shape = stride == 1 && lj_layer_width(g, x) == units;
    lj_value y = convolve(g, &name, "conv0", "norm0", x, units, 3, stride);
    y = y == LJ_NONE ? y : lj_activate(g, y, activation);
    y = convolve(g, &name, "conv1", "norm1", y, units, 3, 1);
    const lj_value cut = same_shape ? x : convolve(g, &name, "short", "short_norm", x, units, 1, stride);
    return y == LJ_NONE || cut == LJ_NONE ? LJ_NONE : lj_activate(g, lj_add(g, cut, y), activation);
}

static const lj_declaration options[] = {
    LJ_LAYER_UNITS("filters", "Channels it gives."),
    LJ_LAYER_OPTION("stride", INTEGERS, stride, .min = 1, .max = 16, .doc = "Of the first convolution; left out: 1."),
    LJ_LAYER_ACTIVATION("relu"),
};

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_residual2d_with(g, x, args->units,
                              (lj_residual2d_options){.name = args->name,
                                                      .stride = lj_layer_side(args->stride, 0, 1),
                                                      .activation = (lj_activation)args->activation});
}

const lj_layer lj_layer_residual2d = {
    .name = "residual2d",
    .summary = "two normalised convolutions over images beside a short cut",
    .input = LJ_LAYER_IMAGES,
    LJ_LAYER_OPTIONS(options),
    .main = "filters",
    .build = build,
};
