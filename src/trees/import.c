/* Model files of other libraries: which one it is, and the room that their readers fill. */
#include "trees/import.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/limits.h"

lj_status lj_import_no_memory(const lj_importing *in)
{
    return lj_fail(LJ_ENOMEM, "%s: no memory for the trees", in->name);
}

lj_status lj_import_columns(lj_importing *in, int64_t count)
{
    lj_tree_import *out = in->out;
    out->column_count = count;
    out->columns = lj_arena_array(out->arena, count, sizeof(*out->columns));
    in->levels = lj_arena_array(out->arena, count, sizeof(*in->levels));
    in->base = lj_arena_array(out->arena, in->groups, sizeof(*in->base));
    if (out->columns == NULL || in->levels == NULL || in->base == NULL)
        return lj_import_no_memory(in);
    for (int64_t f = 0; f < count; f++)
        out->columns[f] = (lj_tree_column){.missing_rank = -1, .low = (double)NAN, .high = (double)NAN};
    return LJ_OK;
}

lj_status lj_import_add_tree(lj_importing *in, int64_t nodes, int32_t group, lj_import_node **out)
{
    void *array = in->nodes, *begin = in->begin, *groups = in->group;
    if (nodes > LJ_TREE_NODES_MAX || in->tree_count >= LJ_TREES_MAX)
        return lj_fail(LJ_EUNSUPPORTED, "%s: tree %" PRId64 ": expected at most %d trees of at most %d nodes", in->name,
                       in->tree_count, LJ_TREES_MAX, LJ_TREE_NODES_MAX);
    LJ_TRY(lj_tree_make_room(&array, in->node_count, nodes, sizeof(*in->nodes), &in->node_room));
    in->nodes = array;
    LJ_TRY(lj_tree_make_room(&begin, in->tree_count + 1, 1, sizeof(*in->begin), &in->tree_room));
    in->begin = begin;
    LJ_TRY(lj_tree_make_room(&groups, in->tree_count, 1, sizeof(*in->group), &in->group_room));
    in->group = groups;
    *out = in->nodes + in->node_count;
    memset(*out, 0, (size_t)nodes * sizeof(**out));
    in->begin[in->tree_count] = in->node_count;
    in->group[in->tree_count++] = group;
    in->node_count += nodes;
    in->begin[in->tree_count] = in->node_count;
    return LJ_OK;
}

lj_status lj_import_add_id(lj_importing *in, int32_t id)
{
    void *ids = in->ids;
    LJ_TRY(lj_tree_make_room(&ids, in->id_count, 1, sizeof(*in->ids), &in->id_room));
    in->ids = ids;
    in->ids[in->id_count++] = id;
    return LJ_OK;
}

/* ---- categories by name ---- */

typedef struct level {
    const char *word; /* NULL: a value */
    double value;
    int32_t id;
} level;

static int by_level(const void *a, const void *b)
{
    const level *x = a, *y = b;
    return x->word != NULL ? strcmp(x->word, y->word) : (x->value > y->value) - (x->value < y->value);
}

static lj_status sort_levels(lj_importing *in, int64_t column, level *levels, int64_t count)
{
    lj_tree_column *c = &in->out->columns[column];
    const int is_words = levels[0].word != NULL;
    double *values = lj_arena_array(in->out->arena, is_words ? 0 : count, sizeof(*values));
    const char **words = lj_arena_array(in->out->arena, is_words ? count : 0, sizeof(*words));
    int32_t *ids = lj_arena_array(in->out->arena, count, sizeof(*ids));
    if (values == NULL || words == NULL || ids == NULL)
        return lj_import_no_memory(in);
    qsort(levels, (size_t)count, sizeof(*levels), by_level);
    for (int64_t k = 0; k < count; k++) {
        if (k > 0 && by_level(&levels[k - 1], &levels[k]) == 0)
            return lj_fail(LJ_ECORRUPT, "%s: column %" PRId64 " has a category twice", in->name, column);
        ids[k] = levels[k].id;
        if (is_words)
            words[k] = levels[k].word;
        else
            values[k] = levels[k].value;
    }
    in->levels[column].ids = ids;
    c->kind = is_words ? LJ_TREE_COLUMN_WORDS : LJ_TREE_COLUMN_VALUES;
    c->words = words;
    c->values = values;
    c->count = count;
    return LJ_OK;
}

/* Words or values, one of them NULL. */
static lj_status add_levels(lj_importing *in, int64_t column, const char *const *words, const double *values,
                            int64_t count)
{
    level *levels = lj_new_array(count, sizeof(*levels));
    lj_status status = levels == NULL ? lj_import_no_memory(in) : LJ_OK;
    for (int64_t k = 0; status == LJ_OK && k < count; k++) {
        levels[k].id = (int32_t)k;
        levels[k].value = values != NULL ? values[k] : 0.0;
        levels[k].word = words != NULL ? lj_arena_strdup(in->out->arena, words[k]) : NULL;
        if (words != NULL && levels[k].word == NULL)
            status = lj_import_no_memory(in);
    }
    if (status == LJ_OK)
        status = sort_levels(in, column, levels, count);
    lj_free(levels);
    return status;
}

lj_status lj_import_words(lj_importing *in, int64_t column, const char *const *words, int64_t count)
{
    return add_levels(in, column, words, NULL, count);
}

lj_status lj_import_values(lj_importing *in, int64_t column, const double *values, int64_t count)
{
    return add_levels(in, column, NULL, values, count);
}

/* ---- the file ---- */

static lj_status read_json(lj_importing *in, const char *text, size_t size)
{
    lj_doc *doc = NULL;
    LJ_TRY(lj_json_parse(in->name, text, size, &doc));
    const lj_status status = lj_import_xgboost(in, doc);
    lj_doc_destroy(doc);
    return status;
}

static lj_status read_ubj(lj_importing *in, const char *bytes, size_t size)
{
    lj_text text = {0};
    lj_status status = lj_ubj_to_json(in->name, bytes, size, &text);
    if (status == LJ_OK)
        status = read_json(in, text.data, text.size);
    lj_text_free(&text);
    return status;
}

/* A map of UBJSON begins with the type of its first key's length, of JSON with a quote or a blank. */
static lj_status read_file(lj_importing *in, const char *bytes, size_t size)
{
    static const char head[] = "tree";
    if (size > 1 && bytes[0] == '{')
        return memchr("iUIlL$#", bytes[1], 7) != NULL ? read_ubj(in, bytes, size) : read_json(in, bytes, size);
    if (size >= sizeof(head) && memcmp(bytes, head, sizeof(head) - 1) == 0 && strchr("\r\n", bytes[4]) != NULL) {
        if (memchr(bytes, '\0', size) != NULL)
            return lj_fail(LJ_ECORRUPT, "%s: a byte 0 in the text of a LightGBM model", in->name);
        return lj_import_lightgbm(in, bytes);
    }
    return lj_fail(LJ_EUNSUPPORTED,
                   "%s: expected a model of XGBoost (save_model to .json or .ubj) or LightGBM (save_model to .txt)",
                   in->name);
}

void lj_tree_import_destroy(lj_tree_import *import)
{
    if (import == NULL)
        return;
    lj_trees_destroy(import->trees);
    lj_arena_destroy(import->arena);
    lj_free(import);
}

lj_status lj_trees_import(const char *name, const char *bytes, size_t size, lj_tree_import **out)
{
    lj_importing in = {.name = name, .out = lj_new_array(1, sizeof(*in.out))};
    *out = NULL;
    if (in.out == NULL)
        return lj_import_no_memory(&in);
    lj_status status = size > LJ_JSON_BYTES_MAX ? lj_fail(LJ_EUNSUPPORTED, "%s: %zu bytes, larger than %u", name, size,
                                                          LJ_JSON_BYTES_MAX) :
                                                  lj_arena_create(&in.out->arena);
    if (status == LJ_OK)
        status = read_file(&in, bytes, size);
    if (status == LJ_OK)
        status = lj_import_finish(&in);
    lj_free(in.nodes);
    lj_free(in.ids);
    lj_free(in.begin);
    lj_free(in.group);
    if (status != LJ_OK) {
        lj_tree_import_destroy(in.out);
        return status;
    }
    *out = in.out;
    return LJ_OK;
}
