/* dense: a multi-layer perceptron. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "model/network.h"

typedef struct options {
    lj_input_options input;
    const lj_item *layers;
    int64_t units, depth;
    int activation;
    double dropout;
    int batch_norm, layer_norm;
    int initialiser;
} options;

static const lj_declaration declarations[] = {
    {.key = "layers",
     .kind = LJ_DECLARED_INTEGERS,
     .offset = offsetof(options, layers),
     .min = 1,
     .max = 65536,
     .doc = "Units of each hidden layer, as [256, 256]; left out: `depth` layers of `units`."},
    {.key = "units",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(options, units),
     .min = 1,
     .max = 65536,
     .fallback = "256",
     .doc = "Units of a hidden layer."},
    {.key = "depth",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(options, depth),
     .min = 0,
     .max = 64,
     .fallback = "2",
     .doc = "Hidden layers."},
    LJ_ACTIVATION_DECLARATION(options, "Activation of the hidden layers."),
    LJ_DROPOUT_DECLARATION(options, dropout, "0.2",
                           "Share of the hidden values that is dropped while training."),
    {.key = "batch_norm",
     .kind = LJ_DECLARED_BOOL,
     .offset = offsetof(options, batch_norm),
     .fallback = "false",
     .doc = "Batch normalisation before each activation."},
    {.key = "layer_norm",
     .kind = LJ_DECLARED_BOOL,
     .offset = offsetof(options, layer_norm),
     .fallback = "false",
     .doc = "Layer normalisation before each activation."},
    {.key = "initialiser",
     .kind = LJ_DECLARED_CHOICE,
     .offset = offsetof(options, initialiser),
     .choices = lj_initialiser_choices,
     .fallback = "torch_linear",
     .doc = "How the weights start."},
    LJ_INPUT_DECLARATIONS(options, "plain", "32", "8"),
};

static lj_value hidden(lj_graph *g, lj_value x, const options *o, int64_t units, int64_t index)
{
    char name[64], norm[64], dropout[64];
    (void)snprintf(name, sizeof(name), "hidden%" PRId64, index);
    (void)snprintf(norm, sizeof(norm), "hidden%" PRId64 ".norm", index);
    (void)snprintf(dropout, sizeof(dropout), "hidden%" PRId64 ".dropout", index);
    const lj_activation activation = (lj_activation)o->activation;
    const int has_norm = o->batch_norm || o->layer_norm;
    x = lj_dense(g, x, units, .name = name, .activation = has_norm ? LJ_LINEAR : activation,
                 .weight = (lj_initialiser)o->initialiser, .torch_bias = o->initialiser == LJ_TORCH_LINEAR);
    if (o->batch_norm)
        x = lj_batch_norm_with(g, x, (lj_norm_options){.name = norm});
    else if (o->layer_norm)
        x = lj_layer_norm_with(g, x, (lj_norm_options){.name = norm});
    if (has_norm && activation != LJ_LINEAR)
        x = lj_activate(g, x, activation);
    return lj_dropout_with(g, x, (float)o->dropout, dropout);
}

static lj_value build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    const options *o = network->options;
    const int64_t depth = o->layers != NULL ? lj_declared_count(o->layers) : o->depth;
    lj_value x = lj_network_input(g, network, &o->input, numbers, codes);
    for (int64_t i = 0; i < depth; i++) {
        const int64_t units = o->layers != NULL ? (int64_t)lj_declared_at(o->layers, i)->number : o->units;
        x = hidden(g, x, o, units, i);
    }
    return lj_dense(g, x, lj_network_outputs(network->spec), .name = "output", .weight = (lj_initialiser)o->initialiser,
                    .torch_bias = o->initialiser == LJ_TORCH_LINEAR);
}

const lj_family lj_family_dense = {
    .info = {.name = "dense",
             .summary = "a multi-layer perceptron on numbers and one-hot categories",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_DENSE,
             .images = LJ_IMAGES_TOO},
    .options_size = sizeof(options),
    .train_defaults = lj_network_train_defaults,
    .bins = lj_network_bins,
    .build = build,
};
