/* What softmax and log_softmax share: rows along the last dimension. */
#ifndef LIANJIN_GRAPH_SOFTMAX_H
#define LIANJIN_GRAPH_SOFTMAX_H

#include "graph/op.h"

typedef struct lj_softmax_args {
    int64_t rows, n; /* rows of a batch row */
} lj_softmax_args;

/* The shape of the input, whose last dimension must not be the batch. */
lj_status lj_infer_softmax(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype);
/* Sets run, lj_softmax_args and cost. */
void lj_lower_softmax(lj_lowering *l, const lj_unit *unit, lj_step *step, lj_step_run *run);

#endif
