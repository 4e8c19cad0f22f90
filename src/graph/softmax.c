/* What softmax and log_softmax share: rows along the last dimension. */
#include "graph/softmax.h"

lj_status lj_infer_softmax(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    LJ_TRY(lj_infer_same(g, node, out, dtype));
    if (out->rank < 1 || out->dim[out->rank - 1] == LJ_BATCH)
        return lj_fail(LJ_ESHAPE, "%s: expected a last dimension beside the batch, found %s", lj_op_at(node->op)->name,
                       lj_shape_print(out).text);
    return LJ_OK;
}

void lj_lower_softmax(lj_lowering *l, const lj_unit *unit, lj_step *step, lj_step_run *run)
{
    lj_softmax_args *made = lj_lower_args(l, sizeof(*made));
    const lj_shape *shape = &unit->node->shape;
    made->n = shape->dim[shape->rank - 1];
    made->rows = lj_shape_product(shape, 0, shape->rank - 1);
    step->args = made;
    step->run = run;
    step->cost = (double)made->rows * (10.0 + (double)made->n);
}
