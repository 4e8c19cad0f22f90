/* A table as one or more series: their order, samples, targets, and parts without leaks. */
#include <inttypes.h>
#include <string.h>

#include "lianjin/limits.h"
#include "pipeline/pipeline.h"

lj_series_options lj_pipeline_series_options(const lj_pipeline *p)
{
    if (p->data.series == NULL)
        return (lj_series_options){0};
    return (lj_series_options){.time = p->series.time,
                               .group = p->series.group,
                               .target = p->target.column,
                               .window = p->series.window,
                               .horizon = p->series.horizon,
                               .target_as = (lj_target_as)p->series.target_as,
                               .pad = p->series.pad,
                               .scale_by_group = p->series.scale_by_group,
                               .gap = p->series.gap};
}

lj_status lj_table_make_series(const lj_pipeline *p, lj_console *console, lj_table *table)
{
    table->series_options = lj_pipeline_series_options(p);
    if (p->data.series == NULL)
        return LJ_OK;
    const lj_series_options *o = &table->series_options;
    LJ_TRY(lj_series_order(o, &table->frame));
    LJ_TRY(lj_series_make(table->frame, o, &table->series));
    int64_t count = 0;
    for (int64_t row = 0; row < table->series.row_count; row++)
        count += table->series.first[row] == row;
    lj_note(console, "%" PRId64 " series in the order of %s, %" PRId64 " windows of %s%" PRId64 " rows", count, o->time,
            table->series.n, o->pad ? "up to " : "", o->window);
    if (table->series.n == 0)
        return lj_fail(LJ_EDATA, "series: no series has %" PRId64 " rows: see 'window' and 'pad'", o->window);
    return LJ_OK;
}

lj_status lj_series_target_find(const lj_pipeline *p, lj_console *console, lj_table *table)
{
    static const char *const directions[] = {"down", "up"}; /* down: not up */
    const lj_target_as as = table->series_options.target_as;
    const lj_column *column = NULL;
    lj_target *target = &table->target;
    LJ_TRY(lj_frame_need(table->frame, p->target.column, &column));
    target->column = column->name;
    target->task = as == LJ_TARGET_DIRECTION ? LJ_BINARY : LJ_REGRESSION;
    if (p->top.task >= 0 && p->top.task != (int)target->task)
        return lj_fail(LJ_ECONFIG, "target_as %s is a task of %s, not of %s", lj_target_as_name(as),
                       lj_task_name(target->task), lj_task_name((lj_task)p->top.task));
    target->reason = "as the pipeline says";
    lj_note(console, "target %s: %s (%s, %" PRId64 " row%s later)", column->name, lj_task_name(target->task),
            lj_target_as_name(as), p->series.horizon, p->series.horizon == 1 ? "" : "s");
    const lj_target numbers = {.column = column->name, .task = LJ_REGRESSION};
    LJ_TRY(lj_target_values(table->frame, &numbers, &table->values));
    if (as == LJ_TARGET_DIRECTION) {
        target->classes = 2;
        target->class_names = directions;
    }
    return LJ_OK;
}

lj_status lj_table_series_targets(lj_table *table)
{
    if (table->series_options.window == 0)
        return LJ_OK;
    table->naive = lj_new_array(table->series.row_count, sizeof(*table->naive));
    if (table->naive == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the targets of %" PRId64 " rows", table->series.row_count);
    return lj_series_targets(table->frame, &table->series, &table->series_options, table->values, table->naive);
}

void lj_series_naive_class(const lj_table *table, const uint8_t *parts)
{
    const int64_t n = table->series.row_count;
    int64_t counts[LJ_CLASSES_MAX] = {0}, most = 0;
    if (table->naive == NULL || table->target.task == LJ_REGRESSION)
        return;
    for (int64_t row = 0; row < n; row++)
        if (parts[row] == LJ_PART_TRAIN)
            counts[(int64_t)table->values[row]]++;
    for (int64_t k = 1; k < table->target.classes; k++)
        most = counts[k] > counts[most] ? k : most;
    for (int64_t row = 0; row < n; row++)
        table->naive[row] = (double)most;
}

void lj_parts_of_series(const lj_pipeline *p, const lj_table *table, lj_console *console, uint8_t *parts)
{
    const lj_series *series = &table->series;
    if (p->data.series == NULL)
        return;
    const int64_t purged = lj_series_purge(series, p->series.horizon + p->series.embargo, parts);
    int64_t sample = 0;
    for (int64_t row = 0; row < series->row_count; row++) {
        const int is_sample = sample < series->n && series->last[sample] == row;
        sample += is_sample;
        if (!is_sample || lj_series_ahead(series, row, p->series.horizon) < 0)
            parts[row] = LJ_PART_NONE;
    }
    if (purged > 0)
        lj_note(console, "%" PRId64 " rows at the ends of parts are in none: their targets lie in the next one",
                purged);
}
