/* Inside of explain/: methods are one file and one row each. */
#ifndef LIANJIN_EXPLAIN_INSIDE_H
#define LIANJIN_EXPLAIN_INSIDE_H

#include "lianjin/explain.h"

struct lj_explainer {
    lj_model *model;
    lj_explain_method method;
    const char *unit;
    int64_t features, width, orders;
    uint64_t seed;
    int64_t number_count, category_count;
    int32_t *player;        /* [number_count + category_count] the feature of each */
    lj_rows against;        /* reference rows; n 0: none */
    double *base;           /* [width] */
    lj_tree_explainer *trees;
    double factor;          /* from raw scores of trees, or outputs of a linear model, to the unit */
    double *start;          /* linear: [width, features] mean part of each feature in the reference rows */
};

typedef struct lj_attribution {
    lj_status (*ready)(lj_explainer *explainer); /* fills base */
    lj_status (*explain)(lj_explainer *explainer, const lj_rows *rows, lj_team *team, double *phi);
    int wants_references;
} lj_attribution;

extern const lj_attribution lj_attribution_paths, lj_attribution_references, lj_attribution_linear,
    lj_attribution_permutation;

/* What a linear model adds for each feature of a row, parts [features] of output c. */
void lj_linear_parts(const lj_linear_model *linear, const lj_model_spec *spec, const int32_t *player, int64_t features,
                     const float *numbers, const int32_t *codes, int64_t c, double *parts);
/* player [numbers + categories] of a prep. */
void lj_explain_players(const lj_prep *prep, int32_t *player);

#endif
