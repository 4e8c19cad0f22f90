/*
 * f1: 2 TP / (2 TP + FP + FN); 0 if that is 0 / 0.
 * Multi-class: mean over the classes that occur.
 */
#include "eval/metrics.h"

static double of_counts(const lj_counts *counts)
{
    const double all = 2 * counts->tp + counts->fp + counts->fn;
    return all > 0 ? 2 * counts->tp / all : 0;
}

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    LJ_TRY(lj_scored_by_counts(scored, of_counts, 0, &out->value));
    return LJ_OK;
}

const lj_metric lj_metric_f1 = {
    .name = "f1", .tasks = LJ_FOR_CLASSES, .larger_is_better = 1, .uses_threshold = 1, .compute = compute};
