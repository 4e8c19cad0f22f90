/* Which files a source is, and what is in them. */
#ifndef LIANJIN_DATA_FILES_H
#define LIANJIN_DATA_FILES_H

#include "lianjin/data.h"

typedef enum lj_file_kind { LJ_KIND_CSV, LJ_KIND_PARQUET, LJ_KIND_JSON, LJ_KIND_SQLITE } lj_file_kind;

typedef struct lj_files {
    const char **paths; /* [count], ascending by name */
    int64_t count;
    lj_file_kind kind;  /* of all of them */
    int is_gzip;
} lj_files;

/*
 * The files of a path or glob, all in the arena. LJ_ENOTFOUND with the nearest
 * name in the folder; LJ_EUNSUPPORTED for what is no table (Excel, zip);
 * LJ_EDATA when files of several kinds match.
 */
LJ_CHECKED lj_status lj_files_find(lj_arena *arena, const char *base, const char *source, lj_files *out);

#endif
