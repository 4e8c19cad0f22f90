/* Inside of words/: the largest singular values of a sparse matrix, and their left vectors. */
#ifndef LIANJIN_WORDS_SVD_H
#define LIANJIN_WORDS_SVD_H

#include <stdint.h>

#include "lianjin/progress.h"
#include "lianjin/status.h"
#include "lianjin/team.h"

/* A square matrix by rows. */
typedef struct lj_svd_matrix {
    int64_t *begin;  /* [rows + 1] */
    int32_t *column; /* ascending inside a row */
    float *value;
} lj_svd_matrix;

/*
 * The `size` largest singular values of a [rows, rows] and their left vectors, by subspace iteration from random
 * numbers (Halko, Martinsson, Tropp, "Finding structure with randomness", SIAM Review 53, 2011, algorithm 4.4):
 * vectors [rows, stride] (columns from `size` on are left as they are), values [size], descending. Beyond the rank
 * both are 0. Each vector has the sign that makes its number of largest magnitude positive.
 *
 * a and its transpose, both by rows; stride is a multiple of LJ_LANES, at least size. LJ_ENOMEM, LJ_EINTERRUPTED.
 */
LJ_CHECKED lj_status lj_svd_left(const lj_svd_matrix *a, const lj_svd_matrix *transposed, int64_t rows, int64_t size,
                                 uint64_t seed, lj_team *team, lj_console *console, int64_t stride, float *vectors,
                                 double *values);

/*
 * Eigenvalues, descending, of a symmetric matrix a [n, n], which is used up, and its vectors as columns of
 * v [n, n]: cyclic Jacobi (Golub and Van Loan, Matrix Computations, 8.5).
 */
void lj_eigen_symmetric(int64_t n, double *a, double *v, double *values);

#endif
