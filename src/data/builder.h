/* Fills a frame with the rows of DuckDB's chunks, each column by its field. */
#ifndef LIANJIN_DATA_BUILDER_H
#define LIANJIN_DATA_BUILDER_H

#include <duckdb.h>

#include "data/cell.h"
#include "lianjin/frame.h"

/* What the query gives for a column. */
typedef enum lj_cell_from {
    LJ_FROM_TEXT,   /* VARCHAR */
    LJ_FROM_NUMBER, /* DOUBLE */
    LJ_FROM_TIME    /* BIGINT: microseconds since 1970 */
} lj_cell_from;

/* Words that stand for a missing cell in every column. */
typedef struct lj_null_words {
    const char *const *words;
    int64_t count;
    size_t longest;
    unsigned char begins[256]; /* 1: some word begins with this byte */
} lj_null_words;

/* words NULL: the usual ones. They must live as long. */
void lj_null_words_set(lj_null_words *nulls, const char *const *words, int64_t count);
/* 1 for an empty (trimmed) cell too. */
int lj_null_words_have(const lj_null_words *nulls, lj_slice cell);

/* The bytes of cell `row` of a VARCHAR vector, trimmed; 0 if it is NULL. */
int lj_chunk_text(duckdb_vector vector, idx_t row, lj_slice *cell);

typedef struct lj_builder lj_builder;

/* Columns fields[i], given as from[i] by column i of the chunks. `expected` rows, or a guess. */
LJ_CHECKED lj_status lj_builder_create(const lj_schema *schema, const lj_cell_from *from, const lj_null_words *nulls,
                                       int64_t expected, lj_builder **out);
void lj_builder_destroy(lj_builder *builder);
/* Rows begin .. end-1 of the chunk. `row` is the number of the first in the source, from 0, for messages. */
LJ_CHECKED lj_status lj_builder_append(lj_builder *builder, duckdb_data_chunk chunk, idx_t begin, idx_t end,
                                       int64_t row);
int64_t lj_builder_row_count(const lj_builder *builder);
/* The frame; the builder may only be destroyed afterwards. */
LJ_CHECKED lj_status lj_builder_finish(lj_builder *builder, lj_frame **out);

#endif
