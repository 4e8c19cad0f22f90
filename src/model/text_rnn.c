/*
 * text_rnn: vectors of the tokens through LSTM (Hochreiter and Schmidhuber 1997) or GRU (Cho and others 2014) layers,
 * the last state or the mean or the greatest values of all steps, the answer.
 */
#include <stddef.h>

#include "model/text_network.h"

typedef struct options {
    lj_text_options text;
    int cell, bidirectional, pool;
    int64_t units, layers;
} options;

enum { POOL_LAST, POOL_MEAN, POOL_MAX };

static const char *const pools[] = {"last", "mean", "max", NULL};

static const lj_declaration declarations[] = {
    LJ_TEXT_DECLARATIONS(options, "128", "0.3", "0.5"),
    LJ_RECURRENT_DECLARATIONS(options, "128", "Units of a layer, in each direction."),
    {.key = "bidirectional",
     .kind = LJ_DECLARED_BOOL,
     .offset = offsetof(options, bidirectional),
     .fallback = "true",
     .doc = "Reads the text from both ends."},
    {.key = "pool",
     .kind = LJ_DECLARED_CHOICE,
     .offset = offsetof(options, pool),
     .choices = pools,
     .fallback = "max",
     .doc = "What of the steps is kept: the last state of each direction, their mean, or their greatest values."},
};

static lj_value build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    const options *o = network->options;
    const lj_recurrent_options how = {.name = "rnn",
                                      .layers = o->layers,
                                      .bidirectional = o->bidirectional,
                                      .last = o->pool == POOL_LAST,
                                      .dropout = (float)o->text.dropout};
    lj_value x = lj_text_embedding(g, network, &o->text, 0);
    x = o->cell == LJ_CELL_LSTM ? lj_lstm_with(g, x, o->units, network->lengths, how) :
                               lj_gru_with(g, x, o->units, network->lengths, how);
    if (o->pool == POOL_MEAN)
        x = lj_mean_over_steps(g, x, network->lengths);
    if (o->pool == POOL_MAX)
        x = lj_max_over_steps(g, x, network->lengths);
    return lj_text_answer(g, network, &o->text, x, numbers, codes);
}

const lj_family lj_family_text_rnn = {
    .info = {.name = "text_rnn",
             .summary = "LSTM or GRU layers over the tokens of a text",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_TOKENS,
             .reads_tokens = LJ_READS_ONLY},
    .options_size = sizeof(options),
    .train_defaults = lj_text_train_defaults,
    .build = build,
};
