/*
 * rms_norm: over the last dimension, x * rstd * gain with rstd = 1 / sqrt(mean(x^2) + epsilon), which is part 1.
 * The gradients are those of layer_norm without a mean.
 */
#include "graph/op.h"

typedef struct args {
    int64_t rows, n;
    float epsilon;
    int gain; /* which input; 0: none */
} args;

enum { X, RSTD, DY, GAIN }; /* inputs of the gradients */

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    LJ_TRY(lj_infer_same(g, node, out, dtype));
    const int64_t width = out->rank < 1 ? LJ_BATCH : out->dim[out->rank - 1];
    if (width == LJ_BATCH)
        return lj_fail(LJ_ESHAPE, "rms_norm: expected [..., C], found %s", lj_shape_print(out).text);
    if (node->n_in > 1 && (lj_in_shape(g, node, 1)->rank != 1 || lj_in_shape(g, node, 1)->dim[0] != width))
        return lj_fail(LJ_ESHAPE, "rms_norm: the gain of %s has its width, found %s", lj_shape_print(out).text,
                       lj_shape_print(lj_in_shape(g, node, 1)).text);
    return LJ_OK;
}

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    const int has_gain = node->n_in > 1;
    const lj_value in[] = {node->in[X], y + 1, dy, has_gain ? node->in[1] : LJ_NONE};
    dx[0] = lj_graph_add(g, LJ_OP_RMS_NORM_GRAD, in, 3 + has_gain, &node->a);
    if (has_gain)
        dx[1] = lj_sum_to(g, lj_graph_add(g, LJ_OP_RMS_NORM_GRAD_GAIN, in, 3, &node->a), *lj_in_shape(g, node, 1));
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    step->kernels->rms_norm(a->rows * span->rows, a->n, lj_in(step, X, span),
                            a->gain ? lj_in(step, a->gain, span) : NULL, a->epsilon, lj_out(step, span),
                            lj_out_or_null(step, 1, span));
}

static void run_grad(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    step->kernels->layer_norm_grad(a->rows * span->rows, a->n, lj_in(step, X, span), NULL, lj_in(step, RSTD, span),
                                   a->gain ? lj_in(step, a->gain, span) : NULL, lj_in(step, DY, span),
                                   lj_out(step, span));
}

static void run_grad_gain(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    step->kernels->layer_norm_grad_gain(a->rows * span->rows, a->n, lj_in(step, X, span), NULL,
                                        lj_in(step, RSTD, span), lj_in(step, DY, span), lj_out(step, span));
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    const lj_node *node = unit->node;
    const int gain = node->op == LJ_OP_RMS_NORM ? 1 : GAIN;
    made->n = node->shape.dim[node->shape.rank - 1];
    made->rows = lj_shape_product(&node->shape, 0, node->shape.rank - 1);
    made->epsilon = node->a.number[0];
    made->gain = node->n_in > gain ? gain : 0;
    step->args = made;
    step->run = node->op == LJ_OP_RMS_NORM ? run : node->op == LJ_OP_RMS_NORM_GRAD ? run_grad : run_grad_gain;
    step->cost = (double)made->rows * (10.0 + 0.5 * (double)made->n);
}

const lj_op lj_op_rms_norm = {.name = "rms_norm", .n_in = -1, .infer = infer, .grad = grad, .lower = lower};

const lj_op lj_op_rms_norm_grad = {.name = "rms_norm_grad", .n_in = -1, .infer = lj_infer_same, .lower = lower};

const lj_op lj_op_rms_norm_grad_gain = {
    .name = "rms_norm_grad_gain", .n_in = 3, .infer = lj_infer_same, .lower = lower};

lj_value lj_rms_norm(lj_graph *g, lj_value x, lj_value gain, float epsilon)
{
    const lj_value y = lj_graph_add(g, LJ_OP_RMS_NORM, (lj_value[]){x, gain}, gain == LJ_NONE ? 1 : 2,
                                    &(lj_attributes){.number = {epsilon}});
    if (y == LJ_NONE)
        return LJ_NONE;
    const lj_shape *shape = &lj_node_at(g, y)->shape;
    const lj_shape rows = lj_shape_drop(shape, shape->rank - 1, 0);
    return lj_graph_add_part(g, y, 1, rows, LJ_F32) == LJ_NONE ? LJ_NONE : y;
}
