/* ece_15: expected calibration error over 15 bins of equal weight; rows of one score stay together. */
#include "eval/curves.h"
#include "eval/metrics.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    const lj_ranking *ranking;
    LJ_TRY(lj_scored_ranking(scored, 0, &ranking));
    out->value = lj_ranking_ece(ranking, 15);
    return LJ_OK;
}

const lj_metric lj_metric_ece_15 = {.name = "ece_15", .tasks = LJ_FOR_BINARY, .compute = compute};
