/* All transforms. A new one is a file src/prep/transforms/<name>.c and one line here. */
#ifndef LIANJIN_PREP_TRANSFORMS_H
#define LIANJIN_PREP_TRANSFORMS_H

#include "prep/transform.h"

/* X(code, definition), in the order in which people meet them. */
#define LJ_TRANSFORM_LIST(X)                              \
    X(NUMBER_FROM_TEXT, lj_transform_number_from_text)    \
    X(SENTINEL, lj_transform_sentinel)                    \
    X(IMPUTE, lj_transform_impute)                        \
    X(CLIP, lj_transform_clip)                            \
    X(LOG, lj_transform_log)                              \
    X(POWER, lj_transform_power)                          \
    X(SCALE, lj_transform_scale)                          \
    X(BINS, lj_transform_bins)                            \
    X(WOE, lj_transform_woe)                              \
    X(LEVELS, lj_transform_levels)                        \
    X(RARE, lj_transform_rare)                            \
    X(ONE_HOT, lj_transform_one_hot)                      \
    X(ORDINAL, lj_transform_ordinal)                      \
    X(DATE, lj_transform_date)                            \
    X(TFIDF, lj_transform_tfidf)                          \
    X(TOKENISE, lj_transform_tokenise)                    \
    X(DROP, lj_transform_drop)

typedef enum lj_transform_code {
#define X(code, definition) LJ_TRANSFORM_##code,
    LJ_TRANSFORM_LIST(X)
#undef X
        LJ_TRANSFORM_COUNT
} lj_transform_code;

#define X(code, definition) extern const lj_transform definition;
LJ_TRANSFORM_LIST(X)
#undef X

const lj_transform *lj_transform_of(lj_transform_code code);
/* NULL if there is none. */
const lj_transform *lj_transform_find(const char *name);

/* ---- options, one struct per transform; filled from YAML by its declarations or by auto ---- */

/* A list of numbers: given in the file (item) or by auto (values). */
typedef struct lj_number_list {
    const lj_item *item;
    const double *values;
    int64_t count;
} lj_number_list;
int64_t lj_number_list_count(const lj_number_list *list);
double lj_number_list_at(const lj_number_list *list, int64_t index);

typedef struct lj_number_from_text_options {
    int rule; /* lj_number_rule */
    const char *unit;
} lj_number_from_text_options;

typedef struct lj_tfidf_options {
    int64_t words, shortest_word, characters, characters_from;
    int segment, across_words;
    int64_t min_count;
    double max_share;
    int64_t max_terms, buckets;
    int sublinear, normalise, fold_case;
} lj_tfidf_options;

typedef struct lj_tokenise_options {
    int unit;
    const char *vocabulary;
    int64_t length, size, min_count;
    int unknown, pad, truncate, normalise, fold_case;
} lj_tokenise_options;

typedef struct lj_sentinel_options {
    lj_number_list codes;
    int indicator;
    int replace;
} lj_sentinel_options;

typedef enum lj_impute_method {
    LJ_IMPUTE_MEDIAN,
    LJ_IMPUTE_MEAN,
    LJ_IMPUTE_MOST_FREQUENT,
    LJ_IMPUTE_CONSTANT
} lj_impute_method;
typedef struct lj_impute_options {
    int method;
    const char *value;
    int indicator;
} lj_impute_options;

typedef enum lj_clip_by { LJ_CLIP_QUANTILE, LJ_CLIP_BOUNDS } lj_clip_by;
typedef struct lj_clip_options {
    int by;
    double low, high;
} lj_clip_options;

typedef enum lj_log_kind { LJ_LOG_LOG1P, LJ_LOG_SIGNED } lj_log_kind;
typedef struct lj_log_options {
    int kind;
} lj_log_options;

typedef struct lj_power_options {
    int method;
    int standardize;
} lj_power_options;

typedef enum lj_scale_method {
    LJ_SCALE_STANDARD,
    LJ_SCALE_ROBUST,
    LJ_SCALE_MIN_MAX,
    LJ_SCALE_QUANTILE_NORMAL
} lj_scale_method;
typedef enum lj_scale_ranks { LJ_RANKS_MIDDLE, LJ_RANKS_SCIKIT_LEARN } lj_scale_ranks;
typedef struct lj_scale_options {
    int method;
    int64_t quantiles;
    int ranks;
    double limit;
    double min_size;
} lj_scale_options;

typedef enum lj_bins_method { LJ_BINS_QUANTILE, LJ_BINS_UNIFORM } lj_bins_method;
typedef struct lj_bins_options {
    int method;
    int64_t count;
} lj_bins_options;

typedef struct lj_woe_options {
    int monotone; /* lj_trend */
    int64_t max_bins;
    double min_size;
    int64_t min_events, min_others;
    int64_t prebins;
    double min_level;
    lj_number_list special;
    const lj_item *breaks; /* NULL: the best there are */
} lj_woe_options;

typedef struct lj_levels_options {
    int64_t max;
} lj_levels_options;

typedef struct lj_rare_options {
    int64_t min_count;
    double min_share;
    int64_t max;
} lj_rare_options;

typedef enum lj_one_hot_leave { LJ_LEAVE_NONE, LJ_LEAVE_BINARY, LJ_LEAVE_FIRST } lj_one_hot_leave;
typedef struct lj_one_hot_options {
    int64_t max;
    int64_t min_missing;
    int leave_out;
} lj_one_hot_options;

typedef struct lj_ordinal_options {
    int missing;
} lj_ordinal_options;

typedef struct lj_date_options {
    const lj_item *parts; /* NULL: all that are not constant */
    const char *reference;
} lj_date_options;

#endif
