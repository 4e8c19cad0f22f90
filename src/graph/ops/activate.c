/*
 * activate: y = f(x), one of lj_activation; fused into a product before it.
 * activate_grad: dx = dy * f', from y where f allows, else from x.
 */
#include "graph/op.h"

typedef struct args {
    int64_t inner;
    void (*forward)(int64_t n, const float *x, float *y);
    void (*backward)(int64_t n, const float *x, const float *y, const float *dy, float *dx);
    int reads_x;
} args;

/* dy is the gradient of the greatest of windows over y, and nothing else. */
static int is_of_max_pool(const lj_graph *g, lj_value y, lj_value dy)
{
    const lj_node *pool = lj_node_at(g, dy);
    return pool->op == LJ_OP_MAX_POOL2D_GRAD && lj_node_at(g, lj_node_at(g, pool->in[0])->in[0])->in[0] == y;
}

/*
 * A pixel that is the greatest of a window is what the window gave: relu lets
 * through there what it lets through before the pooling, where there are fewer
 * numbers, and the images need not be kept.
 */
static void grad_of_pooled_relu(lj_graph *g, const lj_node *node, lj_value dy, lj_value *dx)
{
    const lj_node *pool = lj_node_at(g, dy);
    const lj_value pooled = lj_node_at(g, pool->in[0])->in[0];
    const lj_value let_through = lj_graph_add(g, LJ_OP_ACTIVATE_GRAD, (lj_value[]){pooled, pool->in[1]}, 2, &node->a);
    dx[0] = lj_graph_add(g, LJ_OP_MAX_POOL2D_GRAD, (lj_value[]){pool->in[0], let_through}, 2, &pool->a);
}

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    if (node->a.activation == LJ_RELU && is_of_max_pool(g, y, dy)) {
        grad_of_pooled_relu(g, node, dy, dx);
        return;
    }
    const lj_value seen = lj_activation_needs_input(node->a.activation) ? node->in[0] : y;
    dx[0] = lj_graph_add(g, LJ_OP_ACTIVATE_GRAD, (lj_value[]){seen, dy}, 2, &node->a);
}

/* Of dx = dy * f'(seen): f' is constant but for jumps, or a polynomial of y. */
static void grad_grad(lj_graph *g, const lj_node *node, lj_value dx, lj_value ddx, lj_value *out)
{
    (void)dx;
    const lj_value seen = node->in[0], both = lj_multiply(g, node->in[1], ddx);
    out[1] = lj_graph_add(g, LJ_OP_ACTIVATE_GRAD, (lj_value[]){seen, ddx}, 2, &node->a);
    switch (node->a.activation) {
    case LJ_RELU:
    case LJ_LEAKY_RELU:
        break;
    case LJ_TANH: /* f' = 1 - y^2 */
        out[0] = lj_scale(g, lj_multiply(g, both, seen), -2.0F);
        break;
    case LJ_SIGMOID: /* f' = y - y^2 */
        out[0] = lj_multiply(g, both, lj_subtract(g, lj_scalar(g, 1.0F), lj_scale(g, seen, 2.0F)));
        break;
    default:
        (void)lj_graph_refuse(g, lj_fail(LJ_EUNSUPPORTED, "activate: of the activations relu, leaky_relu, tanh and "
                                         "sigmoid have second derivatives"));
    }
}

static double cost_of(lj_activation activation)
{
    return activation == LJ_RELU || activation == LJ_LEAKY_RELU ? 0.1 : 1.0;
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    a->forward(span->rows * a->inner, lj_in(step, 0, span), lj_out(step, span));
}

static void run_grad(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    const float *seen = lj_in(step, 0, span);
    a->backward(span->rows * a->inner, a->reads_x ? seen : NULL, a->reads_x ? NULL : seen, lj_in(step, 1, span),
                lj_out(step, span));
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *a = lj_lower_args(l, sizeof(*a));
    const lj_activation activation = unit->node->a.activation;
    *a = (args){.inner = lj_inner(l, unit->in[0]),
                .forward = l->kernels->activate[activation],
                .backward = l->kernels->activate_grad[activation],
                .reads_x = lj_activation_needs_input(activation)};
    step->args = a;
    step->run = unit->node->op == LJ_OP_ACTIVATE ? run : run_grad;
    step->activation = activation;
    step->cost = cost_of(activation) * (double)a->inner;
}

const lj_op lj_op_activate = {
    .name = "activate", .n_in = 1, .in_place = 1, .infer = lj_infer_same, .grad = grad, .lower = lower};

const lj_op lj_op_activate_grad = {
    .name = "activate_grad", .n_in = 2, .in_place = 1, .infer = lj_infer_same, .grad = grad_grad, .lower = lower};

lj_value lj_activate(lj_graph *g, lj_value x, lj_activation activation)
{
    if (activation == LJ_LINEAR)
        return x;
    if ((unsigned)activation >= LJ_ACTIVATIONS)
        return lj_graph_refuse(g, lj_fail(LJ_EINVAL, "activate: %d is not an activation", (int)activation));
    return lj_graph_add(g, LJ_OP_ACTIVATE, &x, 1, &(lj_attributes){.activation = activation});
}
