/* log: y = ln(x). dx = dy / x. */
#include "graph/op.h"

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    dx[0] = lj_divide(g, dy, node->in[0]);
}

LJ_UNARY_OP(lj_log, log, LOG, grad, 0.6)
