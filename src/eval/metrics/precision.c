/*
 * precision: share of the rows taken for positive that are; 0 if none was taken.
 * Multi-class: mean over the classes that occur. Interval (binary): Wilson.
 */
#include "eval/metrics.h"

static double whole(const lj_counts *counts)
{
    return counts->tp + counts->fp;
}

static double of_counts(const lj_counts *counts)
{
    return whole(counts) > 0 ? counts->tp / whole(counts) : 0;
}

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    return lj_scored_share(scored, of_counts, whole, out);
}

const lj_metric lj_metric_precision = {
    .name = "precision", .tasks = LJ_FOR_CLASSES, .larger_is_better = 1, .uses_threshold = 1, .compute = compute};
