/*
 * power: the transform of Yeo and Johnson, "A new family of power transformations to improve normality or
 * symmetry", Biometrika 87 (2000); lambda by maximum likelihood, then standardised:
 *
 *     x >= 0: ((x + 1)^lambda - 1) / lambda                log(x + 1) for lambda = 0
 *     x <  0: -((1 - x)^(2 - lambda) - 1) / (2 - lambda)   -log(1 - x) for lambda = 2
 *
 * With l = log1p(|x|) both are expm1(a l) / a, so the fit takes one logarithm a value.
 */
#include <math.h>

#include "lianjin/math.h"
#include "prep/stats.h"
#include "prep/transforms.h"

#define SAMPLE_MAX 20000   /* values that the search looks at: evenly spaced ones of those sorted */
#define LAMBDA_MAX 5.0
#define GRID_STEP 0.5
#define GOLDEN 0.6180339887498949
#define TOLERANCE 1e-9     /* of lambda */
#define NEAR_ZERO 1e-12    /* exponents below it count as 0 */

typedef struct power {
    double lambda;
    double shift, scale; /* (y - shift) / scale */
} power;

static const char *const methods[] = {"yeo_johnson", NULL};

static const lj_declaration options_declared[] = {
    {.key = "method", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(lj_power_options, method), .choices = methods,
     .fallback = "yeo_johnson", .doc = "Which family of powers."},
    {.key = "standardize", .kind = LJ_DECLARED_BOOL, .offset = offsetof(lj_power_options, standardize),
     .fallback = "true", .doc = "Brings the result to mean 0 and standard deviation 1."},
};

/* (exp(a l) - 1) / a, held within numbers. */
static double raise(double exponent, double l)
{
    if (fabs(exponent) < NEAR_ZERO)
        return l;
    const double y = lj_expm1_d(exponent * l) / exponent;
    return y < LJ_PREP_NUMBER_MAX ? y : LJ_PREP_NUMBER_MAX;
}

static double yeo_johnson(double lambda, double x)
{
    const double l = lj_log1p_d(fabs(x));
    return x >= 0 ? raise(lambda, l) : -raise(2.0 - lambda, l);
}

/* Signed logarithms [n] of the sample, and room for as many transformed values. */
typedef struct sample {
    double *logs;
    double *work;
    int64_t n;
    double log_sum; /* of the Jacobian: sum of sign(x) log1p(|x|) */
} sample;

static double likelihood(const sample *s, double lambda)
{
    for (int64_t i = 0; i < s->n; i++)
        s->work[i] = s->logs[i] >= 0 ? raise(lambda, s->logs[i]) : -raise(2.0 - lambda, -s->logs[i]);
    const double mean = lj_mean_doubles(s->work, s->n);
    const double deviation = lj_deviation_doubles(s->work, s->n, mean);
    if (!(deviation > 0) || !(deviation < LJ_PREP_NUMBER_MAX))
        return -LJ_PREP_NUMBER_MAX;
    return -(double)s->n * lj_log_d(deviation) + (lambda - 1.0) * s->log_sum;
}

static double search(const sample *s)
{
    double best = 1.0;
    double best_value = likelihood(s, best);
    for (double lambda = -LAMBDA_MAX; lambda <= LAMBDA_MAX; lambda += GRID_STEP) {
        const double value = likelihood(s, lambda);
        if (value > best_value) {
            best_value = value;
            best = lambda;
        }
    }
    double low = best - GRID_STEP;
    double high = best + GRID_STEP;
    double left = high - GOLDEN * (high - low);
    double right = low + GOLDEN * (high - low);
    double at_left = likelihood(s, left);
    double at_right = likelihood(s, right);
    while (high - low > TOLERANCE) {
        if (at_left >= at_right) {
            high = right;
            right = left;
            at_right = at_left;
            left = high - GOLDEN * (high - low);
            at_left = likelihood(s, left);
        } else {
            low = left;
            left = right;
            at_left = at_right;
            right = low + GOLDEN * (high - low);
            at_right = likelihood(s, right);
        }
    }
    return (low + high) / 2;
}

static void fill_sample(const lj_fit_column *column, sample *s)
{
    const double *sorted = lj_fit_sorted(column);
    for (int64_t i = 0; i < s->n; i++) {
        const double x = sorted[s->n == column->present ? i : (i * (column->present - 1)) / (s->n - 1)];
        s->logs[i] = copysign(lj_log1p_d(fabs(x)), x);
    }
    s->log_sum = lj_sum_doubles(s->logs, s->n);
}

static lj_status power_fit(const lj_fit_column *column, const void *options, lj_fitted *out)
{
    const lj_power_options *o = options;
    power *fitted = lj_arena_array(column->arena, 1, sizeof(*fitted));
    sample s = {.n = column->present < SAMPLE_MAX ? column->present : SAMPLE_MAX};
    s.logs = lj_new_array(s.n, sizeof(double));
    s.work = lj_new_array(column->present, sizeof(double));
    lj_status status = LJ_OK;
    if (fitted == NULL || s.logs == NULL || s.work == NULL) {
        status = lj_fit_no_memory(column);
        goto done;
    }
    fitted->lambda = 1.0;
    if (lj_fit_sorted(column)[0] < lj_fit_sorted(column)[column->present - 1]) {
        fill_sample(column, &s);
        fitted->lambda = search(&s);
    }
    fitted->scale = 1.0;
    if (o->standardize) {
        for (int64_t i = 0; i < column->present; i++)
            s.work[i] = yeo_johnson(fitted->lambda, column->given[i]);
        fitted->shift = lj_mean_doubles(s.work, column->present);
        const double deviation = lj_deviation_doubles(s.work, column->present, fitted->shift);
        fitted->scale = deviation > 0 ? deviation : 1.0;
    }
    LJ_TRY_DONE(lj_fitted_number(column->arena, out));
    out->values = fitted;
    out->why = lj_arena_printf(column->arena, "Yeo-Johnson power, lambda %.4g", fitted->lambda);
    if (out->why == NULL)
        status = lj_fit_no_memory(column);
done:
    lj_free(s.logs);
    lj_free(s.work);
    return status;
}

static void power_apply(const void *values, int64_t n, const double *in, double *out, int64_t stride)
{
    (void)stride;
    const power *fitted = values;
    for (int64_t i = 0; i < n; i++)
        out[i] = isnan(in[i]) ? in[i] : (yeo_johnson(fitted->lambda, in[i]) - fitted->shift) / fitted->scale;
}

static void power_save(const void *values, lj_json *json)
{
    const power *fitted = values;
    lj_json_double(json, "lambda", fitted->lambda);
    lj_json_double(json, "shift", fitted->shift);
    lj_json_double(json, "scale", fitted->scale);
}

static lj_status power_load(const lj_doc *doc, const lj_item *item, lj_register in, lj_arena *arena, lj_fitted *out)
{
    (void)in;
    power *fitted = lj_arena_array(arena, 1, sizeof(*fitted));
    if (fitted == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a step");
    LJ_TRY(lj_load_number(doc, item, "lambda", &fitted->lambda));
    LJ_TRY(lj_load_number(doc, item, "shift", &fitted->shift));
    LJ_TRY(lj_load_number(doc, item, "scale", &fitted->scale));
    if (!(fitted->scale > 0))
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected a 'scale' above 0", lj_doc_name(doc), item->line, item->column);
    LJ_TRY(lj_fitted_number(arena, out));
    out->values = fitted;
    return LJ_OK;
}

const lj_transform lj_transform_power = {
    .name = "power",
    .is_monotone = 1,
    .doc = "Bends numbers towards the normal distribution by a power.",
    .main = "method",
    .takes = LJ_TAKES_NUMBER,
    .options = options_declared,
    .option_count = sizeof(options_declared) / sizeof(options_declared[0]),
    .options_size = sizeof(lj_power_options),
    .fit = power_fit,
    .apply = power_apply,
    .save = power_save,
    .load = power_load,
};
