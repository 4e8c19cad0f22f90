/* Trees as they are kept: room, and what they know of themselves. */
#include <inttypes.h>
#include <string.h>

#include "trees/trees.h"

static lj_status no_memory(void)
{
    return lj_fail(LJ_ENOMEM, "trees: no memory for the model");
}

void lj_trees_destroy(lj_trees *trees)
{
    if (trees == NULL)
        return;
    lj_free(trees->category_sizes);
    lj_free(trees->base);
    lj_free(trees->begin);
    lj_free(trees->nodes);
    lj_free(trees->values);
    lj_free(trees->sets);
    lj_free(trees->steps);
    lj_free(trees->walks);
    lj_free(trees);
}

lj_status lj_trees_create(const lj_tree_options *options, const lj_tree_rows *rows, lj_trees **out)
{
    *out = NULL;
    lj_trees *trees = lj_new_array(1, sizeof(*trees));
    if (trees == NULL)
        return no_memory();
    trees->number_count = rows->number_count;
    trees->category_count = rows->category_count;
    trees->loss = options->loss;
    trees->is_forest = options->is_forest;
    trees->groups = options->loss == LJ_TREE_SOFTMAX || options->loss == LJ_TREE_IMPORTED ? options->classes : 1;
    trees->category_sizes = lj_new_array(rows->category_count, sizeof(*trees->category_sizes));
    trees->base = lj_new_array(trees->groups, sizeof(*trees->base));
    trees->begin = lj_new_array(1, sizeof(*trees->begin));
    if (trees->category_sizes == NULL || trees->base == NULL || trees->begin == NULL) {
        lj_trees_destroy(trees);
        return no_memory();
    }
    if (rows->category_count > 0)
        memcpy(trees->category_sizes, rows->category_sizes, (size_t)rows->category_count * sizeof(int32_t));
    *out = trees;
    return LJ_OK;
}

lj_status lj_tree_make_room(void **array, int64_t used, int64_t more, size_t size, int64_t *room)
{
    if (used + more <= *room)
        return LJ_OK;
    const int64_t wanted = used + more + used / 2 + 64;
    void *grown = lj_resize_array(*array, used, wanted, size);
    if (grown == NULL)
        return no_memory();
    *array = grown;
    *room = wanted;
    return LJ_OK;
}

lj_status lj_trees_add(lj_trees *trees, int64_t nodes, lj_tree_node **out)
{
    const int64_t used = trees->begin[trees->tree_count];
    void *array = trees->nodes, *begin = trees->begin, *values = trees->values;
    int64_t value_room = trees->node_room;
    if (trees->tree_room == 0)
        trees->tree_room = 1; /* begin[0] */
    LJ_TRY(lj_tree_make_room(&array, used, nodes, sizeof(*trees->nodes), &trees->node_room));
    trees->nodes = array;
    if (trees->link.is_double)
        LJ_TRY(lj_tree_make_room(&values, used, nodes, sizeof(*trees->values), &value_room));
    trees->values = values;
    LJ_TRY(lj_tree_make_room(&begin, trees->tree_count + 1, 1, sizeof(*trees->begin), &trees->tree_room));
    trees->begin = begin;
    trees->begin[++trees->tree_count] = used + nodes;
    *out = trees->nodes + used;
    memset(*out, 0, (size_t)nodes * sizeof(**out));
    return LJ_OK;
}

lj_status lj_trees_add_set(lj_trees *trees, int64_t words, int32_t *first)
{
    void *sets = trees->sets;
    if (trees->set_count + words > INT32_MAX)
        return lj_fail(LJ_EDATA, "trees: too many sets of categories");
    LJ_TRY(lj_tree_make_room(&sets, trees->set_count, words, sizeof(*trees->sets), &trees->set_room));
    trees->sets = sets;
    memset(trees->sets + trees->set_count, 0, (size_t)words * sizeof(*trees->sets));
    *first = (int32_t)trees->set_count;
    trees->set_count += words;
    return LJ_OK;
}

lj_status lj_trees_copy(lj_trees *trees, const lj_trees *from, int64_t tree)
{
    const int64_t begin = from->begin[tree], count = from->begin[tree + 1] - begin;
    lj_tree_node *nodes = NULL;
    LJ_TRY(lj_trees_add(trees, count, &nodes));
    memcpy(nodes, from->nodes + begin, (size_t)count * sizeof(*nodes));
    for (int64_t i = 0; i < count; i++) {
        const int32_t set = nodes[i].set;
        if (nodes[i].set_words == 0)
            continue;
        LJ_TRY(lj_trees_add_set(trees, nodes[i].set_words, &nodes[i].set));
        memcpy(trees->sets + nodes[i].set, from->sets + set, (size_t)nodes[i].set_words * sizeof(*trees->sets));
    }
    return LJ_OK;
}

void lj_trees_cut(lj_trees *trees, int64_t tree_count)
{
    if (tree_count < trees->tree_count)
        trees->tree_count = tree_count;
}

int lj_trees_fit_rows(const lj_trees *trees, int64_t number_count, int64_t category_count, const int32_t *sizes)
{
    int fits = trees->number_count == number_count && trees->category_count == category_count;
    for (int64_t k = 0; fits && k < category_count; k++)
        fits = trees->category_sizes[k] == sizes[k];
    return fits;
}

int64_t lj_trees_numbers(const lj_trees *trees)
{
    return trees->number_count;
}

int64_t lj_trees_categories(const lj_trees *trees)
{
    return trees->category_count;
}

int64_t lj_trees_groups(const lj_trees *trees)
{
    return trees->groups;
}

int64_t lj_trees_rounds(const lj_trees *trees)
{
    return trees->tree_count / trees->groups;
}

int64_t lj_trees_leaves(const lj_trees *trees)
{
    int64_t leaves = 0;
    for (int64_t i = 0; i < trees->begin[trees->tree_count]; i++)
        leaves += trees->nodes[i].feature < 0;
    return leaves;
}

void lj_trees_importance(const lj_trees *trees, double *gain, int64_t *count)
{
    for (int64_t f = 0; f < trees->number_count + trees->category_count; f++) {
        gain[f] = 0.0;
        count[f] = 0;
    }
    for (int64_t i = 0; i < trees->begin[trees->tree_count]; i++) {
        const lj_tree_node *node = &trees->nodes[i];
        if (node->feature < 0)
            continue;
        gain[node->feature] += (double)node->gain;
        count[node->feature]++;
    }
}
