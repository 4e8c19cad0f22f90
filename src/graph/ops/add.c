/* add: y = a + b, broadcast. da = dy, db = dy, each summed to its shape. */
#include "graph/op.h"

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    dx[0] = lj_sum_to(g, dy, *lj_in_shape(g, node, 0));
    dx[1] = lj_sum_to(g, dy, *lj_in_shape(g, node, 1));
}

LJ_BINARY_OP(add, ADD, grad)

lj_value lj_add(lj_graph *g, lj_value a, lj_value b)
{
    return lj_build_binary(g, LJ_OP_ADD, a, b);
}
