/* multiply: y = a * b, broadcast. da = dy * b, db = dy * a, each summed to its shape. */
#include "graph/op.h"

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    dx[0] = lj_sum_to(g, lj_multiply(g, dy, node->in[1]), *lj_in_shape(g, node, 0));
    dx[1] = lj_sum_to(g, lj_multiply(g, dy, node->in[0]), *lj_in_shape(g, node, 1));
}

LJ_BINARY_OP(multiply, MULTIPLY, grad)

/*
 * A factor whose elements are all one number is not read from memory: one
 * disappears, which is how the gradient of a batch sum costs nothing; another
 * becomes a scale. Zero wipes out NaN, so only gradients use it.
 */
static lj_value fold(lj_graph *g, lj_value x, lj_value uniform, const lj_shape *out)
{
    const float factor = lj_node_at(g, uniform)->uniform;
    if (factor == 0.0F && g->differentiating)
        return lj_broadcast(g, lj_scalar(g, 0.0F), *out);
    return lj_broadcast(g, lj_scale(g, x, factor), *out);
}

lj_value lj_multiply(lj_graph *g, lj_value a, lj_value b)
{
    if (!lj_graph_has(g, "multiply", a) || !lj_graph_has(g, "multiply", b))
        return LJ_NONE;
    const lj_node *na = lj_node_at(g, a), *nb = lj_node_at(g, b);
    lj_shape out;
    if (lj_shape_broadcast(&na->shape, &nb->shape, &out) && na->dtype == LJ_F32 && nb->dtype == LJ_F32) {
        if (nb->is_uniform)
            return fold(g, a, b, &out);
        if (na->is_uniform)
            return fold(g, b, a, &out);
    }
    return lj_build_binary(g, LJ_OP_MULTIPLY, a, b);
}
