/* constant: fixed numbers. */
#include "graph/op.h"

const lj_op lj_op_constant = {.name = "constant", .n_in = 0};

lj_value lj_constant(lj_graph *g, lj_shape shape, const float *data)
{
    if (g->status != LJ_OK)
        return LJ_NONE;
    if (lj_shape_has_batch(&shape))
        return lj_graph_refuse(g, lj_fail(LJ_ESHAPE, "constant: %s has a batch", lj_shape_print(&shape).text));
    lj_value value;
    lj_node *node = lj_graph_add_leaf(g, LJ_OP_CONSTANT, NULL, LJ_F32, shape, &value);
    if (node == NULL)
        return LJ_NONE;
    const int64_t n = lj_shape_inner(&shape);
    node->data = lj_graph_keep(g, data, n, sizeof(*data));
    node->is_uniform = 1;
    node->uniform = data[0];
    for (int64_t i = 1; i < n; i++)
        node->is_uniform &= data[i] == data[0];
    return node->data == NULL ? LJ_NONE : value;
}

lj_value lj_scalar(lj_graph *g, float value)
{
    return lj_constant(g, (lj_shape){.rank = 0}, &value);
}
