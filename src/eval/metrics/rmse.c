/* rmse: root of the mean squared error, and of the ends of its interval. */
#include <math.h>

#include "eval/metrics.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    lj_metric_value mse;
    LJ_TRY(lj_metric_run(&lj_metric_mse, scored, &mse));
    out->value = sqrt(mse.value);
    out->low = sqrt(mse.low);
    out->high = sqrt(mse.high);
    return LJ_OK;
}

const lj_metric lj_metric_rmse = {.name = "rmse", .tasks = LJ_FOR_REGRESSION, .compute = compute};
