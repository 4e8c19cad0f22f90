/* mape: mean of |error / target| over the rows whose target is not 0; NaN if there is none. Interval: normal. */
#include <math.h>

#include "eval/interval.h"
#include "eval/metrics.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    const lj_predictions *p = scored->predictions;
    lj_mean mean = {0};
    for (int64_t r = 0; r < p->n; r++)
        if (p->target[r] != 0)
            lj_mean_add(&mean, fabs((p->target[r] - (double)p->score[r]) / p->target[r]), lj_scored_weight(scored, r));
    lj_mean_value(&mean, 0, out);
    return LJ_OK;
}

const lj_metric lj_metric_mape = {.name = "mape", .tasks = LJ_FOR_REGRESSION, .compute = compute};
