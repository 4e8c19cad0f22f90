/*
 * What every file of compute/kernels/ includes: those files are compiled once
 * per instruction set, with LJ_ISA=<name> and LJ_ISA_<name>=1, and their
 * functions are called LJ_NAME(product) = lj_product_<name>.
 */
#ifndef LIANJIN_COMPUTE_KERNEL_H
#define LIANJIN_COMPUTE_KERNEL_H

#if defined(LJ_ISA_avx2)
#include "compute/isa_avx2.h"
#elif defined(LJ_ISA_avx512)
#include "compute/isa_avx512.h"
#elif defined(LJ_ISA_neon)
#include "compute/isa_neon.h"
#elif defined(LJ_ISA_wide)
#include "compute/isa_wide.h"
#else
#include "compute/isa_generic.h"
#endif

#include "compute/kernels.h"

#define LJ_PASTE_(name, isa) lj_##name##_##isa
#define LJ_PASTE(name, isa) LJ_PASTE_(name, isa)
#define LJ_NAME(name) LJ_PASTE(name, LJ_ISA)

#define LJ_TILE_N (LJ_TILE_V * LJ_W) /* columns of a product's tile */

/* X(code, name, what the gradient reads) */
#define LJ_ACTIVATION_LIST(X)    \
    X(LINEAR, linear, y)         \
    X(RELU, relu, y)             \
    X(LEAKY_RELU, leaky_relu, y) \
    X(ELU, elu, y)               \
    X(SELU, selu, y)             \
    X(GELU, gelu, x)             \
    X(SILU, silu, x)             \
    X(TANH, tanh, y)             \
    X(SIGMOID, sigmoid, y)       \
    X(SOFTPLUS, softplus, y)

/* X(name): the other functions of lj_kernels. */
#define LJ_KERNEL_LIST(X)                                                                                            \
    X(product_scratch) X(product) X(pack_b_size) X(pack_b) X(shards_scratch) X(product_shards) X(product_heads)      \
    X(convolve_scratch) X(convolve) X(pack_taps) X(max_pool) X(max_pool_grad) X(average_pool) X(average_pool_grad)   \
    X(resize) X(resize_grad)                                                                                         \
    X(attention_scratch) X(attention) X(attention_grad)                                                              \
    X(fill) X(scale) X(add_scaled) X(clip) X(copy) X(dropout)                                                        \
    X(sum) X(sum_squares) X(dot) X(max) X(sum_axis) X(max_axis) X(max_axis_grad) X(column_sum)                       \
    X(softmax) X(softmax_grad) X(log_softmax) X(log_softmax_grad)                                                    \
    X(layer_norm) X(layer_norm_grad) X(layer_norm_grad_gain) X(rms_norm) X(rotary)                                   \
    X(gather) X(scatter_scratch) X(scatter_add) X(piecewise_linear) X(piecewise_linear_grad)                         \
    X(word_pairs) X(row_sum_add) X(sparse_product) X(glove_pairs)                                                     \
    X(tree_bins) X(tree_words) X(tree_sums) X(tree_best) X(tree_scores) X(tree_ways)                                 \
    X(lstm_cell) X(lstm_cell_grad) X(gru_cell) X(gru_cell_grad) X(simple_cell) X(simple_cell_grad)                   \
    X(bce_logits) X(bce_logits_grad) X(softmax_cross_entropy) X(softmax_cross_entropy_grad) X(huber) X(huber_grad)   \
    X(update_sgd) X(update_rmsprop) X(update_adam)                                                                   \
    X(expf) X(expm1f) X(logf) X(log1pf) X(tanhf) X(erff) X(sigmoidf) X(softplusf) X(sinf) X(cosf)                    \
    X(exp_d) X(expm1_d) X(log_d) X(log1p_d) X(pow_d) X(normal_cdf) X(normal_quantile)

#define LJ_DECLARE(name) __typeof__(*((const lj_kernels *)0)->name) LJ_NAME(name);
LJ_KERNEL_LIST(LJ_DECLARE)
#define LJ_DECLARE_UNARY(code, name) __typeof__(*((const lj_kernels *)0)->unary[0]) LJ_NAME(unary_##name);
LJ_UNARY_LIST(LJ_DECLARE_UNARY)
#define LJ_DECLARE_BINARY(code, name) __typeof__(*((const lj_kernels *)0)->binary[0]) LJ_NAME(binary_##name);
LJ_BINARY_LIST(LJ_DECLARE_BINARY)
#define LJ_DECLARE_ACTIVATION(code, name, from)                                     \
    __typeof__(*((const lj_kernels *)0)->activate[0]) LJ_NAME(activate_##name);     \
    __typeof__(*((const lj_kernels *)0)->activate_grad[0]) LJ_NAME(grad_##name);
LJ_ACTIVATION_LIST(LJ_DECLARE_ACTIVATION)

extern const lj_kernels LJ_NAME(kernels); /* the table of this instruction set */

static inline int64_t lj_min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline vf vzero(void)
{
    return vset1(0.0F);
}
#if !defined(LJ_HAS_VIF_LESS)
/* a < b ? yes : no by lane; no for a NaN. */
static inline vf vif_less(vf a, vf b, vf yes, vf no)
{
    return vselect((vi)(a < b), yes, no);
}
#endif
static inline vi vset1_i(int32_t x)
{
    return (vi)vset1(0.0F) + x;
}

#endif
