#include "graph/update.h"

#include <math.h>

static void move(const lj_update *u, const lj_span *span, int64_t begin, int64_t count, const float *gradient)
{
    const lj_update_args args = {
        .parameter = u->parameter + begin,
        .gradient = gradient,
        .state = {u->state[0] == NULL ? NULL : u->state[0] + begin, u->state[1] == NULL ? NULL : u->state[1] + begin,
                  u->state[2] == NULL ? NULL : u->state[2] + begin},
        .count = count,
        .scale = u->clip->scale,
        .rate = span->run->rate,
        .decay = u->decay,
        .step = span->run->move > 0 ? span->run->move : span->run->step,
        .options = u->rule->options,
    };
    u->rule->apply(&args);
}

/* Gathers the gradient, which becomes the mean of all gathered ones unless the run holds; 0: it holds. */
static int join(const lj_update *u, const lj_span *span, int64_t begin, int64_t count, float *gradient)
{
    const lj_run_options *run = span->run;
    if (u->sum == NULL)
        return 1;
    float *sum = u->sum + begin;
    const float share = 1.0F / (float)(run->gathered + 1);
    for (int64_t i = 0; i < count; i++)
        sum[i] += gradient[i];
    for (int64_t i = 0; !run->holds && i < count; i++) {
        gradient[i] = sum[i] * share;
        sum[i] = 0.0F;
    }
    return !run->holds;
}

float *lj_part_begin(const lj_step *step, const lj_span *span, int64_t begin, float *scratch)
{
    return step->update != NULL ? scratch : lj_out(step, span) + begin;
}

void lj_part_end(const lj_step *step, const lj_span *span, int64_t begin, int64_t count, float *gradient)
{
    const lj_update *u = step->update;
    if (u == NULL || !join(u, span, begin, count, gradient))
        return;
    if (u->clip->value > 0.0F) /* the gradient is in the thread's scratch: lj_part_begin */
        step->kernels->clip(count, gradient, -u->clip->value, u->clip->value, gradient);
    move(u, span, begin, count, gradient);
}

/* The chunk of this part. */
static int64_t chunk(const lj_update *u, const lj_span *span, int64_t *begin)
{
    *begin = span->part * LJ_NORM_CHUNK;
    return u->count - *begin < LJ_NORM_CHUNK ? u->count - *begin : LJ_NORM_CHUNK;
}

void lj_update_run_join(const lj_step *step, const lj_span *span)
{
    const lj_update *u = step->args;
    int64_t begin;
    const int64_t count = chunk(u, span, &begin);
    (void)join(u, span, begin, count, (float *)lj_at(u->gradient, span) + begin);
}

void lj_update_run_clip(const lj_step *step, const lj_span *span)
{
    const lj_update *u = step->args;
    int64_t begin;
    const int64_t count = chunk(u, span, &begin);
    float *gradient = (float *)lj_at(u->gradient, span) + begin;
    step->kernels->clip(count, gradient, -u->clip->value, u->clip->value, gradient);
}

void lj_update_run_squares(const lj_step *step, const lj_span *span)
{
    const lj_update *u = step->args;
    int64_t begin;
    const int64_t count = chunk(u, span, &begin);
    u->squares[span->part] = step->kernels->sum_squares(count, (const float *)lj_at(u->gradient, span) + begin);
}

void lj_update_run_scale(const lj_step *step, const lj_span *span)
{
    (void)span;
    lj_clip *clip = ((const lj_update *)step->args)->clip;
    double sum = 0.0;
    for (int64_t i = 0; i < clip->count; i++)
        sum += (double)clip->squares[i];
    const double norm = sqrt(sum);
    clip->scale = norm > (double)clip->norm ? (float)((double)clip->norm / norm) : 1.0F;
}

void lj_update_run_move(const lj_step *step, const lj_span *span)
{
    const lj_update *u = step->args;
    int64_t begin;
    const int64_t count = chunk(u, span, &begin);
    if (!span->run->holds)
        move(u, span, begin, count, (const float *)lj_at(u->gradient, span) + begin);
}
