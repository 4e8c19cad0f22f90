/* average_pool2d: x [B, H, W, C] -> the mean of each window's pixels inside the image. dx: dy in equal shares. */
#include "graph/pool.h"

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    lj_attributes how = node->a;
    how.shape = *lj_in_shape(g, node, 0);
    dx[0] = lj_graph_add(g, LJ_OP_AVERAGE_POOL2D_GRAD, &dy, 1, &how);
}

static void grad_of_grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    dx[0] = lj_graph_add(g, LJ_OP_AVERAGE_POOL2D, &dy, 1, &node->a);
}

static void run(const lj_step *step, const lj_span *span)
{
    lj_pool_args call = *(const lj_pool_args *)step->args;
    call.images *= span->rows;
    step->kernels->average_pool(&call, lj_in(step, 0, span), lj_out(step, span));
}

static void run_grad(const lj_step *step, const lj_span *span)
{
    lj_pool_args call = *(const lj_pool_args *)step->args;
    call.images *= span->rows;
    step->kernels->average_pool_grad(&call, lj_in(step, 0, span), lj_out(step, span));
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    const lj_node *node = unit->node;
    lj_lower_pool(l, lj_in_shape(l->graph, node, 0), &node->shape, &node->a.window, step, run);
}

static void lower_grad(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    const lj_node *node = unit->node;
    lj_lower_pool(l, &node->shape, lj_in_shape(l->graph, node, 0), &node->a.window, step, run_grad);
}

const lj_op lj_op_average_pool2d = {
    .name = "average_pool2d", .n_in = 1, .large_rows = 1, .infer = lj_infer_pool, .grad = grad, .lower = lower};

const lj_op lj_op_average_pool2d_grad = {
    .name = "average_pool2d_grad", .n_in = 1, .large_rows = 1, .infer = lj_infer_pool_grad, .grad = grad_of_grad,
    .lower = lower_grad};

lj_value lj_average_pool2d(lj_graph *g, lj_value x, lj_pool2d_options options)
{
    return lj_build_pool(g, LJ_OP_AVERAGE_POOL2D, x, &options);
}
