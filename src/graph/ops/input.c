/* input: filled before each run. */
#include <string.h>

#include "graph/op.h"

const lj_op lj_op_input = {.name = "input", .n_in = 0};

lj_value lj_input(lj_graph *g, const char *name, lj_dtype dtype, lj_shape shape)
{
    for (int64_t i = 0; i < g->count; i++) {
        if (g->nodes[i]->op == LJ_OP_INPUT && strcmp(g->nodes[i]->name, name) == 0)
            return lj_graph_refuse(g, lj_fail(LJ_EINVAL, "input: there is an input '%s' already", name));
    }
    lj_value value;
    (void)lj_graph_add_leaf(g, LJ_OP_INPUT, name, dtype, shape, &value);
    return value;
}
