/* DuckDB behind a few calls: a database in memory that may read named files and nothing else. */
#ifndef LIANJIN_DATA_DUCK_H
#define LIANJIN_DATA_DUCK_H

#include <duckdb.h>

#include "lianjin/memory.h"
#include "lianjin/status.h"

typedef struct lj_duck lj_duck;

/* memory_limit_mb 0: 256. Extensions are neither installed nor loaded from outside. */
LJ_CHECKED lj_status lj_duck_open(int n_threads, int64_t memory_limit_mb, lj_duck **out);
void lj_duck_close(lj_duck *duck);
duckdb_connection lj_duck_connection(const lj_duck *duck);
/* Runs statements whose rows do not matter. LJ_EDATA with DuckDB's words. */
LJ_CHECKED lj_status lj_duck_run(lj_duck *duck, const char *sql);
/* The one integer of a query. */
LJ_CHECKED lj_status lj_duck_integer(lj_duck *duck, const char *sql, int64_t *out);
/* From now on only the files `paths` [count] can be read, and no setting can be changed. */
LJ_CHECKED lj_status lj_duck_lock(lj_duck *duck, const char *const *paths, int64_t count);
/* LJ_ECONFIG unless the text is one SELECT. */
LJ_CHECKED lj_status lj_duck_check_select(lj_duck *duck, const char *sql);

/* The first lines of DuckDB's message, as a failure. */
LJ_CHECKED lj_status lj_duck_fail(lj_status status, const char *message);

/* Appends 'text' with its quotes, or "name" with those of identifiers. */
void lj_sql_string(lj_text *sql, const char *text);
void lj_sql_name(lj_text *sql, const char *name);

/* Rows of a query, chunk by chunk. */
typedef struct lj_stream lj_stream;
LJ_CHECKED lj_status lj_stream_open(lj_duck *duck, const char *sql, lj_stream **out);
/* The next chunk, NULL at the end; valid until the next call. */
LJ_CHECKED lj_status lj_stream_next(lj_stream *stream, duckdb_data_chunk *chunk);
void lj_stream_close(lj_stream *stream);

#endif
