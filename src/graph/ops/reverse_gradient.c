/*
 * reverse_gradient: y = x, in the same memory; never a step. dx = -factor dy.
 * Ganin et al. 2016, "Domain-adversarial training of neural networks".
 */
#include "graph/op.h"

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    dx[0] = lj_scale(g, dy, -node->a.number[0]);
}

const lj_op lj_op_reverse_gradient = {
    .name = "reverse_gradient", .n_in = 1, .is_view = 1, .infer = lj_infer_same, .grad = grad};

lj_value lj_reverse_gradient(lj_graph *g, lj_value x, float factor)
{
    return lj_graph_add(g, LJ_OP_REVERSE_GRADIENT, &x, 1, &(lj_attributes){.number = {factor}});
}
