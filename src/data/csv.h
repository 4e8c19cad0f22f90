/* What a text file looks like before DuckDB reads it, and what is wrong with it when DuckDB could not. */
#ifndef LIANJIN_DATA_CSV_H
#define LIANJIN_DATA_CSV_H

#include "data/files.h"

typedef struct lj_csv {
    char delimiter;
    int has_header;
    int is_latin1; /* ISO 8859-1 instead of UTF-8 */
    const char **names; /* [count], in the arena */
    int64_t count;
} lj_csv;

/*
 * Delimiter, header and names from the first part of the file. `delimiter`,
 * `header` and `is_latin1` as in lj_source_options. LJ_EDATA: an encoding that is not UTF-8, NUL
 * bytes, names that are not unique, only a header.
 */
LJ_CHECKED lj_status lj_csv_look(lj_arena *arena, const char *path, const char *delimiter, int header, int is_latin1,
                                 lj_csv *out);

/*
 * Reads the whole file for the first thing that is wrong: ragged row, encoding,
 * NUL byte, quote that is not closed. LJ_OK if there is none.
 */
LJ_CHECKED lj_status lj_csv_diagnose(const char *path, const lj_csv *csv);

/* Unpacks the whole file: DuckDB takes a gzip file that is cut short for a shorter table. LJ_ECORRUPT. */
LJ_CHECKED lj_status lj_gzip_check(const char *path);

/* Bytes of one UTF-8 character (RFC 3629) at the start, 0 if it is none, -1 if `size` cuts it. */
int lj_utf8_length(const unsigned char *at, size_t size);
/* LJ_EDATA that names the encoding which `bytes` (from the first wrong one) look like, and how to convert. */
LJ_CHECKED lj_status lj_encoding_fail(const char *path, int64_t line, int64_t byte, const unsigned char *bytes,
                                      size_t size);

#endif
