/*
 * balanced_accuracy: mean over the classes of the share that is recognised; NaN
 * with one class. Interval (binary): normal, of the mean of two shares.
 */
#include <math.h>

#include "eval/interval.h"
#include "eval/metrics.h"

static lj_status of_binary(lj_scored *scored, lj_metric_value *out)
{
    lj_counts counts;
    lj_counts_at(scored->predictions, scored->threshold, &counts);
    const double positive = counts.tp + counts.fn;
    const double negative = counts.tn + counts.fp;
    if (!(positive > 0 && negative > 0))
        return LJ_OK;
    const double tpr = counts.tp / positive;
    const double tnr = counts.tn / negative;
    out->value = (tpr + tnr) / 2;
    /* Weighted rows are worth fewer: both counts shrink by the same factor. */
    const double worth = lj_scored_rows(scored) / (positive + negative);
    const double variance = tpr * (1 - tpr) / (positive * worth) + tnr * (1 - tnr) / (negative * worth);
    lj_normal_interval(out, sqrt(variance) / 2, 0, 1);
    return LJ_OK;
}

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    const lj_predictions *p = scored->predictions;
    if (p->task == LJ_BINARY)
        return of_binary(scored, out);
    const double *confusion;
    LJ_TRY(lj_scored_confusion(scored, &confusion));
    double sum = 0;
    int64_t occurring = 0;
    for (int64_t c = 0; c < p->classes; c++) {
        double all = 0;
        for (int64_t k = 0; k < p->classes; k++)
            all += confusion[c * p->classes + k];
        if (all > 0) {
            sum += confusion[c * p->classes + c] / all;
            occurring++;
        }
    }
    out->value = occurring > 1 ? sum / (double)occurring : NAN;
    return LJ_OK;
}

const lj_metric lj_metric_balanced_accuracy = {.name = "balanced_accuracy",
                                               .tasks = LJ_FOR_CLASSES,
                                               .larger_is_better = 1,
                                               .uses_threshold = 1,
                                               .compute = compute};
