/* A bundle from the trees of another library: the preparation that its columns need, and cases that prove it. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lianjin/file.h"
#include "lianjin/tree_import.h"
#include "lianjin/version.h"
#include "pipeline/pipeline.h"

#define NO_BOUND 1e100 /* of a column whose range is not known: no cell is beyond it */
enum { CASES = 8 };

typedef struct importing {
    const lj_import_options *options;
    lj_tree_import *import;
    lj_arena *arena;
    const char *name; /* of the model: that of its file */
    lj_target target;
    lj_prep *prep;
    lj_model *model;
    lj_frame *cases;
    char sha256[LJ_SHA256_HEX], scores_sha256[LJ_SHA256_HEX];
    float *scores;
} importing;

static lj_status no_memory(const importing *m)
{
    return lj_fail(LJ_ENOMEM, "%s: no memory for the bundle", m->options->model);
}

/* ---- the preparation ---- */

static void begin_step(lj_json *json, const char *name, int from)
{
    lj_json_map(json, NULL);
    lj_json_string(json, "step", name);
    lj_json_integer(json, "from", from);
    lj_json_null(json, "why");
}

static void write_values(lj_json *json, const char *key, const lj_tree_column *column)
{
    lj_json_list(json, key);
    for (int64_t k = 0; k < column->count; k++)
        lj_json_double(json, NULL, column->values[k]);
    lj_json_end_list(json);
}

/* Steps that make of a cell what the trees ask about; answers the last register. */
static int write_steps(lj_json *json, const lj_tree_column *column)
{
    const int is_rank = column->kind == LJ_TREE_COLUMN_RANK, is_intervals = column->kind == LJ_TREE_COLUMN_INTERVALS;
    int last = 0;
    if (is_rank || is_intervals) {
        begin_step(json, "bins", last++);
        write_values(json, "edges", column);
        lj_json_bool(json, "number", is_rank);
        lj_json_end_map(json);
    }
    if (column->kind == LJ_TREE_COLUMN_VALUES) {
        begin_step(json, "levels", last++);
        write_values(json, "values", column);
        lj_json_end_map(json);
    }
    if (is_rank && column->missing_rank >= 0) {
        begin_step(json, "sentinel", last++);
        lj_json_list(json, "codes");
        lj_json_integer(json, NULL, column->missing_rank);
        lj_json_end_list(json);
        lj_json_bool(json, "indicator", 0);
        lj_json_bool(json, "replace", 1);
        lj_json_end_map(json);
    }
    if (!is_rank && column->kind != LJ_TREE_COLUMN_NUMBER) {
        begin_step(json, "ordinal", last++);
        lj_json_integer(json, "missing", column->count + is_intervals + 1);
        lj_json_end_map(json);
    }
    return last;
}

static void write_output(lj_json *json, const char *key, const char *name, int from)
{
    lj_json_list(json, key);
    if (name != NULL) {
        lj_json_map(json, NULL);
        lj_json_string(json, "name", name);
        lj_json_integer(json, "from", from);
        lj_json_bool(json, "keeps_missing", 1);
        lj_json_end_map(json);
    }
    lj_json_end_list(json);
}

static void write_feature(lj_json *json, const lj_tree_column *column, const char *reason)
{
    const int is_text = column->kind == LJ_TREE_COLUMN_WORDS;
    const int is_number = column->kind == LJ_TREE_COLUMN_NUMBER || column->kind == LJ_TREE_COLUMN_RANK;
    lj_json_map(json, NULL);
    lj_json_string(json, "name", column->name);
    lj_json_string(json, "type", lj_column_type_name(is_text ? LJ_COLUMN_TEXT : LJ_COLUMN_NUMBER));
    lj_json_bool(json, "is_integer", 0);
    lj_json_integer(json, "read_by", LJ_RULE_PLAIN);
    lj_json_null(json, "read_unit");
    lj_json_null(json, "time_format");
    lj_json_string(json, "reason", reason);
    lj_json_null(json, "null_words");
    if (is_text) {
        lj_json_list(json, "words");
        for (int64_t k = 0; k < column->count; k++)
            lj_json_string(json, NULL, column->words[k]);
        lj_json_end_list(json);
    } else {
        lj_json_double(json, "low", isnan(column->low) ? -NO_BOUND : column->low);
        lj_json_double(json, "high", isnan(column->high) ? NO_BOUND : column->high);
    }
    lj_json_list(json, "steps");
    const int last = write_steps(json, column);
    lj_json_end_list(json);
    write_output(json, "numbers", is_number ? column->name : NULL, last);
    write_output(json, "categories", is_number ? NULL : column->name, last);
    lj_json_end_map(json);
}

static lj_status make_prep(importing *m)
{
    const lj_tree_import *import = m->import;
    lj_text text = {0};
    lj_json json;
    lj_doc *doc = NULL;
    lj_json_start(&json, &text, 1);
    lj_json_map(&json, NULL);
    lj_json_integer(&json, "format", 1);
    lj_json_bool(&json, "auto", 0);
    lj_json_list(&json, "features");
    for (int64_t c = 0; c < import->column_count; c++)
        if (import->columns[c].kind != LJ_TREE_COLUMN_UNUSED)
            write_feature(&json, &import->columns[c], m->target.reason);
    lj_json_end_list(&json);
    lj_json_list(&json, "dropped");
    for (int64_t c = 0; c < import->column_count; c++)
        if (import->columns[c].kind == LJ_TREE_COLUMN_UNUSED) {
            lj_json_map(&json, NULL);
            lj_json_string(&json, "name", import->columns[c].name);
            lj_json_string(&json, "why", "no tree asks about it");
            lj_json_end_map(&json);
        }
    lj_json_end_list(&json);
    lj_json_end_map(&json);
    lj_status status = lj_text_finish(&text);
    if (status == LJ_OK)
        status = lj_json_parse("preparation", text.data, text.size, &doc);
    if (status == LJ_OK)
        status = lj_prep_load(doc, lj_doc_root(doc), &m->prep);
    lj_doc_destroy(doc);
    lj_text_free(&text);
    return status;
}

/* ---- target and model ---- */

static lj_status make_target(importing *m)
{
    const lj_tree_import *import = m->import;
    lj_target *target = &m->target;
    const char **names = lj_arena_array(m->arena, import->classes, sizeof(*names));
    for (int64_t k = 0; names != NULL && k < import->classes; k++)
        if ((names[k] = lj_arena_printf(m->arena, "%" PRId64, k)) == NULL)
            return no_memory(m);
    target->column = m->options->target;
    target->classes = import->classes;
    target->class_names = names;
    target->task = lj_trees_groups(import->trees) > 1 ? LJ_MULTICLASS : LJ_BINARY;
    if (import->classes == 0)
        target->task = LJ_REGRESSION;
    target->reason = lj_arena_printf(m->arena, "%s, objective %s", import->library, import->objective);
    return names != NULL && target->reason != NULL ? LJ_OK : no_memory(m);
}

static lj_status make_model(importing *m)
{
    lj_learned learned = {.trees = m->import->trees};
    lj_text text = {0};
    lj_json json;
    lj_doc *doc = NULL;
    m->import->trees = NULL;
    lj_json_start(&json, &text, 1);
    lj_json_map(&json, NULL);
    lj_json_string(&json, "family", "imported_trees");
    lj_json_map(&json, "options");
    lj_json_end_map(&json);
    lj_json_string(&json, "task", lj_task_name(m->target.task));
    lj_json_integer(&json, "classes", m->target.classes);
    lj_json_integer(&json, "numbers", lj_prep_number_count(m->prep));
    lj_json_list(&json, "category_sizes");
    for (int64_t k = 0; k < lj_prep_category_count(m->prep); k++)
        lj_json_integer(&json, NULL, lj_prep_category_size(m->prep, k));
    lj_json_end_list(&json);
    lj_json_integer(&json, "bins", 0);
    lj_json_integer(&json, "target_mean", 0);
    lj_json_integer(&json, "target_scale", 1);
    lj_json_end_map(&json);
    lj_status status = lj_text_finish(&text);
    if (status == LJ_OK)
        status = lj_json_parse("model", text.data, text.size, &doc);
    if (status == LJ_OK)
        status = lj_model_load(doc, lj_doc_root(doc), &learned, &m->model);
    lj_learned_destroy(&learned);
    lj_doc_destroy(doc);
    lj_text_free(&text);
    return status;
}

/* ---- cases: values that the trees compare with, each column from another place, and one missing ---- */

static lj_status add_case_column(importing *m, int64_t c)
{
    const lj_tree_column *column = &m->import->columns[c];
    double numbers[CASES];
    const char *words[CASES];
    const int is_text = column->kind == LJ_TREE_COLUMN_WORDS; /* then there are no values */
    for (int64_t row = 0; row < CASES; row++) {
        const int64_t place = (row + c) % CASES, k = place * column->count / CASES;
        const int is_missing = place == 0 || column->count == 0;
        words[row] = is_missing || !is_text ? NULL : column->words[k];
        numbers[row] = is_missing || is_text ? (double)NAN : column->values[k];
    }
    return is_text ? lj_frame_add_text(m->cases, column->name, words) :
                     lj_frame_add_number(m->cases, column->name, numbers);
}

static lj_status make_cases(importing *m)
{
    const int64_t cells = CASES * lj_model_width(m->model);
    LJ_TRY(lj_frame_create(CASES, &m->cases));
    for (int64_t c = 0; c < m->import->column_count; c++)
        if (m->import->columns[c].kind != LJ_TREE_COLUMN_UNUSED)
            LJ_TRY(add_case_column(m, c));
    m->scores = lj_new_array(cells, sizeof(*m->scores));
    if (m->scores == NULL)
        return no_memory(m);
    LJ_TRY(lj_score_frame(m->prep, m->model, m->cases, NULL, NULL, m->scores));
    return lj_scores_sha256(m->scores, cells, m->scores_sha256);
}

/* ---- the bundle ---- */

static lj_status write_bundle(importing *m)
{
    const lj_trees *trees = lj_model_trees(m->model);
    const char *card = lj_arena_printf(
        m->arena, "# %s\n\nTrees of %s, objective %s: %" PRId64 " rounds, %" PRId64 " leaves, %" PRId64
        " columns.\nRead by lianjin %s from a file with the SHA-256 %s.\nHow they were trained, and on what, that file "
        "does not say.\n", m->name, m->import->library, m->import->objective, lj_trees_rounds(trees),
        lj_trees_leaves(trees), lj_prep_feature_count(m->prep), LJ_VERSION, m->sha256);
    lj_text text = {0};
    lj_json json;
    lj_json_start(&json, &text, 0); /* JSON is YAML, too */
    lj_json_map(&json, NULL);
    lj_json_string(&json, "name", m->name);
    lj_json_string(&json, "data", m->options->model);
    lj_json_string(&json, "target", m->target.column);
    lj_json_string(&json, "model", "imported_trees");
    lj_json_end_map(&json);
    lj_status status = card == NULL ? no_memory(m) : lj_text_finish(&text);
    const lj_bundle_parts parts = {.name = m->name,
                                   .target = &m->target,
                                   .prep = m->prep,
                                   .model = m->model,
                                   .threshold = 0.5,
                                   .data_sha256 = m->sha256,
                                   .scores_sha256 = m->scores_sha256,
                                   .pipeline = text.data,
                                   .metrics = "{}",
                                   .card = card,
                                   .cases = m->cases,
                                   .case_scores = m->scores,
                                   .case_count = CASES};
    if (status == LJ_OK)
        status = lj_bundle_write(m->options->out, &parts);
    lj_text_free(&text);
    return status;
}

static lj_status read_model(importing *m)
{
    const char *path = m->options->model;
    const char *slash = strrchr(path, '/'), *file = slash != NULL ? slash + 1 : path, *dot = strrchr(file, '.');
    char *bytes = NULL;
    size_t size = 0;
    const size_t length = dot != NULL && dot != file ? (size_t)(dot - file) : strlen(file);
    m->name = lj_arena_printf(m->arena, "%.*s", (int)length, file);
    if (m->name == NULL)
        return no_memory(m);
    LJ_TRY(lj_file_read(path, LJ_JSON_BYTES_MAX, &bytes, &size));
    lj_status status = lj_sha256_bytes(bytes, size, m->sha256);
    if (status == LJ_OK)
        status = lj_trees_import(path, bytes, size, &m->import);
    lj_free(bytes);
    return status;
}

static lj_status run(importing *m)
{
    LJ_TRY(lj_arena_create(&m->arena));
    LJ_TRY(read_model(m));
    if (m->import->best_rounds > 0)
        lj_warn(m->options->console, "%s: the file calls %" PRId64 " rounds best; all %" PRId64 " are taken, as "
                "Booster.predict does: to take fewer, save a slice", m->options->model, m->import->best_rounds,
                lj_trees_rounds(m->import->trees));
    LJ_TRY(make_target(m));
    LJ_TRY(make_prep(m));
    LJ_TRY(make_model(m));
    LJ_TRY(make_cases(m));
    LJ_TRY(write_bundle(m));
    lj_note(m->options->console, "%s: %s, %" PRId64 " rounds of trees over %" PRId64 " columns", m->options->out,
            m->target.reason, lj_trees_rounds(lj_model_trees(m->model)), lj_prep_feature_count(m->prep));
    return LJ_OK;
}

lj_status lj_bundle_import(const lj_import_options *options)
{
    importing m = {.options = options};
    LJ_TRY(lj_bundle_check_place(options->out));
    const lj_status status = run(&m);
    lj_free(m.scores);
    lj_frame_destroy(m.cases);
    lj_model_destroy(m.model);
    lj_prep_destroy(m.prep);
    lj_tree_import_destroy(m.import);
    lj_arena_destroy(m.arena);
    return status;
}
