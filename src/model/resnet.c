/* resnet: residual blocks for tables. Gorishniy et al. 2021, "Revisiting deep learning models for tabular data". */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "model/network.h"

typedef struct options {
    lj_input_options input;
    int64_t units, blocks;
    double hidden_factor;
    int activation;
    double dropout, dropout_out;
    int norm;
} options;

static const char *const norms[] = {"batch", "layer", NULL};

static const lj_declaration declarations[] = {
    {.key = "units",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(options, units),
     .min = 1,
     .max = 65536,
     .fallback = "192",
     .doc = "Width of the blocks."},
    {.key = "blocks",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(options, blocks),
     .min = 1,
     .max = 64,
     .fallback = "2",
     .doc = "Residual blocks."},
    {.key = "hidden_factor",
     .kind = LJ_DECLARED_NUMBER,
     .offset = offsetof(options, hidden_factor),
     .min = 0.1,
     .max = 16,
     .fallback = "2",
     .doc = "Hidden units of a block, in widths."},
    LJ_ACTIVATION_DECLARATION(options, "Activation inside the blocks."),
    LJ_DROPOUT_DECLARATION(options, dropout, "0.2",
                           "Share of a block's hidden values that is dropped while training."),
    LJ_DROPOUT_DECLARATION(options, dropout_out, "0",
                           "Share of a block's answer that is dropped while training."),
    {.key = "norm",
     .kind = LJ_DECLARED_CHOICE,
     .offset = offsetof(options, norm),
     .choices = norms,
     .fallback = "batch",
     .doc = "Normalisation at the head of a block."},
    LJ_INPUT_DECLARATIONS(options, "plain", "32", "8"),
};

static lj_value build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    const options *o = network->options;
    const int by_batch = o->norm == 0;
    const double hidden = o->hidden_factor * (double)o->units;
    lj_value x = lj_network_input(g, network, &o->input, numbers, codes);
    x = lj_dense(g, x, o->units, .name = "first", .weight = LJ_TORCH_LINEAR, .torch_bias = 1);
    for (int64_t i = 0; i < o->blocks; i++) {
        char name[64];
        (void)snprintf(name, sizeof(name), "block%" PRId64, i);
        x = lj_residual_with(g, x,
                             (lj_residual_options){.name = name,
                                                   .hidden = hidden < 1.0 ? 1 : (int64_t)hidden,
                                                   .dropout = (float)o->dropout,
                                                   .dropout_out = (float)o->dropout_out,
                                                   .activation = (lj_activation)o->activation,
                                                   .batch_norm = by_batch});
    }
    const lj_norm_options norm = {.name = "last.norm"};
    x = by_batch ? lj_batch_norm_with(g, x, norm) : lj_layer_norm_with(g, x, norm);
    x = lj_activate(g, x, (lj_activation)o->activation);
    return lj_dense(g, x, lj_network_outputs(network->spec), .name = "output", .weight = LJ_TORCH_LINEAR,
                    .torch_bias = 1);
}

const lj_family lj_family_resnet = {
    .info = {.name = "resnet",
             .summary = "residual blocks on numbers and one-hot categories",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_DENSE,
             .images = LJ_IMAGES_TOO},
    .options_size = sizeof(options),
    .train_defaults = lj_network_train_defaults,
    .bins = lj_network_bins,
    .build = build,
};
