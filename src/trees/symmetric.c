/*
 * Symmetric trees: all leaves of a level are split by one question (Prokhorenkova, Gusev, Vorobev and others, "CatBoost:
 * unbiased boosting with categorical features", NeurIPS 2018). Such a tree is hard to fit by heart and fast to walk.
 * Categories go left in the order of their gradients in the whole tree.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "trees/trees.h"

typedef struct level {
    lj_tree_grower *g;
    int64_t begin, end;      /* its nodes */
    double before;           /* what they score unsplit */
    const lj_tree_sum *root; /* sums of all rows */
} level;

static void look(const level *l, int32_t feature, const int32_t *order, int64_t n, int missing_left,
                 lj_tree_scratch *scratch, lj_tree_split *best)
{
    const lj_tree_grower *g = l->g;
    double sum[LJ_TREE_BINS + LJ_LANES] = {0};
    for (int64_t i = l->begin; i < l->end; i++) {
        const lj_tree_question q = lj_tree_question_of(g, &g->nodes[i]);
        const lj_tree_sum *sums = g->nodes[i].sums + g->bins->offset[feature];
        lj_tree_add_scores(&q, sums, order, n, missing_left ? &sums[0] : NULL, scratch, sum);
    }
    for (int64_t i = 0; i < n; i++) {
        if (!(sum[i] - l->before > best->gain))
            continue;
        *best = (lj_tree_split){
            .gain = sum[i] - l->before, .feature = feature, .bin = (int32_t)i, .missing_left = missing_left};
    }
}

static void search_feature(void *context, int64_t task, int thread)
{
    const level *l = context;
    const lj_tree_grower *g = l->g;
    const int32_t feature = g->features[task];
    const lj_tree_sum *root = l->root + g->bins->offset[feature];
    const lj_tree_question q = lj_tree_question_of(g, &g->nodes[0]);
    int32_t order[LJ_TREE_BINS];
    lj_tree_split *found = &g->found[feature];
    found->gain = -INFINITY;
    found->feature = -1;
    if (!g->asked[feature])
        return;
    const int64_t n = lj_tree_order(&q, feature, root, order);
    const int has_missing = !g->bins->cuts[feature].is_grouped && (root[0].g != 0 || root[0].h != 0);
    for (int missing_left = 0; missing_left <= has_missing; missing_left++)
        look(l, feature, order, n, missing_left, &g->scratch[thread], found);
}

/* The place in the order as bins, and where goes what training did not see. */
static void finish_split(const level *l, lj_tree_split *split)
{
    const lj_tree_grower *g = l->g;
    const lj_tree_question q = lj_tree_question_of(g, &g->nodes[0]);
    const lj_tree_sum *root = l->root + g->bins->offset[split->feature];
    int32_t order[LJ_TREE_BINS];
    const int64_t n = lj_tree_order(&q, split->feature, root, order), last = split->bin;
    int64_t h = 0;
    for (int64_t i = 0; i <= last; i++)
        h += root[order[i]].h;
    const int heavy_left = 2 * h >= g->nodes[0].all.h;
    if (!g->bins->cuts[split->feature].is_grouped) {
        split->bin = order[last];
        if (root[0].g == 0 && root[0].h == 0)
            split->missing_left = heavy_left;
        return;
    }
    split->bin = -1;
    split->missing_left = heavy_left;
    memset(split->set, heavy_left ? 0xff : 0, sizeof(split->set));
    for (int64_t i = 0; i < n; i++) {
        const uint64_t bit = UINT64_C(1) << (order[i] % 64);
        uint64_t *word = &split->set[order[i] / 64];
        *word = i <= last ? *word | bit : *word & ~bit;
    }
}

/* The question of a level; feature -1: none is worth it. */
static lj_tree_split search(level *l)
{
    lj_tree_grower *g = l->g;
    l->before = 0.0;
    for (int64_t i = l->begin; i < l->end; i++) {
        const lj_tree_question q = lj_tree_question_of(g, &g->nodes[i]);
        l->before += lj_tree_score(&q, &g->nodes[i].all, g->options->l2);
    }
    lj_team_run(g->team, search_feature, l, g->feature_count);
    lj_tree_split best = {.gain = g->options->least_gain / g->h_scale * g->g_scale * g->g_scale, .feature = -1};
    for (int64_t i = 0; i < g->feature_count; i++) {
        const lj_tree_split *found = &g->found[g->features[i]];
        if (found->feature >= 0 && found->gain > best.gain)
            best = *found;
    }
    if (best.feature >= 0)
        finish_split(l, &best);
    return best;
}

/* What of a node goes left by a split. */
static lj_tree_sum left_of(const lj_tree_grower *g, const lj_tree_grown *node, const lj_tree_split *split)
{
    const lj_tree_sum *sums = node->sums + g->bins->offset[split->feature];
    uint8_t is_left[LJ_TREE_BINS];
    lj_tree_sum left = {0};
    lj_tree_sides(split, is_left);
    for (int32_t b = 0; b < g->bins->cuts[split->feature].bins; b++) {
        left.g += is_left[b] ? sums[b].g : 0;
        left.h += is_left[b] ? sums[b].h : 0;
    }
    return left;
}

typedef struct subtracting {
    lj_tree_grower *g;
    const lj_tree_sum *of_one;
    lj_tree_sum *rest;
    int64_t parts;
} subtracting;

static void subtract_feature(void *context, int64_t f, int thread)
{
    (void)thread;
    const subtracting *s = context;
    lj_tree_join_parts(s->g, s->parts, f, (lj_tree_sum *)(uintptr_t)s->of_one);
    for (int64_t b = s->g->bins->offset[f]; b < s->g->bins->offset[f + 1]; b++) {
        s->rest[b].g -= s->of_one[b].g;
        s->rest[b].h -= s->of_one[b].h;
    }
}

static lj_status split_level(level *l, const lj_tree_split *split, int is_last)
{
    lj_tree_grower *g = l->g;
    for (int64_t i = l->begin; i < l->end; i++) {
        g->nodes[i].split = *split;
        g->nodes[i].split.left = left_of(g, &g->nodes[i], split);
        LJ_TRY(lj_tree_split_node(g, i));
        if (is_last)
            continue;
        subtracting s = {.g = g};
        LJ_TRY(lj_tree_sum_children(g, i, &s.parts));
        const lj_tree_grown *left = &g->nodes[g->nodes[i].left], *right = &g->nodes[g->nodes[i].right];
        const int small_is_left = left->count <= right->count;
        s.of_one = small_is_left ? left->sums : right->sums;
        s.rest = small_is_left ? right->sums : left->sums;
        lj_team_run(NULL, subtract_feature, &s, g->bins->features);
    }
    l->begin = l->end;
    l->end = g->node_count;
    return LJ_OK;
}

lj_status lj_tree_grow_symmetric(lj_tree_grower *g, int64_t tree)
{
    const int64_t bins = g->bins->offset[g->bins->features];
    lj_tree_sum *root = lj_tree_take_sums(g);
    if (root == NULL)
        return lj_fail(LJ_ENOMEM, "trees: no memory to grow a tree");
    memcpy(root, g->nodes[0].sums, (size_t)bins * sizeof(*root));
    level l = {.g = g, .begin = 0, .end = 1, .root = root};
    lj_status status = LJ_OK;
    for (int64_t depth = 0; status == LJ_OK && depth < g->options->depth; depth++) {
        lj_tree_draw_asked(g, lj_tree_draws(tree), UINT64_MAX, depth, g->asked);
        const lj_tree_split split = search(&l);
        if (split.feature < 0)
            break;
        status = split_level(&l, &split, depth + 1 == g->options->depth);
    }
    for (int64_t i = 0; i < g->node_count; i++) {
        lj_tree_give_sums(g, g->nodes[i].sums);
        g->nodes[i].sums = NULL;
    }
    lj_tree_give_sums(g, root);
    return status;
}
