/* square: y = x^2. dx = 2 dy x. */
#include "graph/op.h"

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    dx[0] = lj_scale(g, lj_multiply(g, dy, node->in[0]), 2.0F);
}

LJ_UNARY_OP(lj_square, square, SQUARE, grad, 0.2)
