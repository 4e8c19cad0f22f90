/*
 * impute: x, or a value of the training part where x is missing; with an indicator, also 1 where it was.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "prep/stats.h"
#include "prep/transforms.h"

typedef struct impute {
    double fill;
    int indicator;
} impute;

static const char *const methods[] = {"median", "mean", "most_frequent", "constant", NULL};

static const lj_declaration options_declared[] = {
    {.key = "method", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_impute_options, method), .choices = methods,
     .fallback = "median", .doc = "What a missing value becomes; texts take most_frequent and constant."},
    {.key = "value", .kind = LJ_DECLARED_STRING, .offset = offsetof(lj_impute_options, value),
     .doc = "The value of `constant`: a number, or a text that may be a new level."},
    {.key = "indicator", .kind = LJ_DECLARED_BOOL, .offset = offsetof(lj_impute_options, indicator),
     .fallback = "false",
     .doc = "Adds a column that is 1 where the value was missing, if the training part misses any."},
};

/* A whole text that is a number; 0 if it is not. */
static int parse_number(const char *text, double *out)
{
    if (text == NULL || *text == '\0')
        return 0;
    char *end;
    *out = strtod(text, &end);
    return *end == '\0' && fabs(*out) <= LJ_PREP_NUMBER_MAX;
}

static int impute_fits(const lj_fit_column *column, const void *options)
{
    const lj_impute_options *o = options;
    double value;
    if (column->reg.kind == LJ_REGISTER_CATEGORY)
        return o->method == LJ_IMPUTE_MOST_FREQUENT || o->method == LJ_IMPUTE_CONSTANT;
    return o->method != LJ_IMPUTE_CONSTANT || parse_number(o->value, &value);
}

static lj_status fill_of_number(const lj_fit_column *column, const lj_impute_options *o, double *out)
{
    switch ((lj_impute_method)o->method) {
    case LJ_IMPUTE_MEDIAN:
        *out = lj_fit_median(column);
        break;
    case LJ_IMPUTE_MEAN:
        *out = lj_mean_doubles(column->given, column->present);
        break;
    case LJ_IMPUTE_MOST_FREQUENT:
        *out = lj_mode_sorted(lj_fit_sorted(column), column->present);
        break;
    case LJ_IMPUTE_CONSTANT:
        if (!parse_number(o->value, out))
            return lj_declare_fail(column->file, column->step,
                                   "impute: column '%s' holds numbers, so the constant needs a 'value' that is one, "
                                   "found '%s'", column->name, o->value != NULL ? o->value : "nothing");
        break;
    }
    return LJ_OK;
}

static int32_t most_frequent_level(const lj_fit_column *column, int32_t *counts)
{
    for (int64_t i = 0; i < column->n; i++) {
        if (column->values[i] >= 0)
            counts[(int32_t)column->values[i]]++;
    }
    int32_t most = 0;
    for (int32_t level = 1; level < column->reg.size; level++) {
        if (counts[level] > counts[most])
            most = level;
    }
    return most;
}

static lj_status fit_category(const lj_fit_column *column, const lj_impute_options *o, impute *fitted, lj_fitted *out)
{
    lj_fit_output *first = &out->out[0];
    first->reg = column->reg;
    first->words = column->words;
    if (o->method == LJ_IMPUTE_MOST_FREQUENT) {
        int32_t *counts = lj_new_array(column->reg.size, sizeof(*counts));
        if (counts == NULL)
            return lj_fit_no_memory(column);
        fitted->fill = most_frequent_level(column, counts);
        lj_free(counts);
        return LJ_OK;
    }
    if (o->method != LJ_IMPUTE_CONSTANT || o->value == NULL)
        return lj_declare_fail(column->file, column->step,
                               "impute: column '%s' holds texts: use most_frequent, or constant with a 'value'",
                               column->name);
    for (int32_t level = 0; level < column->reg.size; level++) {
        if (strcmp(column->words[level], o->value) == 0) {
            fitted->fill = level;
            return LJ_OK;
        }
    }
    const char **words = lj_arena_array(column->arena, (int64_t)column->reg.size + 1, sizeof(*words));
    char *word = lj_arena_strdup(column->arena, o->value);
    if (words == NULL || word == NULL)
        return lj_fit_no_memory(column);
    for (int32_t level = 0; level < column->reg.size; level++)
        words[level] = column->words[level];
    words[column->reg.size] = word;
    fitted->fill = column->reg.size;
    first->reg.size = column->reg.size + 1;
    first->words = words;
    return LJ_OK;
}

static lj_status impute_fit(const lj_fit_column *column, const void *options, lj_fitted *out)
{
    const lj_impute_options *o = options;
    impute *fitted = lj_arena_array(column->arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fit_no_memory(column);
    fitted->indicator = o->indicator && column->present < column->n;
    LJ_TRY(lj_fitted_outputs(column->arena, 1 + fitted->indicator, out));
    if (column->reg.kind == LJ_REGISTER_CATEGORY) {
        LJ_TRY(fit_category(column, o, fitted, out));
        out->why = lj_arena_printf(column->arena, "missing becomes '%s'", out->out[0].words[(int32_t)fitted->fill]);
    } else {
        out->out[0].reg.kind = LJ_REGISTER_NUMBER;
        LJ_TRY(fill_of_number(column, o, &fitted->fill));
        const char *number = lj_arena_number(column->arena, fitted->fill);
        if (number == NULL)
            return lj_fit_no_memory(column);
        out->why = lj_arena_printf(column->arena, "missing becomes %s (%s)%s%s", number, methods[o->method],
                                   fitted->indicator ? " with an indicator" : "",
                                   column->present < column->n ? "" : ", none so far");
    }
    if (fitted->indicator) {
        out->out[1].reg.kind = LJ_REGISTER_NUMBER;
        out->out[1].is_whole = 1;
        out->out[1].name = lj_arena_printf(column->arena, "%s missing", column->name);
        if (out->out[1].name == NULL)
            return lj_fit_no_memory(column);
    }
    out->values = fitted;
    return out->why != NULL ? LJ_OK : lj_fit_no_memory(column);
}

static void impute_apply(const void *values, int64_t n, const double *in, double *out, int64_t stride)
{
    const impute *fitted = values;
    for (int64_t i = 0; i < n; i++)
        out[i] = isnan(in[i]) ? fitted->fill : in[i];
    if (fitted->indicator) {
        for (int64_t i = 0; i < n; i++)
            out[stride + i] = isnan(in[i]) ? 1.0 : 0.0;
    }
}

static void impute_save(const void *values, lj_json *json)
{
    const impute *fitted = values;
    lj_json_double(json, "fill", fitted->fill);
    lj_json_bool(json, "indicator", fitted->indicator);
}

static lj_status impute_load(const lj_doc *doc, const lj_item *item, lj_register in, lj_arena *arena, lj_fitted *out)
{
    impute *fitted = lj_arena_array(arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a step");
    LJ_TRY(lj_load_flag(doc, item, "indicator", &fitted->indicator));
    LJ_TRY(lj_fitted_outputs(arena, 1 + fitted->indicator, out));
    out->out[0].reg = in;
    if (in.kind == LJ_REGISTER_CATEGORY) {
        int64_t level;
        LJ_TRY(lj_item_need_integer(doc, item, "fill", 0, in.size, &level));
        fitted->fill = (double)level;
        if (level == in.size)
            out->out[0].reg.size = in.size + 1;
    } else {
        LJ_TRY(lj_load_number(doc, item, "fill", &fitted->fill));
    }
    if (fitted->indicator)
        out->out[1].reg.kind = LJ_REGISTER_NUMBER;
    out->values = fitted;
    return LJ_OK;
}

const lj_transform lj_transform_impute = {
    .name = "impute",
    .is_monotone = 1,
    .doc = "Fills missing values.",
    .main = "method",
    .takes = LJ_TAKES_NUMBER | LJ_TAKES_CATEGORY,
    .options = options_declared,
    .option_count = sizeof(options_declared) / sizeof(options_declared[0]),
    .options_size = sizeof(lj_impute_options),
    .fits = impute_fits,
    .fit = impute_fit,
    .apply = impute_apply,
    .save = impute_save,
    .load = impute_load,
};
