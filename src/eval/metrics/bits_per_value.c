/* bits_per_value: the mean score in bits for each number of a row (each pixel of an image), where it is in nats. */
#include <math.h>

#include "eval/metrics.h"

static lj_status compute(lj_scored *scored, lj_metric_value *out)
{
    const int64_t values = scored->predictions->values;
    lj_metric_value loss;
    if (values == 0)
        return LJ_OK;
    LJ_TRY(lj_metric_run(&lj_metric_loss, scored, &loss));
    const double bits = 1.0 / ((double)values * 0.6931471805599453); /* log 2 */
    out->value = loss.value * bits;
    out->low = loss.low * bits;
    out->high = loss.high * bits;
    return LJ_OK;
}

const lj_metric lj_metric_bits_per_value = {
    .name = "bits_per_value", .tasks = LJ_FOR_UNSUPERVISED, .compute = compute};
