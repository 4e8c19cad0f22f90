/* What is predicted: task, classes and the positive one, found from the column or told by the file. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pipeline/pipeline.h"

enum { CLASSES_AS_NUMBERS = 10 /* as many distinct whole numbers still look like classes */ };

/* Words of the event that a lender, an insurer or a bank fears. */
static const char *const event_words[] = {"1",     "yes",         "y",     "true",  "bad",    "default", "defaulted",
                                          "fraud", "charged off", "churn", "churned", "positive", "late", NULL};

lj_status lj_class_name(lj_arena *arena, double value, const char **out)
{
    *out = value == floor(value) && fabs(value) < 1e15 ? lj_arena_printf(arena, "%" PRId64, (int64_t)value) :
                                                         lj_arena_printf(arena, "%.9g", value);
    return *out != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "no memory for the name of a class");
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Distinct values of a column without missing ones, ascending, up to `max` + 1 of them: to free with lj_free. */
static lj_status distinct_numbers(const lj_column *column, int64_t n, int64_t max, double **out, int64_t *count)
{
    double *sorted = lj_new_array(n, sizeof(*sorted));
    if (sorted == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the values of '%s'", column->name);
    memcpy(sorted, column->number, (size_t)n * sizeof(*sorted));
    qsort(sorted, (size_t)n, sizeof(*sorted), by_value);
    int64_t k = 0;
    for (int64_t i = 0; i < n && k <= max; i++)
        if (k == 0 || sorted[i] != sorted[k - 1])
            sorted[k++] = sorted[i];
    *out = sorted;
    *count = k;
    return LJ_OK;
}

static lj_status check_present(const lj_table *table, const lj_column *column)
{
    const int64_t n = lj_frame_row_count(table->frame);
    if (column->missing_count == 0)
        return LJ_OK;
    int64_t row = 0;
    while (row < n && lj_column_has(column, row))
        row++;
    return lj_fail(LJ_EDATA,
                   "%s: target '%s' has no value in %" PRId64 " of %" PRId64 " rows, the first is row %" PRId64
                   "; leave them out with sql, such as SELECT * FROM source WHERE \"%s\" IS NOT NULL",
                   table->home_source, column->name, column->missing_count, n, row + 1, column->name);
}

/* The classes of a column in ascending order, or count 0 if it looks like values. */
static lj_status find_classes(lj_table *table, const lj_column *column, int wanted, const char ***names,
                              int64_t *count)
{
    const int64_t n = lj_frame_row_count(table->frame);
    *count = 0;
    if (column->type == LJ_COLUMN_TEXT) {
        *count = column->word_count;
        if (*count > LJ_CLASSES_MAX)
            return lj_fail(LJ_EDATA, "target '%s' has %d different words: expected at most %d classes", column->name,
                           (int)column->word_count, LJ_CLASSES_MAX);
        *names = lj_arena_array(table->arena, *count, sizeof(**names));
        if (*names == NULL)
            return lj_fail(LJ_ENOMEM, "no memory for the classes of '%s'", column->name);
        for (int64_t i = 0; i < *count; i++)
            (*names)[i] = column->words[i];
        return LJ_OK;
    }
    double *values = NULL;
    int64_t k = 0;
    const int64_t most = wanted == LJ_MULTICLASS ? LJ_CLASSES_MAX : CLASSES_AS_NUMBERS;
    LJ_TRY(distinct_numbers(column, n, most, &values, &k));
    int whole = 1;
    for (int64_t i = 0; i < k; i++)
        whole = whole && values[i] == floor(values[i]);
    lj_status status = LJ_OK;
    if (k <= 2 || (k <= most && (whole || wanted == LJ_MULTICLASS))) {
        *names = lj_arena_array(table->arena, k, sizeof(**names));
        status = *names == NULL ? lj_fail(LJ_ENOMEM, "no memory for the classes of '%s'", column->name) : LJ_OK;
        for (int64_t i = 0; status == LJ_OK && i < k; i++)
            status = lj_class_name(table->arena, values[i], &(*names)[i]);
        *count = k;
    } else if (wanted == LJ_MULTICLASS) {
        status = lj_fail(LJ_EDATA, "target '%s' has more than %" PRId64 " classes", column->name, most);
    }
    lj_free(values);
    return status;
}

/* Class of each row: the index of its name. */
static lj_status class_values(const lj_frame *frame, const lj_target *target, const lj_column *column, double *values)
{
    lj_arena *arena = NULL;
    LJ_TRY(lj_arena_create(&arena));
    lj_status status = LJ_OK;
    const int64_t n = lj_frame_row_count(frame);
    double last = NAN;
    double last_class = 0;
    for (int64_t row = 0; status == LJ_OK && row < n; row++) {
        if (column->type == LJ_COLUMN_NUMBER && row > 0 && column->number[row] == last) {
            values[row] = last_class; /* runs of equal numbers need no text */
            continue;
        }
        const char *name = NULL;
        if (column->type == LJ_COLUMN_TEXT) {
            name = column->words[column->code[row]];
        } else {
            status = lj_class_name(arena, column->number[row], &name);
            last = column->number[row];
        }
        int64_t k = 0;
        while (status == LJ_OK && k < target->classes && strcmp(target->class_names[k], name) != 0)
            k++;
        if (status == LJ_OK && k == target->classes)
            status = lj_fail(LJ_EDATA, "row %" PRId64 ": target '%s' is '%s', which is none of the %" PRId64 " classes",
                             row + 1, column->name, name, target->classes);
        values[row] = last_class = (double)k;
    }
    lj_arena_destroy(arena);
    return status;
}

lj_status lj_target_values(const lj_frame *frame, const lj_target *target, double **out)
{
    const lj_column *column = NULL;
    const int64_t n = lj_frame_row_count(frame);
    if (target->column == NULL) {
        *out = lj_new_array(n, sizeof(**out));
        return *out != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " rows", n);
    }
    LJ_TRY(lj_frame_need(frame, target->column, &column));
    if (column->missing_count > 0)
        return lj_fail(LJ_EDATA, "target '%s' has no value in %" PRId64 " of %" PRId64 " rows", column->name,
                       column->missing_count, n);
    if (target->task == LJ_REGRESSION && column->type != LJ_COLUMN_NUMBER)
        return lj_fail(LJ_EDATA, "target '%s': expected numbers, found %s", column->name,
                       lj_column_type_name(column->type));
    double *values = lj_new_array(n, sizeof(*values));
    if (values == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the target of %" PRId64 " rows", n);
    lj_status status = LJ_OK;
    if (target->task == LJ_REGRESSION)
        memcpy(values, column->number, (size_t)n * sizeof(*values));
    else
        status = class_values(frame, target, column, values);
    for (int64_t row = 0; status == LJ_OK && target->task == LJ_REGRESSION && row < n; row++)
        if (!isfinite(values[row]))
            status = lj_fail(LJ_EDATA, "row %" PRId64 ": target '%s' is not a finite number", row + 1, column->name);
    if (status != LJ_OK) {
        lj_free(values);
        return status;
    }
    *out = values;
    return LJ_OK;
}

/* Which of two classes is the event: told, 1 of 0 and 1, a word that names it, or the rarer one. */
static lj_status choose_positive(const lj_pipeline *p, const lj_table *table, const lj_column *column,
                                 const char *const *names, int64_t *positive, const char **why)
{
    const lj_item *told = p->target.positive;
    *positive = -1;
    if (told != NULL) {
        const char *text = told->text;
        if (told->kind == LJ_NUMBER)
            LJ_TRY(lj_class_name(table->arena, told->number, &text));
        for (int64_t k = 0; k < 2; k++)
            if (strcmp(names[k], text) == 0)
                *positive = k;
        *why = "as the pipeline says";
        if (*positive < 0)
            return lj_declare_fail(p->file, told, "positive: '%s' is not a value of target '%s' ('%s' and '%s')", text,
                                   column->name, names[0], names[1]);
        return LJ_OK;
    }
    *why = "its word names the event";
    for (const char *const *word = event_words; *word != NULL && *positive < 0; word++)
        for (int64_t k = 0; k < 2; k++)
            if (strcasecmp(names[k], *word) == 0)
                *positive = k;
    if (*positive >= 0)
        return LJ_OK;
    const int64_t n = lj_frame_row_count(table->frame);
    int64_t rows = 0;
    double first = INFINITY; /* names are ascending: the first is the smallest number */
    for (int64_t row = 0; column->type == LJ_COLUMN_NUMBER && row < n; row++)
        first = column->number[row] < first ? column->number[row] : first;
    for (int64_t row = 0; row < n; row++)
        rows += column->type == LJ_COLUMN_TEXT ? column->code[row] == 0 : column->number[row] == first;
    *positive = 2 * rows < n ? 0 : 1;
    *why = "the rarer value";
    return LJ_OK;
}

static lj_status refuse_task(const lj_column *column, int wanted, const char *const *names, int64_t count)
{
    if (count == 1)
        return lj_fail(LJ_EDATA, "target '%s' has one class only, '%s': nothing can be learnt", column->name, names[0]);
    if (wanted == LJ_BINARY && count != 2)
        return count == 0
                   ? lj_fail(LJ_EDATA, "target '%s' has more than two values: task binary wants two", column->name)
                   : lj_fail(LJ_EDATA,
                             "target '%s' has %" PRId64 " classes ('%s', '%s', '%s'%s): task binary wants two",
                             column->name, count, names[0], names[1], names[2], count > 3 ? ", ..." : "");
    if (wanted == LJ_MULTICLASS && count == 2)
        return lj_fail(LJ_EDATA, "target '%s' has two classes: task multiclass wants three or more", column->name);
    return LJ_OK;
}

static lj_status find_regression(lj_console *console, lj_table *table, const lj_column *column, int wanted)
{
    if (column->type != LJ_COLUMN_NUMBER)
        return lj_fail(LJ_EDATA, "target '%s' is %s: task regression wants numbers", column->name,
                       lj_column_type_name(column->type));
    table->target.task = LJ_REGRESSION;
    table->target.reason = wanted >= 0 ? "as the pipeline says" : "many different numbers";
    lj_note(console, "target %s: regression (%s)", column->name, table->target.reason);
    return lj_target_values(table->frame, &table->target, &table->values);
}

/* No target, or the classes that a family which learns without one is told. */
static lj_status find_unsupervised(const lj_pipeline *p, lj_console *console, lj_table *table)
{
    lj_target *target = &table->target;
    const lj_column *column = NULL;
    const char **names = NULL;
    target->task = LJ_UNSUPERVISED;
    target->reason = "the family learns without a target";
    if (p->target.column != NULL) {
        LJ_TRY(lj_frame_need(table->frame, p->target.column, &column));
        target->column = column->name;
        target->reason = "classes that the model is told";
        if (column->type == LJ_COLUMN_TIME)
            return lj_fail(LJ_EDATA, "target '%s' is a time: expected classes", column->name);
        LJ_TRY(check_present(table, column));
        LJ_TRY(find_classes(table, column, LJ_MULTICLASS, &names, &target->classes));
        target->class_names = names;
        lj_note(console, "target %s: %" PRId64 " classes (%s)", column->name, target->classes, target->reason);
    }
    return lj_target_values(table->frame, target, &table->values);
}

lj_status lj_target_find(const lj_pipeline *p, lj_console *console, lj_table *table)
{
    if (table->series_options.target_as != LJ_TARGET_VALUE)
        return lj_series_target_find(p, console, table);
    const int wanted = p->top.task;
    const lj_column *column = NULL;
    const char **names = NULL;
    int64_t count = 0;
    const lj_family_info *family = NULL;
    LJ_TRY(lj_family_find(p->family, &family));
    if (family->target != LJ_TARGET_NEEDED)
        return find_unsupervised(p, console, table);
    LJ_TRY(lj_frame_need(table->frame, p->target.column, &column));
    table->target.column = column->name;
    if (column->type == LJ_COLUMN_TIME)
        return lj_fail(LJ_EDATA, "target '%s' is a time: expected classes or numbers", column->name);
    LJ_TRY(check_present(table, column));
    if (wanted == LJ_REGRESSION)
        return find_regression(console, table, column, wanted);
    LJ_TRY(find_classes(table, column, wanted, &names, &count));
    LJ_TRY(refuse_task(column, wanted, names, count));
    if (count == 0)
        return find_regression(console, table, column, wanted);

    lj_target *target = &table->target;
    target->task = count == 2 ? LJ_BINARY : LJ_MULTICLASS;
    target->classes = count;
    target->class_names = names;
    target->reason = wanted >= 0 ? "as the pipeline says" : "the number of its different values";
    if (count == 2) {
        int64_t positive = 1;
        LJ_TRY(choose_positive(p, table, column, names, &positive, &target->reason));
        if (positive == 0) {
            const char *swap = names[0];
            names[0] = names[1];
            names[1] = swap;
        }
        lj_note(console, "target %s: binary, positive is '%s' (%s)", column->name, names[1], target->reason);
    } else {
        lj_note(console, "target %s: %" PRId64 " classes (%s)", column->name, count, target->reason);
    }
    return lj_target_values(table->frame, target, &table->values);
}
