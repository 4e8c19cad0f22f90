/* mse: mean squared error. Interval: normal, of the mean. */
#include "eval/interval.h"
#include "eval/metrics.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    const lj_predictions *p = scored->predictions;
    lj_mean mean = {0};
    for (int64_t r = 0; r < p->n; r++) {
        const double residual = p->target[r] - (double)p->score[r];
        lj_mean_add(&mean, residual * residual, lj_scored_weight(scored, r));
    }
    lj_mean_value(&mean, 0, out);
    return LJ_OK;
}

const lj_metric lj_metric_mse = {.name = "mse", .tasks = LJ_FOR_REGRESSION, .compute = compute};
