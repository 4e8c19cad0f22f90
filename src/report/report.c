/* The document that the page shows: docs/report.md. */
#include "lianjin/report.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lianjin/document.h"
#include "lianjin/version.h"
#include "report/template.h"

#define REPORT_FORMAT 1

/* A JSON text of another part, as a member. */
static lj_status write_fragment(lj_json *json, const char *key, const char *name, const char *text)
{
    if (text == NULL) {
        lj_json_null(json, key);
        return LJ_OK;
    }
    lj_doc *doc;
    LJ_TRY(lj_json_parse(name, text, strlen(text), &doc));
    lj_json_item(json, key, lj_doc_root(doc));
    lj_doc_destroy(doc);
    return LJ_OK;
}

static void write_strings(lj_json *json, const char *key, const char *const *texts, int64_t count)
{
    lj_json_list(json, key);
    for (int64_t i = 0; i < count; i++)
        lj_json_string(json, NULL, texts[i]);
    lj_json_end_list(json);
}

static void write_target(lj_json *json, const lj_report *report)
{
    lj_json_map(json, "target");
    lj_json_string(json, "column", report->target);
    lj_json_string(json, "reason", report->target_reason);
    write_strings(json, "classes", report->class_names, report->class_names == NULL ? 0 : report->classes);
    lj_json_end_map(json);
}

static lj_status write_data(lj_json *json, const lj_report *report)
{
    lj_json_map(json, "data");
    lj_json_string(json, "source", report->source);
    lj_json_string(json, "split", report->split);
    write_strings(json, "warnings", report->warnings, report->warning_count);
    LJ_TRY(write_fragment(json, "profile", "profile", report->profile));
    lj_json_end_map(json);
    return LJ_OK;
}

static lj_status write_parts(lj_json *json, const lj_report *report)
{
    lj_json_list(json, "parts");
    for (int64_t p = 0; p < report->part_count; p++) {
        const lj_report_part *part = &report->parts[p];
        lj_json_map(json, NULL);
        lj_json_string(json, "name", part->name);
        lj_json_integer(json, "rows", part->rows);
        lj_json_double(json, "rate", part->rate);
        lj_json_double(json, "psi", part->psi);
        if (part->evaluation == NULL)
            lj_json_null(json, "evaluation");
        else
            LJ_TRY(lj_evaluation_report(part->evaluation, json, "evaluation"));
        lj_json_end_map(json);
    }
    lj_json_end_list(json);
    return LJ_OK;
}

static lj_status write_model(lj_json *json, const lj_report *report)
{
    lj_json_map(json, "model");
    lj_json_string(json, "family", report->family);
    LJ_TRY(write_fragment(json, "description", "model", report->model));
    lj_json_integer(json, "features", report->feature_count);
    lj_json_integer(json, "weights", report->weight_count);
    lj_json_integer(json, "bytes", report->model_bytes);
    lj_json_double(json, "microseconds_per_score", report->microseconds_per_score);
    lj_json_double(json, "threshold", report->threshold);
    lj_json_string(json, "threshold_reason", report->threshold_reason);
    lj_json_end_map(json);
    return LJ_OK;
}

/* One list of the history: the page draws columns, and this is a third of the size of rows. */
#define WRITE_EPOCHS(json, report, member, write)                   \
    do {                                                            \
        lj_json_list((json), #member);                              \
        for (int64_t e_ = 0; e_ < (report)->epoch_count; e_++)      \
            write((json), NULL, (report)->epochs[e_].member);       \
        lj_json_end_list(json);                                     \
    } while (0)

static void write_training(lj_json *json, const lj_report *report)
{
    lj_json_map(json, "training");
    lj_json_integer(json, "best_epoch", report->best_epoch);
    lj_json_string(json, "monitored", report->monitor);
    lj_json_double(json, "total_seconds", report->train_seconds);
    lj_json_double(json, "rows_per_second", report->rows_per_second);
    WRITE_EPOCHS(json, report, epoch, lj_json_integer);
    WRITE_EPOCHS(json, report, loss, lj_json_double);
    WRITE_EPOCHS(json, report, valid_loss, lj_json_double);
    WRITE_EPOCHS(json, report, monitor, lj_json_double);
    WRITE_EPOCHS(json, report, rate, lj_json_double);
    lj_json_end_map(json);
}

static void write_forecast(lj_json *json, const lj_report_forecast *forecast)
{
    if (forecast == NULL) {
        lj_json_null(json, "forecast");
        return;
    }
    lj_json_map(json, "forecast");
    lj_json_string(json, "part", forecast->part);
    lj_json_string(json, "group", forecast->group);
    write_strings(json, "time", forecast->times, forecast->count);
    lj_json_list(json, "target");
    for (int64_t i = 0; i < forecast->count; i++)
        lj_json_double(json, NULL, forecast->target[i]);
    lj_json_end_list(json);
    lj_json_list(json, "prediction");
    for (int64_t i = 0; i < forecast->count; i++)
        lj_json_double(json, NULL, (double)forecast->prediction[i]);
    lj_json_end_list(json);
    lj_json_end_map(json);
}

static void write_importance(lj_json *json, const lj_report *report)
{
    lj_json_map(json, "importance");
    lj_json_string(json, "metric", report->importance_metric);
    lj_json_string(json, "part", report->importance_part);
    lj_json_list(json, "features");
    for (int64_t i = 0; i < report->importance_count; i++) {
        lj_json_map(json, NULL);
        lj_json_string(json, "feature", report->importance[i].feature);
        lj_json_double(json, "mean", report->importance[i].mean);
        lj_json_double(json, "spread", report->importance[i].spread);
        lj_json_end_map(json);
    }
    lj_json_end_list(json);
    lj_json_end_map(json);
}

static lj_status write_groups(lj_json *json, const lj_report *report)
{
    lj_json_map(json, "groups");
    lj_json_string(json, "part", report->groups_part);
    lj_json_list(json, "columns");
    for (int64_t g = 0; g < report->group_count; g++) {
        lj_json_map(json, NULL);
        lj_json_string(json, "column", report->groups[g].column);
        LJ_TRY(write_fragment(json, "groups", "groups", report->groups[g].json));
        lj_json_end_map(json);
    }
    lj_json_end_list(json);
    lj_json_end_map(json);
    return LJ_OK;
}

static void write_reproduce(lj_json *json, const lj_report *report)
{
    char seed[32];
    snprintf(seed, sizeof(seed), "%" PRIu64, report->seed);
    lj_json_map(json, "reproduce");
    lj_json_string(json, "seed", seed); /* as text: not every 64-bit number is a number of JavaScript */
    lj_json_string(json, "data_sha256", report->data_sha256);
    lj_json_string(json, "pipeline_sha256", report->pipeline_sha256);
    lj_json_string(json, "weights_sha256", report->weights_sha256);
    lj_json_string(json, "scores_sha256", report->scores_sha256);
    lj_json_list(json, "facts");
    for (int64_t f = 0; f < report->fact_count; f++) {
        lj_json_map(json, NULL);
        lj_json_string(json, "name", report->facts[f].name);
        lj_json_string(json, "value", report->facts[f].value);
        lj_json_end_map(json);
    }
    lj_json_end_list(json);
    write_strings(json, "commands", report->commands, report->command_count);
    lj_json_end_map(json);
}

lj_status lj_report_json(const lj_report *report, lj_text *out)
{
    assert(report != NULL && out != NULL);
    lj_json json;
    lj_json_start(&json, out, 1);
    lj_json_map(&json, NULL);
    lj_json_string(&json, "kind", "report");
    lj_json_integer(&json, "format", REPORT_FORMAT);
    lj_json_string(&json, "version", LJ_VERSION);
    lj_json_string(&json, "name", report->name);
    lj_json_string(&json, "created", report->created);
    lj_json_string(&json, "task", lj_task_name(report->task));
    lj_json_string(&json, "pipeline", report->pipeline);
    write_target(&json, report);
    LJ_TRY(write_data(&json, report));
    LJ_TRY(write_parts(&json, report));
    LJ_TRY(write_fragment(&json, "preparation", "preparation", report->preparation));
    LJ_TRY(write_model(&json, report));
    LJ_TRY(write_fragment(&json, "scorecard", "scorecard", report->scorecard));
    write_training(&json, report);
    write_forecast(&json, report->forecast);
    write_importance(&json, report);
    LJ_TRY(write_fragment(&json, "search", "search", report->search));
    LJ_TRY(write_fragment(&json, "explanation", "explanation", report->explanation));
    LJ_TRY(write_groups(&json, report));
    write_reproduce(&json, report);
    lj_json_end_map(&json);
    return lj_text_finish(out);
}

lj_status lj_report_write(const char *path, const lj_report *report)
{
    lj_text text = {0};
    lj_status status;
    LJ_TRY_DONE(lj_report_json(report, &text));
    LJ_TRY_DONE(lj_report_page_write(path, text.data));
done:
    lj_text_free(&text);
    return status;
}

lj_status lj_report_profile(const char *path, const char *title, const char *profile)
{
    lj_text text = {0};
    lj_json json;
    lj_status status;
    lj_json_start(&json, &text, 1);
    lj_json_map(&json, NULL);
    lj_json_string(&json, "kind", "profile");
    lj_json_integer(&json, "format", REPORT_FORMAT);
    lj_json_string(&json, "version", LJ_VERSION);
    lj_json_string(&json, "name", title);
    LJ_TRY_DONE(write_fragment(&json, "profile", "profile", profile));
    lj_json_end_map(&json);
    LJ_TRY_DONE(lj_text_finish(&text));
    LJ_TRY_DONE(lj_report_page_write(path, text.data));
done:
    lj_text_free(&text);
    return status;
}
