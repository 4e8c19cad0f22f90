/*
 * slice: [begin, end) of one dimension beside the batch. dx = dy in its place,
 * zeros around it: unslice, which zero_pad2d is made of too.
 */
#include <inttypes.h>
#include <string.h>

#include "graph/op.h"

typedef struct args {
    int64_t outer, whole, begin, part; /* numbers of one of the outer: all, before the slice, in it */
} args;

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    const lj_node *x = lj_node_at(g, node->in[0]);
    *out = x->shape;
    out->dim[node->a.axis] = node->a.end - node->a.begin;
    *dtype = x->dtype;
    return LJ_OK;
}

static lj_status infer_unslice(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    (void)g;
    *out = node->a.shape;
    *dtype = LJ_F32;
    return LJ_OK;
}

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    lj_attributes how = node->a;
    how.shape = *lj_in_shape(g, node, 0);
    dx[0] = lj_graph_add(g, LJ_OP_UNSLICE, &dy, 1, &how);
}

static void grad_unslice(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    dx[0] = lj_slice(g, dy, node->a.axis, node->a.begin, node->a.end);
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    const float *x = lj_in(step, 0, span) + a->begin;
    float *y = lj_out(step, span);
    for (int64_t o = 0; o < a->outer * span->rows; o++)
        memcpy(y + o * a->part, x + o * a->whole, (size_t)a->part * sizeof(*x));
}

static void run_unslice(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    const float *x = lj_in(step, 0, span);
    float *y = lj_out(step, span);
    memset(y, 0, (size_t)(a->outer * span->rows * a->whole) * sizeof(*y));
    for (int64_t o = 0; o < a->outer * span->rows; o++)
        memcpy(y + o * a->whole + a->begin, x + o * a->part, (size_t)a->part * sizeof(*x));
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    const lj_node *node = unit->node;
    const int is_slice = node->op == LJ_OP_SLICE;
    const lj_shape *whole = is_slice ? lj_in_shape(l->graph, node, 0) : &node->shape;
    const int axis = node->a.axis;
    const int64_t inner = lj_shape_product(whole, axis + 1, whole->rank);
    made->outer = lj_shape_product(whole, 0, axis);
    made->whole = whole->dim[axis] * inner;
    made->begin = node->a.begin * inner;
    made->part = (node->a.end - node->a.begin) * inner;
    step->args = made;
    step->run = is_slice ? run : run_unslice;
    step->cost = 0.2 * (double)lj_shape_inner(&node->shape) + 5.0 * (double)made->outer;
}

const lj_op lj_op_slice = {.name = "slice", .n_in = 1, .infer = infer, .grad = grad, .lower = lower};

const lj_op lj_op_unslice = {
    .name = "unslice", .n_in = 1, .infer = infer_unslice, .grad = grad_unslice, .lower = lower};

lj_value lj_slice(lj_graph *g, lj_value x, int axis, int64_t begin, int64_t end)
{
    if (!lj_graph_has(g, "slice", x))
        return LJ_NONE;
    const lj_shape *shape = &lj_node_at(g, x)->shape;
    const int at = lj_shape_axis(shape, axis);
    if (at < 0 || shape->dim[at] == LJ_BATCH || begin < 0 || begin >= end || end > shape->dim[at])
        return lj_graph_refuse(g, lj_fail(LJ_ESHAPE, "slice: %s has no [%" PRId64 ", %" PRId64 ") in dimension %d",
                                          lj_shape_print(shape).text, begin, end, axis));
    if (begin == 0 && end == shape->dim[at])
        return x;
    return lj_graph_add(g, LJ_OP_SLICE, &x, 1, &(lj_attributes){.axis = at, .begin = begin, .end = end});
}

/* `before` and `after` zeros around x along an axis. */
static lj_value zeros_around(lj_graph *g, lj_value x, int axis, int64_t before, int64_t after)
{
    if (x == LJ_NONE || (before == 0 && after == 0))
        return x;
    lj_attributes how = {.axis = axis, .begin = before, .shape = lj_node_at(g, x)->shape};
    how.end = before + how.shape.dim[axis];
    how.shape.dim[axis] += before + after;
    return lj_graph_add(g, LJ_OP_UNSLICE, &x, 1, &how);
}

lj_value lj_zero_pad2d(lj_graph *g, lj_value x, lj_padding p)
{
    if (!lj_graph_has(g, "zero_pad2d", x))
        return LJ_NONE;
    const lj_node *node = lj_node_at(g, x);
    if (node->shape.rank != 4 || node->dtype != LJ_F32 || p.top < 0 || p.bottom < 0 || p.left < 0 || p.right < 0)
        return lj_graph_refuse(
            g, lj_fail(LJ_ESHAPE, "zero_pad2d: expected [B, H, W, C] and no negative padding, found %s",
                       lj_shape_print(&node->shape).text));
    return zeros_around(g, zeros_around(g, x, 1, p.top, p.bottom), 2, p.left, p.right);
}
