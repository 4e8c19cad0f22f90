/*
 * Writing a bundle: into "<path>.part-<pid>" beside it, then renamed, so that
 * the path holds the old bundle or the new one, never a mixture.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bundle/bundle.h"
#include "lianjin/bundle.h"
#include "lianjin/file.h"
#include "lianjin/scorecard.h"
#include "lianjin/version.h"

static lj_status put(const char *folder, const char *name, const char *bytes, size_t size)
{
    char *path = lj_path_join(folder, name);
    if (path == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a path");
    const lj_status status = lj_file_replace(path, bytes, size);
    lj_free(path);
    return status;
}

static void write_target(lj_json *json, const lj_target *target)
{
    lj_json_map(json, "target");
    lj_json_string(json, "column", target->column);
    lj_json_string(json, "task", lj_task_name(target->task));
    lj_json_list(json, "classes");
    for (int64_t i = 0; i < target->classes; i++)
        lj_json_string(json, NULL, target->class_names[i]);
    lj_json_end_list(json);
    lj_json_string(json, "reason", target->reason);
    lj_json_end_map(json);
}

static void write_cell(lj_json *json, const lj_column *column, int64_t row)
{
    if (!lj_column_has(column, row))
        lj_json_null(json, NULL);
    else if (column->type == LJ_COLUMN_NUMBER)
        lj_json_double(json, NULL, column->number[row]);
    else if (column->type == LJ_COLUMN_TIME)
        lj_json_integer(json, NULL, column->time[row]);
    else
        lj_json_string(json, NULL, lj_column_word(column, row));
}

/* The images of the kept rows, two hexadecimal digits a byte. */
static lj_status write_images(lj_json *json, const lj_pixels *pixels, int64_t n)
{
    static const char digits[] = "0123456789abcdef";
    const int64_t size = lj_pixels_size(pixels);
    if (pixels == NULL)
        return LJ_OK;
    char *hex = lj_new_array(2 * size + 1, 1);
    if (hex == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the cases");
    lj_json_list(json, "images");
    for (int64_t row = 0; row < n; row++) {
        for (int64_t i = 0; i < size; i++) {
            const uint8_t byte = pixels->bytes[row * size + i];
            hex[2 * i] = digits[byte >> 4];
            hex[2 * i + 1] = digits[byte & 15];
        }
        lj_json_string(json, NULL, hex);
    }
    lj_json_end_list(json);
    lj_free(hex);
    return LJ_OK;
}

/* The features of the kept rows, by column, their images, and the bits of their scores. */
static lj_status write_cases(lj_json *json, const lj_bundle_parts *parts)
{
    const int64_t n = lj_frame_row_count(parts->cases);
    lj_json_map(json, "cases");
    lj_json_map(json, "columns");
    for (int64_t f = 0; f < lj_schema_count(lj_prep_schema(parts->prep)); f++) {
        const lj_column *column = NULL;
        LJ_TRY(lj_frame_need(parts->cases, lj_schema_field(lj_prep_schema(parts->prep), f)->name, &column));
        lj_json_list(json, column->name);
        for (int64_t row = 0; row < n; row++)
            write_cell(json, column, row);
        lj_json_end_list(json);
    }
    lj_json_end_map(json);
    LJ_TRY(write_images(json, lj_frame_pixels(parts->cases), n));
    lj_json_list(json, "score_bits");
    for (int64_t i = 0; i < parts->case_count * lj_model_width(parts->model); i++) {
        uint32_t bits = 0;
        memcpy(&bits, &parts->case_scores[i], sizeof(bits));
        lj_json_integer(json, NULL, bits);
    }
    lj_json_end_list(json);
    lj_json_end_map(json);
    return LJ_OK;
}

static lj_status write_model_json(const char *folder, const lj_bundle_parts *parts, const char *weights_sha256)
{
    lj_text text = {0};
    lj_json json;
    lj_doc *metrics = NULL;
    lj_json_start(&json, &text, 0);
    lj_json_map(&json, NULL);
    lj_json_integer(&json, "format", LJ_BUNDLE_FORMAT);
    lj_json_integer(&json, "arithmetic", LJ_ARITHMETIC);
    lj_json_string(&json, "lianjin", LJ_VERSION);
    lj_json_string(&json, "name", parts->name);
    write_target(&json, parts->target);
    lj_json_double(&json, "threshold", parts->threshold);
    lj_json_integer(&json, "seed", (int64_t)parts->seed);
    lj_json_string(&json, "data_sha256", parts->data_sha256);
    lj_json_string(&json, "weights_sha256", weights_sha256);
    lj_json_string(&json, "scores_sha256", parts->scores_sha256);
    lj_json_string(&json, "pipeline", parts->pipeline);
    lj_status status = lj_model_save_spec(parts->model, &json, "model");
    if (status == LJ_OK)
        status = lj_json_parse("metrics", parts->metrics, strlen(parts->metrics), &metrics);
    if (status == LJ_OK) {
        lj_json_item(&json, "metrics", lj_doc_root(metrics));
        status = write_cases(&json, parts);
    }
    lj_json_end_map(&json);
    if (status == LJ_OK)
        status = lj_text_finish(&text);
    if (status == LJ_OK)
        status = put(folder, LJ_MODEL_FILE, text.data, text.size);
    lj_doc_destroy(metrics);
    lj_text_free(&text);
    return status;
}

static lj_status write_prep(const char *folder, const lj_prep *prep)
{
    lj_text text = {0};
    lj_json json;
    lj_json_start(&json, &text, 0);
    lj_status status = lj_prep_save(prep, &json);
    if (status == LJ_OK)
        status = lj_text_finish(&text);
    if (status == LJ_OK)
        status = put(folder, LJ_PREP_FILE, text.data, text.size);
    lj_text_free(&text);
    return status;
}

/* The points of each bin, for people: what scores is in the other files. */
static lj_status write_scorecard(const char *folder, const lj_bundle_parts *parts)
{
    lj_text text = {0};
    if (!lj_model_family(parts->model)->gives_points)
        return LJ_OK;
    lj_status status = lj_scorecard_csv(parts->model, parts->prep, &text);
    if (status == LJ_OK)
        status = put(folder, LJ_SCORECARD_FILE, text.data, text.size);
    lj_text_free(&text);
    return status;
}

static lj_status write_trees(const char *folder, const lj_trees *trees)
{
    lj_text text = {0};
    lj_json json;
    lj_json_start(&json, &text, 0);
    lj_trees_save(trees, &json);
    lj_status status = lj_text_finish(&text);
    if (status == LJ_OK)
        status = put(folder, LJ_TREES_FILE, text.data, text.size);
    lj_text_free(&text);
    return status;
}

static lj_status write_references(const char *folder, const lj_references *references)
{
    lj_text text = {0};
    lj_json json;
    if (references == NULL)
        return LJ_OK;
    lj_json_start(&json, &text, 0);
    lj_references_save(references, &json);
    lj_status status = lj_text_finish(&text);
    if (status == LJ_OK)
        status = put(folder, LJ_REFERENCES_FILE, text.data, text.size);
    lj_text_free(&text);
    return status;
}

static lj_status write_learned(const char *folder, const lj_model *model, const char *sha256)
{
    const lj_learned learned = lj_model_learned(model);
    if (learned.trees != NULL)
        LJ_TRY(write_trees(folder, learned.trees));
    if (lj_weights_count(learned.weights) == 0)
        return LJ_OK;
    char arithmetic[16];
    (void)snprintf(arithmetic, sizeof(arithmetic), "%d", LJ_ARITHMETIC);
    const char *const metadata[] = {"format", "pt", "arithmetic", arithmetic, "weights_sha256", sha256};
    char *path = lj_path_join(folder, LJ_WEIGHTS_FILE);
    if (path == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a path");
    const lj_status status = lj_safetensors_write(path, learned.weights, metadata, 3);
    lj_free(path);
    return status;
}

static lj_status move_in(const char *folder, const char *name, const char *from)
{
    char *bytes = NULL;
    size_t size = 0;
    LJ_TRY(lj_file_read(from, LJ_JSON_BYTES_MAX, &bytes, &size));
    const lj_status status = put(folder, name, bytes, size);
    lj_free(bytes);
    if (status == LJ_OK)
        (void)unlink(from);
    return status;
}

/* Families without epochs leave no history, runs without a search no trials. */
static lj_status move_if_there(const char *folder, const char *work, const char *name)
{
    char *path = lj_path_join(work, name);
    if (path == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a path");
    const lj_status status = lj_file_exists(path) ? move_in(folder, name, path) : LJ_OK;
    lj_free(path);
    return status;
}

static lj_status write_files(const char *folder, const lj_bundle_parts *parts)
{
    char weights_sha256[LJ_SHA256_HEX];
    LJ_TRY(lj_model_sha256(parts->model, weights_sha256));
    LJ_TRY(write_model_json(folder, parts, weights_sha256));
    LJ_TRY(write_learned(folder, parts->model, weights_sha256));
    LJ_TRY(write_prep(folder, parts->prep));
    LJ_TRY(write_scorecard(folder, parts));
    LJ_TRY(write_references(folder, parts->references));
    LJ_TRY(put(folder, LJ_CARD_FILE, parts->card, strlen(parts->card)));
    if (parts->report != NULL)
        LJ_TRY(move_in(folder, LJ_REPORT_FILE, parts->report));
    if (parts->history != NULL) {
        LJ_TRY(move_if_there(folder, parts->history, LJ_HISTORY_FILE));
        LJ_TRY(move_if_there(folder, parts->history, LJ_TRIALS_FILE));
    }
    return lj_signature_write(folder);
}

lj_status lj_bundle_check_place(const char *path)
{
    if (!lj_file_exists(path))
        return LJ_OK;
    char *inside = lj_path_join(path, LJ_SIGNATURE_FILE);
    const int is_bundle = inside != NULL && lj_file_is_folder(path) && lj_file_exists(inside);
    lj_free(inside);
    return is_bundle ? LJ_OK
                     : lj_fail(LJ_EUSAGE, "%s exists and is no bundle: name another place for the output", path);
}

lj_status lj_bundle_write(const char *path, const lj_bundle_parts *parts)
{
    LJ_TRY(lj_bundle_check_place(path));
    lj_text part = {0};
    lj_text_printf(&part, "%s.part-%ld", path, (long)getpid());
    lj_status status = lj_text_finish(&part);
    if (status == LJ_OK)
        status = lj_folder_create(part.data);
    if (status == LJ_OK) {
        status = write_files(part.data, parts);
        if (status == LJ_OK)
            status = lj_folder_replace(part.data, path);
        if (status != LJ_OK) {
            char *why = lj_strdup(lj_error_message());
            const lj_status cleaned = lj_folder_remove(part.data);
            if (cleaned != LJ_OK || why != NULL)
                status = lj_fail(status, "%s", why != NULL ? why : "the bundle cannot be written");
            lj_free(why);
        }
    }
    lj_text_free(&part);
    return status;
}
