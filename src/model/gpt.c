/*
 * gpt: a language model of decoder blocks that see only what stands before (Radford, Narasimhan, Salimans and Sutskever
 * 2018, "Improving language understanding by generative pre-training"; 2019, "Language models are unsupervised multitask
 * learners"), the answer by the vectors of the tokens (Press and Wolf 2017).
 */
#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>

#include "model/network.h"

typedef struct options {
    int64_t dimension, layers, heads, feed_forward;
    int positions;
    double dropout;
} options;

enum { POSITIONS_ROTARY, POSITIONS_LEARNED };

static const char *const positions[] = {"rotary", "learned", NULL};

static const lj_declaration declarations[] = {
    {.key = "dimension",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(options, dimension),
     .min = 1,
     .max = 65536,
     .fallback = "128",
     .doc = "Width of the vector of a token."},
    LJ_BLOCK_DECLARATIONS(options, "Decoder blocks", "4"),
    {.key = "positions",
     .kind = LJ_DECLARED_CHOICE,
     .offset = offsetof(options, positions),
     .choices = positions,
     .fallback = "rotary",
     .doc = "How the network knows where a token stands; learned as GPT-2."},
    {.key = "dropout",
     .kind = LJ_DECLARED_NUMBER,
     .offset = offsetof(options, dropout),
     .min = 0,
     .max = 0.95,
     .fallback = "0",
     .doc = "Share of what each part of a block adds that is dropped while training."},
};

static void train_defaults(const void *values, int64_t n, lj_train_values *train)
{
    lj_default_integer(&train->batch, 16);
    lj_default_integer(&train->epochs, 20);
    lj_default_number(&train->rate, 2e-3);
    lj_default_number(&train->weight_decay, 0.1);
    lj_default_number(&train->average, 0.99);
    lj_network_train_defaults(values, n, train); /* what is left */
}

/* [B, T] -> logits [B, T, V] */
static lj_value build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    const options *o = network->options;
    const int64_t size = network->spec->token_size;
    (void)numbers, (void)codes;
    if (o->dimension % o->heads != 0 || (o->positions == POSITIONS_ROTARY && o->dimension / o->heads % 2 != 0))
        return lj_graph_refuse(g, lj_fail(LJ_ECONFIG, "gpt: dimension %" PRId64 " is not divided by %" PRId64
                                          " heads of even width", o->dimension, o->heads));
    lj_value x = lj_token_embedding_with(g, network->tokens, size, o->dimension,
                                         (lj_token_embedding_options){.name = "embedding"});
    const lj_value table =
        lj_parameter(g, "embedding.weight", lj_shape_of(size, o->dimension), (lj_parameter_options){0});
    if (o->positions == POSITIONS_LEARNED)
        x = lj_learned_positions(g, x, network->token_places, "positions");
    x = lj_dropout_with(g, x, (float)o->dropout, "embedding.dropout");
    for (int64_t i = 0; i < o->layers; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "block%d", (int)i);
        x = lj_decoder_block_with(g, x, LJ_NONE, LJ_NONE, LJ_NONE,
                                  (lj_transformer_options){.name = name,
                                                           .heads = o->heads,
                                                           .hidden = o->feed_forward,
                                                           .activation = LJ_GELU,
                                                           .dropout = (float)o->dropout,
                                                           .pre_norm = 1,
                                                           .rotary = o->positions == POSITIONS_ROTARY ? 10000.0F : 0});
    }
    x = lj_layer_norm_with(g, x, (lj_norm_options){.name = "norm"});
    return lj_dense_tied_with(g, x, table, (lj_dense_options){.name = "output", .no_bias = 1});
}

const lj_family lj_family_gpt = {
    .info = {.name = "gpt",
             .summary = "a language model: attention over what stands before tells the next token",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_TEXTS,
             .reads_texts = 1,
             .target = LJ_TARGET_NONE,
             .in_nats = 1},
    .options_size = sizeof(options),
    .train_defaults = train_defaults,
    .build = build,
};
