/*
 * All operations. A new one is a file src/graph/ops/<name>.c and one line here.
 * An operation that only gradients use stands in the file of its operation.
 */
#ifndef LIANJIN_GRAPH_OPS_H
#define LIANJIN_GRAPH_OPS_H

#define LJ_OP_LIST(X)                                              \
    X(INPUT, input)                                                \
    X(PARAMETER, parameter)                                        \
    X(CONSTANT, constant)                                          \
    X(ROWS, rows)                                                  \
    X(PART, part)                                                  \
    X(PRODUCT, product)                                            \
    X(PRODUCT_OVER_BATCH, product_over_batch)                      \
    X(PRODUCT_HEADS, product_heads)                                \
    X(PRODUCT_HEADS_OVER_BATCH, product_heads_over_batch)          \
    X(PACK, pack)                                                  \
    X(CONV2D, conv2d)                                              \
    X(CONV2D_TRANSPOSE, conv2d_transpose)                          \
    X(CONV2D_OVER_BATCH, conv2d_over_batch)                        \
    X(CONV2D_PACK, conv2d_pack)                                    \
    X(MAX_POOL2D, max_pool2d)                                      \
    X(MAX_POOL2D_GRAD, max_pool2d_grad)                            \
    X(AVERAGE_POOL2D, average_pool2d)                              \
    X(AVERAGE_POOL2D_GRAD, average_pool2d_grad)                    \
    X(RESIZE_BILINEAR, resize_bilinear)                            \
    X(RESIZE_BILINEAR_GRAD, resize_bilinear_grad)                  \
    X(ATTENTION, attention)                                        \
    X(ATTENTION_GRAD, attention_grad)                              \
    X(ADD, add)                                                    \
    X(SUBTRACT, subtract)                                          \
    X(MULTIPLY, multiply)                                          \
    X(DIVIDE, divide)                                              \
    X(MAXIMUM, maximum)                                            \
    X(MINIMUM, minimum)                                            \
    X(GREATER_EQUAL, greater_equal)                                \
    X(GREATER, greater)                                            \
    X(NEGATE, negate)                                              \
    X(EXP, exp)                                                    \
    X(LOG, log)                                                    \
    X(SQRT, sqrt)                                                  \
    X(SQUARE, square)                                              \
    X(ABSOLUTE, absolute)                                          \
    X(SIGN, sign)                                                  \
    X(SIN, sin)                                                    \
    X(COS, cos)                                                    \
    X(ERF, erf)                                                    \
    X(RECIPROCAL, reciprocal)                                      \
    X(SCALE, scale)                                                \
    X(ACTIVATE, activate)                                          \
    X(ACTIVATE_GRAD, activate_grad)                                \
    X(SOFTMAX, softmax)                                            \
    X(SOFTMAX_GRAD, softmax_grad)                                  \
    X(LOG_SOFTMAX, log_softmax)                                    \
    X(LOG_SOFTMAX_GRAD, log_softmax_grad)                          \
    X(SUM, sum)                                                    \
    X(SUM_LEADING, sum_leading)                                    \
    X(MAX, max)                                                    \
    X(MAX_GRAD, max_grad)                                          \
    X(RESHAPE, reshape)                                            \
    X(CONCAT, concat)                                              \
    X(SLICE, slice)                                                \
    X(UNSLICE, unslice)                                            \
    X(TRANSPOSE, transpose)                                        \
    X(BROADCAST, broadcast)                                        \
    X(GATHER, gather)                                              \
    X(GATHER_GRAD, gather_grad)                                    \
    X(ONE_HOT, one_hot)                                            \
    X(OFFSET_CODES, offset_codes)                                  \
    X(PIECEWISE_LINEAR, piecewise_linear)                          \
    X(PIECEWISE_LINEAR_GRAD, piecewise_linear_grad)                \
    X(LAYER_NORM, layer_norm)                                      \
    X(LAYER_NORM_GRAD, layer_norm_grad)                            \
    X(LAYER_NORM_GRAD_GAIN, layer_norm_grad_gain)                  \
    X(RMS_NORM, rms_norm)                                          \
    X(RMS_NORM_GRAD, rms_norm_grad)                                \
    X(RMS_NORM_GRAD_GAIN, rms_norm_grad_gain)                      \
    X(ROTARY, rotary)                                              \
    X(DROPOUT, dropout)                                            \
    X(NORMAL, normal)                                              \
    X(REVERSE_GRADIENT, reverse_gradient)                          \
    X(LSTM, lstm)                                                  \
    X(LSTM_GRAD, lstm_grad)                                        \
    X(GRU, gru)                                                    \
    X(GRU_GRAD, gru_grad)                                          \
    X(SIMPLE_RNN, simple_rnn)                                      \
    X(SIMPLE_RNN_GRAD, simple_rnn_grad)                            \
    X(SEQUENCE_MASK, sequence_mask)                                \
    X(BCE_LOGITS, bce_logits)                                      \
    X(BCE_LOGITS_GRAD, bce_logits_grad)                            \
    X(SOFTMAX_CROSS_ENTROPY, softmax_cross_entropy)                \
    X(SOFTMAX_CROSS_ENTROPY_GRAD, softmax_cross_entropy_grad)      \
    X(HUBER, huber)                                                \
    X(HUBER_GRAD, huber_grad)

typedef enum lj_op_code {
#define X(code, name) LJ_OP_##code,
    LJ_OP_LIST(X)
#undef X
        LJ_OP_COUNT
} lj_op_code;

#endif
