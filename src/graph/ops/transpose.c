/* transpose: dimensions in another order, the batch first. dx = dy put back. */
#include "graph/strided.h"

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    LJ_TRY(lj_infer_same(g, node, out, dtype));
    const lj_shape x = *out;
    int seen[LJ_RANK_MAX] = {0};
    for (int i = 0; i < x.rank; i++) {
        const int from = node->a.permutation[i];
        if (from < 0 || from >= x.rank || seen[from]++ || (x.dim[from] == LJ_BATCH && i > 0))
            return lj_fail(LJ_ESHAPE, "transpose: not an order of the dimensions of %s with the batch first",
                           lj_shape_print(&x).text);
        out->dim[i] = x.dim[from];
    }
    return LJ_OK;
}

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    int inverse[LJ_RANK_MAX];
    for (int i = 0; i < node->shape.rank; i++)
        inverse[node->a.permutation[i]] = i;
    dx[0] = lj_transpose(g, dy, inverse);
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    const lj_shape *x = lj_in_shape(l->graph, unit->node, 0);
    int64_t strides[LJ_RANK_MAX];
    for (int i = 0; i < x->rank; i++)
        strides[i] = lj_shape_product(x, unit->node->a.permutation[i] + 1, x->rank);
    lj_lower_strided(l, step, &unit->node->shape, strides);
}

const lj_op lj_op_transpose = {.name = "transpose", .n_in = 1, .infer = infer, .grad = grad, .lower = lower};

lj_value lj_transpose(lj_graph *g, lj_value x, const int *permutation)
{
    if (!lj_graph_has(g, "transpose", x))
        return LJ_NONE;
    lj_attributes how = {0};
    int moved = 0;
    for (int i = 0; i < lj_node_at(g, x)->shape.rank; i++) {
        how.permutation[i] = permutation[i];
        moved |= permutation[i] != i;
    }
    return moved ? lj_graph_add(g, LJ_OP_TRANSPOSE, &x, 1, &how) : x;
}
