/* What the kernels of trees work on (compute/kernels.h). */
#ifndef LIANJIN_COMPUTE_TREE_KERNELS_H
#define LIANJIN_COMPUTE_TREE_KERNELS_H

#include <stdint.h>

#define LJ_TREE_BLOCK 32768 /* rows whose packed sums cannot run over */
#define LJ_TREE_WIDTH 16    /* features of a block at most */
#define LJ_TREE_BINS 256    /* of a feature at most */

/*
 * Gradients and hessians as whole numbers in one word a row: the upper half is floor(g * g_scale + u), signed, the
 * lower floor(h * h_scale + v), u and v in [0, 1) by a hash of (key, row). |g| * g_scale is at most 32766, h * h_scale
 * at most 65534, both scales powers of two.
 */
typedef struct lj_tree_words_args {
    int64_t n;
    const float *g, *h; /* [n] */
    float g_scale, h_scale;
    uint32_t key, first; /* number of the first row */
    uint32_t *words;     /* [n] */
} lj_tree_words_args;

/* sums[f * LJ_TREE_BINS + bin of feature f] += the word, its upper half times 2^32, of each row. */
typedef struct lj_tree_sums_args {
    int64_t n;           /* rows, at most LJ_TREE_BLOCK for sums that begin with zeros */
    const int32_t *rows; /* [n]; NULL: first .. first + n - 1 */
    int64_t first;
    int64_t width;       /* features, at most LJ_TREE_WIDTH */
    const uint8_t *bins; /* [., width] */
    const uint32_t *words;
    uint64_t *sums;      /* [width, LJ_TREE_BINS] */
} lj_tree_sums_args;

/*
 * What splits would gain. Left of split i are the sums g[i] + g_add and h[i] + h_add, right of it the rest of g_all and
 * h_all. With A, B = hessians + l2 and G, H = max(|gradient| - l1, 0) of left and right, its score is
 *     (G * G * B + H * H * A) / (A * B)
 * in double, and -inf where one of the hessians is below `least`.
 */
typedef struct lj_tree_splits_args {
    int64_t n;
    const double *g, *h; /* [n], with room for LJ_LANES more that may be read */
    double g_add, h_add, g_all, h_all;
    double l2, l1, least;
} lj_tree_splits_args;

/* ---- attribution (trees/attribution.c) ---- */

#define LJ_TREE_ROWS 8 /* rows side by side */

/* A node as attribution sees it: the edge that leads there. A player is a feature of the table. */
typedef struct lj_tree_way {
    int32_t parent; /* before it; -1: the root */
    int32_t player; /* whose question the edge answers */
    int32_t twin;   /* the nearest node above whose edge is of the same player; -1: none */
    int32_t is_leaf;
    double share;   /* product, over the edges of this player down to here, of the shares of training rows that go there */
    double value;   /* of a leaf */
} lj_tree_way;

/*
 * What a tree of `count` nodes says of LJ_TREE_ROWS rows, to each player its Shapley value, which is added to
 * phi [players, LJ_TREE_ROWS]. With t and w the points and weights of a Gauss-Legendre rule on [0, 1], on(i) whether a
 * row goes all the ways of its player down to node i and z(i) its share, the factor of an edge is F = t on + (1 - t) z.
 */
typedef struct lj_tree_ways_args {
    int64_t count, points;
    const lj_tree_way *ways;  /* [count] */
    const int64_t *on;        /* [count, LJ_TREE_ROWS] -1 or 0 */
    const double *at;         /* [points] t */
    const double *off;        /* [count, points] F where off: (1 - t) z */
    const double *back_on;    /* [count, points] 1 / F where on */
    const double *back_off;   /* [count, points] 1 / F where off */
    const double *slope_on;   /* [count, points] w (1 - z) / F where on */
    const double *slope_off;  /* [points] w (0 - z) / F where off: -w / (1 - t) */
    double *room;             /* [count, points, LJ_TREE_ROWS] */
    double *phi;
} lj_tree_ways_args;

#endif
