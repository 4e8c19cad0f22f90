/* max_over_steps: x [B, T, C] -> [B, C], the greatest of a row's steps before its length; of none: 0. */
#include "nn/layer.h"

#define BELOW_ALL 3e38F /* what is taken from steps that do not count */

lj_value lj_max_over_steps(lj_graph *g, lj_value x, lj_value lengths)
{
    if (!lj_layer_expect_rank(g, "max_over_steps", x, 3))
        return LJ_NONE;
    if (lengths == LJ_NONE)
        return lj_max(g, x, 1, 0);
    const int64_t steps = lj_value_shape(g, x).dim[1];
    const lj_value mask = lj_sequence_mask(g, lengths, steps);
    const lj_value less = lj_multiply(g, lj_subtract(g, mask, lj_scalar(g, 1.0F)), lj_scalar(g, BELOW_ALL));
    const lj_value greatest = lj_max(g, lj_add(g, x, lj_reshape(g, less, lj_shape_of(LJ_BATCH, steps, 1))), 1, 0);
    return lj_multiply(g, greatest, lj_slice(g, mask, 1, 0, 1)); /* 0 where no step counts */
}

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_max_over_steps(g, x, lj_layer_lengths(args));
}

const lj_layer lj_layer_max_over_steps = {
    .name = "max_over_steps",
    .summary = "the greatest of each number of a sequence",
    .input = LJ_LAYER_STEPS,
    .gives = LJ_LAYER_ROWS,
    .build = build,
};
