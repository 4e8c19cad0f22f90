#include "graph/window.h"

#define PIXELS_MAX ((int64_t)1 << 24) /* far beyond any image, so that no sum of sizes overflows */

static int64_t or_one(int64_t x)
{
    return x == 0 ? 1 : x;
}

lj_window lj_window_make(const lj_conv2d_options *o)
{
    return (lj_window){.stride = {or_one(o->stride_h), or_one(o->stride_w)},
                       .dilation = {or_one(o->dilation_h), or_one(o->dilation_w)},
                       .before = {o->padding.top, o->padding.left},
                       .after = {o->padding.bottom, o->padding.right},
                       .groups = or_one(o->groups)};
}

static int is_size(int64_t x, int64_t least)
{
    return x >= least && x <= PIXELS_MAX;
}

int lj_window_is_valid(const lj_window *w)
{
    int valid = w->groups >= 1;
    for (int d = 0; d < 2; d++)
        valid &= is_size(w->kernel[d], 1) && is_size(w->stride[d], 1) && is_size(w->dilation[d], 1) &&
                 is_size(w->before[d], 0) && is_size(w->after[d], 0);
    return valid;
}

/* Pixels from the first to the last tap. */
static int64_t extent(int64_t kernel, int64_t dilation)
{
    return (kernel - 1) * dilation + 1;
}

int64_t lj_window_places(const lj_window *w, int axis, int64_t size)
{
    const int64_t room = size + w->before[axis] + w->after[axis] - extent(w->kernel[axis], w->dilation[axis]);
    return room < 0 ? 0 : room / w->stride[axis] + 1;
}

/* What is missing for ceil(size / stride) places. */
static int64_t missing(int64_t size, int64_t kernel, int64_t stride, int64_t dilation)
{
    const int64_t places = (size + stride - 1) / stride;
    const int64_t needed = (places - 1) * stride + extent(kernel, dilation) - size;
    return needed > 0 ? needed : 0;
}

lj_padding lj_padding_same(int64_t height, int64_t width, int64_t kernel_h, int64_t kernel_w,
                           const lj_conv2d_options *options)
{
    const lj_window w = lj_window_make(options);
    const int64_t h = missing(height, kernel_h, w.stride[0], w.dilation[0]);
    const int64_t v = missing(width, kernel_w, w.stride[1], w.dilation[1]);
    return (lj_padding){.top = h / 2, .bottom = h - h / 2, .left = v / 2, .right = v - v / 2};
}
