/* average_precision_micro: average precision of all (row, class) pairs together. */
#include "eval/curves.h"
#include "eval/metrics.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    const lj_ranking *ranking;
    LJ_TRY(lj_scored_ranking(scored, scored->predictions->classes, &ranking));
    out->value = lj_ranking_average_precision(ranking);
    return LJ_OK;
}

const lj_metric lj_metric_average_precision_micro = {
    .name = "average_precision_micro", .tasks = LJ_FOR_MULTICLASS, .larger_is_better = 1, .compute = compute};
