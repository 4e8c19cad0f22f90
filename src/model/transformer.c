/*
 * transformer: encoder blocks over the tokens of a text, their mean or the greatest values, the answer. Vaswani and
 * others 2017, "Attention is all you need"; the norm before each part after Xiong and others 2020, "On layer
 * normalization in the transformer architecture"; rotary positions after Su and others 2021, "RoFormer".
 */
#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>

#include "model/text_network.h"

typedef struct options {
    lj_text_options text;
    int64_t layers, heads, feed_forward;
    int positions, pool, pre_norm;
} options;

enum { POSITIONS_SINUSOIDAL, POSITIONS_LEARNED, POSITIONS_ROTARY };
enum { POOL_MEAN, POOL_MAX };

static const char *const positions[] = {"sinusoidal", "learned", "rotary", NULL};
static const char *const pools[] = {"mean", "max", NULL};

static const lj_declaration declarations[] = {
    LJ_TEXT_DECLARATIONS(options, "128", "0.1", "0.2"),
    LJ_BLOCK_DECLARATIONS(options, "Encoder blocks", "2"),
    {.key = "positions",
     .kind = LJ_DECLARED_CHOICE,
     .offset = offsetof(options, positions),
     .choices = positions,
     .fallback = "sinusoidal",
     .doc = "How the network knows where a token stands."},
    {.key = "pool",
     .kind = LJ_DECLARED_CHOICE,
     .offset = offsetof(options, pool),
     .choices = pools,
     .fallback = "mean",
     .doc = "What of the tokens is kept: their mean, or their greatest values."},
    {.key = "pre_norm",
     .kind = LJ_DECLARED_BOOL,
     .offset = offsetof(options, pre_norm),
     .fallback = "true",
     .doc = "Normalises before each part of a block instead of after it."},
};

static lj_value build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    const options *o = network->options;
    if (o->text.dimension % o->heads != 0)
        return lj_graph_refuse(g, lj_fail(LJ_ECONFIG, "transformer: dimension %" PRId64 " is not divided by %" PRId64
                                          " heads", o->text.dimension, o->heads));
    lj_value x = lj_text_embedding(g, network, &o->text, 0);
    if (o->positions == POSITIONS_SINUSOIDAL) /* the waves are of size 1, the vectors smaller: section 3.4 of the paper */
        x = lj_sinusoidal_positions(g, lj_multiply(g, x, lj_scalar(g, sqrtf((float)o->text.dimension))));
    if (o->positions == POSITIONS_LEARNED)
        x = lj_learned_positions(g, x, network->token_places, "positions");
    for (int64_t i = 0; i < o->layers; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "block%d", (int)i);
        x = lj_encoder_block_with(g, x, network->lengths,
                                  (lj_transformer_options){.name = name,
                                                           .heads = o->heads,
                                                           .hidden = o->feed_forward,
                                                           .activation = LJ_GELU,
                                                           .dropout = (float)o->text.embedding_dropout,
                                                           .pre_norm = o->pre_norm,
                                                           .rotary = o->positions == POSITIONS_ROTARY ? 10000.0F : 0});
    }
    if (o->pre_norm)
        x = lj_layer_norm_with(g, x, (lj_norm_options){.name = "norm"});
    x = o->pool == POOL_MEAN ? lj_mean_over_steps(g, x, network->lengths) :
                               lj_max_over_steps(g, x, network->lengths);
    return lj_text_answer(g, network, &o->text, x, numbers, codes);
}

const lj_family lj_family_transformer = {
    .info = {.name = "transformer",
             .summary = "attention (encoder blocks) over the tokens of a text",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_TOKENS,
             .reads_tokens = LJ_READS_ONLY},
    .options_size = sizeof(options),
    .train_defaults = lj_text_train_defaults,
    .build = build,
};
