/*
 * Trees: boosted (Friedman 2001, "Greedy function approximation") by histograms of gradients that are whole numbers
 * (Shi, Ke, Chen and others, NeurIPS 2022, "Quantized training of gradient boosting decision trees"), and forests
 * (Breiman 2001). Sums of whole numbers have no order: threads, instruction sets and cuts of the rows change no bit.
 */
#ifndef LIANJIN_TREES_H
#define LIANJIN_TREES_H

#include <stdint.h>

#include "lianjin/document.h"
#include "lianjin/progress.h"
#include "lianjin/team.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lj_trees lj_trees; /* never changes after the fit or the load: threads may share it */

/* X(code, name, doc) */
#define LJ_TREE_LOSS_LIST(X)                                                        \
    X(LOGISTIC, "logistic", "log-loss of two classes")                              \
    X(SOFTMAX, "softmax", "log-loss of several classes, one tree a class and round") \
    X(SQUARED, "squared", "squared error")                                          \
    X(ABSOLUTE, "absolute", "absolute error: medians")                              \
    X(HUBER, "huber", "squared error near, absolute error far")                     \
    X(QUANTILE, "quantile", "pinball loss of a quantile")                           \
    X(POISSON, "poisson", "counts, by the logarithm of their mean")                 \
    X(TWEEDIE, "tweedie", "amounts with many zeros, by the logarithm of their mean") \
    X(ISOLATION, "isolation", "none: how few questions tell a row from all others") \
    X(IMPORTED, "imported", "none: another library grew them (lianjin/tree_import.h)")

typedef enum lj_tree_loss {
#define X(code, name, doc) LJ_TREE_##code,
    LJ_TREE_LOSS_LIST(X)
#undef X
        LJ_TREE_LOSS_COUNT
} lj_tree_loss;

/* X(code, name) Which leaf is split next, or all of a level by one question. */
#define LJ_TREE_GROWTH_LIST(X)    \
    X(LEAF_WISE, "leaf_wise")     \
    X(DEPTH_WISE, "depth_wise")   \
    X(SYMMETRIC, "symmetric")

typedef enum lj_tree_growth {
#define X(code, name) LJ_TREE_##code,
    LJ_TREE_GROWTH_LIST(X)
#undef X
        LJ_TREE_GROWTH_COUNT
} lj_tree_growth;

/* Rows of a table. Features are the numbers, then the categories. Borrowed arrays. */
typedef struct lj_tree_rows {
    int64_t n;
    const float *numbers; /* [n, number_count]; NaN: missing */
    int64_t number_count;
    const int32_t *codes; /* [n, category_count]; 0: unknown or missing, else below the size */
    int64_t category_count;
    const int32_t *category_sizes; /* [category_count] */
    const double *target;          /* [n] 0/1, class, or value; NULL when scoring */
    const float *weight;           /* [n] or NULL: 1 */
} lj_tree_rows;

/*
 * Judges the raw scores [n, groups] of the valid rows after `rounds` rounds: smaller `out` is better. Of what it fails,
 * the fit fails.
 */
typedef lj_status lj_tree_judge(void *context, int64_t rounds, const float *raw, double *out);

/* Zero of a share means 1. Numbers in the unit of XGBoost and LightGBM. */
typedef struct lj_tree_options {
    lj_tree_loss loss;
    int64_t classes;          /* of SOFTMAX */
    double loss_parameter;    /* HUBER: delta, QUANTILE: the quantile, TWEEDIE: power in (1, 2) */
    int is_forest;            /* trees that know nothing of each other: their mean is the target's */
    int64_t rounds;           /* trees (of each class) at most */
    double rate;              /* of learning, 1 for a forest */
    lj_tree_growth growth;
    int64_t leaves;           /* of a tree at most; 0: as many as the depth allows */
    int64_t depth;            /* 0: as deep as the leaves allow */
    double least_weight;      /* sum of hessians of a child at least */
    double l2, l1;            /* penalties of the value of a leaf */
    double least_gain;
    double row_share;         /* of the rows, drawn for each tree */
    double tree_share, node_share; /* of the features, drawn for each tree; of those, for each node */
    int64_t bins;             /* of a feature at most, 2 to 255 */
    double smoothing, category_l2; /* of the gradients of a category, added to l2 where a category splits */
    const int8_t *monotone;   /* [number_count] +1 rising, -1 falling, 0 free; NULL: all free */
    const uint64_t *groups;   /* [features] bits of the groups that a feature is in: those of a path share one; NULL: all */
    int64_t features_most;    /* on a way to a leaf: 1 or 2 (then `groups` are not read); 0: any */
    uint64_t seed;
    int64_t patience;         /* rounds without a better judgement; 0: all rounds are made */
    lj_tree_judge *judge;     /* NULL: none */
    void *judge_context;
    const lj_trees *start;    /* go on from these, made by the same options and rows; NULL: from nothing */
    lj_console *console;
} lj_tree_options;

/* Names of losses and growths, ended by NULL. */
extern const char *const lj_tree_loss_names[];
extern const char *const lj_tree_growth_names[];

/*
 * Fits. valid may be NULL (then there is no judge). Keeps the best rounds as the judge has it. interrupted (may be
 * NULL) is set when Ctrl-C ended it early, and then all rounds so far are kept.
 */
LJ_CHECKED lj_status lj_trees_fit(const lj_tree_options *options, const lj_tree_rows *train, const lj_tree_rows *valid,
                                  lj_team *team, int *interrupted, lj_trees **out);
void lj_trees_destroy(lj_trees *trees);

typedef struct lj_isolation_options {
    int64_t trees;
    int64_t sample; /* rows of a tree */
    uint64_t seed;
    lj_console *console;
} lj_isolation_options;

/* An isolation forest: its answer is near 1 for a row that is like few others, below 0.5 for one that is like many. */
LJ_CHECKED lj_status lj_isolation_fit(const lj_isolation_options *options, const lj_tree_rows *rows, lj_trees **out);

/* Raw scores [n, groups] (before sigmoid, softmax or exp). A row scores the same bits alone. */
void lj_trees_raw(const lj_trees *trees, const lj_tree_rows *rows, lj_team *team, float *raw);
/* The same with what the loss makes of them: probabilities, means or values, in place. */
void lj_trees_answer(const lj_trees *trees, int64_t n, float *raw);
/* Both at once: answers [n, groups]. Of imported trees that add up in double, rounded to float32 at the end only. */
void lj_trees_score(const lj_trees *trees, const lj_tree_rows *rows, lj_team *team, float *answers);

/* Do they read rows of this shape? */
int lj_trees_fit_rows(const lj_trees *trees, int64_t number_count, int64_t category_count, const int32_t *sizes);
int64_t lj_trees_numbers(const lj_trees *trees);
int64_t lj_trees_categories(const lj_trees *trees);
int64_t lj_trees_groups(const lj_trees *trees);  /* raw scores of a row */
int64_t lj_trees_rounds(const lj_trees *trees);
int64_t lj_trees_leaves(const lj_trees *trees);
/* Sum of the gains of the splits by each feature, and how many there are: [numbers + categories] each. */
void lj_trees_importance(const lj_trees *trees, double *gain, int64_t *count);

/*
 * Proves that no tree falls (sign +1) or rises (-1) with a number while all else stays: every two leaves are compared that
 * rows which differ in that number alone can reach. LJ_EDATA names the tree.
 */
LJ_CHECKED lj_status lj_trees_prove_monotone(const lj_trees *trees, int64_t number, int sign);

/*
 * Raw scores times *factor are in this unit: "log-odds", "log-probability", "log of the mean", "root of the target",
 * "log2 of the score", "share" (the mean of a forest for classes) or "target".
 */
const char *lj_trees_unit(const lj_trees *trees, double *factor);

/*
 * Shapley values of features of a table, exactly, in the unit of raw scores (lj_trees_raw: sums of trees, also of a
 * forest). player [numbers + categories]: the feature that each comes from, below `players`. Borrows the trees. Sums of a
 * row's values over players, with what they start from, are its raw score.
 */
typedef struct lj_tree_explainer lj_tree_explainer;
LJ_CHECKED lj_status lj_tree_explainer_create(const lj_trees *trees, const int32_t *player, int64_t players,
                                              lj_tree_explainer **out);
void lj_tree_explainer_destroy(lj_tree_explainer *explainer);
/*
 * phi [n, groups, players] by the ways of the training rows: a player that is not in the set goes both, in the shares of
 * the training rows (Lundberg and others, 2020: path-dependent). They start from lj_tree_explainer_expected [groups].
 */
LJ_CHECKED lj_status lj_tree_explain(const lj_tree_explainer *explainer, const lj_tree_rows *rows, lj_team *team,
                                     double *phi);
const double *lj_tree_explainer_expected(const lj_tree_explainer *explainer);
/* The same against reference rows (interventional): they start from the mean of the references' raw scores. */
LJ_CHECKED lj_status lj_tree_explain_against(const lj_tree_explainer *explainer, const lj_tree_rows *rows,
                                             const lj_tree_rows *references, lj_team *team, double *phi);

/* trees.json, and back with hostile input in mind: LJ_ECORRUPT names the place. */
void lj_trees_save(const lj_trees *trees, lj_json *json);
LJ_CHECKED lj_status lj_trees_load(const lj_doc *doc, const lj_item *item, lj_trees **out);

/* Each tree as indented lines for people, with names of numbers and categories [numbers + categories]. */
LJ_CHECKED lj_status lj_trees_describe(const lj_trees *trees, const char *const *names, lj_text *out);

#ifdef __cplusplus
}
#endif
#endif
