/* exp: y = e^x. dx = dy * y. */
#include "graph/op.h"

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)node;
    dx[0] = lj_multiply(g, dy, y);
}

LJ_UNARY_OP(lj_exp, exp, EXP, grad, 0.6)
