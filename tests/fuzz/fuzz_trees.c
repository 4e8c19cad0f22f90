/*
 * trees.json from anywhere: trees that score any row, alone as in company, and come back from their own text, or a refusal.
 */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/trees.h"

enum { ROWS = 3, FEATURES_MAX = 64, GROUPS_MAX = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static lj_status load(const char *text, size_t size, lj_trees **out)
{
    lj_doc *doc = NULL;
    *out = NULL;
    lj_status status = lj_json_parse("fuzz", text, size, &doc);
    if (status == LJ_OK)
        status = lj_trees_load(doc, lj_doc_root(doc), out);
    lj_doc_destroy(doc);
    return status;
}

/* Rows with missing numbers, unknown levels, and levels out of range. */
static void score(const lj_trees *trees, int64_t numbers, int64_t categories, const int32_t *sizes)
{
    static float x[ROWS * FEATURES_MAX];
    static int32_t codes[ROWS * FEATURES_MAX];
    float all[ROWS * GROUPS_MAX], one[GROUPS_MAX];
    const int64_t groups = lj_trees_groups(trees);
    for (int64_t i = 0; i < ROWS * numbers; i++)
        x[i] = i % 5 == 3 ? NAN : (float)(i % 7) - 3.0F;
    for (int64_t i = 0; i < ROWS * categories; i++)
        codes[i] = (int32_t)(i % 4) - 1;
    lj_tree_rows rows = {.n = ROWS, .numbers = x, .number_count = numbers, .codes = codes,
                         .category_count = categories, .category_sizes = sizes};
    lj_trees_raw(trees, &rows, NULL, all);
    rows.n = 1;
    rows.numbers = x + (ROWS - 1) * numbers;
    rows.codes = codes + (ROWS - 1) * categories;
    lj_trees_raw(trees, &rows, NULL, one);
    if (memcmp(one, all + (ROWS - 1) * groups, (size_t)groups * sizeof(*one)) != 0)
        abort();
    lj_trees_answer(trees, ROWS, all);
}

static void write_again(const lj_trees *trees)
{
    lj_text text = {0};
    lj_json json;
    lj_trees *again = NULL;
    lj_json_start(&json, &text, 0);
    lj_trees_save(trees, &json);
    if (lj_text_finish(&text) != LJ_OK || load(text.data, text.size, &again) != LJ_OK ||
        lj_trees_leaves(again) != lj_trees_leaves(trees))
        abort();
    lj_trees_destroy(again);
    lj_text_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    lj_trees *trees = NULL;
    if (load((const char *)bytes, size, &trees) != LJ_OK)
        return 0;
    static const int32_t sizes[FEATURES_MAX];
    const char *names[2 * FEATURES_MAX];
    const int64_t numbers = lj_trees_numbers(trees), categories = lj_trees_categories(trees);
    for (int i = 0; i < 2 * FEATURES_MAX; i++)
        names[i] = "column";
    if (numbers <= FEATURES_MAX && categories <= FEATURES_MAX && lj_trees_groups(trees) <= GROUPS_MAX) {
        lj_text text = {0};
        score(trees, numbers, categories, sizes);
        if (lj_trees_describe(trees, names, &text) != LJ_OK)
            abort();
        lj_text_free(&text);
    }
    write_again(trees);
    lj_trees_destroy(trees);
    return 0;
}
