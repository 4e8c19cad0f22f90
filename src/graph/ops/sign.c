/* sign: y = -1, 0 or 1. Its gradient is zero where it exists: none. */
#include "graph/op.h"

LJ_UNARY_OP(lj_sign, sign, SIGN, NULL, 0.2)
