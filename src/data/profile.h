/*
 * Inside of a profile.
 *
 *   profile.c            all columns, one after another
 *   profile_column.c     values of one column: quantiles, histogram, words
 *   profile_target.c     what the target is, and how a column goes with it
 *   profile_warnings.c   what a person should look at
 *   profile_sentinels.c  codes among numbers
 *   profile_write.c      JSON, and the table for a terminal
 */
#ifndef LIANJIN_DATA_PROFILE_H
#define LIANJIN_DATA_PROFILE_H

#include "lianjin/data.h"

enum {
    LJ_PROFILE_QUANTILES = 9,
    LJ_PROFILE_BARS = 20,    /* of a histogram */
    LJ_PROFILE_TOP = 20,     /* words, or values of a code */
    LJ_PROFILE_CELLS = 52,   /* ten tenths and missing; fifty words, all others and missing */
    LJ_PROFILE_WARNINGS = 16,
    LJ_PROFILE_SENTINELS = 8
};

extern const double lj_profile_shares[LJ_PROFILE_QUANTILES];
extern const char *const lj_profile_share_names[LJ_PROFILE_QUANTILES];

typedef enum lj_relation { LJ_RELATION_NONE, LJ_RELATION_BINARY, LJ_RELATION_CLASSES, LJ_RELATION_VALUE } lj_relation;

typedef struct lj_profile_target {
    lj_relation kind;
    const char *name, *positive;
    double *y;       /* [rows] 0/1, class, or value; NaN: missing */
    int64_t classes;
} lj_profile_target;

typedef struct lj_profile_bar {
    double low, high;
    int64_t count, judged; /* judged: with a target */
    double positive;
} lj_profile_bar;

typedef struct lj_profile_word {
    const char *text;
    int64_t count, judged;
    double positive;
} lj_profile_word;

typedef struct lj_profile_column {
    const char *name, *reason;
    lj_column_type type;
    int is_integer;
    int64_t present, missing, unique;
    double mean, deviation, quantiles[LJ_PROFILE_QUANTILES];
    lj_profile_bar bars[LJ_PROFILE_BARS];
    int bar_count;
    lj_profile_word top[LJ_PROFILE_TOP];
    int top_count;
    int64_t rare_words, rare_rows;  /* values of a code that few rows have */
    double iv, auc, ks, correlation, cramers_v, eta, psi; /* NaN: does not apply */
    double sentinels[LJ_PROFILE_SENTINELS];
    int64_t sentinel_counts[LJ_PROFILE_SENTINELS];
    int64_t sentinel_count;
    const char *warnings[LJ_PROFILE_WARNINGS];
    int warning_count;
} lj_profile_column;

struct lj_profile {
    lj_arena *arena;
    int64_t rows, duplicates;
    lj_profile_target target;
    const char *time;
    lj_profile_column *columns;
    int64_t column_count;
};

/* Rows that have a value, ordered by it, then by row. */
typedef struct lj_ordered {
    int32_t *rows;
    double *values;
    int64_t count;
} lj_ordered;

/* Of a NUMBER or TIME column. Free the two arrays with lj_free. LJ_EDATA: more than 2^31 rows. */
LJ_CHECKED lj_status lj_order_column(const lj_column *column, int64_t n, lj_ordered *out);
void lj_ordered_free(lj_ordered *ordered);
/* Quantile by linear interpolation (type 7 of Hyndman and Fan 1996). count >= 1. */
double lj_ordered_quantile(const lj_ordered *ordered, double share);

/* Fills what belongs to the values; cells [n] gets the tenth or word of each row, *cell_count how many there are. */
LJ_CHECKED lj_status lj_profile_values(lj_profile *profile, const lj_column *column, int64_t n,
                                       const lj_ordered *ordered, lj_profile_column *out, uint8_t *cells,
                                       int *cell_count);

LJ_CHECKED lj_status lj_profile_find_target(lj_profile *profile, const lj_frame *frame,
                                            const lj_profile_options *options);
/* Information value, AUC, KS, correlation ... of a column whose rows are in `cells`. */
LJ_CHECKED lj_status lj_profile_relate(const lj_profile *profile, const lj_column *column, int64_t n,
                                       const lj_ordered *ordered, const uint8_t *cells, int cell_count,
                                       lj_profile_column *out);
/* Population stability index of the cells between the rows of half 0 and half 1 (255: neither). */
double lj_profile_psi(const uint8_t *cells, int cell_count, const uint8_t *half, int64_t n);

LJ_CHECKED lj_status lj_profile_sentinels_of(const lj_column *column, const lj_ordered *ordered, double *values,
                                             int64_t *counts, int64_t max, int64_t *count);
LJ_CHECKED lj_status lj_profile_warn(lj_profile *profile, const lj_frame *frame);

/* "2018-07-01 14:05:09", without the time of day at midnight. */
void lj_time_text(int64_t micros, lj_text *out);

#endif
