/* absolute: y = |x|. dx = dy * sign(x). */
#include "graph/op.h"

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    dx[0] = lj_multiply(g, dy, lj_sign(g, node->in[0]));
}

LJ_UNARY_OP(lj_absolute, absolute, ABSOLUTE, grad, 0.2)
