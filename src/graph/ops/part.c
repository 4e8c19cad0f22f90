/* part: a further value of the operation that is its input; that operation's step writes it. */
#include "graph/op.h"

const lj_op lj_op_part = {.name = "part", .n_in = 1};
