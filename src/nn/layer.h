/* What the files of src/nn/layers/ share. */
#ifndef LIANJIN_NN_LAYER_H
#define LIANJIN_NN_LAYER_H

#include <stddef.h>

#include "nn/layers.h"
#include "nn/names.h"

/* Names of a layer's parameters: "<name>.<part>". */
typedef struct lj_layer_name {
    char name[LJ_NAME_MAX / 2];
    char full[LJ_NAME_MAX]; /* of the last lj_layer_part */
} lj_layer_name;

/* `given`, or the next default name of the kind: "dense", "dense_1", ... 0 when it does not fit: the graph refuses. */
int lj_layer_begin(lj_graph *g, const char *kind, const char *given, lj_layer_name *out);
/* "<name>.<part>", borrowed until the next call. */
const char *lj_layer_part(lj_layer_name *name, const char *part);

/* The same in a buffer of the caller: the name of a layer inside the layer. */
const char *lj_layer_child(lj_layer_name *name, const char *child, char out[LJ_NAME_MAX]);

/* A trained parameter "<name>.<part>". */
lj_value lj_layer_weight(lj_graph *g, lj_layer_name *name, const char *part, lj_shape shape, lj_init init);
/* The same, left alone by weight decay: biases, gains. */
lj_value lj_layer_bias(lj_graph *g, lj_layer_name *name, const char *part, lj_shape shape, lj_init init);

/* activation(y + <name>.bias of this shape) as the options of a dense layer say; width: inputs of one unit. */
lj_value lj_layer_finish(lj_graph *g, lj_layer_name *name, lj_value y, lj_shape bias, int64_t width,
                         const lj_dense_options *options);

/* The last dimension of x. */
int64_t lj_layer_width(const lj_graph *g, lj_value x);
/* 1 if x is a value of this rank; else the graph refuses and the answer is 0. */
int lj_layer_expect_rank(lj_graph *g, const char *layer, lj_value x, int rank);
/* activation(x); x itself if linear. */
lj_value lj_layer_activate(lj_graph *g, lj_value x, lj_activation activation);

/* Rows of lj_layer.options that several layers have. */
#define LJ_LAYER_OPTION(key_, kind_, member, ...)                                                                      \
    {                                                                                                                  \
        .key = key_, .kind = LJ_DECLARED_##kind_, .offset = offsetof(lj_layer_args, member), __VA_ARGS__               \
    }
#define LJ_LAYER_UNITS(key_, doc_)                                                                                     \
    LJ_LAYER_OPTION(key_, INTEGER, units, .min = 1, .max = 65536, .required = 1, .doc = doc_)
#define LJ_LAYER_HIDDEN(doc_)                                                                                          \
    LJ_LAYER_OPTION("hidden", INTEGER, units, .min = 0, .max = 65536, .fallback = "0", .doc = doc_)
#define LJ_LAYER_ACTIVATION(fallback_)                                                                                 \
    LJ_LAYER_OPTION("activation", CHOICE, activation, .choices = lj_activation_choices, .fallback = fallback_,         \
                    .doc = "Activation.")
#define LJ_LAYER_INITIALISER                                                                                           \
    LJ_LAYER_OPTION("initialiser", CHOICE, initialiser, .choices = lj_initialiser_choices,                             \
                    .fallback = "glorot_uniform", .doc = "How the weights start; torch_linear: the bias too.")
#define LJ_LAYER_NO_BIAS LJ_LAYER_OPTION("no_bias", BOOL, no_bias, .fallback = "false", .doc = "No bias is added.")
#define LJ_LAYER_DROPOUT(doc_)                                                                                         \
    LJ_LAYER_OPTION("dropout", NUMBER, rate, .min = 0, .max = 0.95, .fallback = "0", .doc = doc_)
#define LJ_LAYER_SIDES(key_, least, doc_)                                                                              \
    LJ_LAYER_OPTION(#key_, INTEGERS, key_, .min = least, .max = 65536, .doc = doc_)
#define LJ_LAYER_SAME                                                                                                  \
    LJ_LAYER_OPTION("same", BOOL, same, .fallback = "false",                                                           \
                    .doc = "Zeros around, so that there are size / stride places, rounded up.")
#define LJ_LAYER_HEADS_OPTIONS                                                                                         \
    LJ_LAYER_OPTION("heads", INTEGER, heads, .min = 1, .max = 1024, .fallback = "1", .doc = "Heads of attention."),    \
        LJ_LAYER_OPTION("kv_heads", INTEGER, kv_heads, .min = 0, .max = 1024, .fallback = "0",                         \
                        .doc = "Heads of keys and values; 0: as many as heads."),                                      \
        LJ_LAYER_OPTION("window", INTEGER, window, .min = 0, .max = 65536, .fallback = "0",                            \
                        .doc = "Steps that a step reads at most; 0: all."),                                            \
        LJ_LAYER_OPTION("causal", BOOL, causal, .fallback = "false", .doc = "A step reads none after it.")
#define LJ_LAYER_CONV_OPTIONS(kernel_doc, padding_doc)                                                                 \
    LJ_LAYER_UNITS("filters", "Channels it gives."),                                                                   \
        LJ_LAYER_OPTION("kernel", INTEGERS, kernel, .min = 1, .max = 65536, .required = 1, .doc = kernel_doc),         \
        LJ_LAYER_SIDES(stride, 1, "From place to place; left out: 1."), LJ_LAYER_SAME,                                 \
        LJ_LAYER_SIDES(padding, 0, padding_doc),                                                                       \
        LJ_LAYER_SIDES(dilation, 1, "Between the pixels of the kernel; left out: 1."),                                 \
        LJ_LAYER_OPTION("groups", INTEGER, groups, .min = 1, .max = 65536, .fallback = "1",                            \
                        .doc = "Groups of channels, each read by its part of the filters."),                           \
        LJ_LAYER_ACTIVATION("linear"), LJ_LAYER_INITIALISER, LJ_LAYER_NO_BIAS
#define LJ_LAYER_POOL_OPTIONS                                                                                          \
    LJ_LAYER_SIDES(kernel, 1, "Height and width of a window; left out: 2."),                                           \
        LJ_LAYER_SIDES(stride, 1, "From window to window; left out: as large as the window."), LJ_LAYER_SAME,          \
        LJ_LAYER_SIDES(padding, 0, "Around the image; left out: none.")
#define LJ_LAYER_RECURRENT_OPTIONS                                                                                     \
    LJ_LAYER_OPTION("layers", INTEGER, layers, .min = 1, .max = 16, .fallback = "1",                                   \
                    .doc = "Layers, one upon the other."),                                                             \
        LJ_LAYER_OPTION("bidirectional", BOOL, bidirectional, .fallback = "false", .doc = "Reads from both ends."),    \
        LJ_LAYER_OPTION("last", BOOL, last, .fallback = "false",                                                       \
                        .doc = "Gives the last state of each direction instead of all steps."),                        \
        LJ_LAYER_DROPOUT("Share that is dropped between the layers while training.")

/* The members of struct lj_layer for a table of options. */
#define LJ_LAYER_OPTIONS(rows) .options = rows, .option_count = (int64_t)(sizeof(rows) / sizeof((rows)[0]))

/* Entry `index` of a list of sides; one number stands for all; NULL: `fallback`. */
int64_t lj_layer_side(const lj_item *sides, int64_t index, int64_t fallback);
/* The zeros around that a list says: [all], [height, width] or [top, bottom, left, right]. */
lj_padding lj_layer_padding(const lj_item *sides);
/* What args say in the structs of nn.h. */
lj_dense_options lj_layer_dense_options(const lj_layer_args *args);
lj_recurrent_options lj_layer_recurrent_options(const lj_layer_args *args);
lj_transformer_options lj_layer_transformer_options(const lj_layer_args *args);
/* The lengths of args, LJ_NONE if there are none. */
lj_value lj_layer_lengths(const lj_layer_args *args);

/* The lj_conv_options that a table's arguments make. */
lj_conv_options lj_layer_conv_options(const lj_layer_args *args);
/* The strides, dilations, groups and padding of a convolution over images of height x width with that kernel. */
lj_conv2d_options lj_layer_window(const lj_conv_options *options, int64_t height, int64_t width, int64_t kernel_h,
                                  int64_t kernel_w);
/* The same for pooling. */
lj_pool_options lj_layer_pool_options(const lj_layer_args *args);
lj_pool2d_options lj_layer_pool_window(const lj_graph *g, lj_value x, const lj_pool_options *options);
/* x [B, ..., C] as [B, places, C]; LJ_NONE after refusing. */
lj_value lj_layer_places(lj_graph *g, const char *layer, lj_value x);
/* "<name>.weight" of a convolution, [kernel_h, kernel_w, C, OC]: fans are those times the kernel. */
lj_value lj_layer_conv_weight(lj_graph *g, lj_layer_name *name, lj_shape shape, const lj_conv_options *options);
/* y + "<name>.bias" and the activation; `shape`: of the weight. */
lj_value lj_layer_conv_end(lj_graph *g, lj_layer_name *name, lj_value y, lj_shape shape,
                           const lj_conv_options *options);

#endif
