/* What the layers of convolutions share. */
#include "nn/layer.h"

lj_conv_options lj_layer_conv_options(const lj_layer_args *args)
{
    return (lj_conv_options){.name = args->name,
                             .activation = (lj_activation)args->activation,
                             .weight = (lj_initialiser)args->initialiser,
                             .torch_bias = args->initialiser == LJ_TORCH_LINEAR,
                             .no_bias = args->no_bias,
                             .stride_h = lj_layer_side(args->stride, 0, 1),
                             .stride_w = lj_layer_side(args->stride, 1, 1),
                             .dilation_h = lj_layer_side(args->dilation, 0, 1),
                             .dilation_w = lj_layer_side(args->dilation, 1, 1),
                             .groups = args->groups,
                             .same = args->same,
                             .padding = lj_layer_padding(args->padding)};
}

lj_conv2d_options lj_layer_window(const lj_conv_options *options, int64_t height, int64_t width, int64_t kernel_h,
                                  int64_t kernel_w)
{
    lj_conv2d_options window = {.stride_h = options->stride_h,
                                .stride_w = options->stride_w,
                                .dilation_h = options->dilation_h,
                                .dilation_w = options->dilation_w,
                                .groups = options->groups,
                                .padding = options->padding};
    if (options->same)
        window.padding = lj_padding_same(height, width, kernel_h, kernel_w, &window);
    return window;
}

/* Weights of one channel of a kernel. */
static int64_t kernel_of(const lj_shape *shape)
{
    int64_t size = 1;
    for (int i = 0; i < shape->rank - 2; i++)
        size *= shape->dim[i];
    return size;
}

lj_value lj_layer_conv_weight(lj_graph *g, lj_layer_name *name, lj_shape shape, const lj_conv_options *options)
{
    const int64_t size = kernel_of(&shape);
    return lj_layer_weight(g, name, "weight", shape,
                           lj_initialiser_make(options->weight, size * shape.dim[shape.rank - 2],
                                               size * shape.dim[shape.rank - 1]));
}

lj_value lj_layer_conv_end(lj_graph *g, lj_layer_name *name, lj_value y, lj_shape shape,
                           const lj_conv_options *options)
{
    if (y == LJ_NONE)
        return LJ_NONE;
    if (!options->no_bias) {
        const lj_initialiser start = options->torch_bias ? LJ_TORCH_LINEAR : LJ_ZEROS;
        y = lj_add(g, y,
                   lj_layer_bias(g, name, "bias", lj_shape_of(lj_layer_width(g, y)),
                                 lj_initialiser_make(start, kernel_of(&shape) * shape.dim[shape.rank - 2], 0)));
    }
    return lj_layer_activate(g, y, options->activation);
}

lj_pool_options lj_layer_pool_options(const lj_layer_args *args)
{
    return (lj_pool_options){.kernel_h = lj_layer_side(args->kernel, 0, 0),
                             .kernel_w = lj_layer_side(args->kernel, 1, 0),
                             .stride_h = lj_layer_side(args->stride, 0, 0),
                             .stride_w = lj_layer_side(args->stride, 1, 0),
                             .same = args->same,
                             .padding = lj_layer_padding(args->padding)};
}

lj_pool2d_options lj_layer_pool_window(const lj_graph *g, lj_value x, const lj_pool_options *o)
{
    const lj_shape in = lj_value_shape(g, x);
    lj_pool2d_options window = {.kernel_h = o->kernel_h == 0 ? 2 : o->kernel_h,
                                .kernel_w = o->kernel_w == 0 ? 2 : o->kernel_w,
                                .padding = o->padding};
    window.stride_h = o->stride_h == 0 ? window.kernel_h : o->stride_h;
    window.stride_w = o->stride_w == 0 ? window.kernel_w : o->stride_w;
    if (o->same) {
        const lj_conv2d_options moves = {.stride_h = window.stride_h, .stride_w = window.stride_w};
        window.padding = lj_padding_same(in.dim[1], in.dim[2], window.kernel_h, window.kernel_w, &moves);
    }
    return window;
}

lj_value lj_layer_places(lj_graph *g, const char *layer, lj_value x)
{
    if (x == LJ_NONE)
        return LJ_NONE;
    const lj_shape shape = lj_value_shape(g, x);
    int64_t places = 1;
    for (int i = 1; i < shape.rank - 1; i++)
        places *= shape.dim[i];
    if (shape.rank < 3)
        return lj_graph_refuse(
            g, lj_fail(LJ_ESHAPE, "%s: expected [B, ..., C], found %d dimensions", layer, shape.rank));
    return lj_reshape(g, x, lj_shape_of(shape.dim[0], places, shape.dim[shape.rank - 1]));
}
