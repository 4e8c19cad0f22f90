/* broadcast: x repeated along dimensions of size 1 or missing ones. dx = dy summed to x. */
#include "graph/strided.h"

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    LJ_TRY(lj_infer_same(g, node, out, dtype));
    const lj_shape x = *out;
    if (!lj_shape_broadcast(&x, &node->a.shape, out) || !lj_shape_equal(out, &node->a.shape))
        return lj_fail(LJ_ESHAPE, "broadcast: %s does not become %s", lj_shape_print(&x).text,
                       lj_shape_print(&node->a.shape).text);
    return LJ_OK;
}

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    dx[0] = lj_sum_to(g, dy, *lj_in_shape(g, node, 0));
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    const lj_shape *x = lj_in_shape(l->graph, unit->node, 0), *out = &unit->node->shape;
    int64_t strides[LJ_RANK_MAX];
    for (int i = 0; i < out->rank; i++) {
        const int ix = i - (out->rank - x->rank);
        const int repeats = ix < 0 || (x->dim[ix] == 1 && out->dim[i] != 1);
        strides[i] = repeats ? 0 : lj_shape_product(x, ix + 1, x->rank);
    }
    lj_lower_strided(l, step, out, strides);
}

const lj_op lj_op_broadcast = {.name = "broadcast", .n_in = 1, .infer = infer, .grad = grad, .lower = lower};

lj_value lj_broadcast(lj_graph *g, lj_value x, lj_shape shape)
{
    return lj_build_shaped(g, LJ_OP_BROADCAST, x, shape);
}
