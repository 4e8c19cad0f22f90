/* sin: y = sin(x). dx = dy * cos(x). */
#include "graph/op.h"

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    dx[0] = lj_multiply(g, dy, lj_cos(g, node->in[0]));
}

LJ_UNARY_OP(lj_sin, sin, SIN, grad, 1.0)
