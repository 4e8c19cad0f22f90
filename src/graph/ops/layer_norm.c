/*
 * layer_norm: over the last dimension, (x - mean) * rstd * gain + bias; parts 1
 * and 2 are mean and rstd. One kernel, and one for dx; dgain = sum of
 * layer_norm_grad_gain over all other dimensions, dbias = sum of dy.
 */
#include "graph/op.h"

typedef struct args {
    int64_t rows, n;
    float epsilon;
    int gain, bias; /* which inputs; 0: none */
} args;

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    LJ_TRY(lj_infer_same(g, node, out, dtype));
    if (out->rank < 1 || out->dim[out->rank - 1] == LJ_BATCH)
        return lj_fail(LJ_ESHAPE, "layer_norm: expected [..., C], found %s", lj_shape_print(out).text);
    for (int i = 1; i < node->n_in; i++) {
        const lj_shape *s = lj_in_shape(g, node, i);
        if (s->rank != 1 || s->dim[0] != out->dim[out->rank - 1])
            return lj_fail(LJ_ESHAPE, "layer_norm: gain and bias of %s have its width, found %s",
                           lj_shape_print(out).text, lj_shape_print(s).text);
    }
    return LJ_OK;
}

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    const lj_value x = node->in[0], mean = y + 1, rstd = y + 2;
    const lj_shape width = lj_shape_of(node->shape.dim[node->shape.rank - 1]);
    const lj_value in[] = {x, mean, rstd, dy, node->a.has_gain ? node->in[1] : LJ_NONE};
    dx[0] = lj_graph_add(g, LJ_OP_LAYER_NORM_GRAD, in, node->a.has_gain ? 5 : 4, &node->a);
    if (node->a.has_gain)
        dx[1] = lj_sum_to(g, lj_graph_add(g, LJ_OP_LAYER_NORM_GRAD_GAIN, in, 4, &node->a), width);
    if (node->a.has_bias)
        dx[1 + node->a.has_gain] = lj_sum_to(g, dy, width);
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    step->kernels->layer_norm(a->rows * span->rows, a->n, lj_in(step, 0, span),
                              a->gain ? lj_in(step, a->gain, span) : NULL, a->bias ? lj_in(step, a->bias, span) : NULL,
                              a->epsilon, lj_out(step, span), lj_out_or_null(step, 1, span),
                              lj_out_or_null(step, 2, span));
}

static void run_grad(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    step->kernels->layer_norm_grad(a->rows * span->rows, a->n, lj_in(step, 0, span), lj_in(step, 1, span),
                                   lj_in(step, 2, span), a->gain ? lj_in(step, 4, span) : NULL, lj_in(step, 3, span),
                                   lj_out(step, span));
}

static void run_grad_gain(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    step->kernels->layer_norm_grad_gain(a->rows * span->rows, a->n, lj_in(step, 0, span), lj_in(step, 1, span),
                                        lj_in(step, 2, span), lj_in(step, 3, span), lj_out(step, span));
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    const lj_node *node = unit->node;
    made->n = node->shape.dim[node->shape.rank - 1];
    made->rows = lj_shape_product(&node->shape, 0, node->shape.rank - 1);
    made->epsilon = node->a.number[0];
    made->gain = node->a.has_gain ? 1 : 0;
    made->bias = node->a.has_bias ? 1 + node->a.has_gain : 0;
    step->args = made;
    step->run = node->op == LJ_OP_LAYER_NORM ? run : node->op == LJ_OP_LAYER_NORM_GRAD ? run_grad : run_grad_gain;
    step->cost = (double)made->rows * (10.0 + 0.5 * (double)made->n);
}

const lj_op lj_op_layer_norm = {.name = "layer_norm", .n_in = -1, .infer = infer, .grad = grad, .lower = lower};

const lj_op lj_op_layer_norm_grad = {
    .name = "layer_norm_grad", .n_in = -1, .infer = lj_infer_same, .lower = lower};

const lj_op lj_op_layer_norm_grad_gain = {
    .name = "layer_norm_grad_gain", .n_in = 4, .infer = lj_infer_same, .lower = lower};

lj_value lj_layer_norm(lj_graph *g, lj_value x, lj_value gain, lj_value bias, float epsilon)
{
    if (g->status != LJ_OK)
        return LJ_NONE;
    const lj_attributes how = {.has_gain = gain != LJ_NONE, .has_bias = bias != LJ_NONE, .number = {epsilon}};
    lj_value in[3] = {x};
    int n = 1;
    if (how.has_gain)
        in[n++] = gain;
    if (how.has_bias)
        in[n++] = bias;
    const lj_value y = lj_graph_add(g, LJ_OP_LAYER_NORM, in, n, &how);
    if (y == LJ_NONE)
        return LJ_NONE;
    const lj_shape *shape = &lj_node_at(g, y)->shape;
    const lj_shape one = lj_shape_drop(shape, shape->rank - 1, 0);
    const lj_value mean = lj_graph_add_part(g, y, 1, one, LJ_F32);
    return lj_graph_add_part(g, y, 2, one, LJ_F32) == LJ_NONE || mean == LJ_NONE ? LJ_NONE : y;
}
