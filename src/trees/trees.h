/* Inside of trees/: the model, the binned rows, and what grows a tree. */
#ifndef LIANJIN_TREES_TREES_H
#define LIANJIN_TREES_TREES_H

#include <stdint.h>

#include "compute/kernels.h"
#include "lianjin/trees.h"

#define LJ_TREES_FORMAT 1
#define LJ_TREES_MAX 1000000      /* trees of a model */
#define LJ_TREE_NODES_MAX 1000000 /* nodes of a tree */
#define LJ_TREE_DEPTH_MAX 1024    /* levels of a tree */

/*
 * A node. A number goes left where x <= threshold, a missing one where missing_left; a category goes left where bit
 * `code` of its set is 1. A leaf has feature -1.
 */
typedef struct lj_tree_node {
    int32_t feature;     /* numbers, then categories */
    int32_t left;        /* node of this tree, behind it; the right one is the next */
    float threshold;     /* a leaf: its value; a category of many levels: where their values are cut */
    int32_t set;         /* first word of the set in lj_trees.sets */
    int32_t set_words;   /* 0: a number */
    int32_t missing_left;
    float gain;          /* a leaf: 0 */
    float weight;        /* sum of hessians of the training rows */
} lj_tree_node;

/* A question, or a leaf (left 0), as small as walks want it. */
typedef struct lj_tree_step {
    float threshold; /* a leaf: its value */
    int32_t feature;
    int32_t left;    /* step of the same tree; the right one is the next */
    int32_t more;    /* of a number: does a missing one go left; of a category: the first word of its set */
} lj_tree_step;

typedef enum lj_tree_kind { LJ_TREE_BY_NODE, LJ_TREE_BY_STEP, LJ_TREE_BY_LEVEL } lj_tree_kind;

typedef struct lj_tree_walk {
    lj_tree_kind kind;
    int depth; /* by level */
    const lj_tree_step *steps;
} lj_tree_walk;

/* X(code, name) What the answer is of a raw score x of imported trees. */
#define LJ_TREE_LINK_LIST(X)                                              \
    X(IDENTITY, "identity")           /* x */                             \
    X(SIGMOID, "sigmoid")             /* 1 / (1 + exp(-scale x)) */       \
    X(SOFTMAX, "softmax")             /* of the groups */                 \
    X(EXP, "exp")                     /* exp(x) */                        \
    X(SIGNED_SQUARE, "signed_square") /* x |x| */

typedef enum lj_tree_link_code {
#define X(code, name) LJ_TREE_LINK_##code,
    LJ_TREE_LINK_LIST(X)
#undef X
        LJ_TREE_LINK_COUNT
} lj_tree_link_code;

extern const char *const lj_tree_link_names[]; /* ended by NULL */

typedef struct lj_tree_link {
    lj_tree_link_code code;
    double scale;
    int is_double; /* leaves, sums and answers are in double, as LightGBM has them; else in float32, as XGBoost */
} lj_tree_link;

struct lj_trees {
    int64_t number_count, category_count;
    int32_t *category_sizes; /* [category_count] */
    lj_tree_loss loss;
    lj_tree_link link; /* of IMPORTED */
    int is_forest;
    int64_t groups;
    float *base; /* [groups] where raw scores begin */
    int64_t tree_count; /* tree t adds to group t % groups */
    int64_t *begin;     /* [tree_count + 1] into nodes */
    lj_tree_node *nodes;
    double *values; /* [nodes] of leaves, where the link is of doubles; else NULL */
    uint64_t *sets;
    int64_t set_count;
    int64_t tree_room, node_room, set_room;
    lj_tree_step *steps;  /* of lj_trees_ready */
    lj_tree_walk *walks;  /* [tree_count] */
};

/* What a leaf adds; `node` counts from the first tree. */
static inline double lj_tree_leaf(const lj_trees *trees, int64_t node)
{
    return trees->values != NULL ? trees->values[node] : (double)trees->nodes[node].threshold;
}

static inline lj_tree_step lj_tree_step_of(const lj_tree_node *node)
{
    return (lj_tree_step){.threshold = node->threshold,
                          .feature = node->feature < 0 ? 0 : node->feature,
                          .left = node->feature < 0 ? 0 : node->left,
                          .more = node->set_words > 0 ? node->set : node->missing_left};
}

/* Not left: NaN goes right unless it is sent left. */
static inline int lj_tree_number_right(const lj_tree_step *step, float x)
{
    return !(x <= step->threshold) & !(step->more & (x != x));
}

/* Does a row go right at a step that asks? */
static inline int lj_tree_step_right(const lj_trees *trees, const lj_tree_step *step, const float *numbers,
                                     const int32_t *codes)
{
    if (step->feature < trees->number_count)
        return lj_tree_number_right(step, numbers[step->feature]);
    const int64_t k = step->feature - trees->number_count;
    const int32_t code = codes[k] > 0 && codes[k] < trees->category_sizes[k] ? codes[k] : 0;
    return !((trees->sets[step->more + code / 64] >> (code % 64)) & 1);
}

/* ---- bins.c ---- */

/*
 * How a feature is cut. Of a number, bin 0 is missing and bin b >= 1 is (cuts[b - 2], cuts[b - 1]]; of a grouped
 * category, bin 0 is code 0 and every level without a bin of its own; of a category of many levels, values stand for
 * levels (ordered.c), which are cut as numbers are, and bin 0 is never there.
 */
typedef struct lj_tree_cuts {
    int32_t bins;          /* with bin 0 */
    int is_grouped;
    float *cuts;           /* [bins - 2] ascending, and the greatest number behind them */
    int32_t *code_of_bin;  /* [bins]; grouped */
    uint8_t *bin_of_code;  /* [size]; grouped */
    float *value_of_code;  /* [size]; of many levels */
    int64_t size;          /* of a category */
} lj_tree_cuts;

/* Features side by side, so that a row of the block is read at once. */
typedef struct lj_tree_block {
    int64_t first, width;
    uint8_t *bins; /* [n, width] */
} lj_tree_block;

typedef struct lj_tree_bins {
    int64_t n, features, number_count;
    lj_tree_cuts *cuts; /* [features]; owned by the bins of the training rows */
    int owns_cuts;
    int64_t *offset;    /* [features + 1] of a feature's bins in all */
    int64_t block_count;
    lj_tree_block *blocks;
    uint8_t *columns;   /* [features, n] */
} lj_tree_bins;

/* Finds the cuts of the rows and bins them. LJ_ENOMEM. Free with lj_tree_bins_free. */
LJ_CHECKED lj_status lj_tree_bins_make(const lj_tree_options *options, const lj_tree_rows *rows, lj_team *team,
                                       lj_tree_bins *out);
/* Bins other rows by the same cuts, columns only. */
LJ_CHECKED lj_status lj_tree_bins_apply(const lj_tree_bins *by, const lj_tree_rows *rows, lj_team *team,
                                        lj_tree_bins *out);
void lj_tree_bins_free(lj_tree_bins *bins);

/* ---- ordered.c ---- */

/* Do values stand for the levels of a category of this size? */
int lj_tree_is_ordered(const lj_tree_options *options, int64_t size);
/* The order in which rows are seen [n]. */
void lj_tree_see(const lj_tree_options *options, int64_t n, int64_t *order);
/*
 * Values [n] of the rows of category k by the rows seen before each, and values [size] of its levels by all rows.
 * LJ_ENOMEM.
 */
LJ_CHECKED lj_status lj_tree_value_levels(const lj_tree_options *options, const lj_tree_rows *rows, int64_t k,
                                          const int64_t *order, float *of_row, float *of_code);

/* ---- losses.c ---- */

/* Raw scores where boosting begins [groups]. */
void lj_tree_base(const lj_tree_options *options, const lj_tree_rows *train, float *base);
/* Gradients and hessians [groups, n] of raw scores [groups, n], times the weights. */
void lj_tree_gradients(const lj_tree_options *options, const lj_tree_rows *train, const float *raw, lj_team *team,
                       float *g, float *h);
/* The values of leaves are medians or quantiles of what is left, not sums of gradients. */
int lj_tree_loss_renews(lj_tree_loss loss);
/* The value of a leaf of such a loss: rows [n] into the arrays of the table; `scratch` [n] pairs. */
typedef struct lj_tree_residual {
    double value, weight;
} lj_tree_residual;
double lj_tree_renewed(const lj_tree_options *options, const lj_tree_rows *train, const float *raw,
                       const int32_t *rows, int64_t n, lj_tree_residual *scratch);
/* ---- grow.c ---- */

/* Sums of whole numbers of one bin. */
typedef struct lj_tree_sum {
    int64_t g, h;
} lj_tree_sum;

/* The best question that was found for a node. */
typedef struct lj_tree_split {
    double gain;      /* over the node unsplit, in the unit of the words; -inf: none */
    int32_t feature;  /* -1: none */
    int32_t bin;      /* the last that goes left; category: -1 */
    int missing_left;
    uint64_t set[LJ_TREE_BINS / 64]; /* of a category: the bins that go left */
    lj_tree_sum left;
} lj_tree_split;

/* What the search for a split needs of a node. */
typedef struct lj_tree_question {
    const lj_tree_bins *bins;
    const lj_tree_options *options;
    const lj_kernels *kernels;
    double unit;      /* of gradients over that of hessians, as the gain in words has it: for smoothing */
    double h_scale;   /* words of one unit of hessian */
    double g_scale;
    lj_tree_sum all;
    double low, high; /* bounds of the values of leaves below, with monotone constraints; in units of words */
} lj_tree_question;

/* Room of one thread. */
typedef struct lj_tree_scratch {
    double g[LJ_TREE_BINS + LJ_LANES], h[LJ_TREE_BINS + LJ_LANES], key[LJ_TREE_BINS];
    int32_t place[LJ_TREE_BINS];
    uint64_t sums[LJ_TREE_WIDTH * LJ_TREE_BINS];
} lj_tree_scratch;

/* The best split of one feature by its sums [bins]; `best` is replaced if this one is strictly better. */
void lj_tree_find_split(const lj_tree_question *q, int32_t feature, const lj_tree_sum *sums, lj_tree_scratch *scratch,
                        lj_tree_split *best);
/*
 * Of one question for all leaves: the order in which the bins of a feature go left one after the other, that of the
 * numbers without bin 0 or of the categories by the gradients of all rows; answers how many.
 */
int64_t lj_tree_order(const lj_tree_question *q, int32_t feature, const lj_tree_sum *sums, int32_t *order);
/* Adds to sum [n] what a leaf scores with the first 1 .. n bins of the order on its left, and `missing` unless NULL. */
void lj_tree_add_scores(const lj_tree_question *q, const lj_tree_sum *sums, const int32_t *order, int64_t n,
                        const lj_tree_sum *missing, lj_tree_scratch *scratch, double *sum);
/* Which bins go left. */
void lj_tree_sides(const lj_tree_split *split, uint8_t left[LJ_TREE_BINS]);
/* G * G / (H + l2) of a node, in the unit of the words. */
double lj_tree_score(const lj_tree_question *q, const lj_tree_sum *all, double l2);
/* The value of a leaf that these sums would have, within bounds, in units of words. */
double lj_tree_value(const lj_tree_question *q, double g, double h);

/* A node as it is grown, on binned rows: rows [begin, begin + count) of the grower's. */
typedef struct lj_tree_grown {
    int32_t left, right; /* -1: a leaf */
    int32_t depth;
    int64_t begin, count;
    lj_tree_sum all;
    double low, high;    /* bounds of the values below, in units of words */
    uint64_t groups;     /* of features that may stand below: bits of lj_tree_options.groups, or (features_most) the
                            numbers, from 1, of those asked above in two halves */
    lj_tree_sum *sums;   /* of all bins, while it is open */
    lj_tree_split split;
} lj_tree_grown;

/* Grows one tree after the other over the same rows. */
typedef struct lj_tree_grower {
    const lj_tree_options *options;
    const lj_tree_bins *bins;
    const lj_kernels *kernels;
    lj_team *team;
    int threads;
    int32_t *rows;           /* [n] those of the tree, by leaf; with the others behind them */
    int64_t row_count;
    int32_t *to_left, *to_right; /* [n] room of a partition */
    uint32_t *words;         /* [n] */
    double g_scale, h_scale; /* words of one unit */
    lj_tree_grown *nodes;
    int64_t node_count, node_room;
    int64_t leaf_count;
    int32_t *features;       /* [feature_count] of this tree, ascending */
    int64_t feature_count;
    uint8_t *asked;          /* [2, features] of a node and its sibling */
    int64_t *order;          /* [features] room of a permutation */
    lj_tree_sum **spare;     /* [spare_count] sums that nobody uses */
    int64_t spare_count, spare_room;
    lj_tree_sum *parts;      /* [threads, bins of all features] */
    lj_tree_scratch *scratch; /* [threads] */
    lj_tree_split *found;    /* [2, features] */
    int64_t *chunk_left;     /* [chunks] of a partition */
} lj_tree_grower;

LJ_CHECKED lj_status lj_tree_grower_create(const lj_tree_options *options, const lj_tree_bins *bins, lj_team *team,
                                           lj_tree_grower **out);
void lj_tree_grower_destroy(lj_tree_grower *grower);
/* Grows tree `tree` from gradients and hessians [n] of the training rows into nodes [node_count]. */
LJ_CHECKED lj_status lj_tree_grow(lj_tree_grower *grower, int64_t tree, const float *g, const float *h);
lj_tree_question lj_tree_question_of(const lj_tree_grower *g, const lj_tree_grown *node);

/* ---- histogram.c ---- */

/* Sums that nobody uses, of all bins; NULL without memory. */
lj_tree_sum *lj_tree_take_sums(lj_tree_grower *g);
void lj_tree_give_sums(lj_tree_grower *g, lj_tree_sum *sums);
/* Sums of the rows [begin, begin + count): g->parts [parts] has them, to be added up. Answers how many parts. */
int64_t lj_tree_sum_rows(lj_tree_grower *g, int64_t begin, int64_t count, lj_tree_sum *first);
/* Adds the further parts of a feature to the first. */
void lj_tree_join_parts(const lj_tree_grower *g, int64_t parts, int64_t feature, lj_tree_sum *first);
/* Puts the rows of a node that go left before those that go right, in their order; answers how many go left. */
int64_t lj_tree_partition(lj_tree_grower *g, const lj_tree_grown *node);
/* The words of the rows, and their unit. */
void lj_tree_make_words(lj_tree_grower *g, int64_t tree, const float *gradients, const float *hessians);

/* ---- symmetric.c ---- */

/* Grows all levels of tree `tree` from the root, whose sums are there. */
LJ_CHECKED lj_status lj_tree_grow_symmetric(lj_tree_grower *g, int64_t tree);
/* The stream of a tree's draws of features, and which of the tree's features a node (or level) may ask about. */
uint64_t lj_tree_draws(int64_t tree);
void lj_tree_draw_asked(lj_tree_grower *g, uint64_t stream, uint64_t groups, int64_t index, uint8_t *asked);
/* Splits a node as its split says: two nodes more. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_tree_split_node(lj_tree_grower *g, int64_t index);
/* The sums of both children of a node, whose own become those of the larger one. */
LJ_CHECKED lj_status lj_tree_sum_children(lj_tree_grower *g, int64_t index, int64_t *parts);

/* Is a row in this tree's share? */
int lj_tree_has_row(const lj_tree_options *options, int64_t tree, int64_t row);

/* ---- trees.c ---- */

LJ_CHECKED lj_status lj_trees_create(const lj_tree_options *options, const lj_tree_rows *rows, lj_trees **out);
/* Room for `more` beside `used`; the array may move. */
LJ_CHECKED lj_status lj_tree_make_room(void **array, int64_t used, int64_t more, size_t size, int64_t *room);
/* Room for one tree more with so many nodes; answers its first node. */
LJ_CHECKED lj_status lj_trees_add(lj_trees *trees, int64_t nodes, lj_tree_node **out);
/* Room for one set more of so many words. */
LJ_CHECKED lj_status lj_trees_add_set(lj_trees *trees, int64_t words, int32_t *first);
/* A copy of a tree of another model over the same features. */
LJ_CHECKED lj_status lj_trees_copy(lj_trees *trees, const lj_trees *from, int64_t tree);
/* The first trees alone. */
void lj_trees_cut(lj_trees *trees, int64_t tree_count);

/* ---- walk.c ---- */

#define LJ_TREE_TOGETHER 8 /* walks at once */

/* What scoring needs, of trees that no longer change. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_trees_ready(lj_trees *trees);
/* The value of a row's leaf in a symmetric tree. */
float lj_tree_walk_levels(const lj_trees *trees, const lj_tree_walk *walk, const float *numbers, const int32_t *codes);
/* The leaves of several pairs of a tree and a row. */
void lj_tree_walk_steps(const lj_tree_step *const roots[LJ_TREE_TOGETHER], const float *const numbers[LJ_TREE_TOGETHER],
                        const lj_tree_step *leaves[LJ_TREE_TOGETHER]);

/* ---- score.c ---- */

/* Raw scores [n, groups] after `rounds` rounds to probabilities, means or values, in place. */
void lj_tree_answers(const lj_trees *trees, int64_t rounds, int64_t n, float *raw);

/* ---- link.c ---- */

/* Answers of raw scores of one row [groups] of imported trees, in place. */
void lj_tree_link_double(const lj_trees *trees, double *x);
void lj_tree_link_float(const lj_trees *trees, float *x);

/* ---- leaves.c ---- */

/* A tree that was grown becomes the last one of the model, and its values are added to raw [n] of the training rows. */
LJ_CHECKED lj_status lj_tree_keep(const lj_tree_grower *g, const lj_tree_rows *train, const float *gradients,
                                  const float *hessians, lj_tree_residual *scratch, float *raw, lj_trees *trees);
/* raw[i * stride] += the values of tree t for binned rows; `skips`: but those that it was grown with. */
LJ_CHECKED lj_status lj_tree_add_binned(const lj_tree_options *options, const lj_trees *trees, int64_t tree,
                                        const lj_tree_bins *bins, lj_team *team, int skips, float *raw, int64_t stride);

#endif
