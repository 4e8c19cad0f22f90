/* scale: y = x * factor. dx = dy * factor. */
#include "graph/op.h"

typedef struct args {
    int64_t inner;
    float factor;
} args;

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    dx[0] = lj_scale(g, dy, node->a.number[0]);
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    step->kernels->scale(span->rows * a->inner, lj_in(step, 0, span), a->factor, lj_out(step, span));
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *a = lj_lower_args(l, sizeof(*a));
    *a = (args){.inner = lj_inner(l, unit->in[0]), .factor = unit->node->a.number[0]};
    step->args = a;
    step->run = run;
    step->cost = 0.2 * (double)a->inner;
}

const lj_op lj_op_scale = {
    .name = "scale",
    .n_in = 1,
    .in_place = 1,
    .infer = lj_infer_same,
    .grad = grad,
    .lower = lower,
};

lj_value lj_scale(lj_graph *g, lj_value x, float factor)
{
    if (factor == 1.0F)
        return x;
    if (x != LJ_NONE && lj_node_at(g, x)->is_uniform)
        return lj_broadcast(g, lj_scalar(g, lj_node_at(g, x)->uniform * factor), lj_node_at(g, x)->shape);
    return lj_graph_add(g, LJ_OP_SCALE, &x, 1, &(lj_attributes){.number = {factor}});
}
