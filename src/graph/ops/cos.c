/* cos: y = cos(x). dx = -dy * sin(x). */
#include "graph/op.h"

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    dx[0] = lj_negate(g, lj_multiply(g, dy, lj_sin(g, node->in[0])));
}

LJ_UNARY_OP(lj_cos, cos, COS, grad, 1.0)
