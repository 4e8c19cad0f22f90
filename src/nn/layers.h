/*
 * All layers. A new one is a file src/nn/layers/<name>.c and one line of the
 * list; the harness tests/nn/test_layers.c then asks of it what it asks of all.
 */
#ifndef LIANJIN_NN_LAYERS_H
#define LIANJIN_NN_LAYERS_H

#include "lianjin/declare.h"
#include "lianjin/nn.h"

/* What a layer reads: one of these or several. */
typedef enum lj_layer_input {
    LJ_LAYER_ROWS = 1,     /* [B, C] */
    LJ_LAYER_HEADS = 2,    /* [B, H, C] */
    LJ_LAYER_STEPS = 4,    /* [B, T, C] */
    LJ_LAYER_IMAGES = 8,   /* [B, H, W, C] */
    LJ_LAYER_NUMBERS = 16, /* [B, F]: raw numbers, embedded one by one */
    LJ_LAYER_CODES = 32    /* i32 [B, F] */
} lj_layer_input;

#define LJ_LAYER_ANY (LJ_LAYER_ROWS | LJ_LAYER_STEPS | LJ_LAYER_IMAGES)

/*
 * Options that a table can hand to any layer; each uses those that it has. Zero
 * is the default. Lists are one number for all sides or one for each: [height,
 * width]; of padding [left, right] of sequences, [height, width] or [top,
 * bottom, left, right] of images.
 */
typedef struct lj_layer_args {
    const char *name; /* NULL: the next default name */
    int64_t units;    /* or channels, or the dimension of vectors, or the hidden units of a block */
    int activation;   /* lj_activation */
    int initialiser;  /* lj_initialiser of the weights */
    int no_bias;
    int64_t heads, kv_heads; /* of attention */
    int64_t window;          /* of attention */
    int causal;
    double rate;          /* of dropout */
    double momentum;      /* of running statistics */
    const int32_t *sizes; /* levels of each category; of tokens: [0] is the vocabulary */
    const float *edges;   /* [F, bins + 1] */
    int64_t bins;
    const lj_item *kernel, *stride, *dilation, *padding; /* of convolutions and pooling */
    int same;
    int64_t groups;
    int64_t layers;    /* of recurrent layers, one upon the other */
    int bidirectional; /* of recurrent layers */
    int last;          /* of recurrent layers: the last state instead of all steps */
    int pre_norm;      /* of blocks of attention */
    int batch_norm;    /* of residual blocks */
    lj_value lengths;  /* of sequences, i32 [B]; only where has_lengths */
    int has_lengths;
} lj_layer_args;

/*
 * The names of a layer and of its options, and the options' defaults, stand in
 * files of models: they never change.
 */
typedef struct lj_layer {
    const char *name;
    const char *summary;
    unsigned input;                /* lj_layer_input it reads */
    unsigned gives;                /* the one it gives; 0: the same, or as its options say */
    const lj_declaration *options; /* of struct lj_layer_args, for lists of layers */
    int64_t option_count;
    const char *main;  /* the option that `name: value` stands for; NULL: none */
    int needs_more;    /* reads more than the value before it: not for lists of layers */
    int is_random;     /* in training its value depends on the step: no finite differences */
    lj_value (*build)(lj_graph *g, lj_value x, const lj_layer_args *args);
} lj_layer;

/* The lj_layer_input that a value is. */
lj_layer_input lj_layer_kind(const lj_graph *g, lj_value x);
/* Kinds for people: "[batch, n] or [batch, steps, n]". */
void lj_layer_kinds_say(unsigned kinds, lj_text *out);

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
    X(simple_rnn)                                                                                                      \
    X(conv2d)                                                                                                          \
    X(conv1d)                                                                                                          \
    X(conv2d_transpose)                                                                                                \
    X(max_pool2d)                                                                                                      \
    X(average_pool2d)                                                                                                  \
    X(global_average_pool)                                                                                             \
    X(global_max_pool)                                                                                                 \
    X(up_sample2d)                                                                                                     \
    X(zero_padding2d)                                                                                                  \
    X(residual2d)                                                                                                      \
    X(flatten)

#define X(name) extern const lj_layer lj_layer_##name;
LJ_LAYER_LIST(X)
#undef X

/*
 * The layer and the options of an entry of a list: `flatten`, `{dense: 128}`,
 * `{conv2d: {filters: 32, kernel: 3}}`. Lists in args are borrowed from the
 * item. LJ_ECONFIG "file:line:column: ...".
 */
LJ_CHECKED lj_status lj_layer_read(const char *file, const lj_item *item, const lj_layer **layer, lj_layer_args *args);

/* NULL past the end. */
const lj_layer *lj_layer_at(int64_t index);

#endif
