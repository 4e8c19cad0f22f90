/*
 * sentinel: codes that stand for something else than their value (-9, 999) become missing;
 * with an indicator, also 1 where one stood.
 */
#include <math.h>

#include "prep/stats.h"
#include "prep/transforms.h"

#define CODES_MAX 64

typedef struct sentinel {
    double *codes; /* [count] ascending */
    int64_t count;
    int indicator;
    int replace;
} sentinel;

static const lj_declaration options_declared[] = {
    {.key = "codes", .kind = LJ_DECLARED_NUMBERS, .offset = offsetof(lj_sentinel_options, codes.item), .required = 1,
     .min = -LJ_PREP_NUMBER_MAX, .max = LJ_PREP_NUMBER_MAX, .doc = "The codes, such as [-9, 999]."},
    {.key = "indicator", .kind = LJ_DECLARED_BOOL, .offset = offsetof(lj_sentinel_options, indicator),
     .fallback = "true", .doc = "Adds a column that is 1 where a code stood, if the training part has any."},
    {.key = "replace", .kind = LJ_DECLARED_BOOL, .offset = offsetof(lj_sentinel_options, replace), .fallback = "true",
     .doc = "Codes become missing; false: they stay, and only the indicator is added."},
};

static int is_code(const sentinel *fitted, double x)
{
    for (int64_t i = 0; i < fitted->count; i++) {
        if (fitted->codes[i] == x)
            return 1;
    }
    return 0;
}

static int64_t count_codes(const sentinel *fitted, const lj_fit_column *column)
{
    int64_t count = 0;
    for (int64_t i = 0; i < column->present; i++)
        count += is_code(fitted, column->given[i]);
    return count;
}

static lj_status copy_codes(const lj_fit_column *column, const lj_sentinel_options *o, sentinel *fitted)
{
    double scratch[CODES_MAX];
    const int64_t count = lj_number_list_count(&o->codes);
    if (count < 1 || count > CODES_MAX)
        return lj_declare_fail(column->file, column->step, "sentinel: expected 1 to %d codes, found %lld", CODES_MAX,
                               (long long)count);
    fitted->codes = lj_arena_array(column->arena, count, sizeof(*fitted->codes));
    if (fitted->codes == NULL)
        return lj_fit_no_memory(column);
    for (int64_t i = 0; i < count; i++)
        fitted->codes[i] = lj_number_list_at(&o->codes, i) + 0.0;
    lj_sort_doubles(fitted->codes, scratch, count);
    fitted->count = count;
    return LJ_OK;
}

/* "96, 98" */
static const char *names_of(lj_arena *arena, const sentinel *fitted)
{
    const char *text = NULL;
    for (int64_t i = 0; i < fitted->count; i++) {
        const char *number = lj_arena_number(arena, fitted->codes[i]);
        text = number == NULL ? NULL : i == 0 ? number : lj_arena_printf(arena, "%s, %s", text, number);
        if (text == NULL)
            return NULL;
    }
    return text;
}

static lj_status sentinel_fit(const lj_fit_column *column, const void *options, lj_fitted *out)
{
    const lj_sentinel_options *o = options;
    sentinel *fitted = lj_arena_array(column->arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fit_no_memory(column);
    LJ_TRY(copy_codes(column, o, fitted));
    const int64_t seen = count_codes(fitted, column);
    if (seen == column->present)
        return lj_fail(LJ_EDATA, "sentinel: column '%s' holds nothing but the codes in the training part",
                       column->name);
    fitted->indicator = o->indicator && seen > 0;
    fitted->replace = o->replace;
    LJ_TRY(lj_fitted_outputs(column->arena, 1 + fitted->indicator, out));
    out->out[0].reg.kind = LJ_REGISTER_NUMBER;
    const char *names = names_of(column->arena, fitted);
    if (names == NULL)
        return lj_fit_no_memory(column);
    out->why = lj_arena_printf(column->arena, "codes %s look like no values (%lld cells)%s%s", names, (long long)seen,
                               fitted->replace ? ", missing" : "", fitted->indicator ? ", with an indicator" : "");
    if (fitted->indicator) {
        out->out[1].reg.kind = LJ_REGISTER_NUMBER;
        out->out[1].is_whole = 1;
        out->out[1].name = lj_arena_printf(column->arena, "%s code", column->name);
        if (out->out[1].name == NULL)
            return lj_fit_no_memory(column);
    }
    out->values = fitted;
    return out->why != NULL ? LJ_OK : lj_fit_no_memory(column);
}

static void sentinel_apply(const void *values, int64_t n, const double *in, double *out, int64_t stride)
{
    const sentinel *fitted = values;
    for (int64_t i = 0; i < n; i++) {
        const int code = is_code(fitted, in[i]);
        out[i] = code && fitted->replace ? (double)NAN : in[i];
        if (fitted->indicator)
            out[stride + i] = code;
    }
}

static void sentinel_save(const void *values, lj_json *json)
{
    const sentinel *fitted = values;
    lj_save_numbers(json, "codes", fitted->codes, fitted->count);
    lj_json_bool(json, "indicator", fitted->indicator);
    lj_json_bool(json, "replace", fitted->replace);
}

static lj_status sentinel_load(const lj_doc *doc, const lj_item *item, lj_register in, lj_arena *arena, lj_fitted *out)
{
    (void)in;
    sentinel *fitted = lj_arena_array(arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a step");
    LJ_TRY(lj_load_numbers(doc, item, "codes", 1, CODES_MAX, 1, arena, &fitted->codes, &fitted->count));
    LJ_TRY(lj_load_flag(doc, item, "indicator", &fitted->indicator));
    LJ_TRY(lj_load_flag(doc, item, "replace", &fitted->replace));
    LJ_TRY(lj_fitted_outputs(arena, 1 + fitted->indicator, out));
    for (int32_t i = 0; i < out->n_out; i++)
        out->out[i].reg.kind = LJ_REGISTER_NUMBER;
    out->values = fitted;
    return LJ_OK;
}

const lj_transform lj_transform_sentinel = {
    .name = "sentinel",
    .is_monotone = 1,
    .doc = "Turns codes that are no values into missing.",
    .main = "codes",
    .takes = LJ_TAKES_NUMBER,
    .options = options_declared,
    .option_count = sizeof(options_declared) / sizeof(options_declared[0]),
    .options_size = sizeof(lj_sentinel_options),
    .fit = sentinel_fit,
    .apply = sentinel_apply,
    .save = sentinel_save,
    .load = sentinel_load,
};
