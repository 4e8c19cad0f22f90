/*
 * relative_mae: mean absolute error / that of the naive forecast, on the same rows: below 1 is better than it. As the
 * scaled error of Hyndman and Koehler 2006, "Another look at measures of forecast accuracy", but of the judged rows.
 */
#include <math.h>

#include "eval/metrics.h"
#include "eval/naive.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    const lj_naive_errors errors = lj_naive_errors_of(scored);
    out->value = errors.sizes_naive > 0 ? errors.sizes / errors.sizes_naive : NAN;
    return LJ_OK;
}

const lj_metric lj_metric_relative_mae = {
    .name = "relative_mae", .tasks = LJ_FOR_REGRESSION, .uses_naive = 1, .compute = compute};
