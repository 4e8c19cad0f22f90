/* gini: 2 AUC - 1, with the interval of the AUC. */
#include <math.h>

#include "eval/metrics.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    lj_metric_value auc;
    LJ_TRY(lj_metric_run(&lj_metric_auc, scored, &auc));
    out->value = 2 * auc.value - 1;
    out->low = 2 * auc.low - 1;
    out->high = 2 * auc.high - 1;
    return LJ_OK;
}

const lj_metric lj_metric_gini = {.name = "gini", .tasks = LJ_FOR_BINARY, .larger_is_better = 1, .compute = compute};
