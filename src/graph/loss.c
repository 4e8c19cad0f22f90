#include "graph/loss.h"

lj_status lj_infer_loss(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    LJ_TRY(lj_infer_same(g, node, out, dtype));
    const lj_node *target = lj_node_at(g, node->in[1]);
    if (!lj_shape_equal(out, &target->shape) || target->dtype != LJ_F32)
        return lj_fail(LJ_ESHAPE, "%s: expected a prediction and a target of one shape, found %s and %s%s",
                       lj_op_at(node->op)->name, lj_shape_print(out).text, lj_shape_print(&target->shape).text,
                       target->dtype == LJ_I32 ? " i32" : "");
    return LJ_OK;
}
