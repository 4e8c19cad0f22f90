/* Growing a tree: which leaf is split next, and how. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lianjin/random.h"
#include "trees/trees.h"

#define SCAN_ALONE 8192 /* bins of all features for which other threads are not woken */

static lj_status no_memory(void)
{
    return lj_fail(LJ_ENOMEM, "trees: no memory to grow a tree");
}

void lj_tree_grower_destroy(lj_tree_grower *g)
{
    if (g == NULL)
        return;
    for (int64_t i = 0; i < g->spare_count; i++)
        lj_free(g->spare[i]);
    for (int64_t i = 0; i < g->node_count; i++)
        lj_free(g->nodes[i].sums);
    lj_free(g->spare);
    lj_free(g->rows);
    lj_free(g->to_left);
    lj_free(g->to_right);
    lj_free(g->words);
    lj_free(g->nodes);
    lj_free(g->features);
    lj_free(g->asked);
    lj_free(g->order);
    lj_free(g->parts);
    lj_free(g->scratch);
    lj_free(g->found);
    lj_free(g->chunk_left);
    lj_free(g);
}

lj_status lj_tree_grower_create(const lj_tree_options *options, const lj_tree_bins *bins, lj_team *team,
                                lj_tree_grower **out)
{
    *out = NULL;
    lj_tree_grower *g = lj_new_array(1, sizeof(*g));
    if (g == NULL)
        return no_memory();
    g->options = options;
    g->bins = bins;
    g->kernels = lj_kernels_get();
    g->team = team;
    g->threads = lj_team_size(team);
    g->rows = lj_new_array(bins->n, sizeof(*g->rows));
    g->to_left = lj_new_array(bins->n + 1, sizeof(*g->to_left));
    g->to_right = lj_new_array(bins->n + 1, sizeof(*g->to_right));
    g->words = lj_new_array(bins->n, sizeof(*g->words));
    g->features = lj_new_array(bins->features, sizeof(*g->features));
    g->asked = lj_new_array(2 * bins->features, 1);
    g->order = lj_new_array(bins->features, sizeof(*g->order));
    g->parts = lj_new_array((g->threads - 1) * bins->offset[bins->features], sizeof(*g->parts));
    g->scratch = lj_new_array(g->threads, sizeof(*g->scratch));
    g->found = lj_new_array(2 * bins->features, sizeof(*g->found));
    g->chunk_left = lj_new_array(bins->n / 4096 + 2, sizeof(*g->chunk_left));
    if (g->rows == NULL || g->to_left == NULL || g->to_right == NULL || g->words == NULL || g->features == NULL ||
        g->asked == NULL || g->order == NULL || g->parts == NULL || g->scratch == NULL || g->found == NULL ||
        g->chunk_left == NULL) {
        lj_tree_grower_destroy(g);
        return no_memory();
    }
    *out = g;
    return LJ_OK;
}

/* ---- draws ---- */

int lj_tree_has_row(const lj_tree_options *options, int64_t tree, int64_t row)
{
    const uint64_t stream = lj_random_stream("trees.rows") + (uint64_t)tree;
    return options->row_share >= 1.0 ||
           (double)lj_random_uniform(options->seed, stream, (uint64_t)row) < options->row_share;
}

static void draw_rows(lj_tree_grower *g, int64_t tree)
{
    const int64_t n = g->bins->n;
    if (g->options->row_share >= 1.0) {
        for (int64_t row = 0; row < n; row++)
            g->rows[row] = (int32_t)row;
        g->row_count = n;
        return;
    }
    g->row_count = 0;
    for (int64_t row = 0; row < n; row++) {
        g->rows[g->row_count] = (int32_t)row;
        g->row_count += lj_tree_has_row(g->options, tree, row);
    }
}

static int64_t share_of(double share, int64_t n)
{
    const int64_t count = (int64_t)ceil(share * (double)n - 1e-9);
    return count < 1 ? 1 : count > n ? n : count;
}

/* The features of a tree, ascending. */
static void draw_features(lj_tree_grower *g, int64_t tree)
{
    const int64_t n = g->bins->features, count = share_of(g->options->tree_share, n);
    memset(g->asked, 0, (size_t)n);
    lj_random_permutation(g->options->seed, lj_random_stream("trees.features") + (uint64_t)tree, n, g->order);
    for (int64_t k = 0; k < count; k++)
        g->asked[g->order[k]] = 1;
    g->feature_count = 0;
    for (int64_t f = 0; f < n; f++) {
        if (g->asked[f] && g->bins->cuts[f].bins > (g->bins->cuts[f].is_grouped ? 1 : 2))
            g->features[g->feature_count++] = (int32_t)f;
    }
}

uint64_t lj_tree_draws(int64_t tree)
{
    return lj_random_stream("trees.nodes") + ((uint64_t)tree << 20);
}

/* With features_most: may a node below those that asked about the features in `groups` ask about f? */
static int is_among(const lj_tree_options *o, uint64_t groups, int64_t f)
{
    const uint64_t first = groups & UINT32_MAX, second = groups >> 32, number = (uint64_t)f + 1;
    const int64_t known = (first != 0) + (second != 0);
    return known < o->features_most || number == first || number == second;
}

static uint64_t groups_below(const lj_tree_options *o, const lj_tree_grown *node)
{
    const uint64_t first = node->groups & UINT32_MAX, number = (uint64_t)node->split.feature + 1;
    if (o->features_most == 0)
        return o->groups == NULL ? node->groups : node->groups & o->groups[node->split.feature];
    return first == 0 ? number : first == number ? node->groups : first | number << 32;
}

void lj_tree_draw_asked(lj_tree_grower *g, uint64_t stream, uint64_t groups, int64_t index, uint8_t *asked)
{
    const lj_tree_options *o = g->options;
    const int64_t n = g->feature_count, count = share_of(o->node_share, n);
    memset(asked, 0, (size_t)g->bins->features);
    if (count < n)
        lj_random_permutation(o->seed, stream + (uint64_t)index, n, g->order);
    for (int64_t k = 0; k < count; k++) {
        const int32_t f = g->features[count < n ? g->order[k] : k];
        asked[f] = o->features_most > 0 ? (uint8_t)is_among(o, groups, f) :
                                          o->groups == NULL || (o->groups[f] & groups) != 0;
    }
}

/* ---- the search ---- */

lj_tree_question lj_tree_question_of(const lj_tree_grower *g, const lj_tree_grown *node)
{
    return (lj_tree_question){.bins = g->bins,
                              .options = g->options,
                              .kernels = g->kernels,
                              .g_scale = g->g_scale,
                              .h_scale = g->h_scale,
                              .all = node->all,
                              .low = node->low,
                              .high = node->high};
}

/* One feature of one node, or of two whose sums are those of their parent together. */
typedef struct searching {
    lj_tree_grower *g;
    int64_t nodes[2]; /* the second -1: only one */
    int64_t parts;    /* of the first one's sums */
    int looks[2];     /* may it be split? */
} searching;

static void search_feature(void *context, int64_t task, int thread)
{
    const searching *s = context;
    lj_tree_grower *g = s->g;
    const int32_t feature = g->features[task];
    const int64_t features = g->bins->features, begin = g->bins->offset[feature];
    lj_tree_sum *own = g->nodes[s->nodes[0]].sums;
    lj_tree_join_parts(g, s->parts, feature, own);
    if (s->nodes[1] >= 0) {
        lj_tree_sum *rest = g->nodes[s->nodes[1]].sums;
        for (int64_t b = begin; b < g->bins->offset[feature + 1]; b++) {
            rest[b].g -= own[b].g;
            rest[b].h -= own[b].h;
        }
    }
    for (int k = 0; k < 2; k++) {
        lj_tree_split *found = &g->found[k * features + feature];
        found->gain = -INFINITY;
        found->feature = -1;
        if (s->nodes[k] < 0 || !s->looks[k] || !g->asked[k * features + feature])
            continue;
        const lj_tree_grown *node = &g->nodes[s->nodes[k]];
        const lj_tree_question q = lj_tree_question_of(g, node);
        lj_tree_find_split(&q, feature, node->sums + begin, &g->scratch[thread], found);
    }
}

static void search(lj_tree_grower *g, searching *s, uint64_t stream)
{
    const int64_t features = g->bins->features;
    for (int k = 0; k < 2 && s->nodes[k] >= 0; k++)
        lj_tree_draw_asked(g, stream, g->nodes[s->nodes[k]].groups, s->nodes[k], g->asked + k * features);
    const int alone = g->bins->offset[features] * (s->parts + (s->nodes[1] >= 0)) < SCAN_ALONE;
    lj_team_run(alone ? NULL : g->team, search_feature, s, g->feature_count);
    for (int k = 0; k < 2 && s->nodes[k] >= 0; k++) {
        lj_tree_split *best = &g->nodes[s->nodes[k]].split;
        best->gain = g->options->least_gain / g->h_scale * g->g_scale * g->g_scale;
        best->feature = -1;
        for (int64_t i = 0; i < g->feature_count; i++) {
            const lj_tree_split *found = &g->found[k * features + g->features[i]];
            if (found->gain > best->gain)
                *best = *found;
        }
    }
}

/* ---- the nodes ---- */

static lj_status add_node(lj_tree_grower *g, lj_tree_grown **out)
{
    if (g->node_count == g->node_room) {
        const int64_t room = 2 * g->node_room + 64;
        lj_tree_grown *nodes = lj_resize_array(g->nodes, g->node_room, room, sizeof(*nodes));
        if (nodes == NULL)
            return no_memory();
        g->nodes = nodes;
        g->node_room = room;
    }
    if (g->node_count >= LJ_TREE_NODES_MAX)
        return lj_fail(LJ_EDATA, "trees: a tree of more than %d nodes: ask for fewer leaves", LJ_TREE_NODES_MAX);
    *out = &g->nodes[g->node_count++];
    memset(*out, 0, sizeof(**out));
    (*out)->left = (*out)->right = -1;
    (*out)->split.feature = -1;
    return LJ_OK;
}

static int sign_of(const lj_tree_grower *g, int32_t feature)
{
    return g->options->monotone != NULL && feature < g->bins->number_count ? g->options->monotone[feature] : 0;
}

/* The bounds of the children of a split of a monotone feature: the values on its sides stay apart. */
static void bound_children(const lj_tree_grower *g, const lj_tree_grown *node, lj_tree_grown *left,
                           lj_tree_grown *right)
{
    const int sign = sign_of(g, node->split.feature);
    if (sign == 0)
        return;
    const lj_tree_question q = lj_tree_question_of(g, node);
    const double middle = (lj_tree_value(&q, (double)left->all.g, (double)left->all.h) +
                           lj_tree_value(&q, (double)right->all.g, (double)right->all.h)) / 2.0;
    if (sign > 0)
        left->high = right->low = middle;
    else
        left->low = right->high = middle;
}

lj_status lj_tree_split_node(lj_tree_grower *g, int64_t index)
{
    lj_tree_grown *left = NULL, *right = NULL;
    const int64_t left_count = lj_tree_partition(g, &g->nodes[index]);
    LJ_TRY(add_node(g, &left));
    LJ_TRY(add_node(g, &right));
    left = &g->nodes[g->node_count - 2]; /* they may have moved */
    lj_tree_grown *node = &g->nodes[index];
    node->left = (int32_t)g->node_count - 2;
    node->right = (int32_t)g->node_count - 1;
    left->depth = right->depth = node->depth + 1;
    left->begin = node->begin;
    left->count = left_count;
    right->begin = node->begin + left_count;
    right->count = node->count - left_count;
    left->all = node->split.left;
    right->all = (lj_tree_sum){.g = node->all.g - left->all.g, .h = node->all.h - left->all.h};
    left->low = right->low = node->low;
    left->high = right->high = node->high;
    left->groups = right->groups = groups_below(g->options, node);
    bound_children(g, node, left, right);
    g->leaf_count++;
    return LJ_OK;
}

lj_status lj_tree_sum_children(lj_tree_grower *g, int64_t index, int64_t *parts)
{
    lj_tree_grown *node = &g->nodes[index];
    lj_tree_grown *left = &g->nodes[node->left], *right = &g->nodes[node->right];
    lj_tree_grown *small = left->count <= right->count ? left : right, *large = small == left ? right : left;
    small->sums = lj_tree_take_sums(g);
    if (small->sums == NULL)
        return no_memory();
    large->sums = node->sums;
    node->sums = NULL;
    *parts = lj_tree_sum_rows(g, small->begin, small->count, small->sums);
    return LJ_OK;
}

/* ---- one leaf after the other ---- */

static int may_split(const lj_tree_grower *g, const lj_tree_grown *node)
{
    const lj_tree_options *o = g->options;
    const int is_deep = node->depth >= (o->depth > 0 ? o->depth : LJ_TREE_DEPTH_MAX - 1);
    return !is_deep && node->count >= 2;
}

static void close_leaf(lj_tree_grower *g, int64_t index)
{
    lj_tree_give_sums(g, g->nodes[index].sums);
    g->nodes[index].sums = NULL;
}

/*
 * The next one to be split; -1: none is left. Open nodes are those with sums. By levels the first one, or without a
 * limit of leaves, which makes the same tree with less memory, the last one.
 */
static int64_t next_leaf(const lj_tree_grower *g, int64_t *first)
{
    const lj_tree_options *o = g->options;
    int64_t best = -1;
    if (o->growth == LJ_TREE_DEPTH_WISE && o->leaves == 0) {
        for (int64_t i = g->node_count - 1; i >= *first; i--)
            if (g->nodes[i].sums != NULL)
                return i;
        return -1;
    }
    while (*first < g->node_count && g->nodes[*first].sums == NULL)
        (*first)++;
    for (int64_t i = *first; i < g->node_count; i++) {
        if (g->nodes[i].sums == NULL)
            continue;
        if (o->growth == LJ_TREE_DEPTH_WISE)
            return i;
        if (best < 0 || g->nodes[i].split.gain > g->nodes[best].split.gain)
            best = i;
    }
    return best;
}

static lj_status split_leaf(lj_tree_grower *g, int64_t index, uint64_t stream)
{
    LJ_TRY(lj_tree_split_node(g, index));
    const int32_t left = g->nodes[index].left, right = g->nodes[index].right;
    const int is_full = g->options->leaves > 0 && g->leaf_count >= g->options->leaves;
    const int small_is_left = g->nodes[left].count <= g->nodes[right].count;
    searching s = {.g = g, .nodes = {small_is_left ? left : right, small_is_left ? right : left}};
    for (int k = 0; k < 2; k++)
        s.looks[k] = !is_full && may_split(g, &g->nodes[s.nodes[k]]);
    if (!s.looks[0] && !s.looks[1]) {
        close_leaf(g, index);
        return LJ_OK;
    }
    LJ_TRY(lj_tree_sum_children(g, index, &s.parts));
    search(g, &s, stream);
    for (int k = 0; k < 2; k++) {
        if (g->nodes[s.nodes[k]].split.feature < 0)
            close_leaf(g, s.nodes[k]);
    }
    return LJ_OK;
}

static lj_status grow_leaves(lj_tree_grower *g, uint64_t stream)
{
    int64_t first = 0;
    searching root = {.g = g, .nodes = {0, -1}, .parts = 1, .looks = {may_split(g, &g->nodes[0]), 0}};
    search(g, &root, stream);
    if (g->nodes[0].split.feature < 0)
        close_leaf(g, 0);
    while (g->options->leaves == 0 || g->leaf_count < g->options->leaves) {
        const int64_t index = next_leaf(g, &first);
        if (index < 0)
            break;
        LJ_TRY(split_leaf(g, index, stream));
    }
    for (int64_t i = 0; i < g->node_count; i++)
        close_leaf(g, i);
    return LJ_OK;
}

/* The root with its sums; all of it by any one feature. */
static lj_status plant(lj_tree_grower *g)
{
    lj_tree_grown *root = NULL;
    g->node_count = 0;
    g->leaf_count = 1;
    LJ_TRY(add_node(g, &root));
    root->count = g->row_count;
    root->low = -INFINITY;
    root->high = INFINITY;
    root->groups = g->options->features_most > 0 ? 0 : UINT64_MAX;
    root->sums = lj_tree_take_sums(g);
    if (root->sums == NULL)
        return no_memory();
    const int64_t parts = lj_tree_sum_rows(g, 0, root->count, root->sums);
    for (int64_t f = 0; f < g->bins->features; f++)
        lj_tree_join_parts(g, parts, f, root->sums);
    for (int32_t b = 0; b < g->bins->cuts[0].bins; b++) {
        root->all.g += root->sums[b].g;
        root->all.h += root->sums[b].h;
    }
    return LJ_OK;
}

lj_status lj_tree_grow(lj_tree_grower *g, int64_t tree, const float *gradients, const float *hessians)
{
    lj_tree_make_words(g, tree, gradients, hessians);
    draw_rows(g, tree);
    draw_features(g, tree);
    LJ_TRY(plant(g));
    if (g->options->growth == LJ_TREE_SYMMETRIC)
        return lj_tree_grow_symmetric(g, tree);
    return grow_leaves(g, lj_tree_draws(tree));
}
