/*
 * Trees as they are walked fast: of a symmetric tree one question a level and a table of leaves, of others small nodes,
 * LJ_TREE_TOGETHER walks at once, so that none waits for the other's memory.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "trees/trees.h"

/* All nodes of a level ask the same, and children lie in the order of their parents. */
static int is_symmetric(const lj_trees *trees, const lj_tree_node *nodes, int64_t count, int *depth)
{
    *depth = 0;
    while (count > (INT64_C(2) << *depth) - 1)
        (*depth)++;
    if (count != (INT64_C(2) << *depth) - 1)
        return 0;
    for (int64_t i = 0; i < count; i++) {
        int64_t first = 0; /* of the level */
        while (2 * first + 1 <= i)
            first = 2 * first + 1;
        const lj_tree_node *node = &nodes[i], *other = &nodes[first];
        if (node->feature != other->feature || (node->feature >= 0) != (2 * i + 2 < count))
            return 0;
        if (node->feature < 0)
            continue;
        if (node->left != 2 * i + 1 || node->set_words != other->set_words ||
            node->threshold != other->threshold || node->missing_left != other->missing_left ||
            (node->set_words > 0 && memcmp(trees->sets + node->set, trees->sets + other->set,
                                           (size_t)node->set_words * sizeof(uint64_t)) != 0))
            return 0;
    }
    return 1;
}

static int has_sets(const lj_tree_node *nodes, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if (nodes[i].set_words > 0)
            return 1;
    return 0;
}

/* Steps of all trees: a symmetric one has its levels, then its leaves, another one its nodes. */
lj_status lj_trees_ready(lj_trees *trees)
{
    const int64_t nodes = trees->begin[trees->tree_count];
    lj_free(trees->steps);
    lj_free(trees->walks);
    trees->steps = lj_new_array(nodes, sizeof(*trees->steps));
    trees->walks = lj_new_array(trees->tree_count, sizeof(*trees->walks));
    if (trees->steps == NULL || trees->walks == NULL)
        return lj_fail(LJ_ENOMEM, "trees: no memory for the model");
    for (int64_t t = 0; t < trees->tree_count; t++) {
        const int64_t begin = trees->begin[t], count = trees->begin[t + 1] - begin;
        const lj_tree_node *tree = trees->nodes + begin;
        lj_tree_step *steps = trees->steps + begin;
        lj_tree_walk *walk = &trees->walks[t];
        int depth = 0;
        walk->steps = steps;
        if (trees->values == NULL && is_symmetric(trees, tree, count, &depth)) {
            walk->kind = LJ_TREE_BY_LEVEL;
            walk->depth = depth;
            for (int d = 0; d < depth; d++)
                steps[d] = lj_tree_step_of(&tree[(INT64_C(1) << d) - 1]);
            for (int64_t leaf = 0; leaf < INT64_C(1) << depth; leaf++)
                steps[depth + leaf].threshold = tree[(INT64_C(1) << depth) - 1 + leaf].threshold;
        } else if (!has_sets(tree, count)) {
            walk->kind = LJ_TREE_BY_STEP;
            for (int64_t i = 0; i < count; i++)
                steps[i] = lj_tree_step_of(&tree[i]);
        }
    }
    return LJ_OK;
}

float lj_tree_walk_levels(const lj_trees *trees, const lj_tree_walk *walk, const float *numbers, const int32_t *codes)
{
    const lj_tree_step *steps = walk->steps;
    int64_t leaf = 0;
    for (int d = 0; d < walk->depth; d++) {
        const lj_tree_step *step = &steps[d];
        leaf = 2 * leaf + lj_tree_step_right(trees, step, numbers, codes);
    }
    return steps[walk->depth + leaf].threshold;
}

void lj_tree_walk_steps(const lj_tree_step *const roots[LJ_TREE_TOGETHER], const float *const numbers[LJ_TREE_TOGETHER],
                        const lj_tree_step *at[LJ_TREE_TOGETHER])
{
    int live = 1;
    memcpy(at, roots, LJ_TREE_TOGETHER * sizeof(*at));
    while (live) {
        live = 0;
        for (int k = 0; k < LJ_TREE_TOGETHER; k++) {
            const lj_tree_step *step = at[k];
            const int64_t next = step->left + lj_tree_number_right(step, numbers[k][step->feature]);
            at[k] = step->left > 0 ? roots[k] + next : step;
            live |= step->left;
        }
    }
}
