/* Which columns are read, and what must not be among them. */
#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>

#include "pipeline/pipeline.h"

static int is_pattern(const char *text)
{
    return strpbrk(text, "*?[") != NULL;
}

/* 1 if the name is in the list, by itself or by a pattern. */
static int is_listed(const lj_item *list, const char *name)
{
    for (int64_t i = 0; i < lj_declared_count(list); i++) {
        const char *text = lj_declared_at(list, i)->text;
        if (strcmp(text, name) == 0 || (is_pattern(text) && fnmatch(text, name, 0) == 0))
            return 1;
    }
    return 0;
}

lj_status lj_table_check_names(const lj_pipeline *p, const lj_table *table, const lj_item *names)
{
    for (int64_t i = 0; i < lj_declared_count(names); i++) {
        const lj_item *item = lj_declared_at(names, i);
        const lj_column *column = NULL;
        if (!is_pattern(item->text) && lj_frame_need(table->frame, item->text, &column) != LJ_OK)
            return lj_declare_fail(p->file, item, "%s", lj_error_message());
    }
    return LJ_OK;
}

static int is_named(const lj_item *list, const char *name)
{
    for (int64_t i = 0; i < lj_declared_count(list); i++)
        if (strcmp(lj_declared_at(list, i)->text, name) == 0)
            return 1;
    return 0;
}

static int is_reserved(const lj_pipeline *p, const char *name)
{
    const lj_pipeline_series *series = &p->series; /* all NULL without one */
    if ((series->time != NULL && strcmp(series->time, name) == 0) ||
        (series->group != NULL && strcmp(series->group, name) == 0)) /* a feature if it is named, not by default */
        return !is_named(p->features.include, name);
    const int by = p->split.by;
    const int split_column = p->split.column != NULL && strcmp(p->split.column, name) == 0 &&
                             (by == LJ_SPLIT_GROUP || by == LJ_SPLIT_TIME || by == LJ_SPLIT_COLUMN ||
                              by == LJ_SPLIT_FOLDS);
    return split_column || (p->data.key != NULL && strcmp(p->data.key, name) == 0);
}

static int is_target(const lj_table *table, const char *name)
{
    return table->target.column != NULL && strcmp(table->target.column, name) == 0;
}

/* Equal to the target in every row: as numbers, or as one word for each class and back. */
static int repeats_target(const lj_table *table, const lj_column *column)
{
    const int64_t n = lj_frame_row_count(table->frame);
    if (table->target.column == NULL)
        return 0;
    const lj_column *target = lj_frame_column(table->frame, lj_frame_find(table->frame, table->target.column));
    if (column->type != target->type || column->type == LJ_COLUMN_TIME)
        return 0;
    for (int64_t row = 0; row < n; row++) {
        if (!lj_column_has(column, row))
            return 0;
        if (column->type == LJ_COLUMN_NUMBER ? column->number[row] != target->number[row] :
                                               strcmp(lj_column_word(column, row), lj_column_word(target, row)) != 0)
            return 0;
    }
    return 1;
}

lj_status lj_features_choose(const lj_pipeline *p, lj_console *console, lj_table *table)
{
    const int64_t n = lj_frame_column_count(table->frame);
    const lj_item *include = p->features.include;
    const lj_item *exclude = p->features.exclude;
    LJ_TRY(lj_table_check_names(p, table, include));
    LJ_TRY(lj_table_check_names(p, table, exclude));
    table->features = lj_arena_array(table->arena, n, sizeof(*table->features));
    if (table->features == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the names of %" PRId64 " columns", n);
    const int ahead = table->series_options.horizon > 0; /* the target of today is known then */
    for (int64_t i = 0; i < lj_declared_count(include) && !ahead; i++)
        if (is_target(table, lj_declared_at(include, i)->text))
            return lj_declare_fail(p->file, lj_declared_at(include, i), "the target '%s' cannot be a feature",
                                   table->target.column);
    for (int64_t i = 0; i < n; i++) {
        const lj_column *column = lj_frame_column(table->frame, i);
        const int wanted = include == NULL || is_listed(include, column->name);
        if (!wanted || (is_target(table, column->name) && !ahead) || is_reserved(p, column->name) ||
            is_listed(exclude, column->name))
            continue;
        if (!ahead && repeats_target(table, column))
            return lj_fail(LJ_EDATA, "column '%s' repeats the target '%s' in every row: exclude it", column->name,
                           table->target.column);
        table->features[table->feature_count++] = column->name;
    }
    if (table->feature_count == 0)
        return lj_fail(LJ_EDATA, "%s: no column is left to be a feature", table->home_source);
    lj_note(console, "%" PRId64 " features", table->feature_count);
    return LJ_OK;
}
