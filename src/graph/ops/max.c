/*
 * max: the greatest over one dimension, and (its part 1) where it first stands.
 * max_grad: dx = dy there, else 0. Over the batch the place is the row of the run.
 */
#include <string.h>

#include "graph/op.h"

typedef struct args {
    int64_t outer, axis, inner;
    int over_batch;
} args;

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    LJ_TRY(lj_infer_same(g, node, out, dtype));
    *out = lj_shape_drop(out, node->a.axis, node->a.keep);
    return LJ_OK;
}

static lj_status infer_grad(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    (void)g;
    *out = node->a.shape;
    *dtype = LJ_F32;
    return LJ_OK;
}

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    lj_attributes how = node->a;
    how.shape = *lj_in_shape(g, node, 0);
    dx[0] = lj_graph_add(g, LJ_OP_MAX_GRAD, (lj_value[]){y + 1, dy}, 2, &how);
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    const int64_t outer = a->over_batch ? 1 : a->outer * span->rows;
    const int64_t axis = a->over_batch ? span->n_rows : a->axis;
    int32_t *index = (int32_t *)(void *)span->scratch;
    if (step->out[1] != NULL)
        index = lj_at(step->out[1], span);
    step->kernels->max_axis(outer, axis, a->inner, lj_in(step, 0, span), lj_out(step, span), index);
}

static void run_grad(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    const int32_t *index = lj_at(step->in[0], span);
    const float *dy = lj_in(step, 1, span);
    float *dx = lj_out(step, span);
    if (!a->over_batch) {
        step->kernels->max_axis_grad(a->outer * span->rows, a->axis, a->inner, index, dy, dx);
        return;
    }
    for (int64_t r = 0; r < span->rows; r++) {
        for (int64_t i = 0; i < a->inner; i++)
            dx[r * a->inner + i] = index[i] == span->row + r ? dy[i] : 0.0F;
    }
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    const int is_grad = unit->node->op == LJ_OP_MAX_GRAD;
    const lj_shape *x = is_grad ? &unit->node->shape : lj_in_shape(l->graph, unit->node, 0);
    const int axis = unit->node->a.axis;
    made->over_batch = x->dim[axis] == LJ_BATCH;
    made->outer = lj_shape_product(x, 0, axis);
    made->axis = x->dim[axis];
    made->inner = lj_shape_product(x, axis + 1, x->rank);
    step->args = made;
    step->run = is_grad ? run_grad : run;
    const int is_row = lj_shape_has_batch(&unit->node->shape);
    step->scratch = is_grad ? 0 : lj_shape_inner(&unit->node->shape) * (is_row ? l->task_rows : 1);
    step->cost = 0.5 * (double)lj_shape_inner(x) * (made->over_batch && !is_grad ? (double)l->batch : 1.0);
}

const lj_op lj_op_max = {.name = "max", .n_in = 1, .may_reduce = 1, .infer = infer, .grad = grad, .lower = lower};

const lj_op lj_op_max_grad = {.name = "max_grad", .n_in = 2, .infer = infer_grad, .lower = lower};

lj_value lj_max(lj_graph *g, lj_value x, int axis, int keep)
{
    if (!lj_graph_has(g, "max", x))
        return LJ_NONE;
    const lj_shape *shape = &lj_node_at(g, x)->shape;
    const int at = lj_shape_axis(shape, axis);
    if (at < 0)
        return lj_graph_refuse(g, lj_fail(LJ_ESHAPE, "max: %s has no dimension %d", lj_shape_print(shape).text, axis));
    const lj_value y = lj_graph_add(g, LJ_OP_MAX, &x, 1, &(lj_attributes){.axis = at, .keep = keep != 0});
    if (y == LJ_NONE || lj_graph_add_part(g, y, 1, lj_node_at(g, y)->shape, LJ_I32) == LJ_NONE)
        return LJ_NONE;
    return y;
}
