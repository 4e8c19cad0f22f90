/*
 * Our side of the benchmarks inside a process: lianjin-bench CASE THREADS
 * prints the seconds of one run. Data are made here, or read (texts.h, trees.h), outside the time.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compute/kernels.h"
#include "bins.h"
#include "generative.h"
#include "lianjin/memory.h"
#include "lianjin/model.h"
#include "lianjin/random.h"
#include "language.h"
#include "texts.h"
#include "trees.h"

/* Numbers in [-1, 1), the same in every run. */
static float *random_numbers(int64_t n, uint64_t stream)
{
    float *x = lj_new_array(n, sizeof(*x));
    for (int64_t i = 0; x != NULL && i < n; i++)
        x[i] = 2.0F * lj_random_uniform(1, stream, (uint64_t)i) - 1.0F;
    return x;
}

/* Codes below `size`; NULL if there are none. */
static int32_t *random_codes(int64_t n, int64_t size)
{
    int32_t *x = size > 0 ? lj_new_array(n, sizeof(*x)) : NULL;
    for (int64_t i = 0; x != NULL && i < n; i++)
        x[i] = (int32_t)(lj_random_u32(1, 3, (uint64_t)i) % (uint32_t)size);
    return x;
}

static double *random_labels(const float *x, int64_t n, int64_t width)
{
    double *y = lj_new_array(n, sizeof(*y));
    for (int64_t i = 0; y != NULL && i < n; i++)
        y[i] = x[i * width] + x[i * width + 1] > 0 ? 1 : 0;
    return y;
}

/* ---- networks: width - hidden ... - 1, or words - embedding - lstm - 1; sigmoid, binary cross-entropy, Adam ---- */

typedef struct net_case {
    const char *name;
    int64_t inputs, hidden[3], rows, batch, epochs;
    int64_t vocabulary; /* inputs are so many words; hidden: of the embedding, the lstm */
} net_case;

static const net_case nets[] = {
    {"mlp-8-10-1", 8, {10, 0, 0}, 1000, 32, 10, 0},
    {"mlp-100-64-64-1", 100, {64, 64, 0}, 10000, 32, 10, 0},
    {"mlp-512-1024-1024-512-1", 512, {1024, 1024, 512}, 2560, 256, 2, 0},
    {"embedding-16-lstm-32", 100, {16, 32, 0}, 2048, 32, 2, 10000},
};

static lj_value build_hidden(lj_graph *g, const net_case *net)
{
    const lj_shape shape = lj_shape_of(LJ_BATCH, net->inputs);
    if (net->vocabulary > 0) {
        const lj_value words = lj_token_embedding_with(g, lj_input(g, "codes", LJ_I32, shape), net->vocabulary,
                                                       net->hidden[0], (lj_token_embedding_options){0});
        return lj_lstm_with(g, words, net->hidden[1], LJ_NONE, (lj_recurrent_options){.last = 1});
    }
    lj_value y = lj_input(g, "numbers", LJ_F32, shape);
    for (int i = 0; i < 3 && net->hidden[i] > 0; i++)
        y = lj_dense(g, y, net->hidden[i], .activation = LJ_RELU);
    return y;
}

static lj_status build_net(lj_graph *g, const net_case *net, lj_value *loss)
{
    const lj_value y = lj_dense(g, build_hidden(g, net), 1);
    lj_output(g, "score", lj_reshape(g, lj_activate(g, y, LJ_SIGMOID), lj_shape_of(LJ_BATCH)));
    if (lj_graph_is_training(g)) {
        const lj_value target = lj_input(g, "target", LJ_F32, lj_shape_of(LJ_BATCH));
        const lj_value weight = lj_input(g, "weight", LJ_F32, lj_shape_of(LJ_BATCH));
        *loss = lj_loss_build(g, y, target, weight, (lj_loss_options){.loss = LJ_LOSS_BINARY_CROSS_ENTROPY});
    }
    return lj_graph_check(g);
}

static lj_status train_net(const net_case *net, lj_team *team, double *seconds)
{
    lj_train_job job = {.task = LJ_BINARY, .classes = 2, .target_scale = 1};
    lj_train_result result = {0};
    lj_value unused = LJ_NONE;
    LJ_TRY(lj_graph_create(1, &job.training));
    LJ_TRY(lj_graph_create(0, &job.scoring));
    LJ_TRY(build_net(job.training, net, &job.loss));
    LJ_TRY(build_net(job.scoring, net, &unused));
    LJ_TRY(lj_weights_create(&job.weights));
    LJ_TRY(lj_weights_add(job.weights, job.training, 7));
    float *x = random_numbers(net->rows * net->inputs, 1);
    double *y = random_labels(x, net->rows, net->inputs);
    int32_t *codes = random_codes(net->rows * net->inputs, net->vocabulary);
    const lj_rows rows = {.n = net->rows, .numbers = x, .number_count = net->inputs, .codes = codes,
                          .category_count = net->inputs, .target = y};
    const lj_train_options options = {.epochs = net->epochs,
                                      .batch = net->batch,
                                      .optimiser = {.optimiser = LJ_OPTIMISER_ADAM},
                                      .schedule = {.rate = 1e-3F},
                                      .patience = -1,
                                      .seed = 7};
    const double begin = lj_seconds();
    LJ_TRY(lj_train(&job, &options, &rows, NULL, team, NULL, &result));
    *seconds = lj_seconds() - begin;
    lj_free(result.epochs);
    lj_free(x);
    lj_free(y);
    lj_free(codes);
    lj_weights_destroy(job.weights);
    lj_graph_destroy(job.training);
    lj_graph_destroy(job.scoring);
    return LJ_OK;
}

/* ---- sequences: steps of training, forward and backward, of 32 rows of 64 steps of width 128 ---- */

enum { BATCH = 32, LENGTH = 64, WIDTH = 128, REPEATS = 20 };

/* Seconds of a step of the optimiser down the loss of a graph whose input is x. */
static lj_status time_steps(lj_graph *g, lj_value loss, lj_optimiser optimiser, lj_team *team, double *seconds)
{
    const lj_optimiser_options how = {.optimiser = optimiser};
    lj_weights *weights = NULL, *state = NULL;
    lj_program *program = NULL;
    lj_update_rule rule;
    LJ_TRY(lj_optimiser_rule(&how, &rule));
    LJ_TRY(lj_weights_create(&weights));
    LJ_TRY(lj_weights_create(&state));
    LJ_TRY(lj_weights_add(weights, g, 7));
    const lj_program_options options = {
        .batch = BATCH, .update = &rule, .loss = loss, .state = state, .n_threads = lj_team_size(team)};
    LJ_TRY(lj_program_compile(g, weights, &options, &program));
    float *x = random_numbers(BATCH * LENGTH * WIDTH, 1);
    lj_program_bind(program, "x", x);
    double begin = 0;
    for (int i = 0; i < REPEATS + 2; i++) {
        if (i == 2)
            begin = lj_seconds();
        lj_program_run(program, team, &(lj_run_options){.n_rows = BATCH, .step = i + 1, .rate = 1e-3F});
    }
    *seconds = (lj_seconds() - begin) / REPEATS;
    lj_program_destroy(program);
    lj_weights_destroy(state);
    lj_weights_destroy(weights);
    lj_free(x);
    return LJ_OK;
}

/* Two layers, and SGD. */
static lj_status run_lstm(lj_team *team, double *seconds)
{
    lj_graph *g = NULL;
    LJ_TRY(lj_graph_create(1, &g));
    const lj_value x = lj_input(g, "x", LJ_F32, lj_shape_of(LJ_BATCH, LENGTH, WIDTH));
    lj_value y = lj_lstm_with(g, x, WIDTH, LJ_NONE, (lj_recurrent_options){.layers = 2});
    y = lj_mean(g, lj_square(g, lj_reshape(g, y, lj_shape_of(LJ_BATCH, LENGTH * WIDTH))), 1, 0);
    LJ_TRY(time_steps(g, lj_mean(g, y, 0, 0), LJ_OPTIMISER_SGD, team, seconds));
    lj_graph_destroy(g);
    return LJ_OK;
}

/* Four layers of a transformer's encoder, the mean of their positions, and Adam. */
static lj_status run_encoder(lj_team *team, double *seconds)
{
    lj_graph *g = NULL;
    LJ_TRY(lj_graph_create(1, &g));
    lj_value y = lj_input(g, "x", LJ_F32, lj_shape_of(LJ_BATCH, LENGTH, WIDTH));
    for (int i = 0; i < 4; i++)
        y = lj_encoder_block_with(g, y, LJ_NONE, (lj_transformer_options){.heads = 4, .hidden = 512});
    y = lj_dense(g, lj_mean(g, y, 1, 0), 1);
    const lj_value target = lj_input(g, "target", LJ_F32, lj_shape_of(LJ_BATCH, 1));
    const lj_value loss = lj_reshape(g, lj_bce_logits(g, y, target, 0.0F), lj_shape_of(LJ_BATCH));
    LJ_TRY(time_steps(g, lj_mean(g, loss, 0, 0), LJ_OPTIMISER_ADAM, team, seconds));
    lj_graph_destroy(g);
    return LJ_OK;
}

/* ---- images: blocks of convolution (3 x 3, same, relu) and pooling, a dense layer; one step of SGD ---- */

typedef struct image_case {
    const char *name;
    int64_t size, batch;
    int64_t blocks[16]; /* channels of a convolution, or POOL; 0 ends */
} image_case;

#define POOL (-1)
static const image_case image_nets[] = {
    {"conv-224-32-64-128", 224, 32, {32, POOL, 64, POOL, 128, POOL}},
    {"vgg-11-64", 64, 32, {64, POOL, 128, POOL, 256, 256, POOL, 512, 512, POOL, 512, 512, POOL}},
};

static lj_value build_image_net(lj_graph *g, const image_case *net)
{
    lj_value y = lj_input(g, "images", LJ_F32, lj_shape_of(LJ_BATCH, net->size, net->size, 3));
    for (int i = 0; net->blocks[i] != 0; i++) {
        if (net->blocks[i] == POOL)
            y = lj_max_pool2d_with(g, y, (lj_pool_options){0});
        else
            y = lj_conv2d_with(g, y, net->blocks[i], 3, 3, (lj_conv_options){.activation = LJ_RELU, .same = 1});
    }
    y = lj_dense(g, lj_flatten(g, y), 1);
    return lj_mean(g, lj_reshape(g, lj_square(g, y), lj_shape_of(LJ_BATCH)), 0, 0);
}

static lj_status train_images(const image_case *net, lj_team *team, double *seconds)
{
    enum { STEPS = 3 };
    const lj_optimiser_options options = {.optimiser = LJ_OPTIMISER_SGD};
    lj_update_rule rule;
    lj_graph *g = NULL;
    lj_weights *weights = NULL;
    lj_program *program = NULL;
    LJ_TRY(lj_optimiser_rule(&options, &rule));
    LJ_TRY(lj_graph_create(1, &g));
    const lj_value loss = build_image_net(g, net);
    LJ_TRY(lj_graph_check(g));
    LJ_TRY(lj_weights_create(&weights));
    LJ_TRY(lj_weights_add(weights, g, 7));
    LJ_TRY(lj_program_compile(
        g, weights,
        &(lj_program_options){.batch = net->batch, .update = &rule, .loss = loss, .n_threads = lj_team_size(team)},
        &program));
    const int64_t count = net->batch * net->size * net->size * 3;
    float *images = random_numbers(count, 1);
    lj_program_bind(program, "images", images);
    double begin = 0;
    for (int64_t step = 0; step <= STEPS; step++) {
        if (step == 1)
            begin = lj_seconds();
        lj_program_run(program, team, &(lj_run_options){.n_rows = net->batch, .step = step + 1, .rate = 1e-4F});
    }
    *seconds = (lj_seconds() - begin) / STEPS;
    lj_program_destroy(program);
    lj_free(images);
    lj_weights_destroy(weights);
    lj_graph_destroy(g);
    return LJ_OK;
}

/* ---- products ---- */

typedef struct gemm {
    int64_t n;
    float *a, *b, *c;
    float *scratch[LJ_THREADS_MAX];
    int64_t columns; /* of C by task */
} gemm;

static void gemm_columns(void *context, int64_t index, int thread)
{
    const gemm *g = context;
    const int64_t first = index * g->columns;
    const lj_product_args args = {.m = g->n,
                                  .n = first + g->columns <= g->n ? g->columns : g->n - first,
                                  .k = g->n,
                                  .a = g->a,
                                  .a_row = g->n,
                                  .a_col = 1,
                                  .b = g->b + first,
                                  .b_row = g->n,
                                  .b_col = 1,
                                  .c = g->c + first,
                                  .c_row = g->n,
                                  .scratch = g->scratch[thread]};
    lj_kernels_get()->product(&args);
}

static lj_status run_gemm(int64_t n, lj_team *team, double *seconds)
{
    const int threads = lj_team_size(team);
    const int repeats = n <= 512 ? 40 : 2;
    gemm g = {.n = n, .a = random_numbers(n * n, 1), .b = random_numbers(n * n, 2), .c = random_numbers(n * n, 3)};
    g.columns = (n / threads + 63) / 64 * 64;
    for (int t = 0; t < threads; t++)
        g.scratch[t] = lj_new_array(lj_kernels_get()->product_scratch(n, g.columns, n), sizeof(float));
    const int64_t tasks = (n + g.columns - 1) / g.columns;
    lj_team_run(team, gemm_columns, &g, tasks);
    const double begin = lj_seconds();
    for (int i = 0; i < repeats; i++)
        lj_team_run(team, gemm_columns, &g, tasks);
    *seconds = (lj_seconds() - begin) / repeats;
    for (int t = 0; t < threads; t++)
        lj_free(g.scratch[t]);
    lj_free(g.a);
    lj_free(g.b);
    lj_free(g.c);
    return LJ_OK;
}

/*
 * Peak of fused multiply-adds of one core, in the widest registers it has:
 * chains that no compiler can merge, each started differently. Seconds of
 * 2 * n^3 operations at that rate, so that the ratio to gemm-n is the share of
 * the peak.
 */
#if defined(__x86_64__)
#include <immintrin.h>
enum { CHAINS = 12, ROUNDS = 4000000 };

__attribute__((target("avx2,fma"))) static double peak_256(void)
{
    __m256 acc[CHAINS];
    const __m256 a = _mm256_set1_ps(1.0000001F), b = _mm256_set1_ps(1e-9F);
    float sum = 0;
    for (int i = 0; i < CHAINS; i++)
        acc[i] = _mm256_set1_ps((float)i);
    const double begin = lj_seconds();
    for (int64_t r = 0; r < ROUNDS; r++)
#pragma GCC unroll 12
        for (int i = 0; i < CHAINS; i++)
            acc[i] = _mm256_fmadd_ps(acc[i], a, b);
    const double seconds = lj_seconds() - begin;
    for (int i = 0; i < CHAINS; i++)
        sum += _mm256_cvtss_f32(acc[i]);
    return sum == 12345.0F ? 0 : CHAINS * 8.0 * 2 * ROUNDS / seconds;
}

__attribute__((target("avx512f"))) static double peak_512(void)
{
    __m512 acc[CHAINS];
    const __m512 a = _mm512_set1_ps(1.0000001F), b = _mm512_set1_ps(1e-9F);
    float sum = 0;
    for (int i = 0; i < CHAINS; i++)
        acc[i] = _mm512_set1_ps((float)i);
    const double begin = lj_seconds();
    for (int64_t r = 0; r < ROUNDS; r++)
#pragma GCC unroll 12
        for (int i = 0; i < CHAINS; i++)
            acc[i] = _mm512_fmadd_ps(acc[i], a, b);
    const double seconds = lj_seconds() - begin;
    for (int i = 0; i < CHAINS; i++)
        sum += _mm512_cvtss_f32(acc[i]);
    return sum == 12345.0F ? 0 : CHAINS * 16.0 * 2 * ROUNDS / seconds;
}

static double peak_rate(void)
{
    double best = 0;
    for (int trial = 0; trial < 5; trial++) {
        const double rate = __builtin_cpu_supports("avx512f") ? peak_512() : peak_256();
        best = rate > best ? rate : best;
    }
    return best;
}
#else
static double peak_rate(void)
{
    return 0;
}
#endif

/* ---- one score ---- */

static lj_status score_one(double *seconds)
{
    enum { INPUTS = 23, ROWS = 512, SCORES = 20000 };
    lj_model *model = NULL;
    lj_train_result result = {0};
    lj_doc *doc = NULL;
    static const char text[] = "model: {family: dense, layers: [64, 64]}\ntrain: {epochs: 1}\n";
    LJ_TRY(lj_yaml_parse("bench", text, sizeof(text) - 1, &doc));
    float *x = random_numbers(ROWS * INPUTS, 1);
    double *y = random_labels(x, ROWS, INPUTS);
    const lj_rows rows = {.n = ROWS, .numbers = x, .number_count = INPUTS, .target = y};
    const lj_model_spec spec = {.task = LJ_BINARY, .classes = 2, .number_count = INPUTS};
    const lj_fit_options options = {.family = "dense",
                                    .file = lj_doc_name(doc),
                                    .model = lj_item_get(lj_doc_root(doc), "model"),
                                    .train = lj_item_get(lj_doc_root(doc), "train"),
                                    .seed = 7};
    LJ_TRY(lj_model_fit(&options, &spec, &rows, NULL, NULL, NULL, &result, &model));
    double begin = 0;
    float score = 0;
    for (int i = 0; i < SCORES + 100; i++) {
        if (i == 100)
            begin = lj_seconds();
        const lj_rows one = {.n = 1, .numbers = x + (i % ROWS) * INPUTS, .number_count = INPUTS};
        LJ_TRY(lj_model_predict(model, &one, NULL, &score));
    }
    *seconds = (lj_seconds() - begin) / SCORES;
    lj_model_destroy(model);
    lj_free(result.epochs);
    lj_free(x);
    lj_free(y);
    lj_doc_destroy(doc);
    return LJ_OK;
}

static lj_status run_case(const char *name, lj_team *team, double *seconds)
{
    for (size_t i = 0; i < sizeof(nets) / sizeof(nets[0]); i++)
        if (strcmp(name, nets[i].name) == 0)
            return train_net(&nets[i], team, seconds);
    for (size_t i = 0; i < sizeof(image_nets) / sizeof(image_nets[0]); i++)
        if (strcmp(name, image_nets[i].name) == 0)
            return train_images(&image_nets[i], team, seconds);
    for (int i = 0; i < GENERATIVE_CASES; i++)
        if (strcmp(name, generative[i].name) == 0)
            return run_generative(&generative[i], team, seconds);
    if (strcmp(name, "transformer-4x128") == 0)
        return run_encoder(team, seconds);
    if (strncmp(name, "gemm-", 5) == 0)
        return run_gemm(strtol(name + 5, NULL, 10), team, seconds);
    if (strncmp(name, "peak-", 5) == 0) {
        const double n = strtod(name + 5, NULL);
        *seconds = 2 * n * n * n / peak_rate();
        return LJ_OK;
    }
    if (strcmp(name, "lstm-2x128") == 0)
        return run_lstm(team, seconds);
    if (strcmp(name, "score-dense-64-64") == 0)
        return score_one(seconds);
    if (strncmp(name, "bins-", 5) == 0)
        return run_bins(seconds);
    if (strncmp(name, "words-", 6) == 0)
        return run_words_case(name, team, seconds);
    if (strncmp(name, "gpt-", 4) == 0)
        return run_language_case(team, seconds);
    if (strstr(name, "trees-") != NULL)
        return run_trees_case(name, team, seconds);
    return run_text_case(name, seconds);
}

int main(int argc, char **argv)
{
    double seconds = 0;
    lj_team *team = NULL;
    lj_status status = argc == 3 ? LJ_OK : lj_fail(LJ_EUSAGE, "usage: lianjin-bench CASE THREADS");
    if (status == LJ_OK)
        status = lj_kernels_select(NULL);
    if (status == LJ_OK)
        status = lj_team_create((int)strtol(argv[2], NULL, 10), &team);
    if (status == LJ_OK)
        status = run_case(argv[1], team, &seconds);
    if (status == LJ_OK)
        printf("%.9g\n", seconds);
    else
        (void)fprintf(stderr, "lianjin-bench: %s\n", lj_error_message());
    lj_team_destroy(team);
    return lj_status_exit_code(status);
}
