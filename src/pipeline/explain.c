/* What each column adds to the score of each row of a table, and the reasons: chunk by chunk, in order. */
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/pipeline.h"

enum { CHUNK_ROWS = 1024, SHOWN = 12, BAR = 24 };

/* ---- what a reason is called ---- */

lj_status lj_reason_text_read(const char *file, const lj_item *item, lj_reason_text *out)
{
    static const lj_declaration rows[] = {
        {.key = "id", .kind = LJ_DECLARED_STRING, .offset = offsetof(lj_reason_text, id)},
        {.key = "en", .kind = LJ_DECLARED_STRING, .offset = offsetof(lj_reason_text, en)},
        {.key = "zh", .kind = LJ_DECLARED_STRING, .offset = offsetof(lj_reason_text, zh)}};
    if (item->kind != LJ_MAP)
        return lj_declare_fail(file, item, "texts: expected {id:, en:, zh:} for '%s'", item->key);
    LJ_TRY(lj_declare_read(file, item, rows, 3, NULL, out));
    out->id = out->id != NULL ? out->id : item->key;
    out->en = out->en != NULL ? out->en : out->id;
    out->zh = out->zh != NULL ? out->zh : out->en;
    return LJ_OK;
}

static lj_status text_of(const lj_pipeline *p, const char *column, lj_reason_text *out)
{
    const lj_item *item = p->explain.texts != NULL ? lj_item_get(p->explain.texts, column) : NULL;
    *out = (lj_reason_text){column, column, column};
    return item != NULL ? lj_reason_text_read(p->file, item, out) : LJ_OK;
}

/* ---- which columns may be reasons ---- */

/* A column of the table that the model may not read: LJ_ECONFIG if there is none of the name. */
static lj_status find_feature(const lj_pipeline *p, const lj_prep *prep, const lj_item *place, const char *name,
                              int64_t *out)
{
    const int64_t n = lj_prep_feature_count(prep);
    *out = -1;
    for (int64_t f = 0; f < n; f++)
        if (strcmp(lj_prep_feature_name(prep, f), name) == 0)
            *out = f;
    for (int64_t i = 0; *out < 0 && i < lj_prep_dropped_count(prep); i++)
        if (strcmp(lj_prep_dropped_name(prep, i), name) == 0)
            return LJ_OK;
    if (*out >= 0)
        return LJ_OK;
    const char **names = lj_new_array(n, sizeof(*names));
    if (names == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the names of columns");
    for (int64_t f = 0; f < n; f++)
        names[f] = lj_prep_feature_name(prep, f);
    const char *near = lj_nearest(name, names, n);
    const lj_status status =
        near != NULL ? lj_declare_fail(p->file, place, "explain: no column '%s'; did you mean '%s'?", name, near) :
                       lj_declare_fail(p->file, place, "explain: no column '%s'", name);
    lj_free(names);
    return status;
}

lj_status lj_pipeline_reasons(const lj_pipeline *p, const lj_prep *prep, lj_reason_options *out,
                              uint8_t **is_protected)
{
    const lj_item *list = p->explain.is_protected, *texts = p->explain.texts;
    const int64_t n = lj_prep_feature_count(prep);
    int64_t feature = -1;
    *is_protected = NULL;
    *out = (lj_reason_options){.most = p->explain.reasons, .is_down = p->explain.against, .inquiries = -1};
    for (int64_t i = 0; texts != NULL && i < texts->count; i++)
        LJ_TRY(find_feature(p, prep, texts->items[i], texts->items[i]->key, &feature));
    if (p->explain.inquiries != NULL)
        LJ_TRY(find_feature(p, prep, lj_item_get(p->top.explain, "inquiries"), p->explain.inquiries, &out->inquiries));
    uint8_t *marks = lj_new_array(n, 1);
    if (marks == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the names of columns");
    for (int64_t f = 0; list == NULL && f < n; f++)
        marks[f] = (uint8_t)lj_reason_name_is_protected(lj_prep_feature_name(prep, f));
    for (int64_t i = 0; i < lj_declared_count(list); i++) {
        const lj_item *item = lj_declared_at(list, i);
        const lj_status status = find_feature(p, prep, item, item->text, &feature);
        if (status != LJ_OK) {
            lj_free(marks);
            return status;
        }
        if (feature >= 0)
            marks[feature] = 1;
    }
    out->is_protected = marks;
    *is_protected = marks;
    return LJ_OK;
}

/* ---- a chunk ---- */

typedef struct explaining {
    lj_bundle *bundle;
    const lj_bundle_explain_options *options;
    lj_pipeline *pipeline;
    lj_explainer *explainer;
    lj_reason_options reasons;
    uint8_t *is_protected;
    int64_t class_index; /* -1: the one that is said */
    int64_t features, rows;
    lj_contribution_sum *sums; /* [features] */
    /* of a chunk */
    float *numbers, *scores;
    int32_t *codes;
    double *phi;    /* [rows, width, features] */
    double *column; /* [rows] */
    int64_t *picked; /* [rows, most + 1], -1: none */
    const char **texts; /* [rows] */
} explaining;

static void free_explaining(explaining *x)
{
    lj_explainer_destroy(x->explainer);
    lj_pipeline_destroy(x->pipeline);
    lj_free(x->is_protected);
    lj_free(x->sums);
    lj_free(x->numbers);
    lj_free(x->scores);
    lj_free(x->codes);
    lj_free(x->phi);
    lj_free(x->column);
    lj_free(x->picked);
    lj_free(x->texts);
}

/* Contributions [features] of a row to the class that is asked for, or that the model says. */
static const double *phi_of(const explaining *x, int64_t row)
{
    const int64_t width = lj_explainer_width(x->explainer);
    return x->class_index < 0 ? lj_explain_said(x->explainer, x->scores, x->phi, row) :
                                x->phi + (row * width + x->class_index) * x->features;
}

static lj_status add_named(lj_frame *out, const char *name, const char *ending, const double *values)
{
    lj_text text = {0};
    lj_text_printf(&text, "%s%s", name, ending);
    lj_status status = lj_text_finish(&text);
    if (status == LJ_OK)
        status = lj_frame_add_number(out, text.data, values);
    lj_text_free(&text);
    return status;
}

static lj_status add_contributions(explaining *x, int64_t n, lj_frame *out)
{
    for (int64_t i = 0; i < n; i++)
        lj_contributions_add(x->sums, x->features, phi_of(x, i));
    for (int64_t f = 0; f < x->features; f++) {
        for (int64_t i = 0; i < n; i++)
            x->column[i] = phi_of(x, i)[f];
        LJ_TRY(add_named(out, lj_prep_feature_name(lj_bundle_prep(x->bundle), f), "_contribution", x->column));
    }
    return LJ_OK;
}

static lj_status add_reason_column(explaining *x, int64_t k, int64_t n, int is_text, lj_frame *out)
{
    const lj_prep *prep = lj_bundle_prep(x->bundle);
    const int64_t stride = x->reasons.most + 1;
    const int is_chinese = x->options->language != NULL && strcmp(x->options->language, "zh") == 0;
    lj_text name = {0};
    for (int64_t i = 0; i < n; i++) {
        const int64_t f = x->picked[i * stride + k];
        lj_reason_text text = {NULL, NULL, NULL};
        if (f >= 0)
            LJ_TRY(text_of(x->pipeline, lj_prep_feature_name(prep, f), &text));
        x->texts[i] = !is_text ? text.id : is_chinese ? text.zh : text.en;
    }
    lj_text_printf(&name, "reason_%" PRId64 "%s", k + 1, is_text ? "_text" : "");
    lj_status status = lj_text_finish(&name);
    if (status == LJ_OK)
        status = lj_frame_add_text(out, name.data, x->texts);
    lj_text_free(&name);
    return status;
}

static lj_status add_reasons(explaining *x, int64_t n, lj_frame *out)
{
    const int64_t stride = x->reasons.most + 1;
    const int64_t columns = x->reasons.most > 0 && x->reasons.inquiries >= 0 ? stride : x->reasons.most;
    for (int64_t i = 0; columns > 0 && i < n; i++) {
        int64_t *picked = x->picked + i * stride;
        const int64_t count = lj_reasons_pick(&x->reasons, phi_of(x, i), x->features, picked);
        for (int64_t k = count; k < stride; k++)
            picked[k] = -1;
    }
    for (int64_t k = 0; k < columns; k++) {
        LJ_TRY(add_reason_column(x, k, n, 0, out));
        if (x->options->language != NULL)
            LJ_TRY(add_reason_column(x, k, n, 1, out));
    }
    return LJ_OK;
}

static lj_status explain_chunk(explaining *x, const lj_frame *frame, lj_frame *out)
{
    lj_bundle *bundle = x->bundle;
    const lj_prep *prep = lj_bundle_prep(bundle);
    const int64_t n = lj_frame_row_count(frame);
    const lj_rows rows = {.n = n,
                          .numbers = x->numbers,
                          .number_count = lj_prep_number_count(prep),
                          .codes = x->codes,
                          .category_count = lj_prep_category_count(prep)};
    LJ_TRY(lj_prep_apply(prep, frame, 0, n, x->numbers, x->codes, NULL));
    LJ_TRY(lj_model_predict(lj_bundle_model(bundle), &rows, x->options->team, x->scores));
    LJ_TRY(lj_explain(x->explainer, &rows, x->options->team, x->phi));
    LJ_TRY(lj_predict_keep(prep, x->options->keep, x->options->keep_count, frame, out));
    LJ_TRY(lj_predict_scores(bundle, x->scores, n, out));
    LJ_TRY(add_contributions(x, n, out));
    LJ_TRY(add_reasons(x, n, out));
    x->rows += n;
    return LJ_OK;
}

static lj_status explain_chunks(explaining *x, lj_source *source, lj_sink *sink)
{
    lj_console *console = x->options->console;
    const int64_t total = lj_source_row_count(source);
    lj_status status = LJ_OK;
    lj_progress_begin(console, "explaining", total > 0 ? total : 0);
    for (;;) {
        lj_frame *frame = NULL, *out = NULL;
        status = lj_source_next(source, CHUNK_ROWS, &frame);
        if (status != LJ_OK || frame == NULL)
            break;
        status = lj_frame_create(lj_frame_row_count(frame), &out);
        if (status == LJ_OK)
            status = explain_chunk(x, frame, out);
        if (status == LJ_OK)
            status = lj_sink_write(sink, out);
        lj_frame_destroy(out);
        lj_frame_destroy(frame);
        if (status == LJ_OK && lj_interrupted())
            status = lj_fail(LJ_EINTERRUPTED, "interrupted after %" PRId64 " rows; nothing was written", x->rows);
        if (status != LJ_OK)
            break;
        lj_progress_update(console, x->rows, NULL);
    }
    lj_progress_end(console);
    return status;
}

/* ---- before the first row ---- */

/* The index of a name; LJ_EUSAGE with those there are. */
static lj_status find_name(const char *what, const char *name, const char *const *names, int *out)
{
    int64_t count = 0;
    for (; names[count] != NULL; count++)
        if (strcmp(names[count], name) == 0) {
            *out = (int)count;
            return LJ_OK;
        }
    const char *near = lj_nearest(name, names, count);
    return lj_fail(LJ_EUSAGE, "unknown %s '%s'; did you mean '%s'?", what, name, near != NULL ? near : names[0]);
}

static lj_status find_class(explaining *x)
{
    const lj_target *target = lj_bundle_target(x->bundle);
    const char *name = x->options->class_name;
    x->class_index = -1;
    if (name == NULL)
        return LJ_OK;
    if (target->task != LJ_MULTICLASS)
        return lj_fail(LJ_EUSAGE, "explain: a class is chosen of a model of several classes");
    for (int64_t k = 0; k < target->classes; k++)
        if (strcmp(target->class_names[k], name) == 0) {
            x->class_index = k;
            return LJ_OK;
        }
    const char *near = lj_nearest(name, target->class_names, target->classes);
    return lj_fail(LJ_ENOTFOUND, "no class '%s'; did you mean '%s'?", name,
                   near != NULL ? near : target->class_names[0]);
}

/* The pipeline that the bundle was made with. */
static lj_status read_pipeline(explaining *x)
{
    const lj_item *text = lj_item_get(lj_bundle_root(x->bundle), "pipeline");
    if (text == NULL || text->kind != LJ_STRING)
        return lj_fail(LJ_ECORRUPT, "%s: model.json has no pipeline", lj_bundle_name(x->bundle));
    return lj_pipeline_parse("pipeline of the bundle", text->text, strlen(text->text), &x->pipeline);
}

static lj_status make_room(explaining *x)
{
    const lj_prep *prep = lj_bundle_prep(x->bundle);
    const int64_t n = CHUNK_ROWS, width = lj_explainer_width(x->explainer);
    x->features = lj_explainer_features(x->explainer);
    x->sums = lj_new_array(x->features, sizeof(*x->sums));
    x->numbers = lj_new_array(n * lj_prep_number_count(prep), sizeof(*x->numbers));
    x->codes = lj_new_array(n * lj_prep_category_count(prep), sizeof(*x->codes));
    x->scores = lj_new_array(n * width, sizeof(*x->scores));
    x->phi = lj_new_array(n * width * x->features, sizeof(*x->phi));
    x->column = lj_new_array(n, sizeof(*x->column));
    x->picked = lj_new_array(n * (x->reasons.most + 1), sizeof(*x->picked));
    x->texts = lj_new_array(n, sizeof(*x->texts));
    return x->sums == NULL || x->numbers == NULL || x->codes == NULL || x->scores == NULL || x->phi == NULL ||
                   x->column == NULL || x->picked == NULL || x->texts == NULL ?
               lj_fail(LJ_ENOMEM, "no memory to explain %" PRId64 " rows", n) :
               LJ_OK;
}

static lj_status make_ready(explaining *x)
{
    const lj_bundle_explain_options *options = x->options;
    LJ_TRY(read_pipeline(x));
    int method = x->pipeline->explain.method, reference = x->pipeline->explain.reference;
    if (options->method != NULL)
        LJ_TRY(find_name("method", options->method, lj_explain_method_names, &method));
    if (options->reference != NULL)
        LJ_TRY(find_name("reference", options->reference, lj_reference_names, &reference));
    if (options->reference != NULL && options->method == NULL && method == LJ_EXPLAIN_PATHS)
        method = -1; /* the pipeline's goes with the pipeline's reference */
    const lj_explain_options how = {.method = method,
                                    .reference = (lj_reference)reference,
                                    .orders = x->pipeline->explain.orders,
                                    .seed = (uint64_t)x->pipeline->top.seed};
    LJ_TRY(find_class(x));
    LJ_TRY(lj_pipeline_reasons(x->pipeline, lj_bundle_prep(x->bundle), &x->reasons, &x->is_protected));
    if (options->reasons >= 0)
        x->reasons.most = options->reasons;
    LJ_TRY(lj_explainer_create(lj_bundle_model(x->bundle), lj_bundle_prep(x->bundle), lj_bundle_references(x->bundle),
                               &how, &x->explainer));
    return make_room(x);
}

/* ---- what it told ---- */

typedef struct ranked {
    const char *name;
    lj_contribution is;
} ranked;

static int by_size(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->is.size != y->is.size)
        return x->is.size < y->is.size ? 1 : -1;
    return strcmp(x->name, y->name);
}

static lj_status write_json(const explaining *x, const ranked *columns, lj_text *out)
{
    lj_json json;
    lj_json_start(&json, out, 0);
    lj_json_map(&json, NULL);
    lj_json_integer(&json, "rows", x->rows);
    lj_json_string(&json, "unit", lj_explainer_unit(x->explainer));
    lj_json_string(&json, "method", lj_explain_method_names[lj_explainer_method(x->explainer)]);
    lj_json_list(&json, "base");
    for (int64_t c = 0; c < lj_explainer_width(x->explainer); c++)
        lj_json_double(&json, NULL, lj_explainer_base(x->explainer)[c]);
    lj_json_end_list(&json);
    lj_json_list(&json, "columns");
    for (int64_t f = 0; f < x->features; f++) {
        lj_json_map(&json, NULL);
        lj_json_string(&json, "column", columns[f].name);
        lj_json_double(&json, "mean_size", columns[f].is.size);
        lj_json_double(&json, "low", columns[f].is.size - columns[f].is.half);
        lj_json_double(&json, "high", columns[f].is.size + columns[f].is.half);
        lj_json_double(&json, "mean", columns[f].is.mean);
        lj_json_end_map(&json);
    }
    lj_json_end_list(&json);
    lj_json_end_map(&json);
    return lj_text_finish(out);
}

static lj_status write_summary(const explaining *x, const ranked *columns, lj_text *out)
{
    static const char bar[] = "########################";
    const int64_t shown = x->features < SHOWN ? x->features : SHOWN;
    lj_text_printf(out, "mean size of what a column adds, in %s, by %s, over %" PRId64 " rows\n",
                   lj_explainer_unit(x->explainer), lj_explain_method_names[lj_explainer_method(x->explainer)],
                   x->rows);
    for (int64_t f = 0; f < shown; f++) {
        const int length = columns[0].is.size > 0.0 ? (int)(columns[f].is.size / columns[0].is.size * BAR + 0.5) : 0;
        lj_text_printf(out, "%10.4f +- %-8.4f %-*.*s %s\n", columns[f].is.size, columns[f].is.half, BAR, length, bar,
                       columns[f].name);
    }
    if (x->features > shown)
        lj_text_printf(out, "and %" PRId64 " more columns\n", x->features - shown);
    return lj_text_finish(out);
}

static lj_status tell(const explaining *x, lj_explain_result *result)
{
    ranked *columns = lj_new_array(x->features, sizeof(*columns));
    if (columns == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " columns", x->features);
    for (int64_t f = 0; f < x->features; f++)
        columns[f] = (ranked){lj_prep_feature_name(lj_bundle_prep(x->bundle), f), lj_contribution_of(&x->sums[f])};
    qsort(columns, (size_t)x->features, sizeof(*columns), by_size);
    lj_status status = write_json(x, columns, &result->json);
    if (status == LJ_OK)
        status = write_summary(x, columns, &result->summary);
    lj_free(columns);
    return status;
}

lj_status lj_bundle_explain(lj_bundle *bundle, const lj_bundle_explain_options *options, lj_explain_result *result)
{
    explaining x = {.bundle = bundle, .options = options};
    lj_source *source = NULL;
    lj_sink *sink = NULL;
    memset(result, 0, sizeof(*result));
    lj_status status = make_ready(&x);
    if (status == LJ_OK)
        status = lj_predict_open(lj_bundle_prep(bundle), options->source, options->keep, options->keep_count,
                                 options->console, &source);
    if (status == LJ_OK)
        status = lj_sink_open(options->out, &sink);
    if (status == LJ_OK)
        status = explain_chunks(&x, source, sink);
    if (status == LJ_OK) {
        lj_sink *done = sink;
        sink = NULL;
        status = lj_sink_close(done);
    }
    if (status == LJ_OK)
        status = tell(&x, result);
    lj_sink_abandon(sink);
    lj_source_close(source);
    free_explaining(&x);
    return status;
}

void lj_explain_result_free(lj_explain_result *result)
{
    lj_text_free(&result->json);
    lj_text_free(&result->summary);
}
