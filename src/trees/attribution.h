/* Inside of the attribution of trees' answers to features: attribution.c, reference.c. */
#ifndef LIANJIN_TREES_ATTRIBUTION_H
#define LIANJIN_TREES_ATTRIBUTION_H

#include "trees/trees.h"

struct lj_tree_explainer {
    const lj_trees *trees;
    int64_t players;
    int32_t *player;     /* [numbers + categories] */
    lj_tree_way *ways;   /* [nodes of all trees] */
    lj_tree_step *steps; /* [nodes of all trees] */
    int64_t *points;     /* [trees] of the rule that is exact for the tree */
    double *expected;    /* [groups] */
    double *rules;       /* of 1, 2, ... points (lj_tree_rule) */
    double *orders;      /* [most_players + 1, most_players + 1] a! b! / (a + b + 1)! */
    int64_t most_nodes;  /* of a tree */
    int64_t most_players; /* above a leaf */
};

/* The rule of m points: at [m], weights [m]. */
static inline double *lj_tree_rule(const lj_tree_explainer *e, int64_t m)
{
    return e->rules + m * (m - 1);
}

#endif
