/* Windows that move over the two middle dimensions of images [B, H, W, C]: convolutions and pooling. */
#ifndef LIANJIN_GRAPH_WINDOW_H
#define LIANJIN_GRAPH_WINDOW_H

#include "lianjin/graph.h"

/* Index 0: height, 1: width. */
typedef struct lj_window {
    int64_t kernel[2], stride[2], dilation[2];
    int64_t before[2], after[2]; /* padding */
    int64_t groups;
} lj_window;

/* The window of the options, zeros replaced by their defaults, without a kernel. */
lj_window lj_window_make(const lj_conv2d_options *options);
/* 0 if a stride, dilation or padding is out of range. */
int lj_window_is_valid(const lj_window *window);
/* Places of the window along an axis of `size` pixels; 0: it does not fit. */
int64_t lj_window_places(const lj_window *window, int axis, int64_t size);

#endif
