/* rmse_naive: root mean squared error of what one would say without a model. */
#include <math.h>

#include "eval/metrics.h"
#include "eval/naive.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    out->value = sqrt(lj_naive_errors_of(scored).squares_naive);
    return LJ_OK;
}

const lj_metric lj_metric_rmse_naive = {
    .name = "rmse_naive", .tasks = LJ_FOR_REGRESSION, .uses_naive = 1, .compute = compute};
