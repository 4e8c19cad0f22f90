/*
 * gather: table [V, D], codes i32 [...] -> [..., D]; a code out of range reads
 * row 0, the padding zeros. gather_grad: the sum over the batch of the rows of
 * dy with the same code, by shards; threads share out the codes.
 */
#include <inttypes.h>

#include "graph/op.h"

#define PART_NUMBERS 16384 /* of the table: every part looks at all codes, and its numbers stay near the core */

typedef struct args {
    int64_t n, d, size; /* n: codes of a batch row */
    int64_t part;       /* codes of a part of the gradient */
    int64_t gradient;   /* offset of a part's gradient in the scratch memory */
    int64_t padding;    /* -1: none */
    int has_batch;
} args;

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    const lj_node *table = lj_node_at(g, node->in[0]), *codes = lj_node_at(g, node->in[1]);
    if (table->shape.rank != 2 || lj_shape_has_batch(&table->shape) || table->dtype != LJ_F32 ||
        codes->dtype != LJ_I32 || codes->shape.rank >= LJ_RANK_MAX)
        return lj_fail(LJ_ESHAPE, "gather: expected [V, D] and codes i32, found %s and %s%s",
                       lj_shape_print(&table->shape).text, lj_shape_print(&codes->shape).text,
                       codes->dtype == LJ_I32 ? " i32" : "");
    *out = codes->shape;
    out->dim[out->rank++] = table->shape.dim[1];
    *dtype = LJ_F32;
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
    (void)y;
    lj_attributes how = node->a;
    how.shape = *lj_in_shape(g, node, 0);
    dx[0] = lj_graph_add(g, LJ_OP_GATHER_GRAD, (lj_value[]){node->in[1], dy}, 2, &how);
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    step->kernels->gather(a->n * span->rows, a->d, a->size, a->padding, lj_in(step, 0, span),
                          lj_at(step->in[1], span), lj_out(step, span));
}

static void run_grad(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    const int64_t first = span->part * a->part;
    const int64_t last = first + a->part < a->size ? first + a->part : a->size;
    float *to = lj_part_begin(step, span, first * a->d, span->scratch + a->gradient);
    step->kernels->scatter_add(&(lj_scatter_args){.n = a->has_batch ? a->n * span->n_rows : a->n,
                                                  .shard_rows = a->has_batch ? a->n * LJ_SHARD_ROWS : a->n,
                                                  .d = a->d,
                                                  .size = a->size,
                                                  .first = first,
                                                  .last = last,
                                                  .padding = a->padding,
                                                  .codes = lj_at(step->in[0], span),
                                                  .dy = lj_in(step, 1, span),
                                                  .table = to,
                                                  .scratch = span->scratch});
    lj_part_end(step, span, first * a->d, (last - first) * a->d, to);
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    const lj_node *node = unit->node;
    const int is_grad = node->op == LJ_OP_GATHER_GRAD;
    const lj_shape *table = is_grad ? &node->shape : lj_in_shape(l->graph, node, 0);
    const lj_shape *codes = lj_in_shape(l->graph, node, is_grad ? 0 : 1);
    made->n = lj_shape_inner(codes);
    made->d = table->dim[1];
    made->size = table->dim[0];
    made->has_batch = lj_shape_has_batch(codes);
    made->padding = node->a.has_padding ? node->a.begin : -1;
    made->part = PART_NUMBERS / made->d < 1 ? 1 : PART_NUMBERS / made->d;
    step->args = made;
    step->run = is_grad ? run_grad : run;
    step->cost = (double)made->n * (2.0 + 0.3 * (double)made->d);
    if (is_grad) {
        step->parts = (made->size + made->part - 1) / made->part;
        const int64_t n = made->has_batch ? made->n * l->batch : made->n;
        const int64_t shard = made->has_batch ? made->n * LJ_SHARD_ROWS : made->n;
        made->gradient = (l->kernels->scatter_scratch(n, shard, made->d, made->part) + 15) / 16 * 16;
        step->scratch = made->gradient + made->part * made->d;
        step->cost *= made->has_batch ? (double)l->batch : 1.0;
    }
}

const lj_op lj_op_gather = {.name = "gather", .n_in = 2, .infer = infer, .grad = grad, .lower = lower};

const lj_op lj_op_gather_grad = {
    .name = "gather_grad", .n_in = 2, .may_reduce = 1, .infer = infer_grad, .lower = lower};

lj_value lj_gather(lj_graph *g, lj_value table, lj_value codes)
{
    return lj_graph_add(g, LJ_OP_GATHER, (lj_value[]){table, codes}, 2, &(lj_attributes){0});
}

lj_value lj_gather_padded(lj_graph *g, lj_value table, lj_value codes, int64_t padding)
{
    if (padding < 0)
        return lj_graph_refuse(
            g, lj_fail(LJ_EINVAL, "gather: expected a padding code from 0, found %" PRId64, padding));
    const lj_attributes how = {.has_padding = 1, .begin = padding};
    return lj_graph_add(g, LJ_OP_GATHER, (lj_value[]){table, codes}, 2, &how);
}
