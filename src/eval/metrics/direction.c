/*
 * direction: share of the rows, of those whose target is not what the naive forecast says, on whose side of it the
 * prediction lies: of returns, the share of right signs. Interval: Wilson.
 */
#include <math.h>

#include "eval/interval.h"
#include "eval/metrics.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    const lj_predictions *p = scored->predictions;
    lj_mean right = {0};
    for (int64_t r = 0; r < p->n && p->naive != NULL; r++) {
        const double moved = p->target[r] - p->naive[r], said = (double)p->score[r] - p->naive[r];
        if (moved > 0 || moved < 0)
            lj_mean_add(&right, (moved > 0 && said > 0) || (moved < 0 && said < 0), lj_scored_weight(scored, r));
    }
    if (!(right.weight > 0))
        return LJ_OK;
    out->value = right.sum / right.weight;
    lj_wilson(out->value, right.weight * right.weight / right.weight_squares, &out->low, &out->high);
    return LJ_OK;
}

const lj_metric lj_metric_direction = {
    .name = "direction", .tasks = LJ_FOR_REGRESSION, .larger_is_better = 1, .uses_naive = 1, .compute = compute};
