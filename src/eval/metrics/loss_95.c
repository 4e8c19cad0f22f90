/* loss_95: 95 % of the rows have at most this score: a limit for rows that are odd. */
#include "eval/metrics.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    return lj_scored_quantile(scored, 0.95, &out->value);
}

const lj_metric lj_metric_loss_95 = {.name = "loss_95", .tasks = LJ_FOR_UNSUPERVISED, .compute = compute};
