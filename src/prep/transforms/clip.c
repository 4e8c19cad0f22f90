/*
 * clip: min(max(x, low), high); the limits are given or are quantiles of the training part.
 */
#include <math.h>

#include "prep/stats.h"
#include "prep/transforms.h"

typedef struct clip {
    double low, high;
} clip;

static const char *const ways[] = {"quantile", "bounds", NULL};

static const lj_declaration options_declared[] = {
    {.key = "by", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_clip_options, by), .choices = ways,
     .fallback = "quantile", .doc = "Are `low` and `high` quantiles or values?"},
    {.key = "low", .kind = LJ_DECLARED_NUMBER, .offset = offsetof(lj_clip_options, low),
     .doc = "Lower limit; left out: 0.01 for quantiles, none for values."},
    {.key = "high", .kind = LJ_DECLARED_NUMBER, .offset = offsetof(lj_clip_options, high),
     .doc = "Upper limit; left out: 0.99 for quantiles, none for values."},
};

static lj_status limits_of(const lj_fit_column *column, const lj_clip_options *o, clip *fitted)
{
    double low = o->low;
    double high = o->high;
    if (o->by == LJ_CLIP_QUANTILE) {
        low = isnan(low) ? 0.01 : low;
        high = isnan(high) ? 0.99 : high;
        if (!(low >= 0 && low < high && high <= 1))
            return lj_declare_fail(column->file, column->step,
                                   "clip: expected quantiles 0 <= low < high <= 1, found %g and %g", low, high);
        fitted->low = lj_quantile_sorted(lj_fit_sorted(column), column->present, low);
        fitted->high = lj_quantile_sorted(lj_fit_sorted(column), column->present, high);
        return LJ_OK;
    }
    if (isnan(low) && isnan(high))
        return lj_declare_fail(column->file, column->step, "clip: bounds need a 'low' or a 'high'");
    fitted->low = isnan(low) ? -LJ_PREP_NUMBER_MAX : low;
    fitted->high = isnan(high) ? LJ_PREP_NUMBER_MAX : high;
    if (!(fitted->low <= fitted->high))
        return lj_declare_fail(column->file, column->step, "clip: expected low <= high, found %g and %g", low, high);
    return LJ_OK;
}

static lj_status clip_fit(const lj_fit_column *column, const void *options, lj_fitted *out)
{
    clip *fitted = lj_arena_array(column->arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fit_no_memory(column);
    LJ_TRY(limits_of(column, options, fitted));
    LJ_TRY(lj_fitted_number(column->arena, out));
    out->values = fitted;
    out->why = lj_arena_printf(column->arena, "clipped to %.6g .. %.6g", fitted->low, fitted->high);
    return out->why != NULL ? LJ_OK : lj_fit_no_memory(column);
}

static void clip_apply(const void *values, int64_t n, const double *in, double *out, int64_t stride)
{
    (void)stride;
    const clip *fitted = values;
    for (int64_t i = 0; i < n; i++) {
        const double x = in[i] < fitted->low ? fitted->low : in[i]; /* NaN passes both */
        out[i] = x > fitted->high ? fitted->high : x;
    }
}

static void clip_save(const void *values, lj_json *json)
{
    const clip *fitted = values;
    lj_json_double(json, "low", fitted->low);
    lj_json_double(json, "high", fitted->high);
}

static lj_status clip_load(const lj_doc *doc, const lj_item *item, lj_register in, lj_arena *arena, lj_fitted *out)
{
    (void)in;
    clip *fitted = lj_arena_array(arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a step");
    LJ_TRY(lj_load_number(doc, item, "low", &fitted->low));
    LJ_TRY(lj_load_number(doc, item, "high", &fitted->high));
    LJ_TRY(lj_fitted_number(arena, out));
    out->values = fitted;
    return LJ_OK;
}

const lj_transform lj_transform_clip = {
    .name = "clip",
    .is_monotone = 1,
    .doc = "Holds numbers between two limits.",
    .main = "by",
    .takes = LJ_TAKES_NUMBER,
    .options = options_declared,
    .option_count = sizeof(options_declared) / sizeof(options_declared[0]),
    .options_size = sizeof(lj_clip_options),
    .fit = clip_fit,
    .apply = clip_apply,
    .save = clip_save,
    .load = clip_load,
};
