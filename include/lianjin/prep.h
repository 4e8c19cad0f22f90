/*
 * Preparation: fitted on the training part only, saved in the bundle, applied
 * to a table or one record with the same bits.
 *
 * A preparation is a list of steps over named columns; each step is one row of
 * the table of transforms (src/prep/transforms.h) and one file. Its result is
 * what models read: numbers [n, number_count] as float32, categories
 * [n, category_count] as codes (0: unknown or missing category), the terms of
 * texts as sparse rows [n, term_count], and the tokens of one text as codes
 * [n, token_count].
 */
#ifndef LIANJIN_PREP_H
#define LIANJIN_PREP_H

#include <stdint.h>

#include "lianjin/data.h"
#include "lianjin/declare.h"
#include "lianjin/document.h"
#include "lianjin/frame.h"
#include "lianjin/series.h"
#include "lianjin/sparse.h"
#include "lianjin/texts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lj_prep lj_prep; /* immutable after the fit: threads may share it */

/* What a family wants from `prepare: auto`. */
typedef enum lj_prep_style {
    LJ_PREP_DENSE,     /* numbers near normal, those with few values also as categories; categories as codes */
    LJ_PREP_LINEAR,    /* the same (levels of large tables only), and each number standardised */
    LJ_PREP_EMBEDDING, /* numbers near normal (the network embeds them); flags and categories as codes */
    LJ_PREP_TERMS,     /* as LINEAR; texts with many different values become sparse rows */
    LJ_PREP_SERIES,    /* numbers standardised, within 5 deviations; categories as codes */
    LJ_PREP_TOKENS,    /* as DENSE; the text with many different values becomes codes of tokens */
    LJ_PREP_TEXTS,     /* texts become codes of byte pairs, at full length */
    LJ_PREP_TREES,     /* numbers as they are, missing ones too; categories as codes */
    LJ_PREP_WOE,       /* the weight of evidence of each column's bins */
    LJ_PREP_BOTH       /* as TREES and, beside it, as EMBEDDING: lj_prep_number_view tells which is which */
} lj_prep_style;

typedef struct lj_prep_options {
    const char *const *features; /* names of the columns to use, in order */
    int64_t feature_count;
    const char *target;
    const lj_item *steps;   /* the list of `prepare:`, NULL: auto */
    const char *file;       /* name of the pipeline file, for messages */
    lj_prep_style style;
    const lj_series_options *series; /* how rows become samples; NULL: each is one. Its columns are kept in the schema. */
    const double *target_values; /* [rows of the frame] what a series with scale_by_group predicts, if numbers; NULL: not */
    const double *binary_target; /* [rows of the frame] 0 or 1, for steps that learn from it; NULL: not two classes */
    uint64_t seed;
} lj_prep_options;

/*
 * Fits on the rows `rows` [n] of the frame; its images need no fit, their shape is kept. `schema` keeps the number rules.
 * Notes tell people what auto chose. LJ_EDATA: a feature has no value in the
 * training part; LJ_ECONFIG: a step is wrong (file:line:column).
 */
LJ_CHECKED lj_status lj_prep_fit(const lj_frame *frame, const lj_schema *schema, const int64_t *rows, int64_t n,
                                 const lj_prep_options *options, lj_console *console, lj_prep **out);
void lj_prep_destroy(lj_prep *prep);

int64_t lj_prep_number_count(const lj_prep *prep);
const char *lj_prep_number_name(const lj_prep *prep, int64_t index);
/* Index, among the features of the prep, of the column that this number comes from. */
int64_t lj_prep_number_feature(const lj_prep *prep, int64_t index);

/* The bins of a number that woe made: the regular ones, one for each special code, and the missing values. Borrowed. */
typedef struct lj_prep_bins {
    int64_t count, regular;        /* bins; those that are neither of a code nor the missing values */
    const char *const *names;      /* [count] "< 25", "A, B"; the last one is "missing" */
    const int64_t *rows, *events;  /* [count] of the training part; events: rows of the positive class */
    const double *woe, *iv;        /* [count] weight of evidence, and its part of the information value */
    int64_t all_rows, all_events;
    double all_iv;
    /* Where values are. A number: the codes [count - regular - 1] first, then the edges [regular - 1]; a value on an edge is
     * in the bin above. A text: the bin of each level, and that of any other text; -1: its weight of evidence is 0. */
    int is_number;
    const double *edges, *codes;
    const int32_t *bin_of;       /* [level_count] */
    int64_t level_count;
    int32_t other;
    const char *const *levels;   /* [level_count]; NULL unless woe was the first step of a column of texts */
    int is_first;                /* woe was the first step of the column: its bins are of the values of the table */
} lj_prep_bins;
/* 0: the number was not made by woe, and out is not set. */
int lj_prep_number_bins(const lj_prep *prep, int64_t index, lj_prep_bins *out);
/* Who reads a number or category of a prep that was fitted for several models (LJ_PREP_BOTH); loaded ones do not know. */
typedef enum lj_prep_view { LJ_VIEW_ALL, LJ_VIEW_TREES, LJ_VIEW_NETWORKS, LJ_VIEW_COUNT } lj_prep_view;
lj_prep_view lj_prep_number_view(const lj_prep *prep, int64_t index);
lj_prep_view lj_prep_category_view(const lj_prep *prep, int64_t index);
int64_t lj_prep_category_count(const lj_prep *prep);
const char *lj_prep_category_name(const lj_prep *prep, int64_t index);
int64_t lj_prep_category_feature(const lj_prep *prep, int64_t index);
int32_t lj_prep_category_size(const lj_prep *prep, int64_t index); /* codes 0 .. size-1 */
/* Columns of the sparse rows that texts become; 0: there is no such text. */
int64_t lj_prep_term_count(const lj_prep *prep);
/* The columns of a feature are term_begin(i) .. term_begin(i + 1) - 1, i up to feature_count. */
int64_t lj_prep_term_begin(const lj_prep *prep, int64_t feature);
/* Codes of the tokens of the text of a row (0: padding); 0: there is no such text. */
int64_t lj_prep_token_count(const lj_prep *prep);
int32_t lj_prep_token_size(const lj_prep *prep);   /* codes 0 .. size - 1 */
int64_t lj_prep_token_feature(const lj_prep *prep); /* whose text it is; -1 */
/* Features that are used, in the order given: those that were dropped are not among them. */
int64_t lj_prep_feature_count(const lj_prep *prep);
const char *lj_prep_feature_name(const lj_prep *prep, int64_t index);
/* The shape of the image of a row (bytes NULL), NULL: rows have none. Models read the frame's own bytes. */
const lj_pixels *lj_prep_image(const lj_prep *prep);
/* How rows become samples (strings are the prep's), NULL: each is one. */
const lj_series_options *lj_prep_series(const lj_prep *prep);
/*
 * scale_by_group: mean and deviation of the training rows of each group, those of all for a group that training did not
 * see. The group of each row of the frame, as the next two take it: [rows], to free with lj_free; NULL without them.
 */
LJ_CHECKED lj_status lj_prep_groups(const lj_prep *prep, const lj_frame *frame, int32_t **out);
/* A target as the model is trained on it, and what it says back in the target's unit; as it is without a group. */
double lj_prep_scale_target(const lj_prep *prep, const int32_t *groups, int64_t row, double y);
float lj_prep_unscale_target(const lj_prep *prep, const int32_t *groups, int64_t row, float y);
/* The schema of the features, then of further columns of a series: what a table to be scored must have. Borrowed. */
const lj_schema *lj_prep_schema(const lj_prep *prep);

/* What was seen while applying; add up over chunks. Zero it first. */
typedef struct lj_prep_counts {
    int64_t *unseen;       /* [feature_count] cells with an unknown category, texts of unknown words only; NULL: not
                              counted */
    int64_t *out_of_range; /* [feature_count] numbers outside the training range; NULL: not counted */
    int64_t *missing;      /* [feature_count] */
} lj_prep_counts;

/*
 * Applies to rows begin .. end-1 of the frame (columns found by name; missing
 * columns LJ_EDATA). numbers [end-begin, number_count] row-major, codes
 * [end-begin, category_count] row-major; either may be NULL if its count is 0.
 */
LJ_CHECKED lj_status lj_prep_apply(const lj_prep *prep, const lj_frame *frame, int64_t begin, int64_t end,
                                   float *numbers, int32_t *codes, lj_prep_counts *counts);

/* The terms of the same rows: out, whose width is term_count, is cleared first. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_prep_apply_terms(const lj_prep *prep, const lj_frame *frame, int64_t begin, int64_t end,
                                         lj_sparse *out, lj_prep_counts *counts);

/* The codes [end-begin, token_count] of the tokens of the same rows. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_prep_apply_tokens(const lj_prep *prep, const lj_frame *frame, int64_t begin, int64_t end,
                                          int32_t *tokens, lj_prep_counts *counts);

/* All tokens of the texts of the same rows, at full length; out is cleared first. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_prep_apply_texts(const lj_prep *prep, const lj_frame *frame, int64_t begin, int64_t end,
                                         lj_texts *out, lj_prep_counts *counts);
/* The tokens of any text, added to `out`; and the text of tokens. LJ_EINVAL: their unit is not bpe. */
LJ_CHECKED lj_status lj_prep_encode_text(const lj_prep *prep, const char *text, lj_texts *out);
LJ_CHECKED lj_status lj_prep_decode_text(const lj_prep *prep, const int32_t *tokens, int64_t n, lj_text *out);

/* A cell of a record. The feature's type says which value counts; `missing` wins over all. */
typedef struct lj_cell {
    const char *text; /* TEXT; NULL: missing */
    double number;    /* NUMBER; NaN: missing */
    int64_t time;     /* TIME: microseconds since 1970 */
    int missing;
} lj_cell;

/*
 * One record, without a frame: cells [feature_count] in the order of the
 * features to numbers [number_count] and codes [category_count]. Same bits as
 * lj_prep_apply. Cannot fail: bad cells count as missing, unseen or out of range.
 */
void lj_prep_apply_record(const lj_prep *prep, const lj_cell *cells, float *numbers, int32_t *codes,
                          lj_prep_counts *counts);
/* Its terms as one more row of `out`, with the bits of lj_prep_apply_terms. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_prep_apply_record_terms(const lj_prep *prep, const lj_cell *cells, lj_sparse *out);

/* Its tokens [token_count], with the bits of lj_prep_apply_tokens. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_prep_apply_record_tokens(const lj_prep *prep, const lj_cell *cells, int32_t *tokens);

/*
 * Cells of rows that a model made: numbers [n, number_count] and codes [n, category_count] back to the columns of the
 * table, in the order of the features. Numbers are in the unit of the column, whole where the column is, and within the
 * range of the training part; texts are words of the training part (of words that were merged, the first); no number is
 * missing. LJ_EUNSUPPORTED: a column has no way back: times, texts that are read word by word, numbers whose steps are
 * not monotone.
 */
LJ_CHECKED lj_status lj_prep_invert(const lj_prep *prep, const float *numbers, const int32_t *codes, int64_t n,
                                    lj_frame **out);
/* The same refusals, before any row is made. */
LJ_CHECKED lj_status lj_prep_check_invertible(const lj_prep *prep);

/* A feature that was given but is not used (constant, nearly unique): its name and why. */
int64_t lj_prep_dropped_count(const lj_prep *prep);
const char *lj_prep_dropped_name(const lj_prep *prep, int64_t index);
const char *lj_prep_dropped_reason(const lj_prep *prep, int64_t index);

/* prep.json, and back. LJ_ECORRUPT names the place. */
LJ_CHECKED lj_status lj_prep_save(const lj_prep *prep, lj_json *json);
LJ_CHECKED lj_status lj_prep_load(const lj_doc *doc, const lj_item *item, lj_prep **out);

/* One line a feature, for people: its steps, what was chosen and why. */
LJ_CHECKED lj_status lj_prep_describe(const lj_prep *prep, lj_text *out);
/* The same for programs: docs/report.md, `preparation`. */
LJ_CHECKED lj_status lj_prep_json(const lj_prep *prep, lj_text *out);

/* What a person can know of a transform: for documents and forms. */
typedef struct lj_transform_info {
    const char *name;              /* the key of a step */
    const char *doc;
    const char *main;              /* the option that `name: value` stands for; NULL: none */
    const lj_declaration *options; /* [option_count] */
    int64_t option_count;
    int takes_numbers, takes_texts, takes_times;
} lj_transform_info;
int64_t lj_prep_transform_count(void);
lj_transform_info lj_prep_transform_at(int64_t index);
/* What every step can have beside: columns, keep. */
const lj_declaration *lj_prep_step_declarations(int64_t *count);

#ifdef __cplusplus
}
#endif
#endif
