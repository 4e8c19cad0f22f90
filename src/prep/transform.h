/*
 * What a transform is: one file src/prep/transforms/<name>.c and one row of
 * src/prep/transforms.h. It is fitted on the training values of one column and
 * leaves an operation that later turns one value into one or more others.
 *
 * While prepared, a value of a row is a *register*: always a double, so that
 * one record and a block of rows run through the same code. NaN is missing.
 */
#ifndef LIANJIN_PREP_TRANSFORM_H
#define LIANJIN_PREP_TRANSFORM_H

#include <stdint.h>

#include "lianjin/declare.h"
#include "lianjin/document.h"
#include "lianjin/memory.h"
#include "lianjin/prep.h"

/* Cells beyond it (infinity among them) are refused while fitting and count as out of range later. */
#define LJ_PREP_NUMBER_MAX 1e100

#define LJ_PREP_LEVELS_MAX 1000000 /* values of a saved step */

/* X(code, name) What a register holds. */
#define LJ_REGISTER_KIND_LIST(X)                                                                         \
    X(NUMBER, "number")     /* a number */                                                               \
    X(CATEGORY, "category") /* a level 0 .. size-1; -1: a value that the training part does not have */  \
    X(TIME, "time")         /* microseconds since 1970 */                                                \
    X(CODE, "code")         /* a code 0 .. size-1 for an embedding; 0: unknown or missing; never NaN */

typedef enum lj_register_kind {
#define X(code, name) LJ_REGISTER_##code,
    LJ_REGISTER_KIND_LIST(X)
#undef X
        LJ_REGISTER_KIND_COUNT
} lj_register_kind;

const char *lj_register_kind_name(lj_register_kind kind);

#define LJ_TAKES(kind) (1U << (unsigned)(kind))
#define LJ_TAKES_NUMBER LJ_TAKES(LJ_REGISTER_NUMBER)
#define LJ_TAKES_CATEGORY LJ_TAKES(LJ_REGISTER_CATEGORY)
#define LJ_TAKES_TIME LJ_TAKES(LJ_REGISTER_TIME)

typedef struct lj_register {
    lj_register_kind kind;
    int32_t size; /* CATEGORY, CODE; 0 else */
} lj_register;

/* A column as a transform sees it while it is fitted. */
typedef struct lj_fit_column {
    const char *name;
    lj_register reg;
    const char *const *words; /* CATEGORY: [reg.size] names of the levels */
    const double *values;     /* [n] training values, NaN where missing */
    int64_t n;
    const double *target;     /* [n] 0 or 1; NULL: the target is not one of two classes */
    const double *given;      /* [present] values that are not missing, in the order of the rows */
    int64_t present;          /* n less the missing values; never 0 */
    struct lj_fit_sort *sort; /* of lj_fit_sorted */
    lj_arena *arena;          /* of the prep: for what is fitted and for texts */
    const char *file;         /* for messages */
    const lj_item *step;      /* for messages; NULL: chosen by auto */
} lj_fit_column;

/* A column that comes out. The first one of the same kind of use takes the place of the column that went in. */
typedef struct lj_fit_output {
    lj_register reg;
    const char *name;         /* NULL: the name of the column that went in */
    const char *const *words; /* CATEGORY: [reg.size] */
    int is_whole;             /* for describing: 0/1 flags and codes that need no scaling */
} lj_fit_output;

/* What a fit hands over; all of it lives in the arena. n_out 0: nothing to do, the column stays as it is. */
typedef struct lj_fitted {
    void *values;
    int32_t n_out;
    lj_fit_output *out; /* [n_out] */
    const char *why;    /* one phrase for people: "median 29000" */
} lj_fitted;

typedef struct lj_transform {
    const char *name; /* in YAML and in saved preparations: never changes */
    const char *doc;
    const char *main; /* the option that `name: value` stands for */
    unsigned takes;   /* set of LJ_TAKES_ */
    int is_monotone;  /* its first result never falls as the number grows (cells that become missing aside) */
    const lj_declaration *options;
    int64_t option_count;
    size_t options_size;

    /* Can this column be taken with these options? NULL: all of `takes`. */
    int (*fits)(const lj_fit_column *column, const void *options);
    /* LJ_EDATA, LJ_ECONFIG, LJ_ENOMEM. */
    lj_status (*fit)(const lj_fit_column *column, const void *options, lj_fitted *out);
    /* n values in [n] to out [n_out][stride], stride >= n. Elementwise: no value depends on another row. */
    void (*apply)(const void *values, int64_t n, const double *in, double *out, int64_t stride);
    /* Members of the open map of this operation. */
    void (*save)(const void *values, lj_json *json);
    /*
     * Reads what `save` wrote; `in` is the register that goes in. Sets values
     * and out[..].reg for n_out. Everything in the item is hostile: LJ_ECORRUPT.
     */
    lj_status (*load)(const lj_doc *doc, const lj_item *item, lj_register in, lj_arena *arena, lj_fitted *out);
} lj_transform;

/* [present] values that are not missing, ascending: sorted when first asked for, borrowed like the column. */
const double *lj_fit_sorted(const lj_fit_column *column);

/* Their quantile at 0.5, without sorting all of them. */
double lj_fit_median(const lj_fit_column *column);

/* LJ_ENOMEM about this column. */
LJ_CHECKED lj_status lj_fit_no_memory(const lj_fit_column *column);

/* Room for n_out outputs, zeroed. */
LJ_CHECKED lj_status lj_fitted_outputs(lj_arena *arena, int64_t n_out, lj_fitted *out);

/* One number out, with the name of the column that went in. */
LJ_CHECKED lj_status lj_fitted_number(lj_arena *arena, lj_fitted *out);

/* Arrays of a saved operation, bounded: [count] finite numbers, ascending if `ascending`; strictly if 2. */
LJ_CHECKED lj_status lj_load_numbers(const lj_doc *doc, const lj_item *item, const char *key, int64_t low_count,
                                     int64_t high_count, int ascending, lj_arena *arena, double **out,
                                     int64_t *count);
/* Whole numbers low .. high. */
LJ_CHECKED lj_status lj_load_integers(const lj_doc *doc, const lj_item *item, const char *key, int64_t low_count,
                                      int64_t high_count, int32_t low, int32_t high, lj_arena *arena, int32_t **out,
                                      int64_t *count);
LJ_CHECKED lj_status lj_load_number(const lj_doc *doc, const lj_item *item, const char *key, double *out);
LJ_CHECKED lj_status lj_load_flag(const lj_doc *doc, const lj_item *item, const char *key, int *out);
/* Index of the text in `choices`, which NULL ends. */
LJ_CHECKED lj_status lj_load_choice(const lj_doc *doc, const lj_item *item, const char *key,
                                    const char *const *choices, int *out);

void lj_save_numbers(lj_json *json, const char *key, const double *values, int64_t count);
void lj_save_integers(lj_json *json, const char *key, const int32_t *values, int64_t count);

/* A number for people and for names of columns: "29000", "0.25". */
const char *lj_arena_number(lj_arena *arena, double value);
/* An interval between edges [count], 0 .. count: "< 5", "5 to 10", ">= 10"; "all" without edges. NULL: no memory. */
const char *lj_arena_interval(lj_arena *arena, const double *edges, int64_t count, int64_t index);

#endif
