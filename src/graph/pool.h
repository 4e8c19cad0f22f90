/* What max_pool2d and average_pool2d share. */
#ifndef LIANJIN_GRAPH_POOL_H
#define LIANJIN_GRAPH_POOL_H

#include "graph/op.h"

/* The shape of the output for x [B, H, W, C]. */
lj_status lj_infer_pool(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype);
/* Gradients: the shape of their attributes. */
lj_status lj_infer_pool_grad(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype);
/* Sets run, lj_pool_args (images of a row of the batch, or all) and cost. */
void lj_lower_pool(lj_lowering *l, const lj_shape *in, const lj_shape *out, const lj_window *window, lj_step *step,
                   lj_step_run *run);
/* A node of that operation. */
lj_value lj_build_pool(lj_graph *g, lj_op_code op, lj_value x, const lj_pool2d_options *options);

#endif
