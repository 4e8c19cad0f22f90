/* greater_equal: y = a >= b ? 1 : 0, broadcast. No gradient: masks of gradients. */
#include "graph/op.h"

LJ_BINARY_OP(greater_equal, GREATER_EQUAL, NULL)

lj_value lj_greater_equal(lj_graph *g, lj_value a, lj_value b)
{
    return lj_build_binary(g, LJ_OP_GREATER_EQUAL, a, b);
}
