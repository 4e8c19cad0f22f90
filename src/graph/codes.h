/* Operations on codes i32 [B, F] of features with sizes[F] levels. */
#ifndef LIANJIN_GRAPH_CODES_H
#define LIANJIN_GRAPH_CODES_H

#include "graph/op.h"

/* codes [B, F] as input 0 and positive sizes, or LJ_ESHAPE. */
lj_status lj_infer_codes(const lj_graph *g, const lj_node *node);
/* The sum of the sizes. */
int64_t lj_codes_width(const int32_t *sizes, int64_t features);
/* The operation with a copy of the sizes. */
lj_value lj_build_codes(lj_graph *g, lj_op_code op, lj_value codes, const int32_t *sizes);

static inline int32_t lj_code_or_zero(int32_t code, int32_t size)
{
    return code >= 0 && code < size ? code : 0;
}

#endif
