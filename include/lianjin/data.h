/*
 * Data: sources read by DuckDB into frames, what a column is, duplicates,
 * splits and profiles. DuckDB's automatic install and load of extensions are
 * off and INSTALL is refused.
 */
#ifndef LIANJIN_DATA_H
#define LIANJIN_DATA_H

#include <stdint.h>

#include "lianjin/frame.h"
#include "lianjin/progress.h"
#include "lianjin/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- sources ---- */

/*
 * Where a table comes from. Zero means the default.
 * source: a file or glob (.csv .tsv .txt .data, these also .gz; .parquet .json
 * .jsonl .ndjson .sqlite .db), by its ending or, failing that, its content.
 * Relative paths are relative to `base` (the pipeline's folder).
 */
typedef struct lj_source_options {
    const char *source;
    const char *const *names;        /* more than one source: a name each; sql sees them as tables */
    const char *const *sources;
    int64_t source_count;
    const char *sql;                 /* one SELECT; cells of CSV are text in it, so CAST(age AS DOUBLE) > 18. NULL: SELECT * FROM source */
    const char *base;
    const char *delimiter;           /* NULL: found */
    int header;                      /* 0: found, 1: there is one, -1: there is none (columns c1, c2, ...) */
    int is_latin1;                   /* the text files are ISO 8859-1, not UTF-8 */
    const char *const *null_words;   /* NULL: "", NA, N/A, NaN, null, NULL, None, ?, missing, Missing */
    int64_t null_word_count;
    const char *table;               /* SQLite: which table; NULL: the only one */
    const char *const *type_names;   /* columns whose type is wanted; lj_source_open only */
    const lj_column_type *types;     /* [type_count] of each */
    int64_t type_count;
    int n_threads;
    int64_t memory_limit_mb;         /* of DuckDB; 0: 256 */
} lj_source_options;

typedef struct lj_source lj_source; /* an open table that is read in chunks, in file order */

/*
 * Opens the source and decides the type of each column by looking at the whole
 * content (all rows, as text, in DuckDB), with the reason: number, text, time,
 * or text that is a number by a rule (below). Failures name file, line and
 * column: no such file (with the nearest name), ragged rows, an encoding that
 * is not UTF-8 (which one it looks like, and the byte), no rows.
 *
 * A wanted type comes before what was found: text keeps the cells as written
 * (007), number and time are read by the rule or format that fits most cells,
 * and a cell that does not fit is LJ_EDATA with row and cell when it is read.
 * A wanted column that is not there is LJ_ENOTFOUND with the nearest name.
 */
LJ_CHECKED lj_status lj_source_open(const lj_source_options *options, lj_console *console, lj_source **out);
/*
 * Opens for scoring: types and conversion rules are those of `schema`; a column
 * of the schema that is absent or whose cells do not convert is LJ_EDATA with
 * its name, the row and the cell; further columns are left out.
 */
typedef struct lj_schema lj_schema;
LJ_CHECKED lj_status lj_source_open_as(const lj_source_options *options, const lj_schema *schema, lj_console *console,
                                       lj_source **out);
/* The next up to `max_rows` rows; *out is NULL at the end. The caller destroys the frame. */
LJ_CHECKED lj_status lj_source_next(lj_source *source, int64_t max_rows, lj_frame **out);
/* All rows. */
LJ_CHECKED lj_status lj_source_read(lj_source *source, lj_frame **out);
int64_t lj_source_row_count(const lj_source *source); /* -1 if not known before the end */
/* SHA-256 of the files' bytes in the order of their names, then of the SQL. */
const char *lj_source_sha256(const lj_source *source);
const lj_schema *lj_source_schema(const lj_source *source); /* borrowed */
void lj_source_close(lj_source *source);

/* ---- what the columns are ---- */

/* X(code, name) How a cell of text becomes a number; saved in the bundle. */
#define LJ_NUMBER_RULE_LIST(X)                                              \
    X(PLAIN, "plain")         /* 1234.5 */                                  \
    X(PERCENT, "percent")     /* 83.70% -> 0.837 */                         \
    X(THOUSANDS, "thousands") /* 1,234.5 */                                 \
    X(CURRENCY, "currency")   /* $5k, 1.2M, EUR 3 */                        \
    X(UNIT, "unit")           /* 36 months; one unit for the whole column */\
    X(RANGE, "range")         /* 10+ years, < 1 year, 3 years, n/a */

typedef enum lj_number_rule {
#define X(code, name) LJ_RULE_##code,
    LJ_NUMBER_RULE_LIST(X)
#undef X
        LJ_RULE_COUNT
} lj_number_rule;

typedef struct lj_field {
    const char *name;
    lj_column_type type;
    int is_integer;
    lj_number_rule rule; /* NUMBER: how its text is read */
    const char *unit;    /* UNIT, RANGE: "months", "years" */
    const char *time_format; /* TIME: "%Y/%m/%d" and the like */
    const char *reason;  /* for people: "all 30000 values are whole numbers" */
    /*
     * NUMBER, TIME: words of this column that stand for a missing cell beside
     * the usual ones (see lj_number_parse), separated by tabs; NULL: none.
     */
    const char *null_words;
} lj_field;

LJ_CHECKED lj_status lj_schema_create(const lj_field *fields, int64_t count, lj_schema **out); /* copies */
void lj_schema_destroy(lj_schema *schema);
int64_t lj_schema_count(const lj_schema *schema);
const lj_field *lj_schema_field(const lj_schema *schema, int64_t index);
int64_t lj_schema_find(const lj_schema *schema, const char *name);

const char *lj_number_rule_name(lj_number_rule rule);
/* -1 if there is none. */
int lj_number_rule_find(const char *name);

/*
 * One cell by a rule, NaN for an empty one or a word that means missing
 * (missing, unknown, n/a, null, -, #REF! and the like). LJ_EDATA with the
 * cell's text if it does not fit. Whole numbers beside what a range excludes:
 * "< 1 year" is 0, "10+ years" 10, "> 5" 6.
 */
LJ_CHECKED lj_status lj_number_parse(lj_number_rule rule, const char *unit, const char *text, double *out);
/* Microseconds since 1970 in UTC of a time by a field's time_format; NULL: by the first known format that fits. LJ_EDATA. */
LJ_CHECKED lj_status lj_time_parse(const char *format, const char *text, int64_t *out);

/* ---- duplicates ---- */

/* Rows that repeat an earlier one, in all columns (key NULL) or in the key column: count and the first few (rows from 0). */
LJ_CHECKED lj_status lj_frame_duplicates(const lj_frame *frame, const char *key, int64_t *count, int64_t *first,
                                         int64_t first_max, int64_t *first_count);

/* ---- splits ---- */

typedef enum lj_part { LJ_PART_TRAIN, LJ_PART_VALID, LJ_PART_TEST, LJ_PART_NONE, LJ_PART_COUNT } lj_part;
const char *lj_part_name(lj_part part);

/* X(code, name) */
#define LJ_SPLIT_LIST(X)        \
    X(RANDOM, "random")         \
    X(STRATIFIED, "stratified") \
    X(GROUP, "group")           \
    X(TIME, "time")             \
    X(COLUMN, "column")         \
    X(FOLDS, "folds")

typedef enum lj_split_by {
#define X(code, name) LJ_SPLIT_##code,
    LJ_SPLIT_LIST(X)
#undef X
        LJ_SPLIT_COUNT
} lj_split_by;

typedef struct lj_split_options {
    lj_split_by by;
    const char *column; /* GROUP, TIME, COLUMN (words train/valid/test); FOLDS: whole numbers 0 .. folds-1, or NULL */
    double valid, test; /* shares of the rows (TIME: the last ones); 0: 0.2 */
    const char *valid_from, *test_from; /* TIME: instead of shares, "2018-07-01" */
    int64_t folds;      /* FOLDS: 0: 5 */
    const char *key;    /* the row's identity; NULL: hash of the row's cells without the target */
    const char *target; /* STRATIFIED */
    uint64_t seed;
} lj_split_options;

/*
 * parts [n_rows]: membership as a function of seed and the row's key, not of
 * the order of rows (rows that are equal are told apart by their order).
 * RANDOM: each row by its own hash, so shares are met on average and rows that
 * are added later move no others. STRATIFIED: exact shares within each class
 * (ranked by the hash). GROUP: whole groups, ranked by the hash of their name.
 * TIME: whole instants, oldest are train; the column may hold numbers. COLUMN:
 * words train, valid, test; a missing one is in no part. FOLDS: fold 0 is test,
 * fold 1 valid. A part that stays empty is LJ_EDATA.
 */
LJ_CHECKED lj_status lj_split_parts(const lj_frame *frame, const lj_split_options *options, uint8_t *parts);
/*
 * FOLDS: fold [n_rows] of each row. With test fold f, valid fold is f+1 mod n.
 * Without a column: ranked by the hash within each class of the target (if it
 * is given and has few values), so that every fold has its share of them.
 */
LJ_CHECKED lj_status lj_split_folds(const lj_frame *frame, const lj_split_options *options, int32_t *fold);

/* ---- profile ---- */

typedef struct lj_profile lj_profile;

typedef struct lj_profile_options {
    const char *target;   /* NULL: none */
    const char *positive; /* word or number of the positive class; NULL: found */
    const char *time;     /* NULL: the only TIME column, if any: drift over it */
} lj_profile_options;

LJ_CHECKED lj_status lj_profile_make(const lj_frame *frame, const lj_schema *schema, const lj_profile_options *options,
                                     lj_profile **out);
void lj_profile_destroy(lj_profile *profile);
/* One JSON map (docs: docs/profile.md): rows, columns: [{name, type, reason, missing, unique, quantiles, histogram, top, target relation (IV, KS, AUC, correlation), warnings}], warnings. */
LJ_CHECKED lj_status lj_profile_json(const lj_profile *profile, lj_text *out);
/* The table for a terminal. */
LJ_CHECKED lj_status lj_profile_print(const lj_profile *profile, lj_text *out);

/*
 * Codes that stand for something else (-9, 999, 96/98): values far from the
 * rest, repeated, and round or known. NaN-free, ascending; at most `max`.
 */
LJ_CHECKED lj_status lj_profile_sentinels(const lj_column *column, double *values, int64_t max, int64_t *count);

/* ---- writing ---- */

/*
 * Writes frames one after another as .csv or .parquet (by the ending), atomically.
 * CSV: numbers with the fewest digits that read back as the same double (as the
 * same float32 in a column that is_float), missing cells empty, times as
 * 2018-07-01 or 2018-07-01 14:05:09. All frames have the columns of the first.
 * path NULL: CSV on standard output.
 */
typedef struct lj_sink lj_sink;
LJ_CHECKED lj_status lj_sink_open(const char *path, lj_sink **out);
LJ_CHECKED lj_status lj_sink_write(lj_sink *sink, const lj_frame *frame);
LJ_CHECKED lj_status lj_sink_close(lj_sink *sink); /* commits; frees in any case */
void lj_sink_abandon(lj_sink *sink);

#ifdef __cplusplus
}
#endif
#endif
