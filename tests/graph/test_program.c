/* Programs: training, threads, fusion, memory, and every allocation that fails. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "compute/kernels.h"
#include "graph/program.h"
#include "lianjin/random.h"

#define FEATURES 12
#define HEADS 4
#define BATCH 100 /* four shards, the last one short */

/* Plain gradient descent with a slot that counts, element by element. */
static void apply(const lj_update_args *args)
{
    for (int64_t i = 0; i < args->count; i++) {
        const float g = args->gradient[i] * args->scale + args->decay * args->parameter[i];
        args->state[0][i] += 1.0F;
        args->parameter[i] -= args->rate * g;
    }
}

typedef struct net {
    lj_graph *graph;
    lj_value loss;
    lj_weights *weights, *state;
    lj_program *program;
} net;

static lj_value dense(lj_graph *g, lj_value x, const char *name, int64_t in, int64_t out, lj_activation activation)
{
    char full[64];
    (void)snprintf(full, sizeof(full), "%s.weight", name);
    const float bound = 1.0F / sqrtf((float)in);
    const lj_init start = {.kind = LJ_INIT_UNIFORM, .a = -bound, .b = bound};
    const lj_value w = lj_parameter(g, full, lj_shape_of(in, out), (lj_parameter_options){.init = start});
    (void)snprintf(full, sizeof(full), "%s.bias", name);
    const lj_value b = lj_parameter(g, full, lj_shape_of(out), (lj_parameter_options){.no_decay = 1});
    return lj_activate(g, lj_add(g, lj_product(g, x, w, 0, 0), b), activation);
}

/* A net with everything: heads, an embedding, norms, dropout, a residual, several activations. */
static void build_net(net *n, int with_batch_norm)
{
    lj_graph *g = n->graph;
    const lj_parameter_options normal = {.init = {.kind = LJ_INIT_NORMAL, .b = 0.3F}};
    const lj_parameter_options ones = {.init = {.kind = LJ_INIT_CONSTANT, .a = 1.0F}, .no_decay = 1};
    const lj_parameter_options running = {.init = {.kind = LJ_INIT_CONSTANT, .a = 1.0F}, .frozen = 1};
    const lj_value x = lj_input(g, "x", LJ_F32, lj_shape_of(LJ_BATCH, FEATURES));
    const lj_value codes = lj_input(g, "codes", LJ_I32, lj_shape_of(LJ_BATCH, 2));
    const lj_value table = lj_parameter(g, "table", lj_shape_of(7, 3), normal);
    const lj_value embedded = lj_gather(g, table, lj_offset_codes(g, codes, (int32_t[]){3, 4}));
    const lj_value parts[2] = {x, lj_reshape(g, embedded, lj_shape_of(LJ_BATCH, 6))};
    lj_value y = dense(g, lj_concat(g, parts, 2, 1), "first", FEATURES + 6, 32, LJ_GELU);
    y = lj_layer_norm(g, y, lj_parameter(g, "gain", lj_shape_of(32), ones), LJ_NONE, 1e-5F);
    if (with_batch_norm)
        y = lj_batch_norm(g, y, LJ_NONE, LJ_NONE, lj_parameter(g, "mean", lj_shape_of(32), running),
                          lj_parameter(g, "variance", lj_shape_of(32), running), 0.9F, 1e-5F);
    y = lj_add(g, y, lj_dropout(g, dense(g, y, "second", 32, 32, LJ_RELU), 0.1F, "drop"));
    y = lj_multiply(g, lj_reshape(g, y, lj_shape_of(LJ_BATCH, 1, 32)),
                    lj_parameter(g, "scale", lj_shape_of(HEADS, 32), normal));
    y = lj_product_heads(g, y, lj_parameter(g, "heads", lj_shape_of(HEADS, 32, 1), normal));
    y = lj_reshape(g, y, lj_shape_of(LJ_BATCH, HEADS));
    lj_output(g, "logits", y);
    const lj_value target =
        lj_reshape(g, lj_input(g, "target", LJ_F32, lj_shape_of(LJ_BATCH)), lj_shape_of(LJ_BATCH, 1));
    const lj_value loss = lj_bce_logits(g, y, lj_broadcast(g, target, lj_shape_of(LJ_BATCH, HEADS)), 0.0F);
    const lj_value weight = lj_input(g, "weight", LJ_F32, lj_shape_of(LJ_BATCH));
    n->loss = lj_sum(g, lj_multiply(g, lj_mean(g, loss, 1, 0), weight), 0, 0);
    lj_output(g, "loss", n->loss);
}

static void close_net(net *n)
{
    lj_program_destroy(n->program);
    lj_weights_destroy(n->weights);
    lj_weights_destroy(n->state);
    lj_graph_destroy(n->graph);
    *n = (net){0};
}

static lj_status open_net(net *n, const lj_update_rule *rule, int64_t batch, int64_t n_threads, int with_batch_norm)
{
    *n = (net){0};
    LJ_TRY(lj_graph_create(1, &n->graph));
    build_net(n, with_batch_norm);
    LJ_TRY(lj_weights_create(&n->weights));
    LJ_TRY(lj_weights_create(&n->state));
    LJ_TRY(lj_weights_add(n->weights, n->graph, 7));
    const lj_program_options options = {.batch = batch, .update = rule, .loss = n->loss, .state = n->state,
                                        .seed = 3, .n_threads = n_threads};
    LJ_TRY(lj_program_compile(n->graph, n->weights, &options, &n->program));
    n->program->alone = 0.0;
    return LJ_OK;
}

static void load(lj_program *p, int64_t batch)
{
    float *x = lj_program_input(p, "x"), *target = lj_program_input(p, "target"),
          *weight = lj_program_input(p, "weight");
    int32_t *codes = lj_program_input(p, "codes");
    for (int64_t i = 0; i < batch; i++) {
        float sum = 0.0F;
        for (int64_t j = 0; j < FEATURES; j++) {
            x[i * FEATURES + j] = lj_random_uniform(1, 0, (uint64_t)(i * FEATURES + j)) - 0.5F;
            sum += x[i * FEATURES + j] * (j % 2 == 0 ? 1.0F : -1.0F);
        }
        codes[2 * i] = (int32_t)(i % 4) - 1;
        codes[2 * i + 1] = (int32_t)(i % 3);
        target[i] = sum + 0.2F * (float)(i % 3) > 0.2F ? 1.0F : 0.0F;
        weight[i] = 1.0F / (float)batch;
    }
}

static float train(net *n, lj_team *team, int64_t steps, int64_t rows)
{
    for (int64_t s = 1; s <= steps; s++)
        lj_program_run(n->program, team, &(lj_run_options){.n_rows = rows, .step = s, .rate = 0.5F});
    return lj_program_output(n->program, "loss")[0];
}

static const lj_update_rule plain_rule = {.n_slots = 1, .slot_names = {"count"}, .apply = apply, .decay = 1e-4F};

static void training_lowers_the_loss_and_moves_each_parameter_once_a_step(void **state)
{
    (void)state;
    net n;
    assert_int_equal(open_net(&n, &plain_rule, BATCH, 1, 1), LJ_OK);
    load(n.program, BATCH);
    const float first = train(&n, NULL, 1, BATCH), last = train(&n, NULL, 150, BATCH);
    assert_true(first > 0.5F && last < 0.5F * first);
    assert_int_equal(lj_weights_count(n.state), 8);
    for (int64_t i = 0; i < lj_weights_count(n.state); i++)
        assert_true(((float *)lj_weights_at(n.state, i)->data)[0] == 151.0F);
    const float *mean = lj_weights_find(n.weights, "mean")->data;
    assert_true(mean[0] != 1.0F && fabsf(mean[0]) < 2.0F); /* the running statistics followed */
    close_net(&n);
}

static void hash_of(char hex[65], const lj_update_rule *rule, int threads, const char *isa)
{
    net n;
    lj_team *team = NULL;
    assert_int_equal(lj_kernels_select(isa), LJ_OK);
    if (threads > 1)
        assert_int_equal(lj_team_create(threads, &team), LJ_OK);
    assert_int_equal(open_net(&n, rule, BATCH, threads, 1), LJ_OK);
    load(n.program, BATCH);
    (void)train(&n, team, 5, BATCH);
    (void)train(&n, team, 3, 37);
    assert_int_equal(lj_weights_sha256(n.weights, hex), LJ_OK);
    close_net(&n);
    lj_team_destroy(team);
}

static void training_has_one_hash_for_all_threads_and_instruction_sets(void **state)
{
    (void)state;
    lj_update_rule clipped = plain_rule;
    clipped.clip_norm = 0.05F;
    clipped.clip_value = 0.02F;
    const lj_update_rule *rules[2] = {&plain_rule, &clipped};
    char expected[2][65], found[65];
    for (int r = 0; r < 2; r++) {
        hash_of(expected[r], rules[r], 1, "generic");
        for (const char *const *isa = lj_kernels_names(); *isa != NULL; isa++) {
            for (int threads = 1; threads <= 4 && lj_kernels_named(*isa) != NULL; threads *= 2) {
                hash_of(found, rules[r], threads, *isa);
                if (strcmp(found, expected[r]) != 0)
                    fail_msg("rule %d: another hash with %s and %d threads", r, *isa, threads);
            }
        }
    }
    assert_string_not_equal(expected[0], expected[1]);
    assert_int_equal(lj_kernels_select(NULL), LJ_OK);
}

static void a_move_inside_the_gradient_has_the_bits_of_one_after_it(void **state)
{
    (void)state;
    lj_update_rule apart = plain_rule; /* a norm that is never reached keeps moves apart */
    apart.clip_norm = 1e30F;
    char a[65], b[65];
    hash_of(a, &plain_rule, 1, NULL);
    hash_of(b, &apart, 1, NULL);
    assert_string_equal(a, b);
}

static void the_norm_of_all_gradients_is_clipped(void **state)
{
    (void)state;
    lj_update_rule rule = {.n_slots = 1, .slot_names = {"count"}, .apply = apply, .clip_norm = 1e-3F};
    net n;
    lj_weights *before = NULL;
    assert_int_equal(open_net(&n, &rule, BATCH, 1, 0), LJ_OK);
    assert_int_equal(lj_weights_clone(n.weights, &before), LJ_OK);
    load(n.program, BATCH);
    lj_program_run(n.program, NULL, &(lj_run_options){.n_rows = BATCH, .step = 1, .rate = 1.0F});
    double sum = 0.0;
    for (int64_t t = 0; t < lj_weights_count(before); t++) {
        const float *a = lj_weights_at(before, t)->data, *b = lj_weights_at(n.weights, t)->data;
        for (int64_t i = 0; i < lj_weights_at(before, t)->count; i++)
            sum += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
    }
    assert_true(fabs(sqrt(sum) - 1e-3) < 1e-5);
    lj_weights_destroy(before);
    close_net(&n);
}

static void a_product_its_bias_and_activation_are_one_step(void **state)
{
    (void)state;
    net n;
    lj_text text = {0};
    assert_int_equal(open_net(&n, &plain_rule, BATCH, 1, 0), LJ_OK);
    assert_int_equal(lj_program_describe(n.program, &text), LJ_OK);
    assert_non_null(strstr(text.data, "  product + bias + gelu [batch, 32]\n"));
    assert_non_null(strstr(text.data, "  product + bias + relu [batch, 32]\n"));
    assert_non_null(strstr(text.data, "  product_over_batch + update [32, 32]\n"));
    assert_non_null(strstr(text.data, "  gather_grad + update [7, 3]\n"));
    assert_null(strstr(text.data, "  add [32]"));
    lj_text_free(&text);
    close_net(&n);
}

enum { SIDE = 7, CHANNELS = 3, PIXELS = SIDE * SIDE * CHANNELS };

/* The gradient of the greatest of windows over relu(x); seen_twice: relu(x) has a second user, which adds +0 to it. */
static void gradient_of_pooled_relu(int seen_twice, const float *x, const float *t, float *dx, lj_text *steps)
{
    net n = {0};
    assert_int_equal(lj_graph_create(1, &n.graph), LJ_OK);
    lj_graph *g = n.graph;
    const lj_value images = lj_input(g, "x", LJ_F32, lj_shape_of(LJ_BATCH, SIDE, SIDE, CHANNELS));
    const lj_value y = lj_activate(g, images, LJ_RELU);
    const lj_pool2d_options overlap = {.kernel_h = 3, .kernel_w = 2, .stride_h = 2, .stride_w = 1};
    const lj_value pooled = lj_max_pool2d(g, y, overlap);
    const lj_value t_of_places = lj_input(g, "t", LJ_F32, lj_shape_of(LJ_BATCH, 3, 6, CHANNELS));
    lj_value loss = lj_reshape(g, lj_multiply(g, pooled, t_of_places), lj_shape_of(LJ_BATCH, 54));
    loss = lj_sum(g, loss, 1, 0);
    if (seen_twice)
        loss = lj_add(g, loss, lj_sum(g, lj_scale(g, lj_reshape(g, y, lj_shape_of(LJ_BATCH, PIXELS)), 0.0F), 1, 0));
    lj_value gradient;
    assert_int_equal(lj_gradient(g, lj_sum(g, loss, 0, 0), &images, 1, &gradient), LJ_OK);
    lj_output(g, "dx", gradient);
    assert_int_equal(lj_weights_create(&n.weights), LJ_OK);
    assert_int_equal(lj_program_compile(g, n.weights, &(lj_program_options){.batch = 1}, &n.program), LJ_OK);
    lj_program_bind(n.program, "x", x);
    lj_program_bind(n.program, "t", t);
    lj_program_run(n.program, NULL, &(lj_run_options){.n_rows = 1});
    memcpy(dx, lj_program_output(n.program, "dx"), PIXELS * sizeof(*dx));
    assert_int_equal(lj_program_describe(n.program, steps), LJ_OK);
    lj_program_destroy(n.program);
    lj_weights_destroy(n.weights);
    lj_graph_destroy(g);
}

static void relu_before_pooling_has_its_gradient_among_the_pooled_numbers(void **state)
{
    (void)state;
    static const float odd[] = {NAN, 0.0F, -0.0F, INFINITY, 1.0F, -1.0F};
    float x[PIXELS], t[3 * 6 * CHANNELS], dx[2][PIXELS];
    lj_text steps[2] = {{0}, {0}};
    for (int i = 0; i < PIXELS; i++)
        x[i] = i % 11 < 6 ? odd[i % 11] : lj_random_uniform(1, 2, (uint64_t)i) - 0.5F;
    for (int i = 0; i < 3 * 6 * CHANNELS; i++)
        t[i] = i % 7 == 0 ? -0.0F : lj_random_uniform(1, 3, (uint64_t)i) - 0.5F;
    for (int twice = 0; twice < 2; twice++)
        gradient_of_pooled_relu(twice, x, t, dx[twice], &steps[twice]);
    assert_memory_equal(dx[0], dx[1], sizeof(dx[0]));
    assert_non_null(strstr(steps[0].data, "activate_grad + relu [batch, 3, 6, 3]"));
    assert_null(strstr(steps[0].data, "activate_grad + relu [batch, 7, 7, 3]"));
    assert_non_null(strstr(steps[1].data, "activate_grad + relu [batch, 7, 7, 3]"));
    lj_text_free(&steps[0]);
    lj_text_free(&steps[1]);
}

static void an_mlp_trains_in_one_row_segment_and_one_wave(void **state)
{
    (void)state;
    net n = {0};
    assert_int_equal(lj_graph_create(1, &n.graph), LJ_OK);
    lj_graph *g = n.graph;
    const lj_value x = lj_input(g, "x", LJ_F32, lj_shape_of(LJ_BATCH, 4));
    const lj_value y = dense(g, dense(g, x, "a", 4, 4, LJ_RELU), "b", 4, 1, LJ_LINEAR);
    const lj_value error =
        lj_subtract(g, lj_reshape(g, y, lj_shape_of(LJ_BATCH)), lj_input(g, "t", LJ_F32, lj_shape_of(LJ_BATCH)));
    const lj_value weight = lj_input(g, "weight", LJ_F32, lj_shape_of(LJ_BATCH));
    n.loss = lj_sum(g, lj_multiply(g, lj_square(g, error), weight), 0, 0);
    assert_int_equal(lj_weights_create(&n.weights), LJ_OK);
    assert_int_equal(lj_weights_create(&n.state), LJ_OK);
    assert_int_equal(lj_weights_add(n.weights, g, 7), LJ_OK);
    const lj_program_options options = {.batch = 32, .update = &plain_rule, .loss = n.loss, .state = n.state};
    assert_int_equal(lj_program_compile(g, n.weights, &options, &n.program), LJ_OK);
    assert_int_equal(n.program->segment_count, 2);
    assert_true(n.program->segments[0].is_row);
    assert_false(n.program->segments[1].is_row);
    close_net(&n);
}

static void values_that_live_together_do_not_overlap(void **state)
{
    (void)state;
    net n;
    assert_int_equal(open_net(&n, &plain_rule, BATCH, 3, 1), LJ_OK);
    const lj_program *p = n.program;
    assert_true(p->block_count > 10);
    assert_int_equal(lj_plan_conflict(p->blocks, p->block_count), -1);
    int64_t sum = 0;
    for (int64_t i = 0; i < p->block_count; i++) {
        assert_true(p->blocks[i].offset + p->blocks[i].bytes <= p->shared_bytes);
        sum += p->blocks[i].bytes;
    }
    assert_true(p->shared_bytes < sum + 64 * p->block_count);
    assert_int_equal(lj_program_memory(p), p->shared_bytes + 3 * (p->local_bytes + p->scratch_bytes));
    close_net(&n);
}

static void values_of_one_segment_live_in_the_memory_of_a_thread(void **state)
{
    (void)state;
    lj_graph *g = NULL;
    lj_weights *weights = NULL;
    lj_program *small = NULL, *large = NULL;
    assert_int_equal(lj_graph_create(0, &g), LJ_OK);
    lj_value x = lj_input(g, "x", LJ_F32, lj_shape_of(LJ_BATCH, 1, 4));
    x = lj_broadcast(g, x, lj_shape_of(LJ_BATCH, 32, 4));
    for (int i = 0; i < 5; i++)
        x = lj_exp(g, lj_broadcast(g, lj_reshape(g, x, lj_shape_of(LJ_BATCH, 32, 4)), lj_shape_of(LJ_BATCH, 32, 4)));
    lj_output(g, "y", lj_sum(g, lj_sum(g, x, 1, 0), 1, 0));
    assert_int_equal(lj_weights_create(&weights), LJ_OK);
    assert_int_equal(lj_program_compile(g, weights, &(lj_program_options){.batch = 32}, &small), LJ_OK);
    assert_int_equal(lj_program_compile(g, weights, &(lj_program_options){.batch = 32000}, &large), LJ_OK);
    assert_true(lj_program_memory(large) < lj_program_memory(small) + 32000 * (4 + 1) * 4 + 1024);
    lj_program_destroy(small);
    lj_program_destroy(large);
    lj_weights_destroy(weights);
    lj_graph_destroy(g);
}

/* Bytes of a step of attention and its gradient over so many positions of one head of 16. */
static size_t memory_of_attention(int64_t length)
{
    net n = {0};
    assert_int_equal(lj_graph_create(1, &n.graph), LJ_OK);
    const lj_value x = lj_input(n.graph, "x", LJ_F32, lj_shape_of(LJ_BATCH, length, 16));
    const lj_value y = lj_attention(n.graph, x, x, x, LJ_NONE, (lj_attention_options){0});
    const lj_value loss = lj_sum(n.graph, lj_sum(n.graph, lj_sum(n.graph, lj_square(n.graph, y), 2, 0), 1, 0), 0, 0);
    lj_value gradient;
    assert_int_equal(lj_gradient(n.graph, loss, &x, 1, &gradient), LJ_OK);
    lj_output(n.graph, "gradient", gradient);
    assert_int_equal(lj_weights_create(&n.weights), LJ_OK);
    assert_int_equal(lj_program_compile(n.graph, n.weights, &(lj_program_options){.batch = 1}, &n.program), LJ_OK);
    const size_t bytes = lj_program_memory(n.program);
    lj_program_destroy(n.program);
    lj_weights_destroy(n.weights);
    lj_graph_destroy(n.graph);
    return bytes;
}

static void memory_of_attention_grows_with_the_length_not_its_square(void **state)
{
    (void)state;
    const size_t one = memory_of_attention(1024), two = memory_of_attention(2048), four = memory_of_attention(4096);
    assert_true(four - two <= 2 * (two - one) + 4096);
    assert_true(four < (size_t)4096 * 4096);
}

static void inputs_may_be_bound_and_released(void **state)
{
    (void)state;
    lj_graph *g = NULL;
    lj_weights *weights = NULL;
    lj_program *p = NULL;
    const float mine[3] = {1.0F, 2.0F, 3.0F};
    assert_int_equal(lj_graph_create(0, &g), LJ_OK);
    const lj_value x = lj_input(g, "x", LJ_F32, lj_shape_of(LJ_BATCH));
    (void)lj_input(g, "unused", LJ_F32, lj_shape_of(LJ_BATCH));
    lj_output(g, "y", lj_negate(g, x));
    lj_output(g, "same", x);
    assert_int_equal(lj_weights_create(&weights), LJ_OK);
    assert_int_equal(lj_program_compile(g, weights, &(lj_program_options){.batch = 3}, &p), LJ_OK);
    assert_null(lj_program_input(p, "unused"));
    assert_null(lj_program_input(p, "none"));
    assert_null(lj_program_output(p, "none"));
    float *own = lj_program_input(p, "x");
    own[0] = 5.0F;
    lj_program_bind(p, "x", mine);
    lj_program_run(p, NULL, &(lj_run_options){.n_rows = 3});
    assert_true(lj_program_output(p, "y")[2] == -3.0F && lj_program_output(p, "same")[1] == 2.0F);
    lj_program_bind(p, "x", NULL);
    assert_ptr_equal(lj_program_input(p, "x"), own);
    lj_program_run(p, NULL, &(lj_run_options){.n_rows = 1});
    assert_true(lj_program_output(p, "y")[0] == -5.0F);
    lj_program_destroy(p);
    lj_weights_destroy(weights);
    lj_graph_destroy(g);
}

static void a_larger_team_than_planned_for_runs_alone(void **state)
{
    (void)state;
    net n;
    lj_team *team = NULL;
    assert_int_equal(lj_team_create(4, &team), LJ_OK);
    assert_int_equal(open_net(&n, &plain_rule, BATCH, 1, 0), LJ_OK);
    load(n.program, BATCH);
    assert_true(train(&n, team, 3, BATCH) > 0.0F);
    close_net(&n);
    lj_team_destroy(team);
}

static void a_program_refuses_what_it_cannot_run(void **state)
{
    (void)state;
    net n = {0};
    lj_weights *empty = NULL;
    lj_program *p = NULL;
    lj_tensor *tensor = NULL;
    assert_int_equal(lj_graph_create(1, &n.graph), LJ_OK);
    build_net(&n, 0);
    assert_int_equal(lj_weights_create(&empty), LJ_OK);
    assert_int_equal(lj_program_compile(n.graph, empty, &(lj_program_options){.batch = 4}, &p), LJ_ENOTFOUND);
    assert_string_equal(lj_error_message(), "program: the weights hold no 'table'");
    assert_int_equal(lj_weights_new(empty, "table", LJ_F32, lj_shape_of(7, 2), &tensor), LJ_OK);
    assert_int_equal(lj_program_compile(n.graph, empty, &(lj_program_options){.batch = 4}, &p), LJ_ESHAPE);
    assert_string_equal(lj_error_message(), "program: the weights hold 'table' as [7, 2], expected [7, 3]");
    assert_int_equal(lj_program_compile(n.graph, empty, &(lj_program_options){.batch = 0}, &p), LJ_EINVAL);
    assert_int_equal(lj_program_compile(n.graph, empty, &(lj_program_options){.batch = 1, .update = &plain_rule}, &p),
                     LJ_EINVAL);
    assert_null(p);
    lj_weights_destroy(empty);
    assert_int_equal(lj_weights_create(&n.weights), LJ_OK);
    assert_int_equal(lj_weights_add(n.weights, n.graph, 1), LJ_OK);
    assert_int_equal(lj_program_compile(n.graph, n.weights, &(lj_program_options){.batch = (int64_t)1 << 58}, &p),
                     LJ_ENOMEM);
    assert_null(p);
    close_net(&n);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    const int64_t before = lj_test_live_allocations();
    lj_status status = LJ_ENOMEM;
    int64_t n = 0;
    for (; status != LJ_OK; n++) {
        net made;
        lj_test_fail_allocation(n);
        status = open_net(&made, &plain_rule, BATCH, 2, 1);
        lj_test_fail_allocation(-1);
        assert_true(status == LJ_OK || (status == LJ_ENOMEM && made.program == NULL));
        close_net(&made);
        assert_int_equal(lj_test_live_allocations(), before);
    }
    assert_true(n > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_lowers_the_loss_and_moves_each_parameter_once_a_step),
        cmocka_unit_test(training_has_one_hash_for_all_threads_and_instruction_sets),
        cmocka_unit_test(a_move_inside_the_gradient_has_the_bits_of_one_after_it),
        cmocka_unit_test(the_norm_of_all_gradients_is_clipped),
        cmocka_unit_test(a_product_its_bias_and_activation_are_one_step),
        cmocka_unit_test(relu_before_pooling_has_its_gradient_among_the_pooled_numbers),
        cmocka_unit_test(an_mlp_trains_in_one_row_segment_and_one_wave),
        cmocka_unit_test(values_that_live_together_do_not_overlap),
        cmocka_unit_test(values_of_one_segment_live_in_the_memory_of_a_thread),
        cmocka_unit_test(memory_of_attention_grows_with_the_length_not_its_square),
        cmocka_unit_test(inputs_may_be_bound_and_released),
        cmocka_unit_test(a_larger_team_than_planned_for_runs_alone),
        cmocka_unit_test(a_program_refuses_what_it_cannot_run),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
