/*
 * Inside of words/: what a step of word2vec does, prepared without looking at a
 * weight, so that all batches of a chunk can be prepared at once.
 *
 * A batch is LJ_BATCH_WORDS consecutive words of a chunk. Each is the centre of
 * a window; its targets are itself and the words drawn against it (or the nodes
 * of its way in the tree), shared by all words of the window (Ji, Satish, Li,
 * Dubey, "Parallelizing word2vec in shared and distributed memory", 2016). All
 * pairs of a batch see the same weights. Their changes are added up by row, in
 * the order of the text.
 */
#ifndef LIANJIN_WORDS_BATCH_H
#define LIANJIN_WORDS_BATCH_H

#include "words/chunk.h"
#include "words/draw.h"
#include "words/huffman.h"

/* Part of the arithmetic of training. */
#define LJ_BATCH_WORDS 256
#define LJ_BATCH_SHARD 32       /* centres that one task does from start to end */
#define LJ_BATCH_SHARDS (LJ_BATCH_WORDS / LJ_BATCH_SHARD)
#define LJ_BATCH_STEP_MAX 6.4F   /* of rate * pairs of a row: the changes of more are scaled down to so many */

/* What a batch is made from; the same for all of a training. */
typedef struct lj_batch_plan {
    const lj_word_options *options;
    int32_t rows[2];           /* of the inputs (words) and of the outputs (words, or nodes of the tree) */
    const lj_draw *draw;       /* NULL: hierarchical softmax */
    const lj_huffman *tree;
    const float *label;        /* of each node of a way in the tree: 1 to the left, 0 to the right, as in word2vec */
    int64_t targets_max;       /* of a centre */
} lj_batch_plan;

/* Rows that change, each with the changes that are added up: entries begin[u] .. begin[u + 1] of `change`. */
typedef struct lj_batch_rows {
    int64_t n;
    int32_t *row;
    int64_t *begin;
    int32_t *change; /* a row of the buffer of changes */
    float *pairs;    /* of the row in the batch */
} lj_batch_rows;

typedef struct lj_word_batch {
    int64_t first, n;          /* centres: words first .. first + n - 1 of the chunk */
    int64_t place;             /* words of the vocabulary before the first one */
    int32_t *low, *high;       /* [n] the window: words low .. high - 1 without the centre; both 0: nothing to learn */
    int64_t *target_begin;     /* [n + 1] */
    int32_t *target;           /* rows of the outputs; change i of the outputs is that of target i */
    const float **label;       /* [n] labels of the targets of each centre */
    int64_t shards;
    int32_t shard_low[LJ_BATCH_SHARDS];  /* the words whose changes a shard keeps: from here on */
    int64_t shard_begin[LJ_BATCH_SHARDS + 1]; /* in rows of the buffer of changes of the inputs */
    lj_batch_rows changed[2];  /* of inputs and outputs */
} lj_word_batch;

/* Rows of the two buffers of changes of any batch of the plan. */
int64_t lj_batch_changes(const lj_batch_plan *plan, int side);

LJ_CHECKED lj_status lj_word_batch_create(const lj_batch_plan *plan, lj_arena *arena, lj_word_batch *out);

/* Room of one thread. */
typedef struct lj_batch_room {
    int32_t *slot[2]; /* [rows], all -1 between calls */
    int32_t *row, *change, *pairs;
    float *ones; /* 1, 0, 0, ...: labels of drawn words */
} lj_batch_room;
LJ_CHECKED lj_status lj_batch_room_create(const lj_batch_plan *plan, lj_arena *arena, lj_batch_room *out);

/* Batch `index` of the chunk, which has ceil(n / LJ_BATCH_WORDS). */
void lj_word_batch_prepare(const lj_batch_plan *plan, const lj_word_chunk *chunk, int64_t index,
                           const lj_batch_room *room, lj_word_batch *out);

#endif
