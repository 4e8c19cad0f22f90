/* Losses by element of two inputs of one shape, the second the target. */
#ifndef LIANJIN_GRAPH_LOSS_H
#define LIANJIN_GRAPH_LOSS_H

#include "graph/op.h"

/* Both inputs of one shape. */
lj_status lj_infer_loss(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype);

#endif
