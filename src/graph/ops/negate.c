/* negate: y = -x. dx = -dy. */
#include "graph/op.h"

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)node;
    (void)y;
    dx[0] = lj_negate(g, dy);
}

LJ_UNARY_OP(lj_negate, negate, NEGATE, grad, 0.2)
