/*
 * Rows of a sparse matrix, compressed by rows: what texts become (counts of
 * words), where a row holds a few hundred of a million columns.
 */
#ifndef LIANJIN_SPARSE_H
#define LIANJIN_SPARSE_H

#include <stdint.h>

#include "lianjin/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Row i holds the entries begin[i] .. begin[i + 1] - 1. Start with {0} and a
 * width. A struct with a pointer into `begin` of another one and its columns
 * and values is a view of some of its rows; only owners are freed.
 */
typedef struct lj_sparse {
    int64_t n, width; /* rows, columns */
    int64_t *begin;   /* [n + 1], NULL while n is 0 and nothing was added */
    int32_t *column;  /* ascending inside a row, 0 .. width - 1 */
    float *value;
    int64_t row_capacity, entry_capacity; /* of an owner */
} lj_sparse;

void lj_sparse_free(lj_sparse *sparse);

/* Forgets all rows and keeps the memory. */
void lj_sparse_clear(lj_sparse *sparse);

/* Room for `count` further entries behind the last row. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_sparse_reserve(lj_sparse *sparse, int64_t count);

/* Entries so far: where the open row's next one goes. */
int64_t lj_sparse_entries(const lj_sparse *sparse);

/* Closes a row of the `count` entries that were written behind the last row (room: lj_sparse_reserve). LJ_ENOMEM. */
LJ_CHECKED lj_status lj_sparse_add_row(lj_sparse *sparse, int64_t count);

/* The rows `rows` [n] of another one, added. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_sparse_take(const lj_sparse *from, const int64_t *rows, int64_t n, lj_sparse *out);

/*
 * Row i gets the columns low .. high - 1 of row order[i] and the others of row
 * i: the columns of one feature, shuffled. `out` is cleared first. LJ_ENOMEM.
 */
LJ_CHECKED lj_status lj_sparse_shuffle(const lj_sparse *from, const int64_t *order, int64_t low, int64_t high,
                                       lj_sparse *out);

#ifdef __cplusplus
}
#endif
#endif
