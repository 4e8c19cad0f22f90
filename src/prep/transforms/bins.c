/*
 * bins: a number becomes the level of the interval it lies in. Edges are quantiles of the training part (type 7) or
 * evenly spaced between its ends; a value on an edge belongs to the interval above. Missing stays missing. Imported trees
 * (lianjin/tree_import.h) take the place of the interval as a number.
 */
#include <math.h>

#include "prep/stats.h"
#include "prep/transforms.h"

#define BINS_MAX 1024

typedef struct bins {
    double *edges; /* [count] strictly ascending: count + 1 intervals */
    int64_t count;
    int is_number;
} bins;

static const char *const methods[] = {"quantile", "uniform", NULL};

static const lj_declaration options_declared[] = {
    {.key = "method", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_bins_options, method), .choices = methods,
     .fallback = "quantile", .doc = "Equally many values in each bin, or equally wide bins."},
    {.key = "count", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_bins_options, count), .min = 2,
     .max = BINS_MAX, .fallback = "10", .doc = "Most bins; equal edges are merged."},
};

static lj_status name_levels(const lj_fit_column *column, const bins *fitted, lj_fit_output *out)
{
    const char **words = lj_arena_array(column->arena, fitted->count + 1, sizeof(*words));
    if (words == NULL)
        return lj_fit_no_memory(column);
    for (int64_t i = 0; i <= fitted->count; i++) {
        words[i] = lj_arena_interval(column->arena, fitted->edges, fitted->count, i);
        if (words[i] == NULL)
            return lj_fit_no_memory(column);
    }
    out->words = words;
    out->reg = (lj_register){LJ_REGISTER_CATEGORY, (int32_t)fitted->count + 1};
    return LJ_OK;
}

static lj_status bins_fit(const lj_fit_column *column, const void *options, lj_fitted *out)
{
    const lj_bins_options *o = options;
    bins *fitted = lj_arena_array(column->arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fit_no_memory(column);
    fitted->edges = lj_arena_array(column->arena, o->count - 1, sizeof(double));
    if (fitted->edges == NULL)
        return lj_fit_no_memory(column);
    const double *sorted = lj_fit_sorted(column);
    const double low = sorted[0];
    const double high = sorted[column->present - 1];
    double last = low; /* an edge at the smallest value would leave the first bin empty */
    for (int64_t i = 1; i < o->count; i++) {
        const double part = (double)i / (double)o->count;
        const double edge = o->method == LJ_BINS_QUANTILE ? lj_quantile_sorted(sorted, column->present, part)
                                                          : low + (high - low) * part;
        if (edge > last) {
            fitted->edges[fitted->count++] = edge;
            last = edge;
        }
    }
    LJ_TRY(lj_fitted_outputs(column->arena, 1, out));
    LJ_TRY(name_levels(column, fitted, &out->out[0]));
    out->values = fitted;
    out->why = lj_arena_printf(column->arena, "%lld %s bins", (long long)fitted->count + 1, methods[o->method]);
    return out->why != NULL ? LJ_OK : lj_fit_no_memory(column);
}

static void bins_apply(const void *values, int64_t n, const double *in, double *out, int64_t stride)
{
    (void)stride;
    const bins *fitted = values;
    for (int64_t i = 0; i < n; i++)
        out[i] = isnan(in[i]) ? in[i] : (double)(lj_search_sorted(fitted->edges, fitted->count, in[i]) + 1);
}

static void bins_save(const void *values, lj_json *json)
{
    const bins *fitted = values;
    lj_save_numbers(json, "edges", fitted->edges, fitted->count);
    if (fitted->is_number)
        lj_json_bool(json, "number", 1);
}

static lj_status bins_load(const lj_doc *doc, const lj_item *item, lj_register in, lj_arena *arena, lj_fitted *out)
{
    (void)in;
    bins *fitted = lj_arena_array(arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a step");
    LJ_TRY(lj_load_numbers(doc, item, "edges", 0, LJ_PREP_LEVELS_MAX, 2, arena, &fitted->edges, &fitted->count));
    if (lj_item_get(item, "number") != NULL)
        LJ_TRY(lj_load_flag(doc, item, "number", &fitted->is_number));
    LJ_TRY(lj_fitted_outputs(arena, 1, out));
    out->out[0].reg = fitted->is_number ? (lj_register){LJ_REGISTER_NUMBER, 0} :
                                          (lj_register){LJ_REGISTER_CATEGORY, (int32_t)fitted->count + 1};
    out->values = fitted;
    return LJ_OK;
}

const lj_transform lj_transform_bins = {
    .name = "bins",
    .doc = "Cuts numbers into intervals, which then count as categories.",
    .main = "method",
    .takes = LJ_TAKES_NUMBER,
    .options = options_declared,
    .option_count = sizeof(options_declared) / sizeof(options_declared[0]),
    .options_size = sizeof(lj_bins_options),
    .fit = bins_fit,
    .apply = bins_apply,
    .save = bins_save,
    .load = bins_load,
};
