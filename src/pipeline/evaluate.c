/* A finished bundle on a table with the target: metrics, groups, and a page for people. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lianjin/report.h"
#include "pipeline/pipeline.h"

/* What an evaluation holds while it is made. */
typedef struct judged {
    lj_source *source; /* NULL: images */
    lj_frame *frame;
    float *scores;
    double *values;
    double *naive; /* of a series */
    int64_t *rows; /* 0, 1, 2, ... */
    lj_predictions predictions;
    lj_evaluation *evaluation;
    lj_text groups;
} judged;

static void free_judged(judged *j)
{
    lj_text_free(&j->groups);
    lj_evaluation_destroy(j->evaluation);
    lj_free(j->rows);
    lj_free(j->values);
    lj_free(j->naive);
    lj_free(j->scores);
    lj_frame_destroy(j->frame);
    lj_source_close(j->source);
}

/* The features by the bundle's schema, and the target and the grouping column as they are found. */
static lj_status read_table(lj_bundle *bundle, const lj_evaluate_options *options, judged *j)
{
    lj_frame *found = NULL;
    lj_source *plain = NULL;
    const lj_target *target = lj_bundle_target(bundle);
    LJ_TRY(lj_source_open_as(options->source, lj_prep_schema(lj_bundle_prep(bundle)), options->console, &j->source));
    LJ_TRY(lj_source_read(j->source, &j->frame));
    lj_status status = lj_source_open(options->source, options->console, &plain);
    if (status == LJ_OK)
        status = lj_source_read(plain, &found);
    if (status == LJ_OK && lj_prep_series(lj_bundle_prep(bundle)) == NULL)
        status = lj_target_values(found, target, &j->values);
    else if (status == LJ_OK && lj_frame_find(j->frame, target->column) < 0)
        status = lj_frame_add_copy(j->frame, found, target->column);
    if (status == LJ_OK && options->by != NULL && lj_frame_find(j->frame, options->by) < 0)
        status = lj_frame_add_copy(j->frame, found, options->by);
    lj_frame_destroy(found);
    lj_source_close(plain);
    return status;
}

/* Targets of a series, of the samples that have one: rows, scores and values of them alone. */
static lj_status take_samples(lj_bundle *bundle, judged *j, int64_t *n)
{
    const lj_series_options *options = lj_prep_series(lj_bundle_prep(bundle));
    const lj_target *target = lj_bundle_target(bundle);
    const lj_target numbers = {.column = target->column, .task = LJ_REGRESSION};
    const int64_t width = lj_model_width(lj_bundle_model(bundle));
    lj_series series = {0};
    LJ_TRY(lj_target_values(j->frame, options->target_as != LJ_TARGET_VALUE ? &numbers : target, &j->values));
    j->naive = lj_new_array(*n, sizeof(*j->naive));
    if (j->naive == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " targets", *n);
    LJ_TRY(lj_series_make(j->frame, options, &series));
    const lj_status status = lj_series_targets(j->frame, &series, options, j->values, j->naive);
    int64_t count = 0;
    for (int64_t row = 0; status == LJ_OK && row < *n; row++) {
        if (isnan(j->scores[row * width]) || isnan(j->values[row]))
            continue;
        memmove(j->scores + count * width, j->scores + row * width, (size_t)width * sizeof(*j->scores));
        j->values[count] = j->values[row];
        j->naive[count] = j->naive[row];
        j->rows[count++] = row;
    }
    lj_series_free(&series);
    *n = count;
    if (status == LJ_OK && count == 0)
        return lj_fail(LJ_EDATA, "no row has the history that the model reads and a target %" PRId64 " rows later",
                       options->horizon);
    return status;
}

static lj_status read_images(lj_bundle *bundle, const lj_evaluate_options *options, judged *j)
{
    LJ_TRY(lj_images_of_path(options->source->source, lj_prep_image(lj_bundle_prep(bundle)), options->team,
                             options->console, &j->frame));
    return lj_target_values(j->frame, lj_bundle_target(bundle), &j->values);
}

static lj_status judge(lj_bundle *bundle, const lj_evaluate_options *options, judged *j)
{
    const lj_target *target = lj_bundle_target(bundle);
    if (lj_prep_image(lj_bundle_prep(bundle)) != NULL)
        LJ_TRY(read_images(bundle, options, j));
    else
        LJ_TRY(read_table(bundle, options, j));
    int64_t n = lj_frame_row_count(j->frame);
    j->scores = lj_new_array(n * lj_model_width(lj_bundle_model(bundle)), sizeof(*j->scores));
    j->rows = lj_new_array(n, sizeof(*j->rows));
    if (j->scores == NULL || j->rows == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the scores of %" PRId64 " rows", n);
    for (int64_t i = 0; i < n; i++)
        j->rows[i] = i;
    if (lj_prep_series(lj_bundle_prep(bundle)) != NULL)
        LJ_TRY(lj_series_order(lj_prep_series(lj_bundle_prep(bundle)), &j->frame));
    LJ_TRY(lj_bundle_score(bundle, j->frame, options->team, NULL, j->scores));
    if (lj_prep_series(lj_bundle_prep(bundle)) != NULL)
        LJ_TRY(take_samples(bundle, j, &n));
    j->predictions = (lj_predictions){
        .task = target->task, .n = n, .classes = target->classes, .score = j->scores, .target = j->values,
        .values = lj_model_nats(lj_bundle_model(bundle)),
        .naive = target->task == LJ_REGRESSION ? j->naive : NULL};
    LJ_TRY(lj_evaluate(&j->predictions, lj_bundle_threshold(bundle), &j->evaluation));
    if (options->by != NULL)
        LJ_TRY(lj_groups_evaluate(j->frame, options->by, j->rows, &j->predictions, lj_bundle_threshold(bundle),
                                  &j->groups));
    return LJ_OK;
}

static lj_status write_json(lj_bundle *bundle, const judged *j, lj_text *out)
{
    lj_json json;
    lj_doc *groups = NULL;
    char sha256[LJ_SHA256_HEX];
    const int64_t n = j->predictions.n;
    LJ_TRY(lj_scores_sha256(j->scores, n * lj_model_width(lj_bundle_model(bundle)), sha256));
    lj_json_start(&json, out, 0);
    lj_json_map(&json, NULL);
    lj_json_string(&json, "bundle", lj_bundle_name(bundle));
    lj_json_string(&json, "weights_sha256", lj_bundle_weights_sha256(bundle));
    lj_json_string(&json, "scores_sha256", sha256);
    lj_json_integer(&json, "rows", n);
    LJ_TRY(lj_evaluation_json(j->evaluation, &json, "metrics"));
    if (j->groups.data != NULL) {
        LJ_TRY(lj_json_parse("groups", j->groups.data, j->groups.size, &groups));
        lj_json_item(&json, "groups", lj_doc_root(groups));
        lj_doc_destroy(groups);
    }
    lj_json_end_map(&json);
    return lj_text_finish(out);
}

static lj_status write_page(lj_bundle *bundle, const lj_evaluate_options *options, const judged *j)
{
    const lj_target *target = lj_bundle_target(bundle);
    double sum = 0;
    for (int64_t i = 0; i < j->predictions.n; i++)
        sum += j->values[i];
    const int has_rate = target->task == LJ_BINARY || target->task == LJ_REGRESSION;
    const lj_report_part part = {.name = options->source->source,
                                 .rows = j->predictions.n,
                                 .rate = has_rate ? sum / (double)j->predictions.n : NAN,
                                 .psi = NAN,
                                 .evaluation = j->evaluation};
    const lj_report_groups groups = {options->by, j->groups.data};
    const lj_report report = {.name = lj_bundle_name(bundle),
                              .task = target->task,
                              .target = target->column,
                              .target_reason = target->reason,
                              .classes = target->classes,
                              .class_names = target->class_names,
                              .source = options->source->source,
                              .parts = &part,
                              .part_count = 1,
                              .threshold = target->task == LJ_BINARY ? lj_bundle_threshold(bundle) : NAN,
                              .groups = &groups,
                              .group_count = options->by != NULL,
                              .microseconds_per_score = NAN,
                              .data_sha256 = j->source != NULL ? lj_source_sha256(j->source) : "",
                              .weights_sha256 = lj_bundle_weights_sha256(bundle)};
    return lj_report_write(options->report, &report);
}

lj_status lj_bundle_evaluate(lj_bundle *bundle, const lj_evaluate_options *options, lj_run_result *result)
{
    judged j = {0};
    memset(result, 0, sizeof(*result));
    lj_status status = judge(bundle, options, &j);
    if (status == LJ_OK)
        status = write_json(bundle, &j, &result->json);
    if (status == LJ_OK && options->report != NULL)
        status = write_page(bundle, options, &j);
    if (status == LJ_OK) {
        const char *name = "all rows";
        lj_run_table(lj_bundle_target(bundle)->task, &name, &j.evaluation, 1, &result->summary);
        status = lj_text_finish(&result->summary);
    }
    free_judged(&j);
    return status;
}
