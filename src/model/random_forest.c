/* random_forest: trees of drawn rows and features whose mean answers (Breiman 2001, "Random forests"). */
#include <stddef.h>

#include "model/trees_fit.h"

typedef struct random_forest_options {
    int64_t trees, leaves, depth, bins;
    double least_weight, row_share, node_share;
} random_forest_options;

#define FIELD(name, member) .key = name, .offset = offsetof(random_forest_options, member)

static const lj_declaration declarations[] = {
    {FIELD("n_estimators", trees), .kind = LJ_DECLARED_INTEGER, .min = 1, .max = 100000, .fallback = "300",
     .doc = "Trees, of several classes for each."},
    {FIELD("max_depth", depth), .kind = LJ_DECLARED_INTEGER, .min = 0, .max = 1000, .fallback = "0",
     .doc = "Questions on the way to a leaf, 0: any."},
    {FIELD("num_leaves", leaves), .kind = LJ_DECLARED_INTEGER, .min = 0, .max = 100000, .fallback = "0",
     .doc = "Leaves of a tree at most, 0: any."},
    {FIELD("min_child_weight", least_weight), .kind = LJ_DECLARED_NUMBER, .min = 1, .max = 1e9, .fallback = "5",
     .doc = "Rows that a leaf has at least."},
    {FIELD("subsample", row_share), .kind = LJ_DECLARED_NUMBER, .min = 0.001, .max = 1, .fallback = "0.632",
     .doc = "Share of the rows that each tree is grown from, without putting back."},
    {FIELD("colsample_bynode", node_share), .kind = LJ_DECLARED_NUMBER, .min = 0.001, .max = 1, .fallback = "0.3",
     .doc = "Share of the features that each node may ask about."},
    {FIELD("max_bin", bins), .kind = LJ_DECLARED_INTEGER, .min = 3, .max = 256, .fallback = "255",
     .doc = "Bins that a number is cut into, with one for missing values."},
};

static lj_status fit(const lj_fit_call *call)
{
    const random_forest_options *o = call->options;
    lj_tree_options options = {.loss = LJ_TREE_SQUARED,
                               .is_forest = 1,
                               .rounds = o->trees,
                               .rate = 1.0,
                               .growth = LJ_TREE_DEPTH_WISE,
                               .leaves = o->leaves,
                               .depth = o->depth,
                               .least_weight = o->least_weight,
                               .row_share = o->row_share,
                               .tree_share = 1.0,
                               .node_share = o->node_share,
                               .bins = o->bins,
                               .smoothing = 1.0};
    return lj_trees_family_fit(call, &options, 0);
}

const lj_family lj_family_random_forest = {
    .info = {.name = "random_forest",
             .summary = "the mean of many decision trees, each of drawn rows and features",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_TREES,
             .grows_trees = 1},
    .options_size = sizeof(random_forest_options),
    .train_defaults = lj_trees_train_defaults,
    .fit = fit,
};
