/*
 * periodic_embedding: x [B, F] -> [B, F, D]: a linear map by feature of
 * [cos(2 pi c x), sin(2 pi c x)]. Gorishniy et al. 2022, "On embeddings for
 * numerical features in tabular deep learning".
 * <name>.frequencies [F, K], <name>.weight [F, 2K, D], <name>.bias [F, D].
 */
#include "nn/layer.h"

lj_value lj_periodic_embedding_with(lj_graph *g, lj_value x, int64_t frequencies, int64_t dimension,
                                    lj_number_embedding_options options)
{
    lj_layer_name name;
    if (!lj_layer_expect_rank(g, "periodic_embedding", x, 2) ||
        !lj_layer_begin(g, "periodic_embedding", options.name, &name))
        return LJ_NONE;
    const int64_t features = lj_layer_width(g, x);
    const float sigma = options.frequency_scale == 0.0F ? 0.1F : options.frequency_scale;
    const lj_value c = lj_layer_weight(g, &name, "frequencies", lj_shape_of(features, frequencies),
                                       (lj_init){.kind = LJ_INIT_NORMAL, .b = sigma});
    const lj_value turn = lj_scalar(g, 6.28318530717958647692F);
    const lj_value column = lj_reshape(g, x, lj_shape_of(LJ_BATCH, features, 1));
    const lj_value angle = lj_multiply(g, lj_multiply(g, column, c), turn);
    const lj_value waves[2] = {lj_cos(g, angle), lj_sin(g, angle)};
    const lj_value weight = lj_layer_weight(g, &name, "weight", lj_shape_of(features, 2 * frequencies, dimension),
                                            lj_initialiser_make(LJ_TORCH_LINEAR, 2 * frequencies, dimension));
    const lj_value bias = lj_layer_bias(g, &name, "bias", lj_shape_of(features, dimension),
                                        lj_initialiser_make(LJ_TORCH_LINEAR, 2 * frequencies, 0));
    const lj_value y = lj_add(g, lj_product_heads(g, lj_concat(g, waves, 2, 2), weight), bias);
    return lj_layer_activate(g, y, options.activation);
}

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_periodic_embedding_with(
        g, x, args->bins, args->units,
        (lj_number_embedding_options){.name = args->name, .activation = (lj_activation)args->activation});
}

const lj_layer lj_layer_periodic_embedding = {
    .name = "periodic_embedding",
    .summary = "each number as waves of trained frequencies, then a linear map of its own",
    .input = LJ_LAYER_NUMBERS,
    .needs_more = 1,
    .build = build,
};
