/* loss: mean score of the rows of an unsupervised model. Interval: normal, of the mean. */
#include <math.h>

#include "eval/interval.h"
#include "eval/metrics.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    const lj_predictions *p = scored->predictions;
    lj_mean mean = {0};
    for (int64_t r = 0; r < p->n; r++)
        lj_mean_add(&mean, (double)p->score[r], lj_scored_weight(scored, r));
    lj_mean_value(&mean, -INFINITY, out);
    return LJ_OK;
}

const lj_metric lj_metric_loss = {.name = "loss", .tasks = LJ_FOR_UNSUPERVISED, .compute = compute};
