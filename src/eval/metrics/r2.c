/* r2: 1 - squared error / squared deviation of the target from its mean; NaN if the target does not vary. */
#include <math.h>

#include "eval/metrics.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    const lj_predictions *p = scored->predictions;
    double sum = 0;
    double weight_sum = 0;
    for (int64_t r = 0; r < p->n; r++) {
        sum += lj_scored_weight(scored, r) * p->target[r];
        weight_sum += lj_scored_weight(scored, r);
    }
    const double mean = sum / weight_sum;
    double error = 0;
    double deviation = 0;
    for (int64_t r = 0; r < p->n; r++) {
        const double weight = lj_scored_weight(scored, r);
        const double residual = p->target[r] - (double)p->score[r];
        error += weight * residual * residual;
        deviation += weight * (p->target[r] - mean) * (p->target[r] - mean);
    }
    out->value = deviation > 0 ? 1 - error / deviation : NAN;
    return LJ_OK;
}

const lj_metric lj_metric_r2 = {.name = "r2", .tasks = LJ_FOR_REGRESSION, .larger_is_better = 1, .compute = compute};
