/* f1_micro: f1 of the counts of all classes added up. */
#include "eval/metrics.h"

static double of_counts(const lj_counts *counts)
{
    const double all = 2 * counts->tp + counts->fp + counts->fn;
    return all > 0 ? 2 * counts->tp / all : 0;
}

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    return lj_scored_by_counts(scored, of_counts, 1, &out->value);
}

const lj_metric lj_metric_f1_micro = {
    .name = "f1_micro", .tasks = LJ_FOR_MULTICLASS, .larger_is_better = 1, .compute = compute};
