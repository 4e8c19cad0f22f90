/* recall_micro: recall of the counts of all classes added up. */
#include "eval/metrics.h"

static double of_counts(const lj_counts *counts)
{
    const double all = counts->tp + counts->fn;
    return all > 0 ? counts->tp / all : 0;
}

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    return lj_scored_by_counts(scored, of_counts, 1, &out->value);
}

const lj_metric lj_metric_recall_micro = {
    .name = "recall_micro", .tasks = LJ_FOR_MULTICLASS, .larger_is_better = 1, .compute = compute};
