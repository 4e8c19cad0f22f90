/*
 * One step of the optimisers, with PyTorch's formulas in this order. Every
 * multiplication that is followed by an addition is an fma.
 */
#include <stddef.h>

#include "compute/kernel.h"

/* The loop of an update: STEP(vectors of p, g, states) for whole vectors and the last short one. */
#define LOAD(array) (count == LJ_W ? vload((array) + i) : vload_n((array) + i, count))
#define STORE(array, x)                      \
    do {                                     \
        if (count == LJ_W)                   \
            vstore((array) + i, x);          \
        else                                 \
            vstore_n((array) + i, x, count); \
    } while (0)

/* The gradient, scaled, with the decay that is not decoupled. */
LJ_INLINE vf gradient_of(vf gradient, vf scale, vf parameter, vf decay)
{
    return vfma(decay, parameter, gradient * scale);
}

LJ_INLINE void sgd(const lj_update_args *a, float momentum, int nesterov, int64_t i, const int64_t count)
{
    const vf p = LOAD(a->parameter);
    const vf g = gradient_of(LOAD(a->gradient), vset1(a->scale), p, vset1(a->decay));
    vf d = g;
    if (momentum != 0.0F) {
        /* The first step takes the gradient as it is. */
        const vf buffer = a->step == 1 ? g : vfma(vset1(momentum), LOAD(a->state[0]), g);
        STORE(a->state[0], buffer);
        d = nesterov ? vfma(vset1(momentum), buffer, g) : buffer;
    }
    STORE(a->parameter, vfma(vset1(-a->rate), d, p));
}

void LJ_NAME(update_sgd)(const lj_update_args *args, float momentum, int nesterov)
{
    int64_t i = 0;
    for (; i + LJ_W <= args->count; i += LJ_W)
        sgd(args, momentum, nesterov, i, LJ_W);
    if (i < args->count)
        sgd(args, momentum, nesterov, i, args->count - i);
}

/* square = rho square + (1 - rho) g^2; d = g / (sqrt(square) + epsilon); with momentum: buffer = momentum buffer + d */
LJ_INLINE void rmsprop(const lj_update_args *a, float rho, float epsilon, float momentum, int64_t i,
                       const int64_t count)
{
    const vf p = LOAD(a->parameter);
    const vf g = gradient_of(LOAD(a->gradient), vset1(a->scale), p, vset1(a->decay));
    const vf square = vfma(vset1(1.0F - rho) * g, g, vset1(rho) * LOAD(a->state[0]));
    STORE(a->state[0], square);
    vf d = g / (vsqrt(square) + vset1(epsilon));
    if (momentum != 0.0F) {
        d = vfma(vset1(momentum), LOAD(a->state[1]), d);
        STORE(a->state[1], d);
    }
    STORE(a->parameter, vfma(vset1(-a->rate), d, p));
}

void LJ_NAME(update_rmsprop)(const lj_update_args *args, float rho, float epsilon, float momentum)
{
    int64_t i = 0;
    for (; i + LJ_W <= args->count; i += LJ_W)
        rmsprop(args, rho, epsilon, momentum, i, LJ_W);
    if (i < args->count)
        rmsprop(args, rho, epsilon, momentum, i, args->count - i);
}

/* What Adam's loop keeps in registers. */
typedef struct adam_numbers {
    vf scale, decay, shrink, beta1_rest, beta2, beta2_rest, correction2, epsilon, rate;
} adam_numbers;

LJ_INLINE void adam(const lj_update_args *a, float *parameter, float *first, float *second, const adam_numbers *k,
                    int64_t i, const int64_t count)
{
    vf p = LOAD(parameter);
    const vf g = gradient_of(LOAD(a->gradient), k->scale, p, k->decay);
    const vf m0 = LOAD(first);
    const vf m = vfma(k->beta1_rest, g - m0, m0);
    const vf v = vfma(k->beta2_rest * g, g, k->beta2 * LOAD(second));
    const vf below = vfma(vsqrt(v), k->correction2, k->epsilon);
    p = p * k->shrink; /* 1 unless the decay is decoupled */
    STORE(first, m);
    STORE(second, v);
    STORE(parameter, vfma(k->rate, m / below, p));
}

void LJ_NAME(update_adam)(const lj_update_args *args, const lj_adam_step *step)
{
    const float coupled = step->decoupled ? 0.0F : args->decay;
    const float shrink = step->decoupled ? 1.0F - args->rate * args->decay : 1.0F;
    const adam_numbers k = {
        .scale = vset1(args->scale),
        .decay = vset1(coupled),
        .shrink = vset1(shrink),
        .beta1_rest = vset1(step->beta1_rest),
        .beta2 = vset1(step->beta2),
        .beta2_rest = vset1(step->beta2_rest),
        .correction2 = vset1(step->correction2),
        .epsilon = vset1(step->epsilon),
        .rate = vset1(-(args->rate * step->correction1)),
    };
    float *parameter = args->parameter, *first = args->state[0], *second = args->state[1];
    int64_t i = 0;
    for (; i + LJ_W <= args->count; i += LJ_W)
        adam(args, parameter, first, second, &k, i, LJ_W);
    if (i < args->count)
        adam(args, parameter, first, second, &k, i, args->count - i);
}
