/* simple_rnn: h = tanh or relu of x + h_before W. recurrence.h says the rest. */
#include "graph/recurrence.h"

static void step(const lj_kernels *k, const lj_cell_args *args)
{
    k->simple_cell(args);
}
static void step_grad(const lj_kernels *k, const lj_cell_grad_args *args)
{
    k->simple_cell_grad(args);
}

static const lj_cell cell = {.name = "simple_rnn",
                             .op = LJ_OP_SIMPLE_RNN,
                             .op_grad = LJ_OP_SIMPLE_RNN_GRAD,
                             .gates = 1,
                             .states = 1,
                             .step = step,
                             .step_grad = step_grad,
                             .cost = 1.5};

LJ_RECURRENT_OP(simple_rnn, simple_rnn_grad)

lj_value lj_simple_rnn(lj_graph *g, lj_value x, lj_value weight, lj_value lengths, lj_value state,
                       lj_recurrence_options options)
{
    if (options.activation == LJ_LINEAR)
        options.activation = LJ_TANH;
    if (options.activation != LJ_TANH && options.activation != LJ_RELU)
        return lj_graph_refuse(g, lj_fail(LJ_EINVAL, "simple_rnn: expected tanh or relu, found activation %d",
                                          (int)options.activation));
    return lj_build_recurrence(g, &cell, x, weight, LJ_NONE, lengths, state, options);
}
