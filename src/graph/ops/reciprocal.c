/* reciprocal: y = 1 / x. dx = -dy * y^2. */
#include "graph/op.h"

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)node;
    dx[0] = lj_negate(g, lj_multiply(g, dy, lj_square(g, y)));
}

LJ_UNARY_OP(lj_reciprocal, reciprocal, RECIPROCAL, grad, 0.5)
