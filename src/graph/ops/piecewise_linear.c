/*
 * piecewise_linear: x [B, F], edges [F, T+1] -> [B, F, T], the encoding of
 * Gorishniy et al. 2022. dx[b, f] = sum of dy / width over the components that
 * are not clipped; edges have no gradient.
 */
#include "graph/op.h"

typedef struct args {
    int64_t rows, features, bins;
} args;

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    const lj_shape *x = lj_in_shape(g, node, 0), *edges = lj_in_shape(g, node, 1);
    if (x->rank != 2 || edges->rank != 2 || edges->dim[0] != x->dim[1] || edges->dim[1] < 2)
        return lj_fail(LJ_ESHAPE, "piecewise_linear: expected [B, F] and [F, T+1], found %s and %s",
                       lj_shape_print(x).text, lj_shape_print(edges).text);
    *out = lj_shape_of(x->dim[0], x->dim[1], edges->dim[1] - 1);
    *dtype = LJ_F32;
    return LJ_OK;
}

static lj_status infer_grad(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    *out = *lj_in_shape(g, node, 0);
    *dtype = LJ_F32;
    return LJ_OK;
}

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    dx[0] = lj_graph_add(g, LJ_OP_PIECEWISE_LINEAR_GRAD, (lj_value[]){node->in[0], node->in[1], dy}, 3,
                         &(lj_attributes){0});
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    step->kernels->piecewise_linear(a->rows * span->rows, a->features, a->bins, lj_in(step, 0, span),
                                    lj_in(step, 1, span), lj_out(step, span));
}

static void run_grad(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    step->kernels->piecewise_linear_grad(a->rows * span->rows, a->features, a->bins, lj_in(step, 0, span),
                                         lj_in(step, 1, span), lj_in(step, 2, span), lj_out(step, span));
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    const lj_shape *x = lj_in_shape(l->graph, unit->node, 0), *edges = lj_in_shape(l->graph, unit->node, 1);
    made->rows = lj_shape_has_batch(x) ? 1 : x->dim[0];
    made->features = x->dim[1];
    made->bins = edges->dim[1] - 1;
    step->args = made;
    step->run = unit->node->op == LJ_OP_PIECEWISE_LINEAR ? run : run_grad;
    step->cost = (double)made->rows * (double)made->features * (4.0 + 0.5 * (double)made->bins);
}

const lj_op lj_op_piecewise_linear = {
    .name = "piecewise_linear", .n_in = 2, .infer = infer, .grad = grad, .lower = lower};

const lj_op lj_op_piecewise_linear_grad = {
    .name = "piecewise_linear_grad", .n_in = 3, .infer = infer_grad, .lower = lower};

lj_value lj_piecewise_linear(lj_graph *g, lj_value x, lj_value edges)
{
    return lj_graph_add(g, LJ_OP_PIECEWISE_LINEAR, (lj_value[]){x, edges}, 2, &(lj_attributes){0});
}
