/*
 * max_pool2d: x [B, H, W, C] -> the greatest of each window, and (its part 1)
 * its place in the window. max_pool2d_grad: dy added at those places.
 */
#include "graph/pool.h"

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    lj_attributes how = node->a;
    how.shape = *lj_in_shape(g, node, 0);
    dx[0] = lj_graph_add(g, LJ_OP_MAX_POOL2D_GRAD, (lj_value[]){y + 1, dy}, 2, &how);
}

static void run(const lj_step *step, const lj_span *span)
{
    lj_pool_args call = *(const lj_pool_args *)step->args;
    int32_t *index = (int32_t *)(void *)lj_out_or_null(step, 1, span);
    call.images *= span->rows;
    step->kernels->max_pool(&call, lj_in(step, 0, span), lj_out(step, span), index);
}

static void run_grad(const lj_step *step, const lj_span *span)
{
    lj_pool_args call = *(const lj_pool_args *)step->args;
    call.images *= span->rows;
    step->kernels->max_pool_grad(&call, lj_at(step->in[0], span), lj_in(step, 1, span), lj_out(step, span));
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    const lj_node *node = unit->node;
    lj_lower_pool(l, lj_in_shape(l->graph, node, 0), &node->shape, &node->a.window, step, run);
}

static void lower_grad(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    const lj_node *node = unit->node;
    lj_lower_pool(l, &node->shape, lj_in_shape(l->graph, node, 1), &node->a.window, step, run_grad);
}

const lj_op lj_op_max_pool2d = {
    .name = "max_pool2d", .n_in = 1, .large_rows = 1, .infer = lj_infer_pool, .grad = grad, .lower = lower};

const lj_op lj_op_max_pool2d_grad = {
    .name = "max_pool2d_grad", .n_in = 2, .large_rows = 1, .infer = lj_infer_pool_grad, .lower = lower_grad};

lj_value lj_max_pool2d(lj_graph *g, lj_value x, lj_pool2d_options options)
{
    const lj_value y = lj_build_pool(g, LJ_OP_MAX_POOL2D, x, &options);
    if (y == LJ_NONE || lj_graph_add_part(g, y, 1, lj_node_at(g, y)->shape, LJ_I32) == LJ_NONE)
        return LJ_NONE;
    return y;
}
