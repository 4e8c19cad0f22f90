#include "nn/layer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int lj_layer_begin(lj_graph *g, const char *kind, const char *given, lj_layer_name *out)
{
    int written = 0;
    if (given != NULL) {
        written = snprintf(out->name, sizeof(out->name), "%s", given);
    } else {
        const int64_t n = lj_graph_count_name(g, kind);
        if (n == 0)
            written = snprintf(out->name, sizeof(out->name), "%s", kind);
        else
            written = snprintf(out->name, sizeof(out->name), "%s_%" PRId64, kind, n);
    }
    if (written > 0 && (size_t)written < sizeof(out->name))
        return 1;
    (void)lj_graph_refuse(g, lj_fail(LJ_EINVAL, "%s: expected a name of 1 to %zu bytes, found '%s'", kind,
                                     sizeof(out->name) - 1, given == NULL ? kind : given));
    return 0;
}

const char *lj_layer_part(lj_layer_name *name, const char *part)
{
    (void)snprintf(name->full, sizeof(name->full), "%s.%s", name->name, part);
    return name->full;
}

const char *lj_layer_child(lj_layer_name *name, const char *child, char out[LJ_NAME_MAX])
{
    memcpy(out, lj_layer_part(name, child), LJ_NAME_MAX);
    return out;
}

lj_value lj_layer_weight(lj_graph *g, lj_layer_name *name, const char *part, lj_shape shape, lj_init init)
{
    return lj_parameter(g, lj_layer_part(name, part), shape, (lj_parameter_options){.init = init});
}

lj_value lj_layer_bias(lj_graph *g, lj_layer_name *name, const char *part, lj_shape shape, lj_init init)
{
    return lj_parameter(g, lj_layer_part(name, part), shape, (lj_parameter_options){.init = init, .no_decay = 1});
}

lj_value lj_layer_finish(lj_graph *g, lj_layer_name *name, lj_value y, lj_shape bias, int64_t width,
                         const lj_dense_options *options)
{
    if (!options->no_bias) {
        const lj_init start =
            lj_initialiser_make(options->torch_bias ? LJ_TORCH_LINEAR : LJ_ZEROS, width, bias.dim[bias.rank - 1]);
        y = lj_add(g, y, lj_layer_bias(g, name, "bias", bias, start));
    }
    return lj_layer_activate(g, y, options->activation);
}

int64_t lj_layer_width(const lj_graph *g, lj_value x)
{
    const lj_shape shape = lj_value_shape(g, x);
    return shape.rank == 0 ? 1 : shape.dim[shape.rank - 1];
}

int lj_layer_expect_rank(lj_graph *g, const char *layer, lj_value x, int rank)
{
    if (x == LJ_NONE)
        return 0; /* an earlier mistake, which the graph keeps */
    const int found = lj_value_shape(g, x).rank;
    if (found == rank)
        return 1;
    (void)lj_graph_refuse(g, lj_fail(LJ_ESHAPE, "%s: expected %d dimensions, found %d", layer, rank, found));
    return 0;
}

lj_value lj_layer_activate(lj_graph *g, lj_value x, lj_activation activation)
{
    return activation == LJ_LINEAR ? x : lj_activate(g, x, activation);
}

int64_t lj_layer_side(const lj_item *sides, int64_t index, int64_t fallback)
{
    const int64_t count = lj_declared_count(sides);
    return count == 0 ? fallback : (int64_t)lj_declared_at(sides, index < count ? index : count - 1)->number;
}

lj_padding lj_layer_padding(const lj_item *sides)
{
    const int64_t step = lj_declared_count(sides) == 4 ? 1 : 0; /* else heights are 0 and widths are 1 */
    return (lj_padding){.top = lj_layer_side(sides, 0, 0),
                        .bottom = lj_layer_side(sides, step, 0),
                        .left = lj_layer_side(sides, 1 + step, 0),
                        .right = lj_layer_side(sides, 1 + 2 * step, 0)};
}

lj_value lj_layer_lengths(const lj_layer_args *args)
{
    return args->has_lengths ? args->lengths : LJ_NONE;
}

lj_dense_options lj_layer_dense_options(const lj_layer_args *args)
{
    return (lj_dense_options){.name = args->name,
                              .activation = (lj_activation)args->activation,
                              .weight = (lj_initialiser)args->initialiser,
                              .torch_bias = args->initialiser == LJ_TORCH_LINEAR,
                              .no_bias = args->no_bias};
}

lj_recurrent_options lj_layer_recurrent_options(const lj_layer_args *args)
{
    return (lj_recurrent_options){.name = args->name,
                                  .layers = args->layers,
                                  .bidirectional = args->bidirectional,
                                  .last = args->last,
                                  .dropout = (float)args->rate,
                                  .activation = (lj_activation)args->activation};
}

lj_transformer_options lj_layer_transformer_options(const lj_layer_args *args)
{
    return (lj_transformer_options){.name = args->name,
                                    .heads = args->heads,
                                    .kv_heads = args->kv_heads,
                                    .hidden = args->units,
                                    .activation = (lj_activation)args->activation,
                                    .dropout = (float)args->rate,
                                    .pre_norm = args->pre_norm,
                                    .causal = args->causal,
                                    .window = args->window};
}
