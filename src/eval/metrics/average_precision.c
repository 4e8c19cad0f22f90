/*
 * average_precision: sum over thresholds of precision times gain of recall.
 * Multi-class: mean over the classes, each against the rest.
 *
 * Interval: logit interval of Boyd, Eng and Page, "Area under the precision-
 * recall curve: point estimates and confidence intervals", ECML PKDD (2013).
 */
#include <math.h>

#include "eval/curves.h"
#include "eval/interval.h"
#include "eval/metrics.h"
#include "lianjin/math.h"

static void set_interval(lj_metric_value *out, double positives)
{
    if (!(out->value > 0 && out->value < 1 && positives > 0))
        return;
    const double logit = lj_log_d(out->value / (1 - out->value));
    const double error = 1 / sqrt(positives * out->value * (1 - out->value));
    out->low = 1 / (1 + lj_exp_d(LJ_Z95 * error - logit));
    out->high = 1 / (1 + lj_exp_d(-LJ_Z95 * error - logit));
}

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    const lj_ranking *ranking;
    if (scored->predictions->task == LJ_BINARY) {
        LJ_TRY(lj_scored_ranking(scored, 0, &ranking));
        out->value = lj_ranking_average_precision(ranking);
        set_interval(out, lj_ranking_positive_rows(ranking));
        return LJ_OK;
    }
    double sum = 0;
    int64_t count = 0;
    for (int64_t c = 0; c < scored->predictions->classes; c++) {
        LJ_TRY(lj_scored_ranking(scored, c, &ranking));
        const double value = lj_ranking_average_precision(ranking);
        if (!isnan(value)) {
            sum += value;
            count++;
        }
    }
    out->value = sum / (double)count;
    return LJ_OK;
}

const lj_metric lj_metric_average_precision = {
    .name = "average_precision", .tasks = LJ_FOR_CLASSES, .larger_is_better = 1, .compute = compute};
