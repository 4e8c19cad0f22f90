/*
 * Schedules of the learning rate, in double by +, *, / and a polynomial, so
 * that a rate has the same bits everywhere.
 */
#include <assert.h>

#include "lianjin/nn.h"

/*
 * cos(pi u) for u in [0, 1], as sin(pi (1/2 - u)) by its Taylor series to the
 * 21st power: the error is below 1e-15.
 */
static double cos_pi(double u)
{
    const double x = 3.14159265358979323846 * (0.5 - u);
    const double x2 = x * x;
    double sum = 1.0;
    for (int n = 20; n >= 2; n -= 2)
        sum = 1.0 - sum * x2 / (double)(n * (n + 1));
    return x * sum;
}

/* base^n by squaring: the order of the products depends on n alone. */
static double power(double base, int64_t n)
{
    double result = 1.0;
    for (; n > 0; n >>= 1) {
        if (n & 1)
            result *= base;
        base *= base;
    }
    return result;
}

static double or_default(double value, double fallback)
{
    return value != 0.0 ? value : fallback;
}

static double constant(const lj_schedule_options *options, int64_t step, int64_t epoch, int64_t drops)
{
    (void)step, (void)epoch, (void)drops;
    return options->rate;
}

static double by_steps(const lj_schedule_options *options, int64_t step, int64_t epoch, int64_t drops)
{
    (void)step, (void)drops;
    const int64_t period = options->period > 0 ? options->period : 10;
    return options->rate * power(or_default(options->factor, 0.1), epoch / period);
}

static double exponential(const lj_schedule_options *options, int64_t step, int64_t epoch, int64_t drops)
{
    (void)step, (void)drops;
    return options->rate * power(or_default(options->factor, 0.95), epoch);
}

/* Loshchilov and Hutter 2017, "SGDR", without restarts; the cosine begins after the warm-up. */
static double cosine(const lj_schedule_options *options, int64_t step, int64_t epoch, int64_t drops)
{
    (void)epoch, (void)drops;
    const double low = options->minimum;
    const int64_t total = options->period - options->warm_up;
    const int64_t done = step - 1 - options->warm_up;
    if (total <= 0)
        return options->rate;
    const double u = done <= 0 ? 0.0 : done >= total ? 1.0 : (double)done / (double)total;
    return low + (options->rate - low) * (0.5 * (1.0 + cos_pi(u)));
}

static double plateau(const lj_schedule_options *options, int64_t step, int64_t epoch, int64_t drops)
{
    (void)step, (void)epoch;
    const double rate = options->rate * power(or_default(options->factor, 0.5), drops);
    return rate > options->minimum ? rate : options->minimum;
}

typedef double schedule_rule(const lj_schedule_options *options, int64_t step, int64_t epoch, int64_t drops);

static schedule_rule *const rules[LJ_SCHEDULE_COUNT] = {
    [LJ_SCHEDULE_CONSTANT] = constant, [LJ_SCHEDULE_STEP] = by_steps,   [LJ_SCHEDULE_EXPONENTIAL] = exponential,
    [LJ_SCHEDULE_COSINE] = cosine,     [LJ_SCHEDULE_PLATEAU] = plateau,
};

float lj_schedule_rate(const lj_schedule_options *options, int64_t step, int64_t epoch, int64_t plateau_drops)
{
    assert((unsigned)options->schedule < LJ_SCHEDULE_COUNT && step >= 1 && epoch >= 0);
    double rate = rules[options->schedule](options, step, epoch, plateau_drops);
    if (step <= options->warm_up)
        rate = rate * (double)step / (double)options->warm_up;
    return (float)rate;
}
