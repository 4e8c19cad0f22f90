/*
 * embedding: codes i32 [B, F] -> [B, F, D]. One table <name>.weight [sum of
 * sizes, D]; the levels of a feature stand after those of the features before.
 */
#include "nn/layer.h"

lj_value lj_embedding_with(lj_graph *g, lj_value codes, const int32_t *sizes, int64_t dimension,
                           lj_embedding_options options)
{
    lj_layer_name name;
    if (!lj_layer_expect_rank(g, "embedding", codes, 2) || !lj_layer_begin(g, "embedding", options.name, &name))
        return LJ_NONE;
    int64_t levels = 0;
    for (int64_t f = 0; f < lj_layer_width(g, codes); f++)
        levels += sizes[f];
    const lj_initialiser kind = options.weight == LJ_GLOROT_UNIFORM ? LJ_TORCH_LINEAR : options.weight;
    const lj_value table = lj_layer_weight(g, &name, "weight", lj_shape_of(levels, dimension),
                                           lj_initialiser_make(kind, dimension, dimension));
    return lj_gather(g, table, lj_offset_codes(g, codes, sizes));
}

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_embedding_with(g, x, args->sizes, args->units, (lj_embedding_options){.name = args->name});
}

const lj_layer lj_layer_embedding = {
    .name = "embedding",
    .summary = "a vector for each level of each category",
    .input = LJ_LAYER_CODES,
    .needs_more = 1,
    .build = build,
};
