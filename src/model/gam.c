/*
 * gam: a generalised additive model: what each column adds is a curve of its own, and what pairs of columns add beside it a
 * surface, all found by boosting trees whose ways to a leaf ask about one column, or two (Lou, Caruana, Gehrke and Hooker,
 * "Accurate intelligible models with pairwise interactions", KDD 2013).
 */
#include <stddef.h>

#include "model/trees_fit.h"

typedef struct gam_options {
    int64_t rounds, patience, leaves, bins;
    double rate, least_weight, l2, row_share;
    int pairs, refit;
    const lj_item *monotone;
} gam_options;

#define FIELD(name, member) .key = name, .offset = offsetof(gam_options, member)

static const lj_declaration declarations[] = {
    {FIELD("pairs", pairs), .kind = LJ_DECLARED_BOOL, .fallback = "true",
     .doc = "Ways to a leaf may ask about two columns; false: about one, and the model is a sum of curves."},
    {FIELD("n_estimators", rounds), .kind = LJ_DECLARED_INTEGER, .min = 1, .max = 100000, .fallback = "6000",
     .doc = "Rounds at most: a tree each, of several classes one a class."},
    {FIELD("learning_rate", rate), .kind = LJ_DECLARED_NUMBER, .min = 1e-6, .max = 1, .fallback = "0.03",
     .doc = "What a tree adds is multiplied by it."},
    {FIELD("early_stopping_rounds", patience), .kind = LJ_DECLARED_INTEGER, .min = 0, .max = 100000,
     .fallback = "200",
     .doc = "Rounds without a better valid value before it ends; the best round is kept. 0: all rounds."},
    {FIELD("num_leaves", leaves), .kind = LJ_DECLARED_INTEGER, .min = 2, .max = 1000, .fallback = "6",
     .doc = "Leaves of a tree at most."},
    {FIELD("min_child_weight", least_weight), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 1e9, .fallback = "5",
     .doc = "Sum of hessians that a leaf has at least."},
    {FIELD("reg_lambda", l2), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 1e9, .fallback = "3",
     .doc = "Squared penalty of the values of leaves."},
    {FIELD("subsample", row_share), .kind = LJ_DECLARED_NUMBER, .min = 0.001, .max = 1, .fallback = "0.8",
     .doc = "Share of the rows that each tree is grown from."},
    {FIELD("max_bin", bins), .kind = LJ_DECLARED_INTEGER, .min = 3, .max = 256, .fallback = "255",
     .doc = "Bins that a number is cut into, with one for missing values."},
    {FIELD("refit", refit), .kind = LJ_DECLARED_BOOL, .fallback = "true",
     .doc = "Fits once more on train and valid together with the rounds that valid chose; what is said of valid comes "
            "from before."},
    {FIELD("monotone_constraints", monotone), .kind = LJ_DECLARED_MAP,
     .doc = "Column: 1 (the score never falls as it rises) or -1. Proved after training."},
};

static lj_status fit(const lj_fit_call *call)
{
    const gam_options *o = call->options;
    lj_tree_options options = {.loss = LJ_TREE_SQUARED,
                               .rounds = o->rounds,
                               .rate = o->rate,
                               .growth = LJ_TREE_LEAF_WISE,
                               .leaves = o->leaves,
                               .least_weight = o->least_weight,
                               .l2 = o->l2,
                               .row_share = o->row_share,
                               .tree_share = 1.0,
                               .node_share = 1.0,
                               .bins = o->bins,
                               .smoothing = 10.0,
                               .category_l2 = 10.0,
                               .features_most = o->pairs ? 2 : 1,
                               .patience = o->patience};
    return lj_trees_family_fit(call, &options, o->refit);
}

const lj_family lj_family_gam = {
    .info = {.name = "gam",
             .summary = "a generalised additive model: a curve of each column and surfaces of pairs",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_TREES,
             .grows_trees = 1},
    .options_size = sizeof(gam_options),
    .train_defaults = lj_trees_train_defaults,
    .fit = fit,
};
