/*
 * levels: a number with few different values becomes a category of them; other values are unknown.
 */
#include <math.h>

#include "prep/stats.h"
#include "prep/transforms.h"

#define LEVELS_MAX 4096

typedef struct levels {
    double *values; /* [count] strictly ascending */
    int64_t count;
} levels;

static const lj_declaration options_declared[] = {
    {.key = "max", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_levels_options, max), .min = 1,
     .max = LEVELS_MAX, .fallback = "20", .doc = "Most different values; columns with more are passed over."},
};

static int levels_fits(const lj_fit_column *column, const void *options)
{
    const lj_levels_options *o = options;
    return lj_distinct_sorted(lj_fit_sorted(column), column->present) <= o->max;
}

static lj_status levels_fit(const lj_fit_column *column, const void *options, lj_fitted *out)
{
    const lj_levels_options *o = options;
    levels *fitted = lj_arena_array(column->arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fit_no_memory(column);
    fitted->count = lj_distinct_sorted(lj_fit_sorted(column), column->present);
    if (fitted->count > o->max)
        return lj_declare_fail(column->file, column->step,
                               "levels: column '%s' has %lld different values, expected at most %lld", column->name,
                               (long long)fitted->count, (long long)o->max);
    fitted->values = lj_arena_array(column->arena, fitted->count, sizeof(double));
    const char **words = lj_arena_array(column->arena, fitted->count, sizeof(*words));
    if (fitted->values == NULL || words == NULL)
        return lj_fit_no_memory(column);
    const double *sorted = lj_fit_sorted(column);
    int64_t count = 0;
    for (int64_t i = 0; i < column->present; i++) {
        if (i > 0 && sorted[i] == sorted[i - 1])
            continue;
        fitted->values[count] = sorted[i];
        words[count] = lj_arena_printf(column->arena, "%.15g", sorted[i]);
        if (words[count] == NULL)
            return lj_fit_no_memory(column);
        count++;
    }
    LJ_TRY(lj_fitted_outputs(column->arena, 1, out));
    out->out[0].reg = (lj_register){LJ_REGISTER_CATEGORY, (int32_t)count};
    out->out[0].words = words;
    out->values = fitted;
    out->why = lj_arena_printf(column->arena, "%lld different values as categories", (long long)count);
    return out->why != NULL ? LJ_OK : lj_fit_no_memory(column);
}

static void levels_apply(const void *values, int64_t n, const double *in, double *out, int64_t stride)
{
    (void)stride;
    const levels *fitted = values;
    for (int64_t i = 0; i < n; i++) {
        const int64_t level = lj_search_sorted(fitted->values, fitted->count, in[i]);
        if (isnan(in[i]))
            out[i] = in[i];
        else
            out[i] = level >= 0 && fitted->values[level] == in[i] ? (double)level : -1.0;
    }
}

static void levels_save(const void *values, lj_json *json)
{
    const levels *fitted = values;
    lj_save_numbers(json, "values", fitted->values, fitted->count);
}

static lj_status levels_load(const lj_doc *doc, const lj_item *item, lj_register in, lj_arena *arena, lj_fitted *out)
{
    (void)in;
    levels *fitted = lj_arena_array(arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a step");
    LJ_TRY(lj_load_numbers(doc, item, "values", 1, LJ_PREP_LEVELS_MAX, 2, arena, &fitted->values, &fitted->count));
    LJ_TRY(lj_fitted_outputs(arena, 1, out));
    out->out[0].reg = (lj_register){LJ_REGISTER_CATEGORY, (int32_t)fitted->count};
    out->values = fitted;
    return LJ_OK;
}

const lj_transform lj_transform_levels = {
    .name = "levels",
    .doc = "Treats numbers with few different values as categories.",
    .main = "max",
    .takes = LJ_TAKES_NUMBER,
    .options = options_declared,
    .option_count = sizeof(options_declared) / sizeof(options_declared[0]),
    .options_size = sizeof(lj_levels_options),
    .fits = levels_fits,
    .fit = levels_fit,
    .apply = levels_apply,
    .save = levels_save,
    .load = levels_load,
};
