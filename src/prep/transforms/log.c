/*
 * log: log1p: log(1 + x), x > -1; signed: sign(x) log(1 + |x|).
 */
#include <math.h>

#include "lianjin/math.h"
#include "prep/transforms.h"

typedef struct log_step {
    int kind;
    double low; /* log1p: smaller values count as this one, the smallest of the training part */
} log_step;

static const char *const kinds[] = {"log1p", "signed", NULL};

static const lj_declaration options_declared[] = {
    {.key = "kind", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_log_options, kind), .choices = kinds,
     .fallback = "signed", .doc = "log1p: log(1 + x) for x > -1; signed: sign(x) log(1 + |x|)."},
};

static int log_fits(const lj_fit_column *column, const void *options)
{
    const lj_log_options *o = options;
    return o->kind == LJ_LOG_SIGNED || lj_fit_sorted(column)[0] > -1.0;
}

static lj_status log_fit(const lj_fit_column *column, const void *options, lj_fitted *out)
{
    const lj_log_options *o = options;
    if (!log_fits(column, options))
        return lj_fail(LJ_EDATA, "log: column '%s' has the value %g, and log1p needs values above -1; use log: signed",
                       column->name, lj_fit_sorted(column)[0]);
    log_step *fitted = lj_arena_array(column->arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fit_no_memory(column);
    fitted->kind = o->kind;
    fitted->low = lj_fit_sorted(column)[0];
    LJ_TRY(lj_fitted_number(column->arena, out));
    out->values = fitted;
    out->why = kinds[o->kind];
    return LJ_OK;
}

static void log_apply(const void *values, int64_t n, const double *in, double *out, int64_t stride)
{
    (void)stride;
    const log_step *fitted = values;
    for (int64_t i = 0; i < n; i++) {
        const double x = in[i];
        if (isnan(x))
            out[i] = x;
        else if (fitted->kind == LJ_LOG_LOG1P)
            out[i] = lj_log1p_d(x < fitted->low ? fitted->low : x);
        else
            out[i] = copysign(lj_log1p_d(fabs(x)), x);
    }
}

static void log_save(const void *values, lj_json *json)
{
    const log_step *fitted = values;
    lj_json_string(json, "kind", kinds[fitted->kind]);
    lj_json_double(json, "low", fitted->low);
}

static lj_status log_load(const lj_doc *doc, const lj_item *item, lj_register in, lj_arena *arena, lj_fitted *out)
{
    (void)in;
    log_step *fitted = lj_arena_array(arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a step");
    LJ_TRY(lj_load_choice(doc, item, "kind", kinds, &fitted->kind));
    LJ_TRY(lj_load_number(doc, item, "low", &fitted->low));
    if (fitted->kind == LJ_LOG_LOG1P && fitted->low <= -1.0)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected 'low' above -1", lj_doc_name(doc), item->line, item->column);
    LJ_TRY(lj_fitted_number(arena, out));
    out->values = fitted;
    return LJ_OK;
}

const lj_transform lj_transform_log = {
    .name = "log",
    .is_monotone = 1,
    .doc = "Takes the logarithm.",
    .main = "kind",
    .takes = LJ_TAKES_NUMBER,
    .options = options_declared,
    .option_count = sizeof(options_declared) / sizeof(options_declared[0]),
    .options_size = sizeof(lj_log_options),
    .fits = log_fits,
    .fit = log_fit,
    .apply = log_apply,
    .save = log_save,
    .load = log_load,
};
