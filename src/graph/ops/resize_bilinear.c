/*
 * resize_bilinear: x [B, H, W, C] -> [B, height, width, C], each pixel between
 * its four neighbours. resize_bilinear_grad: dy in the same shares.
 */
#include "graph/op.h"

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    LJ_TRY(lj_infer_same(g, node, out, dtype));
    if (out->rank != 4)
        return lj_fail(LJ_ESHAPE, "%s: expected [B, H, W, C], found %s", lj_op_at(node->op)->name,
                       lj_shape_print(out).text);
    out->dim[1] = node->a.begin;
    out->dim[2] = node->a.end;
    return LJ_OK;
}

static void grad_with(lj_graph *g, const lj_node *node, lj_value dy, lj_value *dx, lj_op_code op)
{
    const lj_shape *x = lj_in_shape(g, node, 0);
    dx[0] = lj_graph_add(g, op, &dy, 1, &(lj_attributes){.begin = x->dim[1], .end = x->dim[2]});
}

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    grad_with(g, node, dy, dx, LJ_OP_RESIZE_BILINEAR_GRAD);
}

static void grad_of_grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    grad_with(g, node, dy, dx, LJ_OP_RESIZE_BILINEAR);
}

static void run(const lj_step *step, const lj_span *span)
{
    lj_resize_args call = *(const lj_resize_args *)step->args;
    call.images *= span->rows;
    step->kernels->resize(&call, lj_in(step, 0, span), lj_out(step, span));
}

static void run_grad(const lj_step *step, const lj_span *span)
{
    lj_resize_args call = *(const lj_resize_args *)step->args;
    call.images *= span->rows;
    step->kernels->resize_grad(&call, lj_in(step, 0, span), lj_out(step, span));
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    lj_resize_args *made = lj_lower_args(l, sizeof(*made));
    const int is_grad = unit->node->op == LJ_OP_RESIZE_BILINEAR_GRAD;
    const lj_shape *in = lj_in_shape(l->graph, unit->node, 0), *out = &unit->node->shape;
    const lj_shape *x = is_grad ? out : in, *y = is_grad ? in : out;
    *made = (lj_resize_args){.images = lj_shape_product(x, 0, 1),
                             .height = x->dim[1],
                             .width = x->dim[2],
                             .channels = x->dim[3],
                             .out_height = y->dim[1],
                             .out_width = y->dim[2]};
    step->args = made;
    step->run = is_grad ? run_grad : run;
    step->cost = (double)lj_shape_inner(y);
}

const lj_op lj_op_resize_bilinear = {
    .name = "resize_bilinear", .n_in = 1, .large_rows = 1, .infer = infer, .grad = grad, .lower = lower};

const lj_op lj_op_resize_bilinear_grad = {
    .name = "resize_bilinear_grad", .n_in = 1, .large_rows = 1, .infer = infer, .grad = grad_of_grad, .lower = lower};

lj_value lj_resize_bilinear(lj_graph *g, lj_value x, int64_t height, int64_t width)
{
    return lj_graph_add(g, LJ_OP_RESIZE_BILINEAR, &x, 1, &(lj_attributes){.begin = height, .end = width});
}
