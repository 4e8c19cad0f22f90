/*
 * Isolation forests (Liu, Ting and Zhou, "Isolation forest", ICDM 2008): trees of random questions over a few rows; a row
 * that is like few others is alone after few questions. A leaf holds the length of its way in units of the mean length
 * c(n) of an unsuccessful search in a tree of n rows.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lianjin/math.h"
#include "lianjin/random.h"
#include "trees/trees.h"

#define EULER 0.57721566490153286

typedef struct isolation {
    const lj_isolation_options *options;
    const lj_tree_rows *rows;
    lj_trees *trees;
    int32_t *sample; /* [sample] rows of the tree, by node */
    int32_t *room;
    int64_t *order;
    lj_tree_node *nodes;
    int64_t node_count;
    uint64_t stream;
    uint64_t draws;
} isolation;

/* c(n) = 2 H(n - 1) - 2 (n - 1) / n, the harmonic number by its logarithm. */
static double mean_length(int64_t n)
{
    if (n < 2)
        return 0.0;
    if (n == 2)
        return 1.0;
    const double m = (double)n - 1.0;
    return 2.0 * (lj_log_d(m) + EULER) - 2.0 * m / (double)n;
}

static double draw(isolation *s)
{
    return (double)lj_random_uniform(s->options->seed, s->stream, s->draws++);
}

/* A number between the least and the greatest of these rows; 0: they are all the same. */
static int ask_number(isolation *s, int64_t f, const int32_t *rows, int64_t n, lj_tree_node *node)
{
    float low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < n; i++) {
        const float x = s->rows->numbers[rows[i] * s->rows->number_count + f];
        low = x < low ? x : low;
        high = x > high ? x : high;
    }
    if (!(low < high))
        return 0;
    const float cut = (float)((double)low + draw(s) * ((double)high - (double)low));
    node->threshold = cut < high ? cut : low; /* rounding never leaves a side empty */
    node->missing_left = draw(s) < 0.5;
    return 1;
}

/* Each level that these rows have goes left or right by lot; 0: they have one, or all went the same way. */
static lj_status ask_category(isolation *s, int64_t k, const int32_t *rows, int64_t n, lj_tree_node *node, int *asked)
{
    const int32_t size = s->rows->category_sizes[k];
    int has_left = 0, has_right = 0;
    node->set_words = (size + 63) / 64;
    LJ_TRY(lj_trees_add_set(s->trees, node->set_words, &node->set));
    uint64_t *set = s->trees->sets + node->set;
    for (int32_t code = 0; code < size; code++)
        set[code / 64] |= (uint64_t)(draw(s) < 0.5) << (code % 64);
    for (int64_t i = 0; i < n; i++) {
        const int32_t code = s->rows->codes[rows[i] * s->rows->category_count + k];
        const int is_left = (int)(set[code / 64] >> (code % 64)) & 1;
        has_left |= is_left;
        has_right |= !is_left;
    }
    *asked = has_left && has_right;
    return LJ_OK;
}

/* Rows that go left before the others; answers how many. */
static int64_t part_rows(isolation *s, const lj_tree_node *node, int32_t *rows, int64_t n)
{
    int64_t left = 0, right = 0;
    for (int64_t i = 0; i < n; i++) {
        int is_left = 0;
        if (node->set_words > 0) {
            const int64_t k = node->feature - s->rows->number_count;
            const int32_t code = s->rows->codes[rows[i] * s->rows->category_count + k];
            is_left = (int)(s->trees->sets[node->set + code / 64] >> (code % 64)) & 1;
        } else {
            const float x = s->rows->numbers[rows[i] * s->rows->number_count + node->feature];
            is_left = isnan(x) ? node->missing_left : x <= node->threshold;
        }
        if (is_left)
            rows[left++] = rows[i];
        else
            s->room[right++] = rows[i];
    }
    memcpy(rows + left, s->room, (size_t)right * sizeof(*rows));
    return left;
}

/* A question that parts these rows, at a feature drawn by lot; feature -1: none is left. */
static lj_status ask(isolation *s, const int32_t *rows, int64_t n, lj_tree_node *node)
{
    const int64_t numbers = s->rows->number_count, features = numbers + s->rows->category_count;
    lj_random_permutation(s->options->seed, s->stream + (s->draws << 32) + 1, features, s->order);
    s->draws++;
    for (int64_t i = 0; i < features; i++) {
        const int64_t f = s->order[i];
        int asked = 0;
        *node = (lj_tree_node){.feature = (int32_t)f, .weight = (float)n};
        if (f < numbers)
            asked = ask_number(s, f, rows, n, node);
        else
            LJ_TRY(ask_category(s, f - numbers, rows, n, node, &asked));
        if (asked)
            return LJ_OK;
    }
    *node = (lj_tree_node){.feature = -1, .weight = (float)n};
    return LJ_OK;
}

static lj_status grow(isolation *s, int64_t index, int32_t *rows, int64_t n, int depth, int most_depth)
{
    lj_tree_node node = {.feature = -1, .weight = (float)n};
    if (depth < most_depth && n > 1)
        LJ_TRY(ask(s, rows, n, &node));
    if (node.feature < 0) {
        node.threshold = (float)(((double)depth + mean_length(n)) / mean_length(s->options->sample));
        s->nodes[index] = node;
        return LJ_OK;
    }
    const int64_t left = part_rows(s, &node, rows, n), child = s->node_count;
    node.left = (int32_t)child;
    s->node_count += 2;
    s->nodes[index] = node;
    LJ_TRY(grow(s, child, rows, left, depth + 1, most_depth));
    return grow(s, child + 1, rows + left, n - left, depth + 1, most_depth);
}

/* Rows of a tree: drawn one after the other without putting back (Floyd would do with less; n is small). */
static void draw_sample(isolation *s)
{
    const int64_t n = s->rows->n, wanted = s->options->sample;
    int64_t taken = 0;
    for (int64_t i = 0; i < n && taken < wanted; i++) { /* each row by its chance among those that are left */
        if (draw(s) * (double)(n - i) < (double)(wanted - taken))
            s->sample[taken++] = (int32_t)i;
    }
}

static lj_status grow_tree(isolation *s, int64_t tree, int most_depth)
{
    lj_tree_node *kept = NULL;
    s->stream = lj_random_stream("trees.isolation") + ((uint64_t)tree << 8);
    s->draws = 0;
    s->node_count = 1;
    draw_sample(s);
    LJ_TRY(grow(s, 0, s->sample, s->options->sample, 0, most_depth));
    LJ_TRY(lj_trees_add(s->trees, s->node_count, &kept));
    memcpy(kept, s->nodes, (size_t)s->node_count * sizeof(*kept));
    return LJ_OK;
}

static lj_status grow_all(isolation *s)
{
    const lj_tree_options kind = {.loss = LJ_TREE_ISOLATION, .is_forest = 1};
    int most_depth = 0;
    while ((INT64_C(1) << most_depth) < s->options->sample)
        most_depth++;
    LJ_TRY(lj_trees_create(&kind, s->rows, &s->trees));
    lj_progress_begin(s->options->console, "isolation forest", s->options->trees);
    for (int64_t t = 0; t < s->options->trees; t++) {
        LJ_TRY(grow_tree(s, t, most_depth));
        lj_progress_update(s->options->console, t + 1, NULL);
    }
    lj_progress_end(s->options->console);
    return lj_trees_ready(s->trees);
}

lj_status lj_isolation_fit(const lj_isolation_options *options, const lj_tree_rows *rows, lj_trees **out)
{
    lj_isolation_options resolved = *options;
    isolation s = {.options = &resolved, .rows = rows};
    *out = NULL;
    resolved.sample = options->sample < rows->n ? options->sample : rows->n;
    if (rows->n < 2 || rows->n > INT32_MAX)
        return lj_fail(LJ_EDATA, "isolation forest: expected from 2 to %d rows, found %" PRId64, INT32_MAX, rows->n);
    s.sample = lj_new_array(resolved.sample, sizeof(*s.sample));
    s.room = lj_new_array(resolved.sample, sizeof(*s.room));
    s.order = lj_new_array(rows->number_count + rows->category_count, sizeof(*s.order));
    s.nodes = lj_new_array(2 * resolved.sample, sizeof(*s.nodes));
    lj_status status = LJ_OK;
    if (s.sample == NULL || s.room == NULL || s.order == NULL || s.nodes == NULL)
        status = lj_fail(LJ_ENOMEM, "isolation forest: no memory for %" PRId64 " rows", resolved.sample);
    if (status == LJ_OK)
        status = grow_all(&s);
    lj_free(s.sample);
    lj_free(s.room);
    lj_free(s.order);
    lj_free(s.nodes);
    if (status != LJ_OK) {
        lj_trees_destroy(s.trees);
        return status;
    }
    *out = s.trees;
    return LJ_OK;
}
