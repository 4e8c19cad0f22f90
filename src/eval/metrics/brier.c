/*
 * brier: mean squared difference of probability and outcome; multi-class: summed
 * over the classes (Brier, Monthly Weather Review 78, 1950). Interval: normal.
 */
#include "eval/interval.h"
#include "eval/metrics.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    const lj_predictions *p = scored->predictions;
    lj_mean mean = {0};
    for (int64_t r = 0; r < p->n; r++) {
        double loss = 0;
        if (p->task == LJ_BINARY) {
            const double gap = (double)p->score[r] - p->target[r];
            loss = gap * gap;
        } else {
            for (int64_t c = 0; c < p->classes; c++) {
                const double gap = (double)p->score[r * p->classes + c] - (p->target[r] == (double)c ? 1 : 0);
                loss += gap * gap;
            }
        }
        lj_mean_add(&mean, loss, lj_scored_weight(scored, r));
    }
    lj_mean_value(&mean, 0, out);
    return LJ_OK;
}

const lj_metric lj_metric_brier = {.name = "brier", .tasks = LJ_FOR_CLASSES, .compute = compute};
