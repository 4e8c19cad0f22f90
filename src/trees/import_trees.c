/*
 * From the trees of a file to ours. A file may hold anything: every tree is walked from its root, each node reached once.
 * Numbers that are compared in double become ranks among the thresholds of their column, which float32 holds exactly.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/limits.h"
#include "trees/import.h"

/* What trees ask about a column. */
enum { ASKS_NUMBER = 1, ASKS_CATEGORY = 2, ASKS_ZERO_AS_MISSING = 4, ASKS_ZERO_AS_ZERO = 8 };

typedef struct edge {
    int64_t column;
    double value;
} edge;

typedef struct finishing {
    lj_importing *in;
    uint8_t *asked;     /* [columns] */
    int32_t *index;     /* [columns] the feature of lj_trees */
    int32_t *sizes;     /* [categories] */
    edge *edges;
    int64_t edge_count;
    int32_t *order, *depth; /* [nodes of the largest tree] nodes in our order, and how deep each is */
    uint8_t *reached;
} finishing;

static lj_status bad_node(const lj_importing *in, int64_t tree, int64_t node, const char *what)
{
    return lj_fail(LJ_ECORRUPT, "%s: tree %" PRId64 ", node %" PRId64 ": %s", in->name, tree, node, what);
}


/* ---- columns ---- */

static void add_edge(finishing *f, int64_t column, double value)
{
    f->edges[f->edge_count++] = (edge){column, value};
}

/* The least value above which x <= t no longer holds. */
static double edge_of(const finishing *f, const lj_import_node *node)
{
    const int has_zero = f->asked[node->feature] & ASKS_ZERO_AS_MISSING;
    return has_zero && node->value == -LJ_IMPORT_ZERO ? node->value : nextafter(node->value, (double)INFINITY);
}

static lj_status ask(finishing *f, int64_t tree, int64_t index, const lj_import_node *node)
{
    const lj_importing *in = f->in;
    if (node->feature < 0)
        return isfinite((float)node->value) ? LJ_OK : bad_node(in, tree, index, "expected a finite leaf");
    if (node->feature >= in->out->column_count)
        return bad_node(in, tree, index, "asks about a column that there is not");
    f->asked[node->feature] |= node->is_category ? ASKS_CATEGORY : ASKS_NUMBER;
    if (!node->is_category && node->zero == LJ_IMPORT_ZERO_IS_MISSING)
        f->asked[node->feature] |= ASKS_ZERO_AS_MISSING;
    if (!node->is_category && node->zero == LJ_IMPORT_ZERO_IS_ZERO)
        f->asked[node->feature] |= ASKS_ZERO_AS_ZERO;
    if (!node->is_category && (in->link.is_double ? isnan(node->value) : !isfinite((float)node->value)))
        return bad_node(in, tree, index, "expected a threshold"); /* infinity: all that is not missing goes left */
    return LJ_OK;
}

static lj_status ask_all(finishing *f)
{
    const lj_importing *in = f->in;
    for (int64_t t = 0; t < in->tree_count; t++)
        for (int64_t i = in->begin[t]; i < in->begin[t + 1]; i++)
            LJ_TRY(ask(f, t, i - in->begin[t], &in->nodes[i]));
    return LJ_OK;
}

static lj_status set_kind(const finishing *f, int64_t c)
{
    const lj_importing *in = f->in;
    lj_tree_column *column = &in->out->columns[c];
    const int asked = f->asked[c], has_levels = column->kind != LJ_TREE_COLUMN_UNUSED;
    if ((asked & ASKS_NUMBER) && ((asked & ASKS_CATEGORY) || has_levels))
        return lj_fail(LJ_EUNSUPPORTED, "%s: column '%s' is a category and is asked about as a number", in->name,
                       column->name);
    if ((asked & ASKS_ZERO_AS_MISSING) && (asked & ASKS_ZERO_AS_ZERO))
        return lj_fail(LJ_EUNSUPPORTED, "%s: column '%s': 0 is a missing value for some trees, not for others",
                       in->name, column->name);
    if (asked == 0)
        column->kind = LJ_TREE_COLUMN_UNUSED;
    else if (asked & ASKS_NUMBER)
        column->kind = in->link.is_double ? LJ_TREE_COLUMN_RANK : LJ_TREE_COLUMN_NUMBER;
    else if (!has_levels)
        column->kind = LJ_TREE_COLUMN_INTERVALS;
    return LJ_OK;
}

static int by_column_and_value(const void *a, const void *b)
{
    const edge *x = a, *y = b;
    return x->column != y->column ? (x->column > y->column) - (x->column < y->column) :
                                    (x->value > y->value) - (x->value < y->value);
}

/* An id is of the numbers that round towards 0 to it: XGBoost knows no category below 0, LightGBM none up to -1. */
static void add_edges_of_ids(finishing *f, const lj_import_node *node)
{
    const lj_importing *in = f->in;
    for (int64_t k = node->ids; k < node->ids + node->id_count; k++) {
        const int32_t id = in->ids[k];
        add_edge(f, node->feature, id == 0 && in->link.is_double ? nextafter(-1.0, 0.0) : (double)id);
        add_edge(f, node->feature, (double)id + 1.0);
    }
}

static lj_status add_edges(finishing *f)
{
    const lj_importing *in = f->in;
    for (int64_t t = 0; t < in->tree_count; t++)
        for (int64_t i = in->begin[t]; i < in->begin[t + 1]; i++) {
            const lj_import_node *node = &in->nodes[i];
            if (node->feature < 0)
                continue;
            const lj_tree_column *column = &in->out->columns[node->feature];
            const int has_zero = f->asked[node->feature] & ASKS_ZERO_AS_MISSING;
            if (has_zero && node->value > -LJ_IMPORT_ZERO && node->value < LJ_IMPORT_ZERO)
                return bad_node(in, t, i - in->begin[t], "a threshold among the values that count as 0");
            if (column->kind == LJ_TREE_COLUMN_INTERVALS)
                add_edges_of_ids(f, node);
            if (column->kind == LJ_TREE_COLUMN_NUMBER)
                add_edge(f, node->feature, node->value);
            if (column->kind == LJ_TREE_COLUMN_RANK && fabs(edge_of(f, node)) <= LJ_IMPORT_CELL_MAX)
                add_edge(f, node->feature, edge_of(f, node));
        }
    for (int64_t c = 0; c < in->out->column_count; c++)
        if (f->asked[c] & ASKS_ZERO_AS_MISSING) {
            add_edge(f, c, -LJ_IMPORT_ZERO);
            add_edge(f, c, nextafter(LJ_IMPORT_ZERO, 1.0));
        }
    return LJ_OK;
}

/* How many values of a column are below (strictly) x. */
static int64_t count_below(const lj_tree_column *column, double x)
{
    int64_t low = 0, high = column->count;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (column->values[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Edges of each column, ascending, each once. */
static lj_status keep_edges(finishing *f)
{
    lj_tree_import *out = f->in->out;
    double *values = lj_arena_array(out->arena, f->edge_count, sizeof(*values));
    if (values == NULL)
        return lj_import_no_memory(f->in);
    if (f->edge_count > 0)
        qsort(f->edges, (size_t)f->edge_count, sizeof(*f->edges), by_column_and_value);
    int64_t n = 0;
    for (int64_t i = 0; i < f->edge_count; i++) {
        lj_tree_column *column = &out->columns[f->edges[i].column];
        if (i > 0 && by_column_and_value(&f->edges[i - 1], &f->edges[i]) == 0)
            continue;
        if (column->count == 0)
            column->values = values + n;
        column->count++;
        values[n++] = f->edges[i].value;
        if (column->count > LJ_IMPORT_VALUES_MAX)
            return lj_fail(LJ_EUNSUPPORTED, "%s: column '%s' has more than %d thresholds", f->in->name, column->name,
                           LJ_IMPORT_VALUES_MAX);
    }
    for (int64_t c = 0; c < out->column_count; c++)
        if (f->asked[c] & ASKS_ZERO_AS_MISSING)
            out->columns[c].missing_rank = count_below(&out->columns[c], -LJ_IMPORT_ZERO) + 1;
    return LJ_OK;
}

static int64_t level_count(const lj_tree_column *column)
{
    return column->count + (column->kind == LJ_TREE_COLUMN_INTERVALS);
}

/* Numbers first, then categories. */
static void number_columns(finishing *f, lj_tree_rows *rows)
{
    const lj_tree_import *out = f->in->out;
    for (int64_t c = 0; c < out->column_count; c++)
        if (f->asked[c] & ASKS_NUMBER)
            f->index[c] = (int32_t)rows->number_count++;
    for (int64_t c = 0; c < out->column_count; c++)
        if (f->asked[c] & ASKS_CATEGORY) {
            f->sizes[rows->category_count] = (int32_t)level_count(&out->columns[c]) + 2;
            f->index[c] = (int32_t)(rows->number_count + rows->category_count++);
        }
    rows->category_sizes = f->sizes;
}

static lj_status make_columns(finishing *f)
{
    lj_importing *in = f->in;
    const int64_t columns = in->out->column_count;
    f->asked = lj_new_array(columns, sizeof(*f->asked));
    f->index = lj_new_array(columns, sizeof(*f->index));
    f->sizes = lj_new_array(columns, sizeof(*f->sizes));
    f->edges = lj_new_array(in->node_count + 2 * in->id_count + 2 * columns, sizeof(*f->edges));
    if (f->asked == NULL || f->index == NULL || f->sizes == NULL || f->edges == NULL)
        return lj_import_no_memory(in);
    LJ_TRY(ask_all(f));
    int asks = 0;
    for (int64_t c = 0; c < columns; c++) {
        LJ_TRY(set_kind(f, c));
        asks |= f->asked[c];
    }
    if (!asks)
        return lj_fail(LJ_EUNSUPPORTED, "%s: no tree asks a question: every answer is the same", in->name);
    LJ_TRY(add_edges(f));
    return keep_edges(f);
}

/* ---- trees ---- */

/* Nodes from the root on, both children of a node side by side and behind it. */
static lj_status order_tree(finishing *f, int64_t tree, int64_t *count)
{
    const lj_importing *in = f->in;
    const lj_import_node *nodes = in->nodes + in->begin[tree];
    const int64_t n = in->begin[tree + 1] - in->begin[tree];
    memset(f->reached, 0, (size_t)n);
    f->order[0] = 0;
    f->depth[0] = 0;
    f->reached[0] = 1;
    *count = 1;
    for (int64_t i = 0; i < *count; i++) {
        const lj_import_node *node = &nodes[f->order[i]];
        const int32_t children[2] = {node->left, node->right};
        for (int k = 0; node->feature >= 0 && k < 2; k++) {
            if (children[k] < 0 || children[k] >= n)
                return bad_node(in, tree, f->order[i], "a child that there is not");
            if (f->reached[children[k]])
                return bad_node(in, tree, f->order[i], "a child that another node has, too");
            if (f->depth[i] + 2 > LJ_TREE_DEPTH_MAX)
                return bad_node(in, tree, f->order[i], "deeper than trees may be");
            f->reached[children[k]] = 1;
            f->depth[*count] = f->depth[i] + 1;
            f->order[(*count)++] = children[k];
        }
    }
    return LJ_OK;
}

static int lists(const lj_importing *in, const lj_import_node *node, int64_t id)
{
    int64_t low = node->ids, high = node->ids + node->id_count;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (in->ids[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < node->ids + node->id_count && in->ids[low] == id;
}

/* The id in the file of a level, -1: none. */
static int64_t id_of_level(const lj_importing *in, int64_t c, int64_t level)
{
    const lj_tree_column *column = &in->out->columns[c];
    if (column->kind != LJ_TREE_COLUMN_INTERVALS)
        return in->levels[c].ids[level];
    if (level == 0)
        return -1;
    return column->values[level - 1] < 0.0 ? 0 : (int64_t)column->values[level - 1];
}

static lj_status write_set(const finishing *f, const lj_import_node *from, lj_tree_node *to)
{
    const lj_importing *in = f->in;
    const lj_tree_column *column = &in->out->columns[from->feature];
    const int64_t levels = level_count(column);
    lj_trees *trees = in->out->trees;
    to->set_words = (int32_t)((levels + 2 + 63) / 64);
    LJ_TRY(lj_trees_add_set(trees, to->set_words, &to->set));
    for (int64_t code = 0; code < levels + 2; code++) {
        int left = from->missing_left; /* the last code */
        if (code <= levels)
            left = (code > 0 && lists(in, from, id_of_level(in, from->feature, code - 1))) == in->listed_left;
        if (left)
            trees->sets[to->set + code / 64] |= UINT64_C(1) << (code % 64);
    }
    return LJ_OK;
}

static lj_status write_node(const finishing *f, const lj_import_node *from, lj_tree_node *to)
{
    to->gain = from->gain;
    to->weight = from->weight;
    to->missing_left = from->missing_left;
    to->feature = from->feature < 0 ? -1 : f->index[from->feature];
    to->threshold = (float)from->value;
    if (from->feature < 0)
        return LJ_OK;
    if (from->is_category) {
        to->threshold = 0.0F;
        return write_set(f, from, to);
    }
    const lj_tree_column *column = &f->in->out->columns[from->feature];
    if (column->kind == LJ_TREE_COLUMN_RANK) /* below all cells: none goes left */
        to->threshold = edge_of(f, from) < -LJ_IMPORT_CELL_MAX ? -1.0F : (float)count_below(column, edge_of(f, from));
    return LJ_OK;
}

static lj_status write_tree(finishing *f, int64_t tree)
{
    const lj_import_node *from = f->in->nodes + f->in->begin[tree];
    lj_trees *trees = f->in->out->trees;
    lj_tree_node *nodes = NULL;
    int64_t count = 0;
    int32_t next = 1;
    LJ_TRY(order_tree(f, tree, &count));
    LJ_TRY(lj_trees_add(trees, count, &nodes));
    for (int64_t i = 0; i < count; i++) {
        LJ_TRY(write_node(f, &from[f->order[i]], &nodes[i]));
        if (nodes[i].feature < 0 && trees->link.is_double)
            trees->values[nodes + i - trees->nodes] = from[f->order[i]].value;
        if (nodes[i].feature >= 0) {
            nodes[i].left = next;
            next += 2;
        }
    }
    return LJ_OK;
}

static lj_status bad_groups(const lj_importing *in)
{
    return lj_fail(LJ_ECORRUPT, "%s: expected as many trees of each of %" PRId64 " groups", in->name, in->groups);
}

/* Sums are by group, so only the order within a group matters: ours takes one of each in turn. */
static lj_status write_trees(finishing *f)
{
    const lj_importing *in = f->in;
    int64_t *next = lj_new_array(in->groups, sizeof(*next)), count = 0;
    lj_status status = next == NULL ? lj_import_no_memory(in) : LJ_OK;
    if (status == LJ_OK && in->tree_count % in->groups != 0)
        status = bad_groups(in);
    while (status == LJ_OK && count < in->tree_count) {
        int64_t *at = &next[count % in->groups];
        while (*at < in->tree_count && in->group[*at] != count % in->groups)
            (*at)++;
        status = *at < in->tree_count ? write_tree(f, (*at)++) : bad_groups(in);
        count++;
    }
    lj_free(next);
    return status;
}

static lj_status make_trees(finishing *f)
{
    lj_importing *in = f->in;
    lj_trees **trees = &in->out->trees;
    lj_tree_rows rows = {0};
    int64_t most = 1;
    number_columns(f, &rows);
    for (int64_t t = 0; t < in->tree_count; t++) {
        const int64_t count = in->begin[t + 1] - in->begin[t];
        most = count > most ? count : most;
    }
    f->order = lj_new_array(most, sizeof(*f->order));
    f->depth = lj_new_array(most, sizeof(*f->depth));
    f->reached = lj_new_array(most, sizeof(*f->reached));
    if (f->order == NULL || f->depth == NULL || f->reached == NULL)
        return lj_import_no_memory(in);
    const lj_tree_options options = {.loss = LJ_TREE_IMPORTED, .is_forest = in->is_forest, .classes = in->groups};
    LJ_TRY(lj_trees_create(&options, &rows, trees));
    (*trees)->link = in->link;
    memcpy((*trees)->base, in->base, (size_t)in->groups * sizeof(float));
    LJ_TRY(write_trees(f));
    return lj_trees_ready(*trees);
}

lj_status lj_import_finish(lj_importing *in)
{
    finishing f = {.in = in};
    lj_status status = make_columns(&f);
    if (status == LJ_OK)
        status = make_trees(&f);
    lj_free(f.asked);
    lj_free(f.index);
    lj_free(f.sizes);
    lj_free(f.edges);
    lj_free(f.order);
    lj_free(f.depth);
    lj_free(f.reached);
    return status;
}
