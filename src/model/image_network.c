#include "model/image_network.h"

#include <inttypes.h>
#include <stdio.h>

lj_value lj_image_convolve(lj_graph *g, lj_value x, const lj_image_convolution *how)
{
    char name[64], norm[64];
    const int64_t p = how->padding;
    const lj_activation activation = (lj_activation)how->activation;
    (void)snprintf(name, sizeof(name), "%sconv%" PRId64, how->block, how->index);
    (void)snprintf(norm, sizeof(norm), "%snorm%" PRId64, how->block, how->index);
    x = lj_conv2d_with(g, x, how->filters, how->kernel, how->kernel,
                       (lj_conv_options){.name = name,
                                         .activation = how->batch_norm ? LJ_LINEAR : activation,
                                         .stride_h = how->stride,
                                         .stride_w = how->stride,
                                         .padding = {p, p, p, p},
                                         .same = how->same,
                                         .weight = LJ_HE_NORMAL,
                                         .no_bias = how->batch_norm});
    if (!how->batch_norm)
        return x;
    x = lj_batch_norm_with(g, x, (lj_norm_options){.name = norm});
    return activation != LJ_LINEAR ? lj_activate(g, x, activation) : x;
}

lj_value lj_image_hidden(lj_graph *g, lj_value x, int64_t units, int64_t index, int activation, double dropout)
{
    char name[64], before[64];
    (void)snprintf(name, sizeof(name), "dense%" PRId64, index);
    (void)snprintf(before, sizeof(before), "dense%" PRId64 ".dropout", index);
    x = lj_dropout_with(g, x, (float)dropout, before);
    return lj_dense(g, x, units, .name = name, .activation = (lj_activation)activation, .weight = LJ_HE_NORMAL);
}

lj_value lj_image_answer(lj_graph *g, lj_value x, const lj_network *network, double dropout)
{
    x = lj_dropout_with(g, x, (float)dropout, "output.dropout");
    return lj_dense(g, x, lj_network_outputs(network->spec), .name = "output");
}

lj_value lj_image_input(lj_graph *g, const lj_network *network, const char *family, int64_t least)
{
    const lj_pixels *image = &network->spec->image;
    if (image->height >= least && image->width >= least)
        return network->pixels;
    return lj_graph_refuse(g, lj_fail(LJ_ESHAPE, "%s: expected images of at least %" PRId64 " x %" PRId64
                                      ", found %" PRId64 " x %" PRId64 ": data.images.size", family, least, least,
                                      image->height, image->width));
}
