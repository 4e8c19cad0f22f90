/* accuracy_naive: share of the rows whose class is the one that one would say without a model. Interval: Wilson. */
#include "eval/interval.h"
#include "eval/metrics.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    const lj_predictions *p = scored->predictions;
    lj_mean right = {0};
    for (int64_t r = 0; r < p->n && p->naive != NULL; r++)
        lj_mean_add(&right, p->naive[r] == p->target[r], lj_scored_weight(scored, r));
    if (!(right.weight > 0))
        return LJ_OK;
    out->value = right.sum / right.weight;
    lj_wilson(out->value, right.weight * right.weight / right.weight_squares, &out->low, &out->high);
    return LJ_OK;
}

const lj_metric lj_metric_accuracy_naive = {
    .name = "accuracy_naive", .tasks = LJ_FOR_CLASSES, .larger_is_better = 1, .uses_naive = 1, .compute = compute};
