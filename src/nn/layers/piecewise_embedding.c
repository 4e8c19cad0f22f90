/*
 * piecewise_embedding: x [B, F] -> [B, F, D]. Gorishniy et al. 2022, "On
 * embeddings for numerical features in tabular deep learning".
 * <name>.edges [F, T+1] frozen, <name>.weight [F, T, D], <name>.bias [F, D];
 * with a linear term <name>.linear_weight, <name>.linear_bias [F, D].
 */
#include "nn/layer.h"

/* x[b, f] * w[f, d] + b[f, d] */
static lj_value linear_term(lj_graph *g, lj_layer_name *name, lj_value x, int64_t features, int64_t dimension)
{
    const lj_init start = lj_initialiser_make(LJ_TORCH_LINEAR, dimension, 0);
    const lj_shape shape = lj_shape_of(features, dimension);
    const lj_value weight = lj_layer_weight(g, name, "linear_weight", shape, start);
    const lj_value bias = lj_layer_bias(g, name, "linear_bias", shape, start);
    const lj_value column = lj_reshape(g, x, lj_shape_of(LJ_BATCH, features, 1));
    return lj_add(g, lj_multiply(g, column, weight), bias);
}

lj_value lj_piecewise_embedding_with(lj_graph *g, lj_value x, const float *edges, int64_t bins, int64_t dimension,
                                     lj_number_embedding_options options)
{
    lj_layer_name name;
    if (!lj_layer_expect_rank(g, "piecewise_embedding", x, 2) ||
        !lj_layer_begin(g, "piecewise_embedding", options.name, &name))
        return LJ_NONE;
    const int64_t features = lj_layer_width(g, x);
    const lj_init start = {.kind = edges == NULL ? LJ_INIT_ZEROS : LJ_INIT_VALUES, .values = edges};
    const lj_value edge = lj_parameter(g, lj_layer_part(&name, "edges"), lj_shape_of(features, bins + 1),
                                       (lj_parameter_options){.init = start, .frozen = 1, .no_decay = 1});
    const lj_value coded = lj_piecewise_linear(g, x, edge);
    const lj_initialiser kind = options.linear_term ? LJ_ZEROS : LJ_TORCH_LINEAR;
    const lj_value weight = lj_layer_weight(g, &name, "weight", lj_shape_of(features, bins, dimension),
                                            lj_initialiser_make(kind, bins, dimension));
    lj_value y = lj_product_heads(g, coded, weight);
    if (options.linear_term)
        y = lj_add(g, y, linear_term(g, &name, x, features, dimension));
    else
        y = lj_add(g, y,
                   lj_layer_bias(g, &name, "bias", lj_shape_of(features, dimension),
                                 lj_initialiser_make(LJ_TORCH_LINEAR, bins, 0)));
    return lj_layer_activate(g, y, options.activation);
}

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_piecewise_embedding_with(
        g, x, args->edges, args->bins, args->units,
        (lj_number_embedding_options){.name = args->name, .activation = (lj_activation)args->activation});
}

const lj_layer lj_layer_piecewise_embedding = {
    .name = "piecewise_embedding",
    .summary = "each number cut into bins, linear inside each, then a linear map of its own",
    .input = LJ_LAYER_NUMBERS,
    .needs_more = 1,
    .build = build,
};
