/* What the files of src/nn/layers/ share. */
#ifndef LIANJIN_NN_LAYER_H
#define LIANJIN_NN_LAYER_H

#include "nn/layers.h"

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
