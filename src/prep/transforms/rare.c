/*
 * rare: categories that are rare in the training part become one, `other`, which then also takes the values that
 * the training part does not have.
 */
#include <math.h>
#include <string.h>

#include "prep/level_counts.h"
#include "prep/transforms.h"

#define OTHER "other"

typedef struct rare {
    int32_t *to;    /* [count] new level of each */
    int64_t count;
    int32_t size;   /* new levels */
    int32_t other;  /* level of unknown values, -1: they stay unknown */
} rare;

static const lj_declaration options_declared[] = {
    {.key = "min_count", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_rare_options, min_count), .min = 0,
     .max = 1e9, .fallback = "10", .doc = "Categories with fewer rows are rare."},
    {.key = "min_share", .kind = LJ_DECLARED_NUMBER, .offset = offsetof(lj_rare_options, min_share), .min = 0,
     .max = 1, .fallback = "0", .doc = "Categories with a smaller share of the rows are rare."},
    {.key = "max", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_rare_options, max), .min = 0, .max = 1e6,
     .fallback = "0", .doc = "Most categories with `other`, the most frequent ones; 0: no limit."},
};

/* keep [size]; the number of levels that are rare. */
static lj_status choose(const lj_fit_column *column, const lj_rare_options *o, int *keep, int64_t *n_rare)
{
    const int32_t size = column->reg.size;
    lj_level_count *levels;
    LJ_TRY(lj_level_counts(column, &levels)); /* most frequent first */
    int64_t kept = 0;
    for (int32_t i = 0; i < size; i++) {
        const int64_t count = levels[i].count;
        keep[levels[i].level] = count >= o->min_count && (double)count >= o->min_share * (double)column->n;
        kept += keep[levels[i].level];
    }
    if (o->max > 0 && (kept > o->max || (kept == o->max && kept < size))) {
        int64_t place = 0;
        for (int32_t i = 0; i < size; i++) {
            if (keep[levels[i].level] && ++place > o->max - 1)
                keep[levels[i].level] = 0;
        }
        kept = o->max - 1;
    }
    lj_free(levels);
    *n_rare = size - kept;
    return LJ_OK;
}

/* Kept levels keep their order; `other` comes last, or is the level that has this name already. */
static lj_status number_levels(const lj_fit_column *column, const int *keep, rare *fitted, lj_fit_output *out)
{
    const int32_t size = column->reg.size;
    const char **words = lj_arena_array(column->arena, (int64_t)size + 1, sizeof(*words));
    fitted->to = lj_arena_array(column->arena, size, sizeof(int32_t));
    if (words == NULL || fitted->to == NULL)
        return lj_fit_no_memory(column);
    fitted->count = size;
    fitted->other = -1;
    for (int32_t i = 0; i < size; i++) {
        if (!keep[i])
            continue;
        if (strcmp(column->words[i], OTHER) == 0)
            fitted->other = fitted->size;
        words[fitted->size] = column->words[i];
        fitted->to[i] = fitted->size++;
    }
    if (fitted->other < 0) {
        words[fitted->size] = OTHER;
        fitted->other = fitted->size++;
    }
    for (int32_t i = 0; i < size; i++) {
        if (!keep[i])
            fitted->to[i] = fitted->other;
    }
    out->reg = (lj_register){LJ_REGISTER_CATEGORY, fitted->size};
    out->words = words;
    return LJ_OK;
}

static lj_status rare_fit(const lj_fit_column *column, const void *options, lj_fitted *out)
{
    const lj_rare_options *o = options;
    rare *fitted = lj_arena_array(column->arena, 1, sizeof(*fitted));
    int *keep = lj_new_array(column->reg.size, sizeof(*keep));
    lj_status status = LJ_OK;
    if (fitted == NULL || keep == NULL) {
        status = lj_fit_no_memory(column);
        goto done;
    }
    int64_t n_rare;
    LJ_TRY_DONE(choose(column, o, keep, &n_rare));
    if (n_rare == 0)
        goto done; /* nothing to merge: no operation */
    LJ_TRY_DONE(lj_fitted_outputs(column->arena, 1, out));
    LJ_TRY_DONE(number_levels(column, keep, fitted, &out->out[0]));
    out->values = fitted;
    out->why = lj_arena_printf(column->arena, "%lld rare of %d categories become '%s'", (long long)n_rare,
                               column->reg.size, OTHER);
    if (out->why == NULL)
        status = lj_fit_no_memory(column);
done:
    lj_free(keep);
    return status;
}

static void rare_apply(const void *values, int64_t n, const double *in, double *out, int64_t stride)
{
    (void)stride;
    const rare *fitted = values;
    for (int64_t i = 0; i < n; i++) {
        if (isnan(in[i]))
            out[i] = in[i];
        else
            out[i] = in[i] < 0 ? fitted->other : fitted->to[(int32_t)in[i]];
    }
}

static void rare_save(const void *values, lj_json *json)
{
    const rare *fitted = values;
    lj_json_integer(json, "size", fitted->size);
    lj_json_integer(json, "other", fitted->other);
    lj_save_integers(json, "to", fitted->to, fitted->count);
}

static lj_status rare_load(const lj_doc *doc, const lj_item *item, lj_register in, lj_arena *arena, lj_fitted *out)
{
    rare *fitted = lj_arena_array(arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a step");
    int64_t size;
    int64_t other;
    LJ_TRY(lj_item_need_integer(doc, item, "size", 1, (int64_t)in.size + 1, &size));
    LJ_TRY(lj_item_need_integer(doc, item, "other", -1, size - 1, &other));
    LJ_TRY(lj_load_integers(doc, item, "to", in.size, in.size, 0, (int32_t)size - 1, arena, &fitted->to,
                            &fitted->count));
    fitted->size = (int32_t)size;
    fitted->other = (int32_t)other;
    LJ_TRY(lj_fitted_outputs(arena, 1, out));
    out->out[0].reg = (lj_register){LJ_REGISTER_CATEGORY, fitted->size};
    out->values = fitted;
    return LJ_OK;
}

const lj_transform lj_transform_rare = {
    .name = "rare",
    .doc = "Merges rare categories into one.",
    .main = "min_count",
    .takes = LJ_TAKES_CATEGORY,
    .options = options_declared,
    .option_count = sizeof(options_declared) / sizeof(options_declared[0]),
    .options_size = sizeof(lj_rare_options),
    .fit = rare_fit,
    .apply = rare_apply,
    .save = rare_save,
    .load = rare_load,
};
