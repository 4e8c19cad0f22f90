/*
 * recall: share of the positive rows that were taken for positive; 0 if there are none.
 * Multi-class: mean over the classes that occur. Interval (binary): Wilson.
 */
#include "eval/metrics.h"

static double whole(const lj_counts *counts)
{
    return counts->tp + counts->fn;
}

static double of_counts(const lj_counts *counts)
{
    return whole(counts) > 0 ? counts->tp / whole(counts) : 0;
}

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    return lj_scored_share(scored, of_counts, whole, out);
}

const lj_metric lj_metric_recall = {
    .name = "recall", .tasks = LJ_FOR_CLASSES, .larger_is_better = 1, .uses_threshold = 1, .compute = compute};
