/*
 * tabm: one network that stands for an ensemble of heads. Gorishniy et al.
 * 2024, "TabM: advancing tabular deep learning with parameter-efficient
 * ensembling". Heads share the weights and differ by scales of the inputs and
 * outputs of each layer; each has its own output. Numbers are embedded
 * piecewise-linearly. The score is the mean of the heads' probabilities.
 */
#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>

#include "lianjin/math.h"
#include "lianjin/random.h"
#include "model/network.h"

typedef struct options {
    lj_input_options input;
    int64_t heads, units, depth;
    int activation;
    double dropout;
    int scaling;
} options;

enum { SCALING_NORMAL, SCALING_SIGN };
static const char *const scalings[] = {"normal", "sign", NULL};

static const lj_declaration declarations[] = {
    {.key = "heads",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(options, heads),
     .min = 1,
     .max = 1024,
     .fallback = "32",
     .doc = "Members of the ensemble."},
    {.key = "units",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(options, units),
     .min = 1,
     .max = 65536,
     .fallback = "128",
     .doc = "Units of a hidden layer."},
    {.key = "depth",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(options, depth),
     .min = 1,
     .max = 64,
     .fallback = "2",
     .doc = "Hidden layers."},
    LJ_ACTIVATION_DECLARATION(options, "Activation of the hidden layers."),
    LJ_DROPOUT_DECLARATION(options, dropout, "0.1",
                           "Share of the hidden values that is dropped while training."),
    {.key = "scaling",
     .kind = LJ_DECLARED_CHOICE,
     .offset = offsetof(options, scaling),
     .choices = scalings,
     .fallback = "normal",
     .doc = "How the heads' first scales start: a normal number, or a sign, for each feature."},
    LJ_INPUT_DECLARATIONS(options, "piecewise", "32", "8"),
};

static void train_defaults(const void *values, int64_t n, lj_train_values *train)
{
    (void)values;
    lj_default_integer(&train->epochs, 60);
    lj_default_integer(&train->batch, lj_train_batch_rule(n));
    lj_default_number(&train->rate, 3e-3);
    lj_default_number(&train->weight_decay, 3e-4);
    lj_default_integer(&train->patience, 5);
    lj_default_number(&train->clip_norm, 1.0);
    lj_default_number(&train->average, 0.99);
}

/* Element `index` of a named stream of standard normal numbers. */
static double normal_at(uint64_t seed, uint64_t stream, uint64_t index)
{
    const double u = ((double)lj_random_u32(seed, stream, index) + 0.5) / 4294967296.0;
    return lj_normal_quantile(u);
}

/* [heads, width]: one random number for each head and feature, the same over the feature's inputs. */
static float *first_scales(const lj_network *network, const options *o, int64_t width)
{
    const lj_model_spec *spec = network->spec;
    const uint64_t stream = lj_random_stream("tabm/first_scales");
    int64_t *widths = lj_new_array(spec->number_count + spec->category_count, sizeof(*widths));
    float *scales = lj_new_array(o->heads * width, sizeof(*scales));
    if (widths == NULL || scales == NULL) {
        lj_free(widths);
        lj_free(scales);
        return NULL;
    }
    const int64_t chunks = lj_network_chunks(network, &o->input, widths);
    float *at = scales;
    for (int64_t h = 0; h < o->heads; h++) {
        for (int64_t c = 0; c < chunks; c++) {
            const double normal = normal_at(network->seed, stream, (uint64_t)(h * chunks + c));
            const double scale = o->scaling == SCALING_SIGN ? (normal < 0.0 ? -1.0 : 1.0) : normal;
            for (int64_t i = 0; i < widths[c]; i++)
                *at++ = (float)scale;
        }
    }
    lj_free(widths);
    return scales;
}

/* [heads, units]: a bias as PyTorch's Linear has, the same for all heads. */
static float *first_biases(const lj_network *network, const options *o, int64_t width, const char *layer)
{
    const uint64_t stream = lj_random_stream(layer);
    const double bound = 1.0 / sqrt((double)width);
    float *biases = lj_new_array(o->heads * o->units, sizeof(*biases));
    for (int64_t i = 0; biases != NULL && i < o->heads * o->units; i++)
        biases[i] =
            (float)((2.0 * (double)lj_random_uniform(network->seed, stream, (uint64_t)(i % o->units)) - 1.0) * bound);
    return biases;
}

static lj_value hidden(lj_graph *g, const lj_network *network, lj_value x, int64_t index)
{
    const options *o = network->options;
    char name[64], dropout[64];
    (void)snprintf(name, sizeof(name), "hidden%" PRId64, index);
    (void)snprintf(dropout, sizeof(dropout), "hidden%" PRId64 ".dropout", index);
    if (x == LJ_NONE)
        return LJ_NONE;
    const lj_shape shape = lj_value_shape(g, x);
    const int64_t width = shape.dim[shape.rank - 1];
    lj_batch_ensemble_options how = {
        .name = name, .heads = index == 0 ? o->heads : 0, .activation = (lj_activation)o->activation};
    float *scales = NULL, *biases = NULL;
    if (network->is_fresh) {
        scales = index == 0 ? first_scales(network, o, width) : NULL;
        biases = first_biases(network, o, width, name);
        if (biases == NULL || (index == 0 && scales == NULL)) {
            lj_free(scales);
            lj_free(biases);
            return lj_graph_refuse(g, lj_fail(LJ_ENOMEM, "no memory for the scales of %" PRId64 " heads", o->heads));
        }
    }
    how.input_scale_values = scales;
    how.bias_values = biases;
    const lj_value y = lj_batch_ensemble_with(g, x, o->units, how);
    lj_free(scales);
    lj_free(biases);
    return lj_dropout_with(g, y, (float)o->dropout, dropout);
}

static lj_value build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    const options *o = network->options;
    lj_value x = lj_network_input(g, network, &o->input, numbers, codes);
    for (int64_t i = 0; i < o->depth; i++)
        x = hidden(g, network, x, i);
    return lj_dense_heads_with(g, x, lj_network_outputs(network->spec),
                               (lj_dense_options){.name = "output", .weight = LJ_TORCH_LINEAR, .torch_bias = 1});
}

const lj_family lj_family_tabm = {
    .info = {.name = "tabm",
             .summary = "an ensemble of networks in one, on piecewise-linearly embedded numbers and one-hot categories",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_EMBEDDING},
    .options_size = sizeof(options),
    .train_defaults = train_defaults,
    .bins = lj_network_bins,
    .build = build,
};
