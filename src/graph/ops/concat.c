/* concat: along one dimension beside the batch. dx[i] = its slice of dy. */
#include <inttypes.h>
#include <string.h>

#include "graph/op.h"

typedef struct args {
    int64_t outer, total; /* total: numbers of the output for one of the outer */
    int n;
    int64_t widths[];     /* numbers of each input for one of the outer */
} args;

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    const int axis = node->a.axis;
    *out = *lj_in_shape(g, node, 0);
    *dtype = lj_node_at(g, node->in[0])->dtype;
    for (int i = 1; i < node->n_in; i++) {
        lj_shape rest = *lj_in_shape(g, node, i);
        const int64_t width = rest.dim[axis];
        rest.dim[axis] = out->dim[axis];
        if (!lj_shape_equal(&rest, out) || lj_node_at(g, node->in[i])->dtype != *dtype)
            return lj_fail(LJ_ESHAPE, "concat: %s does not fit to %s along dimension %d",
                           lj_shape_print(lj_in_shape(g, node, i)).text, lj_shape_print(out).text, axis);
        out->dim[axis] += width;
    }
    return LJ_OK;
}

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    int64_t at = 0;
    for (int i = 0; i < node->n_in; i++) {
        const int64_t width = lj_in_shape(g, node, i)->dim[node->a.axis];
        dx[i] = lj_slice(g, dy, node->a.axis, at, at + width);
        at += width;
    }
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    float *y = lj_out(step, span);
    for (int i = 0; i < a->n; i++) {
        const float *x = lj_in(step, i, span);
        for (int64_t o = 0; o < a->outer * span->rows; o++)
            memcpy(y + o * a->total, x + o * a->widths[i], (size_t)a->widths[i] * sizeof(*x));
        y += a->widths[i];
    }
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    const lj_node *node = unit->node;
    args *made = lj_arena_array(l->arena, 1, sizeof(*made) + (size_t)node->n_in * sizeof(int64_t));
    if (made == NULL) {
        l->status = lj_fail(LJ_ENOMEM, "program: no memory for a step");
        return;
    }
    const int axis = node->a.axis;
    made->n = node->n_in;
    made->outer = lj_shape_product(&node->shape, 0, axis);
    made->total = lj_shape_product(&node->shape, axis, node->shape.rank);
    for (int i = 0; i < node->n_in; i++)
        made->widths[i] = lj_shape_product(lj_in_shape(l->graph, node, i), axis, node->shape.rank);
    step->args = made;
    step->run = run;
    step->cost = 0.2 * (double)lj_shape_inner(&node->shape) + 5.0 * (double)(made->outer * made->n);
}

const lj_op lj_op_concat = {.name = "concat", .n_in = -1, .infer = infer, .grad = grad, .lower = lower};

lj_value lj_concat(lj_graph *g, const lj_value *x, int n, int axis)
{
    if (n < 1)
        return lj_graph_refuse(g, lj_fail(LJ_EINVAL, "concat: expected at least one value"));
    if (!lj_graph_has(g, "concat", x[0]))
        return LJ_NONE;
    const lj_shape *shape = &lj_node_at(g, x[0])->shape;
    const int at = lj_shape_axis(shape, axis);
    if (at < 0 || shape->dim[at] == LJ_BATCH)
        return lj_graph_refuse(g, lj_fail(LJ_ESHAPE, "concat: %s has no dimension %d beside the batch",
                                          lj_shape_print(shape).text, axis));
    return n == 1 ? x[0] : lj_graph_add(g, LJ_OP_CONCAT, x, n, &(lj_attributes){.axis = at});
}
