/*
 * precision: share of the rows taken for positive that are; 0 if none was taken.
 * Multi-class: mean over the classes that occur. Interval (binary): Wilson.
 */
#include "eval/interval.h"
#include "eval/metrics.h"

static double of_counts(const lj_counts *counts)
{
    const double all = counts->tp + counts->fp;
    return all > 0 ? counts->tp / all : 0;
}

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    LJ_TRY(lj_scored_by_counts(scored, of_counts, 0, &out->value));
    if (scored->predictions->task == LJ_BINARY) {
        lj_counts counts;
        lj_counts_at(scored->predictions, scored->threshold, &counts);
        /* Weighted rows are worth fewer: the count shrinks with the whole. */
        const double worth = lj_scored_rows(scored) / (counts.tp + counts.fp + counts.fn + counts.tn);
        lj_wilson(out->value, (counts.tp + counts.fp) * worth, &out->low, &out->high);
    }
    return LJ_OK;
}

const lj_metric lj_metric_precision = {
    .name = "precision", .tasks = LJ_FOR_CLASSES, .larger_is_better = 1, .uses_threshold = 1, .compute = compute};
