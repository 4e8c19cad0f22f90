/* loss_median: half of the rows have at most this score. */
#include "eval/metrics.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    return lj_scored_quantile(scored, 0.5, &out->value);
}

const lj_metric lj_metric_loss_median = {.name = "loss_median", .tasks = LJ_FOR_UNSUPERVISED, .compute = compute};
