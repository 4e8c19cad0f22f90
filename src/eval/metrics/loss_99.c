/* loss_99: 99 % of the rows have at most this score. */
#include "eval/metrics.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    return lj_scored_quantile(scored, 0.99, &out->value);
}

const lj_metric lj_metric_loss_99 = {.name = "loss_99", .tasks = LJ_FOR_UNSUPERVISED, .compute = compute};
