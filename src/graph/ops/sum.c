/*
 * sum: over one dimension beside the batch. dx = dy broadcast.
 * Over the batch it is sum_leading; a mean is a scaled sum.
 */
#include "graph/op.h"

typedef struct args {
    int64_t outer, axis, inner;
} args;

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    LJ_TRY(lj_infer_same(g, node, out, dtype));
    *out = lj_shape_drop(out, node->a.axis, node->a.keep);
    return LJ_OK;
}

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    const lj_shape x = *lj_in_shape(g, node, 0);
    dx[0] = lj_broadcast(g, lj_reshape(g, dy, lj_shape_drop(&x, node->a.axis, 1)), x);
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    step->kernels->sum_axis(a->outer * span->rows, a->axis, a->inner, lj_in(step, 0, span), lj_out(step, span));
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    const lj_shape *x = lj_in_shape(l->graph, unit->node, 0);
    const int axis = unit->node->a.axis;
    made->outer = lj_shape_product(x, 0, axis);
    made->axis = x->dim[axis];
    made->inner = lj_shape_product(x, axis + 1, x->rank);
    step->args = made;
    step->run = run;
    step->cost = 0.3 * (double)lj_shape_inner(x);
}

const lj_op lj_op_sum = {.name = "sum", .n_in = 1, .infer = infer, .grad = grad, .lower = lower};

/* The dimension, or -1 after refusing. */
static int axis_of(lj_graph *g, const char *op, lj_value x, int axis)
{
    if (!lj_graph_has(g, op, x))
        return -1;
    const lj_shape *shape = &lj_node_at(g, x)->shape;
    const int at = lj_shape_axis(shape, axis);
    if (at < 0)
        (void)lj_graph_refuse(
            g, lj_fail(LJ_ESHAPE, "%s: %s has no dimension %d", op, lj_shape_print(shape).text, axis));
    return at;
}

lj_value lj_sum(lj_graph *g, lj_value x, int axis, int keep)
{
    const int at = axis_of(g, "sum", x, axis);
    if (at < 0)
        return LJ_NONE;
    const lj_shape shape = lj_node_at(g, x)->shape;
    if (shape.dim[at] == LJ_BATCH) {
        const lj_value sum = lj_sum_leading(g, x, 1);
        return keep ? lj_reshape(g, sum, lj_shape_drop(&shape, 0, 1)) : sum;
    }
    return lj_graph_add(g, LJ_OP_SUM, &x, 1, &(lj_attributes){.axis = at, .keep = keep != 0});
}

lj_value lj_mean(lj_graph *g, lj_value x, int axis, int keep)
{
    const int at = axis_of(g, "mean", x, axis);
    if (at < 0)
        return LJ_NONE;
    const int64_t n = lj_node_at(g, x)->shape.dim[at];
    const lj_value sum = lj_sum(g, x, at, keep);
    return n == LJ_BATCH ? lj_divide(g, sum, lj_rows_of_run(g)) : lj_scale(g, sum, (float)(1.0 / (double)n));
}
