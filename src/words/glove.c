/*
 * GloVe: Pennington, Socher, Manning, "GloVe: global vectors for word
 * representation" (EMNLP 2014). A pair that stands d places apart counts 1 / d.
 *
 * Many threads, same vectors: words and contexts are dealt out to BLOCKS blocks
 * each, and their pairs to BLOCKS * BLOCKS cells. Cells of different rows and
 * columns of blocks share no vector, so BLOCKS of them are worked on at once,
 * each in its own order, one pair after the other as in the original (Gemulla,
 * Nijkamp, Haas, Sismanis, "Large-scale matrix factorization with distributed
 * stochastic gradient descent", KDD 2011).
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "compute/kernels.h"
#include "lianjin/limits.h"
#include "lianjin/math.h"
#include "lianjin/random.h"
#include "words/pair_counts.h"
#include "words/train.h"

/* Part of the arithmetic of training. */
enum { BLOCKS = 16, CELLS = BLOCKS * BLOCKS };
#define COUNT_MAX 10.0  /* pairs counted so often or more have full weight */
#define POWER 0.75      /* of the weight of the others */
#define UNIT 16777216.0 /* a count of 1: 1 / d is rounded to a multiple of 2^-24, so that sums are exact */

enum { WORDS, CONTEXTS, SIDES };

typedef struct glove {
    lj_word_job *job;
    const lj_kernels *kernels;
    lj_arena *arena;
    int64_t begin[CELLS + 1]; /* of the pairs of a cell */
    int32_t *word, *context;
    float *log_count, *weight;
    float *rows[SIDES], *squares[SIDES], *bias[SIDES], *bias_squares[SIDES];
    int64_t stratum;
    double loss[CELLS];
} glove;

static int cell_of(int64_t word, int64_t context)
{
    return (int)(word % BLOCKS * BLOCKS + context % BLOCKS);
}

/* The pairs of each cell, shuffled. */
static lj_status deal(glove *g, const lj_pair_counts *counts, int64_t words)
{
    int64_t next[CELLS] = {0};
    g->word = lj_arena_array(g->arena, counts->entries, sizeof(*g->word));
    g->context = lj_arena_array(g->arena, counts->entries, sizeof(*g->context));
    g->log_count = lj_arena_array(g->arena, counts->entries, sizeof(*g->log_count));
    g->weight = lj_arena_array(g->arena, counts->entries, sizeof(*g->weight));
    for (int64_t i = 0; i < words; i++)
        for (int64_t e = counts->begin[i]; e < counts->begin[i + 1]; e++)
            g->begin[cell_of(i, counts->column[e]) + 1]++;
    for (int c = 0; c < CELLS; c++) {
        g->begin[c + 1] += g->begin[c];
    }
    int64_t *const orders = lj_new_array(counts->entries, sizeof(*orders)), *order = orders;
    if (g->word == NULL || g->context == NULL || g->log_count == NULL || g->weight == NULL || orders == NULL) {
        lj_free(orders);
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " pairs", counts->entries);
    }
    for (int c = 0; c < CELLS; c++) {
        char name[64];
        (void)snprintf(name, sizeof(name), "words.glove.cell.%d", c);
        lj_random_permutation(g->job->options->seed, lj_random_stream(name), g->begin[c + 1] - g->begin[c],
                              order + g->begin[c]);
    }
    for (int64_t i = 0; i < words; i++)
        for (int64_t e = counts->begin[i]; e < counts->begin[i + 1]; e++) {
            const int c = cell_of(i, counts->column[e]);
            const int64_t at = g->begin[c] + orders[g->begin[c] + next[c]++];
            const double count = (double)counts->count[e] / UNIT;
            g->word[at] = (int32_t)i;
            g->context[at] = counts->column[e];
            g->log_count[at] = (float)lj_log_d(count);
            g->weight[at] = count < COUNT_MAX ? (float)lj_pow_d(count / COUNT_MAX, POWER) : 1.0F;
        }
    lj_free(orders);
    return LJ_OK;
}

static float start(const glove *g, uint64_t stream, int64_t i)
{
    return (lj_random_uniform(g->job->options->seed, stream, (uint64_t)i) - 0.5F) / (float)g->job->options->size;
}

static lj_status make_weights(glove *g)
{
    const int64_t words = g->job->vocabulary->count, stride = g->job->stride, size = g->job->options->size;
    for (int side = 0; side < SIDES; side++) {
        const uint64_t stream = lj_random_stream(side == WORDS ? "words.glove.words" : "words.glove.contexts");
        g->rows[side] = side == WORDS ? g->job->rows : lj_arena_array(g->arena, words, (size_t)stride * sizeof(float));
        g->squares[side] = lj_arena_array(g->arena, words, (size_t)stride * sizeof(float));
        g->bias[side] = lj_arena_array(g->arena, words, sizeof(float));
        g->bias_squares[side] = lj_arena_array(g->arena, words, sizeof(float));
        if (g->rows[side] == NULL || g->squares[side] == NULL || g->bias[side] == NULL || g->bias_squares[side] == NULL)
            return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " words of %" PRId64 " numbers", words, size);
        for (int64_t i = 0; i < words; i++) {
            for (int64_t k = 0; k < size; k++)
                g->rows[side][i * stride + k] = start(g, stream, i * (size + 1) + k);
            g->bias[side][i] = start(g, stream, i * (size + 1) + size);
        }
        g->kernels->fill(words * stride, 1.0F, g->squares[side]);
        g->kernels->fill(words, 1.0F, g->bias_squares[side]);
    }
    return LJ_OK;
}

static void do_cell(void *context, int64_t block, int thread)
{
    (void)thread;
    glove *g = context;
    const int64_t c = block * BLOCKS + (block + g->stratum) % BLOCKS, first = g->begin[c];
    lj_glove_pairs_args args = {.n = g->begin[c + 1] - first, .d = g->job->stride, .word = g->word + first,
                                .context = g->context + first, .log_count = g->log_count + first,
                                .weight = g->weight + first, .rate = (float)g->job->options->rate,
                                .words = g->rows[WORDS], .contexts = g->rows[CONTEXTS],
                                .words_squares = g->squares[WORDS], .contexts_squares = g->squares[CONTEXTS],
                                .word_bias = g->bias[WORDS], .context_bias = g->bias[CONTEXTS],
                                .word_bias_squares = g->bias_squares[WORDS],
                                .context_bias_squares = g->bias_squares[CONTEXTS]};
    g->kernels->glove_pairs(&args);
    g->loss[c] = args.loss;
}

static lj_status train(glove *g)
{
    const int64_t epochs = g->job->options->epochs, pairs = g->begin[CELLS];
    for (int64_t epoch = 0; epoch < epochs; epoch++) {
        for (g->stratum = 0; g->stratum < BLOCKS; g->stratum++) {
            lj_team_run(g->job->team, do_cell, g, BLOCKS);
            if (lj_interrupted())
                return lj_fail(LJ_EINTERRUPTED, "interrupted in epoch %" PRId64 "; nothing was written", epoch + 1);
        }
        double loss = 0;
        for (int c = 0; c < CELLS; c++)
            loss += g->loss[c];
        g->job->training->loss = loss / (double)pairs;
        char detail[64];
        (void)snprintf(detail, sizeof(detail), "loss %.5f", g->job->training->loss);
        lj_progress_update(g->job->console, epoch + 1, detail);
    }
    return LJ_OK;
}

static lj_status count_pairs(glove *g)
{
    lj_pair_counts counts;
    uint32_t weight[LJ_WORD_WINDOW_MAX];
    for (int64_t d = 0; d < g->job->options->window; d++)
        weight[d] = (uint32_t)(UNIT / (double)(d + 1) + 0.5);
    LJ_TRY(lj_pair_counts_make(g->job, weight, &counts));
    const lj_status status = deal(g, &counts, g->job->vocabulary->count);
    lj_pair_counts_free(&counts);
    return status;
}

lj_status lj_train_glove(lj_word_job *job)
{
    glove *g = lj_new_array(1, sizeof(*g));
    if (g == NULL)
        return lj_fail(LJ_ENOMEM, "no memory to train");
    g->job = job;
    g->kernels = lj_kernels_get();
    lj_status status = lj_arena_create(&g->arena);
    if (status == LJ_OK)
        status = count_pairs(g);
    if (status == LJ_OK)
        status = make_weights(g);
    lj_progress_begin(job->console, "glove", job->options->epochs);
    if (status == LJ_OK)
        status = train(g);
    lj_progress_end(job->console);
    if (status == LJ_OK) /* the sum of both vectors of a word, as in the paper */
        g->kernels->add_scaled(job->vocabulary->count * job->stride, g->rows[CONTEXTS], 1.0F, job->rows);
    lj_arena_destroy(g->arena);
    lj_free(g);
    return status;
}
