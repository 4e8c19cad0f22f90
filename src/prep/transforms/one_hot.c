/*
 * one_hot: a category becomes a 0/1 column for each level. Values that the training part does not have are 0 in all
 * of them (or 1 in `other`, if `max` made one); missing has a column of its own if the training part misses any.
 */
#include <math.h>

#include "prep/level_counts.h"
#include "prep/transforms.h"

#define COLUMNS_MAX 4096

typedef struct one_hot {
    int32_t *column;  /* [count] of each level, -1: none */
    int64_t count;
    int32_t size;     /* columns */
    int32_t unknown;  /* column of unknown values, -1: none */
    int32_t missing;  /* column of missing values, -1: none */
} one_hot;

static const char *const leaves[] = {"none", "binary", "first", NULL};

static const lj_declaration options_declared[] = {
    {.key = "max", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_one_hot_options, max), .min = 0,
     .max = COLUMNS_MAX - 2, .fallback = "0",
     .doc = "Most levels with a column of their own, the most frequent ones; the others share one. 0: no limit."},
    {.key = "min_missing", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_one_hot_options, min_missing), .min = 1,
     .max = 1e9, .fallback = "1",
     .doc = "Missing values get a column if so many training rows miss one; else they are 0 in all."},
    {.key = "leave_out", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_one_hot_options, leave_out),
     .choices = leaves, .fallback = "binary",
     .doc = "Which columns are left out: none, the first of two (binary), or always the first."},
};

/* The columns of the levels, the shared one excluded. */
static lj_status place_levels(const lj_fit_column *column, const lj_one_hot_options *o, one_hot *fitted)
{
    const int32_t size = column->reg.size;
    fitted->column = lj_arena_array(column->arena, size, sizeof(int32_t));
    if (fitted->column == NULL)
        return lj_fit_no_memory(column);
    fitted->count = size;
    fitted->unknown = -1;
    fitted->missing = -1;
    const int is_cut = o->max > 0 && size > o->max;
    if (is_cut) {
        lj_level_count *levels;
        LJ_TRY(lj_level_counts(column, &levels));
        for (int32_t i = 0; i < size; i++)
            fitted->column[levels[i].level] = i < o->max ? 0 : -1;
        lj_free(levels);
    }
    for (int32_t i = 0; i < size; i++)
        fitted->column[i] = is_cut && fitted->column[i] < 0 ? -1 : fitted->size++;
    if (is_cut) {
        fitted->unknown = fitted->size++;
        for (int32_t i = 0; i < size; i++)
            fitted->column[i] = fitted->column[i] < 0 ? fitted->unknown : fitted->column[i];
    }
    if (column->n - column->present >= o->min_missing)
        fitted->missing = fitted->size++;
    if (fitted->size > COLUMNS_MAX)
        return lj_declare_fail(column->file, column->step,
                               "one_hot: column '%s' has %d categories, expected at most %d; use rare or max",
                               column->name, size, COLUMNS_MAX);
    return LJ_OK;
}

/* Takes column 0 away. */
static void drop_first(one_hot *fitted)
{
    for (int64_t i = 0; i < fitted->count; i++)
        fitted->column[i]--;
    fitted->unknown -= fitted->unknown >= 0;
    fitted->missing -= fitted->missing >= 0;
    fitted->size--;
}

static lj_status name_columns(const lj_fit_column *column, const one_hot *fitted, lj_fitted *out)
{
    LJ_TRY(lj_fitted_outputs(column->arena, fitted->size, out));
    for (int32_t i = 0; i < fitted->size; i++) {
        out->out[i].reg.kind = LJ_REGISTER_NUMBER;
        out->out[i].is_whole = 1;
    }
    for (int64_t i = 0; i < fitted->count; i++) {
        const int32_t place = fitted->column[i];
        if (place < 0 || place == fitted->unknown)
            continue;
        out->out[place].name = lj_arena_printf(column->arena, "%s=%s", column->name, column->words[i]);
        if (out->out[place].name == NULL)
            return lj_fit_no_memory(column);
    }
    if (fitted->unknown >= 0)
        out->out[fitted->unknown].name = lj_arena_printf(column->arena, "%s=(other)", column->name);
    if (fitted->missing >= 0)
        out->out[fitted->missing].name = lj_arena_printf(column->arena, "%s=(missing)", column->name);
    for (int32_t i = 0; i < fitted->size; i++) {
        if (out->out[i].name == NULL)
            return lj_fit_no_memory(column);
    }
    return LJ_OK;
}

static lj_status one_hot_fit(const lj_fit_column *column, const void *options, lj_fitted *out)
{
    const lj_one_hot_options *o = options;
    one_hot *fitted = lj_arena_array(column->arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fit_no_memory(column);
    LJ_TRY(place_levels(column, o, fitted));
    if (fitted->size > 1 && (o->leave_out == LJ_LEAVE_FIRST || (o->leave_out == LJ_LEAVE_BINARY && fitted->size == 2)))
        drop_first(fitted);
    LJ_TRY(name_columns(column, fitted, out));
    out->values = fitted;
    out->why = lj_arena_printf(column->arena, "%d categories as %d columns of 0 and 1", column->reg.size,
                               fitted->size);
    return out->why != NULL ? LJ_OK : lj_fit_no_memory(column);
}

static void one_hot_apply(const void *values, int64_t n, const double *in, double *out, int64_t stride)
{
    const one_hot *fitted = values;
    for (int32_t k = 0; k < fitted->size; k++) {
        for (int64_t i = 0; i < n; i++)
            out[k * stride + i] = 0.0;
    }
    for (int64_t i = 0; i < n; i++) {
        const double x = in[i];
        const int32_t place = isnan(x) ? fitted->missing : x < 0 ? fitted->unknown : fitted->column[(int32_t)x];
        if (place >= 0)
            out[place * stride + i] = 1.0;
    }
}

static void one_hot_save(const void *values, lj_json *json)
{
    const one_hot *fitted = values;
    lj_json_integer(json, "size", fitted->size);
    lj_json_integer(json, "unknown", fitted->unknown);
    lj_json_integer(json, "missing", fitted->missing);
    lj_save_integers(json, "columns", fitted->column, fitted->count);
}

static lj_status one_hot_load(const lj_doc *doc, const lj_item *item, lj_register in, lj_arena *arena, lj_fitted *out)
{
    one_hot *fitted = lj_arena_array(arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a step");
    int64_t size;
    int64_t unknown;
    int64_t missing;
    LJ_TRY(lj_item_need_integer(doc, item, "size", 1, COLUMNS_MAX, &size));
    LJ_TRY(lj_item_need_integer(doc, item, "unknown", -1, size - 1, &unknown));
    LJ_TRY(lj_item_need_integer(doc, item, "missing", -1, size - 1, &missing));
    LJ_TRY(lj_load_integers(doc, item, "columns", in.size, in.size, -1, (int32_t)size - 1, arena, &fitted->column,
                            &fitted->count));
    fitted->size = (int32_t)size;
    fitted->unknown = (int32_t)unknown;
    fitted->missing = (int32_t)missing;
    LJ_TRY(lj_fitted_outputs(arena, size, out));
    for (int32_t i = 0; i < fitted->size; i++)
        out->out[i].reg.kind = LJ_REGISTER_NUMBER;
    out->values = fitted;
    return LJ_OK;
}

const lj_transform lj_transform_one_hot = {
    .name = "one_hot",
    .doc = "Turns categories into columns of 0 and 1.",
    .main = "max",
    .takes = LJ_TAKES_CATEGORY,
    .options = options_declared,
    .option_count = sizeof(options_declared) / sizeof(options_declared[0]),
    .options_size = sizeof(lj_one_hot_options),
    .fit = one_hot_fit,
    .apply = one_hot_apply,
    .save = one_hot_save,
    .load = one_hot_load,
};
