#include "model/coder.h"

#include <inttypes.h>
#include <stdio.h>

enum { LAYERS_MAX = 32 };

static const int64_t default_layers[] = {256, 128};

static int64_t layer_count(const lj_coder_options *o)
{
    return o->layers != NULL ? lj_declared_count(o->layers) : o->channels != NULL ? 0 : 2;
}

static int64_t units_of(const lj_coder_options *o, int64_t layer)
{
    return o->layers != NULL ? (int64_t)lj_declared_at(o->layers, layer)->number : default_layers[layer];
}

static int64_t channels_of(const lj_coder_options *o, int64_t layer)
{
    return (int64_t)lj_declared_at(o->channels, layer)->number;
}

int64_t lj_coder_width(const lj_model_spec *spec)
{
    int64_t width = spec->number_count + lj_pixels_size(&spec->image);
    for (int64_t k = 0; k < spec->category_count; k++)
        width += spec->category_sizes[k];
    return width;
}

lj_value lj_coder_row(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    const lj_input_options plain = {.numbers = LJ_NUMBERS_PLAIN, .categories = LJ_CATEGORIES_ONE_HOT};
    return lj_network_input(g, network, &plain, numbers, codes);
}

static lj_value dense(lj_graph *g, lj_value x, const char *whole, const char *part, int64_t units, int activation)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "%s.%s", whole, part);
    return lj_dense(g, x, units, .name = name, .activation = (lj_activation)activation, .weight = LJ_TORCH_LINEAR,
                    .torch_bias = 1);
}

static lj_conv_options halving(const char *name, int activation)
{
    return (lj_conv_options){.name = name, .activation = (lj_activation)activation, .weight = LJ_TORCH_LINEAR,
                             .torch_bias = 1, .stride_h = 2, .stride_w = 2, .same = 1};
}

/* Dense layers "<name>.<index>". */
static lj_value hidden(lj_graph *g, lj_value x, const char *name, const lj_coder_options *o, int backwards)
{
    const int64_t n = layer_count(o);
    for (int64_t i = 0; i < n; i++) {
        char part[32];
        (void)snprintf(part, sizeof(part), "%" PRId64, i);
        x = dense(g, x, name, part, units_of(o, backwards ? n - 1 - i : i), o->activation);
    }
    return x;
}

/* Heights and widths before the first convolution and after each; the count of convolutions, -1 after refusing. */
static int64_t sides(lj_graph *g, const lj_network *network, const lj_coder_options *o, int64_t (*out)[2])
{
    const lj_pixels *image = &network->spec->image;
    const int64_t n = lj_declared_count(o->channels);
    if (n > 0 && lj_pixels_size(image) == 0) {
        (void)lj_graph_refuse(g, lj_fail(LJ_ESHAPE, "channels: convolutions read images, and there are none"));
        return -1;
    }
    out[0][0] = image->height;
    out[0][1] = image->width;
    for (int64_t i = 0; i < n; i++) {
        if (i + 1 >= LAYERS_MAX || (out[i][0] == 1 && out[i][1] == 1)) {
            (void)lj_graph_refuse(g, lj_fail(LJ_ESHAPE, "channels: %" PRId64 " convolutions leave nothing of images of "
                                             "%" PRId64 " x %" PRId64, n, image->height, image->width));
            return -1;
        }
        out[i + 1][0] = (out[i][0] + 1) / 2;
        out[i + 1][1] = (out[i][1] + 1) / 2;
    }
    return n;
}

lj_value lj_encode(lj_graph *g, const lj_network *network, const lj_coder_options *o, const char *name, lj_value row,
                   int64_t outputs)
{
    int64_t side[LAYERS_MAX][2];
    const int64_t n = sides(g, network, o, side);
    lj_value x = row;
    if (n < 0)
        return LJ_NONE;
    if (n > 0)
        x = lj_reshape(g, x, lj_shape_of(LJ_BATCH, side[0][0], side[0][1], network->spec->image.channels));
    for (int64_t i = 0; i < n; i++) {
        char layer[64];
        (void)snprintf(layer, sizeof(layer), "%s.conv%" PRId64, name, i);
        x = lj_conv2d_with(g, x, channels_of(o, i), o->kernel, o->kernel, halving(layer, o->activation));
    }
    if (n > 0)
        x = lj_flatten(g, x);
    return dense(g, hidden(g, x, name, o, 0), name, "output", outputs, LJ_LINEAR);
}

/* [B, h, w, C] of at least that size -> its top left part */
static lj_value crop(lj_graph *g, lj_value x, const int64_t *side)
{
    return lj_slice(g, lj_slice(g, x, 1, 0, side[0]), 2, 0, side[1]);
}

lj_value lj_decode(lj_graph *g, const lj_network *network, const lj_coder_options *o, const char *name,
                   lj_value latent)
{
    int64_t side[LAYERS_MAX][2];
    const int64_t n = sides(g, network, o, side);
    if (n < 0)
        return LJ_NONE;
    lj_value x = hidden(g, latent, name, o, 1);
    if (n == 0)
        return dense(g, x, name, "output", lj_coder_width(network->spec), LJ_LINEAR);
    const int64_t last = channels_of(o, n - 1);
    x = dense(g, x, name, "start", side[n][0] * side[n][1] * last, o->activation);
    x = lj_reshape(g, x, lj_shape_of(LJ_BATCH, side[n][0], side[n][1], last));
    for (int64_t i = n - 1; i >= 0; i--) {
        char layer[64];
        const int64_t channels = i > 0 ? channels_of(o, i - 1) : network->spec->image.channels;
        (void)snprintf(layer, sizeof(layer), "%s.conv%" PRId64, name, i);
        x = lj_conv2d_transpose_with(g, x, channels, o->kernel, o->kernel,
                                     halving(layer, i > 0 ? o->activation : LJ_LINEAR));
        x = crop(g, x, side[i]);
    }
    return lj_flatten(g, x);
}

lj_value lj_coder_answer(lj_graph *g, const lj_network *network, lj_value raw)
{
    const lj_model_spec *spec = network->spec;
    if (raw == LJ_NONE)
        return LJ_NONE;
    if (lj_pixels_size(&spec->image) > 0)
        return lj_activate(g, raw, LJ_SIGMOID);
    lj_value *parts = lj_new_array(1 + spec->category_count, sizeof(*parts));
    int n = 0;
    int64_t at = spec->number_count;
    if (parts == NULL)
        return lj_graph_refuse(g, lj_fail(LJ_ENOMEM, "no memory for a row of %" PRId64 " categories",
                                          spec->category_count));
    if (at > 0)
        parts[n++] = lj_slice(g, raw, 1, 0, at);
    for (int64_t k = 0; k < spec->category_count; k++) {
        parts[n++] = lj_softmax(g, lj_slice(g, raw, 1, at, at + spec->category_sizes[k]));
        at += spec->category_sizes[k];
    }
    const lj_value row = lj_concat(g, parts, n, 1);
    lj_free(parts);
    return row;
}
