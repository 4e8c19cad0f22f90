/*
 * mcc: Matthews' correlation of truth and prediction; multi-class: R_K of
 * Gorodkin, Computational Biology and Chemistry 28 (2004). 0 if either does not vary.
 */
#include <math.h>

#include "eval/metrics.h"

static double of_counts(const lj_counts *counts)
{
    const double product =
        (counts->tp + counts->fp) * (counts->tp + counts->fn) * (counts->tn + counts->fp) * (counts->tn + counts->fn);
    return product > 0 ? (counts->tp * counts->tn - counts->fp * counts->fn) / sqrt(product) : 0;
}

static double of_confusion(const double *confusion, int64_t classes)
{
    double all = 0;
    double right = 0;
    for (int64_t i = 0; i < classes * classes; i++) {
        all += confusion[i];
        right += i / classes == i % classes ? confusion[i] : 0;
    }
    double both = 0;
    double predicted_squares = 0;
    double true_squares = 0;
    for (int64_t c = 0; c < classes; c++) {
        double predicted = 0;
        double truth = 0;
        for (int64_t k = 0; k < classes; k++) {
            truth += confusion[c * classes + k];
            predicted += confusion[k * classes + c];
        }
        both += predicted * truth;
        predicted_squares += predicted * predicted;
        true_squares += truth * truth;
    }
    const double product = (all * all - predicted_squares) * (all * all - true_squares);
    return product > 0 ? (right * all - both) / sqrt(product) : 0;
}

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    if (scored->predictions->task == LJ_BINARY)
        return lj_scored_by_counts(scored, of_counts, 0, &out->value);
    const double *confusion;
    LJ_TRY(lj_scored_confusion(scored, &confusion));
    out->value = of_confusion(confusion, scored->predictions->classes);
    return LJ_OK;
}

const lj_metric lj_metric_mcc = {
    .name = "mcc", .tasks = LJ_FOR_CLASSES, .larger_is_better = 1, .uses_threshold = 1, .compute = compute};
