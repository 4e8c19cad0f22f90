/* parameter: a weight by its name. */
#include <string.h>

#include "graph/op.h"

const lj_op lj_op_parameter = {.name = "parameter", .n_in = 0};

static lj_value find(lj_graph *g, const char *name, const lj_shape *shape)
{
    for (lj_value i = 0; i < g->count; i++) {
        const lj_node *node = g->nodes[i];
        if (node->op != LJ_OP_PARAMETER || strcmp(node->name, name) != 0)
            continue;
        if (lj_shape_equal(&node->shape, shape))
            return i;
        return lj_graph_refuse(g, lj_fail(LJ_ESHAPE, "parameter '%s': asked for as %s and as %s", name,
                                          lj_shape_print(&node->shape).text, lj_shape_print(shape).text));
    }
    return LJ_NONE;
}

lj_value lj_parameter(lj_graph *g, const char *name, lj_shape shape, lj_parameter_options options)
{
    if (g->status != LJ_OK)
        return LJ_NONE;
    if (name == NULL || name[0] == '\0' || strlen(name) >= LJ_NAME_MAX)
        return lj_graph_refuse(g, lj_fail(LJ_EINVAL, "parameter: expected a name of 1 to %d bytes", LJ_NAME_MAX - 1));
    if (lj_shape_has_batch(&shape))
        return lj_graph_refuse(
            g, lj_fail(LJ_ESHAPE, "parameter '%s': %s has a batch", name, lj_shape_print(&shape).text));
    const lj_value old = find(g, name, &shape);
    if (old != LJ_NONE || g->status != LJ_OK)
        return old;
    lj_value value;
    lj_node *node = lj_graph_add_leaf(g, LJ_OP_PARAMETER, name, LJ_F32, shape, &value);
    if (node == NULL)
        return LJ_NONE;
    node->parameter = options;
    node->parameter.frozen |= g->freezing;
    if (options.init.kind == LJ_INIT_VALUES) {
        node->parameter.init.values = lj_graph_keep(g, options.init.values, lj_shape_inner(&shape), sizeof(float));
        if (node->parameter.init.values == NULL)
            return LJ_NONE;
    }
    return value;
}

void lj_graph_freeze(lj_graph *g, int frozen)
{
    g->freezing = frozen != 0;
}
