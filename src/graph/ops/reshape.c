/* reshape: the same elements in another shape, in the same memory; never a step. dx = dy reshaped. */
#include "graph/op.h"

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    const lj_node *x = lj_node_at(g, node->in[0]);
    *out = node->a.shape;
    *dtype = x->dtype;
    if (lj_shape_has_batch(&x->shape) != lj_shape_has_batch(out) || lj_shape_inner(&x->shape) != lj_shape_inner(out))
        return lj_fail(LJ_ESHAPE, "reshape: %s does not become %s", lj_shape_print(&x->shape).text,
                       lj_shape_print(out).text);
    return LJ_OK;
}

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    dx[0] = lj_reshape(g, dy, *lj_in_shape(g, node, 0));
}

const lj_op lj_op_reshape = {.name = "reshape", .n_in = 1, .is_view = 1, .infer = infer, .grad = grad};

lj_value lj_reshape(lj_graph *g, lj_value x, lj_shape shape)
{
    return lj_build_shaped(g, LJ_OP_RESHAPE, x, shape);
}
