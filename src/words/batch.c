#include "words/batch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lianjin/random.h"

int64_t lj_batch_changes(const lj_batch_plan *plan, int side)
{
    return side == 0 ? LJ_BATCH_SHARDS * (LJ_BATCH_SHARD + 2 * plan->options->window)
                     : LJ_BATCH_WORDS * plan->targets_max;
}

static int64_t longest_list(const lj_batch_plan *plan)
{
    const int64_t inputs = lj_batch_changes(plan, 0), outputs = lj_batch_changes(plan, 1);
    return inputs > outputs ? inputs : outputs;
}

lj_status lj_word_batch_create(const lj_batch_plan *plan, lj_arena *arena, lj_word_batch *out)
{
    *out = (lj_word_batch){0};
    int is_short = 0;
    out->low = lj_arena_array(arena, LJ_BATCH_WORDS, sizeof(*out->low));
    out->high = lj_arena_array(arena, LJ_BATCH_WORDS, sizeof(*out->high));
    out->label = lj_arena_array(arena, LJ_BATCH_WORDS, sizeof(*out->label));
    out->target_begin = lj_arena_array(arena, LJ_BATCH_WORDS + 1, sizeof(*out->target_begin));
    out->target = lj_arena_array(arena, lj_batch_changes(plan, 1), sizeof(*out->target));
    for (int side = 0; side < 2; side++) {
        const int64_t n = lj_batch_changes(plan, side);
        lj_batch_rows *rows = &out->changed[side];
        rows->row = lj_arena_array(arena, n, sizeof(*rows->row));
        rows->begin = lj_arena_array(arena, n + 1, sizeof(*rows->begin));
        rows->change = lj_arena_array(arena, n, sizeof(*rows->change));
        rows->pairs = lj_arena_array(arena, n, sizeof(*rows->pairs));
        is_short |= rows->row == NULL || rows->begin == NULL || rows->change == NULL || rows->pairs == NULL;
    }
    if (is_short || out->low == NULL || out->high == NULL || out->label == NULL || out->target_begin == NULL ||
        out->target == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the batches of a chunk");
    return LJ_OK;
}

lj_status lj_batch_room_create(const lj_batch_plan *plan, lj_arena *arena, lj_batch_room *out)
{
    *out = (lj_batch_room){0};
    for (int side = 0; side < 2; side++) {
        out->slot[side] = lj_arena_array(arena, plan->rows[side], sizeof(int32_t));
        if (out->slot[side] == NULL)
            return lj_fail(LJ_ENOMEM, "no memory to prepare batches");
        memset(out->slot[side], 0xff, (size_t)plan->rows[side] * sizeof(int32_t));
    }
    const int64_t n = longest_list(plan);
    out->row = lj_arena_array(arena, n, sizeof(*out->row));
    out->change = lj_arena_array(arena, n, sizeof(*out->change));
    out->pairs = lj_arena_array(arena, n, sizeof(*out->pairs));
    out->ones = lj_arena_array(arena, plan->targets_max, sizeof(*out->ones));
    if (out->row == NULL || out->change == NULL || out->pairs == NULL || out->ones == NULL)
        return lj_fail(LJ_ENOMEM, "no memory to prepare batches");
    out->ones[0] = 1.0F;
    return LJ_OK;
}

/* Random words of one centre: the first is for the window, the others draw words. */
typedef struct dice {
    uint64_t seed, stream, block;
    uint32_t words[4];
    int used;
} dice;

static uint32_t roll(dice *d)
{
    if (d->used == 4) {
        lj_philox(d->seed, d->stream, d->block++, d->words);
        d->used = 0;
    }
    return d->words[d->used++];
}

/* The targets of a centre; answers how many. */
static int64_t take_targets(const lj_batch_plan *plan, int32_t word, dice *d, const lj_batch_room *room,
                            int32_t *target, const float **label)
{
    if (plan->draw == NULL) {
        const int64_t begin = plan->tree->begin[word], n = plan->tree->begin[word + 1] - begin;
        memcpy(target, plan->tree->node + begin, (size_t)n * sizeof(*target));
        *label = plan->label + begin;
        return n;
    }
    int64_t n = 0;
    target[n++] = word;
    *label = room->ones;
    for (int64_t k = 0; k < plan->options->negative; k++) {
        const int32_t drawn = lj_draw_take(plan->draw, roll(d));
        if (drawn != word)
            target[n++] = drawn;
    }
    return n;
}

/* Windows and targets of all centres. */
static void look_around(const lj_batch_plan *plan, const lj_word_chunk *chunk, const lj_batch_room *room,
                        lj_word_batch *out)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "words.window.%" PRId64, chunk->epoch);
    const int64_t window = plan->options->window;
    const uint64_t blocks = (uint64_t)(1 + plan->options->negative + 3) / 4;
    dice d = {.seed = plan->options->seed, .stream = lj_random_stream(name)};
    out->target_begin[0] = 0;
    for (int64_t c = 0; c < out->n; c++) {
        const int64_t at = out->first + c;
        d.block = (uint64_t)(chunk->before + chunk->place[at]) * blocks;
        d.used = 4;
        const int64_t reach = window - (int64_t)(((uint64_t)roll(&d) * (uint64_t)window) >> 32);
        const int64_t low = at - reach, high = at + reach + 1;
        out->low[c] = (int32_t)(low > chunk->begin[at] ? low : chunk->begin[at]);
        out->high[c] = (int32_t)(high < chunk->end[at] ? high : chunk->end[at]);
        int64_t n = 0;
        if (out->high[c] - out->low[c] < 2)
            out->low[c] = out->high[c] = 0; /* alone in its sentence */
        else
            n = take_targets(plan, chunk->word[at], &d, room, out->target + out->target_begin[c], &out->label[c]);
        out->target_begin[c + 1] = out->target_begin[c] + n;
    }
}

/* The `n` changes of room->row by their row, rows as they come first, changes in ascending order. */
static void sort_changes(const lj_batch_room *room, int32_t *slot, int64_t n, lj_batch_rows *out)
{
    out->n = 0;
    for (int64_t k = 0; k < n; k++) {
        const int32_t row = room->row[k];
        if (slot[row] < 0) {
            slot[row] = (int32_t)out->n;
            out->row[out->n] = row;
            out->begin[out->n + 1] = 0;
            out->pairs[out->n++] = 0.0F;
        }
        out->begin[slot[row] + 1]++;
        out->pairs[slot[row]] += (float)room->pairs[k]; /* exact: whole numbers far below 2^24 */
    }
    out->begin[0] = 0;
    for (int64_t u = 0; u < out->n; u++)
        out->begin[u + 1] += out->begin[u];
    for (int64_t k = n - 1; k >= 0; k--) /* from the back: begin[u + 1] becomes begin[u] */
        out->change[--out->begin[slot[room->row[k]] + 1]] = room->change[k];
    for (int64_t u = 0; u < out->n; u++) {
        out->begin[u] = out->begin[u + 1];
        slot[out->row[u]] = -1;
    }
    out->begin[out->n] = n;
}

/* The words around the centres of each shard have a row each in the buffer of changes, in the order of the text. */
static int64_t list_inputs(const lj_word_chunk *chunk, const lj_batch_room *room, lj_word_batch *out)
{
    int64_t n = 0;
    out->shards = (out->n + LJ_BATCH_SHARD - 1) / LJ_BATCH_SHARD;
    out->shard_begin[0] = 0;
    for (int64_t s = 0; s < out->shards; s++) {
        const int64_t first = s * LJ_BATCH_SHARD, most = first + LJ_BATCH_SHARD;
        const int64_t last = most < out->n ? most : out->n;
        int32_t low = INT32_MAX, high = 0;
        for (int64_t c = first; c < last; c++) {
            if (out->high[c] > 0 && out->low[c] < low)
                low = out->low[c];
            if (out->high[c] > high)
                high = out->high[c];
        }
        if (high == 0)
            low = 0;
        int32_t *pairs = room->pairs + n; /* of the words low .. high - 1, until those without are taken out */
        memset(pairs, 0, (size_t)(high - low) * sizeof(*pairs));
        for (int64_t c = first; c < last; c++) {
            const int32_t targets = (int32_t)(out->target_begin[c + 1] - out->target_begin[c]);
            for (int32_t p = out->low[c]; p < out->high[c]; p++)
                pairs[p - low] += p == out->first + c ? 0 : targets;
        }
        out->shard_low[s] = low;
        out->shard_begin[s + 1] = out->shard_begin[s] + high - low;
        for (int32_t p = low; p < high; p++) {
            if (pairs[p - low] == 0)
                continue;
            room->row[n] = chunk->word[p];
            room->change[n] = (int32_t)(out->shard_begin[s] + p - low);
            room->pairs[n++] = pairs[p - low]; /* not behind what is read */
        }
    }
    return n;
}

static int64_t list_outputs(const lj_batch_plan *plan, const lj_batch_room *room, const lj_word_batch *batch)
{
    for (int64_t c = 0; c < batch->n; c++) {
        const int is_one = plan->options->method == LJ_WORD_METHOD_CBOW;
        for (int64_t t = batch->target_begin[c]; t < batch->target_begin[c + 1]; t++) {
            room->row[t] = batch->target[t];
            room->change[t] = (int32_t)t;
            room->pairs[t] = is_one ? 1 : batch->high[c] - batch->low[c] - 1;
        }
    }
    return batch->target_begin[batch->n];
}

void lj_word_batch_prepare(const lj_batch_plan *plan, const lj_word_chunk *chunk, int64_t index,
                           const lj_batch_room *room, lj_word_batch *out)
{
    const int64_t left = chunk->n - index * LJ_BATCH_WORDS;
    out->first = index * LJ_BATCH_WORDS;
    out->n = left < LJ_BATCH_WORDS ? left : LJ_BATCH_WORDS;
    out->place = chunk->before + chunk->place[out->first];
    look_around(plan, chunk, room, out);
    sort_changes(room, room->slot[0], list_inputs(chunk, room, out), &out->changed[0]);
    sort_changes(room, room->slot[1], list_outputs(plan, room, out), &out->changed[1]);
}
