/* Values and gradients of every operation, layer and loss against PyTorch (tests/golden/). */
#include "nn/golden_ops.h"

/* Options of layers that no row of the list has. */
static lj_transformer_options block_of(const rebuilt *c)
{
    return (lj_transformer_options){.name = "layer",
                                    .heads = number(c, "heads"),
                                    .hidden = number(c, "units"),
                                    .activation = activation_of(c),
                                    .pre_norm = 1};
}

static lj_value build_causal_attention(const rebuilt *c)
{
    return lj_multi_head_attention_with(
        c->g, c->in[0], LJ_NONE, LJ_NONE,
        (lj_multi_head_attention_options){.name = "layer", .heads = number(c, "heads"), .causal = 1});
}

/* An embedding whose table is the weight of the dense layer behind it. */
static lj_value build_tied_embedding(const rebuilt *c)
{
    int32_t sizes[INPUTS_MAX] = {0};
    sizes_of(c, sizes);
    const lj_value x =
        lj_embedding_with(c->g, c->in[0], sizes, number(c, "units"), (lj_embedding_options){.name = "layer"});
    return lj_dense_tied_with(c->g, x, c->in[1], (lj_dense_options){.name = "layer"});
}

static lj_value build_rotary_attention(const rebuilt *c)
{
    return lj_multi_head_attention_with(c->g, c->in[0], LJ_NONE, LJ_NONE,
                                        (lj_multi_head_attention_options){.name = "layer",
                                                                          .heads = number(c, "heads"),
                                                                          .kv_heads = 1,
                                                                          .depth = 4,
                                                                          .causal = 1,
                                                                          .rotary = 100.0F});
}

static lj_value build_memory_attention(const rebuilt *c)
{
    return lj_multi_head_attention_with(
        c->g, c->in[0], c->in[1], c->in[2],
        (lj_multi_head_attention_options){.name = "layer", .heads = number(c, "heads")});
}

static lj_value build_encoder_block_pre(const rebuilt *c)
{
    return lj_encoder_block_with(c->g, c->in[0], c->in[1], block_of(c));
}

static lj_value build_decoder_block_pre(const rebuilt *c)
{
    return lj_decoder_block_with(c->g, c->in[0], c->in[1], LJ_NONE, LJ_NONE, block_of(c));
}

static const struct named_builder variants[] = {
    ROW(causal_attention),
    ROW(tied_embedding),
    ROW(rotary_attention),
    ROW(memory_attention),
    ROW(encoder_block_pre),
    ROW(decoder_block_pre),
};

static lj_value build_layer(const rebuilt *c, const char *op)
{
    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
        if (strcmp(variants[i].name, op) == 0)
            return variants[i].build(c);
    }
    int32_t sizes[INPUTS_MAX] = {0};
    const lj_item *edges = lj_item_get(c->args, "edges");
    float *edge = edges == NULL ? NULL : golden_floats(edges);
    sizes_of(c, sizes);
    const lj_layer_args args = {
        .name = "layer",
        .units = number(c, "units"),
        .activation = (int)activation_of(c),
        .sizes = sizes,
        .edges = edge,
        .bins = number(c, "bins"),
        .kernel = lj_item_get(c->args, "kernel"),
        .stride = lj_item_get(c->args, "stride"),
        .same = number(c, "same"),
        .padding = lj_item_get(c->args, "padding"),
        .heads = number(c, "heads"),
    };
    lj_value y = LJ_NONE;
    const lj_layer *layer = NULL;
    for (int64_t i = 0; (layer = lj_layer_at(i)) != NULL; i++) {
        if (strcmp(layer->name, op) == 0)
            y = layer->build(c->g, c->in[0], &args);
    }
    lj_free(edge);
    return y;
}

/* Layers over steps. Last states side by side instead of the output, where the case asks for them. */
static lj_value build_steps(const rebuilt *c, const char *op)
{
    lj_value final[INPUTS_MAX];
    const int has_lengths = number(c, "lengths"), directions = number(c, "bidirectional") ? 2 : 1;
    const int layers = number(c, "layers") > 0 ? number(c, "layers") : 1;
    const lj_recurrent_options options = {
        .name = "layer",
        .layers = layers,
        .bidirectional = directions == 2,
        .last = number(c, "last"),
        .keep_past_end = number(c, "keep"),
        .activation = activation_of(c),
        .state = number(c, "states") > 0 ? &c->in[1 + has_lengths] : NULL,
        .final = final,
    };
    const lj_value lengths = has_lengths ? c->in[1] : LJ_NONE;
    lj_value y = LJ_NONE;
    if (strcmp(op, "lstm") == 0)
        y = lj_lstm_with(c->g, c->in[0], number(c, "units"), lengths, options);
    else if (strcmp(op, "gru") == 0)
        y = lj_gru_with(c->g, c->in[0], number(c, "units"), lengths, options);
    else if (strcmp(op, "mean_over_steps") == 0)
        y = lj_mean_over_steps(c->g, c->in[0], lengths);
    else if (strcmp(op, "max_over_steps") == 0)
        y = lj_max_over_steps(c->g, c->in[0], lengths);
    else
        y = lj_simple_rnn_with(c->g, c->in[0], number(c, "units"), lengths, options);
    return number(c, "final") ? lj_concat(c->g, final, layers * directions, 1) : y;
}

static lj_value build_loss(const rebuilt *c, const char *op)
{
    lj_loss_options options = {.smoothing = real(c, "smoothing"), .delta = real(c, "delta")};
    MUST(lj_loss_find(op, &options.loss));
    return lj_loss_build(c->g, c->in[0], c->in[1], c->in[2], options);
}

/* Sum of all elements. */
static lj_value total(lj_graph *g, lj_value x)
{
    lj_shape shape = lj_value_shape(g, x);
    const int batched = shape.rank > 0 && shape.dim[0] == LJ_BATCH;
    int64_t inner = 1;
    for (int d = batched; d < shape.rank; d++)
        inner *= shape.dim[d];
    if (shape.rank == 0)
        return x;
    if (!batched)
        return lj_sum(g, lj_reshape(g, x, lj_shape_of(inner)), 0, 0);
    if (shape.rank > 1)
        x = lj_sum(g, lj_reshape(g, x, lj_shape_of(LJ_BATCH, inner)), 1, 0);
    return lj_sum(g, x, 0, 0);
}

/* Leaves of the case: batched ones are inputs, the others parameters with their numbers. */
static int64_t make_leaves(rebuilt *c, const lj_item *inputs)
{
    int64_t batch = 1;
    c->n = inputs->count;
    for (int64_t i = 0; i < inputs->count; i++) {
        const lj_item *in = inputs->items[i];
        const char *name = lj_item_get(in, "name")->text;
        const int batched = golden_number(in, "batch", 0.0) > 0.0;
        const lj_item *shape = lj_item_get(in, "shape");
        const int whole = strcmp(lj_item_get(in, "type")->text, "i32") == 0;
        if (batched) {
            batch = (int64_t)shape->items[0]->number;
            c->in[i] = lj_input(c->g, name, whole ? LJ_I32 : LJ_F32, golden_shape(shape, 1));
            continue;
        }
        float *values = golden_floats(lj_item_get(in, "data"));
        c->in[i] = lj_parameter(c->g, name, golden_shape(shape, 0),
                                (lj_parameter_options){.init = {.kind = LJ_INIT_VALUES, .values = values}});
        lj_free(values);
    }
    return batch;
}

static void fill_input(lj_program *program, const lj_item *in)
{
    void *to = lj_program_input(program, lj_item_get(in, "name")->text);
    const lj_item *data = lj_item_get(in, "data");
    const int whole = strcmp(lj_item_get(in, "type")->text, "i32") == 0;
    for (int64_t i = 0; to != NULL && i < data->count; i++) {
        if (whole)
            ((int32_t *)to)[i] = (int32_t)data->items[i]->number;
        else
            ((float *)to)[i] = (float)data->items[i]->number;
    }
}

static void check_outputs(const lj_program *program, const lj_item *c)
{
    const char *name = lj_item_get(c, "name")->text;
    const lj_item *inputs = lj_item_get(c, "inputs");
    golden_compare(name, "y", lj_program_output(program, "y"), lj_item_get(lj_item_get(c, "y"), "data"),
                   golden_number(c, "tolerance", 0.0));
    for (int64_t i = 0; i < inputs->count; i++) {
        const lj_item *expected = lj_item_get(inputs->items[i], "gradient");
        char output[32];
        (void)snprintf(output, sizeof(output), "d%d", (int)i);
        if (expected == NULL)
            continue;
        const float *found = lj_program_output(program, output);
        if (found == NULL)
            fail_msg("%s: no gradient to input %d", name, (int)i);
        golden_compare(name, output, found, expected, golden_number(c, "gradient_tolerance", 0.0));
    }
}

static void run_case(const lj_item *item, lj_value (*build)(const rebuilt *, const char *))
{
    rebuilt c = {.args = lj_item_get(item, "args")};
    const lj_item *inputs = lj_item_get(item, "inputs"), *dy_item = lj_item_get(item, "dy");
    MUST(lj_graph_create(number(&c, "training"), &c.g));
    const int64_t batch = make_leaves(&c, inputs);
    const lj_value y = build(&c, lj_item_get(item, "op")->text);
    MUST(lj_graph_check(c.g));

    float *weights_of_y = golden_floats(lj_item_get(dy_item, "data"));
    const lj_shape shape = lj_value_shape(c.g, y);
    const int batched = shape.rank > 0 && shape.dim[0] == LJ_BATCH;
    const lj_value dy = batched ? lj_input(c.g, "dy", LJ_F32, shape) : lj_constant(c.g, shape, weights_of_y);
    const lj_value loss = total(c.g, lj_multiply(c.g, y, dy));
    lj_output(c.g, "y", y);
    for (int64_t i = 0; i < c.n; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "d%d", (int)i);
        if (lj_item_get(inputs->items[i], "gradient") == NULL)
            continue;
        lj_value grad = LJ_NONE;
        MUST(lj_gradient(c.g, loss, &c.in[i], 1, &grad));
        lj_output(c.g, name, grad);
    }

    lj_weights *weights = NULL;
    lj_program *program = NULL;
    MUST(lj_weights_create(&weights));
    MUST(lj_weights_add(weights, c.g, 1));
    MUST(lj_program_compile(c.g, weights, &(lj_program_options){.batch = batch}, &program));
    for (int64_t i = 0; i < inputs->count; i++)
        fill_input(program, inputs->items[i]);
    if (batched && lj_program_input(program, "dy") != NULL)
        memcpy(lj_program_input(program, "dy"), weights_of_y, (size_t)lj_item_get(dy_item, "data")->count * 4);
    lj_program_run(program, NULL, &(lj_run_options){.n_rows = batch, .step = 1});
    check_outputs(program, item);

    lj_program_destroy(program);
    lj_weights_destroy(weights);
    lj_graph_destroy(c.g);
    lj_free(weights_of_y);
}

static void run_file(const char *path, lj_value (*build)(const rebuilt *, const char *))
{
    lj_doc *doc = NULL;
    MUST(lj_json_read(path, &doc));
    const lj_item *cases = lj_doc_root(doc);
    assert_true(cases->count > 0);
    for (int64_t i = 0; i < cases->count; i++)
        run_case(cases->items[i], build);
    lj_doc_destroy(doc);
}

static void every_operation_has_the_values_and_gradients_of_pytorch(void **state)
{
    (void)state;
    run_file(GOLDEN("ops.json"), build_op);
}

static void every_layer_has_the_values_and_gradients_of_pytorch(void **state)
{
    (void)state;
    run_file(GOLDEN("layers.json"), build_layer);
}

static void layers_over_steps_have_the_values_and_gradients_of_pytorch_and_keras(void **state)
{
    (void)state;
    run_file(GOLDEN("recurrent.json"), build_steps);
}

static void every_loss_has_the_values_and_gradients_of_pytorch(void **state)
{
    (void)state;
    run_file(GOLDEN("losses.json"), build_loss);
}

static void every_layer_but_dropout_has_a_golden_case(void **state)
{
    (void)state;
    lj_doc *doc = NULL;
    MUST(lj_json_read(GOLDEN("layers.json"), &doc));
    const lj_layer *layer = NULL;
    for (int64_t i = 0; (layer = lj_layer_at(i)) != NULL; i++) {
        int found = layer->is_random;
        for (int64_t k = 0; k < lj_doc_root(doc)->count; k++)
            found |= strcmp(lj_item_get(lj_doc_root(doc)->items[k], "op")->text, layer->name) == 0;
        if (!found)
            fail_msg("tests/golden/layers.json has no case of '%s'", layer->name);
    }
    lj_doc_destroy(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_has_the_values_and_gradients_of_pytorch),
        cmocka_unit_test(every_layer_has_the_values_and_gradients_of_pytorch),
        cmocka_unit_test(layers_over_steps_have_the_values_and_gradients_of_pytorch_and_keras),
        cmocka_unit_test(every_loss_has_the_values_and_gradients_of_pytorch),
        cmocka_unit_test(every_layer_but_dropout_has_a_golden_case),
    };
    return cmocka_run_group_tests_name("nn/golden", tests, NULL, NULL);
}
