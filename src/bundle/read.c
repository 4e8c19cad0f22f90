/* Opening a bundle: signature first, then every file with its own checks, then the kept cases. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "bundle/bundle.h"
#include "lianjin/bundle.h"
#include "lianjin/file.h"

struct lj_bundle {
    char *path;
    lj_arena *arena; /* of target and its names */
    lj_doc *doc;     /* model.json */
    lj_prep *prep;
    lj_model *model;
    lj_target target;
    double threshold;
    lj_references references;
    int has_references;
    char weights_sha256[LJ_SHA256_HEX];
};

void lj_bundle_close(lj_bundle *bundle)
{
    if (bundle == NULL)
        return;
    lj_references_free(&bundle->references);
    lj_model_destroy(bundle->model);
    lj_prep_destroy(bundle->prep);
    lj_doc_destroy(bundle->doc);
    lj_arena_destroy(bundle->arena);
    lj_free(bundle->path);
    lj_free(bundle);
}

static lj_status check_version(const char *path, const lj_doc *doc, const char *key, int64_t ours)
{
    int64_t found = 0;
    LJ_TRY(lj_item_need_integer(doc, lj_doc_root(doc), key, 1, INT32_MAX, &found));
    if (found > ours)
        return lj_fail(LJ_EVERSION, "%s: %s %" PRId64 " is newer than the %" PRId64 " that this program knows", path,
                       key, found, ours);
    return LJ_OK;
}

static lj_status find_task(const lj_bundle *bundle, const char *name, lj_task *out)
{
    for (int t = 0; t < LJ_TASK_COUNT; t++)
        if (strcmp(name, lj_task_name((lj_task)t)) == 0) {
            *out = (lj_task)t;
            return LJ_OK;
        }
    return lj_fail(LJ_ECORRUPT, "%s: unknown task '%s'", bundle->path, name);
}

static lj_status read_target(lj_bundle *bundle)
{
    const lj_item *map = NULL;
    const lj_item *classes = NULL;
    const char *task = NULL;
    lj_target *target = &bundle->target;
    LJ_TRY(lj_item_need(bundle->doc, lj_doc_root(bundle->doc), "target", LJ_MAP, &map));
    LJ_TRY(lj_item_need_string(bundle->doc, map, "task", &task));
    LJ_TRY(find_task(bundle, task, &target->task));
    const lj_item *column = lj_item_get(map, "column");
    if (target->task != LJ_UNSUPERVISED || (column != NULL && column->kind != LJ_NULL))
        LJ_TRY(lj_item_need_string(bundle->doc, map, "column", &target->column));
    LJ_TRY(lj_item_need_string(bundle->doc, map, "reason", &target->reason));
    LJ_TRY(lj_item_need(bundle->doc, map, "classes", LJ_LIST, &classes));
    const int64_t least = target->task == LJ_BINARY || target->task == LJ_MULTICLASS ? 2 : 0;
    const int64_t most = target->task == LJ_BINARY ? 2 : target->task == LJ_REGRESSION ? 0 : LJ_CLASSES_MAX;
    const int without = target->task == LJ_UNSUPERVISED && (target->column == NULL) != (classes->count == 0);
    if (classes->count < least || classes->count > most || without)
        return lj_fail(LJ_ECORRUPT, "%s: %" PRId64 " classes do not fit task %s", bundle->path, classes->count, task);
    const char **names = lj_arena_array(bundle->arena, classes->count, sizeof(*names));
    if (names == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory for the classes", bundle->path);
    for (int64_t i = 0; i < classes->count; i++) {
        if (classes->items[i]->kind != LJ_STRING)
            return lj_fail(LJ_ECORRUPT, "%s:%d: expected the name of a class", bundle->path, classes->items[i]->line);
        names[i] = classes->items[i]->text;
    }
    target->classes = classes->count;
    target->class_names = names;
    return LJ_OK;
}

static lj_status load_model(lj_bundle *bundle, lj_learned *learned)
{
    const lj_item *item = NULL;
    LJ_TRY(lj_item_need(bundle->doc, lj_doc_root(bundle->doc), "model", LJ_MAP, &item));
    LJ_TRY(lj_model_load(bundle->doc, item, learned, &bundle->model));
    const lj_model_spec *spec = lj_model_spec_of(bundle->model);
    const lj_series_options *series = lj_prep_series(bundle->prep);
    int fits = spec->task == bundle->target.task && spec->classes == bundle->target.classes &&
               spec->number_count == lj_prep_number_count(bundle->prep) &&
               spec->category_count == lj_prep_category_count(bundle->prep) &&
               spec->term_count == lj_prep_term_count(bundle->prep) &&
               spec->token_count == lj_prep_token_count(bundle->prep) &&
               spec->token_size == lj_prep_token_size(bundle->prep) &&
               spec->steps == (series != NULL ? series->window : 0) &&
               spec->padded == (series != NULL && series->pad) &&
               lj_pixels_size(&spec->image) == lj_pixels_size(lj_prep_image(bundle->prep));
    for (int64_t i = 0; fits && i < spec->category_count; i++)
        fits = spec->category_sizes[i] == lj_prep_category_size(bundle->prep, i);
    return fits ? LJ_OK : lj_fail(LJ_ECORRUPT, "%s: model.json and prep.json do not fit each other", bundle->path);
}

/* ---- the kept cases ---- */

static lj_status bad_cases(const lj_bundle *bundle, const char *what)
{
    return lj_fail(LJ_ECORRUPT, "%s: the cases kept in model.json are damaged: %s", bundle->path, what);
}

static lj_status add_case_column(const lj_bundle *bundle, lj_frame *frame, const lj_field *field, const lj_item *cells)
{
    const int64_t n = cells->count;
    lj_status status = LJ_OK;
    double *numbers = lj_new_array(n, sizeof(*numbers));
    int64_t *times = lj_new_array(n, sizeof(*times));
    uint8_t *valid = lj_new_array((n + 7) / 8, sizeof(*valid));
    const char **texts = lj_new_array(n, sizeof(*texts));
    if (numbers == NULL || times == NULL || valid == NULL || texts == NULL) {
        status = lj_fail(LJ_ENOMEM, "%s: no memory for the cases", bundle->path);
        goto done;
    }
    const lj_kind kind = field->type == LJ_COLUMN_TEXT ? LJ_STRING : LJ_NUMBER;
    for (int64_t i = 0; i < n; i++) {
        const lj_item *cell = cells->items[i];
        numbers[i] = NAN;
        if (cell->kind == LJ_NULL)
            continue;
        if (cell->kind != kind) {
            status = bad_cases(bundle, field->name);
            goto done;
        }
        valid[i / 8] = (uint8_t)(valid[i / 8] | (1u << (i % 8)));
        numbers[i] = cell->number;
        times[i] = field->type == LJ_COLUMN_TIME && fabs(cell->number) < 9e15 ? (int64_t)cell->number : 0;
        texts[i] = cell->text;
    }
    if (field->type == LJ_COLUMN_NUMBER)
        status = lj_frame_add_number(frame, field->name, numbers);
    else if (field->type == LJ_COLUMN_TIME)
        status = lj_frame_add_time(frame, field->name, times, valid);
    else
        status = lj_frame_add_text(frame, field->name, texts);
done:
    lj_free(numbers);
    lj_free(times);
    lj_free(valid);
    lj_free(texts);
    return status;
}

static lj_status make_case_frame(const lj_bundle *bundle, const lj_item *columns, int64_t n, lj_frame **out)
{
    const lj_schema *schema = lj_prep_schema(bundle->prep);
    LJ_TRY(lj_frame_create(n, out));
    for (int64_t f = 0; f < lj_schema_count(schema); f++) {
        const lj_field *field = lj_schema_field(schema, f);
        const lj_item *cells = lj_item_get(columns, field->name);
        if (cells == NULL || cells->kind != LJ_LIST || cells->count != n)
            return bad_cases(bundle, field->name);
        LJ_TRY(add_case_column(bundle, *out, field, cells));
    }
    return LJ_OK;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int read_hex(const char *text, int64_t size, uint8_t *out)
{
    for (int64_t i = 0; i < size; i++) {
        const int high = hex_digit(text[2 * i]);
        const int low = high < 0 ? -1 : hex_digit(text[2 * i + 1]);
        if (low < 0)
            return 0;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return text[2 * size] == '\0';
}

static lj_status add_case_images(const lj_bundle *bundle, lj_frame *frame, const lj_item *images)
{
    const int64_t n = lj_frame_row_count(frame);
    const int64_t size = lj_pixels_size(lj_prep_image(bundle->prep));
    if (size == 0)
        return LJ_OK;
    if (images == NULL || images->kind != LJ_LIST || images->count != n)
        return bad_cases(bundle, "images");
    lj_pixels pixels = *lj_prep_image(bundle->prep);
    pixels.bytes = lj_new_array(n * size, 1);
    if (pixels.bytes == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory for the cases", bundle->path);
    for (int64_t i = 0; i < n; i++) {
        const lj_item *image = images->items[i];
        if (image->kind != LJ_STRING || !read_hex(image->text, size, pixels.bytes + i * size)) {
            lj_free(pixels.bytes);
            return bad_cases(bundle, "images");
        }
    }
    return lj_frame_set_pixels(frame, &pixels);
}

/* Rows of the cases: as many as are judged, or of a series those before them, too. */
static int64_t case_rows(const lj_bundle *bundle, const lj_item *columns, int64_t judged)
{
    if (lj_prep_series(bundle->prep) == NULL || columns->count < 1 || columns->items[0]->kind != LJ_LIST)
        return judged;
    return columns->items[0]->count;
}

/* The engine of today gives the bits of the day of training, or the bundle does not open. */
static lj_status prove_cases(lj_bundle *bundle)
{
    const lj_item *cases = NULL;
    const lj_item *columns = NULL;
    const lj_item *bits = NULL;
    lj_frame *frame = NULL;
    float *scores = NULL;
    LJ_TRY(lj_item_need(bundle->doc, lj_doc_root(bundle->doc), "cases", LJ_MAP, &cases));
    LJ_TRY(lj_item_need(bundle->doc, cases, "columns", LJ_MAP, &columns));
    LJ_TRY(lj_item_need(bundle->doc, cases, "score_bits", LJ_LIST, &bits));
    const int64_t width = lj_model_width(bundle->model);
    const int64_t judged = bits->count / width;
    const int64_t n = case_rows(bundle, columns, judged);
    if (judged < 1 || judged > n || judged * width != bits->count)
        return bad_cases(bundle, "score_bits");
    lj_status status = make_case_frame(bundle, columns, n, &frame);
    if (status == LJ_OK)
        status = add_case_images(bundle, frame, lj_item_get(cases, "images"));
    if (status == LJ_OK) {
        scores = lj_new_array(n * width, sizeof(*scores));
        status = scores == NULL ? lj_fail(LJ_ENOMEM, "%s: no memory for the cases", bundle->path) :
                                  lj_bundle_score(bundle, frame, NULL, NULL, scores);
    }
    for (int64_t i = 0; status == LJ_OK && i < judged * width; i++) {
        uint32_t found = 0;
        const float score = scores[(n - judged) * width + i];
        memcpy(&found, &score, sizeof(found));
        if (bits->items[i]->kind != LJ_NUMBER || bits->items[i]->number != (double)found)
            status = lj_fail(LJ_ECORRUPT, "%s: case %" PRId64 " scores %.9g, other bits than when it was made",
                             bundle->path, i / width, (double)score);
    }
    lj_free(scores);
    lj_frame_destroy(frame);
    return status;
}

/* ---- all of it ---- */

static lj_status read_model_doc(const char *path, lj_doc **out)
{
    const lj_item *name = NULL;
    LJ_TRY(lj_json_read(path, out));
    LJ_TRY(check_version(path, *out, "format", LJ_BUNDLE_FORMAT));
    LJ_TRY(check_version(path, *out, "arithmetic", LJ_ARITHMETIC));
    return lj_item_need(*out, lj_doc_root(*out), "name", LJ_STRING, &name);
}

static lj_status read_trees(const char *path, lj_trees **out)
{
    lj_doc *doc = NULL;
    LJ_TRY(lj_json_read(path, &doc));
    const lj_status status = lj_trees_load(doc, lj_doc_root(doc), out);
    lj_doc_destroy(doc);
    return status;
}

/* Weights and trees, if they are those of model.json. */
static lj_status read_learned(const char *weights, const char *trees, const lj_doc *model,
                              char sha256[LJ_SHA256_HEX], lj_learned *out)
{
    const int has_trees = lj_file_exists(trees), has_weights = !has_trees || lj_file_exists(weights);
    const char *expected = NULL;
    LJ_TRY(lj_item_need_string(model, lj_doc_root(model), "weights_sha256", &expected));
    if (has_trees)
        LJ_TRY(read_trees(trees, &out->trees));
    if (has_weights)
        LJ_TRY(lj_safetensors_read(weights, &out->weights));
    LJ_TRY(lj_learned_sha256(out, sha256));
    return strcmp(expected, sha256) == 0 ?
               LJ_OK :
               lj_fail(LJ_ECORRUPT, "%s: the weights are not those of model.json", has_weights ? weights : trees);
}

static lj_status load_all(lj_bundle *bundle, const lj_doc *prep, lj_learned *learned)
{
    const char *name = NULL;
    const lj_item *root = lj_doc_root(bundle->doc);
    LJ_TRY(lj_item_need_string(bundle->doc, root, "name", &name));
    LJ_TRY(lj_item_need_number(bundle->doc, root, "threshold", &bundle->threshold));
    LJ_TRY(read_target(bundle));
    LJ_TRY(lj_prep_load(prep, lj_doc_root(prep), &bundle->prep));
    LJ_TRY(load_model(bundle, learned));
    return prove_cases(bundle);
}

lj_status lj_bundle_assemble(const char *path, lj_doc *model, const lj_doc *prep, lj_learned *learned,
                             const char *weights_sha256, lj_bundle **out)
{
    *out = NULL;
    lj_status status = LJ_OK;
    lj_bundle *bundle = lj_new_array(1, sizeof(*bundle));
    if (bundle == NULL) {
        lj_doc_destroy(model);
        lj_learned_destroy(learned);
        return lj_fail(LJ_ENOMEM, "%s: no memory for the bundle", path);
    }
    bundle->doc = model;
    strncpy(bundle->weights_sha256, weights_sha256, LJ_SHA256_HEX - 1);
    LJ_TRY_DONE(lj_arena_create(&bundle->arena));
    bundle->path = lj_strdup(path);
    if (bundle->path == NULL) {
        status = lj_fail(LJ_ENOMEM, "%s: no memory for the bundle", path);
        goto done;
    }
    LJ_TRY_DONE(load_all(bundle, prep, learned));
    *out = bundle;
    bundle = NULL;
done:
    lj_learned_destroy(learned);
    lj_bundle_close(bundle);
    return status;
}

static lj_status read_references(const char *path, lj_bundle *bundle)
{
    lj_doc *doc = NULL;
    char *file = lj_path_join(path, LJ_REFERENCES_FILE);
    if (file == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory for the bundle", path);
    bundle->has_references = lj_file_exists(file);
    lj_status status = bundle->has_references ? lj_json_read(file, &doc) : LJ_OK;
    if (doc != NULL)
        status = lj_references_load(doc, lj_doc_root(doc), lj_model_spec_of(bundle->model), &bundle->references);
    lj_doc_destroy(doc);
    lj_free(file);
    return status;
}

lj_status lj_bundle_open(const char *path, lj_bundle **out)
{
    *out = NULL;
    char sha256[LJ_SHA256_HEX] = "";
    lj_status status = LJ_OK;
    lj_doc *model = NULL;
    lj_doc *prep = NULL;
    lj_learned learned = {0};
    char *model_path = lj_path_join(path, LJ_MODEL_FILE);
    char *prep_path = lj_path_join(path, LJ_PREP_FILE);
    char *weights_path = lj_path_join(path, LJ_WEIGHTS_FILE);
    char *trees_path = lj_path_join(path, LJ_TREES_FILE);
    if (model_path == NULL || prep_path == NULL || weights_path == NULL || trees_path == NULL) {
        status = lj_fail(LJ_ENOMEM, "%s: no memory for the bundle", path);
        goto done;
    }
    LJ_TRY_DONE(lj_signature_verify(path));
    LJ_TRY_DONE(read_model_doc(model_path, &model));
    LJ_TRY_DONE(lj_json_read(prep_path, &prep));
    LJ_TRY_DONE(read_learned(weights_path, trees_path, model, sha256, &learned));
    status = lj_bundle_assemble(path, model, prep, &learned, sha256, out);
    model = NULL;
    if (status == LJ_OK)
        status = read_references(path, *out);
    if (status != LJ_OK) {
        lj_bundle_close(*out);
        *out = NULL;
    }
done:
    lj_learned_destroy(&learned);
    lj_doc_destroy(prep);
    lj_doc_destroy(model);
    lj_free(trees_path);
    lj_free(weights_path);
    lj_free(prep_path);
    lj_free(model_path);
    return status;
}

const char *lj_bundle_name(const lj_bundle *bundle)
{
    return lj_item_get(lj_doc_root(bundle->doc), "name")->text;
}

const lj_target *lj_bundle_target(const lj_bundle *bundle)
{
    return &bundle->target;
}

const lj_prep *lj_bundle_prep(const lj_bundle *bundle)
{
    return bundle->prep;
}

lj_model *lj_bundle_model(const lj_bundle *bundle)
{
    return bundle->model;
}

double lj_bundle_threshold(const lj_bundle *bundle)
{
    return bundle->threshold;
}

const lj_references *lj_bundle_references(const lj_bundle *bundle)
{
    return bundle->has_references ? &bundle->references : NULL;
}

const lj_item *lj_bundle_root(const lj_bundle *bundle)
{
    return lj_doc_root(bundle->doc);
}

const char *lj_bundle_weights_sha256(const lj_bundle *bundle)
{
    return bundle->weights_sha256;
}
