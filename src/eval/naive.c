#include "eval/naive.h"

#include <math.h>

lj_naive_errors lj_naive_errors_of(const lj_scored *scored)
{
    const lj_predictions *p = scored->predictions;
    lj_naive_errors sums = {0};
    double weights = 0;
    for (int64_t r = 0; r < p->n && p->naive != NULL; r++) {
        if (isnan(p->naive[r]))
            continue;
        const double weight = lj_scored_weight(scored, r);
        const double error = p->target[r] - (double)p->score[r], naive = p->target[r] - p->naive[r];
        weights += weight;
        sums.squares += weight * error * error;
        sums.sizes += weight * fabs(error);
        sums.squares_naive += weight * naive * naive;
        sums.sizes_naive += weight * fabs(naive);
    }
    const double scale = weights > 0 ? 1 / weights : (double)NAN;
    return (lj_naive_errors){sums.squares * scale, sums.sizes * scale, sums.squares_naive * scale,
                             sums.sizes_naive * scale};
}
