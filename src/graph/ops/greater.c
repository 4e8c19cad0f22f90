/* greater: y = a > b ? 1 : 0, broadcast. No gradient: masks of gradients. */
#include "graph/op.h"

LJ_BINARY_OP(greater, GREATER, NULL)

lj_value lj_greater(lj_graph *g, lj_value a, lj_value b)
{
    return lj_build_binary(g, LJ_OP_GREATER, a, b);
}
