/*
 * Skip-gram and CBOW with drawn words or hierarchical softmax: Mikolov, Chen,
 * Corrado, Dean, "Efficient estimation of word representations in vector space"
 * (2013); Mikolov, Sutskever, Chen, Corrado, Dean, "Distributed representations
 * of words and phrases and their compositionality" (NIPS 2013).
 *
 * Many threads, same vectors: see words/batch.h. Two steps a batch, with all
 * threads waiting for each other between them: pairs by shard, which only read
 * the weights; then rows, each changed by one thread.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compute/kernels.h"
#include "lianjin/math.h"
#include "lianjin/random.h"
#include "words/batch.h"
#include "words/train.h"

#define RATE_LAST 0.0001
#define CHANGES_OF_TASK 192 /* sums of rows: speed only */

typedef struct task {
    int side;
    int64_t begin, end; /* rows of lj_batch_rows */
} task;

/* Room of one thread for the pairs of one centre. */
typedef struct pair_room {
    const float **input, **target;
    float **d_input;
    float *error, *mean, *d_mean;
} pair_room;

typedef struct trainer {
    lj_word_job *job;
    const lj_kernels *kernels;
    lj_batch_plan plan;
    lj_draw draw;
    lj_huffman tree;
    uint32_t *keep;
    float *weights[2]; /* inputs (the job's rows) and outputs */
    float *changes[2];
    lj_arena *arena;
    lj_chunk_reader reader;
    lj_word_chunk chunks[2];
    const lj_word_chunk *chunk;
    lj_word_batch *batches; /* of a chunk */
    const lj_word_batch *batch;
    lj_batch_room *rooms;   /* [threads] */
    pair_room *pair_rooms;
    task *tasks;
    int64_t n_tasks;
    float rate;
    double total; /* words of all epochs */
} trainer;

/* ---- the two steps of a batch ---- */

static void prefetch_targets(const trainer *t, int64_t centre)
{
    const lj_word_batch *b = t->batch;
    for (int64_t k = b->target_begin[centre]; k < b->target_begin[centre + 1]; k++) {
        const float *row = t->weights[1] + b->target[k] * t->job->stride;
        for (int64_t i = 0; i < t->job->stride; i += 16)
            __builtin_prefetch(row + i);
    }
}

static void do_centre(const trainer *t, int64_t s, int64_t c, const pair_room *room)
{
    const lj_word_batch *b = t->batch;
    const int64_t d = t->job->stride, first = b->target_begin[c], targets = b->target_begin[c + 1] - first;
    int64_t n = 0;
    for (int64_t p = b->low[c]; p < b->high[c]; p++) {
        if (p == b->first + c)
            continue;
        room->input[n] = t->weights[0] + t->chunk->word[p] * d;
        room->d_input[n++] = t->changes[0] + (b->shard_begin[s] + p - b->shard_low[s]) * d;
    }
    for (int64_t k = 0; k < targets; k++)
        room->target[k] = t->weights[1] + b->target[first + k] * d;
    lj_word_pairs_args args = {.n = n, .m = targets, .d = d, .input = room->input, .target = room->target,
                               .label = b->label[c], .rate = t->rate, .d_input = room->d_input,
                               .d_target = t->changes[1] + first * d, .error = room->error};
    if (t->plan.options->method == LJ_WORD_METHOD_SKIP_GRAM) {
        t->kernels->word_pairs(&args);
        return;
    }
    memset(room->mean, 0, (size_t)d * sizeof(float));
    memset(room->d_mean, 0, (size_t)d * sizeof(float));
    for (int64_t i = 0; i < n; i++)
        t->kernels->add_scaled(d, room->input[i], 1.0F / (float)n, room->mean);
    args.n = 1;
    args.input = &(const float *){room->mean};
    args.d_input = &(float *){room->d_mean};
    t->kernels->word_pairs(&args);
    for (int64_t i = 0; i < n; i++)
        t->kernels->add_scaled(d, room->d_mean, 1.0F, room->d_input[i]);
}

static void do_shard(void *context, int64_t s, int thread)
{
    const trainer *t = context;
    const lj_word_batch *b = t->batch;
    const int64_t d = t->job->stride, first = s * LJ_BATCH_SHARD;
    const int64_t end = first + LJ_BATCH_SHARD < b->n ? first + LJ_BATCH_SHARD : b->n;
    memset(t->changes[0] + b->shard_begin[s] * d, 0,
           (size_t)((b->shard_begin[s + 1] - b->shard_begin[s]) * d) * sizeof(float));
    for (int64_t c = first; c < end; c++) {
        if (c + 1 < end)
            prefetch_targets(t, c + 1);
        if (b->high[c] > 0)
            do_centre(t, s, c, &t->pair_rooms[thread]);
    }
}

static void do_rows(void *context, int64_t index, int thread)
{
    (void)thread;
    const trainer *t = context;
    const task *rows = &t->tasks[index];
    const lj_batch_rows *changed = &t->batch->changed[rows->side];
    const int64_t d = t->job->stride;
    for (int64_t u = rows->begin; u < rows->end; u++) {
        const float step = t->rate * changed->pairs[u];
        t->kernels->row_sum_add(changed->begin[u + 1] - changed->begin[u], d, t->changes[rows->side],
                                changed->change + changed->begin[u],
                                step > LJ_BATCH_STEP_MAX ? LJ_BATCH_STEP_MAX / step : 1.0F,
                                t->weights[rows->side] + changed->row[u] * d);
    }
}

static void cut_tasks(trainer *t)
{
    t->n_tasks = 0;
    for (int side = 0; side < 2; side++) {
        const lj_batch_rows *changed = &t->batch->changed[side];
        for (int64_t begin = 0, u = 0; u < changed->n; u++) {
            if (changed->begin[u + 1] - changed->begin[begin] < CHANGES_OF_TASK && u + 1 < changed->n)
                continue;
            t->tasks[t->n_tasks++] = (task){side, begin, u + 1};
            begin = u + 1;
        }
    }
}

static void do_batch(trainer *t, const lj_word_batch *batch)
{
    const double rate = t->job->options->rate;
    const double now = rate - (rate - RATE_LAST) * ((double)batch->place / t->total);
    t->rate = (float)(now > RATE_LAST ? now : RATE_LAST);
    t->batch = batch;
    lj_team_run(t->job->team, do_shard, t, batch->shards);
    cut_tasks(t);
    lj_team_run(t->job->team, do_rows, t, t->n_tasks);
}

/* ---- the corpus, a chunk ahead ---- */

static lj_status prepare(void *context, int64_t index, int thread)
{
    trainer *t = context;
    if (index == 0) /* the next chunk is read while this one is prepared */
        return lj_chunk_read(&t->reader, &t->chunks[t->chunk == &t->chunks[0]]);
    lj_word_batch_prepare(&t->plan, t->chunk, index - 1, &t->rooms[thread], &t->batches[index - 1]);
    return LJ_OK;
}

static lj_status train(trainer *t)
{
    LJ_TRY(lj_chunk_read(&t->reader, &t->chunks[0]));
    const double began = lj_seconds();
    for (t->chunk = &t->chunks[0]; t->chunk->n > 0; t->chunk = &t->chunks[t->chunk == &t->chunks[0]]) {
        const int64_t batches = (t->chunk->n + LJ_BATCH_WORDS - 1) / LJ_BATCH_WORDS;
        LJ_TRY(lj_team_try(t->job->team, prepare, t, 1 + batches));
        for (int64_t i = 0; i < batches; i++)
            do_batch(t, &t->batches[i]);
        if (lj_interrupted())
            return lj_fail(LJ_EINTERRUPTED, "interrupted in epoch %" PRId64 "; nothing was written",
                           t->chunk->epoch + 1);
        const double seconds = lj_seconds() - began;
        const int64_t done = t->chunk->before + t->chunk->place[t->chunk->n - 1] + 1;
        char detail[96];
        (void)snprintf(detail, sizeof(detail), "epoch %" PRId64 ", %.0f words/s, rate %.5f", t->chunk->epoch + 1,
                       (double)done / (seconds > 0 ? seconds : 1), (double)t->rate);
        lj_progress_update(t->job->console, done, detail);
    }
    return LJ_OK;
}

/* ---- what is made before ---- */

/* How often a word is kept, of 2^32 (word2vec.c). */
static lj_status make_keep(trainer *t)
{
    const lj_vocabulary *v = t->job->vocabulary;
    const double sample = t->job->options->sample;
    if (sample < 0)
        return LJ_OK;
    t->keep = lj_arena_array(t->arena, v->count, sizeof(*t->keep));
    if (t->keep == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %d words", v->count);
    for (int32_t i = 0; i < v->count; i++) {
        const double share = sample * (double)v->kept / (double)v->counts[i];
        const double keep = sqrt(share) + share;
        t->keep[i] = keep >= 1.0 ? UINT32_MAX : (uint32_t)(keep * 0x1p32);
    }
    return LJ_OK;
}

static lj_status make_tree(trainer *t)
{
    const lj_vocabulary *v = t->job->vocabulary;
    float *counts = lj_arena_array(t->arena, v->count, sizeof(*counts));
    if (counts == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %d words", v->count);
    if (v->count < 2)
        return lj_fail(LJ_EDATA, "hierarchical softmax: expected at least two words in the vocabulary, found one");
    for (int32_t i = 0; i < v->count; i++)
        counts[i] = (float)v->counts[i];
    LJ_TRY(lj_huffman_make(counts, v->count, &t->tree));
    const int64_t nodes = t->tree.begin[v->count];
    float *label = lj_arena_array(t->arena, nodes, sizeof(*label));
    if (label == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %d words", v->count);
    for (int64_t k = 0; k < nodes; k++)
        label[k] = t->tree.is_right[k] ? 0.0F : 1.0F;
    for (int32_t i = 0; i < v->count; i++) {
        const int64_t depth = t->tree.begin[i + 1] - t->tree.begin[i];
        t->plan.targets_max = depth > t->plan.targets_max ? depth : t->plan.targets_max;
    }
    t->plan.tree = &t->tree;
    t->plan.label = label;
    return LJ_OK;
}

static lj_status make_targets(trainer *t)
{
    const lj_vocabulary *v = t->job->vocabulary;
    t->plan = (lj_batch_plan){.options = t->job->options, .rows = {v->count, v->count}};
    if (t->job->options->hierarchical)
        return make_tree(t);
    double *weights = lj_arena_array(t->arena, v->count, sizeof(*weights));
    if (weights == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %d words", v->count);
    for (int32_t i = 0; i < v->count; i++)
        weights[i] = lj_pow_d((double)v->counts[i], 0.75);
    LJ_TRY(lj_draw_make(weights, v->count, &t->draw));
    t->plan.draw = &t->draw;
    t->plan.targets_max = 1 + t->job->options->negative;
    return LJ_OK;
}

static lj_status make_weights(trainer *t)
{
    lj_word_job *job = t->job;
    const uint64_t stream = lj_random_stream("words.start");
    const int64_t size = job->options->size;
    t->weights[0] = job->rows;
    t->weights[1] = lj_arena_array(t->arena, t->plan.rows[1], (size_t)job->stride * sizeof(float));
    for (int side = 0; side < 2; side++) {
        t->changes[side] =
            lj_arena_array(t->arena, lj_batch_changes(&t->plan, side), (size_t)job->stride * sizeof(float));
        if (t->weights[side] == NULL || t->changes[side] == NULL)
            return lj_fail(LJ_ENOMEM, "no memory for %d words of %" PRId64 " numbers", job->vocabulary->count, size);
    }
    for (int64_t i = 0; i < job->vocabulary->count; i++)
        for (int64_t k = 0; k < size; k++)
            job->rows[i * job->stride + k] =
                (lj_random_uniform(job->options->seed, stream, (uint64_t)(i * size + k)) - 0.5F) / (float)size;
    return LJ_OK;
}

static lj_status make_rooms(trainer *t)
{
    const int64_t threads = lj_team_size(t->job->team), stride = t->job->stride;
    const int64_t inputs = 2 * t->job->options->window, targets = t->plan.targets_max;
    const int64_t batches = (LJ_CHUNK_WORDS_MAX + LJ_BATCH_WORDS - 1) / LJ_BATCH_WORDS;
    t->batches = lj_arena_array(t->arena, batches, sizeof(*t->batches));
    t->rooms = lj_arena_array(t->arena, threads, sizeof(*t->rooms));
    t->pair_rooms = lj_arena_array(t->arena, threads, sizeof(*t->pair_rooms));
    t->tasks = lj_arena_array(t->arena, lj_batch_changes(&t->plan, 0) + lj_batch_changes(&t->plan, 1), sizeof(task));
    if (t->batches == NULL || t->rooms == NULL || t->pair_rooms == NULL || t->tasks == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the batches of a chunk");
    for (int64_t i = 0; i < batches; i++)
        LJ_TRY(lj_word_batch_create(&t->plan, t->arena, &t->batches[i]));
    for (int64_t i = 0; i < threads; i++) {
        pair_room *room = &t->pair_rooms[i];
        LJ_TRY(lj_batch_room_create(&t->plan, t->arena, &t->rooms[i]));
        room->input = lj_arena_array(t->arena, inputs, sizeof(*room->input));
        room->d_input = lj_arena_array(t->arena, inputs, sizeof(*room->d_input));
        room->target = lj_arena_array(t->arena, targets, sizeof(*room->target));
        room->error = lj_arena_array(t->arena, inputs * targets + LJ_LANES, sizeof(*room->error));
        room->mean = lj_arena_array(t->arena, stride, sizeof(*room->mean));
        room->d_mean = lj_arena_array(t->arena, stride, sizeof(*room->d_mean));
        if (room->input == NULL || room->d_input == NULL || room->target == NULL || room->error == NULL ||
            room->mean == NULL || room->d_mean == NULL)
            return lj_fail(LJ_ENOMEM, "no memory for the pairs of a window");
    }
    LJ_TRY(lj_word_chunk_create(&t->chunks[0]));
    return lj_word_chunk_create(&t->chunks[1]);
}

lj_status lj_train_word2vec(lj_word_job *job)
{
    trainer t = {.job = job, .kernels = lj_kernels_get()};
    const lj_word_options *o = job->options;
    const double words = (double)o->epochs * (double)job->vocabulary->kept;
    lj_status status = LJ_OK;
    t.total = words;
    LJ_TRY_DONE(lj_arena_create(&t.arena));
    LJ_TRY_DONE(make_keep(&t));
    LJ_TRY_DONE(make_targets(&t));
    LJ_TRY_DONE(make_weights(&t));
    LJ_TRY_DONE(make_rooms(&t));
    t.reader = (lj_chunk_reader){.path = o->corpus, .vocabulary = job->vocabulary, .keep = t.keep, .seed = o->seed,
                                 .epochs = o->epochs};
    lj_progress_begin(job->console, lj_word_method_name(o->method), (int64_t)words);
    status = train(&t);
    lj_progress_end(job->console);
    job->training->loss = NAN;
done:
    lj_chunk_reader_close(&t.reader);
    lj_word_chunk_free(&t.chunks[0]);
    lj_word_chunk_free(&t.chunks[1]);
    lj_draw_free(&t.draw);
    lj_huffman_free(&t.tree);
    lj_arena_destroy(t.arena);
    return status;
}
