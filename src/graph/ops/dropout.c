/*
 * dropout: y = x / (1 - rate), or 0 with probability `rate`, by (seed, name,
 * step, element): the gradient draws the same again, so no mask is kept. After
 * a relu it need not: what is not zero was kept, and the rest has no gradient.
 */
#include "graph/op.h"
#include "lianjin/random.h"

typedef struct args {
    int64_t inner;
    float rate, factor;
    uint64_t seed, stream;
} args;

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    const lj_node *x = lj_node_at(g, node->in[0]);
    if (x->op == LJ_OP_ACTIVATE && x->a.activation == LJ_RELU) {
        const lj_value kept = lj_graph_add(g, LJ_OP_ACTIVATE_GRAD, (lj_value[]){y, dy}, 2, &x->a);
        dx[0] = lj_scale(g, kept, 1.0F / (1.0F - node->a.number[0]));
        return;
    }
    dx[0] = lj_graph_add(g, LJ_OP_DROPOUT, &dy, 1, &node->a);
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    const uint64_t stream = lj_stream_of_step(a->stream, span->run->step);
    step->kernels->dropout(a->inner * span->rows, lj_in(step, 0, span), a->rate, a->factor, a->seed, stream,
                           (uint64_t)(span->row * a->inner), lj_out(step, span));
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    made->inner = lj_inner(l, unit->in[0]);
    made->rate = unit->node->a.number[0];
    made->factor = 1.0F / (1.0F - made->rate);
    made->seed = l->seed;
    made->stream = unit->node->a.stream;
    step->args = made;
    step->run = run;
    step->cost = (double)made->inner;
}

const lj_op lj_op_dropout = {
    .name = "dropout", .n_in = 1, .in_place = 1, .infer = lj_infer_same, .grad = grad, .lower = lower};

lj_value lj_dropout(lj_graph *g, lj_value x, float rate, const char *name)
{
    if (!(rate >= 0.0F && rate < 1.0F))
        return lj_graph_refuse(g, lj_fail(LJ_EINVAL, "dropout '%s': expected a rate of 0 to below 1, found %g", name,
                                          (double)rate));
    if (!g->training || rate == 0.0F)
        return x;
    return lj_graph_add(g, LJ_OP_DROPOUT, &x, 1,
                        &(lj_attributes){.number = {rate}, .stream = lj_random_stream(name)});
}
