/* divide: y = a / b, broadcast. da = dy / b, db = -dy * y / b, each summed to its shape. */
#include "graph/op.h"

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    const lj_value share = lj_divide(g, dy, node->in[1]);
    dx[0] = lj_sum_to(g, share, *lj_in_shape(g, node, 0));
    dx[1] = lj_sum_to(g, lj_negate(g, lj_multiply(g, share, y)), *lj_in_shape(g, node, 1));
}

LJ_BINARY_OP(divide, DIVIDE, grad)

lj_value lj_divide(lj_graph *g, lj_value a, lj_value b)
{
    return lj_build_binary(g, LJ_OP_DIVIDE, a, b);
}
