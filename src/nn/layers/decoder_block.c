/* decoder_block: causal self-attention, attention to a memory if there is one, feed-forward (nn/transformer.h). */
#include "nn/transformer.h"

lj_value lj_decoder_block_with(lj_graph *g, lj_value x, lj_value memory, lj_value lengths, lj_value memory_lengths,
                               lj_transformer_options options)
{
    lj_layer_name name;
    if (!lj_layer_expect_rank(g, "decoder_block", x, 3) || !lj_layer_begin(g, "decoder_block", options.name, &name))
        return LJ_NONE;
    x = lj_transformer_attend(g, &name, "attention", x, LJ_NONE, lengths, 1, &options);
    if (memory != LJ_NONE)
        x = lj_transformer_attend(g, &name, "memory_attention", x, memory, memory_lengths, 0, &options);
    return lj_transformer_feed(g, &name, x, &options);
}

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_decoder_block_with(g, x, x, LJ_NONE, LJ_NONE, lj_layer_transformer_options(args));
}

const lj_layer lj_layer_decoder_block = {
    .name = "decoder_block",
    .summary = "causal self-attention, attention to a memory and a feed-forward layer, with short cuts and norms",
    .input = LJ_LAYER_STEPS,
    .needs_more = 1,
    .build = build,
};
