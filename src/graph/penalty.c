/* Gradient penalty: Gulrajani, Ahmed, Arjovsky, Dumoulin and Courville 2017, "Improved training of Wasserstein GANs". */
#include "graph/op.h"

#define EPSILON 1e-12F /* under the root, whose slope at 0 is infinite */

static lj_status gradient_of(lj_graph *g, lj_value score, lj_value x, lj_value *out)
{
    const lj_shape shape = lj_node_at(g, score)->shape;
    if (shape.rank != 1 || !lj_shape_has_batch(&shape) || !lj_shape_has_batch(&lj_node_at(g, x)->shape))
        return lj_fail(LJ_ESHAPE, "gradient_penalty: expected a score [batch] of [batch, ...], found %s of %s",
                       lj_shape_print(&shape).text, lj_shape_print(&lj_node_at(g, x)->shape).text);
    LJ_TRY(lj_gradient(g, lj_sum(g, score, 0, 0), &x, 1, out));
    return *out != LJ_NONE ? LJ_OK : lj_fail(LJ_EINVAL, "gradient_penalty: the score does not depend on its rows");
}

lj_value lj_gradient_penalty(lj_graph *g, lj_value score, lj_value x, float norm)
{
    lj_value slope = LJ_NONE;
    if (!lj_graph_has(g, "gradient_penalty", score) || !lj_graph_has(g, "gradient_penalty", x))
        return LJ_NONE;
    const lj_status status = gradient_of(g, score, x, &slope);
    if (status != LJ_OK)
        return lj_graph_refuse(g, status);
    const lj_shape flat = lj_shape_of(LJ_BATCH, lj_shape_inner(&lj_node_at(g, slope)->shape));
    const lj_value squares = lj_sum(g, lj_square(g, lj_reshape(g, slope, flat)), 1, 0);
    const lj_value length = lj_sqrt(g, lj_add(g, squares, lj_scalar(g, EPSILON)));
    return lj_square(g, lj_subtract(g, length, lj_scalar(g, norm)));
}
