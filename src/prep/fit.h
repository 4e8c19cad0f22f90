/*
 * Fitting a preparation. Each feature begins with one live column, its cell
 * (register 0). A step takes live columns of features and puts others in their
 * place; what is live at the end is what models read.
 */
#ifndef LIANJIN_PREP_FIT_H
#define LIANJIN_PREP_FIT_H

#include "prep/prep.h"

typedef struct lj_live {
    int32_t reg;
    const char *name;
    const char *const *words; /* CATEGORY: names of the levels */
    int is_whole;             /* a 0/1 flag or code: steps for all columns pass it over */
    int is_selected;          /* of the step at hand */
    lj_prep_view view;
} lj_live;

typedef struct lj_fit_feature {
    lj_prep_feature feature;
    lj_bound bound;
    double *of_word; /* owned, [words of the frame's column] */
    lj_live *live;   /* [live_count] */
    int64_t live_count;
    int64_t live_capacity;
    int64_t missing;     /* cells of the training part without a value */
    int is_integer;      /* NUMBER: all values are whole */
    const char *dropped; /* why it is not used; NULL: it is */
} lj_fit_feature;

/* The values of the column at hand in ascending order, once somebody asks. */
typedef struct lj_fit_sort {
    double *sorted;  /* [n] */
    double *scratch; /* [n] */
    int is_sorted;
} lj_fit_sort;

typedef struct lj_fit {
    lj_prep *prep;
    const lj_frame *frame;
    const lj_schema *schema; /* may be NULL */
    const int64_t *rows;     /* [n] of the training part */
    int64_t n;
    const lj_prep_options *options;
    lj_prep_style style;     /* that auto follows: of options, or one of the two of LJ_PREP_BOTH */
    lj_console *console;
    lj_fit_feature *features;
    int64_t feature_count;
    double *target;  /* [n] 0 or 1; NULL: not two classes */
    double *values;  /* [n] of the column at hand */
    double *given;   /* [n] those of them that are not missing */
    lj_fit_sort sort;
    double *block;   /* [block_registers][LJ_PREP_BLOCK] */
    int32_t block_registers;
    int32_t *groups; /* [rows of the frame] with scale_by_group; NULL: none */
} lj_fit;

/* Fills `column` with the training values of a live column. It holds until the next call. */
LJ_CHECKED lj_status lj_fit_look(lj_fit *fit, lj_fit_feature *feature, int64_t live, const lj_item *step,
                                 lj_fit_column *column);

/*
 * Fits the transform on a live column that was just looked at, and puts its
 * results in the column's place, or behind it with `keep`.
 */
LJ_CHECKED lj_status lj_fit_step(lj_fit *fit, lj_fit_feature *feature, int64_t live, const lj_fit_column *column,
                                 lj_transform_code code, const void *options, int keep);

/* Both in one. */
LJ_CHECKED lj_status lj_fit_look_and_step(lj_fit *fit, lj_fit_feature *feature, int64_t live, lj_transform_code code,
                                          const void *options, int keep);

/* Puts live columns behind those that are there. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_fit_add_live(lj_fit *fit, lj_fit_feature *feature, const lj_live *live, int64_t count);

/* Takes a live column away. */
void lj_fit_drop(lj_fit_feature *feature, int64_t live);

/* Reads the cells of a text feature as numbers from now on (number_from_text). */
LJ_CHECKED lj_status lj_fit_convert(lj_fit *fit, lj_fit_feature *feature, const lj_number_from_text_options *options,
                                    const lj_item *step);

/* Makes sparse rows of the texts of a feature (tfidf), which has no other columns then; step NULL: auto. */
LJ_CHECKED lj_status lj_fit_terms(lj_fit *fit, lj_fit_feature *feature, const lj_tfidf_options *options,
                                  const lj_item *step);

/* Makes codes of the tokens of the texts of a feature (tokenise), likewise. One feature may have them. */
LJ_CHECKED lj_status lj_fit_tokens(lj_fit *fit, lj_fit_feature *feature, const lj_tokenise_options *options,
                                   const lj_item *step);

/* The steps of the pipeline file. */
LJ_CHECKED lj_status lj_fit_steps(lj_fit *fit, const lj_item *steps);

/* What auto chooses for a feature. */
LJ_CHECKED lj_status lj_fit_auto(lj_fit *fit, lj_fit_feature *feature);

/* Makes what the steps left readable for models: texts and dates encoded, missing numbers filled. */
LJ_CHECKED lj_status lj_fit_finish(lj_fit *fit, lj_fit_feature *feature);

/* The notes for people after auto. */
void lj_fit_tell(const lj_fit *fit);

#endif
