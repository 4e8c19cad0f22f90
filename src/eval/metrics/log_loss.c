/*
 * log_loss: mean of -log(probability of the class that came true), in nats.
 * Probabilities are kept within 2^-23 of 0 and 1 (the float32 epsilon), so that
 * one sure mistake costs 15.9 and not infinity. Interval: normal, of the mean.
 */
#include <math.h>

#include "eval/interval.h"
#include "eval/metrics.h"
#include "lianjin/math.h"

#define EDGE 0x1p-23

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    const lj_predictions *p = scored->predictions;
    lj_mean mean = {0};
    for (int64_t r = 0; r < p->n; r++) {
        double probability;
        if (p->task == LJ_BINARY)
            probability = p->target[r] == 1 ? (double)p->score[r] : 1 - (double)p->score[r];
        else
            probability = (double)p->score[r * p->classes + (int64_t)p->target[r]];
        probability = fmin(fmax(probability, EDGE), 1 - EDGE);
        lj_mean_add(&mean, -lj_log_d(probability), lj_scored_weight(scored, r));
    }
    lj_mean_value(&mean, 0, out);
    return LJ_OK;
}

const lj_metric lj_metric_log_loss = {.name = "log_loss", .tasks = LJ_FOR_CLASSES, .compute = compute};
