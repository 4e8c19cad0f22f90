/* Copies with strides: transpose and broadcast. */
#ifndef LIANJIN_GRAPH_STRIDED_H
#define LIANJIN_GRAPH_STRIDED_H

#include "graph/op.h"

/*
 * y (contiguous, of shape `out`) = x at sum of index * strides, in elements of
 * x; the stride of the batch is 0 or a row of x.
 */
void lj_lower_strided(lj_lowering *l, lj_step *step, const lj_shape *out, const int64_t *strides);

#endif
