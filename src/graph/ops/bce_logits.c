/*
 * bce_logits: softplus(x) - x t', with t' = target * (1 - s) + s / 2.
 * dx = dy * (sigmoid(x) - t'), in one kernel; dtarget = -dy * x * (1 - s).
 */
#include "graph/loss.h"

typedef struct args {
    int64_t inner;
    float smoothing;
} args;

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    const lj_value x = node->in[0], target = node->in[1];
    dx[0] = lj_graph_add(g, LJ_OP_BCE_LOGITS_GRAD, (lj_value[]){x, target, dy}, 3, &node->a);
    dx[1] = lj_multiply(g, dy, lj_scale(g, x, -(1.0F - node->a.number[0])));
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    step->kernels->bce_logits(a->inner * span->rows, lj_in(step, 0, span), lj_in(step, 1, span), a->smoothing,
                              lj_out(step, span));
}

static void run_grad(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    step->kernels->bce_logits_grad(a->inner * span->rows, lj_in(step, 0, span), lj_in(step, 1, span), a->smoothing,
                                   lj_in(step, 2, span), lj_out(step, span));
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    made->inner = lj_inner(l, unit->in[0]);
    made->smoothing = unit->node->a.number[0];
    step->args = made;
    step->run = unit->node->op == LJ_OP_BCE_LOGITS ? run : run_grad;
    step->cost = 1.5 * (double)made->inner;
}

const lj_op lj_op_bce_logits = {
    .name = "bce_logits", .n_in = 2, .in_place = 1, .infer = lj_infer_loss, .grad = grad, .lower = lower};

const lj_op lj_op_bce_logits_grad = {
    .name = "bce_logits_grad", .n_in = 3, .in_place = 1, .infer = lj_infer_same, .lower = lower};

lj_value lj_bce_logits(lj_graph *g, lj_value logits, lj_value target, float smoothing)
{
    return lj_graph_add(g, LJ_OP_BCE_LOGITS, (lj_value[]){logits, target}, 2,
                        &(lj_attributes){.number = {smoothing}});
}
