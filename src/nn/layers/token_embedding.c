/*
 * token_embedding: codes i32 [B, T] of one vocabulary -> [B, T, D].
 * <name>.weight [vocabulary, D].
 */
#include "nn/layer.h"

lj_value lj_token_embedding_with(lj_graph *g, lj_value codes, int64_t vocabulary, int64_t dimension,
                                 lj_token_embedding_options options)
{
    lj_layer_name name;
    if (!lj_layer_expect_rank(g, "token_embedding", codes, 2) ||
        !lj_layer_begin(g, "token_embedding", options.name, &name))
        return LJ_NONE;
    const lj_initialiser kind = options.weight == LJ_GLOROT_UNIFORM ? LJ_UNIFORM : options.weight;
    const lj_value table = lj_layer_weight(g, &name, "weight", lj_shape_of(vocabulary, dimension),
                                           lj_initialiser_make(kind, dimension, dimension));
    return options.has_padding ? lj_gather_padded(g, table, codes, options.padding) : lj_gather(g, table, codes);
}

static const lj_declaration options[] = {
    LJ_LAYER_UNITS("dimension", "Width of the vector of a token."),
};

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_token_embedding_with(g, x, args->sizes[0], args->units,
                                   (lj_token_embedding_options){.name = args->name, .has_padding = 1});
}

const lj_layer lj_layer_token_embedding = {
    .name = "token_embedding",
    .summary = "a vector for each word of a sequence; word 0 is padding",
    .input = LJ_LAYER_CODES,
    .gives = LJ_LAYER_STEPS,
    LJ_LAYER_OPTIONS(options),
    .main = "dimension",
    .build = build,
};
