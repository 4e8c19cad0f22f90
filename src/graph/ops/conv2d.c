/*
 * conv2d: x [B, H, W, C], w [KH, KW, C / groups, OC] -> [B, OH, OW, OC]. dx is
 * conv2d_transpose; dw is conv2d_over_batch: for each element of w the sum over
 * all places of all rows, shard by shard, as product_over_batch has it.
 */
#include "graph/convolution.h"

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    const lj_shape *x = lj_in_shape(g, node, 0), *w = lj_in_shape(g, node, 1);
    const lj_window *window = &node->a.window;
    if (x->rank != 4 || w->rank != 4)
        return lj_fail(LJ_ESHAPE, "conv2d: expected [B, H, W, C] and [KH, KW, C / groups, OC], found %s and %s",
                       lj_shape_print(x).text, lj_shape_print(w).text);
    LJ_TRY(lj_convolution_check("conv2d", g, node->in, window, x->dim[3], w->dim[3]));
    *out = *x;
    out->dim[1] = lj_window_places(window, 0, x->dim[1]);
    out->dim[2] = lj_window_places(window, 1, x->dim[2]);
    out->dim[3] = w->dim[3];
    *dtype = LJ_F32;
    if (w->dim[2] * window->groups != x->dim[3] || out->dim[1] < 1 || out->dim[2] < 1)
        return lj_fail(LJ_ESHAPE, "conv2d: %s and %s do not fit", lj_shape_print(x).text, lj_shape_print(w).text);
    return LJ_OK;
}

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    lj_attributes how = node->a;
    how.shape = *lj_in_shape(g, node, 0);
    dx[0] = lj_graph_add(g, LJ_OP_CONV2D_TRANSPOSE, (lj_value[]){dy, node->in[1]}, 2, &how);
    how.shape = *lj_in_shape(g, node, 1);
    dx[1] = lj_graph_add(g, LJ_OP_CONV2D_OVER_BATCH, (lj_value[]){node->in[0], dy}, 2, &how);
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    lj_lower_convolution(l, unit, step, 0);
}

const lj_op lj_op_conv2d = {.name = "conv2d", .n_in = 2, .large_rows = 1, .infer = infer, .grad = grad, .lower = lower};

lj_value lj_conv2d(lj_graph *g, lj_value x, lj_value w, lj_conv2d_options options)
{
    if (!lj_graph_has(g, "conv2d", x) || !lj_graph_has(g, "conv2d", w))
        return LJ_NONE;
    lj_attributes how = {.window = lj_window_make(&options)};
    how.window.kernel[0] = lj_node_at(g, w)->shape.dim[0];
    how.window.kernel[1] = lj_node_at(g, w)->shape.dim[1];
    return lj_graph_add(g, LJ_OP_CONV2D, (lj_value[]){x, w}, 2, &how);
}

/* ---- the gradient of the weight: x [B, H, W, C], dy [B, OH, OW, OC] -> [KH, KW, C / groups, OC] ---- */

#define PART_ROWS 192 /* rows of dw [KH * KW * C / groups, OC] of a part, at most */

typedef struct over_args {
    lj_shards_args product; /* of the first group, all but pointers, rows and part */
    lj_patches patches;
    int64_t groups, depth;
    int has_batch;
    int64_t rows;      /* of a row of the batch, or all: places of its images */
    int64_t part_rows;
    int64_t gradient;  /* offset of a part's gradient in the scratch memory */
} over_args;

static lj_status infer_over(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    (void)g;
    *out = node->a.shape;
    *dtype = LJ_F32;
    return LJ_OK;
}

static void grad_over(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    lj_attributes how = node->a;
    how.shape = *lj_in_shape(g, node, 0);
    dx[0] = lj_graph_add(g, LJ_OP_CONV2D_TRANSPOSE, (lj_value[]){node->in[1], dy}, 2, &how);
    dx[1] = lj_graph_add(g, LJ_OP_CONV2D, (lj_value[]){node->in[0], dy}, 2, &how);
}

static void run_over(const lj_step *step, const lj_span *span)
{
    const over_args *a = step->args;
    lj_patches patches = a->patches;
    lj_shards_args call = a->product;
    const int64_t width = call.b_row; /* numbers of a row of dw */
    call.rows = a->rows * (a->has_batch ? span->n_rows : 1);
    call.patches = &patches;
    call.m_begin = span->part * a->part_rows;
    call.m_end = call.m_begin + a->part_rows < call.m ? call.m_begin + a->part_rows : call.m;
    call.scratch = span->scratch;
    const int64_t begin = call.m_begin * width, count = (call.m_end - call.m_begin) * width;
    float *to = lj_part_begin(step, span, begin, span->scratch + a->gradient);
    for (int64_t i = 0; i < a->groups; i++) {
        patches.image = lj_in(step, 0, span) + i * a->depth;
        call.b = lj_in(step, 1, span) + i * call.n;
        call.c = to - begin + i * call.n; /* the kernel writes its part of the whole */
        step->kernels->product_shards(&call);
    }
    lj_part_end(step, span, begin, count, to);
}

/* Parts of equal size, as many for each thread; they only share out the work. */
static int64_t part_rows(const lj_lowering *l, int64_t m)
{
    const int64_t least = l->kernels->tile_m / 2, tile = l->kernels->tile_m;
    int64_t parts = (m + PART_ROWS - 1) / PART_ROWS;
    parts = (parts + l->n_threads - 1) / l->n_threads * l->n_threads;
    int64_t rows = (m + parts - 1) / parts;
    if (rows > 4 * tile)
        rows = (rows + tile - 1) / tile * tile;
    return rows < least ? least : rows;
}

static void lower_over(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    over_args *made = lj_lower_args(l, sizeof(*made));
    const lj_window *window = &unit->node->a.window;
    const lj_shape *x = lj_in_shape(l->graph, unit->node, 0), *dy = lj_in_shape(l->graph, unit->node, 1);
    const lj_convolution c = lj_convolution_make(l, window, x, dy, 0);
    if (l->status != LJ_OK)
        return;
    made->patches = c.phases[0].call.patches;
    made->groups = c.groups;
    made->depth = c.depth;
    made->rows = c.images * dy->dim[1] * dy->dim[2];
    const int has_batch = made->has_batch = lj_shape_has_batch(x);
    const int64_t m = made->patches.k, shard_rows = made->rows * (has_batch ? LJ_SHARD_ROWS : 1);
    const int64_t rows = made->rows * (has_batch ? l->batch : 1);
    made->product = (lj_shards_args){.shard_rows = shard_rows, .m = m, .n = c.n, .b_row = dy->dim[3],
                                     .c_row = dy->dim[3], .n_end = c.n};
    made->part_rows = part_rows(l, m);
    made->gradient = (l->kernels->shards_scratch(rows, shard_rows, m, c.n) + 15) / 16 * 16;
    step->args = made;
    step->run = run_over;
    step->parts = (m + made->part_rows - 1) / made->part_rows;
    step->scratch = made->gradient + (made->part_rows < m ? made->part_rows : m) * dy->dim[3];
    step->cost = 0.025 * (double)m * (double)dy->dim[3] * (double)rows;
}

const lj_op lj_op_conv2d_over_batch = {.name = "conv2d_over_batch",
                                       .n_in = 2,
                                       .may_reduce = 1,
                                       .infer = infer_over,
                                       .grad = grad_over,
                                       .lower = lower_over};
