/*
 * All kernels behind one start-up choice: a table of functions for one
 * instruction set. Every table gives the same bits (a NaN is a NaN; its payload
 * is outside the contract).
 *
 * A kernel is a pure, single-threaded function on raw pointers: it allocates
 * nothing, knows no threads, and cannot fail. Arrays are float32, row-major,
 * aligned to 4 bytes at least (64 is faster). A row stride is counted in
 * floats. Unless said otherwise the output may be the very same array as an
 * input (same pointer, same strides), never one that overlaps it otherwise.
 *
 * Kernels "in ranges" compute each output element on its own: a caller may cut
 * the work anywhere and give the pieces to any thread.
 */
#ifndef LIANJIN_COMPUTE_KERNELS_H
#define LIANJIN_COMPUTE_KERNELS_H

#include <stdint.h>

#include "compute/tree_kernels.h"
#include "lianjin/graph.h"
#include "lianjin/limits.h"

/* ---- products ---- */

/*
 * C[m, n] = A[m, k] B[k, n]: the order is the contract. With blocks of
 * LJ_CHAIN_BLOCK summed indices,
 *     block sum = fma(A(i,p), B(p,j), ...) over ascending p, from +0
 *     s         = first block's sum, + the next, ... in ascending order
 *     accumulate: s = C + s
 *     bias:       s = s + bias[j]
 *     C = activation(s)
 * k == 0 gives s = +0.
 *
 * A(i,p) = a[i * a_row + p * a_col], B(p,j) = b[p * b_row + j * b_col]: one of
 * the two strides is 1, the other at least the length of a row. C(i,j) =
 * c[i * c_row + j]; C overlaps neither A nor B.
 */
typedef struct lj_product_args {
    int64_t m, n, k;
    const float *a;
    int64_t a_row, a_col;
    const float *b; /* unused if b_packed is given */
    int64_t b_row, b_col;
    const float *b_packed; /* from pack_b of the same table with the same k and n, or NULL */
    float *c;
    int64_t c_row;
    const float *bias; /* [n] or NULL */
    lj_activation activation;
    float *before;  /* NULL, or s before the activation, with c's strides (for gradients that need it) */
    int accumulate; /* C = C + the product */
    float *scratch; /* lj_kernels.product_scratch(m, n, k) floats, 64-byte aligned; not shared by threads; NULL if 0 */
} lj_product_args;

/*
 * Patches of images as a matrix that is never stored as a whole: row (image,
 * i, j), one for each place of a grid; its columns are those of the runs, one
 * after the other. A run is some numbers of one line of the image, from the
 * pixel (i * step_h + h, j * step_w + w) on; what lies outside the image is +0.
 */
typedef struct lj_patch_run {
    int64_t h, w;
    int64_t count; /* several whole pixels, or some numbers of one */
} lj_patch_run;

typedef struct lj_patches {
    const float *image; /* [images, height, width, channels]; or from one of its channels on */
    int64_t height, width, channels;
    int64_t places_h, places_w; /* the grid of an image */
    int64_t step_h, step_w;
    int64_t n_runs;
    const lj_patch_run *runs;
    int64_t k; /* columns: the counts of all runs */
} lj_patches;

/*
 * The product of the patches of some images and B [k, n]: C(image, i, j) =
 * c[image * c_image + i * c_line + j * c_place], n numbers each; chains, bias
 * and activation as in lj_product_args. Patches are made for a few places at a
 * time.
 */
typedef struct lj_convolve_args {
    lj_patches patches;
    int64_t images, n;
    const float *b_packed; /* from pack_b or pack_taps of the same table with the same k and n */
    float *c;
    int64_t c_image, c_line, c_place;
    const float *bias; /* [n] or NULL */
    lj_activation activation;
    float *before;  /* as in lj_product_args */
    float *scratch; /* lj_kernels.convolve_scratch(n) floats, 64-byte aligned; not shared by threads */
} lj_convolve_args;

/*
 * Pooling: x [images, height, width, channels] -> y [images, places_h,
 * places_w, channels]. The window of place (i, j) starts at pixel (i * stride_h
 * - top, j * stride_w - left); only what lies inside the image counts, at least
 * one pixel.
 */
typedef struct lj_pool_args {
    int64_t images, height, width, channels, places_h, places_w;
    int64_t kernel_h, kernel_w, stride_h, stride_w, top, left;
} lj_pool_args;

/* Bilinear interpolation: x [images, height, width, channels] -> y [images, out_height, out_width, channels]. */
typedef struct lj_resize_args {
    int64_t images, height, width, channels, out_height, out_width;
} lj_resize_args;

/*
 * Weight gradient over a whole batch: C[m, n] = tree over shards s of A_s^T B_s.
 * A [rows, m], B [rows, n]; shard s holds the rows s * shard_rows and on (the
 * last may be short), its product is a chain over its rows in blocks as above,
 * and the shards are joined as compute/tree.h says. Only the part
 * [m_begin, m_end) x [n_begin, n_end) of C is written: any cut gives the same
 * bits; multiples of lj_kernels.tile_m and .tile_n are fast. rows == 0 gives +0.
 */
typedef struct lj_shards_args {
    int64_t rows, shard_rows; /* shard_rows = LJ_SHARD_ROWS * (inner rows of a batch row) */
    int64_t m, n;
    const lj_patches *patches; /* A's rows are these patches, or NULL: they are a's */
    const float *a;
    int64_t a_row;
    const float *b;
    int64_t b_row;
    float *c;
    int64_t c_row;
    int64_t m_begin, m_end, n_begin, n_end;
    float *scratch; /* lj_kernels.shards_scratch(rows, shard_rows, m, n) floats, 64-byte aligned; NULL if 0 */
} lj_shards_args;

/*
 * One small product for each head h: product(m, n, k, a + h * a_head, b +
 * h * b_head, ...), bias + h * bias_head, c + h * c_head (and `before` with it).
 * a [B, H, K] is m = B, a_row = H * K, a_head = K; likewise c. b_packed is not used.
 */
typedef struct lj_heads_args {
    lj_product_args product; /* of head 0 */
    int64_t heads;
    int64_t a_head, b_head, c_head, bias_head;
} lj_heads_args;

/*
 * Scaled dot-product attention of whole rows of a batch, by blocks: Dao et al.
 * 2022, "FlashAttention"; the online softmax is Milakov and Gimelshein's, 2018.
 * q, out [rows, queries, heads * depth], k, v [rows, keys, kv_heads * depth];
 * head h reads the keys of h / (heads / kv_heads). Query i sees key j if
 *     j < lengths[row], j <= i (causal), |i - j| < window (window > 0).
 * With blocks of LJ_ATTENTION_BLOCK queries and of as many keys, the order is
 * the contract; blocks of keys that no query of its block sees are left out,
 * and a block ends with the last key that one of them sees:
 *     s   = q k, a product; -inf where the key is not seen
 *     m   = max(m, the greatest s of the block), from -FLT_MAX
 *     c   = exp((m before - m) * scale)
 *     p   = exp((s - m) * scale)
 *     l   = l * c + the sum of p in lanes, from +0
 *     out = out * c + p v, a product, from +0
 * over ascending blocks of keys, and at the end out = out / l and lse =
 * fma(m, scale, log l). A query that sees no key has out +0 and lse +inf.
 *
 * The gradient makes the scores again: p = exp(fma(s, scale, -lse)),
 * ds = p (d_out v^T - dot(out, d_out)) * scale, and adds, from +0, the products
 *     dq += ds k, dk += ds^T q, dv += p^T d_out
 * for ascending heads, for these blocks of queries, for these blocks of keys.
 */
typedef struct lj_attention_args {
    int64_t rows, queries, keys;
    int64_t heads, kv_heads, depth;
    float scale; /* > 0 */
    int causal;
    int64_t window;         /* 0: none */
    const float *q, *k, *v;
    const int32_t *lengths; /* [rows], or NULL: all keys; below 0 is 0, above `keys` is `keys` */
    float *out;
    float *lse;             /* [rows, heads, queries]: log of the sum of exp(s * scale); attention: NULL if not wanted */
    const float *d_out;     /* the gradient alone reads it and writes dq, and dk and dv unless they are NULL */
    float *dq, *dk, *dv;
    float *scratch;         /* lj_kernels.attention_scratch(keys, depth) floats, 64-byte aligned */
} lj_attention_args;

/* ---- element-wise ---- */

/* X(code, name): y = f(x) by element, in ranges. */
#define LJ_UNARY_LIST(X)                                                                    \
    X(NEGATE, negate)                                                                       \
    X(EXP, exp)                                                                             \
    X(LOG, log)                                                                             \
    X(SQRT, sqrt)                                                                           \
    X(SQUARE, square)                                                                       \
    X(ABSOLUTE, absolute)                                                                   \
    X(SIGN, sign) /* -1, 0, 1; 0 for NaN */                                                 \
    X(SIN, sin)                                                                             \
    X(COS, cos)                                                                             \
    X(ERF, erf)                                                                             \
    X(RECIPROCAL, reciprocal)

typedef enum lj_unary {
#define X(code, name) LJ_UNARY_##code,
    LJ_UNARY_LIST(X)
#undef X
        LJ_UNARY_COUNT
} lj_unary;

/* X(code, name): y = f(a, b) by element with broadcasting. Comparisons give 1 or 0 (0 with a NaN). */
#define LJ_BINARY_LIST(X)                                                                   \
    X(ADD, add)                                                                             \
    X(SUBTRACT, subtract)                                                                   \
    X(MULTIPLY, multiply)                                                                   \
    X(DIVIDE, divide)                                                                       \
    X(MAXIMUM, maximum) /* a NaN wins, as in NumPy; equal: a */                             \
    X(MINIMUM, minimum)                                                                     \
    X(GREATER_EQUAL, greater_equal)                                                         \
    X(GREATER, greater)

typedef enum lj_binary {
#define X(code, name) LJ_BINARY_##code,
    LJ_BINARY_LIST(X)
#undef X
        LJ_BINARY_COUNT
} lj_binary;

/*
 * y[o, i, j] (contiguous) = f(a[o * a_outer + i * a_middle + j * a_inner], the
 * same of b); a_inner and b_inner are 0 or 1. Same shape: outer = middle = 1.
 * A vector over the last dimension: b_middle = 0. A scalar: all of b's are 0.
 * [outer, 1, inner]: b_outer = inner, b_middle = 0.
 */
typedef struct lj_binary_args {
    int64_t outer, middle, inner;
    const float *a;
    int64_t a_outer, a_middle, a_inner;
    const float *b;
    int64_t b_outer, b_middle, b_inner;
    float *y;
} lj_binary_args;

/* y[i0, i1, i2, i3] (contiguous) = x[sum of i_d * stride[d]]: transpose, broadcast, slice. */
typedef struct lj_copy_args {
    int64_t dim[4], stride[4];
    const float *x;
    float *y; /* does not overlap x */
} lj_copy_args;

/* ---- tables of rows ---- */

/*
 * The gradient of gather: rows [first, last) of the table, [last - first, d],
 * are the sums of the rows of dy [n, d] with that code, as column_sum has them:
 * what product_shards gives for dy and a matrix with a 1 at each row's code.
 * Threads share out the codes. n is at most INT32_MAX.
 */
typedef struct lj_scatter_args {
    int64_t n, shard_rows, d, size, first, last;
    int64_t padding; /* the code that gets nothing; -1: none */
    const int32_t *codes;
    const float *dy;
    float *table;   /* row `first` */
    float *scratch; /* scatter_scratch(n, shard_rows, d, last - first) floats */
} lj_scatter_args;

/* ---- recurrent cells ---- */

/*
 * One step of a recurrent cell for some rows. A state is h [units], for LSTM
 * followed by c [units]; p = h_before W_h (+ bias), x holds the gates' other
 * part, each gate [units] in the order of docs/arithmetic.md:
 *     lstm    i, f, o = sigmoid(x + p), g = tanh(x + p)      order i, f, g, o
 *             c = fma(f, c_before, i * g); h = o * tanh(c)
 *     gru     r, z = sigmoid(x + p), n = tanh(fma(r, p_n, x_n))  order r, z, n
 *             h = fma(z, h_before - n, n)
 *     simple  h = tanh(x + p) or relu(x + p)
 * Row r is past its end when t >= lengths[r]: its state stays.
 */
typedef struct lj_cell_args {
    int64_t rows, units;
    const float *x; /* row r at x + r * x_row; likewise below */
    int64_t x_row;
    const float *product; /* [rows, gates * units] */
    const float *before;  /* the state before */
    int64_t before_row;
    float *state;
    int64_t state_row;
    float *gates; /* NULL, or what the gradient reads: lstm i, f, g, o; gru r, z, n, p_n; simple nothing */
    int64_t gates_row;
    const int32_t *lengths; /* [rows] or NULL */
    int64_t t;
    lj_activation activation; /* simple: LJ_TANH or LJ_RELU */
} lj_cell_args;

/*
 * The gradient of that step. d(loss)/d(h) = d_state + (carry + direct), and so
 * for c without carry; `carry` is the part that came back through the product
 * of the step after. Writes the gradients of x and, for gru, of p, and into
 * `direct` what reaches the state before by another way than the product.
 */
typedef struct lj_cell_grad_args {
    int64_t rows, units;
    const float *before;
    int64_t before_row;
    const float *state;
    int64_t state_row;
    const float *gates;
    int64_t gates_row;
    const float *d_state;
    int64_t d_state_row;
    const float *carry; /* [rows, units] */
    float *direct;      /* [rows, state] */
    float *d_gates;
    int64_t d_gates_row;
    float *d_product; /* gru; NULL for others, where it is d_gates */
    int64_t d_product_row;
    const int32_t *lengths;
    int64_t t;
    lj_activation activation;
} lj_cell_grad_args;

/* ---- vectors of words; rows are 64-byte aligned and of `d` floats, a multiple of LJ_LANES (filled up with zeros) ---- */

/*
 * All pairs of n inputs and m targets, logistic loss. error [n, m] = rate * (label[t] - sigmoid(dot(input i, target t))),
 * dot in lanes by fma. d_input[i] += a chain by fma over t ascending of error[i, t] * target t, from what is there;
 * d_target [m, d] = a chain by fma over i ascending of error[i, t] * input i, from +0.
 */
typedef struct lj_word_pairs_args {
    int64_t n, m, d;
    const float *const *input;  /* [n] rows */
    const float *const *target; /* [m] rows */
    const float *label;         /* [m] 0 or 1 */
    float rate;
    float *const *d_input;      /* [n] rows */
    float *d_target;            /* [m, d] */
    float *error;               /* [n, m] and LJ_LANES floats of room behind */
} lj_word_pairs_args;

/*
 * One pass of AdaGrad over the pairs, one after the other (Pennington, Socher, Manning 2014, and their program):
 * error = dot(word, context) + the two biases - log_count, g = weight * error * rate; each number moves by
 * -(g * other) / sqrt(its sum of squares), which then grows by (g * other)^2. A pair moves its two rows at once.
 */
typedef struct lj_glove_pairs_args {
    int64_t n, d;
    const int32_t *word, *context; /* [n] rows */
    const float *log_count, *weight;
    float rate;
    float *words, *contexts;               /* [., d] */
    float *words_squares, *contexts_squares;
    float *word_bias, *context_bias;       /* [.] */
    float *word_bias_squares, *context_bias_squares;
    double loss; /* grows by weight * error^2 / 2, pair by pair */
} lj_glove_pairs_args;

/* ---- optimisers: see lj_adam_step_make for the maker of the numbers of a step ---- */

/* Numbers of one step of Adam and AdamW, the same for all parameters (lj_adam_step_make). */
typedef struct lj_adam_step {
    float beta1_rest; /* 1 - beta1 */
    float beta2, beta2_rest;
    float epsilon;
    float correction1; /* 1 / (1 - beta1^step) */
    float correction2; /* 1 / sqrt(1 - beta2^step) */
    int decoupled;     /* AdamW */
} lj_adam_step;

/* ---- the table ---- */

/* Number of activations (lj_activation is 0 .. LJ_ACTIVATIONS - 1). */
#define LJ_ACTIVATIONS (LJ_SOFTPLUS + 1)

typedef struct lj_kernels {
    const char *name; /* "generic", "avx2", "avx512", "neon" */
    int lanes;        /* floats of a vector of this table: speed only */

    /* Products. scratch queries give floats; they depend on sizes alone. */
    int64_t tile_m, tile_n; /* cut rows (columns) of C at multiples of these */
    int64_t (*product_scratch)(int64_t m, int64_t n, int64_t k);
    void (*product)(const lj_product_args *args);
    /* Floats of a packed B [k, n], and the packing: once for a weight, then for all shards (64-byte aligned). */
    int64_t (*pack_b_size)(int64_t k, int64_t n);
    void (*pack_b)(int64_t k, int64_t n, const float *b, int64_t b_row, int64_t b_col, float *packed);
    int64_t (*shards_scratch)(int64_t rows, int64_t shard_rows, int64_t m, int64_t n);
    void (*product_shards)(const lj_shards_args *args);
    void (*product_heads)(const lj_heads_args *args);
    int64_t (*attention_scratch)(int64_t keys, int64_t depth);
    void (*attention)(const lj_attention_args *args);
    void (*attention_grad)(const lj_attention_args *args);

    /*
     * Convolutions. pack_taps packs a B [n_taps * depth, n] whose element (t * depth + p, j) is
     * b[taps[t] + p * b_row + j * b_col], as pack_b does (pack_b_size(n_taps * depth, n) floats).
     */
    int64_t (*convolve_scratch)(int64_t n); /* n of lj_convolve_args */
    void (*convolve)(const lj_convolve_args *args);
    void (*pack_taps)(int64_t n_taps, const int64_t *taps, int64_t depth, int64_t n, const float *b, int64_t b_row,
                      int64_t b_col, float *packed);
    /* The first of the greatest (of a NaN if there is one); index, unless NULL: where, kh * kernel_w + kw. */
    void (*max_pool)(const lj_pool_args *args, const float *x, float *y, int32_t *index);
    /* dx: from +0, dy is added at the index, places in ascending order. */
    void (*max_pool_grad)(const lj_pool_args *args, const int32_t *index, const float *dy, float *dx);
    /* Additions in the order (kh, kw) from +0, divided by the number of pixels. */
    void (*average_pool)(const lj_pool_args *args, const float *x, float *y);
    /* dx: from +0, dy / the number of pixels is added, places in ascending order. */
    void (*average_pool_grad)(const lj_pool_args *args, const float *dy, float *dx);
    /*
     * Place i lies at (i + 0.5) * height / out_height - 0.5, at least 0, between its pixel h and the next, which has
     * the share s of the rest. A chain over (h, w), (h, w'), (h', w), (h', w') from +0 with the products of shares.
     */
    void (*resize)(const lj_resize_args *args, const float *x, float *y);
    /* dx: from +0, dy is added to the four by fma, places in ascending order. */
    void (*resize_grad)(const lj_resize_args *args, const float *dy, float *dx);

    /* Element-wise, in ranges. */
    void (*unary[LJ_UNARY_COUNT])(int64_t n, const float *x, float *y);
    void (*binary[LJ_BINARY_COUNT])(const lj_binary_args *args);
    void (*fill)(int64_t n, float value, float *y);
    void (*scale)(int64_t n, const float *x, float factor, float *y);     /* y = x * factor */
    void (*add_scaled)(int64_t n, const float *x, float factor, float *y); /* y = fma(x, factor, y) */
    void (*clip)(int64_t n, const float *x, float low, float high, float *y); /* NaN stays */
    void (*copy)(const lj_copy_args *args);
    /*
     * Activations and dx = dy * f'. The gradient reads x where
     * lj_activation_needs_input says so, else y = f(x); the other may be NULL.
     */
    void (*activate[LJ_ACTIVATIONS])(int64_t n, const float *x, float *y);
    void (*activate_grad[LJ_ACTIVATIONS])(int64_t n, const float *x, const float *y, const float *dy, float *dx);
    /* y = keep ? x * factor : 0; element i is kept when lj_random_uniform(seed, stream, first + i) >= rate. */
    void (*dropout)(int64_t n, const float *x, float rate, float factor, uint64_t seed, uint64_t stream,
                    uint64_t first, float *y);

    /*
     * Reductions of n numbers in LJ_LANES virtual lanes: element i goes to lane
     * i mod 16 in ascending order from +0 (sum_squares: by fma), then lane l +
     * lane l+8, + l+4, + l+2, + l+1. max: the greatest, a NaN if there is one, -inf for n = 0; a zero is +0.
     */
    float (*sum)(int64_t n, const float *x);
    float (*sum_squares)(int64_t n, const float *x);
    float (*dot)(int64_t n, const float *a, const float *b); /* by fma */
    float (*max)(int64_t n, const float *x);
    /*
     * x [outer, axis, inner] -> y [outer, inner]. inner == 1: lanes as above;
     * inner > 1: additions in ascending order from +0, in ranges of outer.
     */
    void (*sum_axis)(int64_t outer, int64_t axis, int64_t inner, const float *x, float *y);
    /* index [outer, inner]: the first place of the greatest (of a NaN if there is one). axis >= 1. */
    void (*max_axis)(int64_t outer, int64_t axis, int64_t inner, const float *x, float *y, int32_t *index);
    /* dx [outer, axis, inner] = dy at index, else 0. */
    void (*max_axis_grad)(int64_t outer, int64_t axis, int64_t inner, const int32_t *index, const float *dy,
                          float *dx);
    /*
     * Sum over the batch: x [rows, n] with stride x_row -> y [n]. Within a shard
     * of shard_rows rows additions in ascending order from +0 in blocks of
     * LJ_CHAIN_BLOCK, block sums in order; shards by compute/tree.h. That is
     * product_shards with ones. In ranges of columns. y does not overlap x.
     */
    void (*column_sum)(int64_t rows, int64_t shard_rows, int64_t n, const float *x, int64_t x_row, float *y);

    /* Rows of n contiguous numbers; sums in lanes as above. In ranges of rows. */
    void (*softmax)(int64_t rows, int64_t n, const float *x, float *y);
    void (*softmax_grad)(int64_t rows, int64_t n, const float *y, const float *dy, float *dx);
    void (*log_softmax)(int64_t rows, int64_t n, const float *x, float *y);
    void (*log_softmax_grad)(int64_t rows, int64_t n, const float *y, const float *dy, float *dx);
    /* y = (x - mean) * rstd * gain + bias; gain and bias [n] or NULL; mean and rstd [rows] are written unless NULL. */
    void (*layer_norm)(int64_t rows, int64_t n, const float *x, const float *gain, const float *bias, float epsilon,
                       float *y, float *mean, float *rstd);
    /* With respect to x. dx may be dy. mean NULL: that of rms_norm. */
    void (*layer_norm_grad)(int64_t rows, int64_t n, const float *x, const float *mean, const float *rstd,
                            const float *gain, const float *dy, float *dx);
    /*
     * (x - mean) * rstd * dy: its column_sum is the gradient of the gain (that of the bias is column_sum of dy).
     * mean NULL: +0.
     */
    void (*layer_norm_grad_gain)(int64_t rows, int64_t n, const float *x, const float *mean, const float *rstd,
                                 const float *dy, float *out);
    /* y = x * rstd * gain with rstd = 1 / sqrt(sum_squares / n + epsilon); gain [n] or NULL; rstd [rows] unless NULL. */
    void (*rms_norm)(int64_t rows, int64_t n, const float *x, const float *gain, float epsilon, float *y, float *rstd);
    /*
     * x [rows, heads, 2 * pairs], cosine and sine [rows, pairs]: (a, b) = (x[i], x[pairs + i]) becomes
     * (fma(a, c, -(b * s)), fma(b, c, a * s)). In ranges of rows.
     */
    void (*rotary)(int64_t rows, int64_t heads, int64_t pairs, const float *x, const float *cosine, const float *sine,
                   float *y);

    /* table [size, d], codes [n] -> y [n, d]; a code outside 0 .. size-1 reads row 0, code `padding` (-1: none) zeros. */
    void (*gather)(int64_t n, int64_t d, int64_t size, int64_t padding, const float *table, const int32_t *codes,
                   float *y);
    /* Floats that scatter_add needs for so many codes of a table. */
    int64_t (*scatter_scratch)(int64_t n, int64_t shard_rows, int64_t d, int64_t codes);
    void (*scatter_add)(const lj_scatter_args *args);

    /* Vectors of words. */
    void (*word_pairs)(const lj_word_pairs_args *args);
    /* y [d] = fma(s, factor, y), s = additions of the rows x + index[i] * d, i ascending, from +0. d % LJ_LANES == 0. */
    void (*row_sum_add)(int64_t n, int64_t d, const float *x, const int32_t *index, float factor, float *y);
    /*
     * y [rows, d] = A x for A in rows of begin [rows + 1], column, value and x [., d]: chains by fma in the order of the
     * entries from +0. In ranges of rows. d % LJ_LANES == 0.
     */
    void (*sparse_product)(int64_t rows, int64_t d, const int64_t *begin, const int32_t *column, const float *value,
                           const float *x, float *y);
    void (*glove_pairs)(lj_glove_pairs_args *args);

    /* Trees. */
    /*
     * bins [n] of x[i * stride]: 1 + the number of cuts [count] (ascending) below it, 0 for NaN. count is at most
     * LJ_TREE_BINS - 2.
     */
    void (*tree_bins)(int64_t n, const float *x, int64_t stride, const float *cuts, int64_t count, uint8_t *bins);
    void (*tree_words)(const lj_tree_words_args *args);
    void (*tree_sums)(const lj_tree_sums_args *args);
    /* The first of the best scores, -1 if all are -inf; `score`, where it is not -1, is that score. */
    int64_t (*tree_best)(const lj_tree_splits_args *args, double *score);
    /* sum [n] += the scores; l2 > 0, least is not read. */
    void (*tree_scores)(const lj_tree_splits_args *args, double *sum);
    void (*tree_ways)(const lj_tree_ways_args *args);

    /* Recurrent cells, in ranges of rows. */
    void (*lstm_cell)(const lj_cell_args *args);
    void (*lstm_cell_grad)(const lj_cell_grad_args *args);
    void (*gru_cell)(const lj_cell_args *args);
    void (*gru_cell_grad)(const lj_cell_grad_args *args);
    void (*simple_cell)(const lj_cell_args *args);
    void (*simple_cell_grad)(const lj_cell_grad_args *args);

    /* lj_piecewise_linear: x [rows, features], edges [features, bins + 1] -> y [rows, features, bins]. */
    void (*piecewise_linear)(int64_t rows, int64_t features, int64_t bins, const float *x, const float *edges,
                             float *y);
    /* dx [rows, features]: the sum over bins whose component is not clipped of dy / width, ascending. */
    void (*piecewise_linear_grad)(int64_t rows, int64_t features, int64_t bins, const float *x, const float *edges,
                                  const float *dy, float *dx);

    /* Losses by row and their gradients: d_logits = d_loss * derivative. */
    void (*bce_logits)(int64_t n, const float *logits, const float *target, float smoothing, float *loss);
    void (*bce_logits_grad)(int64_t n, const float *logits, const float *target, float smoothing, const float *d_loss,
                            float *d_logits);
    /* logits [rows, heads, classes], labels [rows] (a label out of range is 0) -> loss [rows, heads] */
    void (*softmax_cross_entropy)(int64_t rows, int64_t heads, int64_t classes, const float *logits,
                                  const int32_t *labels, float smoothing, float *loss);
    void (*softmax_cross_entropy_grad)(int64_t rows, int64_t heads, int64_t classes, const float *logits,
                                       const int32_t *labels, float smoothing, const float *d_loss, float *d_logits);
    void (*huber)(int64_t n, const float *x, const float *target, float delta, float *loss);
    /* With respect to x; that of the target is its negative. */
    void (*huber_grad)(int64_t n, const float *x, const float *target, float delta, const float *d_loss, float *dx);

    /*
     * One step of PyTorch's optimisers, in ranges. args->options is not read.
     * g = gradient * scale; decay is added as g = fma(decay, p, g) unless decoupled.
     * sgd: state[0] is the momentum buffer (may be NULL if momentum is 0).
     * rmsprop: state[0] the mean square, state[1] the momentum buffer (may be NULL if momentum is 0).
     * adam: state[0], state[1] the two moments.
     */
    void (*update_sgd)(const lj_update_args *args, float momentum, int nesterov);
    void (*update_rmsprop)(const lj_update_args *args, float rho, float epsilon, float momentum);
    void (*update_adam)(const lj_update_args *args, const lj_adam_step *step);

    /* The functions of lianjin/math.h. */
    float (*expf)(float x), (*expm1f)(float x), (*logf)(float x), (*log1pf)(float x), (*tanhf)(float x),
        (*erff)(float x), (*sigmoidf)(float x), (*softplusf)(float x), (*sinf)(float x), (*cosf)(float x);
    double (*exp_d)(double x), (*expm1_d)(double x), (*log_d)(double x), (*log1p_d)(double x),
        (*pow_d)(double x, double y), (*normal_cdf)(double x), (*normal_quantile)(double p);
} lj_kernels;

/*
 * The table of this process: chosen once, by what the processor can do, or by
 * the environment variable LIANJIN_ISA (generic, avx2, avx512, neon). An
 * unusable name in it is reported by lj_kernels_select(NULL), which programs
 * call first; lj_kernels_get alone then falls back to the best table.
 */
const lj_kernels *lj_kernels_get(void);

/*
 * Chooses the table by name; NULL: by LIANJIN_ISA, or the best one. Before any
 * work, on one thread. LJ_EUSAGE for a name that does not exist,
 * LJ_EUNSUPPORTED for one that this processor or build lacks.
 */
LJ_CHECKED lj_status lj_kernels_select(const char *name);

/* The table of that name if this processor can run it, else NULL (tests compare tables). */
const lj_kernels *lj_kernels_named(const char *name);

/* All tables of this build, usable or not: their names, ended by NULL. */
const char *const *lj_kernels_names(void);

/* Whether activate_grad reads x (gelu, silu) and not y. */
int lj_activation_needs_input(lj_activation activation);

/*
 * cosine and sine [positions, pairs] of position * base^(-i / pairs): the waves of Vaswani et al. 2017, of rotary
 * positions, too. Angles are reduced in double, so that far positions are as exact as near ones.
 */
void lj_position_waves(int64_t positions, int64_t pairs, double base, float *cosine, float *sine);

/* Numbers of step `step` (from 1): zero betas and epsilon mean themselves, no defaults. */
lj_adam_step lj_adam_step_make(float beta1, float beta2, float epsilon, int decoupled, int64_t step);

#endif
