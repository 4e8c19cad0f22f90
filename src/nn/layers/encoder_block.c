/* encoder_block: self-attention and feed-forward, each with a short cut and a norm (nn/transformer.h). */
#include "nn/transformer.h"

lj_value lj_encoder_block_with(lj_graph *g, lj_value x, lj_value lengths, lj_transformer_options options)
{
    lj_layer_name name;
    if (!lj_layer_expect_rank(g, "encoder_block", x, 3) || !lj_layer_begin(g, "encoder_block", options.name, &name))
        return LJ_NONE;
    x = lj_transformer_attend(g, &name, "attention", x, LJ_NONE, lengths, options.causal, &options);
    return lj_transformer_feed(g, &name, x, &options);
}

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_encoder_block_with(g, x, LJ_NONE,
                                 (lj_transformer_options){.name = args->name,
                                                          .heads = args->heads,
                                                          .hidden = args->units,
                                                          .activation = args->activation});
}

const lj_layer lj_layer_encoder_block = {
    .name = "encoder_block",
    .summary = "self-attention and a feed-forward layer, with short cuts and norms",
    .input = LJ_LAYER_STEPS,
    .build = build,
};
