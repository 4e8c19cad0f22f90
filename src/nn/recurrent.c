#include "nn/recurrent.h"

#include <inttypes.h>
#include <stdio.h>

#define DIRECTIONS 2

/* A layer being built. */
typedef struct builder {
    lj_graph *g;
    const lj_recurrent *kind;
    lj_layer_name name;
    int64_t units, steps;
    lj_value lengths;
    const lj_recurrent_options *options;
    int directions;
} builder;

/* "<name>.<layer>.<part>", "<name>.<layer>.reverse.<part>"; borrowed until the next call. */
static const char *part_name(int64_t layer, int reverse, const char *part, char out[LJ_NAME_MAX])
{
    (void)snprintf(out, LJ_NAME_MAX, "%" PRId64 "%s.%s", layer, reverse ? ".reverse" : "", part);
    return out;
}

/* Zeros, but ones for the gate that forgets (Jozefowicz et al. 2015). */
static lj_value add_bias(builder *b, const char *part)
{
    const int64_t n = b->kind->gates * b->units;
    float *values = lj_new_array(n, sizeof(*values));
    if (values == NULL)
        return lj_graph_refuse(b->g, lj_fail(LJ_ENOMEM, "%s: no memory for %" PRId64 " numbers", b->kind->name, n));
    for (int64_t i = 0; b->kind->forget_gate > 0 && i < b->units; i++)
        values[b->kind->forget_gate * b->units + i] = 1.0F;
    const lj_value bias = lj_layer_bias(b->g, &b->name, part, lj_shape_of(n),
                                        (lj_init){.kind = LJ_INIT_VALUES, .values = values});
    lj_free(values);
    return bias;
}

/* The states after all steps [B, T, states * units]. */
static lj_value run_direction(builder *b, lj_value x, int64_t layer, int reverse)
{
    char part[LJ_NAME_MAX];
    const int64_t width = lj_layer_width(b->g, x), gates = b->kind->gates * b->units;
    const lj_value input = lj_layer_weight(b->g, &b->name, part_name(layer, reverse, "input_weight", part),
                                           lj_shape_of(width, gates),
                                           lj_initialiser_make(LJ_GLOROT_UNIFORM, width, gates));
    lj_recurrent_run run = {.bias = LJ_NONE, .lengths = b->lengths, .state = LJ_NONE,
                            .options = {.reverse = reverse, .activation = b->options->activation}};
    run.weight = lj_layer_weight(b->g, &b->name, part_name(layer, reverse, "recurrent_weight", part),
                                 lj_shape_of(b->units, gates), lj_initialiser_make(LJ_TORCH_LINEAR, b->units, 0));
    run.x = lj_add(b->g, lj_product(b->g, x, input, 0, 0), add_bias(b, part_name(layer, reverse, "bias", part)));
    if (b->kind->has_recurrent_bias)
        run.bias = lj_layer_bias(b->g, &b->name, part_name(layer, reverse, "recurrent_bias", part), lj_shape_of(gates),
                                 lj_initialiser_make(LJ_ZEROS, 0, 0));
    if (b->options->state != NULL)
        run.state = b->options->state[layer * b->directions + reverse];
    return b->kind->run(b->g, &run);
}

/* [B, width] of one step of [B, T, width]. */
static lj_value at_step(lj_graph *g, lj_value x, int64_t step)
{
    if (x == LJ_NONE)
        return LJ_NONE;
    return lj_reshape(g, lj_slice(g, x, 1, step, step + 1), lj_shape_of(LJ_BATCH, lj_layer_width(g, x)));
}

/* h of all steps [B, T, directions * units]; `last`: of the last one alone, [B, directions * units]. */
static lj_value run_layer(builder *b, lj_value x, int64_t layer, int last)
{
    lj_value h[DIRECTIONS];
    for (int d = 0; d < b->directions; d++) {
        const lj_value states = run_direction(b, x, layer, d);
        if (states == LJ_NONE)
            return LJ_NONE;
        const lj_value end = at_step(b->g, states, d == 0 ? b->steps - 1 : 0);
        if (b->options->final != NULL)
            b->options->final[layer * b->directions + d] = end;
        h[d] = last ? lj_slice(b->g, end, 1, 0, b->units) : lj_slice(b->g, states, 2, 0, b->units);
    }
    return b->directions == 1 ? h[0] : lj_concat(b->g, h, b->directions, last ? 1 : 2);
}

lj_value lj_recurrent_build(lj_graph *g, const lj_recurrent *kind, lj_value x, int64_t units, lj_value lengths,
                            lj_recurrent_options options)
{
    builder b = {.g = g, .kind = kind, .units = units, .lengths = lengths, .options = &options,
                 .directions = options.bidirectional ? DIRECTIONS : 1};
    if (!lj_layer_expect_rank(g, kind->name, x, 3) || !lj_layer_begin(g, kind->name, options.name, &b.name))
        return LJ_NONE;
    b.steps = lj_value_shape(g, x).dim[1];
    const int64_t layers = options.layers > 0 ? options.layers : 1;
    char name[LJ_NAME_MAX], part[LJ_NAME_MAX];
    for (int64_t layer = 0; layer < layers; layer++) {
        if (layer > 0 && options.dropout != 0.0F) {
            (void)snprintf(name, sizeof(name), "%s", lj_layer_part(&b.name, part_name(layer, 0, "dropout", part)));
            x = lj_dropout_with(g, x, options.dropout, name);
        }
        x = run_layer(&b, x, layer, options.last && layer == layers - 1);
        if (x == LJ_NONE)
            return LJ_NONE;
    }
    if (lengths == LJ_NONE || options.last || options.keep_past_end)
        return x;
    const lj_value mask = lj_reshape(g, lj_sequence_mask(g, lengths, b.steps), lj_shape_of(LJ_BATCH, b.steps, 1));
    return lj_multiply(g, x, mask);
}
