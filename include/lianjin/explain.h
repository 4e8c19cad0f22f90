/*
 * Why a model says what it says of a row: what each feature of the table (column) adds, exactly for trees and linear
 * models, and as reasons that a letter can give. The unit is that in which the model adds up: log-odds of two classes,
 * the logarithm of a probability (up to a constant of the row) of several, else that of the target.
 */
#ifndef LIANJIN_EXPLAIN_H
#define LIANJIN_EXPLAIN_H

#include <stdint.h>

#include "lianjin/document.h"
#include "lianjin/model.h"
#include "lianjin/prep.h"
#include "lianjin/team.h"
#include "lianjin/train.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(code, name, doc) */
#define LJ_EXPLAIN_METHOD_LIST(X)                                                                              \
    X(PATHS, "paths", "trees: exact Shapley values; a column that is not known goes the ways of the training rows") \
    X(REFERENCES, "references", "trees: exact Shapley values against reference rows")                          \
    X(LINEAR, "linear", "linear models: weight times value, less that of the reference rows")                  \
    X(PERMUTATION, "permutation", "any model: Shapley values over random orders of the columns, against reference rows")

typedef enum lj_explain_method {
#define X(code, name, doc) LJ_EXPLAIN_##code,
    LJ_EXPLAIN_METHOD_LIST(X)
#undef X
        LJ_EXPLAIN_METHOD_COUNT
} lj_explain_method;

/* X(code, name, doc) What a row is compared with. */
#define LJ_REFERENCE_LIST(X)                                                                                   \
    X(SHAPLEY, "shapley", "many rows of the training part, or of trees the ways that all its rows go")         \
    X(POPULATION, "population", "the mean of the training rows, of categories the most frequent")              \
    X(APPROVED, "approved", "that of the training rows whose score is below the threshold")                    \
    X(MAXIMUM, "maximum", "linear models: the value of each column that speaks best for a row")

typedef enum lj_reference {
#define X(code, name, doc) LJ_REFERENCE_##code,
    LJ_REFERENCE_LIST(X)
#undef X
        LJ_REFERENCE_COUNT
} lj_reference;

extern const char *const lj_explain_method_names[]; /* ended by NULL */
extern const char *const lj_reference_names[];

/* ---- reference rows ---- */

/*
 * Prepared training rows that are kept with a model: `n` of them evenly over the training part, and behind them one row
 * for each further lj_reference. Start with {0}, end with lj_references_free.
 */
typedef struct lj_references {
    int64_t n;
    int64_t number_count, category_count;
    float *numbers;    /* [n + 3, number_count] */
    int32_t *codes;    /* [n + 3, category_count] */
    int has_maximum;
} lj_references;

#define LJ_REFERENCES_MAX 1000

/*
 * Of the training rows and their scores [n, width]. is_down: a low score is what speaks against a row. threshold of the
 * positive class; else all rows count as approved. LJ_ENOMEM.
 */
LJ_CHECKED lj_status lj_references_make(const lj_model *model, const lj_prep *prep, const lj_rows *train,
                                        const float *scores, double threshold, int is_down, int64_t most,
                                        lj_references *out);
void lj_references_free(lj_references *references);
/* references.json, and back: LJ_ECORRUPT names the place. */
void lj_references_save(const lj_references *references, lj_json *json);
LJ_CHECKED lj_status lj_references_load(const lj_doc *doc, const lj_item *item, const lj_model_spec *spec,
                                        lj_references *out);

/* ---- contributions ---- */

typedef struct lj_explain_options {
    int method;              /* lj_explain_method; -1: the exact one of the family, else permutation */
    lj_reference reference;
    int64_t orders;          /* permutation: pairs of orders, each against another reference row; 0: 32 */
    uint64_t seed;           /* permutation */
} lj_explain_options;

typedef struct lj_explainer lj_explainer;

/* Which method models of the family get. LJ_EUNSUPPORTED: family, method and reference do not go together. */
LJ_CHECKED lj_status lj_explain_check(const lj_family_info *family, const lj_explain_options *options,
                                      lj_explain_method *out);

/* Can models of such rows be explained by column? Not of texts, images and windows. */
int lj_explain_reads(const lj_model_spec *spec);

/*
 * references may be NULL if the method needs none (paths). All are borrowed. LJ_EUNSUPPORTED as lj_explain_check and
 * lj_explain_reads; LJ_EDATA: there are no reference rows.
 */
LJ_CHECKED lj_status lj_explainer_create(lj_model *model, const lj_prep *prep, const lj_references *references,
                                         const lj_explain_options *options, lj_explainer **out);
void lj_explainer_destroy(lj_explainer *explainer);

int64_t lj_explainer_features(const lj_explainer *explainer); /* lj_prep_feature_count */
int64_t lj_explainer_width(const lj_explainer *explainer);    /* 1, or the classes */
lj_explain_method lj_explainer_method(const lj_explainer *explainer);
/* "log-odds", "log-probability" or "target"; of trees as lj_trees_unit. */
const char *lj_explainer_unit(const lj_explainer *explainer);
/* [width] what the contributions of a row start from; with them it is what the model says of the row. */
const double *lj_explainer_base(const lj_explainer *explainer);
/* phi [n, width, features]. The bits of a row do not depend on n or the threads. */
LJ_CHECKED lj_status lj_explain(lj_explainer *explainer, const lj_rows *rows, lj_team *team, double *phi);

/* Of phi, the row's contributions [features] to the class that scores [., width] say (of equal ones the first). */
const double *lj_explain_said(const lj_explainer *explainer, const float *scores, const double *phi, int64_t row);

/* Contributions of one feature over rows. Start with {0}. */
typedef struct lj_contribution_sum {
    int64_t n;
    double value, size, squares;
} lj_contribution_sum;
/* Mean size with half of its 95 % interval, and mean. */
typedef struct lj_contribution {
    double size, half, mean;
} lj_contribution;
/* Adds a row's contributions [features] to sums [features]. */
void lj_contributions_add(lj_contribution_sum *sums, int64_t features, const double *phi);
lj_contribution lj_contribution_of(const lj_contribution_sum *sum);

/* ---- reasons ---- */

#define LJ_REASONS_MAX 20 /* of a row */

typedef struct lj_reason_options {
    int64_t most;               /* reasons of a row */
    int is_down;                /* a low score is what speaks against a row */
    const uint8_t *is_protected; /* [features] never a reason; NULL: none */
    int64_t inquiries;          /* a feature that is a further reason where it speaks against the row and is not among
                                   the others (Regulation B, comment 9(b)(2)-9; FCRA 609(f)(9)); -1: none */
} lj_reason_options;

/*
 * The features that speak most against a row, first the largest contribution, of equal ones the first column:
 * picked [most + 1]; answers how many.
 */
int64_t lj_reasons_pick(const lj_reason_options *options, const double *phi, int64_t features, int64_t *picked);

/* Is this the name of a column that the law of many places protects (sex, race, religion, marital status, ...)? */
int lj_reason_name_is_protected(const char *name);

#ifdef __cplusplus
}
#endif
#endif
