/* maximum: y = max(a, b), broadcast; a NaN wins. The gradient goes to the greater, to a if equal. */
#include "graph/op.h"

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    const lj_value a = node->in[0], b = node->in[1];
    dx[0] = lj_sum_to(g, lj_multiply(g, dy, lj_greater_equal(g, a, b)), *lj_in_shape(g, node, 0));
    dx[1] = lj_sum_to(g, lj_multiply(g, dy, lj_greater(g, b, a)), *lj_in_shape(g, node, 1));
}

LJ_BINARY_OP(maximum, MAXIMUM, grad)

lj_value lj_maximum(lj_graph *g, lj_value a, lj_value b)
{
    return lj_build_binary(g, LJ_OP_MAXIMUM, a, b);
}
