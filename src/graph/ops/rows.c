/* rows: how many rows the run has, as one float. Not differentiated: it depends on nothing. */
#include "graph/op.h"

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    (void)g;
    (void)node;
    *out = (lj_shape){.rank = 0};
    *dtype = LJ_F32;
    return LJ_OK;
}

static void run(const lj_step *step, const lj_span *span)
{
    *lj_out(step, span) = (float)span->n_rows;
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    (void)l;
    (void)unit;
    step->run = run;
}

const lj_op lj_op_rows = {.name = "rows", .n_in = 0, .infer = infer, .lower = lower};

lj_value lj_rows_of_run(lj_graph *g)
{
    return lj_graph_add(g, LJ_OP_ROWS, NULL, 0, &(lj_attributes){0});
}
