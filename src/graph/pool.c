#include "graph/pool.h"

lj_status lj_infer_pool(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    const char *name = lj_op_at(node->op)->name;
    const lj_window *w = &node->a.window;
    LJ_TRY(lj_infer_same(g, node, out, dtype));
    const lj_shape x = *out;
    if (x.rank != 4)
        return lj_fail(LJ_ESHAPE, "%s: expected [B, H, W, C], found %s", name, lj_shape_print(&x).text);
    int fits = lj_window_is_valid(w);
    for (int d = 0; d < 2 && fits; d++) {
        out->dim[1 + d] = lj_window_places(w, d, x.dim[1 + d]);
        fits = out->dim[1 + d] >= 1 && w->before[d] < w->kernel[d] && w->after[d] < w->kernel[d];
    }
    if (!fits)
        return lj_fail(LJ_ESHAPE, "%s: the window or its padding does not fit to %s", name, lj_shape_print(&x).text);
    return LJ_OK;
}

lj_status lj_infer_pool_grad(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    (void)g;
    *out = node->a.shape;
    *dtype = LJ_F32;
    return LJ_OK;
}

void lj_lower_pool(lj_lowering *l, const lj_shape *in, const lj_shape *out, const lj_window *window, lj_step *step,
                   lj_step_run *run)
{
    lj_pool_args *made = lj_lower_args(l, sizeof(*made));
    *made = (lj_pool_args){.images = lj_shape_product(in, 0, 1),
                           .height = in->dim[1],
                           .width = in->dim[2],
                           .channels = in->dim[3],
                           .places_h = out->dim[1],
                           .places_w = out->dim[2],
                           .kernel_h = window->kernel[0],
                           .kernel_w = window->kernel[1],
                           .stride_h = window->stride[0],
                           .stride_w = window->stride[1],
                           .top = window->before[0],
                           .left = window->before[1]};
    step->args = made;
    step->run = run;
    step->cost = 0.2 * (double)(lj_shape_inner(out) * made->kernel_h * made->kernel_w);
}

lj_value lj_build_pool(lj_graph *g, lj_op_code op, lj_value x, const lj_pool2d_options *o)
{
    const int64_t kernel[2] = {o->kernel_h == 0 ? 2 : o->kernel_h, o->kernel_w == 0 ? 2 : o->kernel_w};
    const lj_conv2d_options moves = {.stride_h = o->stride_h == 0 ? kernel[0] : o->stride_h,
                                     .stride_w = o->stride_w == 0 ? kernel[1] : o->stride_w,
                                     .padding = o->padding};
    lj_attributes how = {.window = lj_window_make(&moves)};
    how.window.kernel[0] = kernel[0];
    how.window.kernel[1] = kernel[1];
    return lj_graph_add(g, op, &x, 1, &how);
}
