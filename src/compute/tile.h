/*
 * The heart of all products: one tile of C in registers, as many rows and
 * vectors as the instruction set has room for. Included by kernels/ only.
 */
#ifndef LIANJIN_COMPUTE_TILE_H
#define LIANJIN_COMPUTE_TILE_H

#include "compute/kernel.h"

/* What happens to a tile's sums before they are stored, in this order. */
typedef struct tile_ending {
    int add;           /* C + sums */
    int relu;
    const float *bias; /* of the tile's first column, or NULL */
} tile_ending;

/*
 * C(r, j) = ending(chain over p of A(r, p) B(p, j)), A(r, p) = a[r * a_row + p * a_step],
 * B(p, j) = b[p * b_step + j]. `last`: columns of the last vector of a partial tile.
 */
typedef void tile_function(int64_t k, const float *a, int64_t a_row, int64_t a_step, const float *b, int64_t b_step,
                           float *c, int64_t c_row, int64_t last, const tile_ending *ending);

/* rows 1 .. LJ_TILE_M, vectors 1 .. LJ_TILE_V (one row: 1 .. LJ_WIDE_V); unit: a_row is 1. */
tile_function *LJ_NAME(tile_find)(int64_t rows, int64_t vectors, int partial, int unit);

/* The tile that covers `columns` columns; *last is set. */
static inline tile_function *tile_find(int64_t rows, int64_t columns, int64_t a_row, int64_t *last)
{
    const int64_t vectors = (columns + LJ_W - 1) / LJ_W;
    *last = columns - (vectors - 1) * LJ_W;
    return LJ_NAME(tile_find)(rows, vectors, *last != LJ_W, a_row == 1);
}

/* Rows of the next tile when `left` are left: full ones, and the last two balanced, since short tiles wait for fma. */
static inline int64_t tile_rows(int64_t left)
{
    if (left >= 2 * LJ_TILE_M || left == LJ_TILE_M)
        return LJ_TILE_M;
    return left > LJ_TILE_M ? (left + 1) / 2 : left;
}

/* out[p * out_step + l] = x[l * line + p * step] for l < lines; `step` or `line` is 1. pack.c */
void LJ_NAME(pack)(int64_t lines, int64_t k, const float *x, int64_t line, int64_t step, float *out, int64_t out_step);

/* lj_product with one block of the chain and B packed: A is in the cache and read as it lies. product.c */
void LJ_NAME(product_near)(const lj_product_args *args);

/* Rows [row, row + rows) and columns [column, column + columns) of the patches. convolve.c */
void LJ_NAME(patches)(const lj_patches *patches, int64_t row, int64_t rows, int64_t column, int64_t columns, float *out,
                      int64_t out_row);

#endif
