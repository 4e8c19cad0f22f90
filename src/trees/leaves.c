/* The values of a tree's leaves, and a grown tree as it is kept. */
#include <math.h>
#include <string.h>

#include "trees/trees.h"

#define TASK_ROWS 1024
#define WHOLE_BITS 61 /* of sums of gradients as whole numbers */

/* ---- values ---- */

typedef struct valuing {
    const lj_tree_grower *g;
    const lj_tree_rows *train;
    const float *gradients, *hessians;
    lj_tree_residual *scratch; /* [n]; of losses whose leaves are quantiles */
    double g_unit, h_unit;     /* of the sums */
    float *raw;
    lj_tree_node *nodes;
} valuing;

/* Newton's step by sums that have no order, or the quantile of what is left. */
static double value_of(const valuing *v, const lj_tree_grown *leaf)
{
    const lj_tree_options *o = v->g->options;
    const int32_t *rows = v->g->rows + leaf->begin;
    if (lj_tree_loss_renews(o->loss) && !o->is_forest)
        return o->rate * lj_tree_renewed(o, v->train, v->raw, rows, leaf->count, v->scratch + leaf->begin);
    int64_t g_sum = 0, h_sum = 0;
    for (int64_t i = 0; i < leaf->count; i++) {
        g_sum += (int64_t)((double)v->gradients[rows[i]] * v->g_unit);
        h_sum += (int64_t)((double)v->hessians[rows[i]] * v->h_unit);
    }
    const double g = (double)g_sum / v->g_unit, h = (double)h_sum / v->h_unit + o->l2;
    const double size = fabs(g) > o->l1 && h > 0.0 ? (fabs(g) - o->l1) / h : 0.0;
    const double words = v->g->h_scale / v->g->g_scale, value = g > 0.0 ? -size : size;
    const double low = leaf->low * words, high = leaf->high * words;
    return o->rate * (value < low ? low : value > high ? high : value);
}

static void value_leaf(void *context, int64_t index, int thread)
{
    (void)thread;
    const valuing *v = context;
    const lj_tree_grown *leaf = &v->g->nodes[index];
    if (leaf->left >= 0)
        return;
    const float value = (float)value_of(v, leaf);
    const int32_t *rows = v->g->rows + leaf->begin;
    v->nodes[index].threshold = value;
    for (int64_t i = 0; i < leaf->count; i++)
        v->raw[rows[i]] += value;
}

static double unit_of(double scale, int bits, int64_t n)
{
    int rows = 0;
    while ((n >> rows) > 0)
        rows++;
    return ldexp(scale, WHOLE_BITS - bits - rows);
}

/* ---- the tree ---- */

/* The levels that go left: those without a bin go with bin 0; of many levels, those whose values are small. */
static lj_status keep_set(const lj_tree_grower *g, const lj_tree_grown *grown, lj_trees *trees, lj_tree_node *node)
{
    const lj_tree_cuts *cuts = &g->bins->cuts[node->feature];
    uint8_t is_left[LJ_TREE_BINS];
    lj_tree_sides(&grown->split, is_left);
    node->set_words = (int32_t)((cuts->size + 63) / 64);
    LJ_TRY(lj_trees_add_set(trees, node->set_words, &node->set));
    for (int64_t code = 0; code < cuts->size; code++) {
        if (cuts->is_grouped ? is_left[cuts->bin_of_code[code]] : cuts->value_of_code[code] <= node->threshold)
            trees->sets[node->set + code / 64] |= UINT64_C(1) << (code % 64);
    }
    return LJ_OK;
}

lj_status lj_tree_keep(const lj_tree_grower *g, const lj_tree_rows *train, const float *gradients,
                       const float *hessians, lj_tree_residual *scratch, float *raw, lj_trees *trees)
{
    lj_tree_node *nodes = NULL;
    LJ_TRY(lj_trees_add(trees, g->node_count, &nodes));
    for (int64_t i = 0; i < g->node_count; i++) {
        const lj_tree_grown *grown = &g->nodes[i];
        lj_tree_node *node = &nodes[i];
        node->weight = (float)((double)grown->all.h / g->h_scale);
        node->feature = grown->left < 0 ? -1 : grown->split.feature;
        if (grown->left < 0)
            continue;
        node->left = grown->left;
        node->missing_left = grown->split.missing_left;
        node->gain = (float)(grown->split.gain / g->g_scale / g->g_scale * g->h_scale);
        if (grown->split.bin > 0)
            node->threshold = g->bins->cuts[node->feature].cuts[grown->split.bin - 1];
        if (node->feature >= g->bins->number_count)
            LJ_TRY(keep_set(g, grown, trees, node));
    }
    valuing v = {.g = g,
                 .train = train,
                 .gradients = gradients,
                 .hessians = hessians,
                 .scratch = scratch,
                 .g_unit = unit_of(g->g_scale, 15, train->n),
                 .h_unit = unit_of(g->h_scale, 16, train->n),
                 .raw = raw,
                 .nodes = nodes};
    lj_team_run(g->team, value_leaf, &v, g->node_count);
    return LJ_OK;
}

/* ---- binned rows ---- */

typedef struct binned {
    int32_t feature, left;
    int32_t bin; /* -1: a grouped category */
    int missing_left;
    float value;
    uint64_t set[LJ_TREE_BINS / 64];
} binned;

typedef struct adding {
    const lj_tree_options *options;
    const lj_tree_bins *bins;
    const binned *nodes;
    int64_t tree;
    int skips;
    float *raw;
    int64_t stride;
} adding;

static int goes_left(const binned *node, uint8_t bin)
{
    if (node->bin < 0)
        return (int)(node->set[bin / 64] >> (bin % 64)) & 1;
    return bin == 0 ? node->missing_left : bin <= node->bin;
}

static void add_rows(void *context, int64_t task, int thread)
{
    (void)thread;
    const adding *a = context;
    const int64_t n = a->bins->n, begin = task * TASK_ROWS, end = begin + TASK_ROWS < n ? begin + TASK_ROWS : n;
    for (int64_t row = begin; row < end; row++) {
        if (a->skips && lj_tree_has_row(a->options, a->tree, row))
            continue;
        const binned *node = a->nodes;
        while (node->feature >= 0)
            node = a->nodes + node->left + !goes_left(node, a->bins->columns[node->feature * n + row]);
        a->raw[row * a->stride] += node->value;
    }
}

/* A kept node as it looks at bins. */
static binned bin_node(const lj_trees *trees, const lj_tree_node *node, const lj_tree_bins *bins)
{
    binned b = {.feature = node->feature,
                .left = node->left,
                .bin = -1,
                .missing_left = node->missing_left,
                .value = node->threshold};
    if (node->feature < 0)
        return b;
    const lj_tree_cuts *cuts = &bins->cuts[node->feature];
    if (!cuts->is_grouped) {
        for (b.bin = 1; b.bin + 1 < cuts->bins && cuts->cuts[b.bin - 1] < node->threshold;)
            b.bin++;
        return b;
    }
    for (int32_t k = 0; k < cuts->bins; k++) {
        const int32_t code = k == 0 ? 0 : cuts->code_of_bin[k];
        b.set[k / 64] |= ((trees->sets[node->set + code / 64] >> (code % 64)) & 1) << (k % 64);
    }
    return b;
}

lj_status lj_tree_add_binned(const lj_tree_options *options, const lj_trees *trees, int64_t tree,
                             const lj_tree_bins *bins, lj_team *team, int skips, float *raw, int64_t stride)
{
    const lj_tree_node *kept = trees->nodes + trees->begin[tree];
    const int64_t count = trees->begin[tree + 1] - trees->begin[tree];
    binned *nodes = lj_new_array(count, sizeof(*nodes));
    if (nodes == NULL)
        return lj_fail(LJ_ENOMEM, "trees: no memory to score a tree");
    for (int64_t i = 0; i < count; i++)
        nodes[i] = bin_node(trees, &kept[i], bins);
    adding a = {.options = options, .bins = bins, .nodes = nodes, .tree = tree, .skips = skips, .raw = raw,
                .stride = stride};
    lj_team_run(team, add_rows, &a, (bins->n + TASK_ROWS - 1) / TASK_ROWS);
    lj_free(nodes);
    return LJ_OK;
}
