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

#endif
