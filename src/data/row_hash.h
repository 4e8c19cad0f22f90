/* A row as one number, the same wherever the row stands. */
#ifndef LIANJIN_DATA_ROW_HASH_H
#define LIANJIN_DATA_ROW_HASH_H

#include "lianjin/frame.h"

typedef struct lj_row_hash {
    uint64_t hash;
    int64_t row;
} lj_row_hash;

/* Sorts by hash, then row. */
void lj_row_hash_sort(lj_row_hash *hashes, int64_t n);
/* Hash of each cell of a column: of the text of a word, of the value of a number or time. hashes [n]. */
LJ_CHECKED lj_status lj_cell_hashes(const lj_column *column, int64_t n, uint64_t seed, uint64_t *hashes);
/* Hash of all cells of each row but those of `without` (NULL: none), without its image. hashes [n]. */
LJ_CHECKED lj_status lj_row_cell_hashes(const lj_frame *frame, const char *without, uint64_t seed, uint64_t *hashes);
/* With its image. */
LJ_CHECKED lj_status lj_row_hashes(const lj_frame *frame, const char *without, uint64_t seed, uint64_t *hashes);
/* Makes equal hashes different by how often they came before. */
LJ_CHECKED lj_status lj_hashes_tell_apart(uint64_t *hashes, int64_t n);
/* 1 if the two rows have the same cells and image; where a frame has a decoder, `file` among the cells says which. */
int lj_rows_equal(const lj_frame *frame, int64_t a, int64_t b);
int lj_cells_equal(const lj_column *column, int64_t a, int64_t b);

#endif
