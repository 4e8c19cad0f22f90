/*
 * The engine: a graph says what is computed, a program how, and running it
 * allocates nothing.
 *
 * A graph is an append-only list of nodes; a value is a small integer handle.
 * Building is functional and never fails on the spot: the first mistake (a
 * shape that does not fit, no memory) is kept, later calls return LJ_NONE, and
 * lj_graph_check and lj_program_compile report it.
 *
 * The first dimension may be LJ_BATCH, symbolic until a program is compiled for
 * at most `batch` rows. A program runs with any number of rows up to that, and
 * the bits of a row do not depend on the others, nor on the threads.
 *
 * Domains. Every operation is one of
 *   row     its output has the batch dimension; row r depends on row r of the
 *           batched inputs and on values without a batch: run shard by shard
 *   reduce  batched inputs, output without a batch: a chain over the rows of a
 *           shard (LJ_SHARD_ROWS), the shards joined by the binary-counter tree
 *   plain   no input has the batch dimension
 * A program is a list of segments of steps of one domain; inside a row segment
 * a thread takes a shard through all its steps, so there is one barrier a
 * segment, not one a step.
 */
#ifndef LIANJIN_GRAPH_H
#define LIANJIN_GRAPH_H

#include <stdint.h>

#include "lianjin/limits.h"
#include "lianjin/memory.h"
#include "lianjin/status.h"
#include "lianjin/team.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef int32_t lj_value;
#define LJ_NONE ((lj_value)-1)
#define LJ_BATCH ((int64_t)-1)

typedef enum lj_dtype { LJ_F32, LJ_I32 } lj_dtype;

typedef struct lj_shape {
    int rank;
    int64_t dim[LJ_RANK_MAX];
} lj_shape;

/* lj_shape_of(LJ_BATCH, 64): the shape of its arguments. */
#define lj_shape_of(...) \
    lj_shape_make((int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (const int64_t[]){__VA_ARGS__})
lj_shape lj_shape_make(int rank, const int64_t *dims);

typedef struct lj_graph lj_graph;

/* training: dropout drops, batch normalisation uses the batch. Owned by the caller. */
LJ_CHECKED lj_status lj_graph_create(int training, lj_graph **out);
void lj_graph_destroy(lj_graph *graph);
int lj_graph_is_training(const lj_graph *graph);
/* The first mistake of building, LJ_OK if there is none. */
LJ_CHECKED lj_status lj_graph_check(const lj_graph *graph);
/* Keeps a mistake of a builder (the status of lj_fail) unless there is one; returns LJ_NONE. */
lj_value lj_graph_refuse(lj_graph *graph, lj_status status);
/* How often it was asked for this kind before, from 0: default names of layers ("dense", "dense_1", ...). */
int64_t lj_graph_count_name(lj_graph *graph, const char *kind);
/* Puts "words: " before what the graph refused; nothing where it refused nothing. */
void lj_graph_context(lj_graph *graph, const char *format, ...) LJ_PRINTF(2, 3);
/* Numbers in all its parameters so far. */
int64_t lj_graph_parameters(const lj_graph *graph);
lj_shape lj_value_shape(const lj_graph *graph, lj_value value);
/* "[batch, 64]" */
typedef struct lj_shape_text {
    char text[160];
} lj_shape_text;
lj_shape_text lj_shape_print(const lj_shape *shape);
lj_dtype lj_value_dtype(const lj_graph *graph, lj_value value);

/* ---- leaves ---- */

/* Filled before each run (lj_program_input). The name is unique among inputs. */
lj_value lj_input(lj_graph *graph, const char *name, lj_dtype dtype, lj_shape shape);

/* How a parameter starts. Zero means zeros. Element i is a function of (seed, name, i). */
typedef enum lj_init_kind {
    LJ_INIT_ZEROS,
    LJ_INIT_CONSTANT,       /* a */
    LJ_INIT_UNIFORM,        /* in [a, b) */
    LJ_INIT_NORMAL,         /* mean a, deviation b */
    LJ_INIT_TRUNCATED_NORMAL, /* as Keras: drawn again outside two deviations */
    LJ_INIT_RANDOM_SIGN,    /* -1 or 1 */
    LJ_INIT_VALUES         /* values[elements], copied */
} lj_init_kind;

typedef struct lj_init {
    lj_init_kind kind;
    float a, b;
    const float *values;
} lj_init;

typedef struct lj_parameter_options {
    lj_init init;
    int frozen;   /* no gradient: running statistics, edges of bins */
    int no_decay; /* weight decay leaves it alone: biases, norms, scales */
} lj_parameter_options;

/* A weight by its name, without a batch dimension. Asking twice for a name gives the same value (shapes must agree). */
lj_value lj_parameter(lj_graph *graph, const char *name, lj_shape shape, lj_parameter_options options);

/* Parameters that are first asked for while it is frozen are not trained by this graph. */
void lj_graph_freeze(lj_graph *graph, int frozen);

/* Fixed numbers, copied. */
lj_value lj_constant(lj_graph *graph, lj_shape shape, const float *data);
lj_value lj_scalar(lj_graph *graph, float value);

/* ---- operations: one file of src/graph/ops/ and one row of its list each ---- */

/*
 * a [..., M, K] or [..., K, M] when transpose_a; b [K, N] or [N, K] when
 * transpose_b -> [..., M, N]. b has two dimensions and is shared by all leading
 * ones. a of rank 1 is refused. Chains over K in blocks of LJ_CHAIN_BLOCK.
 */
lj_value lj_product(lj_graph *g, lj_value a, lj_value b, int transpose_a, int transpose_b);

/* a [B, H, K], b [H, K, N] -> [B, H, N]: one product for each head (TabM's heads, embeddings by feature). */
lj_value lj_product_heads(lj_graph *g, lj_value a, lj_value b);

/*
 * Images are [B, H, W, C]. Padding counts as zeros that were there. Zero in an
 * option is its default.
 */
typedef struct lj_padding {
    int64_t top, bottom, left, right; /* all zero: Keras' "valid" */
} lj_padding;

typedef struct lj_conv2d_options {
    int64_t stride_h, stride_w;     /* default 1 */
    int64_t dilation_h, dilation_w; /* default 1 */
    int64_t groups;                 /* default 1; as many as channels: depthwise */
    lj_padding padding;
} lj_conv2d_options;

/*
 * Padding that gives ceil(height / stride) x ceil(width / stride) places; an
 * odd pixel goes to the bottom and right, as in Keras and TensorFlow ("same").
 * Of the options the strides and dilations are read.
 */
lj_padding lj_padding_same(int64_t height, int64_t width, int64_t kernel_h, int64_t kernel_w,
                           const lj_conv2d_options *options);

/*
 * x [B, H, W, C], w [KH, KW, C / groups, OC] as Keras has it -> [B, OH, OW, OC]
 * with OH = (H + top + bottom - (KH - 1) * dilation_h - 1) / stride_h + 1:
 * cross-correlation, as all libraries call it. Group i reads the i-th part of
 * the channels and writes the i-th of the output's. LJ_ESHAPE where it does not
 * fit. A bias [OC] and an activation that follow are part of its step.
 */
lj_value lj_conv2d(lj_graph *g, lj_value x, lj_value w, lj_conv2d_options options);

/*
 * The gradient of lj_conv2d with respect to its input, as an operation (Dumoulin
 * and Visin 2016, "A guide to convolution arithmetic", chapter 4): x [B, OH, OW,
 * OC], w [KH, KW, C / groups, OC] -> [B, height, width, C]. height and width are
 * such that lj_conv2d with these options makes OH x OW of them; else LJ_ESHAPE.
 */
lj_value lj_conv2d_transpose(lj_graph *g, lj_value x, lj_value w, int64_t height, int64_t width,
                             lj_conv2d_options options);

typedef struct lj_pool2d_options {
    int64_t kernel_h, kernel_w; /* default 2 */
    int64_t stride_h, stride_w; /* default: the kernel's */
    lj_padding padding;         /* less than the kernel; does not count */
} lj_pool2d_options;

/* x [B, H, W, C] -> [B, OH, OW, C]; the gradient goes to the first of the greatest (kh, then kw). */
lj_value lj_max_pool2d(lj_graph *g, lj_value x, lj_pool2d_options options);
/* The mean of the pixels of the window that lie inside the image. */
lj_value lj_average_pool2d(lj_graph *g, lj_value x, lj_pool2d_options options);

/* x [B, H, W, C] -> [B, height, width, C]: bilinear, corners not aligned, as PyTorch's interpolate and Keras' UpSampling2D. */
lj_value lj_resize_bilinear(lj_graph *g, lj_value x, int64_t height, int64_t width);

/* x [B, H, W, C] -> [B, top + H + bottom, left + W + right, C] with zeros around it. */
lj_value lj_zero_pad2d(lj_graph *g, lj_value x, lj_padding padding);

typedef struct lj_attention_options {
    int64_t heads;    /* of q; 0: 1 */
    int64_t kv_heads; /* of k and v, a divisor of heads; 0: heads. Fewer: grouped queries, Ainslie et al. 2023 */
    float scale;      /* of the scores; 0: 1 / sqrt(D) */
    int causal;       /* query i sees keys 0 .. i */
    int64_t window;   /* query i sees keys closer than this: |i - j| < window; 0: all */
} lj_attention_options;
/*
 * Scaled dot-product attention, Vaswani et al. 2017: softmax(scale q k^T) v for
 * each head. q [B, T, heads * D], k and v [B, S, kv_heads * D] -> [B, T, heads *
 * D]. lengths i32 [B]: keys behind the length of a row are not seen (LJ_NONE:
 * all are). A query that sees no key gives zeros. Numbers that are not seen
 * must be finite where they share a block with seen ones. Computed by blocks
 * (Dao et al. 2022, FlashAttention): memory grows with T + S, not with T * S.
 */
lj_value lj_attention(lj_graph *g, lj_value q, lj_value k, lj_value v, lj_value lengths, lj_attention_options options);

/* Element-wise, shapes broadcast as in NumPy (the batch dimension only against itself or nothing). */
lj_value lj_add(lj_graph *g, lj_value a, lj_value b);
lj_value lj_subtract(lj_graph *g, lj_value a, lj_value b);
lj_value lj_multiply(lj_graph *g, lj_value a, lj_value b);
lj_value lj_divide(lj_graph *g, lj_value a, lj_value b);
lj_value lj_maximum(lj_graph *g, lj_value a, lj_value b); /* equal: the gradient goes to a */
lj_value lj_minimum(lj_graph *g, lj_value a, lj_value b);

lj_value lj_negate(lj_graph *g, lj_value x);
lj_value lj_exp(lj_graph *g, lj_value x);
lj_value lj_log(lj_graph *g, lj_value x);
lj_value lj_sqrt(lj_graph *g, lj_value x);
lj_value lj_square(lj_graph *g, lj_value x);
lj_value lj_absolute(lj_graph *g, lj_value x);
lj_value lj_sin(lj_graph *g, lj_value x);
lj_value lj_cos(lj_graph *g, lj_value x);
lj_value lj_erf(lj_graph *g, lj_value x);

/* Activations: one operation each, so that product + bias + activation fuse. */
typedef enum lj_activation {
    LJ_LINEAR,
    LJ_RELU,
    LJ_LEAKY_RELU, /* slope 0.01 */
    LJ_ELU,        /* alpha 1 */
    LJ_SELU,
    LJ_GELU,       /* x * Phi(x), by erf */
    LJ_SILU,
    LJ_TANH,
    LJ_SIGMOID,
    LJ_SOFTPLUS
} lj_activation;
lj_value lj_activate(lj_graph *g, lj_value x, lj_activation activation);

lj_value lj_softmax(lj_graph *g, lj_value x);     /* over the last dimension */
lj_value lj_log_softmax(lj_graph *g, lj_value x); /* over the last dimension */

/* Over one dimension (negative counts from the end); keep: it stays with size 1. Over dimension 0 of a batch: reduce. */
lj_value lj_sum(lj_graph *g, lj_value x, int axis, int keep);
lj_value lj_mean(lj_graph *g, lj_value x, int axis, int keep);
lj_value lj_max(lj_graph *g, lj_value x, int axis, int keep); /* ties: the first gets the gradient */

lj_value lj_reshape(lj_graph *g, lj_value x, lj_shape shape);             /* same elements; the batch stays first */
lj_value lj_concat(lj_graph *g, const lj_value *x, int n, int axis);      /* any n; not along the batch */
lj_value lj_slice(lj_graph *g, lj_value x, int axis, int64_t begin, int64_t end);
lj_value lj_transpose(lj_graph *g, lj_value x, const int *permutation);   /* the batch stays first */
lj_value lj_broadcast(lj_graph *g, lj_value x, lj_shape shape);           /* x [B,1,C] -> [B,H,C] and the like */

/*
 * table [V, D], codes i32 [B, F] -> [B, F, D]. A code outside 0 .. V-1 reads
 * row 0 (row 0 is the unknown category by convention of prep/).
 */
lj_value lj_gather(lj_graph *g, lj_value table, lj_value codes);
/* The same, but the code `padding` gives zeros, and its row of the table has no gradient. */
lj_value lj_gather_padded(lj_graph *g, lj_value table, lj_value codes, int64_t padding);

/*
 * codes i32 [B, F] of features with sizes[F] levels -> f32 [B, sum of sizes]: a 1 at the code's place among those of its
 * feature. Code 0 (unknown, see prep.h) and codes out of range have no 1, so that they add nothing.
 */
lj_value lj_one_hot(lj_graph *g, lj_value codes, const int32_t *sizes);

/* codes i32 [B, F] -> i32 [B, F]: each code plus the sizes of the features before it; a code out of range counts as 0. */
lj_value lj_offset_codes(lj_graph *g, lj_value codes, const int32_t *sizes);

/*
 * Piecewise-linear encoding (Gorishniy et al. 2022, "On embeddings for
 * numerical features"): x [B, F], edges [F, T+1] ascending; out [B, F, T] with
 * component t = (x - e_t)/(e_{t+1} - e_t), clipped to [0, 1] but for the first
 * (no lower bound) and last used (no upper bound) bin. Unused bins of a feature
 * with fewer than T have equal edges and give 0. No gradient to the edges.
 */
lj_value lj_piecewise_linear(lj_graph *g, lj_value x, lj_value edges);

/* Over the last dimension: (x - mean) / sqrt(var + epsilon) * gain + bias; gain, bias [C] (LJ_NONE: none). */
lj_value lj_layer_norm(lj_graph *g, lj_value x, lj_value gain, lj_value bias, float epsilon);

/* Over the last dimension: x / sqrt(mean(x^2) + epsilon) * gain; gain [C] (LJ_NONE: none). Zhang and Sennrich 2019. */
lj_value lj_rms_norm(lj_graph *g, lj_value x, lj_value gain, float epsilon);

/*
 * Rotary positions, Su et al. 2021, "RoFormer", with the halves of a head as
 * pairs (GPT-NeoX): x [B, T, heads * D], D even; in each head the pair (x_i,
 * x_{i + D/2}) at position t turns by t * base^(-2 i / D) (base 10000 there).
 */
lj_value lj_rotary(lj_graph *g, lj_value x, int64_t heads, float base);

/*
 * x [B, ..., C], channel by channel. Training: statistics of the batch and all
 * places of its rows (biased variance), and the
 * running ones become momentum * running + (1 - momentum) * batch (variance
 * unbiased, as PyTorch). Else: the running ones.
 */
lj_value lj_batch_norm(lj_graph *g, lj_value x, lj_value gain, lj_value bias, lj_value running_mean,
                       lj_value running_variance, float momentum, float epsilon);

/* Training: each element is 0 with probability `rate`, else x / (1 - rate); by (seed, name, step, element). */
lj_value lj_dropout(lj_graph *g, lj_value x, float rate, const char *name);

/* Standard normal numbers by (seed, name, step, element), other ones in each step. No gradient. */
lj_value lj_normal(lj_graph *g, lj_shape shape, const char *name);
/*
 * Reparameterised sampling, Kingma and Welling 2014: training: mean + exp(log_variance / 2) * normal numbers of that
 * name; else the mean.
 */
lj_value lj_sample_normal(lj_graph *g, lj_value mean, lj_value log_variance, const char *name);
/* x itself, but its gradient is -factor times that of the result: Ganin et al. 2016, domain-adversarial training. */
lj_value lj_reverse_gradient(lj_graph *g, lj_value x, float factor);

/*
 * Recurrent cells over the steps of a sequence. x [B, T, G H] is the gates'
 * part of the input, its product and bias done; weight [H, G H] and bias [G H]
 * (LJ_NONE: none) make the part of the state before. lengths i32 [B] (LJ_NONE:
 * all are T): from step lengths[r] on row r keeps its state. state: before the
 * first step (LJ_NONE: zeros). Returns the state after every step [B, T, S H]:
 * h, and behind it, for lstm, the cells c. The last state of a row is that of
 * step T - 1 (reverse: of step 0), whatever its length. Gates side by side:
 *     lstm        i, f, g, o   Hochreiter and Schmidhuber 1997; Gers et al. 2000
 *     gru         r, z, n      Cho et al. 2014, the reset gate after the product
 *     simple_rnn  one          Elman 1990
 */
typedef struct lj_recurrence_options {
    int reverse;              /* from the last step to the first; steps past the end are passed over */
    lj_activation activation; /* simple_rnn: LJ_TANH (zero means it) or LJ_RELU; others: not read */
} lj_recurrence_options;
lj_value lj_lstm(lj_graph *g, lj_value x, lj_value weight, lj_value lengths, lj_value state,
                 lj_recurrence_options options);
lj_value lj_gru(lj_graph *g, lj_value x, lj_value weight, lj_value bias, lj_value lengths, lj_value state,
                lj_recurrence_options options);
lj_value lj_simple_rnn(lj_graph *g, lj_value x, lj_value weight, lj_value lengths, lj_value state,
                       lj_recurrence_options options);

/* lengths i32 [B] -> f32 [B, steps]: 1 before a row's length, 0 from it on. */
lj_value lj_sequence_mask(lj_graph *g, lj_value lengths, int64_t steps);

/*
 * Losses by row, from logits. They return [B] (or [B, H] for heads): the mean
 * or weighted sum is the caller's.
 */
/* logits and target of one shape; smoothing s: target * (1 - s) + s / 2. */
lj_value lj_bce_logits(lj_graph *g, lj_value logits, lj_value target, float smoothing);
/*
 * logits [B, C] or [B, H, C], labels i32 [B] (all heads have the same) or [B, H] (positions of a sequence: each its
 * own) -> [B] or [B, H]; smoothing s spreads s over all classes.
 */
lj_value lj_softmax_cross_entropy(lj_graph *g, lj_value logits, lj_value labels, float smoothing);
/* |d| <= delta: d^2 / 2, else delta * (|d| - delta / 2). */
lj_value lj_huber(lj_graph *g, lj_value x, lj_value target, float delta);

/* At the end of a run, the parameter takes the value (of its shape, without a batch): running statistics. */
void lj_assign(lj_graph *g, lj_value parameter, lj_value value);

/* Adds the nodes of d(loss)/d(wrt[i]); loss has one element. grads[i] is LJ_NONE where it does not depend on it. */
LJ_CHECKED lj_status lj_gradient(lj_graph *g, lj_value loss, const lj_value *wrt, int n, lj_value *grads);

/*
 * How far from `norm` the score of each row climbs with the row: (|d score / d x| - norm)^2 [B], of a score [B] that
 * was computed from x [B, ...], row by row. Gradients go through it, where the operations between have second
 * derivatives: products, convolutions, what is element-wise, the activations relu, leaky_relu, tanh, sigmoid, sums,
 * shapes; LJ_EUNSUPPORTED names the operation that has none, when the program is compiled.
 */
lj_value lj_gradient_penalty(lj_graph *g, lj_value score, lj_value x, float norm);

/* Names a value that programs deliver. */
void lj_output(lj_graph *g, const char *name, lj_value value);

/* The graph as readable lines (one a node), for people and tests. */
LJ_CHECKED lj_status lj_graph_describe(const lj_graph *graph, lj_text *out);

/* ---- weights: belong to the model, shared by its programs ---- */

typedef struct lj_weights lj_weights;

typedef struct lj_tensor {
    const char *name;
    lj_dtype dtype;
    lj_shape shape;
    int64_t count; /* elements */
    void *data;    /* 64-byte aligned */
    int frozen, no_decay;
} lj_tensor;

/* An empty set. */
LJ_CHECKED lj_status lj_weights_create(lj_weights **out);
/* Adds the parameters of the graph that are not there yet, initialised by (seed, name). LJ_ESHAPE on a conflict. */
LJ_CHECKED lj_status lj_weights_add(lj_weights *weights, const lj_graph *graph, uint64_t seed);
/* LJ_ESHAPE unless the set holds exactly the parameters of the graph, each of its shape and type (for weights of a file). */
LJ_CHECKED lj_status lj_weights_check(lj_weights *weights, const lj_graph *graph);
/* Adds one tensor, zeroed. Borrowed. */
LJ_CHECKED lj_status lj_weights_new(lj_weights *weights, const char *name, lj_dtype dtype, lj_shape shape,
                                    lj_tensor **out);
void lj_weights_destroy(lj_weights *weights);
int64_t lj_weights_count(const lj_weights *weights);
lj_tensor *lj_weights_at(lj_weights *weights, int64_t index); /* in the order of adding */
lj_tensor *lj_weights_find(lj_weights *weights, const char *name); /* NULL if there is none */
/* All elements of all tensors. */
int64_t lj_weights_elements(const lj_weights *weights);
/* Copies the numbers of `from` (same tensors). */
void lj_weights_copy(lj_weights *to, const lj_weights *from);
/* A second set with the same tensors and numbers. */
LJ_CHECKED lj_status lj_weights_clone(const lj_weights *weights, lj_weights **out);
/* SHA-256 over names, shapes and little-endian bits in the order of names. */
LJ_CHECKED lj_status lj_weights_sha256(const lj_weights *weights, char hex[65]);

/* ---- programs ---- */

/*
 * How parameters move: the kernel of an optimiser (src/nn/). state[i] [count]
 * are slots kept in a weights set "<parameter>/<slot name>".
 */
typedef struct lj_update_args {
    float *parameter;
    const float *gradient;
    float *state[3];
    int64_t count;
    float scale;     /* the gradient is multiplied by it first (clipping) */
    float rate;      /* of this step, by the schedule */
    float decay;     /* weight decay of this parameter, 0 if no_decay */
    int64_t step;    /* from 1 */
    const void *options;
} lj_update_args;

typedef struct lj_update_rule {
    int n_slots;
    const char *slot_names[3];
    void (*apply)(const lj_update_args *args); /* element-wise: any range of elements on its own */
    const void *options;                       /* outlives the program */
    float decay;
    float clip_norm;  /* > 0: gradients are scaled so that their global 2-norm is at most this */
    float clip_value; /* > 0: each gradient element is clipped to +-this first */
} lj_update_rule;

typedef struct lj_program_options {
    int64_t batch;                 /* most rows of a run */
    const lj_update_rule *update;  /* training: moves all unfrozen parameters down `loss` */
    lj_value loss;                 /* of one element */
    lj_weights *state;             /* training: slots of the optimiser, added if not there */
    uint64_t seed;                 /* of dropout */
    int64_t n_threads;             /* of the team that will run it (scratch); 0: 1 */
    int accumulates;               /* training: runs may gather gradients; a slot "gradient_sum" for each parameter */
} lj_program_options;

typedef struct lj_program lj_program;

/*
 * Differentiates (training), drops what no output needs, fuses, plans memory,
 * lowers. Borrows the weights, which must hold the graph's parameters; the
 * graph may be destroyed afterwards. One thread at a time runs a program; many
 * programs share weights that nobody trains.
 */
LJ_CHECKED lj_status lj_program_compile(lj_graph *graph, lj_weights *weights, const lj_program_options *options,
                                        lj_program **out);
void lj_program_destroy(lj_program *program);

/* Where to put the rows of an input: [batch, ...], NULL if the program does not use it. Kept between runs. */
void *lj_program_input(lj_program *program, const char *name);
/* Reads the input from the caller's memory instead (aligned to 4 bytes), until bound again; NULL: its own memory. */
void lj_program_bind(lj_program *program, const char *name, const void *data);
/* An output of the last run: [n_rows, ...] or without a batch; NULL if there is no such output. */
const float *lj_program_output(const lj_program *program, const char *name);

typedef struct lj_run_options {
    int64_t n_rows;  /* 1 .. batch */
    int64_t step;    /* from 1: of dropout and the optimiser */
    float rate;      /* learning rate of this step */
    /* Of a program that accumulates. The move follows the mean of the gathered gradients and this one. */
    int holds;        /* 1: the gradient is gathered and nothing moves */
    int64_t gathered; /* runs before this one that held */
    int64_t move;     /* from 1: which move it is, for the optimiser; 0: as step */
} lj_run_options;

/* Computes the outputs and, in training, moves the parameters. Allocates nothing, cannot fail. */
void lj_program_run(lj_program *program, lj_team *team, const lj_run_options *options);

/* Bytes of the memory plan; steps and segments: for tests and `model show`. */
size_t lj_program_memory(const lj_program *program);
/* The steps as readable lines: segment, kernel, shapes. */
LJ_CHECKED lj_status lj_program_describe(const lj_program *program, lj_text *out);

#ifdef __cplusplus
}
#endif
#endif
