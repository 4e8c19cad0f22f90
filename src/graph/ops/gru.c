/* gru: gates in the order r, z, n; the reset gate follows the product. recurrence.h says the rest. */
#include "graph/recurrence.h"

static void step(const lj_kernels *k, const lj_cell_args *args)
{
    k->gru_cell(args);
}
static void step_grad(const lj_kernels *k, const lj_cell_grad_args *args)
{
    k->gru_cell_grad(args);
}

static const lj_cell cell = {.name = "gru",
                             .op = LJ_OP_GRU,
                             .op_grad = LJ_OP_GRU_GRAD,
                             .gates = 3,
                             .saved = 4,
                             .states = 1,
                             .is_apart = 1,
                             .step = step,
                             .step_grad = step_grad,
                             .cost = 4.0};

LJ_RECURRENT_OP(gru, gru_grad)

lj_value lj_gru(lj_graph *g, lj_value x, lj_value weight, lj_value bias, lj_value lengths, lj_value state,
                lj_recurrence_options options)
{
    return lj_build_recurrence(g, &cell, x, weight, bias, lengths, state, options);
}
