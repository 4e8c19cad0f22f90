/*
 * log_softmax: y = x - max - log(sum(exp(x - max))), over the last dimension.
 * dx = dy - exp(y) * sum(dy).
 */
#include "graph/softmax.h"

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)node;
    dx[0] = lj_graph_add(g, LJ_OP_LOG_SOFTMAX_GRAD, (lj_value[]){y, dy}, 2, &(lj_attributes){0});
}

static void run(const lj_step *step, const lj_span *span)
{
    const lj_softmax_args *a = step->args;
    step->kernels->log_softmax(a->rows * span->rows, a->n, lj_in(step, 0, span), lj_out(step, span));
}

static void run_grad(const lj_step *step, const lj_span *span)
{
    const lj_softmax_args *a = step->args;
    step->kernels->log_softmax_grad(a->rows * span->rows, a->n, lj_in(step, 0, span), lj_in(step, 1, span),
                                lj_out(step, span));
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    lj_lower_softmax(l, unit, step, unit->node->op == LJ_OP_LOG_SOFTMAX ? run : run_grad);
}

const lj_op lj_op_log_softmax = {
    .name = "log_softmax", .n_in = 1, .in_place = 1, .infer = lj_infer_softmax, .grad = grad, .lower = lower};

const lj_op lj_op_log_softmax_grad = {
    .name = "log_softmax_grad", .n_in = 2, .in_place = 1, .infer = lj_infer_same, .lower = lower};

lj_value lj_log_softmax(lj_graph *g, lj_value x)
{
    return lj_graph_add(g, LJ_OP_LOG_SOFTMAX, &x, 1, &(lj_attributes){0});
}
