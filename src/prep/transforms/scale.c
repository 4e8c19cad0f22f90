/*
 * scale: standard (x - mean) / deviation; robust (x - median) / (third quartile - first); min_max
 * (x - min) / (max - min); quantile_normal: the quantile of the normal distribution at the rank of x.
 *
 * quantile_normal follows scikit-learn's QuantileTransformer: n quantiles at the ranks 0, 1/(n-1) .. 1, straight
 * lines between them, ranks turned by the inverse of the normal distribution and held within +-clip. A value that
 * takes several quantiles gets the middle of their ranks; scikit-learn does the same but for the smallest and the
 * largest value, which it puts at the ends however often they occur (`ties: ends`).
 */
#include <assert.h>
#include <math.h>

#include "lianjin/math.h"
#include "prep/stats.h"
#include "prep/transforms.h"

#define QUANTILES_MAX 100000
#define CLIP_DEFAULT 5.199337582605575 /* scikit-learn's: the quantile at rank 1 - 1e-7 */

typedef struct scale {
    int method;
    double clip;        /* 0: none */
    double shift, size; /* but for quantile_normal: (x - shift) / size */
    int64_t quantiles;  /* n, and its different values: */
    int ties;
    double *knots;      /* [count] strictly ascending */
    int32_t *runs;      /* [count] quantiles that a knot takes; they add up to `quantiles` */
    int64_t count;
    double *at_knot;    /* [count] results */
    double *rank;       /* [count] rank at which the line to the next knot begins */
    double *slope;      /* [count] of that line, the last 0 */
} scale;

static const char *const methods[] = {"standard", "robust", "min_max", "quantile_normal", NULL};
static const char *const ties[] = {"middle", "ends", NULL};

static const lj_declaration options_declared[] = {
    {.key = "method", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_scale_options, method), .choices = methods,
     .fallback = "standard", .doc = "How numbers are brought to one size."},
    {.key = "quantiles", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_scale_options, quantiles), .min = 2,
     .max = QUANTILES_MAX, .fallback = "1000", .doc = "Most quantiles of quantile_normal."},
    {.key = "ties", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_scale_options, ties), .choices = ties,
     .fallback = "middle",
     .doc = "Rank of a smallest or largest value that occurs often: the middle, or the ends as in scikit-learn."},
    {.key = "clip", .kind = LJ_DECLARED_NUMBER, .offset = offsetof(lj_scale_options, clip), .min = 0.1, .max = 1e6,
     .doc = "Results are held within +-clip; left out: 5.2 for quantile_normal, else none."},
};

static double held(double x, double clip)
{
    return x < -clip ? -clip : x > clip ? clip : x;
}

static double normal_at(double rank, double clip)
{
    if (!(rank > 0))
        return -clip;
    if (!(rank < 1))
        return clip;
    return held(lj_normal_quantile(rank), clip);
}

/* Everything that follows from knots and runs, at the fit and after loading alike. */
static lj_status finish_quantiles(scale *fitted, lj_arena *arena)
{
    const int64_t count = fitted->count;
    fitted->at_knot = lj_arena_array(arena, count, sizeof(double));
    fitted->rank = lj_arena_array(arena, count, sizeof(double));
    fitted->slope = lj_arena_array(arena, count, sizeof(double));
    if (fitted->at_knot == NULL || fitted->rank == NULL || fitted->slope == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %lld quantiles", (long long)count);
    if (count == 1)
        return LJ_OK; /* a constant: 0 */

    const double last = (double)(fitted->quantiles - 1);
    int64_t position = 0;
    for (int64_t i = 0; i < count; i++) {
        const double low = (double)position / last;
        const double high = (double)(position + fitted->runs[i] - 1) / last;
        const int is_end = fitted->ties == LJ_TIES_ENDS && (i == 0 || i == count - 1);
        fitted->at_knot[i] = normal_at(is_end ? (i == 0 ? 0.0 : 1.0) : 0.5 * (low + high), fitted->clip);
        fitted->rank[i] = high;
        if (i > 0)
            fitted->slope[i - 1] = (low - fitted->rank[i - 1]) / (fitted->knots[i] - fitted->knots[i - 1]);
        position += fitted->runs[i];
    }
    return LJ_OK;
}

static lj_status fit_quantiles(const lj_fit_column *column, const lj_scale_options *o, scale *fitted)
{
    const int64_t n = column->present < o->quantiles ? column->present : o->quantiles;
    fitted->quantiles = n;
    fitted->ties = o->ties;
    fitted->knots = lj_arena_array(column->arena, n, sizeof(double));
    fitted->runs = lj_arena_array(column->arena, n, sizeof(int32_t));
    if (fitted->knots == NULL || fitted->runs == NULL)
        return lj_fit_no_memory(column);
    for (int64_t i = 0; i < n; i++) {
        const double rank = n == 1 ? 0.5 : (double)i / (double)(n - 1);
        const double value = lj_quantile_sorted(column->sorted, column->present, rank);
        const int64_t count = fitted->count;
        if (count > 0 && !(value > fitted->knots[count - 1])) { /* also when rounding goes backwards */
            fitted->runs[count - 1]++;
            continue;
        }
        fitted->knots[count] = value;
        fitted->runs[count] = 1;
        fitted->count++;
    }
    return finish_quantiles(fitted, column->arena);
}

static void fit_line(const lj_fit_column *column, scale *fitted)
{
    const double *sorted = column->sorted;
    const int64_t n = column->present;
    switch ((lj_scale_method)fitted->method) {
    case LJ_SCALE_STANDARD:
        fitted->shift = lj_mean_doubles(sorted, n);
        fitted->size = lj_deviation_doubles(sorted, n, fitted->shift);
        break;
    case LJ_SCALE_ROBUST:
        fitted->shift = lj_quantile_sorted(sorted, n, 0.5);
        fitted->size = lj_quantile_sorted(sorted, n, 0.75) - lj_quantile_sorted(sorted, n, 0.25);
        break;
    case LJ_SCALE_MIN_MAX:
        fitted->shift = sorted[0];
        fitted->size = sorted[n - 1] - sorted[0];
        break;
    case LJ_SCALE_QUANTILE_NORMAL:
        assert(0);
    }
    /* A constant stays where it is. Rounding alone gives a constant a deviation of about 1e-16 of its size. */
    if (!(fitted->size > 0) || sorted[0] == sorted[n - 1])
        fitted->size = 1.0;
}

static lj_status scale_fit(const lj_fit_column *column, const void *options, lj_fitted *out)
{
    const lj_scale_options *o = options;
    scale *fitted = lj_arena_array(column->arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fit_no_memory(column);
    fitted->method = o->method;
    fitted->size = 1.0;
    fitted->clip = isnan(o->clip) ? (o->method == LJ_SCALE_QUANTILE_NORMAL ? CLIP_DEFAULT : 0) : o->clip;
    if (o->method == LJ_SCALE_QUANTILE_NORMAL) {
        LJ_TRY(fit_quantiles(column, o, fitted));
        out->why = lj_arena_printf(column->arena, "quantile_normal over %lld values", (long long)fitted->count);
    } else {
        fit_line(column, fitted);
        out->why = lj_arena_printf(column->arena, "%s (x - %.6g) / %.6g", methods[o->method], fitted->shift,
                                   fitted->size);
    }
    LJ_TRY(lj_fitted_number(column->arena, out));
    out->values = fitted;
    return out->why != NULL ? LJ_OK : lj_fit_no_memory(column);
}

static double apply_quantiles(const scale *fitted, double x)
{
    const int64_t i = lj_search_sorted(fitted->knots, fitted->count, x);
    if (i < 0)
        return fitted->at_knot[0];
    if (x == fitted->knots[i] || i == fitted->count - 1)
        return fitted->at_knot[i];
    return normal_at(fitted->slope[i] * (x - fitted->knots[i]) + fitted->rank[i], fitted->clip);
}

static void scale_apply(const void *values, int64_t n, const double *in, double *out, int64_t stride)
{
    (void)stride;
    const scale *fitted = values;
    if (fitted->method == LJ_SCALE_QUANTILE_NORMAL) {
        for (int64_t i = 0; i < n; i++)
            out[i] = isnan(in[i]) ? in[i] : apply_quantiles(fitted, in[i]);
        return;
    }
    for (int64_t i = 0; i < n; i++)
        out[i] = (in[i] - fitted->shift) / fitted->size;
    for (int64_t i = 0; i < n && fitted->clip > 0; i++)
        out[i] = held(out[i], fitted->clip);
}

/* Most knots take one quantile: only the others are written. */
static void save_runs(const scale *fitted, lj_json *json)
{
    lj_json_list(json, "ties_at");
    for (int64_t i = 0; i < fitted->count; i++) {
        if (fitted->runs[i] > 1)
            lj_json_integer(json, NULL, i);
    }
    lj_json_end_list(json);
    lj_json_list(json, "ties_of");
    for (int64_t i = 0; i < fitted->count; i++) {
        if (fitted->runs[i] > 1)
            lj_json_integer(json, NULL, fitted->runs[i]);
    }
    lj_json_end_list(json);
}

static void scale_save(const void *values, lj_json *json)
{
    const scale *fitted = values;
    lj_json_string(json, "method", methods[fitted->method]);
    lj_json_double(json, "clip", fitted->clip);
    if (fitted->method != LJ_SCALE_QUANTILE_NORMAL) {
        lj_json_double(json, "shift", fitted->shift);
        lj_json_double(json, "size", fitted->size);
        return;
    }
    lj_json_string(json, "ties", ties[fitted->ties]);
    lj_json_integer(json, "quantiles", fitted->quantiles);
    lj_save_numbers(json, "knots", fitted->knots, fitted->count);
    save_runs(fitted, json);
}

static lj_status load_quantiles(const lj_doc *doc, const lj_item *item, lj_arena *arena, scale *fitted)
{
    LJ_TRY(lj_load_choice(doc, item, "ties", ties, &fitted->ties));
    LJ_TRY(lj_item_need_integer(doc, item, "quantiles", 1, QUANTILES_MAX, &fitted->quantiles));
    LJ_TRY(lj_load_numbers(doc, item, "knots", 1, fitted->quantiles, 2, arena, &fitted->knots, &fitted->count));
    int32_t *at;
    int32_t *of;
    int64_t n;
    int64_t n_of;
    const int32_t last = (int32_t)fitted->count - 1;
    LJ_TRY(lj_load_integers(doc, item, "ties_at", 0, fitted->count, 0, last, arena, &at, &n));
    LJ_TRY(lj_load_integers(doc, item, "ties_of", n, n, 2, QUANTILES_MAX, arena, &of, &n_of));
    fitted->runs = lj_arena_array(arena, fitted->count, sizeof(int32_t));
    if (fitted->runs == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %lld quantiles", (long long)fitted->count);
    for (int64_t i = 0; i < fitted->count; i++)
        fitted->runs[i] = 1;
    for (int64_t i = 0; i < n; i++)
        fitted->runs[at[i]] = of[i];
    int64_t sum = 0;
    for (int64_t i = 0; i < fitted->count; i++)
        sum += fitted->runs[i];
    if (sum != fitted->quantiles || !(fitted->clip > 0))
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected a clip and knots that take %lld quantiles, found %lld",
                       lj_doc_name(doc), item->line, item->column, (long long)fitted->quantiles, (long long)sum);
    return finish_quantiles(fitted, arena);
}

static lj_status scale_load(const lj_doc *doc, const lj_item *item, lj_register in, lj_arena *arena, lj_fitted *out)
{
    (void)in;
    scale *fitted = lj_arena_array(arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a step");
    LJ_TRY(lj_load_choice(doc, item, "method", methods, &fitted->method));
    LJ_TRY(lj_load_number(doc, item, "clip", &fitted->clip));
    if (fitted->method == LJ_SCALE_QUANTILE_NORMAL) {
        LJ_TRY(load_quantiles(doc, item, arena, fitted));
    } else {
        LJ_TRY(lj_load_number(doc, item, "shift", &fitted->shift));
        LJ_TRY(lj_load_number(doc, item, "size", &fitted->size));
        if (!(fitted->size > 0) || !(fitted->clip >= 0))
            return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected a 'size' above 0", lj_doc_name(doc), item->line,
                           item->column);
    }
    LJ_TRY(lj_fitted_number(arena, out));
    out->values = fitted;
    return LJ_OK;
}

const lj_transform lj_transform_scale = {
    .name = "scale",
    .doc = "Brings numbers to one size, or to the normal distribution.",
    .main = "method",
    .takes = LJ_TAKES_NUMBER,
    .options = options_declared,
    .option_count = sizeof(options_declared) / sizeof(options_declared[0]),
    .options_size = sizeof(lj_scale_options),
    .fit = scale_fit,
    .apply = scale_apply,
    .save = scale_save,
    .load = scale_load,
};
