/* Sums of gradients by bin, and rows to the side where they go. */
#include <math.h>
#include <string.h>

#include "lianjin/random.h"
#include "trees/trees.h"

#define PART_CELLS 65536 /* rows times features for which another thread is worth it */
#define CHUNK_ROWS 8192  /* rows that a thread partitions at once */
#define TASK_ROWS 16384

/* ---- words ---- */

typedef struct wording {
    lj_tree_grower *g;
    const float *gradients, *hessians;
    uint32_t *largest; /* [tasks, 2]: bits of the greatest size */
    lj_tree_words_args args;
} wording;

static void find_largest(void *context, int64_t task, int thread)
{
    (void)thread;
    const wording *w = context;
    const int64_t n = w->g->bins->n, begin = task * TASK_ROWS, end = begin + TASK_ROWS < n ? begin + TASK_ROWS : n;
    uint32_t g = 0, h = 0;
    for (int64_t i = begin; i < end; i++) {
        uint32_t a = 0, b = 0;
        memcpy(&a, w->gradients + i, sizeof(a));
        memcpy(&b, w->hessians + i, sizeof(b));
        a &= 0x7fffffffU; /* sizes of floats are in the order of their bits */
        b &= 0x7fffffffU;
        g = a > g ? a : g;
        h = b > h ? b : h;
    }
    w->largest[2 * task] = g;
    w->largest[2 * task + 1] = h;
}

static void make_words(void *context, int64_t task, int thread)
{
    (void)thread;
    const wording *w = context;
    const int64_t n = w->g->bins->n, begin = task * TASK_ROWS;
    lj_tree_words_args args = w->args;
    args.n = begin + TASK_ROWS < n ? TASK_ROWS : n - begin;
    args.g += begin;
    args.h += begin;
    args.first = (uint32_t)begin;
    args.words += begin;
    w->g->kernels->tree_words(&args);
}

/* The power of two that makes the size of `largest` (bits of a float) at most 2^bits - 2. */
static double scale_of(uint32_t largest, int bits)
{
    float x = 0;
    int exponent = 0;
    memcpy(&x, &largest, sizeof(x));
    if (!(x > 0.0F) || !isfinite(x))
        return 1.0;
    (void)frexp((double)x, &exponent);
    const double scale = ldexp(1.0, bits - exponent);
    return (double)x * scale > ldexp(1.0, bits) - 2.0 ? scale / 2.0 : scale;
}

void lj_tree_make_words(lj_tree_grower *g, int64_t tree, const float *gradients, const float *hessians)
{
    const int64_t tasks = (g->bins->n + TASK_ROWS - 1) / TASK_ROWS;
    wording w = {.g = g, .gradients = gradients, .hessians = hessians, .largest = (uint32_t *)(void *)g->chunk_left};
    lj_team_run(g->team, find_largest, &w, tasks);
    uint32_t largest[2] = {0, 0};
    for (int64_t t = 0; t < tasks; t++) {
        largest[0] = w.largest[2 * t] > largest[0] ? w.largest[2 * t] : largest[0];
        largest[1] = w.largest[2 * t + 1] > largest[1] ? w.largest[2 * t + 1] : largest[1];
    }
    g->g_scale = scale_of(largest[0], 15);
    g->h_scale = scale_of(largest[1], 16);
    w.args = (lj_tree_words_args){.g = gradients,
                                  .h = hessians,
                                  .g_scale = (float)g->g_scale,
                                  .h_scale = (float)g->h_scale,
                                  .key = lj_random_u32(g->options->seed, lj_random_stream("trees.words"),
                                                       (uint64_t)tree),
                                  .words = g->words};
    lj_team_run(g->team, make_words, &w, tasks);
}

/* ---- sums ---- */

lj_tree_sum *lj_tree_take_sums(lj_tree_grower *g)
{
    if (g->spare_count > 0)
        return g->spare[--g->spare_count];
    return lj_new_array(g->bins->offset[g->bins->features], sizeof(lj_tree_sum));
}

void lj_tree_give_sums(lj_tree_grower *g, lj_tree_sum *sums)
{
    if (sums == NULL)
        return;
    if (g->spare_count == g->spare_room) {
        const int64_t room = 2 * g->spare_room + 16;
        lj_tree_sum **spare = lj_resize_array(g->spare, g->spare_room, room, sizeof(*spare));
        if (spare == NULL) {
            lj_free(sums);
            return;
        }
        g->spare = spare;
        g->spare_room = room;
    }
    g->spare[g->spare_count++] = sums;
}

typedef struct summing {
    lj_tree_grower *g;
    int64_t begin, count, parts;
    lj_tree_sum *first;
} summing;

static lj_tree_sum *part_of(const lj_tree_grower *g, int64_t part, lj_tree_sum *first)
{
    return part == 0 ? first : g->parts + (part - 1) * g->bins->offset[g->bins->features];
}

/* The packed sums of a block of features to those of `out`. */
static void unpack(const lj_tree_bins *bins, const lj_tree_block *block, int is_first, const uint64_t *sums,
                   lj_tree_sum *out)
{
    for (int64_t f = 0; f < block->width; f++) {
        const int64_t feature = block->first + f;
        lj_tree_sum *to = out + bins->offset[feature];
        const uint64_t *from = sums + f * LJ_TREE_BINS;
        const int32_t n = bins->cuts[feature].bins;
        if (is_first) {
            for (int32_t b = 0; b < n; b++)
                to[b] = (lj_tree_sum){.g = (int64_t)from[b] >> 32, .h = (int64_t)(from[b] & 0xffffffffU)};
        } else {
            for (int32_t b = 0; b < n; b++) {
                to[b].g += (int64_t)from[b] >> 32;
                to[b].h += (int64_t)(from[b] & 0xffffffffU);
            }
        }
    }
}

static void sum_block(void *context, int64_t task, int thread)
{
    const summing *s = context;
    const lj_tree_grower *g = s->g;
    const lj_tree_bins *bins = g->bins;
    const lj_tree_block *block = &bins->blocks[task % bins->block_count];
    const int64_t part = task / bins->block_count;
    const int64_t begin = s->count * part / s->parts, end = s->count * (part + 1) / s->parts;
    const int is_whole = s->begin == 0 && s->count == bins->n; /* the root of a tree of all rows */
    uint64_t *sums = g->scratch[thread].sums;
    for (int64_t at = begin; at < end || at == begin; at += LJ_TREE_BLOCK) {
        for (int64_t f = 0; f < block->width; f++)
            memset(sums + f * LJ_TREE_BINS, 0, (size_t)bins->cuts[block->first + f].bins * sizeof(*sums));
        const lj_tree_sums_args args = {.n = end - at < LJ_TREE_BLOCK ? end - at : LJ_TREE_BLOCK,
                                        .rows = is_whole ? NULL : g->rows + s->begin + at,
                                        .first = at,
                                        .width = block->width,
                                        .bins = block->bins,
                                        .words = g->words,
                                        .sums = sums};
        g->kernels->tree_sums(&args);
        unpack(bins, block, at == begin, sums, part_of(g, part, s->first));
    }
}

int64_t lj_tree_sum_rows(lj_tree_grower *g, int64_t begin, int64_t count, lj_tree_sum *first)
{
    const int64_t cells = count * g->bins->features;
    summing s = {.g = g, .begin = begin, .count = count, .parts = cells / PART_CELLS, .first = first};
    s.parts = s.parts < 1 ? 1 : s.parts > g->threads ? g->threads : s.parts;
    lj_team_run(cells < PART_CELLS / 2 ? NULL : g->team, sum_block, &s, s.parts * g->bins->block_count);
    return s.parts;
}

void lj_tree_join_parts(const lj_tree_grower *g, int64_t parts, int64_t feature, lj_tree_sum *first)
{
    const int64_t begin = g->bins->offset[feature], end = g->bins->offset[feature + 1];
    for (int64_t p = 1; p < parts; p++) {
        const lj_tree_sum *part = part_of(g, p, first);
        for (int64_t b = begin; b < end; b++) {
            first[b].g += part[b].g;
            first[b].h += part[b].h;
        }
    }
}

/* ---- partition ---- */

typedef struct parting {
    lj_tree_grower *g;
    const uint8_t *column;
    int64_t begin, count, left_count;
    int64_t *chunk_left; /* rows of each chunk that go left; then where its left rows begin */
    uint8_t is_left[LJ_TREE_BINS];
} parting;

static void part_chunk(void *context, int64_t chunk, int thread)
{
    (void)thread;
    const parting *p = context;
    const int64_t begin = p->begin + chunk * CHUNK_ROWS;
    const int64_t last = p->begin + p->count, end = begin + CHUNK_ROWS < last ? begin + CHUNK_ROWS : last;
    int32_t *left = p->g->to_left + begin, *right = p->g->to_right + begin;
    for (int64_t i = begin; i < end; i++) {
        const int32_t row = p->g->rows[i];
        const int is_left = p->is_left[p->column[row]];
        *left = row;
        *right = row;
        left += is_left;
        right += !is_left;
    }
    p->chunk_left[chunk] = left - (p->g->to_left + begin);
}

static void place_chunk(void *context, int64_t chunk, int thread)
{
    (void)thread;
    const parting *p = context;
    const int64_t offset = chunk * CHUNK_ROWS, begin = p->begin + offset;
    const int64_t n = offset + CHUNK_ROWS < p->count ? CHUNK_ROWS : p->count - offset;
    const int64_t before = p->chunk_left[chunk], after = p->chunk_left[chunk + 1], n_left = after - before;
    int32_t *rows = p->g->rows + p->begin;
    memcpy(rows + before, p->g->to_left + begin, (size_t)n_left * sizeof(*rows));
    memcpy(rows + p->left_count + (offset - before), p->g->to_right + begin, (size_t)(n - n_left) * sizeof(*rows));
}

int64_t lj_tree_partition(lj_tree_grower *g, const lj_tree_grown *node)
{
    parting p = {.g = g,
                 .column = g->bins->columns + node->split.feature * g->bins->n,
                 .begin = node->begin,
                 .count = node->count,
                 .chunk_left = g->chunk_left};
    const int64_t chunks = (node->count + CHUNK_ROWS - 1) / CHUNK_ROWS;
    lj_tree_sides(&node->split, p.is_left);
    lj_team_run(g->team, part_chunk, &p, chunks);
    for (int64_t c = 0; c < chunks; c++) {
        const int64_t own = p.chunk_left[c];
        p.chunk_left[c] = p.left_count;
        p.left_count += own;
    }
    p.chunk_left[chunks] = p.left_count;
    lj_team_run(g->team, place_chunk, &p, chunks);
    return p.left_count;
}
