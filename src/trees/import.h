/* Inside of the readers of other libraries' trees: what each of them fills, and what becomes of it. */
#ifndef LIANJIN_TREES_IMPORT_H
#define LIANJIN_TREES_IMPORT_H

#include "lianjin/document.h"
#include "lianjin/tree_import.h"
#include "trees/trees.h"

#define LJ_IMPORT_ZERO ((double)1e-35F) /* LightGBM: what is no larger counts as zero */
#define LJ_IMPORT_CELL_MAX 1e100        /* no cell of a table is beyond it: the preparation sees to that */
#define LJ_IMPORT_ID_MAX (1 << 24)      /* of a category */
#define LJ_IMPORT_VALUES_MAX 1000000    /* of a column, as its step of the preparation takes them */

/* What a question about a number makes of zero and of missing values. */
typedef enum lj_import_zero {
    LJ_IMPORT_ZERO_IS_ZERO,    /* it is a number like others */
    LJ_IMPORT_ZERO_IS_MISSING, /* it goes where missing values go */
    LJ_IMPORT_MISSING_IS_ZERO  /* missing values go where it goes: missing_left says where */
} lj_import_zero;

/* A node as a file has it, hostile. */
typedef struct lj_import_node {
    int32_t feature;     /* of the file; -1: a leaf */
    int32_t left, right; /* nodes of the tree */
    double value;        /* a leaf's; a number goes left where x <= value */
    int missing_left;
    lj_import_zero zero; /* of a number */
    int is_category;
    int64_t ids, id_count; /* of a category: those it lists, ascending, from lj_importing.ids on */
    float gain, weight;
} lj_import_node;

/* Where a category of a file is found in a table: its ids are those of `levels`, in the order of the column's levels. */
typedef struct lj_import_levels {
    int32_t *ids; /* [count of the column]; NULL: of INTERVALS */
} lj_import_levels;

typedef struct lj_importing {
    const char *name;
    lj_tree_import *out;
    lj_import_levels *levels; /* [column_count] */
    int listed_left;          /* a listed category goes left and all others right (LightGBM), or the other way round */
    lj_tree_link link;
    int is_forest;
    int64_t groups;
    float *base; /* [groups], in the arena */
    lj_import_node *nodes;
    int64_t node_count, node_room;
    int32_t *ids;
    int64_t id_count, id_room;
    int64_t tree_count, tree_room, group_room;
    int64_t *begin; /* [tree_count + 1] into nodes */
    int32_t *group; /* [tree_count] */
} lj_importing;

/* ---- import.c ---- */

/* Columns [count], all unused, and base [in->groups]. */
LJ_CHECKED lj_status lj_import_columns(lj_importing *in, int64_t count);
/* A tree more of so many nodes, zeroed. */
LJ_CHECKED lj_status lj_import_add_tree(lj_importing *in, int64_t nodes, int32_t group, lj_import_node **out);
LJ_CHECKED lj_status lj_import_add_id(lj_importing *in, int32_t id);
/*
 * The categories of a column as the file lists them, id k being the k-th: words (others NULL), or numbers. LJ_ECORRUPT if
 * one comes twice.
 */
LJ_CHECKED lj_status lj_import_words(lj_importing *in, int64_t column, const char *const *words, int64_t count);
LJ_CHECKED lj_status lj_import_values(lj_importing *in, int64_t column, const double *values, int64_t count);
LJ_CHECKED lj_status lj_import_no_memory(const lj_importing *in);

/* ---- import_trees.c ---- */

/* Checks the trees and turns them into in->out->trees. */
LJ_CHECKED lj_status lj_import_finish(lj_importing *in);

/* ---- one each ---- */

LJ_CHECKED lj_status lj_import_xgboost(lj_importing *in, const lj_doc *doc);
LJ_CHECKED lj_status lj_import_lightgbm(lj_importing *in, const char *text);
/* Universal Binary JSON as JSON. LJ_ECORRUPT names the byte. */
LJ_CHECKED lj_status lj_ubj_to_json(const char *name, const char *bytes, size_t size, lj_text *out);

#endif
