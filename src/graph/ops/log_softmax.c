/*
 * log_softmax: y = x - max - log(sum(exp(x - max))), over the last dimension.
 * dx = dy - exp(y) * sum(dy).
 */
#include "graph/op.h"

typedef struct args {
    int64_t rows, n; /* rows of a batch row */
} args;

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)node;
    dx[0] = lj_graph_add(g, LJ_OP_LOG_SOFTMAX_GRAD, (lj_value[]){y, dy}, 2, &(lj_attributes){0});
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    step->kernels->log_softmax(a->rows * span->rows, a->n, lj_in(step, 0, span), lj_out(step, span));
}

static void run_grad(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    step->kernels->log_softmax_grad(a->rows * span->rows, a->n, lj_in(step, 0, span), lj_in(step, 1, span),
                                lj_out(step, span));
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    const lj_shape *shape = &unit->node->shape;
    made->n = shape->dim[shape->rank - 1];
    made->rows = lj_shape_product(shape, 0, shape->rank - 1);
    step->args = made;
    step->run = unit->node->op == LJ_OP_LOG_SOFTMAX ? run : run_grad;
    step->cost = (double)made->rows * (10.0 + (double)made->n);
}

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    LJ_TRY(lj_infer_same(g, node, out, dtype));
    if (out->rank < 1 || out->dim[out->rank - 1] == LJ_BATCH)
        return lj_fail(LJ_ESHAPE, "log_softmax: expected a last dimension beside the batch, found %s",
                       lj_shape_print(out).text);
    return LJ_OK;
}

const lj_op lj_op_log_softmax = {
    .name = "log_softmax", .n_in = 1, .in_place = 1, .infer = infer, .grad = grad, .lower = lower};

const lj_op lj_op_log_softmax_grad = {
    .name = "log_softmax_grad", .n_in = 2, .in_place = 1, .infer = lj_infer_same, .lower = lower};

lj_value lj_log_softmax(lj_graph *g, lj_value x)
{
    return lj_graph_add(g, LJ_OP_LOG_SOFTMAX, &x, 1, &(lj_attributes){0});
}
