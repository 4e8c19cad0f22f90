/*
 * All layers. A new one is a file src/nn/layers/<name>.c and one line of the
 * list; the harness tests/nn/test_layers.c then asks of it what it asks of all.
 */
#ifndef LIANJIN_NN_LAYERS_H
#define LIANJIN_NN_LAYERS_H

#include "lianjin/nn.h"

/* What a layer reads. */
typedef enum lj_layer_input {
    LJ_LAYER_ROWS,    /* [B, C] */
    LJ_LAYER_HEADS,   /* [B, H, C] */
    LJ_LAYER_STEPS,   /* [B, T, C] */
    LJ_LAYER_IMAGES,  /* [B, H, W, C] */
    LJ_LAYER_NUMBERS, /* [B, F]: raw numbers, embedded one by one */
    LJ_LAYER_CODES    /* i32 [B, F] */
} lj_layer_input;

/* Options that a table can hand to any layer; each uses those that it has. */
typedef struct lj_layer_args {
    const char *name; /* NULL: the next default name */
    int64_t units;    /* or the dimension of an embedding */
    lj_activation activation;
    int64_t heads;        /* of attention */
    float rate;           /* of dropout */
    const int32_t *sizes; /* levels of each category */
    const float *edges;   /* [F, bins + 1] */
    int64_t bins;
    int64_t kernel, stride; /* of convolutions and pooling; 0: their default */
    int same;
    lj_padding padding;
} lj_layer_args;

typedef struct lj_layer {
    const char *name;
    const char *summary;
    lj_layer_input input;
    int is_random; /* in training its value depends on the step: no finite differences */
    lj_value (*build)(lj_graph *g, lj_value x, const lj_layer_args *args);
} lj_layer;

#define LJ_LAYER_LIST(X)                                                                                               \
    X(dense)                                                                                                           \
    X(dropout)                                                                                                         \
    X(activation)                                                                                                      \
    X(softmax)                                                                                                         \
    X(layer_norm)                                                                                                      \
    X(rms_norm)                                                                                                        \
    X(batch_norm)                                                                                                      \
    X(residual)                                                                                                        \
    X(embedding)                                                                                                       \
    X(piecewise_embedding)                                                                                             \
    X(periodic_embedding)                                                                                              \
    X(batch_ensemble)                                                                                                  \
    X(dense_heads)                                                                                                     \
    X(dense_tied)                                                                                                      \
    X(sinusoidal_positions)                                                                                            \
    X(learned_positions)                                                                                               \
    X(multi_head_attention)                                                                                            \
    X(feed_forward)                                                                                                    \
    X(encoder_block)                                                                                                   \
    X(decoder_block)                                                                                                   \
    X(token_embedding)                                                                                                 \
    X(mean_over_steps)                                                                                                 \
    X(max_over_steps)                                                                                                  \
    X(lstm)                                                                                                            \
    X(gru)                                                                                                             \
    X(simple_rnn)                                                                                                  \
    X(conv2d)                                                                                                          \
    X(conv1d)                                                                                                          \
    X(conv2d_transpose)                                                                                                \
    X(max_pool2d)                                                                                                      \
    X(average_pool2d)                                                                                                  \
    X(global_average_pool)                                                                                             \
    X(global_max_pool)                                                                                                 \
    X(up_sample2d)                                                                                                     \
    X(zero_padding2d)                                                                                                  \
    X(flatten)

#define X(name) extern const lj_layer lj_layer_##name;
LJ_LAYER_LIST(X)
#undef X

/* NULL past the end. */
const lj_layer *lj_layer_at(int64_t index);

#endif
