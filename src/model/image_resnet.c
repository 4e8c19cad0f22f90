/*
 * image_resnet: He, Zhang, Ren and Sun 2016, "Deep residual learning for image
 * recognition": basic blocks of two convolutions beside a short cut, in stages
 * that halve the image and double the channels, then the mean over all places.
 * ResNet-18 is blocks [2, 2, 2, 2] of width 64, ResNet-34 [3, 4, 6, 3]; for small
 * images, as in section 4.2 there, [n, n, n] of width 16 behind a small stem.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "model/image_network.h"

enum { STEM_AUTO, STEM_LARGE, STEM_SMALL };
enum { LARGE_SIDE = 96 }; /* images of at least this get the large stem */

typedef struct options {
    const lj_item *blocks;
    int64_t width;
    int stem, activation;
    double dropout;
} options;

static const char *const stems[] = {"auto", "large", "small", NULL};

static const lj_declaration declarations[] = {
    {.key = "blocks",
     .kind = LJ_DECLARED_INTEGERS,
     .offset = offsetof(options, blocks),
     .min = 1,
     .max = 64,
     .doc = "Residual blocks of each stage. Left out: [2, 2, 2, 2], which is ResNet-18 with a width of 64."},
    {.key = "width",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(options, width),
     .min = 1,
     .max = 4096,
     .fallback = "64",
     .doc = "Channels of the first stage; each next one has twice as many."},
    {.key = "stem",
     .kind = LJ_DECLARED_CHOICE,
     .offset = offsetof(options, stem),
     .choices = stems,
     .fallback = "auto",
     .doc = "What comes first: large, a convolution of 7 x 7 and pooling, which quarter the sides; small, one of "
            "3 x 3; auto: large for sides of 96 pixels and more."},
    LJ_ACTIVATION_DECLARATION(options, "Activation of the hidden layers."),
    LJ_DROPOUT_DECLARATION(options, dropout, "0",
                           "Share of the values before the answer that is dropped while training."),
};

static int64_t stage_count(const options *o)
{
    return o->blocks != NULL ? lj_declared_count(o->blocks) : 4;
}

static int64_t blocks_of(const options *o, int64_t stage)
{
    return o->blocks != NULL ? (int64_t)lj_declared_at(o->blocks, stage)->number : 2;
}

static lj_value stem(lj_graph *g, lj_value x, const options *o, const lj_pixels *image)
{
    const int64_t side = image->height < image->width ? image->height : image->width;
    const int is_large = o->stem == STEM_LARGE || (o->stem == STEM_AUTO && side >= LARGE_SIDE);
    x = lj_image_convolve(g, x,
                          &(lj_image_convolution){.block = "stem.",
                                                  .filters = o->width,
                                                  .kernel = is_large ? 7 : 3,
                                                  .stride = is_large ? 2 : 1,
                                                  .padding = is_large ? 3 : 1,
                                                  .activation = o->activation,
                                                  .batch_norm = 1});
    const lj_pool_options pool = {.kernel_h = 3, .kernel_w = 3, .stride_h = 2, .stride_w = 2, .padding = {1, 1, 1, 1}};
    return is_large ? lj_max_pool2d_with(g, x, pool) : x;
}

static lj_value build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    const options *o = network->options;
    (void)numbers, (void)codes;
    if (stage_count(o) > 8)
        return lj_graph_refuse(g, lj_fail(LJ_ESHAPE, "image_resnet: expected at most 8 stages, found %" PRId64,
                                          stage_count(o)));
    lj_value x = stem(g, network->pixels, o, &network->spec->image);
    for (int64_t stage = 0; stage < stage_count(o); stage++) {
        for (int64_t i = 0; i < blocks_of(o, stage) && x != LJ_NONE; i++) {
            char name[64];
            (void)snprintf(name, sizeof(name), "stage%" PRId64 ".block%" PRId64, stage, i);
            x = lj_residual2d_with(g, x, o->width << stage,
                                   (lj_residual2d_options){.name = name,
                                                           .stride = stage > 0 && i == 0 ? 2 : 1,
                                                           .activation = (lj_activation)o->activation});
        }
    }
    return lj_image_answer(g, lj_global_average_pool(g, x), network, o->dropout);
}

const lj_family lj_family_image_resnet = {
    .info = {.name = "image_resnet",
             .summary = "a residual network on images: ResNet-18 and smaller ones",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_DENSE,
             .images = LJ_IMAGES_ONLY},
    .options_size = sizeof(options),
    .train_defaults = lj_network_image_defaults,
    .build = build,
};
