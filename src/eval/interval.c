#include "eval/interval.h"

#include <math.h>

void lj_wilson(double p, double n, double *low, double *high)
{
    if (!(n > 0)) {
        *low = *high = NAN;
        return;
    }
    const double z2 = LJ_Z95 * LJ_Z95;
    const double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
    const double variance = p * (1 - p) / n + z2 / (4 * n * n);
    const double half = LJ_Z95 * sqrt(variance > 0 ? variance : 0) / (1 + z2 / n);
    /* At 0 and 1 the formula's end is the value itself; rounding must not leave it. */
    *low = p <= 0 ? 0 : fmax(0, middle - half);
    *high = p >= 1 ? 1 : fmin(1, middle + half);
}

void lj_mean_add(lj_mean *mean, double value, double weight)
{
    mean->weight += weight;
    mean->weight_squares += weight * weight;
    mean->sum += weight * value;
    mean->square_sum += weight * value * value;
}

void lj_mean_value(const lj_mean *mean, double floor, lj_metric_value *out)
{
    if (!(mean->weight > 0))
        return;
    out->value = mean->sum / mean->weight;
    const double n = mean->weight * mean->weight / mean->weight_squares;
    if (n <= 1)
        return;
    const double spread = mean->square_sum / mean->weight - out->value * out->value;
    lj_normal_interval(out, sqrt(fmax(0, spread) / (n - 1)), floor, INFINITY);
}

void lj_normal_interval(lj_metric_value *value, double error, double least, double most)
{
    value->low = fmax(least, value->value - LJ_Z95 * error);
    value->high = fmin(most, value->value + LJ_Z95 * error);
}
