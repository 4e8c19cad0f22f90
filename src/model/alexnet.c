/*
 * alexnet: Krizhevsky, Sutskever and Hinton 2012, "ImageNet classification with
 * deep convolutional neural networks", as one column without local response
 * normalisation (Krizhevsky 2014, "One weird trick for parallelizing
 * convolutional neural networks"); batch normalisation if asked for.
 */
#include <stddef.h>

#include "model/image_network.h"

enum { CONVOLUTIONS = 5, LEAST_SIDE = 63 }; /* the last pooling has one window */

typedef struct options {
    int64_t width, hidden;
    int activation, batch_norm;
    double dropout;
} options;

static const lj_declaration declarations[] = {
    {.key = "width",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(options, width),
     .min = 1,
     .max = 4096,
     .fallback = "64",
     .doc = "Channels of the first convolution; the others have 3, 6, 4 and 4 times as many."},
    {.key = "hidden",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(options, hidden),
     .min = 1,
     .max = 65536,
     .fallback = "4096",
     .doc = "Units of each of the two dense layers."},
    {.key = "batch_norm",
     .kind = LJ_DECLARED_BOOL,
     .offset = offsetof(options, batch_norm),
     .fallback = "false",
     .doc = "Batch normalisation before the activation of each convolution."},
    LJ_ACTIVATION_DECLARATION(options, "Activation of the hidden layers."),
    LJ_DROPOUT_DECLARATION(options, dropout, "0.5",
                           "Share of the values before each dense layer that is dropped while training."),
};

static lj_value build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    static const struct {
        int64_t widths, kernel, stride, padding;
        int pool;
    } rows[CONVOLUTIONS] = {{1, 11, 4, 2, 1}, {3, 5, 1, 2, 1}, {6, 3, 1, 1, 0}, {4, 3, 1, 1, 0}, {4, 3, 1, 1, 1}};
    const options *o = network->options;
    lj_value x = lj_image_input(g, network, "alexnet", LEAST_SIDE);
    (void)numbers, (void)codes;
    for (int64_t i = 0; i < CONVOLUTIONS && x != LJ_NONE; i++) {
        x = lj_image_convolve(g, x,
                              &(lj_image_convolution){.block = "",
                                                      .index = i,
                                                      .filters = rows[i].widths * o->width,
                                                      .kernel = rows[i].kernel,
                                                      .stride = rows[i].stride,
                                                      .padding = rows[i].padding,
                                                      .activation = o->activation,
                                                      .batch_norm = o->batch_norm});
        if (rows[i].pool)
            x = lj_max_pool2d_with(g, x, (lj_pool_options){.kernel_h = 3, .kernel_w = 3, .stride_h = 2, .stride_w = 2});
    }
    x = lj_flatten(g, x);
    x = lj_image_hidden(g, x, o->hidden, 0, o->activation, o->dropout);
    x = lj_image_hidden(g, x, o->hidden, 1, o->activation, o->dropout);
    return lj_image_answer(g, x, network, 0.0);
}

const lj_family lj_family_alexnet = {
    .info = {.name = "alexnet",
             .summary = "AlexNet: five convolutions, two wide dense layers; for images of 63 x 63 and more",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_DENSE,
             .images = LJ_IMAGES_ONLY},
    .options_size = sizeof(options),
    .train_defaults = lj_network_image_defaults,
    .build = build,
};
