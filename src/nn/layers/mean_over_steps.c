/* mean_over_steps: x [B, T, C] -> [B, C], the mean of a row's steps before its length; of none: 0. */
#include "nn/layer.h"

lj_value lj_mean_over_steps(lj_graph *g, lj_value x, lj_value lengths)
{
    if (!lj_layer_expect_rank(g, "mean_over_steps", x, 3))
        return LJ_NONE;
    if (lengths == LJ_NONE)
        return lj_mean(g, x, 1, 0);
    const int64_t steps = lj_value_shape(g, x).dim[1];
    const lj_value mask = lj_sequence_mask(g, lengths, steps);
    const lj_value count = lj_maximum(g, lj_sum(g, mask, 1, 1), lj_scalar(g, 1.0F));
    const lj_value counted = lj_multiply(g, x, lj_reshape(g, mask, lj_shape_of(LJ_BATCH, steps, 1)));
    return lj_divide(g, lj_sum(g, counted, 1, 0), count);
}

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_mean_over_steps(g, x, lj_layer_lengths(args));
}

const lj_layer lj_layer_mean_over_steps = {
    .name = "mean_over_steps",
    .summary = "the mean of a sequence",
    .input = LJ_LAYER_STEPS,
    .gives = LJ_LAYER_ROWS,
    .build = build,
};
