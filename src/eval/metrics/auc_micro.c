/* auc_micro: area under the ROC curve of all (row, class) pairs together. */
#include "eval/curves.h"
#include "eval/metrics.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    const lj_ranking *ranking;
    LJ_TRY(lj_scored_ranking(scored, scored->predictions->classes, &ranking));
    out->value = lj_ranking_auc(ranking);
    return LJ_OK;
}

const lj_metric lj_metric_auc_micro = {
    .name = "auc_micro", .tasks = LJ_FOR_MULTICLASS, .larger_is_better = 1, .compute = compute};
