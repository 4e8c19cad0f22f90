/*
 * vgg: Simonyan and Zisserman 2015, "Very deep convolutional networks for
 * large-scale image recognition", configurations A (11 layers with weights), B,
 * D and E; batch normalisation if asked for.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "model/image_network.h"

enum { BLOCKS = 5, LEAST_SIDE = 1 << BLOCKS };

typedef struct options {
    int depth;
    int64_t width, hidden;
    int activation, batch_norm;
    double dropout;
} options;

static const char *const depths[] = {"11", "13", "16", "19", NULL};
/* Convolutions of each block, by depth. */
static const int64_t convolutions[][BLOCKS] = {{1, 1, 2, 2, 2}, {2, 2, 2, 2, 2}, {2, 2, 3, 3, 3}, {2, 2, 4, 4, 4}};

static const lj_declaration declarations[] = {
    {.key = "depth",
     .kind = LJ_DECLARED_CHOICE,
     .offset = offsetof(options, depth),
     .choices = depths,
     .fallback = "11",
     .doc = "Layers with weights."},
    {.key = "width",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(options, width),
     .min = 1,
     .max = 4096,
     .fallback = "64",
     .doc = "Channels of the first block; the others have 2, 4, 8 and 8 times as many."},
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
     .fallback = "true",
     .doc = "Batch normalisation before the activation of each convolution; false as in the paper."},
    LJ_ACTIVATION_DECLARATION(options, "Activation of the hidden layers."),
    LJ_DROPOUT_DECLARATION(options, dropout, "0.5",
                           "Share of the values of each dense layer that is dropped while training."),
};

static lj_value build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    const options *o = network->options;
    lj_value x = lj_image_input(g, network, "vgg", LEAST_SIDE);
    (void)numbers, (void)codes;
    for (int64_t block = 0; block < BLOCKS && x != LJ_NONE; block++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "block%" PRId64 ".", block);
        for (int64_t i = 0; i < convolutions[o->depth][block]; i++)
            x = lj_image_convolve(g, x,
                                  &(lj_image_convolution){.block = name,
                                                          .index = i,
                                                          .filters = o->width << (block < 3 ? block : 3),
                                                          .kernel = 3,
                                                          .padding = 1,
                                                          .activation = o->activation,
                                                          .batch_norm = o->batch_norm});
        x = lj_max_pool2d_with(g, x, (lj_pool_options){0});
    }
    x = lj_flatten(g, x);
    x = lj_image_hidden(g, x, o->hidden, 0, o->activation, 0.0);
    x = lj_image_hidden(g, x, o->hidden, 1, o->activation, o->dropout);
    return lj_image_answer(g, x, network, o->dropout);
}

const lj_family lj_family_vgg = {
    .info = {.name = "vgg",
             .summary = "VGG: five blocks of small convolutions, two wide dense layers",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_DENSE,
             .images = LJ_IMAGES_ONLY},
    .options_size = sizeof(options),
    .train_defaults = lj_network_image_defaults,
    .build = build,
};
