/*
 * skill: 1 - mean squared error / that of the naive forecast, on the same rows: 0 is no better, 1 perfect. Murphy 1988,
 * "Skill scores based on the mean square error and their relationships to the correlation coefficient".
 */
#include <math.h>

#include "eval/metrics.h"
#include "eval/naive.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    const lj_naive_errors errors = lj_naive_errors_of(scored);
    out->value = errors.squares_naive > 0 ? 1 - errors.squares / errors.squares_naive : NAN;
    return LJ_OK;
}

const lj_metric lj_metric_skill = {
    .name = "skill", .tasks = LJ_FOR_REGRESSION, .larger_is_better = 1, .uses_naive = 1, .compute = compute};
