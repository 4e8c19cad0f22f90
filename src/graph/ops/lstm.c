/* lstm: gates in the order i, f, g, o; a state is h, then c. recurrence.h says the rest. */
#include "graph/recurrence.h"

static void step(const lj_kernels *k, const lj_cell_args *args)
{
    k->lstm_cell(args);
}
static void step_grad(const lj_kernels *k, const lj_cell_grad_args *args)
{
    k->lstm_cell_grad(args);
}

static const lj_cell cell = {.name = "lstm",
                             .op = LJ_OP_LSTM,
                             .op_grad = LJ_OP_LSTM_GRAD,
                             .gates = 4,
                             .saved = 4,
                             .states = 2,
                             .step = step,
                             .step_grad = step_grad,
                             .cost = 5.0};

LJ_RECURRENT_OP(lstm, lstm_grad)

lj_value lj_lstm(lj_graph *g, lj_value x, lj_value weight, lj_value lengths, lj_value state,
                 lj_recurrence_options options)
{
    return lj_build_recurrence(g, &cell, x, weight, LJ_NONE, lengths, state, options);
}
