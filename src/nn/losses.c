/*
 * Losses: each row's loss by an operation of the graph, heads averaged, then
 * the sum weighted by the rows' (normalised) weights; or each position's, with
 * a weight of its own.
 */
#include <assert.h>

#include "nn/layer.h"

/* [B, 1] -> [B]; heads [B, H, 1] -> [B, H]. Refuses more than one value. */
static lj_value drop_last(lj_graph *g, lj_value prediction, const lj_shape *shape)
{
    const int64_t width = shape->dim[shape->rank - 1];
    if (width != 1)
        return lj_graph_refuse(g, lj_fail(LJ_ESHAPE, "loss: expected one value a row, found %lld", (long long)width));
    lj_shape out = *shape;
    out.rank--;
    return lj_reshape(g, prediction, out);
}

/* target [B] or of the prediction's shape, beside a prediction [B] or [B, H]. */
static lj_value widen_target(lj_graph *g, lj_value target, lj_value prediction)
{
    const lj_shape shape = lj_value_shape(g, prediction);
    if (shape.rank == lj_value_shape(g, target).rank)
        return target;
    return lj_broadcast(g, lj_reshape(g, target, lj_shape_of(LJ_BATCH, 1)), shape);
}

/* [B] or [B, H] of losses by row. */
static lj_value row_losses(lj_graph *g, lj_value prediction, lj_value target, const lj_loss_options *options)
{
    const lj_shape shape = lj_value_shape(g, prediction);
    if (shape.rank != 2 && shape.rank != 3)
        return lj_graph_refuse(
            g, lj_fail(LJ_ESHAPE, "loss: expected a prediction [B, C] or [B, H, C], found %d dimensions", shape.rank));
    if (options->loss == LJ_LOSS_CROSS_ENTROPY)
        return lj_softmax_cross_entropy(g, prediction, target, options->smoothing);

    const lj_value y = drop_last(g, prediction, &shape);
    if (y == LJ_NONE)
        return LJ_NONE;
    const lj_value wanted = widen_target(g, target, y);
    switch (options->loss) {
    case LJ_LOSS_BINARY_CROSS_ENTROPY:
        return lj_bce_logits(g, y, wanted, options->smoothing);
    case LJ_LOSS_MSE:
        return lj_square(g, lj_subtract(g, y, wanted));
    case LJ_LOSS_MAE:
        return lj_absolute(g, lj_subtract(g, y, wanted));
    case LJ_LOSS_HUBER:
        return lj_huber(g, y, wanted, options->delta == 0.0F ? 1.0F : options->delta);
    case LJ_LOSS_CROSS_ENTROPY:
    case LJ_LOSS_COUNT:
        break;
    }
    assert(options->loss < LJ_LOSS_COUNT); /* every loss of the list has a case above */
    return LJ_NONE;
}

lj_value lj_loss_build(lj_graph *g, lj_value prediction, lj_value target, lj_value weight, lj_loss_options options)
{
    if (prediction == LJ_NONE || target == LJ_NONE || weight == LJ_NONE)
        return LJ_NONE;
    lj_value loss = row_losses(g, prediction, target, &options);
    if (loss == LJ_NONE)
        return LJ_NONE;
    const int by_position = lj_value_shape(g, weight).rank == 2;
    if (lj_value_shape(g, loss).rank == 2 && !by_position)
        loss = lj_mean(g, loss, 1, 0);
    loss = lj_multiply(g, loss, weight);
    if (by_position)
        loss = lj_sum(g, loss, 1, 0);
    return lj_sum(g, loss, 0, 0);
}
