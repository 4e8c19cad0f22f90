/* trees.json read back. A file from anywhere is refused or makes trees that end: children come after their parent. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lianjin/limits.h"
#include "trees/trees.h"

static lj_status bad(const lj_doc *doc, const lj_item *item, const char *expected)
{
    return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected %s", lj_doc_name(doc), item->line, item->column, expected);
}

static lj_status need_float(const lj_doc *doc, const lj_item *item, float *out)
{
    *out = item->kind == LJ_NUMBER ? (float)item->number : NAN;
    return isfinite(*out) ? LJ_OK : bad(doc, item, "a number");
}

static lj_status need_whole(const lj_doc *doc, const lj_item *item, int64_t low, int64_t high, int32_t *out)
{
    if (item->kind != LJ_NUMBER || !item->is_integer || item->number < (double)low || item->number > (double)high)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected a whole number from %" PRId64 " to %" PRId64,
                       lj_doc_name(doc), item->line, item->column, low, high);
    *out = (int32_t)item->number;
    return LJ_OK;
}

/* The lists of a tree, all of the same length. */
typedef struct lists {
    const lj_item *feature, *value, *left, *missing_left, *gain, *weight, *sets;
} lists;

static lj_status find_lists(const lj_doc *doc, const lj_item *item, lists *l)
{
    const struct {
        const char *key;
        const lj_item **list;
    } all[] = {{"feature", &l->feature}, {"value", &l->value}, {"left", &l->left},
               {"missing_left", &l->missing_left}, {"gain", &l->gain}, {"weight", &l->weight}};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        LJ_TRY(lj_item_need(doc, item, all[i].key, LJ_LIST, all[i].list));
        if ((*all[i].list)->count != l->feature->count)
            return bad(doc, *all[i].list, "as many entries as the tree has nodes");
    }
    if (l->feature->count < 1 || l->feature->count > LJ_TREE_NODES_MAX)
        return bad(doc, l->feature, "a tree of at least one node");
    return lj_item_need(doc, item, "sets", LJ_LIST, &l->sets);
}

static lj_status read_set(const lj_doc *doc, const lj_item *codes, lj_trees *trees, lj_tree_node *node)
{
    const int32_t size = trees->category_sizes[node->feature - trees->number_count];
    node->set_words = (size + 63) / 64;
    LJ_TRY(lj_trees_add_set(trees, node->set_words, &node->set));
    if (codes->kind != LJ_LIST)
        return bad(doc, codes, "a list of codes");
    for (int64_t i = 0; i < codes->count; i++) {
        int32_t code = 0;
        LJ_TRY(need_whole(doc, codes->items[i], 0, size - 1, &code));
        trees->sets[node->set + code / 64] |= UINT64_C(1) << (code % 64);
    }
    return LJ_OK;
}

static lj_status read_node(const lj_doc *doc, const lists *l, int64_t i, int64_t *set, lj_trees *trees,
                           lj_tree_node *node)
{
    const int64_t count = l->feature->count, features = trees->number_count + trees->category_count;
    LJ_TRY(need_whole(doc, l->feature->items[i], -1, features - 1, &node->feature));
    LJ_TRY(need_float(doc, l->value->items[i], &node->threshold));
    if (node->feature < 0 && trees->values != NULL)
        trees->values[node - trees->nodes] = l->value->items[i]->number;
    LJ_TRY(need_float(doc, l->gain->items[i], &node->gain));
    LJ_TRY(need_float(doc, l->weight->items[i], &node->weight));
    if (node->feature < 0)
        return LJ_OK;
    LJ_TRY(need_whole(doc, l->left->items[i], i + 1, count - 2, &node->left));
    LJ_TRY(need_whole(doc, l->missing_left->items[i], 0, 1, &node->missing_left));
    if (node->feature < trees->number_count)
        return LJ_OK;
    if (*set >= l->sets->count)
        return bad(doc, l->sets, "a set for each question about a category");
    return read_set(doc, l->sets->items[(*set)++], trees, node);
}

/* Each node but the root has one parent. */
static lj_status check_parents(const lj_doc *doc, const lj_item *item, const lj_tree_node *nodes, int64_t count)
{
    uint8_t *has_parent = lj_new_array(count, 1);
    if (has_parent == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory for a tree", lj_doc_name(doc));
    int64_t parents = 0;
    for (int64_t i = 0; i < count; i++) {
        if (nodes[i].feature < 0)
            continue;
        parents += !has_parent[nodes[i].left] + !has_parent[nodes[i].left + 1];
        has_parent[nodes[i].left] = has_parent[nodes[i].left + 1] = 1;
    }
    lj_free(has_parent);
    return parents == count - 1 ? LJ_OK : bad(doc, item, "a tree, in which every node has one parent");
}

/* Nodes are described by recursion: no deeper than this. */
static lj_status check_depth(const lj_doc *doc, const lj_item *item, const lj_tree_node *nodes, int64_t count)
{
    int32_t *depth = lj_new_array(count, sizeof(*depth)), deepest = 0;
    if (depth == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory for a tree", lj_doc_name(doc));
    for (int64_t i = 0; i < count; i++) {
        deepest = depth[i] > deepest ? depth[i] : deepest;
        if (nodes[i].feature >= 0)
            depth[nodes[i].left] = depth[nodes[i].left + 1] = depth[i] + 1;
    }
    lj_free(depth);
    return deepest < LJ_TREE_DEPTH_MAX ? LJ_OK : bad(doc, item, "a tree of fewer levels");
}

static lj_status read_tree(const lj_doc *doc, const lj_item *item, lj_trees *trees)
{
    lists l = {0};
    int64_t set = 0;
    lj_tree_node *nodes = NULL;
    LJ_TRY(find_lists(doc, item, &l));
    LJ_TRY(lj_trees_add(trees, l.feature->count, &nodes));
    for (int64_t i = 0; i < l.feature->count; i++)
        LJ_TRY(read_node(doc, &l, i, &set, trees, &nodes[i]));
    LJ_TRY(check_parents(doc, item, nodes, l.feature->count));
    return check_depth(doc, item, nodes, l.feature->count);
}

static lj_status read_sizes(const lj_doc *doc, const lj_item *list, int32_t **out)
{
    if (list->count > LJ_COLUMNS_MAX)
        return bad(doc, list, "fewer categories");
    *out = lj_new_array(list->count, sizeof(**out));
    if (*out == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory for the categories", lj_doc_name(doc));
    for (int64_t k = 0; k < list->count; k++)
        LJ_TRY(need_whole(doc, list->items[k], 1, 100000000, &(*out)[k]));
    return LJ_OK;
}

static lj_status read_loss(const lj_doc *doc, const lj_item *item, lj_tree_loss *out)
{
    const char *name = NULL;
    LJ_TRY(lj_item_need_string(doc, item, "loss", &name));
    for (int l = 0; l < LJ_TREE_LOSS_COUNT; l++) {
        *out = (lj_tree_loss)l;
        if (strcmp(name, lj_tree_loss_names[l]) == 0)
            return LJ_OK;
    }
    return lj_fail(LJ_ECORRUPT, "%s:%d:%d: no loss '%s'", lj_doc_name(doc), item->line, item->column, name);
}

static lj_status read_link(const lj_doc *doc, const lj_item *item, lj_tree_link *out)
{
    const lj_item *map = NULL, *is_double = NULL;
    const char *name = NULL;
    LJ_TRY(lj_item_need(doc, item, "link", LJ_MAP, &map));
    LJ_TRY(lj_item_need_string(doc, map, "name", &name));
    LJ_TRY(lj_item_need_number(doc, map, "scale", &out->scale));
    LJ_TRY(lj_item_need(doc, map, "is_double", LJ_BOOL, &is_double));
    out->is_double = is_double->number != 0.0;
    for (int code = 0; code < LJ_TREE_LINK_COUNT; code++) {
        out->code = (lj_tree_link_code)code;
        if (strcmp(name, lj_tree_link_names[code]) == 0)
            return isfinite(out->scale) ? LJ_OK : bad(doc, map, "a finite scale");
    }
    return lj_fail(LJ_ECORRUPT, "%s:%d:%d: no link '%s'", lj_doc_name(doc), map->line, map->column, name);
}

static lj_status read_all(const lj_doc *doc, const lj_item *item, lj_tree_options *options, lj_tree_rows *rows,
                          int32_t **sizes, lj_trees **out)
{
    const lj_item *list = NULL, *base = NULL, *trees = NULL, *is_forest = NULL;
    int64_t format = 0;
    LJ_TRY(lj_item_need_integer(doc, item, "format", 1, LJ_TREES_FORMAT, &format));
    LJ_TRY(read_loss(doc, item, &options->loss));
    LJ_TRY(lj_item_need(doc, item, "is_forest", LJ_BOOL, &is_forest));
    LJ_TRY(lj_item_need_integer(doc, item, "numbers", 0, LJ_COLUMNS_MAX, &rows->number_count));
    LJ_TRY(lj_item_need(doc, item, "category_sizes", LJ_LIST, &list));
    LJ_TRY(read_sizes(doc, list, sizes));
    LJ_TRY(lj_item_need(doc, item, "base", LJ_LIST, &base));
    LJ_TRY(lj_item_need(doc, item, "trees", LJ_LIST, &trees));
    const int is_imported = options->loss == LJ_TREE_IMPORTED;
    const int has_groups = is_imported || options->loss == LJ_TREE_SOFTMAX;
    if (base->count < 1 || base->count > LJ_CLASSES_MAX || (!has_groups && base->count != 1))
        return bad(doc, base, "one number, or one a class");
    if (trees->count > LJ_TREES_MAX || trees->count % base->count != 0)
        return bad(doc, trees, "as many trees of each class");
    rows->category_count = list->count;
    rows->category_sizes = *sizes;
    options->classes = base->count;
    options->is_forest = is_forest->number != 0.0;
    LJ_TRY(lj_trees_create(options, rows, out));
    if (is_imported)
        LJ_TRY(read_link(doc, item, &(*out)->link));
    for (int64_t c = 0; c < base->count; c++)
        LJ_TRY(need_float(doc, base->items[c], &(*out)->base[c]));
    for (int64_t t = 0; t < trees->count; t++)
        LJ_TRY(read_tree(doc, trees->items[t], *out));
    return lj_trees_ready(*out);
}

lj_status lj_trees_load(const lj_doc *doc, const lj_item *item, lj_trees **out)
{
    lj_tree_options options = {0};
    lj_tree_rows rows = {0};
    int32_t *sizes = NULL;
    *out = NULL;
    const lj_status status = read_all(doc, item, &options, &rows, &sizes, out);
    lj_free(sizes);
    if (status != LJ_OK) {
        lj_trees_destroy(*out);
        *out = NULL;
    }
    return status;
}
