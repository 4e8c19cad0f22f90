/*
 * The model card: Mitchell et al., "Model Cards for Model Reporting", FAT*
 * (2019), with what a validator asks for first.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lianjin/document.h"
#include "lianjin/report.h"
#include "lianjin/version.h"

/* Text of others inside a line or a cell of a table. */
static void put_plain(lj_text *out, const char *text)
{
    for (const char *c = text == NULL ? "" : text; *c != '\0'; c++) {
        if (*c == '\n' || *c == '\r')
            lj_text_puts(out, " ");
        else if (strchr("|<>*_`[]\\", *c) != NULL)
            lj_text_printf(out, "\\%c", *c);
        else
            lj_text_append(out, c, 1);
    }
}

static void put_number(lj_text *out, double value)
{
    if (isnan(value))
        lj_text_puts(out, "-");
    else if (fabs(value) >= 1000 || value == floor(value))
        lj_text_printf(out, "%.0f", value);
    else
        lj_text_printf(out, "%.4f", value);
}

static const char *or_else(const char *text, const char *other)
{
    return text != NULL ? text : other;
}

static void put_purpose(lj_text *out, const lj_report *report)
{
    lj_text_puts(out, "# ");
    put_plain(out, or_else(report->name, "Model"));
    lj_text_puts(out, "\n\n## Purpose\n\n");
    if (report->purpose != NULL) {
        put_plain(out, report->purpose);
    } else {
        if (report->task == LJ_UNSUPERVISED) {
            lj_text_puts(out, "Learns what rows are like; the score says how little a row is like those of training");
        } else {
            lj_text_puts(out, "Predicts the column ");
            put_plain(out, or_else(report->target, "(target)"));
            lj_text_printf(out, " (%s)", lj_task_name(report->task));
        }
        if (report->task == LJ_BINARY && report->class_names != NULL && report->classes == 2) {
            lj_text_puts(out, "; the score is the probability of ");
            put_plain(out, report->class_names[1]);
        }
        lj_text_puts(out, ".");
    }
    lj_text_puts(out, "\n\n");
    if (report->family != NULL)
        lj_text_printf(out, "- family: %s, %" PRId64 " features, %" PRId64 " weights\n", report->family,
                       report->feature_count, report->weight_count);
    if (report->task == LJ_BINARY && !isnan(report->threshold))
        lj_text_printf(out, "- threshold: %.6g (%s)\n", report->threshold, or_else(report->threshold_reason, "given"));
    if (report->created != NULL)
        lj_text_printf(out, "- made: %s\n", report->created);
}

static void put_data(lj_text *out, const lj_report *report)
{
    lj_text_puts(out, "\n## Data\n\n");
    if (report->source != NULL) {
        lj_text_puts(out, "Source: ");
        put_plain(out, report->source);
        lj_text_puts(out, ".");
    }
    if (report->split != NULL) {
        lj_text_puts(out, " Split: ");
        put_plain(out, report->split);
        lj_text_puts(out, ".");
    }
    lj_text_printf(out, "\n\n| part | rows | %s | PSI of the score against train |\n| --- | ---: | ---: | ---: |\n",
                   report->task == LJ_REGRESSION     ? "mean of the target"
                   : report->task == LJ_UNSUPERVISED ? "-"
                                                     : "rate of the positive class");
    for (int64_t p = 0; p < report->part_count; p++) {
        const lj_report_part *part = &report->parts[p];
        lj_text_puts(out, "| ");
        put_plain(out, part->name);
        lj_text_printf(out, " | %" PRId64 " | ", part->rows);
        put_number(out, part->rate);
        lj_text_puts(out, " | ");
        put_number(out, part->psi);
        lj_text_puts(out, " |\n");
    }
}

/* Every metric of the first evaluated part, one column a part. */
static void put_metrics(lj_text *out, const lj_report *report)
{
    const lj_evaluation *first = NULL;
    lj_text_puts(out, "\n## Metrics\n\n95 % intervals in brackets where they are known.\n\n| metric |");
    for (int64_t p = 0; p < report->part_count; p++) {
        if (report->parts[p].evaluation == NULL)
            continue;
        first = first != NULL ? first : report->parts[p].evaluation;
        lj_text_puts(out, " ");
        put_plain(out, report->parts[p].name);
        lj_text_puts(out, " |");
    }
    lj_text_puts(out, "\n| --- |");
    for (int64_t p = 0; p < report->part_count; p++)
        if (report->parts[p].evaluation != NULL)
            lj_text_puts(out, " ---: |");
    lj_text_puts(out, "\n");
    for (int64_t m = 0; first != NULL && m < lj_evaluation_count(first); m++) {
        lj_text_printf(out, "| %s |", lj_evaluation_metric(first, m)->name);
        for (int64_t p = 0; p < report->part_count; p++) {
            const lj_evaluation *evaluation = report->parts[p].evaluation;
            if (evaluation == NULL || m >= lj_evaluation_count(evaluation))
                continue;
            const lj_metric_value *value = lj_evaluation_metric(evaluation, m);
            lj_text_puts(out, " ");
            put_number(out, value->value);
            if (!isnan(value->low) && !isnan(value->high)) {
                lj_text_puts(out, " [");
                put_number(out, value->low);
                lj_text_puts(out, ", ");
                put_number(out, value->high);
                lj_text_puts(out, "]");
            }
            lj_text_puts(out, " |");
        }
        lj_text_puts(out, "\n");
    }
}

/* The metric a group is told by. */
static const char *headline(lj_task task)
{
    static const char *const names[LJ_TASK_COUNT] = {"auc", "accuracy", "rmse", "loss"};
    return names[task];
}

static double number_of(const lj_item *map, const char *key)
{
    const lj_item *item = lj_item_get(map, key);
    return item != NULL && item->kind == LJ_NUMBER ? item->number : NAN;
}

static lj_status put_group_column(lj_text *out, const lj_report *report, const lj_report_groups *groups)
{
    if (groups->json == NULL)
        return LJ_OK;
    lj_doc *doc;
    LJ_TRY(lj_json_parse("groups", groups->json, strlen(groups->json), &doc));
    const lj_item *list = lj_doc_root(doc);
    lj_text_puts(out, "\n| ");
    put_plain(out, groups->column);
    lj_text_printf(out, " | rows | mean score | mean target | %s |\n| --- | ---: | ---: | ---: | ---: |\n",
                   headline(report->task));
    for (int64_t i = 0; i < list->count; i++) {
        const lj_item *group = list->items[i];
        const lj_item *name = lj_item_get(group, "group");
        lj_text_puts(out, "| ");
        put_plain(out, name != NULL ? name->text : "");
        lj_text_puts(out, " | ");
        put_number(out, number_of(group, "rows"));
        lj_text_puts(out, " | ");
        put_number(out, number_of(group, "mean_score"));
        lj_text_puts(out, " | ");
        put_number(out, number_of(group, "mean_target"));
        lj_text_puts(out, " | ");
        put_number(out, number_of(lj_item_get(group, "metrics"), headline(report->task)));
        lj_text_puts(out, " |\n");
    }
    lj_doc_destroy(doc);
    return LJ_OK;
}

static lj_status put_groups(lj_text *out, const lj_report *report)
{
    if (report->group_count == 0)
        return LJ_OK;
    lj_text_puts(out, "\n## Groups");
    if (report->groups_part != NULL)
        lj_text_printf(out, " (%s)", report->groups_part);
    lj_text_puts(out, "\n");
    for (int64_t g = 0; g < report->group_count; g++)
        LJ_TRY(put_group_column(out, report, &report->groups[g]));
    return LJ_OK;
}

static void put_limits(lj_text *out, const lj_report *report)
{
    lj_text_puts(out, "\n## Limits\n\n"
                      "- The metrics hold for data like that of the test part; score drift (PSI) and missing or unseen "
                      "values are the first signs that new data differ.\n"
                      "- A score is a statistical estimate from past cases, not a word on a person's intent.\n");
    if (report->group_count == 0)
        lj_text_puts(out, "- No groups were compared; `evaluate: {by: [...]}` does that.\n");
    for (int64_t w = 0; w < report->warning_count; w++) {
        lj_text_puts(out, "- ");
        put_plain(out, report->warnings[w]);
        lj_text_puts(out, "\n");
    }
}

static void put_hash(lj_text *out, const char *name, const char *value)
{
    if (value != NULL)
        lj_text_printf(out, "| %s | `%s` |\n", name, value);
}

static void put_reproduce(lj_text *out, const lj_report *report)
{
    lj_text_puts(out, "\n## How to reproduce\n\n"
                      "The same data, pipeline and seed give the same weights and scores bit for bit, whatever the "
                      "number of threads, the instruction set and the compiler.\n\n| what | value |\n| --- | --- |\n");
    lj_text_printf(out, "| lianjin | %s |\n| seed | %" PRIu64 " |\n", LJ_VERSION, report->seed);
    put_hash(out, "data sha256", report->data_sha256);
    put_hash(out, "pipeline sha256", report->pipeline_sha256);
    put_hash(out, "weights sha256", report->weights_sha256);
    put_hash(out, "scores sha256", report->scores_sha256);
    for (int64_t f = 0; f < report->fact_count; f++) {
        lj_text_puts(out, "| ");
        put_plain(out, report->facts[f].name);
        lj_text_puts(out, " | ");
        put_plain(out, report->facts[f].value);
        lj_text_puts(out, " |\n");
    }
    if (report->command_count == 0)
        return;
    lj_text_puts(out, "\n```sh\n");
    for (int64_t c = 0; c < report->command_count; c++)
        lj_text_printf(out, "%s\n", report->commands[c]);
    lj_text_puts(out, "```\n");
}

lj_status lj_report_card(const lj_report *report, lj_text *out)
{
    put_purpose(out, report);
    put_data(out, report);
    put_metrics(out, report);
    LJ_TRY(put_groups(out, report));
    put_limits(out, report);
    put_reproduce(out, report);
    return lj_text_finish(out);
}
