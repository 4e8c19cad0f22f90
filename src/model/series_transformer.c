/*
 * series_transformer: encoder blocks over the steps of a window, or over patches of them. Vaswani and others 2017,
 * "Attention is all you need"; patches after Nie and others 2023, "A time series is worth 64 words" (theirs read each
 * column alone, ours all together); the norm before each part after Xiong and others 2020.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "model/series_network.h"

typedef struct options {
    lj_series_network_options series;
    int64_t dimension, layers, heads, feed_forward, patch;
    int positions, causal;
} options;

enum { POSITIONS_SINUSOIDAL, POSITIONS_LEARNED, POSITIONS_ROTARY };
static const char *const positions[] = {"sinusoidal", "learned", "rotary", NULL};

static const lj_declaration declarations[] = {
    LJ_SERIES_DECLARATIONS(options, "last", "0.1"),
    {.key = "dimension",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(options, dimension),
     .min = 2,
     .max = 65536,
     .fallback = "64",
     .doc = "Width of the vector of a step."},
    LJ_BLOCK_DECLARATIONS(options, "Encoder blocks", "2"),
    {.key = "patch",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(options, patch),
     .min = 1,
     .max = LJ_WINDOW_MAX,
     .fallback = "1",
     .doc = "Steps that are read as one; they divide the window, which must be full."},
    {.key = "positions",
     .kind = LJ_DECLARED_CHOICE,
     .offset = offsetof(options, positions),
     .choices = positions,
     .fallback = "learned",
     .doc = "How the network knows where a step stands."},
    {.key = "causal",
     .kind = LJ_DECLARED_BOOL,
     .offset = offsetof(options, causal),
     .fallback = "false",
     .doc = "A step reads only the steps before it, and itself."},
};

static lj_status check(const options *o, const lj_model_spec *spec)
{
    if (o->dimension % o->heads != 0)
        return lj_fail(LJ_ECONFIG, "series_transformer: dimension %" PRId64 " is not divided by %" PRId64 " heads",
                       o->dimension, o->heads);
    if (o->patch > 1 && (spec->steps % o->patch != 0 || spec->padded))
        return lj_fail(LJ_ECONFIG, "series_transformer: patches of %" PRId64 " steps do not divide %s %" PRId64 " rows",
                       o->patch, spec->padded ? "windows of up to" : "a window of", spec->steps);
    return LJ_OK;
}

static lj_value build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    const options *o = network->options;
    const lj_model_spec *spec = network->spec;
    const lj_status status = check(o, spec);
    if (status != LJ_OK)
        return lj_graph_refuse(g, status);
    lj_value x = lj_dropout_with(g, numbers, (float)o->series.input_dropout, "input.dropout");
    if (o->patch > 1)
        x = lj_reshape(g, x, lj_shape_of(LJ_BATCH, spec->steps / o->patch, o->patch * spec->number_count));
    x = lj_dense(g, x, o->dimension, .name = "input");
    if (o->positions == POSITIONS_SINUSOIDAL)
        x = lj_sinusoidal_positions(g, x);
    if (o->positions == POSITIONS_LEARNED)
        x = lj_learned_positions(g, x, 0, "positions");
    for (int64_t i = 0; i < o->layers; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "block%d", (int)i);
        x = lj_encoder_block_with(g, x, network->lengths,
                                  (lj_transformer_options){.name = name,
                                                           .heads = o->heads,
                                                           .hidden = o->feed_forward,
                                                           .activation = LJ_GELU,
                                                           .dropout = (float)o->series.dropout,
                                                           .pre_norm = 1,
                                                           .causal = o->causal,
                                                           .rotary = o->positions == POSITIONS_ROTARY ? 10000.0F : 0});
    }
    x = lj_layer_norm_with(g, x, (lj_norm_options){.name = "norm"});
    x = lj_series_pool(g, x, network->lengths, o->series.pool);
    return lj_series_answer(g, network, &o->series, x, codes);
}

const lj_family lj_family_series_transformer = {
    .info = {.name = "series_transformer",
             .summary = "attention (encoder blocks) over the steps of the window of a series",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_SERIES,
             .reads_series = LJ_READS_ONLY},
    .options_size = sizeof(options),
    .train_defaults = lj_series_train_defaults,
    .build = build,
};
