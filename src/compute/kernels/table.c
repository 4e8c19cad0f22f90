/* The table of one instruction set. */
#include "compute/kernel.h"

const lj_kernels LJ_NAME(kernels) = {
#define LJ_STRING_(x) #x
#define LJ_STRING(x) LJ_STRING_(x)
    .name = LJ_STRING(LJ_ISA),
    .lanes = LJ_W,
    .tile_m = LJ_TILE_M,
    .tile_n = LJ_TILE_N,
#define ROW(function) .function = LJ_NAME(function),
    LJ_KERNEL_LIST(ROW)
#undef ROW
#define ROW(code, function) .unary[LJ_UNARY_##code] = LJ_NAME(unary_##function),
    LJ_UNARY_LIST(ROW)
#undef ROW
#define ROW(code, function) .binary[LJ_BINARY_##code] = LJ_NAME(binary_##function),
    LJ_BINARY_LIST(ROW)
#undef ROW
#define ROW(code, function, from)                              \
    .activate[LJ_##code] = LJ_NAME(activate_##function), \
    .activate_grad[LJ_##code] = LJ_NAME(grad_##function),
    LJ_ACTIVATION_LIST(ROW)
#undef ROW
};
