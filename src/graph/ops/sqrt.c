/* sqrt: y = x^(1/2). dx = dy / (2 y). */
#include "graph/op.h"

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)node;
    dx[0] = lj_scale(g, lj_divide(g, dy, y), 0.5F);
}

LJ_UNARY_OP(lj_sqrt, sqrt, SQRT, grad, 0.5)
