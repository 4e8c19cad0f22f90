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

static const lj_declaration options[] = {
    LJ_LAYER_HEADS_OPTIONS,
    LJ_LAYER_HIDDEN("Hidden units of the feed-forward layer; 0: four times the width."),
    LJ_LAYER_ACTIVATION("relu"),
    LJ_LAYER_DROPOUT("Share of what is added that is dropped while training."),
    LJ_LAYER_OPTION("pre_norm", BOOL, pre_norm, .fallback = "false",
                    .doc = "Normalises what a part reads instead of the sum."),
};

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_encoder_block_with(g, x, lj_layer_lengths(args), lj_layer_transformer_options(args));
}

const lj_layer lj_layer_encoder_block = {
    .name = "encoder_block",
    .summary = "self-attention and a feed-forward layer, with short cuts and norms",
    .input = LJ_LAYER_STEPS,
    LJ_LAYER_OPTIONS(options),
    .main = "heads",
    .build = build,
};
