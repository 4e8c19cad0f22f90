/*
 * ordinal: a category becomes a code for an embedding: 1 + its level; 0 is unknown or missing. With `missing`, a
 * missing value that the training part has too gets the last code instead.
 */
#include <math.h>

#include "prep/transforms.h"

typedef struct ordinal {
    int32_t size;    /* codes */
    int32_t missing; /* code of missing values */
} ordinal;

static const lj_declaration options_declared[] = {
    {.key = "missing", .kind = LJ_DECLARED_BOOL, .offset = offsetof(lj_ordinal_options, missing), .fallback = "false",
     .doc = "Missing values get a code of their own, if the training part misses any; else they share 0 with unknown "
            "ones."},
};

static lj_status ordinal_fit(const lj_fit_column *column, const void *options, lj_fitted *out)
{
    const lj_ordinal_options *o = options;
    ordinal *fitted = lj_arena_array(column->arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fit_no_memory(column);
    fitted->size = column->reg.size + 1;
    if (o->missing && column->present < column->n)
        fitted->missing = fitted->size++;
    LJ_TRY(lj_fitted_outputs(column->arena, 1, out));
    out->out[0].reg = (lj_register){LJ_REGISTER_CODE, fitted->size};
    out->out[0].is_whole = 1;
    out->values = fitted;
    out->why = lj_arena_printf(column->arena, "%d categories as codes", column->reg.size);
    return out->why != NULL ? LJ_OK : lj_fit_no_memory(column);
}

static void ordinal_apply(const void *values, int64_t n, const double *in, double *out, int64_t stride)
{
    (void)stride;
    const ordinal *fitted = values;
    for (int64_t i = 0; i < n; i++)
        out[i] = isnan(in[i]) ? fitted->missing : in[i] + 1.0; /* unknown is -1 */
}

static void ordinal_save(const void *values, lj_json *json)
{
    const ordinal *fitted = values;
    lj_json_integer(json, "missing", fitted->missing);
}

static lj_status ordinal_load(const lj_doc *doc, const lj_item *item, lj_register in, lj_arena *arena, lj_fitted *out)
{
    ordinal *fitted = lj_arena_array(arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a step");
    int64_t missing;
    LJ_TRY(lj_item_need_integer(doc, item, "missing", 0, (int64_t)in.size + 1, &missing));
    fitted->missing = (int32_t)missing;
    fitted->size = in.size + 1 + (missing == (int64_t)in.size + 1);
    LJ_TRY(lj_fitted_outputs(arena, 1, out));
    out->out[0].reg = (lj_register){LJ_REGISTER_CODE, fitted->size};
    out->values = fitted;
    return LJ_OK;
}

const lj_transform lj_transform_ordinal = {
    .name = "ordinal",
    .doc = "Turns categories into codes for embeddings.",
    .main = "missing",
    .takes = LJ_TAKES_CATEGORY,
    .options = options_declared,
    .option_count = sizeof(options_declared) / sizeof(options_declared[0]),
    .options_size = sizeof(lj_ordinal_options),
    .fit = ordinal_fit,
    .apply = ordinal_apply,
    .save = ordinal_save,
    .load = ordinal_load,
};
