/*
 * conv2d_transpose: x [B, OH, OW, OC], w [KH, KW, C / groups, OC] -> [B, H, W, C],
 * the gradient of conv2d with respect to its input. dx is conv2d, dw is
 * conv2d_over_batch with the two images in each other's place.
 */
#include "graph/convolution.h"

#include <inttypes.h>

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    const lj_shape *x = lj_in_shape(g, node, 0), *w = lj_in_shape(g, node, 1);
    const lj_window *window = &node->a.window;
    const int64_t height = node->a.shape.dim[1], width = node->a.shape.dim[2];
    if (x->rank != 4 || w->rank != 4)
        return lj_fail(LJ_ESHAPE,
                       "conv2d_transpose: expected [B, OH, OW, OC] and [KH, KW, C / groups, OC], found %s and %s",
                       lj_shape_print(x).text, lj_shape_print(w).text);
    LJ_TRY(lj_convolution_check("conv2d_transpose", g, node->in, window, x->dim[3], w->dim[3]));
    *out = lj_shape_of(x->dim[0], height, width, w->dim[2] * window->groups);
    *dtype = LJ_F32;
    if (w->dim[3] != x->dim[3] || height < 1 || width < 1 || lj_window_places(window, 0, height) != x->dim[1] ||
        lj_window_places(window, 1, width) != x->dim[2])
        return lj_fail(LJ_ESHAPE, "conv2d_transpose: %s and %s do not give %" PRId64 " x %" PRId64,
                       lj_shape_print(x).text, lj_shape_print(w).text, height, width);
    return LJ_OK;
}

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    lj_attributes how = node->a;
    dx[0] = lj_graph_add(g, LJ_OP_CONV2D, (lj_value[]){dy, node->in[1]}, 2, &how);
    how.shape = *lj_in_shape(g, node, 1);
    dx[1] = lj_graph_add(g, LJ_OP_CONV2D_OVER_BATCH, (lj_value[]){dy, node->in[0]}, 2, &how);
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    lj_lower_convolution(l, unit, step, 1);
}

const lj_op lj_op_conv2d_transpose = {
    .name = "conv2d_transpose", .n_in = 2, .large_rows = 1, .infer = infer, .grad = grad, .lower = lower};

lj_value lj_conv2d_transpose(lj_graph *g, lj_value x, lj_value w, int64_t height, int64_t width,
                             lj_conv2d_options options)
{
    if (!lj_graph_has(g, "conv2d_transpose", x) || !lj_graph_has(g, "conv2d_transpose", w))
        return LJ_NONE;
    lj_attributes how = {.window = lj_window_make(&options), .shape = lj_shape_of(1, height, width, 1)};
    how.window.kernel[0] = lj_node_at(g, w)->shape.dim[0];
    how.window.kernel[1] = lj_node_at(g, w)->shape.dim[1];
    return lj_graph_add(g, LJ_OP_CONV2D_TRANSPOSE, (lj_value[]){x, w}, 2, &how);
}
