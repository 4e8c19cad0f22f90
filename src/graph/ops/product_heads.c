/*
 * product_heads: a [B, H, K], b [H, K, N] (or [H, N, K] transposed, in gradients) -> [B, H, N].
 * A bias [H, N] and an activation that follow are part of its step (fuse.c).
 * da = heads of dy b^T, db[h] = sum over the batch of a[h]^T dy[h].
 *
 * product_heads_over_batch: a [B, H, M], b [B, H, N] -> [H, M, N].
 */
#include "graph/op.h"

typedef struct args {
    lj_heads_args heads; /* all but pointers and m */
} args;

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    const lj_shape *a = lj_in_shape(g, node, 0), *b = lj_in_shape(g, node, 1);
    const int k = node->a.transpose_b ? 2 : 1;
    if (a->rank != 3 || b->rank != 3 || lj_shape_has_batch(b) || a->dim[1] != b->dim[0] || a->dim[2] != b->dim[k])
        return lj_fail(LJ_ESHAPE, "product_heads: expected [B, H, K] and [H, K, N], found %s and %s%s",
                       lj_shape_print(a).text, lj_shape_print(b).text, node->a.transpose_b ? " transposed" : "");
    *out = lj_shape_of(a->dim[0], a->dim[1], b->dim[3 - k]);
    *dtype = LJ_F32;
    return LJ_OK;
}

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    const lj_attributes how = {.transpose_b = 1};
    dx[0] = lj_graph_add(g, LJ_OP_PRODUCT_HEADS, (lj_value[]){dy, node->in[1]}, 2, &how);
    dx[1] = lj_graph_add(g, LJ_OP_PRODUCT_HEADS_OVER_BATCH, (lj_value[]){node->in[0], dy}, 2, &(lj_attributes){0});
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    lj_heads_args call = a->heads;
    call.product.m = span->rows * a->heads.product.m;
    call.product.a = lj_in(step, 0, span);
    call.product.b = lj_in(step, 1, span);
    if (step->has_bias)
        call.product.bias = lj_in(step, 2, span);
    call.product.c = lj_out(step, span);
    call.product.before = lj_out_or_null(step, 1, span);
    call.product.scratch = span->scratch;
    step->kernels->product_heads(&call);
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    const int transposed = unit->node->a.transpose_b;
    const lj_shape *a = lj_in_shape(l->graph, unit->node, 0), *b = lj_in_shape(l->graph, unit->node, 1);
    const int has_batch = lj_shape_has_batch(a);
    const int64_t heads = a->dim[1], k = a->dim[2], n = b->dim[transposed ? 1 : 2];
    const int64_t m = has_batch ? 1 : a->dim[0];
    made->heads = (lj_heads_args){
        .product = {.m = m,
                    .n = n,
                    .k = k,
                    .a_row = heads * k,
                    .a_col = 1,
                    .b_row = transposed ? 1 : n,
                    .b_col = transposed ? k : 1,
                    .c_row = heads * n,
                    .activation = unit->activation},
        .heads = heads,
        .a_head = k,
        .b_head = k * n,
        .c_head = n,
        .bias_head = n,
    };
    step->args = made;
    step->run = run;
    step->scratch = l->kernels->product_scratch(has_batch ? l->task_rows : m, n, k);
    step->cost = 0.04 * (double)(m * heads) * (double)k * (double)n;
}

const lj_op lj_op_product_heads = {.name = "product_heads", .n_in = 2, .infer = infer, .grad = grad, .lower = lower};

lj_value lj_product_heads(lj_graph *g, lj_value a, lj_value b)
{
    return lj_graph_add(g, LJ_OP_PRODUCT_HEADS, (lj_value[]){a, b}, 2, &(lj_attributes){0});
}

/* ---- over the batch ---- */

typedef struct over_args {
    lj_shards_args product; /* of one head, all but pointers and rows */
    int64_t heads, unbatched_rows, gradient;
} over_args;

static lj_status infer_over(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    const lj_shape *a = lj_in_shape(g, node, 0), *b = lj_in_shape(g, node, 1);
    *out = lj_shape_of(a->dim[1], a->dim[2], b->dim[2]);
    *dtype = LJ_F32;
    return LJ_OK;
}

/* A part is a head. */
static void run_over(const lj_step *step, const lj_span *span)
{
    const over_args *a = step->args;
    lj_shards_args call = a->product;
    call.rows = a->unbatched_rows > 0 ? a->unbatched_rows : span->n_rows;
    call.a = lj_in(step, 0, span) + span->part * call.m;
    call.b = lj_in(step, 1, span) + span->part * call.n;
    call.scratch = span->scratch;
    const int64_t count = call.m * call.n, begin = span->part * count;
    call.c = lj_part_begin(step, span, begin, span->scratch + a->gradient);
    step->kernels->product_shards(&call);
    lj_part_end(step, span, begin, count, call.c);
}

static void lower_over(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    over_args *made = lj_lower_args(l, sizeof(*made));
    const lj_shape *a = lj_in_shape(l->graph, unit->node, 0), *b = lj_in_shape(l->graph, unit->node, 1);
    const int64_t heads = a->dim[1], m = a->dim[2], n = b->dim[2];
    made->heads = heads;
    made->unbatched_rows = lj_shape_has_batch(a) ? 0 : a->dim[0];
    const int64_t rows = lj_shape_has_batch(a) ? l->batch : a->dim[0];
    made->product = (lj_shards_args){.shard_rows = LJ_SHARD_ROWS,
                                     .m = m,
                                     .n = n,
                                     .a_row = heads * m,
                                     .b_row = heads * n,
                                     .c_row = n,
                                     .m_end = m,
                                     .n_end = n};
    made->gradient = (l->kernels->shards_scratch(rows, LJ_SHARD_ROWS, m, n) + 15) / 16 * 16;
    step->args = made;
    step->run = run_over;
    step->parts = heads;
    step->scratch = made->gradient + m * n;
    step->cost = 0.04 * (double)(heads * rows) * (double)m * (double)n;
}

const lj_op lj_op_product_heads_over_batch = {.name = "product_heads_over_batch",
                                              .n_in = 2,
                                              .may_reduce = 1,
                                              .infer = infer_over,
                                              .lower = lower_over};
