/* Scoring a table of any size: chunk by chunk, in order, with bounded memory. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lianjin/math.h"
#include "pipeline/pipeline.h"

enum { CHUNK_ROWS = 16384 };

/* Rows that were seen, and what was odd about them. */
typedef struct tally {
    lj_prep_counts counts;
    int64_t rows;
    lj_sha256 *hash;
} tally;

static void free_tally(tally *t)
{
    lj_free(t->counts.unseen);
    lj_free(t->counts.out_of_range);
    lj_free(t->counts.missing);
    lj_sha256_destroy(t->hash);
}

static lj_status make_tally(const lj_prep *prep, tally *t)
{
    const int64_t n = lj_prep_feature_count(prep);
    t->counts.unseen = lj_new_array(n, sizeof(int64_t));
    t->counts.out_of_range = lj_new_array(n, sizeof(int64_t));
    t->counts.missing = lj_new_array(n, sizeof(int64_t));
    if (t->counts.unseen == NULL || t->counts.out_of_range == NULL || t->counts.missing == NULL)
        return lj_fail(LJ_ENOMEM, "no memory to count %" PRId64 " features", n);
    return lj_sha256_create(&t->hash);
}

lj_status lj_predict_keep(const lj_prep *prep, const char *const *keep, int64_t keep_count, const lj_frame *frame,
                          lj_frame *out)
{
    const lj_series_options *series = lj_prep_series(prep);
    if (series != NULL && keep_count == 0) { /* which sample it was */
        if (series->group != NULL)
            LJ_TRY(lj_frame_add_copy(out, frame, series->group));
        return lj_frame_add_copy(out, frame, series->time);
    }
    if (keep_count == 0 && lj_frame_pixels(frame) != NULL && lj_frame_find(frame, "file") >= 0)
        return lj_frame_add_copy(out, frame, "file"); /* nothing else says which image it was */
    for (int64_t k = 0; k < keep_count; k++) {
        const lj_column *column = NULL;
        LJ_TRY(lj_frame_need(frame, keep[k], &column));
        LJ_TRY(lj_frame_add_copy(out, frame, column->name));
    }
    return LJ_OK;
}

static lj_status add_score(lj_frame *out, const char *name, const float *scores, int64_t n, int64_t width, int64_t k)
{
    float *values = lj_new_array(n, sizeof(*values));
    if (values == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " scores", n);
    for (int64_t i = 0; i < n; i++)
        values[i] = scores[i * width + k];
    const lj_status status = lj_frame_add_float(out, name, values);
    lj_free(values);
    return status;
}

/* The class of each row: by the threshold for two classes, the likeliest for more (ties: the first). */
static lj_status add_classes(lj_bundle *bundle, lj_frame *out, const float *scores, int64_t n, int64_t width)
{
    const lj_target *target = lj_bundle_target(bundle);
    const char **words = lj_new_array(n, sizeof(*words));
    if (words == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " classes", n);
    for (int64_t i = 0; i < n; i++) {
        int64_t best = 0;
        if (target->task == LJ_BINARY)
            best = (double)scores[i] >= lj_bundle_threshold(bundle);
        for (int64_t k = 1; target->task == LJ_MULTICLASS && k < width; k++)
            if (scores[i * width + k] > scores[i * width + best])
                best = k;
        words[i] = target->class_names[best];
    }
    const lj_status status = lj_frame_add_text(out, "class", words);
    lj_free(words);
    return status;
}

/* The bundle's columns, and those to be repeated, as texts. */
lj_status lj_predict_open(const lj_prep *prep, const lj_source_options *options, const char *const *keep,
                          int64_t keep_count, lj_console *console, lj_source **out)
{
    const lj_schema *schema = lj_prep_schema(prep);
    int64_t count = lj_schema_count(schema);
    lj_schema *wider = NULL;
    lj_field *fields = lj_new_array(count + keep_count, sizeof(*fields));
    if (fields == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a schema");
    for (int64_t i = 0; i < count; i++)
        fields[i] = *lj_schema_field(schema, i);
    for (int64_t k = 0; k < keep_count; k++) {
        int is_there = 0;
        for (int64_t i = 0; i < count; i++)
            is_there |= strcmp(fields[i].name, keep[k]) == 0;
        if (!is_there)
            fields[count++] = (lj_field){.name = keep[k], .type = LJ_COLUMN_TEXT};
    }
    lj_status status = lj_schema_create(fields, count, &wider);
    if (status == LJ_OK)
        status = lj_source_open_as(options, wider, console, out);
    lj_schema_destroy(wider);
    lj_free(fields);
    return status;
}

lj_status lj_predict_scores(lj_bundle *bundle, const float *scores, int64_t n, lj_frame *out)
{
    const lj_target *target = lj_bundle_target(bundle);
    const int64_t width = lj_model_width(lj_bundle_model(bundle));
    if (target->task == LJ_REGRESSION)
        return add_score(out, "prediction", scores, n, 1, 0);
    if (target->task == LJ_UNSUPERVISED)
        return add_score(out, "score", scores, n, 1, 0);
    for (int64_t k = 0; k < width; k++) {
        lj_text name = {0};
        lj_text_printf(&name, width == 1 ? "score" : "score_%s", target->class_names[k]);
        lj_status status = lj_text_finish(&name);
        if (status == LJ_OK)
            status = add_score(out, name.data, scores, n, width, k);
        lj_text_free(&name);
        LJ_TRY(status);
    }
    return add_classes(bundle, out, scores, n, width);
}

/* What a predicted change makes of the value of today. */
static lj_status add_forecast(lj_bundle *bundle, const lj_frame *frame, const float *scores, lj_frame *out)
{
    const lj_series_options *series = lj_prep_series(lj_bundle_prep(bundle));
    const int64_t n = lj_frame_row_count(frame);
    const lj_column *today = NULL;
    if (series->target_as != LJ_TARGET_DIFFERENCE && series->target_as != LJ_TARGET_LOG_RETURN)
        return LJ_OK;
    LJ_TRY(lj_frame_need(frame, series->target, &today));
    double *values = lj_new_array(n, sizeof(*values));
    if (values == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " forecasts", n);
    for (int64_t i = 0; i < n; i++)
        values[i] = series->target_as == LJ_TARGET_DIFFERENCE ? today->number[i] + (double)scores[i] :
                                                                today->number[i] * lj_exp_d((double)scores[i]);
    const lj_status status = lj_frame_add_number(out, "forecast", values);
    lj_free(values);
    return status;
}

/* The samples among the rows, with their scores moved to the front: *frame becomes a frame of them. */
static lj_status take_samples(lj_frame **frame, int64_t width, float *scores, int64_t *count)
{
    const int64_t n = lj_frame_row_count(*frame);
    lj_frame *taken = NULL;
    int64_t *rows = lj_new_array(n, sizeof(*rows));
    if (rows == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " rows", n);
    *count = 0;
    for (int64_t row = 0; row < n; row++)
        if (!isnan(scores[row * width])) {
            memmove(scores + *count * width, scores + row * width, (size_t)width * sizeof(*scores));
            rows[(*count)++] = row;
        }
    const lj_status status = lj_frame_take(*frame, rows, *count, &taken);
    lj_free(rows);
    if (status == LJ_OK) {
        lj_frame_destroy(*frame);
        *frame = taken;
    }
    return status;
}

/* The points of each row, which add up those of its bins. */
static lj_status add_points(lj_bundle *bundle, const lj_frame *frame, lj_frame *out)
{
    const int64_t n = lj_frame_row_count(frame);
    if (!lj_model_family(lj_bundle_model(bundle))->gives_points)
        return LJ_OK;
    int64_t *points = lj_new_array(n, sizeof(*points));
    double *values = lj_new_array(n, sizeof(*values));
    lj_status status = points == NULL || values == NULL ?
                           lj_fail(LJ_ENOMEM, "no memory for the points of %" PRId64 " rows", n) :
                           lj_bundle_points(bundle, frame, points);
    for (int64_t i = 0; status == LJ_OK && i < n; i++)
        values[i] = (double)points[i];
    if (status == LJ_OK)
        status = lj_frame_add_number(out, "points", values);
    lj_free(points);
    lj_free(values);
    return status;
}

static lj_status score_chunk(lj_bundle *bundle, const lj_predict_options *options, lj_frame **given, tally *t,
                             lj_sink *sink)
{
    const int is_series = lj_prep_series(lj_bundle_prep(bundle)) != NULL;
    int64_t n = lj_frame_row_count(*given);
    const int64_t width = lj_model_width(lj_bundle_model(bundle));
    lj_frame *out = NULL;
    float *scores = lj_new_array(n * width, sizeof(*scores));
    lj_status status = scores == NULL ? lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " scores", n) :
                                        lj_bundle_score(bundle, *given, options->team, &t->counts, scores);
    if (status == LJ_OK && is_series)
        status = take_samples(given, width, scores, &n);
    const lj_frame *frame = *given;
    if (status == LJ_OK)
        status = lj_sha256_update(t->hash, scores, (size_t)(n * width) * sizeof(*scores));
    if (status == LJ_OK)
        status = lj_frame_create(n, &out);
    if (status == LJ_OK)
        status = lj_predict_keep(lj_bundle_prep(bundle), options->keep, options->keep_count, frame, out);
    if (status == LJ_OK)
        status = lj_predict_scores(bundle, scores, n, out);
    if (status == LJ_OK)
        status = add_points(bundle, frame, out);
    if (status == LJ_OK && is_series)
        status = add_forecast(bundle, frame, scores, out);
    if (status == LJ_OK)
        status = lj_sink_write(sink, out);
    t->rows += n;
    lj_frame_destroy(out);
    lj_free(scores);
    return status;
}

static void warn_of_counts(const lj_prep *prep, const tally *t, lj_console *console)
{
    for (int64_t f = 0; f < lj_prep_feature_count(prep); f++) {
        const char *name = lj_prep_feature_name(prep, f);
        const int has_terms = lj_prep_term_begin(prep, f + 1) > lj_prep_term_begin(prep, f);
        const int is_text = has_terms || lj_prep_token_feature(prep) == f;
        if (t->counts.unseen[f] > 0 && is_text)
            lj_warn(console, "%s: %" PRId64 " of %" PRId64 " texts have no word that training saw", name,
                    t->counts.unseen[f], t->rows);
        else if (t->counts.unseen[f] > 0)
            lj_warn(console, "%s: %" PRId64 " of %" PRId64 " rows hold a category that training did not see", name,
                    t->counts.unseen[f], t->rows);
        if (t->counts.out_of_range[f] > 0)
            lj_warn(console, "%s: %" PRId64 " of %" PRId64 " rows are outside the range of training", name,
                    t->counts.out_of_range[f], t->rows);
    }
}

static lj_status score_chunks(lj_bundle *bundle, const lj_predict_options *options, lj_source *source, tally *t,
                              lj_sink *sink)
{
    const int64_t total = lj_source_row_count(source);
    lj_status status = LJ_OK;
    lj_progress_begin(options->console, "scoring", total > 0 ? total : 0);
    for (;;) {
        lj_frame *frame = NULL;
        status = lj_source_next(source, CHUNK_ROWS, &frame);
        if (status != LJ_OK || frame == NULL)
            break;
        status = score_chunk(bundle, options, &frame, t, sink);
        lj_frame_destroy(frame);
        if (status == LJ_OK && lj_interrupted())
            status = lj_fail(LJ_EINTERRUPTED, "interrupted after %" PRId64 " rows; nothing was written", t->rows);
        if (status != LJ_OK)
            break;
        lj_progress_update(options->console, t->rows, NULL);
    }
    lj_progress_end(options->console);
    return status;
}

/* A set of images is read whole: its pixels are what training held, too. */
static lj_status score_images(lj_bundle *bundle, const lj_predict_options *options, tally *t, lj_sink *sink)
{
    lj_frame *frame = NULL;
    LJ_TRY(lj_images_of_path(options->source->source, lj_prep_image(lj_bundle_prep(bundle)), options->team,
                             options->console, &frame));
    const lj_status status = score_chunk(bundle, options, &frame, t, sink);
    lj_frame_destroy(frame);
    return status;
}

/* Windows reach over chunks: series are read whole. */
static lj_status score_series(lj_bundle *bundle, const lj_predict_options *options, lj_source *source, tally *t,
                              lj_sink *sink)
{
    const lj_series_options *series = lj_prep_series(lj_bundle_prep(bundle));
    lj_frame *frame = NULL;
    LJ_TRY(lj_source_read(source, &frame));
    lj_status status = lj_series_order(series, &frame);
    if (status == LJ_OK)
        status = score_chunk(bundle, options, &frame, t, sink);
    lj_frame_destroy(frame);
    if (status == LJ_OK && t->rows == 0)
        status = lj_fail(LJ_EDATA, "no row has the %" PRId64 " rows of history that the model reads", series->window);
    return status;
}

static lj_status score_table(lj_bundle *bundle, const lj_predict_options *options, tally *t, lj_sink *sink)
{
    lj_source *source = NULL;
    LJ_TRY(lj_predict_open(lj_bundle_prep(bundle), options->source, options->keep, options->keep_count,
                           options->console, &source));
    const lj_status status = lj_prep_series(lj_bundle_prep(bundle)) != NULL ?
                                 score_series(bundle, options, source, t, sink) :
                                 score_chunks(bundle, options, source, t, sink);
    lj_source_close(source);
    return status;
}

lj_status lj_bundle_predict(lj_bundle *bundle, const lj_predict_options *options, lj_predict_result *result)
{
    const double begin = lj_seconds();
    lj_sink *sink = NULL;
    tally t = {{0}, 0, NULL};
    memset(result, 0, sizeof(*result));
    lj_status status = make_tally(lj_bundle_prep(bundle), &t);
    if (status == LJ_OK)
        status = lj_sink_open(options->out, &sink);
    if (status == LJ_OK)
        status = lj_prep_image(lj_bundle_prep(bundle)) != NULL ? score_images(bundle, options, &t, sink)
                                                               : score_table(bundle, options, &t, sink);
    if (status == LJ_OK) {
        lj_sink *done = sink;
        sink = NULL;
        status = lj_sink_close(done);
    }
    if (status == LJ_OK) {
        warn_of_counts(lj_bundle_prep(bundle), &t, options->console);
        result->rows = t.rows;
        result->seconds = lj_seconds() - begin;
        status = lj_sha256_finish(t.hash, result->scores_sha256);
    }
    lj_sink_abandon(sink);
    free_tally(&t);
    return status;
}
