/* Losses by row, and their gradients. */
#include "compute/lanes.h"

/* Loops over n numbers: `expression` uses LOAD(array); OUT is written. */
#define LOAD(array) (count == LJ_W ? vload((array) + i) : vload_n((array) + i, count))
#define FOR_VECTORS(n, out, expression)                    \
    for (int64_t i = 0; i < (n); i += LJ_W) {              \
        const int64_t count = lj_min((n) - i, LJ_W);       \
        const vf result_ = (expression);                   \
        if (count == LJ_W)                                 \
            vstore((out) + i, result_);                    \
        else                                               \
            vstore_n((out) + i, result_, count);           \
    }

/* target (1 - s) + s / 2 */
LJ_INLINE vf smoothed(vf target, float smoothing)
{
    return smoothing == 0.0F ? target : vfma(target, vset1(1.0F - smoothing), vset1(0.5F * smoothing));
}

/* softplus(z) - t z, from the larger side: max(z, 0) - t z + log1p(exp(-|z|)) */
LJ_INLINE vf bce(vf z, vf t)
{
    return vfma(-t, z, vrelu(z)) + vlog1p(vexp(-vabs(z)));
}

void LJ_NAME(bce_logits)(int64_t n, const float *logits, const float *target, float smoothing, float *loss)
{
    FOR_VECTORS(n, loss, bce(LOAD(logits), smoothed(LOAD(target), smoothing)))
}

void LJ_NAME(bce_logits_grad)(int64_t n, const float *logits, const float *target, float smoothing, const float *d_loss,
                              float *d_logits)
{
    FOR_VECTORS(n, d_logits, LOAD(d_loss) * (vsigmoid(LOAD(logits)) - smoothed(LOAD(target), smoothing)))
}

LJ_INLINE vf huber(vf d, float delta)
{
    const vf a = vabs(d), limit = vset1(delta), half = vset1(0.5F);
    return vselect((vi)(a <= limit), half * (d * d), limit * vfma(-half, limit, a));
}

void LJ_NAME(huber)(int64_t n, const float *x, const float *target, float delta, float *loss)
{
    FOR_VECTORS(n, loss, huber(LOAD(x) - LOAD(target), delta))
}

void LJ_NAME(huber_grad)(int64_t n, const float *x, const float *target, float delta, const float *d_loss, float *dx)
{
    FOR_VECTORS(n, dx, LOAD(d_loss) * vat_least(vat_most(LOAD(x) - LOAD(target), delta), -delta))
}

static int64_t label_of(int32_t label, int64_t classes)
{
    return label >= 0 && label < classes ? label : 0;
}

/* -(1 - s) log p_label - s mean(log p); labels are few, so each row is one log-softmax and one sum. */
void LJ_NAME(softmax_cross_entropy)(int64_t rows, int64_t heads, int64_t classes, const float *logits,
                                    const int32_t *labels, float smoothing, float *loss)
{
    for (int64_t r = 0; r < rows; r++) {
        const int64_t label = label_of(labels[r], classes);
        for (int64_t h = 0; h < heads; h++, logits += classes, loss++) {
            const float greatest = lanes_max_of(classes, logits);
            lanes s = lanes_zero();
            float part[LJ_LANES];
            for (int64_t i = 0; i < classes; i += LJ_LANES) {
                const int64_t count = lj_min(classes - i, LJ_LANES);
                memset(part, 0, sizeof(part));
                memcpy(part, logits + i, (size_t)count * sizeof(float));
                LJ_UNROLL
                for (int v = 0; v < LANES_V; v++)
                    vstore(part + v * LJ_W, vexp(vload(part + v * LJ_W) - vset1(greatest)));
                for (int64_t l = count; l < LJ_LANES; l++)
                    part[l] = 0.0F;
                LJ_UNROLL
                for (int v = 0; v < LANES_V; v++)
                    s.v[v] = s.v[v] + vload(part + v * LJ_W);
            }
            const float rest = vlog(vset1(lanes_sum(&s)))[0];
            const float of_label = (logits[label] - greatest) - rest; /* log p of the label */
            if (smoothing == 0.0F) {
                *loss = -of_label;
                continue;
            }
            const float mean = (lanes_sum_of(classes, logits) / (float)classes - greatest) - rest;
            *loss = -((1.0F - smoothing) * of_label + smoothing * mean);
        }
    }
}

void LJ_NAME(softmax_cross_entropy_grad)(int64_t rows, int64_t heads, int64_t classes, const float *logits,
                                         const int32_t *labels, float smoothing, const float *d_loss, float *d_logits)
{
    const float spread = smoothing / (float)classes;
    for (int64_t r = 0; r < rows; r++) {
        const int64_t label = label_of(labels[r], classes);
        for (int64_t h = 0; h < heads; h++, logits += classes, d_logits += classes, d_loss++) {
            const float scale = *d_loss;
            LJ_NAME(softmax)(1, classes, logits, d_logits);
            for (int64_t c = 0; c < classes; c++) {
                const float wanted = c == label ? (1.0F - smoothing) + spread : spread;
                d_logits[c] = scale * (d_logits[c] - wanted);
            }
        }
    }
}
