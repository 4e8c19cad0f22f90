/* What the transforms share: the table, outputs, and the reading and writing of their arrays. */
#include "prep/transform.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "prep/fit.h"
#include "prep/stats.h"

static const lj_transform *const table[] = {
#define X(code, definition) [LJ_TRANSFORM_##code] = &definition,
    LJ_TRANSFORM_LIST(X)
#undef X
};

static const char *const kind_names[] = {
#define X(code, name) [LJ_REGISTER_##code] = name,
    LJ_REGISTER_KIND_LIST(X)
#undef X
};

const char *lj_register_kind_name(lj_register_kind kind)
{
    assert((unsigned)kind < LJ_REGISTER_KIND_COUNT);
    return kind_names[kind];
}

const lj_transform *lj_transform_of(lj_transform_code code)
{
    assert((unsigned)code < LJ_TRANSFORM_COUNT);
    return table[code];
}

const lj_transform *lj_transform_find(const char *name)
{
    for (int i = 0; i < LJ_TRANSFORM_COUNT; i++) {
        if (strcmp(table[i]->name, name) == 0)
            return table[i];
    }
    return NULL;
}

int64_t lj_prep_transform_count(void)
{
    return LJ_TRANSFORM_COUNT;
}

lj_transform_info lj_prep_transform_at(int64_t index)
{
    assert(index >= 0 && index < LJ_TRANSFORM_COUNT);
    const lj_transform *transform = table[index];
    return (lj_transform_info){.name = transform->name,
                               .doc = transform->doc,
                               .main = transform->main,
                               .options = transform->options,
                               .option_count = transform->option_count,
                               .takes_numbers = (transform->takes & LJ_TAKES_NUMBER) != 0,
                               .takes_texts = (transform->takes & LJ_TAKES_CATEGORY) != 0,
                               .takes_times = (transform->takes & LJ_TAKES_TIME) != 0};
}

int64_t lj_number_list_count(const lj_number_list *list)
{
    return list->item != NULL ? lj_declared_count(list->item) : list->count;
}

double lj_number_list_at(const lj_number_list *list, int64_t index)
{
    return list->item != NULL ? lj_declared_at(list->item, index)->number : list->values[index];
}

const double *lj_fit_sorted(const lj_fit_column *column)
{
    lj_fit_sort *sort = column->sort;
    if (!sort->is_sorted) {
        memcpy(sort->sorted, column->given, (size_t)column->present * sizeof(double));
        lj_sort_doubles(sort->sorted, sort->scratch, column->present);
        sort->is_sorted = 1;
    }
    return sort->sorted;
}

double lj_fit_median(const lj_fit_column *column)
{
    if (column->sort->is_sorted)
        return lj_quantile_sorted(column->sort->sorted, column->present, 0.5);
    memcpy(column->sort->scratch, column->given, (size_t)column->present * sizeof(double));
    return lj_median_doubles(column->sort->scratch, column->present);
}

lj_status lj_fit_no_memory(const lj_fit_column *column)
{
    return lj_fail(LJ_ENOMEM, "no memory to prepare column '%s' (%" PRId64 " values)", column->name, column->n);
}

lj_status lj_fitted_outputs(lj_arena *arena, int64_t n_out, lj_fitted *out)
{
    out->out = lj_arena_array(arena, n_out, sizeof(*out->out));
    if (out->out == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " prepared columns", n_out);
    out->n_out = (int32_t)n_out;
    return LJ_OK;
}

lj_status lj_fitted_number(lj_arena *arena, lj_fitted *out)
{
    LJ_TRY(lj_fitted_outputs(arena, 1, out));
    out->out[0].reg.kind = LJ_REGISTER_NUMBER;
    return LJ_OK;
}

static lj_status load_list(const lj_doc *doc, const lj_item *item, const char *key, int64_t low_count,
                           int64_t high_count, const lj_item **out)
{
    LJ_TRY(lj_item_need(doc, item, key, LJ_LIST, out));
    if ((*out)->count < low_count || (*out)->count > high_count)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected %" PRId64 " to %" PRId64 " values in '%s', found %" PRId64,
                       lj_doc_name(doc), (*out)->line, (*out)->column, low_count, high_count, key, (*out)->count);
    return LJ_OK;
}

static lj_status fail_entry(const lj_doc *doc, const lj_item *entry, const char *key, const char *want)
{
    return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected %s in '%s'", lj_doc_name(doc), entry->line, entry->column, want,
                   key);
}

lj_status lj_load_numbers(const lj_doc *doc, const lj_item *item, const char *key, int64_t low_count,
                          int64_t high_count, int ascending, lj_arena *arena, double **out, int64_t *count)
{
    const lj_item *list;
    LJ_TRY(load_list(doc, item, key, low_count, high_count, &list));
    double *values = lj_arena_array(arena, list->count, sizeof(*values));
    if (values == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " values of '%s'", list->count, key);
    for (int64_t i = 0; i < list->count; i++) {
        const lj_item *entry = list->items[i];
        if (entry->kind != LJ_NUMBER || !(fabs(entry->number) <= LJ_PREP_NUMBER_MAX))
            return fail_entry(doc, entry, key, "a number");
        values[i] = entry->number;
        if (ascending != 0 && i > 0 && !(ascending == 2 ? values[i - 1] < values[i] : values[i - 1] <= values[i]))
            return fail_entry(doc, entry, key, "ascending numbers");
    }
    *out = values;
    *count = list->count;
    return LJ_OK;
}

lj_status lj_load_integers(const lj_doc *doc, const lj_item *item, const char *key, int64_t low_count,
                           int64_t high_count, int32_t low, int32_t high, lj_arena *arena, int32_t **out,
                           int64_t *count)
{
    const lj_item *list;
    LJ_TRY(load_list(doc, item, key, low_count, high_count, &list));
    int32_t *values = lj_arena_array(arena, list->count, sizeof(*values));
    if (values == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " values of '%s'", list->count, key);
    for (int64_t i = 0; i < list->count; i++) {
        const lj_item *entry = list->items[i];
        if (entry->kind != LJ_NUMBER || !entry->is_integer || entry->number < low || entry->number > high)
            return fail_entry(doc, entry, key, "whole numbers in their range");
        values[i] = (int32_t)entry->number;
    }
    *out = values;
    *count = list->count;
    return LJ_OK;
}

lj_status lj_load_number(const lj_doc *doc, const lj_item *item, const char *key, double *out)
{
    LJ_TRY(lj_item_need_number(doc, item, key, out));
    if (!(fabs(*out) <= LJ_PREP_NUMBER_MAX))
        return fail_entry(doc, lj_item_get(item, key), key, "a number of a sane size");
    return LJ_OK;
}

lj_status lj_load_flag(const lj_doc *doc, const lj_item *item, const char *key, int *out)
{
    const lj_item *member;
    LJ_TRY(lj_item_need(doc, item, key, LJ_BOOL, &member));
    *out = member->number != 0;
    return LJ_OK;
}

lj_status lj_load_choice(const lj_doc *doc, const lj_item *item, const char *key, const char *const *choices,
                         int *out)
{
    const char *text;
    LJ_TRY(lj_item_need_string(doc, item, key, &text));
    for (int i = 0; choices[i] != NULL; i++) {
        if (strcmp(choices[i], text) == 0) {
            *out = i;
            return LJ_OK;
        }
    }
    return fail_entry(doc, lj_item_get(item, key), key, "a known name");
}

void lj_save_numbers(lj_json *json, const char *key, const double *values, int64_t count)
{
    lj_json_list(json, key);
    for (int64_t i = 0; i < count; i++)
        lj_json_double(json, NULL, values[i]);
    lj_json_end_list(json);
}

void lj_save_integers(lj_json *json, const char *key, const int32_t *values, int64_t count)
{
    lj_json_list(json, key);
    for (int64_t i = 0; i < count; i++)
        lj_json_integer(json, NULL, values[i]);
    lj_json_end_list(json);
}

const char *lj_arena_number(lj_arena *arena, double value)
{
    if (value == floor(value) && fabs(value) < 1e15)
        return lj_arena_printf(arena, "%.0f", value);
    return lj_arena_printf(arena, "%.6g", value);
}

const char *lj_arena_interval(lj_arena *arena, const double *edges, int64_t count, int64_t index)
{
    const char *low = index > 0 ? lj_arena_number(arena, edges[index - 1]) : "";
    const char *high = index < count ? lj_arena_number(arena, edges[index]) : "";
    if (low == NULL || high == NULL)
        return NULL;
    if (count == 0)
        return "all";
    if (index == 0)
        return lj_arena_printf(arena, "< %s", high);
    return index == count ? lj_arena_printf(arena, ">= %s", low) : lj_arena_printf(arena, "%s to %s", low, high);
}
