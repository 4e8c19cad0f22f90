/* The moving average of the weights by step (Polyak and Juditsky 1992; exponential as in TensorFlow). */
#include <string.h>

#include "train/trainer.h"

void lj_average_step(lj_weights *average, lj_weights *weights, double decay, int64_t step)
{
    const double young = (1.0 + (double)step) / (10.0 + (double)step);
    const float move = (float)(1.0 - (decay < young ? decay : young));
    const int64_t n = lj_weights_count(weights);
    for (int64_t t = 0; t < n; t++) {
        const lj_tensor *from = lj_weights_at(weights, t);
        if (from->frozen || from->dtype != LJ_F32)
            continue;
        float *restrict to = lj_weights_at(average, t)->data;
        const float *restrict now = from->data;
        for (int64_t i = 0; i < from->count; i++)
            to[i] += move * (now[i] - to[i]);
    }
}

void lj_average_frozen(lj_weights *average, lj_weights *weights)
{
    const int64_t n = lj_weights_count(weights);
    for (int64_t t = 0; t < n; t++) {
        const lj_tensor *from = lj_weights_at(weights, t);
        if (from->frozen)
            memcpy(lj_weights_at(average, t)->data, from->data, (size_t)from->count * 4);
    }
}

void lj_average_epoch(lj_weights *average, lj_weights *weights, int64_t count)
{
    const float move = count < 1 ? 1.0F : 1.0F / (float)count;
    const int64_t n = lj_weights_count(weights);
    for (int64_t t = 0; t < n; t++) {
        const lj_tensor *from = lj_weights_at(weights, t);
        float *to = lj_weights_at(average, t)->data;
        const float *now = from->data;
        if (from->dtype != LJ_F32)
            continue;
        for (int64_t i = 0; i < from->count; i++)
            to[i] = count <= 1 || from->frozen ? now[i] : to[i] + move * (now[i] - to[i]);
    }
}
