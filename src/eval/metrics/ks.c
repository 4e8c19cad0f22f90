/*
 * ks: largest distance between the distributions of the scores of the two
 * classes (Kolmogorov-Smirnov). Interval: of the difference of two shares at
 * the best cut, which is taken as given.
 */
#include <math.h>

#include "eval/curves.h"
#include "eval/interval.h"
#include "eval/metrics.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    const lj_ranking *ranking;
    LJ_TRY(lj_scored_ranking(scored, 0, &ranking));
    int64_t at;
    out->value = lj_ranking_ks(ranking, &at);
    if (isnan(out->value))
        return LJ_OK;
    double positive = 0;
    double negative = 0;
    for (int64_t t = 0; t <= at; t++) {
        positive += ranking->ties[t].positive;
        negative += ranking->ties[t].negative;
    }
    const double tpr = positive / ranking->positive;
    const double fpr = negative / ranking->negative;
    const double variance = fmax(0, tpr * (1 - tpr)) / lj_ranking_positive_rows(ranking) +
                            fmax(0, fpr * (1 - fpr)) / lj_ranking_negative_rows(ranking);
    lj_normal_interval(out, sqrt(variance), 0, 1);
    return LJ_OK;
}

const lj_metric lj_metric_ks = {.name = "ks", .tasks = LJ_FOR_BINARY, .larger_is_better = 1, .compute = compute};
