/*
 * Layers, initialisers, losses, optimisers, schedules and weight files.
 * A layer is one file src/nn/layers/<name>.c and one row of src/nn/layers.h;
 * an optimiser or a schedule likewise.
 *
 * Layers are functions on a graph. Options are structs with designated
 * initialisers where zero means the documented default:
 *     y = lj_dense(g, x, 64, .activation = LJ_RELU);
 * Their parameters are called "<name>.<part>"; name NULL gives "dense",
 * "dense_1", ... in the order of building, so that a training graph and a
 * scoring graph built by the same code share weights.
 */
#ifndef LIANJIN_NN_H
#define LIANJIN_NN_H

#include <stdint.h>

#include "lianjin/document.h"
#include "lianjin/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- initialisers: Keras' and PyTorch's, by fan-in and fan-out ---- */

/* X(code, name) */
#define LJ_INITIALISER_LIST(X)                                                                    \
    X(GLOROT_UNIFORM, "glorot_uniform") /* U(+-sqrt(6/(in+out))), Keras' default of Dense */      \
    X(GLOROT_NORMAL, "glorot_normal")                                                             \
    X(HE_UNIFORM, "he_uniform")                                                                   \
    X(HE_NORMAL, "he_normal")                                                                     \
    X(LECUN_UNIFORM, "lecun_uniform")                                                             \
    X(LECUN_NORMAL, "lecun_normal")                                                               \
    X(TORCH_LINEAR, "torch_linear") /* U(+-1/sqrt(in)), PyTorch's default of Linear, bias too */  \
    X(ZEROS, "zeros")                                                                             \
    X(ONES, "ones")                                                                               \
    X(NORMAL, "normal")          /* N(0, 0.05) */                                                 \
    X(STANDARD_NORMAL, "standard_normal") /* N(0, 1) */                                           \
    X(UNIFORM, "uniform")        /* U(+-0.05) */                                                  \
    X(RANDOM_SIGN, "random_sign")

typedef enum lj_initialiser {
#define X(code, name) LJ_##code,
    LJ_INITIALISER_LIST(X)
#undef X
        LJ_INITIALISER_COUNT
} lj_initialiser;
lj_init lj_initialiser_make(lj_initialiser initialiser, int64_t fan_in, int64_t fan_out);

/* Names as in configs and saved models; the _find functions answer LJ_ENOTFOUND with the nearest name. */
const char *lj_initialiser_name(lj_initialiser initialiser);
LJ_CHECKED lj_status lj_initialiser_find(const char *name, lj_initialiser *out);
const char *lj_activation_name(lj_activation activation);
LJ_CHECKED lj_status lj_activation_find(const char *name, lj_activation *out);

/* ---- layers ---- */

typedef struct lj_dense_options {
    const char *name;
    lj_activation activation;
    lj_initialiser weight; /* default: glorot_uniform */
    int torch_bias;        /* bias as PyTorch's Linear instead of zeros */
    int no_bias;
} lj_dense_options;
/* x [..., C] -> [..., units]; <name>.weight [C, units], <name>.bias [units] */
lj_value lj_dense_with(lj_graph *g, lj_value x, int64_t units, lj_dense_options options);
#define lj_dense(g, x, units, ...) lj_dense_with(g, x, units, (lj_dense_options){__VA_ARGS__})

/*
 * A dense layer with the weight of another: x [..., C], table [V, C] (of an embedding, say) -> [..., V], product with
 * the transposed table; <name>.bias [V]. Press and Wolf 2017, "Using the output embedding to improve language models".
 */
lj_value lj_dense_tied_with(lj_graph *g, lj_value x, lj_value table, lj_dense_options options);

/* Dropout with a default name ("dropout", "dropout_1", ...); rate 0: x itself. */
lj_value lj_dropout_with(lj_graph *g, lj_value x, float rate, const char *name);

typedef struct lj_norm_options {
    const char *name;
    float epsilon;  /* 0: 1e-5 */
    float momentum; /* batch norm: 0: 0.9 */
    int no_affine;
} lj_norm_options;
lj_value lj_layer_norm_with(lj_graph *g, lj_value x, lj_norm_options options);
/* lj_rms_norm with <name>.gain [C]. */
lj_value lj_rms_norm_with(lj_graph *g, lj_value x, lj_norm_options options);
/* x [B, ..., C]: each of the C channels over all rows (and places). */
lj_value lj_batch_norm_with(lj_graph *g, lj_value x, lj_norm_options options);

/*
 * Images are [B, H, W, C], sequences [B, T, C]. Padding is none ("valid"), as
 * much as given, or as Keras' "same".
 */
typedef struct lj_conv_options {
    const char *name;
    lj_activation activation;
    lj_initialiser weight;          /* default: glorot_uniform; torch_linear is PyTorch's default of convolutions */
    int torch_bias;                 /* bias as PyTorch has it instead of zeros */
    int no_bias;
    int64_t stride_h, stride_w;     /* default 1; conv1d reads the _w */
    int64_t dilation_h, dilation_w; /* default 1 */
    int64_t groups;                 /* default 1; as many as channels: depthwise */
    int same;                       /* pads so that there are ceil(size / stride) places */
    lj_padding padding;             /* unless `same`; conv1d reads left and right: causal is left = kernel - 1 */
} lj_conv_options;
/* x [B, H, W, C] -> [B, OH, OW, units] (lj_conv2d); <name>.weight [kernel_h, kernel_w, C / groups, units], <name>.bias. */
lj_value lj_conv2d_with(lj_graph *g, lj_value x, int64_t units, int64_t kernel_h, int64_t kernel_w,
                        lj_conv_options options);
/* x [B, T, C] -> [B, OT, units]; <name>.weight [kernel, C / groups, units], <name>.bias [units]. */
lj_value lj_conv1d_with(lj_graph *g, lj_value x, int64_t units, int64_t kernel, lj_conv_options options);
/*
 * x [B, H, W, C] -> [B, OH, OW, units] (lj_conv2d_transpose); <name>.weight
 * [kernel_h, kernel_w, units / groups, C], <name>.bias [units]. OH = H *
 * stride_h if `same`, else H * stride_h + max(extent - stride_h, 0) - padding
 * with the extent (kernel_h - 1) * dilation_h + 1, as Keras and PyTorch.
 */
lj_value lj_conv2d_transpose_with(lj_graph *g, lj_value x, int64_t units, int64_t kernel_h, int64_t kernel_w,
                                  lj_conv_options options);

typedef struct lj_pool_options {
    int64_t kernel_h, kernel_w; /* default 2 */
    int64_t stride_h, stride_w; /* default: the kernel's */
    int same;
    lj_padding padding;         /* unless `same` */
} lj_pool_options;
lj_value lj_max_pool2d_with(lj_graph *g, lj_value x, lj_pool_options options);
lj_value lj_average_pool2d_with(lj_graph *g, lj_value x, lj_pool_options options);
typedef struct lj_residual2d_options {
    const char *name;
    int64_t stride;           /* of the first convolution; 0: 1 */
    lj_activation activation; /* 0: relu */
} lj_residual2d_options;
/*
 * x [B, H, W, C] -> [B, OH, OW, units]: two convolutions of 3 x 3, padded by 1,
 * with batch normalisation, beside a short cut. He et al. 2016, "Deep residual
 * learning for image recognition" (the basic block).
 */
lj_value lj_residual2d_with(lj_graph *g, lj_value x, int64_t units, lj_residual2d_options options);
/* x [B, ..., C] -> [B, C]: the mean, the greatest, over all dimensions between. */
lj_value lj_global_average_pool(lj_graph *g, lj_value x);
lj_value lj_global_max_pool(lj_graph *g, lj_value x);
/* x [B, H, W, C] -> [B, H * factor_h, W * factor_w, C]: each pixel repeated. */
lj_value lj_up_sample2d(lj_graph *g, lj_value x, int64_t factor_h, int64_t factor_w);
/* x [B, ...] -> [B, their product] */
lj_value lj_flatten(lj_graph *g, lj_value x);

typedef struct lj_embedding_options {
    const char *name;
    lj_initialiser weight; /* default (zero): torch_linear of the dimension */
} lj_embedding_options;
/*
 * codes i32 [B, F] of F categories with sizes[F] levels -> [B, F, dimension];
 * one table <name>.weight [sum of sizes, dimension] with offsets inside.
 */
lj_value lj_embedding_with(lj_graph *g, lj_value codes, const int32_t *sizes, int64_t dimension,
                           lj_embedding_options options);

/*
 * Numbers embedded piecewise-linearly: x [B, F] -> [B, F, dimension];
 * edges [F, bins + 1] as lj_piecewise_linear, copied into the frozen parameter
 * <name>.edges (NULL: they come with the weights of a file); a linear map by
 * feature without activation. `linear_term` is "version B" of the authors'
 * rtdl_num_embeddings: a plain linear map of x is added, the map of the bins
 * starts at zero and has no bias.
 */
typedef struct lj_number_embedding_options {
    const char *name;
    lj_activation activation;
    int linear_term;
    float frequency_scale; /* periodic: sigma of the initial frequencies, 0: 0.1 */
} lj_number_embedding_options;
lj_value lj_piecewise_embedding_with(lj_graph *g, lj_value x, const float *edges, int64_t bins, int64_t dimension,
                                     lj_number_embedding_options options);
/* [cos(2 pi c x), sin(2 pi c x)] with trained frequencies c, then a linear map by feature (same paper). */
lj_value lj_periodic_embedding_with(lj_graph *g, lj_value x, int64_t frequencies, int64_t dimension,
                                    lj_number_embedding_options options);

typedef struct lj_residual_options {
    const char *name;
    int64_t hidden;     /* 0: twice the width */
    float dropout;      /* after the hidden activation */
    float dropout_out;  /* before the sum */
    lj_activation activation;
    int batch_norm;     /* 0: layer norm */
} lj_residual_options;
/* x [B, C]: x + dropout(dense(dropout(activation(dense(norm(x)))))). Gorishniy et al. 2021, "Revisiting deep learning models for tabular data". */
lj_value lj_residual_with(lj_graph *g, lj_value x, lj_residual_options options);

/*
 * Batch ensemble (Wen et al. 2020) as TabM uses it (Gorishniy et al. 2024):
 * x [B, H, C] -> [B, H, units]: ((x * r_h) W) * s_h + b_h with r [H, C], s and
 * b [H, units] of each head and one shared W.
 */
typedef struct lj_batch_ensemble_options {
    const char *name;
    int64_t heads;              /* x [B, C] instead: every head reads the same row */
    lj_initialiser weight;      /* default (zero): torch_linear */
    lj_initialiser input_scale; /* of r: random_sign in the first layer, else ones (zero means ones) */
    const float *input_scale_values; /* [H, C]: r starts with these instead; copied */
    const float *bias_values;        /* [H, units]: b starts with these; NULL: as torch_linear's bias, each head its own */
    int no_output_scale;
    lj_activation activation;
} lj_batch_ensemble_options;
lj_value lj_batch_ensemble_with(lj_graph *g, lj_value x, int64_t units, lj_batch_ensemble_options options);
/* x [B, H, C] -> [B, H, units], a weight and bias of its own for each head. */
lj_value lj_dense_heads_with(lj_graph *g, lj_value x, int64_t units, lj_dense_options options);

/* ---- sequences: x [B, T, C] ---- */

typedef struct lj_token_embedding_options {
    const char *name;
    lj_initialiser weight; /* default (zero): uniform, as Keras; PyTorch's is standard_normal */
    int has_padding;       /* the code `padding` is a vector of zeros and is not trained */
    int64_t padding;
} lj_token_embedding_options;
/* Sequences of codes of one vocabulary: i32 [B, T] -> [B, T, dimension]; a code out of range counts as 0. */
lj_value lj_token_embedding_with(lj_graph *g, lj_value codes, int64_t vocabulary, int64_t dimension,
                                 lj_token_embedding_options options);

/* x [B, T, C], lengths i32 [B] (LJ_NONE: all are T) -> [B, C] over the steps before a row's length; without any: 0. */
lj_value lj_mean_over_steps(lj_graph *g, lj_value x, lj_value lengths);
lj_value lj_max_over_steps(lj_graph *g, lj_value x, lj_value lengths);

/*
 * Recurrent layers: x [B, T, C] -> [B, T, D], or [B, D] of the last step; D is
 * units, or 2 units of the two directions side by side. lengths i32 [B]
 * (LJ_NONE: all are T): the steps of row r from lengths[r] on do not count.
 * A state is [B, S units], S = 2 for lstm (h, then c), else 1. Parameters of
 * layer l (from 0): "<name>.<l>.<part>", against the steps
 * "<name>.<l>.reverse.<part>"; the parts and the order of the gates stand in
 * the file of the layer.
 */
typedef struct lj_recurrent_options {
    const char *name;
    int64_t layers;           /* one upon the other; 0: 1 */
    int bidirectional;
    int last;                 /* the last state of each direction instead of all steps */
    int keep_past_end;        /* steps past a row's end give its last state, as Keras; else zeros, as PyTorch */
    float dropout;            /* between layers */
    lj_activation activation; /* simple_rnn: LJ_TANH (zero means it) or LJ_RELU */
    const lj_value *state;    /* first states, layer by layer, forward before reverse; NULL: zeros */
    lj_value *final;          /* NULL, or where the last states go, in that order */
} lj_recurrent_options;
lj_value lj_lstm_with(lj_graph *g, lj_value x, int64_t units, lj_value lengths, lj_recurrent_options options);
lj_value lj_gru_with(lj_graph *g, lj_value x, int64_t units, lj_value lengths, lj_recurrent_options options);
lj_value lj_simple_rnn_with(lj_graph *g, lj_value x, int64_t units, lj_value lengths, lj_recurrent_options options);

/* x plus the waves of its positions: [sin, cos] of t / 10000^(2 i / C) in turn (Vaswani et al. 2017); C is even. */
lj_value lj_sinusoidal_positions(lj_graph *g, lj_value x);
/*
 * x plus a trained vector for each position, the first T rows of <name>.weight [places, C] (places 0: T), which starts
 * as N(0, 0.05); name NULL: the default.
 */
lj_value lj_learned_positions(lj_graph *g, lj_value x, int64_t places, const char *name);

typedef struct lj_multi_head_attention_options {
    const char *name;
    int64_t heads;    /* 0: 1 */
    int64_t kv_heads; /* 0: heads; see lj_attention_options */
    int64_t depth;    /* of a head; 0: C / heads */
    int causal;
    int64_t window;
    float rotary;     /* base of rotary positions of queries and keys (10000 in the paper); 0: none */
    int no_bias;
    lj_initialiser weight; /* default: glorot_uniform */
} lj_multi_head_attention_options;
/*
 * Vaswani et al. 2017, "Attention is all you need": the queries of x [B, T, C]
 * read the keys and values of memory [B, S, M] (LJ_NONE: of x) -> [B, T, C].
 * lengths i32 [B] of the memory, or LJ_NONE. Dense layers <name>.query [C,
 * heads * depth], .key and .value [M, kv_heads * depth], .output [heads *
 * depth, C]. Attention itself drops nothing.
 */
lj_value lj_multi_head_attention_with(lj_graph *g, lj_value x, lj_value memory, lj_value lengths,
                                      lj_multi_head_attention_options options);

typedef struct lj_feed_forward_options {
    const char *name;
    int64_t hidden;           /* 0: 4 C */
    lj_activation activation; /* 0: relu */
    float dropout;            /* after the activation */
} lj_feed_forward_options;
/* x [..., C] -> [..., C]: dense layers <name>.first with the activation and <name>.second, as PyTorch starts them. */
lj_value lj_feed_forward_with(lj_graph *g, lj_value x, lj_feed_forward_options options);

typedef struct lj_transformer_options {
    const char *name;
    int64_t heads;            /* 0: 1 */
    int64_t kv_heads;         /* 0: heads */
    int64_t hidden;           /* of the feed-forward layer; 0: 4 C */
    lj_activation activation; /* of it; 0: relu */
    float dropout;            /* of what is added, and after the activation */
    int pre_norm;             /* x + f(norm(x)) instead of norm(x + f(x)) */
    float epsilon;            /* of the norms; 0: 1e-5 */
    int causal;               /* encoder only: a decoder always is */
    int64_t window;           /* of self-attention; 0: all */
    float rotary;             /* base of rotary positions of self-attention; 0: none */
} lj_transformer_options;
/*
 * PyTorch's TransformerEncoderLayer: self-attention <name>.attention, then
 * <name>.feed_forward, each added to its input and normalised (<name>.*_norm).
 * x [B, T, C] -> [B, T, C]; lengths i32 [B] or LJ_NONE.
 */
lj_value lj_encoder_block_with(lj_graph *g, lj_value x, lj_value lengths, lj_transformer_options options);
/*
 * PyTorch's TransformerDecoderLayer: causal self-attention, attention
 * <name>.memory_attention to memory [B, S, M] (LJ_NONE: none, as in GPT), then
 * feed-forward. lengths of x and of the memory, or LJ_NONE.
 */
lj_value lj_decoder_block_with(lj_graph *g, lj_value x, lj_value memory, lj_value lengths, lj_value memory_lengths,
                               lj_transformer_options options);

/* ---- losses: a row of src/nn/losses.h each ---- */

/* X(code, name) */
#define LJ_LOSS_LIST(X)                                        \
    X(BINARY_CROSS_ENTROPY, "binary_cross_entropy")            \
    X(CROSS_ENTROPY, "cross_entropy")                          \
    X(MSE, "mse")                                              \
    X(MAE, "mae")                                              \
    X(HUBER, "huber")

typedef enum lj_loss {
#define X(code, name) LJ_LOSS_##code,
    LJ_LOSS_LIST(X)
#undef X
        LJ_LOSS_COUNT
} lj_loss;
const char *lj_loss_name(lj_loss loss);
LJ_CHECKED lj_status lj_loss_find(const char *name, lj_loss *out);

typedef struct lj_loss_options {
    lj_loss loss;
    float smoothing; /* of labels */
    float delta;     /* Huber; 0: 1 */
} lj_loss_options;
/*
 * prediction [B, 1] or [B, C] (logits for the cross-entropies), or with heads
 * [B, H, 1 or C]; target f32 [B] (i32 [B] for cross_entropy); weight f32 [B],
 * already divided by its sum over the batch. Returns a scalar: the weighted sum
 * of the rows' losses, heads averaged. Positions of a sequence instead of heads:
 * prediction [B, T, 1 or C], target [B, T] and weight [B, T], 0 where there is
 * nothing to learn.
 */
lj_value lj_loss_build(lj_graph *g, lj_value prediction, lj_value target, lj_value weight, lj_loss_options options);

/* ---- optimisers ---- */

/* X(code, name) */
#define LJ_OPTIMISER_LIST(X) \
    X(ADAMW, "adamw")        \
    X(ADAM, "adam")          \
    X(SGD, "sgd")            \
    X(RMSPROP, "rmsprop")

typedef enum lj_optimiser {
#define X(code, name) LJ_OPTIMISER_##code,
    LJ_OPTIMISER_LIST(X)
#undef X
        LJ_OPTIMISER_COUNT
} lj_optimiser;
const char *lj_optimiser_name(lj_optimiser optimiser);
LJ_CHECKED lj_status lj_optimiser_find(const char *name, lj_optimiser *out);

typedef struct lj_optimiser_options {
    lj_optimiser optimiser;
    double momentum;  /* SGD, RMSProp */
    int nesterov;     /* SGD */
    double beta1, beta2; /* 0: 0.9, 0.999 */
    double rho;       /* RMSProp; 0: 0.9 */
    double epsilon;   /* 0: 1e-8 (Keras: 1e-7) */
    double weight_decay; /* AdamW: decoupled; else added to the gradient */
    double clip_norm, clip_value; /* 0: none */
} lj_optimiser_options;
/* The rule for lj_program_compile; `options` are borrowed by it and outlive the program. */
LJ_CHECKED lj_status lj_optimiser_rule(const lj_optimiser_options *options, lj_update_rule *out);

/* ---- schedules of the learning rate ---- */

/* X(code, name) */
#define LJ_SCHEDULE_LIST(X)         \
    X(CONSTANT, "constant")         \
    X(STEP, "step")                 \
    X(EXPONENTIAL, "exponential")   \
    X(COSINE, "cosine")             \
    X(PLATEAU, "plateau")

typedef enum lj_schedule {
#define X(code, name) LJ_SCHEDULE_##code,
    LJ_SCHEDULE_LIST(X)
#undef X
        LJ_SCHEDULE_COUNT
} lj_schedule;
const char *lj_schedule_name(lj_schedule schedule);
LJ_CHECKED lj_status lj_schedule_find(const char *name, lj_schedule *out);

typedef struct lj_schedule_options {
    lj_schedule schedule;
    double rate;         /* the base */
    int64_t warm_up;     /* steps of linear warm-up, before any schedule */
    int64_t period;      /* STEP: epochs between drops (0: 10); COSINE: steps in all, filled by the trainer if 0 */
    double factor;       /* STEP, EXPONENTIAL (by epoch), PLATEAU; 0: 0.1, 0.95, 0.5 */
    double minimum;      /* COSINE, PLATEAU */
    int64_t patience;    /* PLATEAU: epochs; 0: 3 */
} lj_schedule_options;
/* Rate of a step (from 1) in an epoch (from 0); plateau_drops: how often the plateau rule has struck. Same bits everywhere. */
float lj_schedule_rate(const lj_schedule_options *options, int64_t step, int64_t epoch, int64_t plateau_drops);

/* ---- safetensors ---- */

/* Writes F32 and I32 tensors in the order of their names, with metadata strings (pairs key, value; may be NULL), atomically. */
LJ_CHECKED lj_status lj_safetensors_write(const char *path, const lj_weights *weights, const char *const *metadata,
                                          int64_t metadata_pairs);
/*
 * Reads a file as a new set. Everything in its header is checked against the
 * file before use; LJ_ECORRUPT names what lies. F16 and BF16 are widened.
 */
LJ_CHECKED lj_status lj_safetensors_read(const char *path, lj_weights **out);
/* The same from memory, which messages call `name`: for the fuzz target. */
LJ_CHECKED lj_status lj_safetensors_parse(const char *name, const void *bytes, size_t size, lj_weights **out);
/* As lj_safetensors_read, and the header, in which lj_item_get(root, "__metadata__") holds the strings; both the caller's. */
LJ_CHECKED lj_status lj_safetensors_open(const char *path, lj_weights **out, lj_doc **header);

#ifdef __cplusplus
}
#endif
#endif
