/*
 * The learning rate: Smith 2017, "Cyclical learning rates for training neural
 * networks". Steps with a rate that grows from LEAST to MOST by the same factor;
 * the rate is a tenth of the one where the smoothed loss was least, for there it
 * still falls. The search ends where the loss is SURE times the least.
 */
#include <inttypes.h>
#include <math.h>

#include "lianjin/math.h"
#include "train/trainer.h"

#define STEPS  100
#define LEAST  1e-6
#define GROWTH 1.1489 /* LEAST * GROWTH^(STEPS - 1) is near 1 */
#define SMOOTH 0.9
#define SURE   4.0

/* The rate where the smoothed loss is least; 0: the first loss is not finite. */
static lj_status search(lj_trainer *trainer, double *best)
{
    lj_position *at = &trainer->at;
    double rate = LEAST, smooth = 0.0, weight = 0.0, loss = 0.0, least = HUGE_VAL, correction = 1.0;
    *best = 0.0;
    for (int64_t i = 0; i < STEPS; i++) {
        if (at->batch >= lj_trainer_batches(trainer))
            at->batch = 0; /* the rows of the first epoch again */
        LJ_TRY(lj_trainer_run(trainer, (float)rate, &weight, &loss));
        if (!isfinite(loss))
            break;
        smooth = SMOOTH * smooth + (1.0 - SMOOTH) * loss;
        correction *= SMOOTH;
        const double seen = smooth / (1.0 - correction);
        if (seen < least) {
            least = seen;
            *best = rate;
        }
        if (seen > SURE * least && least > 0.0)
            break;
        rate *= GROWTH;
    }
    return LJ_OK;
}

lj_status lj_find_rate(lj_trainer *trainer)
{
    lj_weights *weights = NULL, *state = NULL;
    const lj_position start = trainer->at;
    double best = 0.0;
    lj_status status = lj_weights_clone(trainer->job->weights, &weights);
    if (status == LJ_OK)
        status = lj_weights_clone(trainer->state, &state);
    if (status == LJ_OK)
        status = lj_batches_shuffle(trainer);
    if (status == LJ_OK)
        status = search(trainer, &best);
    if (status == LJ_OK) {
        trainer->at = start;
        lj_weights_copy(trainer->job->weights, weights);
        lj_weights_copy(trainer->state, state);
        trainer->options.schedule.rate = best / 10.0;
        if (best > 0.0)
            lj_note(trainer->console, "rate %.3g: a tenth of %.3g, where the loss was least", best / 10.0, best);
        else
            status = lj_fail(LJ_EDIVERGED, "train: no rate was found, the first loss is not finite");
    }
    lj_weights_destroy(weights);
    lj_weights_destroy(state);
    return status;
}
