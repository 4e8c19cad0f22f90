/*
 * gather: table [V, D], codes i32 [...] -> [..., D]; a code out of range reads
 * row 0. gather_grad: the rows of dy added to the rows of a zero table, in
 * ascending order; threads share out the codes.
 */
#include <string.h>

#include "graph/op.h"

#define PART_NUMBERS 4096

typedef struct args {
    int64_t n, d, size; /* n: codes of a batch row */
    int64_t part;       /* codes of a part of the gradient */
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
    const lj_attributes how = {.shape = *lj_in_shape(g, node, 0)};
    dx[0] = lj_graph_add(g, LJ_OP_GATHER_GRAD, (lj_value[]){node->in[1], dy}, 2, &how);
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    step->kernels->gather(a->n * span->rows, a->d, a->size, lj_in(step, 0, span), lj_at(step->in[1], span),
                          lj_out(step, span));
}

static void run_grad(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    const int64_t n = a->has_batch ? a->n * span->n_rows : a->n;
    const int64_t first = span->part * a->part;
    const int64_t last = first + a->part < a->size ? first + a->part : a->size;
    const int64_t begin = first * a->d, count = (last - first) * a->d;
    float *to = lj_part_begin(step, span, begin, span->scratch);
    memset(to, 0, (size_t)count * sizeof(*to));
    step->kernels->scatter_add(n, a->d, a->size, first, last, lj_at(step->in[0], span), lj_in(step, 1, span),
                               to - begin);
    lj_part_end(step, span, begin, count, to);
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
    made->part = PART_NUMBERS / made->d < 1 ? 1 : PART_NUMBERS / made->d;
    step->args = made;
    step->run = is_grad ? run_grad : run;
    step->cost = (double)made->n * (2.0 + 0.3 * (double)made->d);
    if (is_grad) {
        step->parts = (made->size + made->part - 1) / made->part;
        step->scratch = made->part * made->d;
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
