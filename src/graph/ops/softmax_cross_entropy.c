/*
 * softmax_cross_entropy: logits [B, C] or [B, H, C], labels i32 [B] or [B, H]
 * -> [B] or [B, H]: -sum of t' log_softmax(x), with t' = (1 - s) * one-hot + s / C.
 * dx = dy * (softmax(x) - t'), in one kernel.
 */
#include "graph/op.h"

typedef struct args {
    int64_t rows, heads, classes;
    float smoothing;
} args;

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    LJ_TRY(lj_infer_same(g, node, out, dtype));
    const lj_shape x = *out;
    const lj_node *labels = lj_node_at(g, node->in[1]);
    int fits = (x.rank == 2 || x.rank == 3) && labels->shape.rank >= 1 && labels->shape.rank < x.rank;
    for (int i = 0; fits && i < labels->shape.rank; i++)
        fits = labels->shape.dim[i] == x.dim[i];
    if (!fits || labels->dtype != LJ_I32)
        return lj_fail(LJ_ESHAPE,
                       "softmax_cross_entropy: expected [B, C] or [B, H, C] and labels i32 [B] or [B, H], found %s and "
                       "%s%s",
                       lj_shape_print(&x).text, lj_shape_print(&labels->shape).text,
                       labels->dtype == LJ_I32 ? " i32" : "");
    *out = lj_shape_drop(&x, x.rank - 1, 0);
    return LJ_OK;
}

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    dx[0] = lj_graph_add(g, LJ_OP_SOFTMAX_CROSS_ENTROPY_GRAD, (lj_value[]){node->in[0], node->in[1], dy}, 3, &node->a);
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    step->kernels->softmax_cross_entropy(a->rows * span->rows, a->heads, a->classes, lj_in(step, 0, span),
                                         lj_at(step->in[1], span), a->smoothing, lj_out(step, span));
}

static void run_grad(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    step->kernels->softmax_cross_entropy_grad(a->rows * span->rows, a->heads, a->classes, lj_in(step, 0, span),
                                              lj_at(step->in[1], span), a->smoothing, lj_in(step, 2, span),
                                              lj_out(step, span));
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    const lj_shape *x = lj_in_shape(l->graph, unit->node, 0), *labels = lj_in_shape(l->graph, unit->node, 1);
    made->rows = lj_shape_inner(labels);
    made->heads = lj_shape_product(x, labels->rank, x->rank - 1);
    made->classes = x->dim[x->rank - 1];
    made->smoothing = unit->node->a.number[0];
    step->args = made;
    step->run = unit->node->op == LJ_OP_SOFTMAX_CROSS_ENTROPY ? run : run_grad;
    step->cost = (double)(made->rows * made->heads) * (10.0 + (double)made->classes);
}

const lj_op lj_op_softmax_cross_entropy = {
    .name = "softmax_cross_entropy", .n_in = 2, .infer = infer, .grad = grad, .lower = lower};

const lj_op lj_op_softmax_cross_entropy_grad = {
    .name = "softmax_cross_entropy_grad", .n_in = 3, .infer = lj_infer_same, .lower = lower};

lj_value lj_softmax_cross_entropy(lj_graph *g, lj_value logits, lj_value labels, float smoothing)
{
    return lj_graph_add(g, LJ_OP_SOFTMAX_CROSS_ENTROPY, (lj_value[]){logits, labels}, 2,
                        &(lj_attributes){.number = {smoothing}});
}
