/* trees.json: a line a property of a tree, in the order of its nodes; and each tree as lines for people. */
#include <inttypes.h>
#include <string.h>

#include "trees/trees.h"

static void write_set(const lj_trees *trees, const lj_tree_node *node, lj_json *json)
{
    const int32_t size = trees->category_sizes[node->feature - trees->number_count];
    lj_json_list(json, NULL);
    for (int32_t code = 0; code < size; code++) {
        if ((trees->sets[node->set + code / 64] >> (code % 64)) & 1)
            lj_json_integer(json, NULL, code);
    }
    lj_json_end_list(json);
}

static void write_value(const lj_trees *trees, const lj_tree_node *node, lj_json *json)
{
    if (node->feature < 0 && trees->values != NULL)
        lj_json_double(json, NULL, trees->values[node - trees->nodes]);
    else
        lj_json_float(json, NULL, node->threshold);
}

static void write_link(const lj_tree_link *link, lj_json *json)
{
    lj_json_map(json, "link");
    lj_json_string(json, "name", lj_tree_link_names[link->code]);
    lj_json_double(json, "scale", link->scale);
    lj_json_bool(json, "is_double", link->is_double);
    lj_json_end_map(json);
}

/* X(key, writes what of each node) */
#define PROPERTIES(X)                                              \
    X("feature", lj_json_integer(json, NULL, node->feature))       \
    X("value", write_value(trees, node, json))                     \
    X("left", lj_json_integer(json, NULL, node->left))             \
    X("missing_left", lj_json_integer(json, NULL, node->missing_left)) \
    X("gain", lj_json_float(json, NULL, node->gain))               \
    X("weight", lj_json_float(json, NULL, node->weight))

static void write_tree(const lj_trees *trees, int64_t tree, lj_json *json)
{
    const lj_tree_node *begin = trees->nodes + trees->begin[tree], *end = trees->nodes + trees->begin[tree + 1];
    int is_compact = json->compact;
    lj_json_map(json, NULL);
#define X(key, write)                                                  \
    lj_json_list(json, key);                                           \
    json->compact = 1;                                                 \
    for (const lj_tree_node *node = begin; node < end; node++)         \
        write;                                                         \
    lj_json_end_list(json);                                            \
    json->compact = is_compact;
    PROPERTIES(X)
#undef X
    lj_json_list(json, "sets");
    json->compact = 1;
    for (const lj_tree_node *node = begin; node < end; node++) {
        if (node->set_words > 0)
            write_set(trees, node, json);
    }
    lj_json_end_list(json);
    json->compact = is_compact;
    lj_json_end_map(json);
}

void lj_trees_save(const lj_trees *trees, lj_json *json)
{
    lj_json_map(json, NULL);
    lj_json_integer(json, "format", LJ_TREES_FORMAT);
    lj_json_string(json, "loss", lj_tree_loss_names[trees->loss]);
    if (trees->loss == LJ_TREE_IMPORTED)
        write_link(&trees->link, json);
    lj_json_bool(json, "is_forest", trees->is_forest);
    lj_json_integer(json, "numbers", trees->number_count);
    lj_json_list(json, "category_sizes");
    for (int64_t k = 0; k < trees->category_count; k++)
        lj_json_integer(json, NULL, trees->category_sizes[k]);
    lj_json_end_list(json);
    lj_json_list(json, "base");
    for (int64_t c = 0; c < trees->groups; c++)
        lj_json_float(json, NULL, trees->base[c]);
    lj_json_end_list(json);
    lj_json_list(json, "trees");
    for (int64_t t = 0; t < trees->tree_count; t++)
        write_tree(trees, t, json);
    lj_json_end_list(json);
    lj_json_end_map(json);
}

/* ---- for people ---- */

static void describe_question(const lj_trees *trees, const lj_tree_node *node, const char *name, lj_text *out)
{
    if (node->set_words == 0) {
        lj_text_printf(out, "%s <= %.9g%s", name, (double)node->threshold, node->missing_left ? " or missing" : "");
        return;
    }
    const char *comma = "";
    const int32_t size = trees->category_sizes[node->feature - trees->number_count];
    lj_text_printf(out, "%s in {", name);
    for (int32_t code = 0; code < size; code++) {
        if (((trees->sets[node->set + code / 64] >> (code % 64)) & 1) == 0)
            continue;
        lj_text_printf(out, "%s%d", comma, code);
        comma = ", ";
    }
    lj_text_puts(out, "}");
}

static void describe_node(const lj_trees *trees, const lj_tree_node *root, int32_t index, int depth,
                          const char *const *names, lj_text *out)
{
    const lj_tree_node *node = root + index;
    lj_text_printf(out, "%*s", 2 * depth, "");
    if (node->feature < 0) {
        lj_text_printf(out, "%+.9g  (weight %.6g)\n", (double)node->threshold, (double)node->weight);
        return;
    }
    describe_question(trees, node, names[node->feature], out);
    lj_text_printf(out, "?  (gain %.6g, weight %.6g)\n", (double)node->gain, (double)node->weight);
    describe_node(trees, root, node->left, depth + 1, names, out);
    describe_node(trees, root, node->left + 1, depth + 1, names, out);
}

lj_status lj_trees_describe(const lj_trees *trees, const char *const *names, lj_text *out)
{
    for (int64_t t = 0; t < trees->tree_count; t++) {
        lj_text_printf(out, "tree %" PRId64, t / trees->groups + 1);
        if (trees->groups > 1)
            lj_text_printf(out, " of class %" PRId64, t % trees->groups);
        lj_text_puts(out, ": yes is the first line below a question\n");
        describe_node(trees, trees->nodes + trees->begin[t], 0, 1, names, out);
    }
    return lj_text_finish(out);
}
