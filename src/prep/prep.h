/* Inside of a preparation: features, their operations, and what comes out. */
#ifndef LIANJIN_PREP_PREP_H
#define LIANJIN_PREP_PREP_H

#include <stdint.h>

#include "lianjin/prep.h"
#include "prep/text/tokens.h"
#include "prep/transforms.h"
#include "prep/words.h"

#define LJ_PREP_FORMAT 1           /* of prep.json */
#define LJ_PREP_BLOCK 256          /* rows that go through the operations of a feature at once */
#define LJ_PREP_OPS_MAX 256        /* operations of one feature */
#define LJ_PREP_REGISTERS_MAX 8192 /* registers of one feature */
#define LJ_PREP_WORDS_MAX 1000000  /* words of a vocabulary */
#define LJ_PREP_COLUMNS_MAX 1000000 /* numbers or categories that come out */
#define LJ_PREP_STACK 512          /* registers of a record that need no allocation */

/* One operation of a feature: registers out .. out + n_out - 1 from register in. */
typedef struct lj_prep_op {
    const lj_transform *transform;
    void *values; /* the transform's own */
    int32_t in, out, n_out;
    const char *why; /* for people; NULL: nothing to say */
} lj_prep_op;

/* A column that models read: register `reg` of its feature. */
typedef struct lj_prep_output {
    const char *name;
    int64_t feature;
    int32_t reg;
    int32_t size; /* of a category */
    lj_prep_view view;
    int keeps_missing; /* a missing number is NaN, as trees take it; else 0 */
} lj_prep_output;

/*
 * A feature. Register 0 is its cell: a number, a time, or the index of a text
 * in the vocabulary. Always: registers of an operation are numbered in the order
 * of the operations and come in after they were made.
 */
typedef struct lj_prep_feature {
    const char *name;
    lj_column_type type;
    int is_converted;       /* a TEXT whose cells are read as numbers by `rule` and `unit` */
    lj_number_rule rule;
    const char *unit;
    lj_words words;         /* TEXT that is not converted and not read whole */
    lj_vectoriser *terms;   /* TEXT that becomes sparse rows; NULL: it does not */
    int64_t term_begin;     /* its first column of those */
    lj_tokeniser *tokens;   /* TEXT that becomes codes of tokens; NULL: it does not */
    const double *group_mean, *group_scale; /* [group_words.count + 1] of NUMBER, the last of any other; NULL: none */
    double low, high;       /* NUMBER, TIME, converted: range of the training part */
    lj_prep_op *ops;        /* [op_count] */
    int32_t op_count;
    lj_register *registers; /* [register_count] */
    int32_t register_count;
    int64_t number_begin, number_count;     /* its share of the numbers */
    int64_t category_begin, category_count; /* and of the categories */
} lj_prep_feature;

/* A feature that was left out, and why. */
typedef struct lj_prep_dropped {
    const char *name;
    const char *why;
} lj_prep_dropped;

struct lj_prep {
    lj_arena *arena; /* everything below lives in it, but the schema */
    lj_schema *schema;
    lj_prep_feature *features; /* [feature_count] */
    int64_t feature_count;
    lj_prep_output *numbers; /* [number_count], in the order of the features */
    int64_t number_count;
    lj_prep_output *categories; /* [category_count], likewise */
    int64_t category_count;
    lj_prep_dropped *dropped; /* [dropped_count] */
    int64_t dropped_count;
    int64_t term_count; /* columns of the sparse rows */
    const lj_prep_feature *text; /* the one that has tokens; NULL: none */
    int32_t registers_most; /* of one feature */
    lj_pixels image;        /* shape; zero: none */
    lj_series_options series; /* window 0: none */
    lj_words group_words;     /* of the training rows, with scale_by_group */
    const double *target_mean, *target_scale; /* [group_words.count + 1]; NULL: targets are as they are */
    int is_auto;
};

/* Most columns of a series beside the features: time, group, target. */
enum { LJ_PREP_SERIES_COLUMNS = 3 };
/* Their names, those that are features left out; answers how many. */
int64_t lj_prep_series_columns(const lj_prep *prep, const char **names);

/* Where a feature's cells are in a frame. */
typedef struct lj_bound {
    const lj_column *column;
    const int32_t *groups; /* [rows of the frame] of lj_prep_groups; NULL: numbers are not scaled by group */
    const double *of_word; /* TEXT: [column->word_count] register of each word of the frame; NULL: look it up */
} lj_bound;

static inline double lj_prep_group_scaled(const lj_prep_feature *feature, int32_t group, double x)
{
    return feature->group_mean == NULL ? x : (x - feature->group_mean[group]) / feature->group_scale[group];
}

/* A number of the frame as register 0 takes it: scaled by group or as it is. */
static inline double lj_prep_number(const lj_prep_feature *feature, const lj_bound *bound, int64_t row)
{
    return lj_prep_group_scaled(feature, bound->groups != NULL ? bound->groups[row] : 0, bound->column->number[row]);
}

/* Mean and deviation [group_words.count + 1] in the arena of values of the rows [n], NaN left out. */
LJ_CHECKED lj_status lj_groups_measure(lj_prep *prep, const int32_t *groups, const int64_t *rows, int64_t n,
                                       const double *values, const double **mean, const double **scale);
/* The groups of the training rows. LJ_EDATA: they are no words. */
LJ_CHECKED lj_status lj_groups_fit(lj_prep *prep, const lj_frame *frame, const int64_t *rows, int64_t n);

/*
 * Cells of rows[0 .. n-1], or of begin .. begin + n - 1 if rows is NULL, to
 * register 0. Counts may be NULL.
 */
void lj_prep_load_cells(const lj_prep_feature *feature, const lj_bound *bound, const int64_t *rows, int64_t begin,
                        int64_t n, double *out, int64_t feature_index, lj_prep_counts *counts);

/* The operations of a feature: registers [register_count][stride], register 0 of which is filled for n rows. */
void lj_prep_run(const lj_prep_feature *feature, double *registers, int64_t n, int64_t stride);

/* Is the text of this feature read whole (tfidf, tokenise)? Register 0 only says that there is one then. */
static inline int lj_prep_reads_whole(const lj_prep_feature *feature)
{
    return feature->terms != NULL || feature->tokens != NULL;
}

/* The operation woe that made a register; NULL: none did. */
const lj_prep_op *lj_feature_woe(const lj_prep_feature *feature, int32_t reg);

/* Register 0 for one text; the result for a text that the training part does not have. */
double lj_prep_text_cell(const lj_prep_feature *feature, const char *text, int *unseen);

#endif
