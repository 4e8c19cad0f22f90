/* What both fuzz targets of model files ask: trees that score any row, and come back from their own text, or a refusal. */
#ifndef LIANJIN_TESTS_IMPORT_FUZZ_H
#define LIANJIN_TESTS_IMPORT_FUZZ_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/tree_import.h"

enum { ROWS = 3, FEATURES_MAX = 64, GROUPS_MAX = 16 };

static inline void score(const lj_trees *trees)
{
    static float x[ROWS * FEATURES_MAX];
    static int32_t codes[ROWS * FEATURES_MAX];
    float all[ROWS * GROUPS_MAX], one[GROUPS_MAX];
    const int64_t groups = lj_trees_groups(trees), numbers = lj_trees_numbers(trees);
    const int64_t categories = lj_trees_categories(trees);
    if (numbers > FEATURES_MAX || categories > FEATURES_MAX || groups > GROUPS_MAX)
        return;
    for (int64_t i = 0; i < ROWS * FEATURES_MAX; i++) {
        x[i] = i % 5 == 3 ? NAN : (float)(i % 7) - 3.0F;
        codes[i] = (int32_t)(i % 4) - 1;
    }
    lj_tree_rows rows = {.n = ROWS, .numbers = x, .number_count = numbers, .codes = codes};
    rows.category_count = categories;
    lj_trees_score(trees, &rows, NULL, all);
    rows.n = 1;
    rows.numbers = x + (ROWS - 1) * numbers;
    rows.codes = codes + (ROWS - 1) * categories;
    lj_trees_score(trees, &rows, NULL, one);
    if (memcmp(one, all + (ROWS - 1) * groups, (size_t)groups * sizeof(*one)) != 0)
        abort();
}

static inline void write_again(const lj_trees *trees)
{
    lj_text text = {0};
    lj_json json;
    lj_doc *doc = NULL;
    lj_trees *again = NULL;
    lj_json_start(&json, &text, 0);
    lj_trees_save(trees, &json);
    if (lj_text_finish(&text) != LJ_OK || lj_json_parse("again", text.data, text.size, &doc) != LJ_OK ||
        lj_trees_load(doc, lj_doc_root(doc), &again) != LJ_OK || lj_trees_leaves(again) != lj_trees_leaves(trees))
        abort();
    lj_trees_destroy(again);
    lj_doc_destroy(doc);
    lj_text_free(&text);
}

/* The bytes behind `head`, ended by NUL. */
static inline void import(const char *head, const uint8_t *bytes, size_t size)
{
    lj_text text = {0};
    lj_tree_import *out = NULL;
    lj_text_puts(&text, head);
    lj_text_append(&text, (const char *)bytes, size);
    if (lj_text_finish(&text) == LJ_OK && lj_trees_import("fuzz", text.data, text.size, &out) == LJ_OK) {
        score(out->trees);
        write_again(out->trees);
    }
    lj_tree_import_destroy(out);
    lj_text_free(&text);
}

#endif
