/*
 * layers: a network that the pipeline file writes as a list of layers, each
 * reading what the one before it gives. The first reads the image of a row, the
 * tokens of its text, the window of a series, or numbers and categories; the answer, a dense layer
 * called "output", comes behind the last one by itself.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "model/network.h"
#include "nn/layers.h"

typedef struct options {
    lj_input_options input; /* of numbers and categories */
    const lj_item *layers;
} options;

static const lj_declaration declarations[] = {
    {.key = "layers",
     .kind = LJ_DECLARED_LIST,
     .offset = offsetof(options, layers),
     .required = 1,
     .doc = "The layers, first to last, as [{dense: 64}, {dropout: 0.5}]: docs/layers.md. The answer is added by "
            "itself."},
    LJ_INPUT_DECLARATIONS(options, "plain", "32", "8"),
};

/* What was built last, for messages and the table. */
typedef struct builder {
    lj_graph *g;
    const lj_network *network;
    int64_t index;      /* of the layer, from 1; 0: the input */
    const char *name;   /* of the layer, or "the images" */
    int gives_last;     /* the layer has the option `last` */
    lj_value x;
    int64_t steps;      /* of the sequences whose lengths are known; 0: none */
} builder;

/* Where the layer stands in the pipeline file; NULL: nowhere. */
static const lj_item *place_of(const builder *b, int64_t index)
{
    const lj_item *list = b->network->model == NULL ? NULL : lj_item_get(b->network->model, "layers");
    return list != NULL && list->kind == LJ_LIST && index >= 0 && index < list->count ? list->items[index] : list;
}

/* The layers that read `from` and, unless `to` is 0, give `to`; answers how many. */
static int64_t say_layers(unsigned from, unsigned to, lj_text *out)
{
    int64_t n = 0;
    const lj_layer *l = NULL;
    for (int64_t i = 0; (l = lj_layer_at(i)) != NULL; i++) {
        if (!l->needs_more && (l->input & from) && (to == 0 || (l->gives & to)))
            lj_text_printf(out, "%s%s", n++ == 0 ? "" : ", ", l->name);
    }
    return n;
}

/* "layer 3 dense takes [batch, n], layer 2 max_pool2d gives [batch, 7, 7, 32]: put flatten between" */
static lj_value refuse_kind(builder *b, const char *taker, int64_t taker_index, unsigned takes)
{
    const lj_shape shape = lj_value_shape(b->g, b->x);
    const unsigned has = lj_layer_kind(b->g, b->x);
    lj_text text = {0}, fix = {0};
    if (taker_index > 0)
        lj_text_printf(&text, "layer %" PRId64 " ", taker_index);
    lj_text_printf(&text, "%s takes ", taker);
    lj_layer_kinds_say(takes, &text);
    if (b->index > 0)
        lj_text_printf(&text, ", layer %" PRId64 " %s gives ", b->index, b->name);
    else
        lj_text_printf(&text, ", %s are ", b->name);
    lj_text_printf(&text, "%s%s", has == LJ_LAYER_CODES ? "codes " : "", lj_shape_print(&shape).text);
    int64_t fixes = say_layers(has, takes, &fix);
    if (fixes == 0 && has == LJ_LAYER_CODES)
        fixes = say_layers(has, 0, &fix);
    if (fixes > 0)
        lj_text_printf(&text, ": put %s%s between", fixes > 1 ? "one of " : "", fix.data);
    if (b->gives_last && (takes & LJ_LAYER_ROWS))
        lj_text_printf(&text, ", or give layer %" PRId64 " `last: true`", b->index);
    lj_status status = lj_text_finish(&text);
    if (status == LJ_OK)
        status = lj_declare_fail(b->network->file, place_of(b, (taker_index > 0 ? taker_index : b->index) - 1), "%s",
                                 text.data);
    lj_text_free(&text);
    lj_text_free(&fix);
    return lj_graph_refuse(b->g, status);
}

static void record(builder *b, const char *name, int64_t weights_before)
{
    lj_layer_trace *trace = b->network->trace;
    if (trace == NULL || b->x == LJ_NONE || trace->count == LJ_LAYERS_MAX + 1)
        return;
    trace->rows[trace->count++] = (lj_traced_layer){.name = name,
                                                    .shape = lj_value_shape(b->g, b->x),
                                                    .weights = lj_graph_parameters(b->g) - weights_before};
}

static void add_layer(builder *b, const lj_item *item)
{
    const lj_layer *layer = NULL;
    lj_layer_args args;
    const int64_t index = b->index + 1, before = lj_graph_parameters(b->g);
    const lj_status status = lj_layer_read("layers", item, &layer, &args);
    if (status != LJ_OK) {
        b->x = lj_graph_refuse(b->g, status);
        return;
    }
    if (!(lj_layer_kind(b->g, b->x) & layer->input)) {
        b->x = refuse_kind(b, layer->name, index, layer->input);
        return;
    }
    const int32_t vocabulary[] = {(int32_t)b->network->spec->token_size};
    args.sizes = vocabulary;
    args.lengths = b->network->lengths;
    args.has_lengths = b->steps > 0 && lj_value_shape(b->g, b->x).dim[1] == b->steps;
    const lj_shape in = lj_value_shape(b->g, b->x);
    b->x = layer->build(b->g, b->x, &args);
    if (b->x == LJ_NONE) {
        const lj_item *at = place_of(b, index - 1);
        lj_graph_context(b->g, "%s:%d:%d: layer %" PRId64 " %s of %s", b->network->file, at == NULL ? 0 : at->line,
                         at == NULL ? 0 : at->column, index, layer->name, lj_shape_print(&in).text);
        return;
    }
    if (lj_layer_kind(b->g, b->x) != LJ_LAYER_STEPS || lj_value_shape(b->g, b->x).dim[1] != b->steps)
        b->steps = 0; /* the steps are others now */
    b->gives_last = 0;
    for (int64_t i = 0; i < layer->option_count; i++)
        b->gives_last |= strcmp(layer->options[i].key, "last") == 0;
    b->index = index;
    b->name = layer->name;
    record(b, layer->name, before);
}

/* What the first layer reads. */
static void begin(builder *b, const options *o, lj_value numbers, lj_value codes)
{
    const lj_network *n = b->network;
    const lj_model_spec *spec = n->spec;
    const int has_columns = spec->number_count + spec->category_count > 0;
    if (spec->steps > 0 && spec->category_count > 0) {
        b->x = lj_graph_refuse(
            b->g, lj_fail(LJ_EDATA, "layers: the windows of a list have numbers alone, found %" PRId64
                          " categories: features: exclude", spec->category_count));
    } else if ((n->pixels != LJ_NONE) + (n->tokens != LJ_NONE) + has_columns != 1) {
        b->x = lj_graph_refuse(
            b->g, lj_fail(LJ_EDATA,
                          "layers: a list reads one of images, tokens, and numbers with categories; found%s%s%s: "
                          "features: exclude",
                          n->pixels != LJ_NONE ? " images" : "", n->tokens != LJ_NONE ? " tokens" : "",
                          has_columns ? " numbers or categories" : ""));
    } else if (n->pixels != LJ_NONE) {
        b->name = "the images";
        b->x = lj_dropout_with(b->g, n->pixels, (float)o->input.input_dropout, "input.dropout");
    } else if (spec->steps > 0) {
        b->name = "the windows";
        b->steps = spec->padded ? spec->steps : 0;
        b->x = lj_dropout_with(b->g, numbers, (float)o->input.input_dropout, "input.dropout");
    } else if (n->tokens != LJ_NONE) {
        b->name = "the tokens";
        b->steps = spec->token_count;
        b->x = n->tokens;
    } else {
        b->name = "the rows";
        b->x = lj_network_input(b->g, n, &o->input, numbers, codes);
    }
}

/* The answer twice is a mistake that would train, badly. */
static lj_status check_end(const builder *b, const lj_item *list, int64_t outputs)
{
    const lj_layer *layer = NULL;
    lj_layer_args args;
    if (list->count == 0)
        return LJ_OK;
    LJ_TRY(lj_layer_read("layers", list->items[list->count - 1], &layer, &args));
    const int is_dense = strcmp(layer->name, "dense") == 0 && args.units == outputs &&
                         (args.activation == LJ_LINEAR || args.activation == LJ_SIGMOID);
    if (is_dense || strcmp(layer->name, "softmax") == 0)
        return lj_declare_fail(b->network->file, place_of(b, list->count - 1),
                               "layer %" PRId64 " %s looks like the answer, which comes by itself: leave it out",
                               list->count, layer->name);
    return LJ_OK;
}

static lj_value build(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes)
{
    const options *o = network->options;
    const int64_t outputs = lj_network_outputs(network->spec);
    builder b = {.g = g, .network = network};
    const lj_status status = check_end(&b, o->layers, outputs);
    if (status != LJ_OK)
        return lj_graph_refuse(g, status);
    begin(&b, o, numbers, codes);
    for (int64_t i = 0; i < o->layers->count && b.x != LJ_NONE; i++)
        add_layer(&b, o->layers->items[i]);
    if (b.x == LJ_NONE)
        return LJ_NONE;
    if (lj_layer_kind(g, b.x) != LJ_LAYER_ROWS)
        return refuse_kind(&b, "the answer", 0, LJ_LAYER_ROWS);
    const int64_t before = lj_graph_parameters(g);
    b.x = lj_dense(g, b.x, outputs, .name = "output");
    record(&b, "output", before);
    return b.x;
}

static lj_status check(const char *file, const void *values)
{
    const options *o = values;
    if (o->layers->count > LJ_LAYERS_MAX)
        return lj_declare_fail(file, o->layers, "layers: expected at most %d, found %" PRId64, LJ_LAYERS_MAX,
                               o->layers->count);
    for (int64_t i = 0; i < o->layers->count; i++) {
        const lj_layer *layer = NULL;
        lj_layer_args args;
        LJ_TRY(lj_layer_read(file, o->layers->items[i], &layer, &args));
    }
    return LJ_OK;
}

const lj_family lj_family_layers = {
    .info = {.name = "layers",
             .summary = "a list of layers, freely composed, on rows, images, texts or series",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_TOKENS,
             .reads_tokens = LJ_READS_TOO,
             .reads_series = LJ_READS_TOO,
             .images = LJ_IMAGES_TOO},
    .options_size = sizeof(options),
    .train_defaults = lj_network_train_defaults,
    .bins = lj_network_bins,
    .check = check,
    .build = build,
};
