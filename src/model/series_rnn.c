/*
 * series_rnn: LSTM (Hochreiter and Schmidhuber 1997) or GRU (Cho and others 2014) layers over the window of a series,
 * the answer from the last state.
 */
#include <stddef.h>

#include "model/series_network.h"

typedef struct options {
    lj_series_network_options series;
    int cell;
    int64_t units, layers;
} options;


static const lj_declaration declarations[] = {
    LJ_SERIES_DECLARATIONS(options, "last", "0.1"),
    LJ_RECURRENT_DECLARATIONS(options, "64", "Units of a layer."),
};

static lj_value build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    const options *o = network->options;
    const int is_last = o->series.pool == LJ_POOL_LAST;
    const lj_recurrent_options how = {
        .name = "rnn", .layers = o->layers, .last = is_last, .dropout = (float)o->series.dropout};
    lj_value x = lj_dropout_with(g, numbers, (float)o->series.input_dropout, "input.dropout");
    x = o->cell == LJ_CELL_LSTM ? lj_lstm_with(g, x, o->units, network->lengths, how) :
                               lj_gru_with(g, x, o->units, network->lengths, how);
    if (!is_last)
        x = lj_series_pool(g, x, network->lengths, o->series.pool);
    return lj_series_answer(g, network, &o->series, x, codes);
}

const lj_family lj_family_series_rnn = {
    .info = {.name = "series_rnn",
             .summary = "LSTM or GRU layers over the window of a series",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_SERIES,
             .reads_series = LJ_READS_ONLY},
    .options_size = sizeof(options),
    .train_defaults = lj_series_train_defaults,
    .build = build,
};
