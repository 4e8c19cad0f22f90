/*
 * Trees that XGBoost or LightGBM grew, read from their model files: XGBoost's JSON and UBJSON, LightGBM's text. They answer
 * with the bits of the library that grew them (docs/import.md says where its libm decides).
 */
#ifndef LIANJIN_TREE_IMPORT_H
#define LIANJIN_TREE_IMPORT_H

#include <stddef.h>
#include <stdint.h>

#include "lianjin/trees.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * How a column becomes what the trees ask about. Codes of categories are 1 + their level; code 0 is a value that is none
 * of the levels, and the last code, 1 + the number of levels, a missing one.
 */
typedef enum lj_tree_column_kind {
    LJ_TREE_COLUMN_UNUSED,    /* no tree asks about it */
    LJ_TREE_COLUMN_NUMBER,    /* a number as float32, missing as NaN; values [count] are what it is compared with */
    LJ_TREE_COLUMN_RANK,      /* a number: how many of values [count] are <= x; a missing one stays missing */
    LJ_TREE_COLUMN_INTERVALS, /* a category: its level is how many of values [count] are <= x */
    LJ_TREE_COLUMN_VALUES,    /* a category: levels are values [count], ascending */
    LJ_TREE_COLUMN_WORDS      /* a category: levels are words [count], ascending */
} lj_tree_column_kind;

typedef struct lj_tree_column {
    const char *name;
    lj_tree_column_kind kind;
    const double *values;
    const char *const *words;
    int64_t count;
    int64_t missing_rank; /* RANK: this rank counts as missing; -1: none does */
    double low, high;     /* of the training rows; NaN: not said */
} lj_tree_column;

/* Owns what it points to. Numbers and categories of the trees are those of the columns, in their order. */
typedef struct lj_tree_import {
    lj_arena *arena;
    const char *library, *objective; /* "XGBoost 3.2.0", "binary:logistic" */
    int64_t classes; /* 0: the answer is a value; 2 and one group: the probability of the second; else of each */
    int64_t best_rounds;             /* the rounds that early stopping chose, of more; 0: all */
    int64_t column_count;
    lj_tree_column *columns;
    lj_trees *trees;
} lj_tree_import;

/*
 * Reads a model file whose bytes [size] end with NUL, hostile ones too; `name` is what messages call it. LJ_ECORRUPT with
 * the place; LJ_EUNSUPPORTED what such trees are not read with (linear leaves, unknown objectives and the like).
 */
LJ_CHECKED lj_status lj_trees_import(const char *name, const char *bytes, size_t size, lj_tree_import **out);
void lj_tree_import_destroy(lj_tree_import *import);

#ifdef __cplusplus
}
#endif
#endif
