/* ece_10: expected calibration error over 10 bins of equal weight; rows of one score stay together. */
#include "eval/curves.h"
#include "eval/metrics.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    const lj_ranking *ranking;
    LJ_TRY(lj_scored_ranking(scored, 0, &ranking));
    out->value = lj_ranking_ece(ranking, 10);
    return LJ_OK;
}

const lj_metric lj_metric_ece_10 = {.name = "ece_10", .tasks = LJ_FOR_BINARY, .compute = compute};
