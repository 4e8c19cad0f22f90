/*
 * cnn: blocks of convolutions, each ended by pooling, then the mean over all
 * places or a flat row, dense layers and the answer. Simonyan and Zisserman
 * 2015, "Very deep convolutional networks for large-scale image recognition";
 * batch normalisation after Ioffe and Szegedy 2015; the mean over places after
 * Lin, Chen and Yan 2014, "Network in network".
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "model/image_network.h"

typedef struct options {
    const lj_item *blocks, *dense;
    int64_t convolutions, kernel;
    int activation;
    int batch_norm, flatten;
    double dropout;
} options;

static const lj_declaration declarations[] = {
    {.key = "blocks",
     .kind = LJ_DECLARED_INTEGERS,
     .offset = offsetof(options, blocks),
     .min = 1,
     .max = 65536,
     .doc = "Channels of each block, as [32, 64]; a block halves height and width. Left out: [32, 64]."},
    {.key = "convolutions",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(options, convolutions),
     .min = 1,
     .max = 16,
     .fallback = "2",
     .doc = "Convolutions of a block."},
    {.key = "kernel",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(options, kernel),
     .min = 1,
     .max = 31,
     .fallback = "3",
     .doc = "Height and width of the kernels."},
    {.key = "dense",
     .kind = LJ_DECLARED_INTEGERS,
     .offset = offsetof(options, dense),
     .min = 1,
     .max = 65536,
     .doc = "Units of dense layers before the answer. Left out: none."},
    LJ_ACTIVATION_DECLARATION(options, "Activation of the hidden layers."),
    {.key = "batch_norm",
     .kind = LJ_DECLARED_BOOL,
     .offset = offsetof(options, batch_norm),
     .fallback = "true",
     .doc = "Batch normalisation before the activation of each convolution."},
    {.key = "flatten",
     .kind = LJ_DECLARED_BOOL,
     .offset = offsetof(options, flatten),
     .fallback = "false",
     .doc = "All places become one row after the blocks, instead of their mean."},
    LJ_DROPOUT_DECLARATION(options, dropout, "0.2",
                           "Share of the values before each dense layer and the answer that is dropped while "
                           "training."),
};

static const int64_t default_blocks[] = {32, 64};

static int64_t block_count(const options *o)
{
    return o->blocks != NULL ? lj_declared_count(o->blocks) : 2;
}

static int64_t channels_of(const options *o, int64_t block)
{
    return o->blocks != NULL ? (int64_t)lj_declared_at(o->blocks, block)->number : default_blocks[block];
}

static lj_value build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    const options *o = network->options;
    lj_value x = network->pixels;
    (void)numbers, (void)codes;
    const lj_pixels *image = &network->spec->image;
    const int64_t side = image->height < image->width ? image->height : image->width;
    if (block_count(o) > 14 || side >> block_count(o) < 1)
        return lj_graph_refuse(g, lj_fail(LJ_ESHAPE, "cnn: %" PRId64 " blocks leave nothing of images of %" PRId64
                                          " x %" PRId64 ": fewer blocks, or a larger data.images.size",
                                          block_count(o), image->height, image->width));
    for (int64_t block = 0; block < block_count(o); block++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "block%" PRId64 ".", block);
        for (int64_t i = 0; i < o->convolutions; i++)
            x = lj_image_convolve(g, x,
                                  &(lj_image_convolution){.block = name,
                                                          .index = i,
                                                          .filters = channels_of(o, block),
                                                          .kernel = o->kernel,
                                                          .same = 1,
                                                          .activation = o->activation,
                                                          .batch_norm = o->batch_norm});
        x = lj_max_pool2d_with(g, x, (lj_pool_options){0});
    }
    x = o->flatten ? lj_flatten(g, x) : lj_global_average_pool(g, x);
    for (int64_t i = 0; i < lj_declared_count(o->dense); i++)
        x = lj_image_hidden(g, x, (int64_t)lj_declared_at(o->dense, i)->number, i, o->activation, o->dropout);
    return lj_image_answer(g, x, network, o->dropout);
}

const lj_family lj_family_cnn = {
    .info = {.name = "cnn",
             .summary = "blocks of convolutions and pooling on images",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_DENSE,
             .images = LJ_IMAGES_ONLY},
    .options_size = sizeof(options),
    .train_defaults = lj_network_image_defaults,
    .build = build,
};
