/* boosted_trees: gradient boosting of decision trees, the same bits everywhere (lianjin/trees.h). */
#include <math.h>
#include <stddef.h>

#include "model/trees_fit.h"

#define SYMMETRIC_DEPTH 6
#define LEAVES          31

typedef struct boosted_trees_options {
    int64_t rounds, leaves, depth, bins, patience;
    double rate, least_weight, l2, l1, least_gain, row_share, tree_share, node_share, smoothing, category_l2;
    int growth, objective;
    double parameter;
    int refit;
    const lj_item *monotone, *interactions;
} boosted_trees_options;

/* What `objective` may say; auto goes by the task. */
static const char *const objectives[] = {"auto",     "squared", "absolute", "huber",
                                         "quantile", "poisson", "tweedie",  NULL};
enum { AUTO, SQUARED, ABSOLUTE, HUBER, QUANTILE, POISSON, TWEEDIE };
static const lj_tree_loss loss_of[] = {LJ_TREE_SQUARED,  LJ_TREE_SQUARED, LJ_TREE_ABSOLUTE, LJ_TREE_HUBER,
                                       LJ_TREE_QUANTILE, LJ_TREE_POISSON, LJ_TREE_TWEEDIE};

#define FIELD(name, member) .key = name, .offset = offsetof(boosted_trees_options, member)

static const lj_declaration declarations[] = {
    {FIELD("n_estimators", rounds), .kind = LJ_DECLARED_INTEGER, .min = 1, .max = 100000, .fallback = "4000",
     .doc = "Rounds at most: a tree each, of several classes one a class."},
    {FIELD("learning_rate", rate), .kind = LJ_DECLARED_NUMBER, .min = 1e-6, .max = 1, .fallback = "0.03",
     .doc = "What a tree adds is multiplied by it."},
    {FIELD("early_stopping_rounds", patience), .kind = LJ_DECLARED_INTEGER, .min = 0, .max = 100000,
     .fallback = "150",
     .doc = "Rounds without a better valid value before it ends; the best round is kept. 0: all rounds."},
    {FIELD("grow_policy", growth), .kind = LJ_DECLARED_CHOICE, .choices = lj_tree_growth_names,
     .fallback = "symmetric",
     .doc = "leaf_wise: the leaf that gains most is split next; depth_wise: level by level; symmetric: one question "
            "for all leaves of a level, which overfits least and scores fastest."},
    {FIELD("max_depth", depth), .kind = LJ_DECLARED_INTEGER, .min = 0, .max = 64,
     .doc = "Questions on the way to a leaf, 0: any; left out: 6, leaf_wise any. symmetric: at most 16."},
    {FIELD("num_leaves", leaves), .kind = LJ_DECLARED_INTEGER, .min = 0, .max = 100000,
     .doc = "Leaves of a tree at most, 0: any; left out: 31 of leaf_wise, else any."},
    {FIELD("min_child_weight", least_weight), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 1e9, .fallback = "1",
     .doc = "Sum of hessians that a leaf has at least; symmetric trees do not look at it."},
    {FIELD("reg_lambda", l2), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 1e9, .fallback = "3",
     .doc = "Squared penalty of the values of leaves."},
    {FIELD("reg_alpha", l1), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 1e9, .fallback = "0",
     .doc = "Absolute penalty of the values of leaves."},
    {FIELD("min_split_gain", least_gain), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 1e9, .fallback = "0",
     .doc = "A split must gain more than this."},
    {FIELD("subsample", row_share), .kind = LJ_DECLARED_NUMBER, .min = 0.001, .max = 1, .fallback = "0.8",
     .doc = "Share of the rows that each tree is grown from."},
    {FIELD("colsample_bytree", tree_share), .kind = LJ_DECLARED_NUMBER, .min = 0.001, .max = 1, .fallback = "0.7",
     .doc = "Share of the features that each tree may ask about."},
    {FIELD("colsample_bynode", node_share), .kind = LJ_DECLARED_NUMBER, .min = 0.001, .max = 1, .fallback = "1",
     .doc = "Share of those that each node may ask about; of symmetric trees each level."},
    {FIELD("max_bin", bins), .kind = LJ_DECLARED_INTEGER, .min = 3, .max = 256, .fallback = "255",
     .doc = "Bins that a number is cut into, with one for missing values."},
    {FIELD("cat_smooth", smoothing), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 1e9, .fallback = "10",
     .doc = "Hessians that draw the mean gradient of a category towards 0 before categories are put in order."},
    {FIELD("cat_l2", category_l2), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 1e9, .fallback = "10",
     .doc = "Added to reg_lambda where a category splits."},
    {FIELD("objective", objective), .kind = LJ_DECLARED_CHOICE, .choices = objectives, .fallback = "auto",
     .doc = "Loss of regression; auto: squared. Classes always have log-loss."},
    {FIELD("objective_parameter", parameter), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 1e9,
     .doc = "quantile: which (0.5); huber: where it turns linear, in deviations of the target (1); tweedie: the power, "
            "between 1 and 2 (1.5)."},
    {FIELD("refit", refit), .kind = LJ_DECLARED_BOOL, .fallback = "true",
     .doc = "Fits once more on train and valid together with the rounds that valid chose; what is said of valid comes "
            "from before."},
    {FIELD("monotone_constraints", monotone), .kind = LJ_DECLARED_MAP,
     .doc = "Column: 1 (the score never falls as it rises) or -1. Proved after training."},
    {FIELD("interaction_constraints", interactions), .kind = LJ_DECLARED_LIST,
     .doc = "Lists of columns: those on a way to a leaf share a list; columns in none share one."},
};

static int keeps_unit(const void *options)
{
    const boosted_trees_options *o = options;
    return o->objective == POISSON || o->objective == TWEEDIE;
}

static lj_status check(const char *file, const void *options)
{
    const boosted_trees_options *o = options;
    const double p = o->parameter;
    if (o->growth == LJ_TREE_SYMMETRIC && o->depth != LJ_UNSET && (o->depth < 1 || o->depth > 16))
        return lj_fail(LJ_ECONFIG, "%s: symmetric trees have a max_depth from 1 to 16", file);
    if (o->growth == LJ_TREE_LEAF_WISE && o->leaves == 0 && o->depth <= 0)
        return lj_fail(LJ_ECONFIG, "%s: num_leaves or max_depth must bound the trees", file);
    if (o->growth == LJ_TREE_SYMMETRIC && o->monotone != NULL)
        return lj_declare_fail(file, o->monotone, "monotone_constraints: symmetric trees take none: leaf_wise and "
                               "depth_wise do");
    if (o->growth == LJ_TREE_SYMMETRIC && o->interactions != NULL)
        return lj_declare_fail(file, o->interactions, "interaction_constraints: symmetric trees take none: leaf_wise "
                               "and depth_wise do");
    if (!isnan(p) && ((o->objective == QUANTILE && !(p > 0.0 && p < 1.0)) || (o->objective == HUBER && !(p > 0.0)) ||
                      (o->objective == TWEEDIE && !(p > 1.0 && p < 2.0))))
        return lj_fail(LJ_ECONFIG, "%s: objective_parameter %g does not fit the objective %s", file, p,
                       objectives[o->objective]);
    return LJ_OK;
}

static double parameter_of(const boosted_trees_options *o)
{
    if (!isnan(o->parameter))
        return o->parameter;
    return o->objective == QUANTILE ? 0.5 : o->objective == TWEEDIE ? 1.5 : 1.0;
}

static lj_status fit(const lj_fit_call *call)
{
    const boosted_trees_options *o = call->options;
    const int is_leaf_wise = o->growth == LJ_TREE_LEAF_WISE;
    if (o->objective != AUTO && call->network->spec->task != LJ_REGRESSION)
        return lj_declare_fail(lj_network_file(call->network), lj_item_get(call->network->model, "objective"),
                               "objective '%s' is of regression: classes have log-loss", objectives[o->objective]);
    lj_tree_options options = {
        .loss = loss_of[o->objective],
        .loss_parameter = parameter_of(o),
        .rounds = o->rounds,
        .rate = o->rate,
        .growth = (lj_tree_growth)o->growth,
        .leaves = o->leaves != LJ_UNSET ? o->leaves : is_leaf_wise ? LEAVES : 0,
        .depth = o->depth != LJ_UNSET ? o->depth : is_leaf_wise ? 0 : SYMMETRIC_DEPTH,
        .least_weight = o->least_weight,
        .l2 = o->l2,
        .l1 = o->l1,
        .least_gain = o->least_gain,
        .row_share = o->row_share,
        .tree_share = o->tree_share,
        .node_share = o->node_share,
        .bins = o->bins,
        .smoothing = o->smoothing,
        .category_l2 = o->category_l2,
        .patience = o->patience,
    };
    return lj_trees_family_fit(call, &options, o->refit);
}

const lj_family lj_family_boosted_trees = {
    .info = {.name = "boosted_trees",
             .summary = "gradient-boosted decision trees",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_TREES,
             .grows_trees = 1},
    .options_size = sizeof(boosted_trees_options),
    .train_defaults = lj_trees_train_defaults,
    .check = check,
    .keeps_unit = keeps_unit,
    .fit = fit,
};
