/*
 * One harness asks the same of every layer of the list: shape, gradients
 * against finite differences, weights saved and loaded, a step of training that
 * lowers the loss, and the same bits on every instruction set and for any
 * number of threads.
 */
#include "nn/golden.h"

#include <float.h>
#include <unistd.h>

#include "compute/kernels.h"
#include "lianjin/random.h"
#include "nn/layers.h"

#define ROWS  70 /* three shards, the last one short */
#define WIDTH 6
#define HEADS 3
#define HIGH  4 /* images of HIGH x WIDE pixels */
#define WIDE  5

static const int32_t sizes[] = {3, 4, 2, 5, 3, 6};
static const float edges[WIDTH * 4] = {-1, -0.5F, 0.5F, 1, -1, 0, 0.5F, 1, -1, -0.2F, 0.2F, 1,
                                       -1, -0.5F, 0.5F, 1, -1, 0, 0.5F, 1, -1, -0.2F, 0.2F, 1};

/* input -> [a dense layer, so that something is trained] -> the layer -> sum(y * y) by row -> mean */
typedef struct network {
    const lj_layer *layer;
    lj_graph *graph;
    lj_value y, loss;
    lj_weights *weights;
} network;

static lj_shape shape_of_input(const lj_layer *layer)
{
    if (layer->input & LJ_LAYER_IMAGES)
        return lj_shape_of(LJ_BATCH, HIGH, WIDE, WIDTH);
    const int has_rank_3 = (layer->input & (LJ_LAYER_HEADS | LJ_LAYER_STEPS)) != 0;
    return has_rank_3 ? lj_shape_of(LJ_BATCH, HEADS, WIDTH) : lj_shape_of(LJ_BATCH, WIDTH);
}

static int64_t inner_of(lj_shape shape)
{
    int64_t inner = 1;
    for (int d = 1; d < shape.rank; d++)
        inner *= shape.dim[d];
    return inner;
}

static lj_value build_input(const lj_layer *layer, lj_graph *g)
{
    const lj_value x =
        lj_input(g, "x", layer->input == LJ_LAYER_CODES ? LJ_I32 : LJ_F32, shape_of_input(layer));
    return layer->input == LJ_LAYER_CODES ? x : lj_dense(g, x, WIDTH, .name = "before", .torch_bias = 1);
}

static const lj_item two = {.kind = LJ_NUMBER, .number = 2};
static lj_item none_around = {.kind = LJ_NUMBER}, one_around = {.kind = LJ_NUMBER, .number = 1};
static lj_item *const sides_around[] = {&one_around, &none_around, &one_around, &one_around};
static const lj_item around = {.kind = LJ_LIST, .count = 4, .items = sides_around};

static network build(const lj_layer *layer, int training)
{
    network n = {.layer = layer};
    const lj_layer_args args = {.units = WIDTH, .activation = LJ_TANH, .heads = 2, .rate = 0.3, .sizes = sizes,
                                .edges = edges, .bins = 3, .kernel = &two, .stride = &two, .padding = &around};
    MUST(lj_graph_create(training, &n.graph));
    n.y = layer->build(n.graph, build_input(layer, n.graph), &args);
    MUST(lj_graph_check(n.graph));
    const int64_t inner = inner_of(lj_value_shape(n.graph, n.y));
    const lj_value flat = lj_reshape(n.graph, n.y, lj_shape_of(LJ_BATCH, inner));
    const lj_value target = lj_input(n.graph, "target", LJ_F32, lj_shape_of(LJ_BATCH, inner));
    const lj_value error = lj_square(n.graph, lj_subtract(n.graph, flat, target));
    n.loss = lj_mean(n.graph, lj_mean(n.graph, error, 1, 0), 0, 0);
    lj_output(n.graph, "y", flat);
    lj_output(n.graph, "loss", n.loss);
    MUST(lj_graph_check(n.graph));
    MUST(lj_weights_create(&n.weights));
    MUST(lj_weights_add(n.weights, n.graph, 5));
    return n;
}

static void destroy(network *n)
{
    lj_weights_destroy(n->weights);
    lj_graph_destroy(n->graph);
}

/* Numbers in [-1, 1) that are the same everywhere. */
static float noise(int64_t i)
{
    return 2.0F * lj_random_uniform(9, 0, (uint64_t)i) - 1.0F;
}

static void fill(const network *n, lj_program *program)
{
    const int64_t width = inner_of(shape_of_input(n->layer)), inner = inner_of(lj_value_shape(n->graph, n->y));
    void *x = lj_program_input(program, "x");
    float *target = lj_program_input(program, "target");
    for (int64_t i = 0; i < ROWS * width; i++) {
        if (n->layer->input == LJ_LAYER_CODES)
            ((int32_t *)x)[i] = (int32_t)(i * 7 % sizes[i % WIDTH]);
        else
            ((float *)x)[i] = noise(i);
    }
    for (int64_t i = 0; target != NULL && i < ROWS * inner; i++)
        target[i] = noise(i + 100000);
}

static const lj_run_options run_options = {.n_rows = ROWS, .step = 1, .rate = 0.05F};

static void every_layer_keeps_the_batch_first(void **state)
{
    (void)state;
    const lj_layer *layer = NULL;
    for (int64_t i = 0; (layer = lj_layer_at(i)) != NULL; i++) {
        network n = build(layer, 1);
        const lj_shape shape = lj_value_shape(n.graph, n.y);
        assert_true(shape.rank >= 2);
        assert_int_equal(shape.dim[0], LJ_BATCH);
        destroy(&n);
    }
}

static double loss_of(lj_program *program)
{
    lj_program_run(program, NULL, &run_options);
    return (double)lj_program_output(program, "loss")[0];
}

static void check_gradient(const network *n, lj_program *program, lj_tensor *tensor, const float *gradient)
{
    const int64_t stride = tensor->count > 12 ? tensor->count / 12 : 1;
    float *values = tensor->data;
    for (int64_t i = 0; i < tensor->count; i += stride) {
        const float kept = values[i], h = 1e-3F; /* small: a maximum that changes hands has no slope */
        values[i] = kept + h;
        const double up = loss_of(program);
        values[i] = kept - h;
        const double down = loss_of(program);
        values[i] = kept;
        const double expected = (up - down) / (2.0 * (double)h);
        const double rounding = (double)FLT_EPSILON * fabs(up) / (double)h; /* of both losses */
        const double limit = 2e-4 + 0.02 * fabs(expected) + rounding;
        if (!(fabs(expected - (double)gradient[i]) <= limit))
            fail_msg("%s: d loss / d %s[%d]: differences give %.6g, the graph %.6g", n->layer->name, tensor->name,
                     (int)i, expected, (double)gradient[i]);
    }
}

static void the_gradients_of_every_layer_are_those_of_finite_differences(void **state)
{
    (void)state;
    const lj_layer *layer = NULL;
    for (int64_t i = 0; (layer = lj_layer_at(i)) != NULL; i++) {
        if (layer->is_random)
            continue;
        network n = build(layer, 1);
        const int64_t count = lj_weights_count(n.weights);
        lj_value wrt[32], grads[32];
        assert_true(count <= 32);
        for (int64_t t = 0; t < count; t++) {
            const lj_tensor *tensor = lj_weights_at(n.weights, t);
            wrt[t] =
                lj_parameter(n.graph, tensor->name, tensor->shape, (lj_parameter_options){.frozen = tensor->frozen});
        }
        MUST(lj_gradient(n.graph, n.loss, wrt, (int)count, grads));
        for (int64_t t = 0; t < count; t++) {
            if (grads[t] != LJ_NONE && !lj_weights_at(n.weights, t)->frozen)
                lj_output(n.graph, lj_weights_at(n.weights, t)->name, grads[t]);
        }
        lj_program *program = NULL;
        MUST(lj_program_compile(n.graph, n.weights, &(lj_program_options){.batch = ROWS}, &program));
        fill(&n, program);
        for (int64_t t = 0; t < count; t++) {
            lj_tensor *tensor = lj_weights_at(n.weights, t);
            if (tensor->frozen || grads[t] == LJ_NONE)
                continue;
            float *gradient = lj_new_array(tensor->count, sizeof(float));
            (void)loss_of(program);
            memcpy(gradient, lj_program_output(program, tensor->name), (size_t)tensor->count * sizeof(float));
            check_gradient(&n, program, tensor, gradient);
            lj_free(gradient);
        }
        lj_program_destroy(program);
        destroy(&n);
    }
}

static void weights_saved_and_loaded_give_the_same_bits(void **state)
{
    (void)state;
    const char *path = "test_layers.safetensors";
    const lj_layer *layer = NULL;
    for (int64_t i = 0; (layer = lj_layer_at(i)) != NULL; i++) {
        network n = build(layer, 0);
        lj_weights *loaded = NULL;
        lj_program *first = NULL, *second = NULL;
        MUST(lj_safetensors_write(path, n.weights, NULL, 0));
        MUST(lj_safetensors_read(path, &loaded));
        MUST(lj_weights_check(loaded, n.graph));
        MUST(lj_program_compile(n.graph, n.weights, &(lj_program_options){.batch = ROWS}, &first));
        MUST(lj_program_compile(n.graph, loaded, &(lj_program_options){.batch = ROWS}, &second));
        fill(&n, first);
        fill(&n, second);
        lj_program_run(first, NULL, &run_options);
        lj_program_run(second, NULL, &run_options);
        assert_memory_equal(lj_program_output(first, "loss"), lj_program_output(second, "loss"), sizeof(float));
        assert_memory_equal(lj_program_output(first, "y"), lj_program_output(second, "y"), ROWS * sizeof(float));
        lj_program_destroy(first);
        lj_program_destroy(second);
        lj_weights_destroy(loaded);
        destroy(&n);
        (void)unlink(path);
    }
}

/* Steps of SGD; answers the losses before each step and the hash of the weights. */
static void train(const lj_layer *layer, lj_team *team, int64_t steps, double *losses, char hex[65])
{
    network n = build(layer, 1);
    const lj_optimiser_options options = {.optimiser = LJ_OPTIMISER_SGD, .momentum = 0.5};
    lj_update_rule rule;
    lj_weights *slots = NULL;
    lj_program *program = NULL;
    MUST(lj_optimiser_rule(&options, &rule));
    MUST(lj_weights_create(&slots));
    MUST(lj_program_compile(
        n.graph, n.weights,
        &(lj_program_options){
            .batch = ROWS, .update = &rule, .loss = n.loss, .state = slots, .seed = 3, .n_threads = lj_team_size(team)},
        &program));
    fill(&n, program);
    for (int64_t s = 0; s < steps; s++) {
        lj_run_options run = run_options;
        run.step = s + 1;
        lj_program_run(program, team, &run);
        losses[s] = (double)lj_program_output(program, "loss")[0];
    }
    MUST(lj_weights_sha256(n.weights, hex));
    lj_program_destroy(program);
    lj_weights_destroy(slots);
    destroy(&n);
}

static void steps_of_training_lower_the_loss_of_every_layer(void **state)
{
    (void)state;
    const lj_layer *layer = NULL;
    for (int64_t i = 0; (layer = lj_layer_at(i)) != NULL; i++) {
        double losses[8];
        char hex[65];
        train(layer, NULL, 8, losses, hex);
        if (!(losses[7] < losses[0]))
            fail_msg("%s: the loss went from %g to %g", layer->name, losses[0], losses[7]);
    }
}

static void expect_the_same_bits(const lj_layer *layer)
{
    char first[65] = "";
    for (const char *const *isa = lj_kernels_names(); *isa != NULL; isa++) {
        if (lj_kernels_named(*isa) == NULL)
            continue;
        MUST(lj_kernels_select(*isa));
        for (int threads = 1; threads <= 4; threads *= 2) {
            lj_team *team = NULL;
            double losses[3];
            char hex[65];
            MUST(lj_team_create(threads, &team));
            train(layer, team, 3, losses, hex);
            lj_team_destroy(team);
            if (first[0] == '\0')
                memcpy(first, hex, sizeof(first));
            if (strcmp(first, hex) != 0)
                fail_msg("%s: other bits with %s and %d threads", layer->name, *isa, threads);
        }
    }
    MUST(lj_kernels_select(NULL));
}

static void every_layer_trains_to_the_same_bits_on_any_instruction_set_and_threads(void **state)
{
    (void)state;
    const lj_layer *layer = NULL;
    for (int64_t i = 0; (layer = lj_layer_at(i)) != NULL; i++)
        expect_the_same_bits(layer);
}

/* A decoder block with all its options, and a sample around what it gives. */
static lj_value build_with_options(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    const lj_transformer_options options = {.heads = 3, .kv_heads = 1, .hidden = args->units, .activation = LJ_GELU,
                                            .dropout = 0.2F, .pre_norm = 1, .window = 2, .rotary = 100.0F};
    const lj_value y = lj_decoder_block_with(g, x, LJ_NONE, LJ_NONE, LJ_NONE, options);
    return lj_sample_normal(g, y, lj_subtract(g, y, lj_scalar(g, 6.0F)), "noise");
}

static void a_block_with_all_options_trains_to_the_same_bits(void **state)
{
    (void)state;
    const lj_layer layer = {.name = "decoder_block with options", .input = LJ_LAYER_STEPS, .build = build_with_options};
    double losses[20];
    char hex[65];
    train(&layer, NULL, 20, losses, hex);
    assert_true(losses[19] < losses[0]);
    expect_the_same_bits(&layer);
}

static void a_sample_of_a_scoring_graph_is_its_mean(void **state)
{
    (void)state;
    lj_graph *g = NULL;
    MUST(lj_graph_create(0, &g));
    const lj_value mean = lj_input(g, "mean", LJ_F32, lj_shape_of(LJ_BATCH, 2));
    assert_int_equal(lj_sample_normal(g, mean, mean, "noise"), mean);
    lj_graph_destroy(g);
}

/* The last states of two layers of LSTM over noise. */
static void run_stack(int training, float dropout, float out[ROWS])
{
    lj_graph *g = NULL;
    lj_weights *weights = NULL;
    lj_program *program = NULL;
    MUST(lj_graph_create(training, &g));
    const lj_value x = lj_input(g, "x", LJ_F32, lj_shape_of(LJ_BATCH, HEADS, WIDTH));
    lj_output(g, "y", lj_lstm_with(g, x, 1, LJ_NONE,
                                   (lj_recurrent_options){.layers = 2, .last = 1, .dropout = dropout}));
    MUST(lj_graph_check(g));
    MUST(lj_weights_create(&weights));
    MUST(lj_weights_add(weights, g, 1));
    assert_int_equal(lj_weights_count(weights), 6);
    assert_non_null(lj_weights_find(weights, "lstm.1.recurrent_weight"));
    MUST(lj_program_compile(g, weights, &(lj_program_options){.batch = ROWS}, &program));
    float *to = lj_program_input(program, "x");
    for (int64_t i = 0; i < ROWS * HEADS * WIDTH; i++)
        to[i] = noise(i);
    lj_program_run(program, NULL, &run_options);
    memcpy(out, lj_program_output(program, "y"), ROWS * sizeof(float));
    lj_program_destroy(program);
    lj_weights_destroy(weights);
    lj_graph_destroy(g);
}

static void dropout_between_recurrent_layers_is_there_in_training_alone(void **state)
{
    (void)state;
    float plain[ROWS], scored[ROWS], trained[ROWS];
    run_stack(1, 0.0F, plain);
    run_stack(0, 0.5F, scored);
    run_stack(1, 0.5F, trained);
    assert_memory_equal(scored, plain, sizeof(plain));
    assert_memory_not_equal(trained, plain, sizeof(plain));
}

/* Word 1 is in the first batch only, word 2 in none; dense Adam moves word 1 by its moments for ever. */
static void a_word_that_a_batch_lacks_moves_as_dense_adam_moves_it(void **state)
{
    (void)state;
    enum { WORDS = 4, STEPS_OF_TRAINING = 4 };
    const lj_optimiser_options options = {.optimiser = LJ_OPTIMISER_ADAM};
    lj_graph *g = NULL;
    lj_weights *weights = NULL, *slots = NULL;
    lj_program *program = NULL;
    lj_update_rule rule;
    MUST(lj_graph_create(1, &g));
    const lj_value codes = lj_input(g, "codes", LJ_I32, lj_shape_of(LJ_BATCH, 1));
    const lj_value y = lj_token_embedding_with(g, codes, WORDS, 1, (lj_token_embedding_options){.name = "words"});
    const lj_value loss = lj_sum(g, lj_reshape(g, y, lj_shape_of(LJ_BATCH)), 0, 0); /* the gradient is the count */
    MUST(lj_optimiser_rule(&options, &rule));
    MUST(lj_weights_create(&weights));
    MUST(lj_weights_create(&slots));
    MUST(lj_weights_add(weights, g, 1));
    MUST(lj_program_compile(
        g, weights, &(lj_program_options){.batch = 2, .update = &rule, .loss = loss, .state = slots}, &program));
    const float *table = lj_weights_find(weights, "words.weight")->data;
    const double start = (double)table[1];
    const float untouched = table[2];
    double expected = start, first = 0, second = 0;
    int32_t *to = lj_program_input(program, "codes");
    for (int step = 1; step <= STEPS_OF_TRAINING; step++) {
        to[0] = 3, to[1] = step == 1 ? 1 : 3;
        lj_program_run(program, NULL, &(lj_run_options){.n_rows = 2, .step = step, .rate = 0.1F});
        const double gradient = step == 1 ? 1 : 0;
        first = 0.9 * first + 0.1 * gradient;
        second = 0.999 * second + 0.001 * gradient * gradient;
        expected -= 0.1 * first / (1 - pow(0.9, step)) / (sqrt(second / (1 - pow(0.999, step))) + 1e-8);
        assert_true(fabs((double)table[1] - expected) < 1e-6);
        assert_true(table[2] == untouched);
    }
    assert_true(expected < start - 0.2);
    lj_program_destroy(program);
    lj_weights_destroy(slots);
    lj_weights_destroy(weights);
    lj_graph_destroy(g);
}

static void default_names_count_and_are_shared_by_training_and_scoring(void **state)
{
    (void)state;
    lj_graph *g = NULL;
    lj_weights *weights = NULL;
    MUST(lj_graph_create(1, &g));
    lj_value x = lj_input(g, "x", LJ_F32, lj_shape_of(LJ_BATCH, 2));
    x = lj_dense(g, x, 3);
    x = lj_dense(g, x, 1);
    MUST(lj_graph_check(g));
    MUST(lj_weights_create(&weights));
    MUST(lj_weights_add(weights, g, 1));
    assert_non_null(lj_weights_find(weights, "dense.weight"));
    assert_non_null(lj_weights_find(weights, "dense_1.bias"));
    assert_int_equal(lj_weights_count(weights), 4);
    lj_weights_destroy(weights);
    lj_graph_destroy(g);
}

static void convolutions_have_the_sizes_and_fans_of_keras(void **state)
{
    (void)state;
    lj_graph *g = NULL;
    lj_weights *weights = NULL;
    MUST(lj_graph_create(1, &g));
    const lj_value x = lj_input(g, "x", LJ_F32, lj_shape_of(LJ_BATCH, 7, 6, 4));
    const lj_value same = lj_conv2d_with(g, x, 6, 3, 2, (lj_conv_options){.stride_h = 2, .same = 1, .groups = 2});
    const lj_value up = lj_conv2d_transpose_with(g, x, 5, 2, 3, (lj_conv_options){.stride_h = 3});
    MUST(lj_graph_check(g));
    const lj_shape same_shape = lj_shape_of(LJ_BATCH, 4, 6, 6), up_shape = lj_shape_of(LJ_BATCH, 21, 8, 5);
    const lj_shape found = lj_value_shape(g, same), found_up = lj_value_shape(g, up);
    assert_memory_equal(found.dim, same_shape.dim, sizeof(found.dim));
    assert_memory_equal(found_up.dim, up_shape.dim, sizeof(found.dim));
    MUST(lj_weights_create(&weights));
    MUST(lj_weights_add(weights, g, 1));
    const lj_tensor *weight = lj_weights_find(weights, "conv2d.weight");
    float greatest = 0.0F;
    assert_int_equal(weight->count, 3 * 2 * 2 * 6);
    for (int64_t i = 0; i < weight->count; i++)
        greatest = fmaxf(greatest, fabsf(((const float *)weight->data)[i]));
    const float bound = sqrtf(6.0F / (6 * 2 + 6 * 6));
    assert_true(greatest <= bound && greatest > 0.8F * bound);
    lj_weights_destroy(weights);
    lj_graph_destroy(g);
}

static void a_layer_on_the_wrong_rank_is_refused_and_said(void **state)
{
    (void)state;
    lj_graph *g = NULL;
    MUST(lj_graph_create(1, &g));
    const lj_value x = lj_input(g, "x", LJ_F32, lj_shape_of(LJ_BATCH, 2));
    const lj_value y = lj_dense_heads_with(g, x, 3, (lj_dense_options){0});
    assert_int_equal(y, LJ_NONE);
    assert_int_equal(lj_dense(g, y, 2), LJ_NONE);
    assert_int_equal(lj_graph_check(g), LJ_ESHAPE);
    assert_string_equal(lj_error_message(), "dense_heads: expected 3 dimensions, found 2");
    lj_graph_destroy(g);
}

static void heads_and_waves_that_do_not_fit_the_width_are_refused_and_said(void **state)
{
    (void)state;
    for (int which = 0; which < 2; which++) {
        lj_graph *g = NULL;
        MUST(lj_graph_create(1, &g));
        const lj_value x = lj_input(g, "x", LJ_F32, lj_shape_of(LJ_BATCH, 2, 5));
        if (which == 0)
            (void)lj_encoder_block_with(g, x, LJ_NONE, (lj_transformer_options){.heads = 2});
        else
            (void)lj_sinusoidal_positions(g, x);
        assert_int_equal(lj_graph_check(g), LJ_ESHAPE);
        assert_string_equal(lj_error_message(), which == 0
                                                    ? "multi_head_attention: a width of 5 is not 2 equal heads"
                                                    : "sinusoidal_positions: expected an even width, found 5");
        lj_graph_destroy(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layer_keeps_the_batch_first),
        cmocka_unit_test(the_gradients_of_every_layer_are_those_of_finite_differences),
        cmocka_unit_test(weights_saved_and_loaded_give_the_same_bits),
        cmocka_unit_test(steps_of_training_lower_the_loss_of_every_layer),
        cmocka_unit_test(every_layer_trains_to_the_same_bits_on_any_instruction_set_and_threads),
        cmocka_unit_test(a_block_with_all_options_trains_to_the_same_bits),
        cmocka_unit_test(a_sample_of_a_scoring_graph_is_its_mean),
        cmocka_unit_test(dropout_between_recurrent_layers_is_there_in_training_alone),
        cmocka_unit_test(a_word_that_a_batch_lacks_moves_as_dense_adam_moves_it),
        cmocka_unit_test(default_names_count_and_are_shared_by_training_and_scoring),
        cmocka_unit_test(convolutions_have_the_sizes_and_fans_of_keras),
        cmocka_unit_test(a_layer_on_the_wrong_rank_is_refused_and_said),
        cmocka_unit_test(heads_and_waves_that_do_not_fit_the_width_are_refused_and_said),
    };
    return cmocka_run_group_tests_name("nn/layers", tests, NULL, NULL);
}
