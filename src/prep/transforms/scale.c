/*
 * scale: standard (x - mean) / deviation; robust (x - median) / (third quartile - first); min_max
 * (x - min) / (max - min); quantile_normal: the quantile of the normal distribution at the rank of x.
 *
 * quantile_normal with `ranks: middle`: a value stands at the middle of the ranks that it takes among the n values of
 * the training part, (its first + its last) / 2n; at most `quantiles` values are kept as knots, evenly spaced by rank;
 * results are straight lines between those of the knots and constant beyond them.
 *
 * With `ranks: scikit_learn` it is scikit-learn's QuantileTransformer: quantiles at the ranks 0, 1/(n-1) .. 1, straight
 * lines between the ranks, which then go through the inverse of the normal distribution and are held within +-limit.
 */
#include <assert.h>
#include <math.h>

#include "lianjin/math.h"
#include "prep/stats.h"
#include "prep/transforms.h"

#define QUANTILES_MAX 100000
#define RANKED_MAX 1000000000 /* values: twice as many fit an int32 */
#define LIMIT_DEFAULT 5.199337582605575 /* scikit-learn's: the quantile at rank 1 - 1e-7 */

typedef struct scale {
    int method;
    double limit;       /* 0: none */
    double shift, size; /* but for quantile_normal: (x - shift) / size */
    int ranks;
    int64_t total;      /* middle: twice the number of values; scikit_learn: quantiles less one (or 1) */
    double *knots;      /* [count] strictly ascending */
    int32_t *low;       /* [count] ranks of a knot, in units of 1 / total: */
    int32_t *high;      /*         the line from below ends at low, that to above begins at high */
    int64_t count;
    double *at_knot;    /* [count] results */
    double *from;       /* [count] result (middle) or rank (scikit_learn) at which the line to the next knot begins */
    double *slope;      /* [count] of that line, the last 0 */
} scale;

static const char *const methods[] = {"standard", "robust", "min_max", "quantile_normal", NULL};
static const char *const ranks[] = {"middle", "scikit_learn", NULL};

static const lj_declaration options_declared[] = {
    {.key = "method", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_scale_options, method), .choices = methods,
     .fallback = "standard", .doc = "How numbers are brought to one size."},
    {.key = "quantiles", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(lj_scale_options, quantiles), .min = 2,
     .max = QUANTILES_MAX, .fallback = "1000", .doc = "Most quantiles of quantile_normal."},
    {.key = "ranks", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_scale_options, ranks), .choices = ranks,
     .fallback = "middle",
     .doc = "How quantile_normal ranks: each value at the middle of its ranks, or as scikit-learn does."},
    {.key = "limit", .kind = LJ_DECLARED_NUMBER, .offset = offsetof(lj_scale_options, limit), .min = 0.1, .max = 1e6,
     .doc = "Results are held within +-limit; left out: 5.2 for quantile_normal, else none."},
    {.key = "min_size", .kind = LJ_DECLARED_NUMBER, .offset = offsetof(lj_scale_options, min_size), .min = 0,
     .max = 1e6, .fallback = "0", .doc = "Least that standard, robust and min_max divide by."},
};

static double held(double x, double limit)
{
    return x < -limit ? -limit : x > limit ? limit : x;
}

static double normal_at(double rank, double limit)
{
    if (!(rank > 0))
        return -limit;
    if (!(rank < 1))
        return limit;
    return held(lj_normal_quantile(rank), limit);
}

static lj_status no_room(int64_t count)
{
    return lj_fail(LJ_ENOMEM, "no memory for %lld quantiles", (long long)count);
}

/* Everything that follows from knots and ranks, at the fit and after loading alike. */
static lj_status finish_quantiles(scale *fitted, lj_arena *arena)
{
    const int64_t count = fitted->count;
    fitted->at_knot = lj_arena_array(arena, count, sizeof(double));
    fitted->from = lj_arena_array(arena, count, sizeof(double));
    fitted->slope = lj_arena_array(arena, count, sizeof(double));
    if (fitted->at_knot == NULL || fitted->from == NULL || fitted->slope == NULL)
        return no_room(count);
    if (count == 1)
        return LJ_OK; /* a constant: 0 */

    const double total = (double)fitted->total;
    const int is_middle = fitted->ranks == LJ_RANKS_MIDDLE;
    for (int64_t i = 0; i < count; i++) {
        const double low = fitted->low[i] / total;
        const double high = fitted->high[i] / total;
        const int is_end = !is_middle && (i == 0 || i == count - 1);
        fitted->at_knot[i] = normal_at(is_end ? (i == 0 ? 0.0 : 1.0) : 0.5 * (low + high), fitted->limit);
        fitted->from[i] = is_middle ? fitted->at_knot[i] : high;
        if (i > 0)
            fitted->slope[i - 1] = ((is_middle ? fitted->at_knot[i] : low) - fitted->from[i - 1]) /
                                   (fitted->knots[i] - fitted->knots[i - 1]);
    }
    return LJ_OK;
}

static lj_status make_knots(const lj_fit_column *column, int64_t n, scale *fitted)
{
    fitted->knots = lj_arena_array(column->arena, n, sizeof(double));
    fitted->low = lj_arena_array(column->arena, n, sizeof(int32_t));
    fitted->high = lj_arena_array(column->arena, n, sizeof(int32_t));
    return fitted->knots != NULL && fitted->low != NULL && fitted->high != NULL ? LJ_OK : no_room(n);
}

/*
 * Different values in ascending order, each with twice its middle rank. Of more than `most`, the first at or above
 * each of `most` evenly spaced ranks.
 */
static lj_status fit_middle(const lj_fit_column *column, int64_t most, scale *fitted)
{
    const double *sorted = lj_fit_sorted(column);
    const int64_t n = column->present;
    if (n > RANKED_MAX)
        return lj_fail(LJ_EDATA, "scale: column '%s' has %lld values, expected at most %d", column->name, (long long)n,
                       RANKED_MAX);
    const int64_t distinct = lj_distinct_sorted(sorted, n);
    LJ_TRY(make_knots(column, distinct < most ? distinct : most, fitted));
    fitted->total = 2 * n;
    int64_t end = 1; /* of the run of equal values */
    while (end < n && sorted[end] == sorted[0])
        end++;
    int64_t last_begin = n - 1;
    while (last_begin > 0 && sorted[last_begin - 1] == sorted[n - 1])
        last_begin--;
    const double first = (double)end;
    const double step = distinct > most ? ((double)(last_begin + n) - first) / (double)(most - 1) : 0;
    double target = first;
    int64_t wanted = 0; /* index of the next target */
    for (int64_t begin = 0; begin < n; begin = end) {
        for (end = begin + 1; end < n && sorted[end] == sorted[begin];)
            end++;
        const int64_t middle = begin + end;
        if (distinct > most && (double)middle < target && end < n)
            continue;
        fitted->knots[fitted->count] = sorted[begin];
        fitted->low[fitted->count] = (int32_t)middle;
        fitted->high[fitted->count] = (int32_t)middle;
        fitted->count++;
        while (distinct > most && wanted < most && target <= (double)middle)
            target = first + step * (double)++wanted;
    }
    return LJ_OK;
}

/* Type 7 quantile at rank i / last, with whole numbers: rounding would tear equal values apart. */
static double quantile_at(const double *sorted, int64_t n, int64_t i, int64_t last)
{
    const int64_t below = i * (n - 1) / last;
    const double part = (double)(i * (n - 1) % last) / (double)last;
    if (below >= n - 1 || sorted[below] == sorted[below + 1])
        return sorted[below];
    return sorted[below] + (sorted[below + 1] - sorted[below]) * part;
}

static lj_status fit_as_scikit_learn(const lj_fit_column *column, int64_t most, scale *fitted)
{
    const int64_t n = column->present < most ? column->present : most;
    LJ_TRY(make_knots(column, n, fitted));
    fitted->total = n > 1 ? n - 1 : 1;
    for (int64_t i = 0; i < n; i++) {
        const double value = quantile_at(lj_fit_sorted(column), column->present, i, fitted->total);
        int64_t count = fitted->count;
        if (count == 0 || value > fitted->knots[count - 1]) {
            fitted->knots[count] = value;
            fitted->low[count] = (int32_t)i;
            fitted->count = ++count;
        }
        fitted->high[count - 1] = (int32_t)i;
    }
    return LJ_OK;
}

static lj_status fit_quantiles(const lj_fit_column *column, const lj_scale_options *o, scale *fitted)
{
    fitted->ranks = o->ranks;
    if (o->ranks == LJ_RANKS_MIDDLE)
        LJ_TRY(fit_middle(column, o->quantiles, fitted));
    else
        LJ_TRY(fit_as_scikit_learn(column, o->quantiles, fitted));
    return finish_quantiles(fitted, column->arena);
}

static int is_constant(const lj_fit_column *column)
{
    for (int64_t i = 1; i < column->present; i++) {
        if (column->given[i] != column->given[0])
            return 0;
    }
    return 1;
}

static void fit_line(const lj_fit_column *column, double min_size, scale *fitted)
{
    const int64_t n = column->present;
    const double *sorted = fitted->method == LJ_SCALE_STANDARD ? NULL : lj_fit_sorted(column);
    switch ((lj_scale_method)fitted->method) {
    case LJ_SCALE_STANDARD:
        fitted->shift = lj_mean_doubles(column->given, n);
        fitted->size = lj_deviation_doubles(column->given, n, fitted->shift);
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
    if (!(fitted->size > 0) || is_constant(column))
        fitted->size = 1.0;
    if (fitted->size < min_size)
        fitted->size = min_size;
}

static lj_status scale_fit(const lj_fit_column *column, const void *options, lj_fitted *out)
{
    const lj_scale_options *o = options;
    scale *fitted = lj_arena_array(column->arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fit_no_memory(column);
    fitted->method = o->method;
    fitted->size = 1.0;
    fitted->limit = isnan(o->limit) ? (o->method == LJ_SCALE_QUANTILE_NORMAL ? LIMIT_DEFAULT : 0) : o->limit;
    if (o->method == LJ_SCALE_QUANTILE_NORMAL) {
        LJ_TRY(fit_quantiles(column, o, fitted));
        out->why = lj_arena_printf(column->arena, "quantile_normal over %lld values", (long long)fitted->count);
    } else {
        fit_line(column, o->min_size, fitted);
        out->why = lj_arena_printf(column->arena, "%s (x %c %.6g) / %.6g", methods[o->method],
                                   fitted->shift < 0 ? '+' : '-', fabs(fitted->shift), fitted->size);
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
    const double y = fitted->slope[i] * (x - fitted->knots[i]) + fitted->from[i];
    return fitted->ranks == LJ_RANKS_MIDDLE ? y : normal_at(y, fitted->limit);
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
    for (int64_t i = 0; i < n && fitted->limit > 0; i++)
        out[i] = held(out[i], fitted->limit);
}

static void scale_save(const void *values, lj_json *json)
{
    const scale *fitted = values;
    lj_json_string(json, "method", methods[fitted->method]);
    lj_json_double(json, "limit", fitted->limit);
    if (fitted->method != LJ_SCALE_QUANTILE_NORMAL) {
        lj_json_double(json, "shift", fitted->shift);
        lj_json_double(json, "size", fitted->size);
        return;
    }
    lj_json_string(json, "ranks", ranks[fitted->ranks]);
    lj_json_integer(json, "total", fitted->total);
    lj_save_numbers(json, "knots", fitted->knots, fitted->count);
    lj_save_integers(json, "low", fitted->low, fitted->count);
    if (fitted->ranks != LJ_RANKS_MIDDLE)
        lj_save_integers(json, "high", fitted->high, fitted->count);
}

static lj_status load_quantiles(const lj_doc *doc, const lj_item *item, lj_arena *arena, scale *fitted)
{
    int64_t n;
    LJ_TRY(lj_load_choice(doc, item, "ranks", ranks, &fitted->ranks));
    LJ_TRY(lj_item_need_integer(doc, item, "total", 1, 2 * (int64_t)RANKED_MAX, &fitted->total));
    LJ_TRY(lj_load_numbers(doc, item, "knots", 1, QUANTILES_MAX, 2, arena, &fitted->knots, &fitted->count));
    const int64_t count = fitted->count;
    const int32_t total = (int32_t)fitted->total;
    LJ_TRY(lj_load_integers(doc, item, "low", count, count, 0, total, arena, &fitted->low, &n));
    fitted->high = fitted->low;
    if (fitted->ranks != LJ_RANKS_MIDDLE)
        LJ_TRY(lj_load_integers(doc, item, "high", count, count, 0, total, arena, &fitted->high, &n));
    for (int64_t i = 0; i < count; i++) {
        if (fitted->low[i] > fitted->high[i] || (i > 0 && fitted->low[i] <= fitted->high[i - 1]))
            return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected ascending ranks", lj_doc_name(doc), item->line,
                           item->column);
    }
    if (!(fitted->limit > 0))
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected a 'limit' above 0", lj_doc_name(doc), item->line, item->column);
    return finish_quantiles(fitted, arena);
}

static lj_status scale_load(const lj_doc *doc, const lj_item *item, lj_register in, lj_arena *arena, lj_fitted *out)
{
    (void)in;
    scale *fitted = lj_arena_array(arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a step");
    LJ_TRY(lj_load_choice(doc, item, "method", methods, &fitted->method));
    LJ_TRY(lj_load_number(doc, item, "limit", &fitted->limit));
    if (fitted->method == LJ_SCALE_QUANTILE_NORMAL) {
        LJ_TRY(load_quantiles(doc, item, arena, fitted));
    } else {
        LJ_TRY(lj_load_number(doc, item, "shift", &fitted->shift));
        LJ_TRY(lj_load_number(doc, item, "size", &fitted->size));
        if (!(fitted->size > 0) || !(fitted->limit >= 0))
            return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected a 'size' above 0", lj_doc_name(doc), item->line,
                           item->column);
    }
    LJ_TRY(lj_fitted_number(arena, out));
    out->values = fitted;
    return LJ_OK;
}

const lj_transform lj_transform_scale = {
    .name = "scale",
    .is_monotone = 1,
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
