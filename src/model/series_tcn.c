/*
 * series_tcn: residual blocks of two causal convolutions, whose dilation doubles from block to block, over the window
 * of a series. Bai, Kolter and Koltun 2018, "An empirical evaluation of generic convolutional and recurrent networks for
 * sequence modeling"; without their weight normalisation.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "model/series_network.h"

enum { BLOCKS_MAX = 20 };

typedef struct options {
    lj_series_network_options series;
    int64_t channels, kernel, blocks;
} options;

static const lj_declaration declarations[] = {
    LJ_SERIES_DECLARATIONS(options, "last", "0.1"),
    {.key = "channels",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(options, channels),
     .min = 1,
     .max = 65536,
     .fallback = "64",
     .doc = "Channels of each convolution."},
    {.key = "kernel",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(options, kernel),
     .min = 2,
     .max = 64,
     .fallback = "3",
     .doc = "Steps that a convolution reads."},
    {.key = "blocks",
     .kind = LJ_DECLARED_INTEGER,
     .offset = offsetof(options, blocks),
     .min = 0,
     .max = BLOCKS_MAX,
     .fallback = "0",
     .doc = "Residual blocks, the dilation of each twice that of the one before; 0: as many as see the whole window."},
};

/* Steps that the last one of `blocks` blocks sees: 1 + 2 (kernel - 1) (2^blocks - 1). */
static int64_t field_of(const options *o, int64_t blocks)
{
    return 1 + 2 * (o->kernel - 1) * ((INT64_C(1) << blocks) - 1);
}

static int64_t blocks_of(const options *o, int64_t steps)
{
    int64_t blocks = o->blocks > 0 ? o->blocks : 1;
    while (o->blocks == 0 && blocks < BLOCKS_MAX && field_of(o, blocks) < steps)
        blocks++;
    return blocks;
}

static void warn(const lj_model_spec *spec, const void *values, lj_console *console)
{
    const options *o = values;
    const int64_t blocks = blocks_of(o, spec->steps);
    if (field_of(o, blocks) < spec->steps)
        lj_warn(console, "series_tcn: %" PRId64 " blocks of kernel %" PRId64 " see %" PRId64 " steps of the window of %"
                PRId64 ": the others are not used", blocks, o->kernel, field_of(o, blocks), spec->steps);
}

static lj_value convolve(lj_graph *g, const options *o, lj_value x, int64_t block, int64_t dilation, const char *part)
{
    char name[64], drop[80];
    (void)snprintf(name, sizeof(name), "block%d.%s", (int)block, part);
    (void)snprintf(drop, sizeof(drop), "%s.dropout", name);
    x = lj_conv1d_with(g, x, o->channels, o->kernel,
                       (lj_conv_options){.name = name,
                                         .weight = LJ_HE_NORMAL,
                                         .activation = LJ_RELU,
                                         .dilation_w = dilation,
                                         .padding = {.left = (o->kernel - 1) * dilation}});
    return lj_dropout_with(g, x, (float)o->series.dropout, drop);
}

static lj_value build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    const options *o = network->options;
    const int64_t blocks = blocks_of(o, network->spec->steps);
    lj_value x = lj_dropout_with(g, numbers, (float)o->series.input_dropout, "input.dropout");
    for (int64_t i = 0; i < blocks; i++) {
        const int64_t dilation = INT64_C(1) << i;
        lj_value y = convolve(g, o, x, i, dilation, "first");
        y = convolve(g, o, y, i, dilation, "second");
        if (i == 0) /* channels differ */
            x = lj_dense(g, x, o->channels, .name = "skip");
        x = lj_activate(g, lj_add(g, x, y), LJ_RELU);
    }
    x = lj_series_pool(g, x, network->lengths, o->series.pool);
    return lj_series_answer(g, network, &o->series, x, codes);
}

const lj_family lj_family_series_tcn = {
    .info = {.name = "series_tcn",
             .summary = "causal dilated convolutions over the window of a series",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_SERIES,
             .reads_series = LJ_READS_ONLY},
    .options_size = sizeof(options),
    .train_defaults = lj_series_train_defaults,
    .warn = warn,
    .build = build,
};
