/*
 * auc: area under the ROC curve, ties at one half. Multi-class: mean over the
 * classes, each against the rest (classes that do not occur are left out).
 *
 * Interval: DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988), computed by
 * ranks as in Sun and Xu, IEEE Signal Processing Letters 21 (2014).
 */
#include <math.h>

#include "eval/curves.h"
#include "eval/interval.h"
#include "eval/metrics.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    const lj_ranking *ranking;
    if (scored->predictions->task == LJ_BINARY) {
        LJ_TRY(lj_scored_ranking(scored, 0, &ranking));
        out->value = lj_ranking_auc(ranking);
        const double error = lj_ranking_auc_error(ranking);
        if (!isnan(error))
            lj_normal_interval(out, error, 0, 1);
        return LJ_OK;
    }
    double sum = 0;
    int64_t count = 0;
    for (int64_t c = 0; c < scored->predictions->classes; c++) {
        LJ_TRY(lj_scored_ranking(scored, c, &ranking));
        const double auc = lj_ranking_auc(ranking);
        if (!isnan(auc)) {
            sum += auc;
            count++;
        }
    }
    out->value = count > 0 ? sum / (double)count : NAN;
    return LJ_OK;
}

const lj_metric lj_metric_auc = {
    .name = "auc", .tasks = LJ_FOR_CLASSES, .larger_is_better = 1, .compute = compute};
