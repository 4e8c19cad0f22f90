/* accuracy: share of the rows whose predicted class is the true one. Interval: Wilson. */
#include "eval/interval.h"
#include "eval/metrics.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    const lj_predictions *p = scored->predictions;
    double right = 0;
    double all = 0;
    if (p->task == LJ_BINARY) {
        lj_counts counts;
        lj_counts_at(p, scored->threshold, &counts);
        right = counts.tp + counts.tn;
        all = right + counts.fp + counts.fn;
    } else {
        const double *confusion;
        LJ_TRY(lj_scored_confusion(scored, &confusion));
        for (int64_t i = 0; i < p->classes * p->classes; i++) {
            all += confusion[i];
            right += i / p->classes == i % p->classes ? confusion[i] : 0;
        }
    }
    out->value = right / all;
    lj_wilson(out->value, lj_scored_rows(scored), &out->low, &out->high);
    return LJ_OK;
}

const lj_metric lj_metric_accuracy = {
    .name = "accuracy", .tasks = LJ_FOR_CLASSES, .larger_is_better = 1, .uses_threshold = 1, .compute = compute};
