/*
 * lenet: LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning
 * applied to document recognition" (LeNet-5), with all channels connected,
 * pooling by the maximum and ReLU unless told otherwise.
 */
#include <stddef.h>

#include "model/image_network.h"

enum { LEAST_SIDE = 12 }; /* the second convolution and pooling leave one place */

typedef struct options {
    int activation;
    double dropout;
} options;

static const lj_declaration declarations[] = {
    LJ_ACTIVATION_DECLARATION(options, "Activation of the hidden layers; tanh as in 1998."),
    LJ_DROPOUT_DECLARATION(options, dropout, "0.2",
                           "Share of the values of the dense layers that is dropped while training."),
};

static lj_value build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    static const int64_t channels[] = {6, 16}, units[] = {120, 84};
    static const char *const conv_names[] = {"conv0", "conv1"}, *const dense_names[] = {"dense0", "dense1"};
    static const char *const dropout_names[] = {"dense0.dropout", "dense1.dropout"};
    const options *o = network->options;
    const lj_activation activation = (lj_activation)o->activation;
    lj_value x = lj_image_input(g, network, "lenet", LEAST_SIDE);
    (void)numbers, (void)codes;
    for (int i = 0; i < 2; i++) {
        x = lj_conv2d_with(g, x, channels[i], 5, 5,
                           (lj_conv_options){.name = conv_names[i], .activation = activation, .same = i == 0,
                                             .weight = LJ_TORCH_LINEAR, .torch_bias = 1});
        x = lj_max_pool2d_with(g, x, (lj_pool_options){0});
    }
    x = lj_flatten(g, x);
    for (int i = 0; i < 2; i++) {
        x = lj_dense(g, x, units[i], .name = dense_names[i], .activation = activation, .weight = LJ_TORCH_LINEAR,
                     .torch_bias = 1);
        x = lj_dropout_with(g, x, (float)o->dropout, dropout_names[i]);
    }
    return lj_dense(g, x, lj_network_outputs(network->spec), .name = "output", .weight = LJ_TORCH_LINEAR,
                    .torch_bias = 1);
}

const lj_family lj_family_lenet = {
    .info = {.name = "lenet",
             .summary = "LeNet-5: two convolutions, two dense layers; for small grey images",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_DENSE,
             .images = LJ_IMAGES_ONLY},
    .options_size = sizeof(options),
    .train_defaults = lj_network_image_defaults,
    .build = build,
};
