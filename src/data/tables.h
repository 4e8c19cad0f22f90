/* The files of a source as tables of DuckDB. */
#ifndef LIANJIN_DATA_TABLES_H
#define LIANJIN_DATA_TABLES_H

#include "data/csv.h"
#include "data/duck.h"

typedef struct lj_source_table {
    const char *name; /* as SQL sees it */
    lj_files files;
    lj_csv csv;       /* files.kind CSV */
} lj_source_table;

/* Finds the files and makes the view (or, for SQLite, the table) `table->name`. */
LJ_CHECKED lj_status lj_source_table_make(lj_duck *duck, lj_arena *arena, const lj_source_options *options,
                                          const char *source, lj_source_table *table);

/* Copies a table of a SQLite file to the DuckDB table `name`. */
LJ_CHECKED lj_status lj_sqlite_copy(lj_duck *duck, const char *path, const char *table, const char *name);

#endif
