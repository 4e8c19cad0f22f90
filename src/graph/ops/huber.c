/*
 * huber: with d = x - target, d^2 / 2 if |d| <= delta, else delta * (|d| - delta / 2).
 * dx = dy * clip(d, -delta, delta), in one kernel; dtarget = -dx.
 */
#include "graph/loss.h"

typedef struct args {
    int64_t inner;
    float delta;
} args;

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    dx[0] = lj_graph_add(g, LJ_OP_HUBER_GRAD, (lj_value[]){node->in[0], node->in[1], dy}, 3, &node->a);
    dx[1] = lj_negate(g, dx[0]);
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    step->kernels->huber(a->inner * span->rows, lj_in(step, 0, span), lj_in(step, 1, span), a->delta,
                         lj_out(step, span));
}

static void run_grad(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    step->kernels->huber_grad(a->inner * span->rows, lj_in(step, 0, span), lj_in(step, 1, span), a->delta,
                              lj_in(step, 2, span), lj_out(step, span));
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    made->inner = lj_inner(l, unit->in[0]);
    made->delta = unit->node->a.number[0];
    step->args = made;
    step->run = unit->node->op == LJ_OP_HUBER ? run : run_grad;
    step->cost = 0.5 * (double)made->inner;
}

const lj_op lj_op_huber = {
    .name = "huber", .n_in = 2, .in_place = 1, .infer = lj_infer_loss, .grad = grad, .lower = lower};

const lj_op lj_op_huber_grad = {
    .name = "huber_grad", .n_in = 3, .in_place = 1, .infer = lj_infer_same, .lower = lower};

lj_value lj_huber(lj_graph *g, lj_value x, lj_value target, float delta)
{
    return lj_graph_add(g, LJ_OP_HUBER, (lj_value[]){x, target}, 2, &(lj_attributes){.number = {delta}});
}
