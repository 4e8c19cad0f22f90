/* Pooling over windows of images: channels lie in the lanes. */
#include "compute/kernel.h"

/* The pixels of a window that lie inside the image. */
typedef struct window {
    int64_t h, w;          /* of the whole window's first pixel, perhaps outside */
    int64_t h_end, w_end;  /* behind its last pixel inside */
    int64_t h_begin, w_begin;
} window;

static int64_t greater_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static window window_of(const lj_pool_args *g, int64_t i, int64_t j)
{
    window w = {.h = i * g->stride_h - g->top, .w = j * g->stride_w - g->left};
    w.h_begin = greater_of(w.h, 0);
    w.w_begin = greater_of(w.w, 0);
    w.h_end = lj_min(w.h + g->kernel_h, g->height);
    w.w_end = lj_min(w.w + g->kernel_w, g->width);
    return w;
}

LJ_INLINE vf load_some(const float *x, int64_t n)
{
    return n == LJ_W ? vload(x) : vload_n(x, n);
}

LJ_INLINE void store_some(float *x, vf value, int64_t n)
{
    if (n == LJ_W)
        vstore(x, value);
    else
        vstore_n(x, value, n);
}

/* `n` channels of one window; x is the image at the first of them. */
LJ_INLINE void max_of(const lj_pool_args *g, const window *w, const float *x, int64_t n, float *y, int32_t *index)
{
    vf best = load_some(x + (w->h_begin * g->width + w->w_begin) * g->channels, n);
    vi at = vset1_i((int32_t)((w->h_begin - w->h) * g->kernel_w + (w->w_begin - w->w)));
    for (int64_t h = w->h_begin; h < w->h_end; h++) {
        for (int64_t v = w->w_begin; v < w->w_end; v++) {
            const vf now = load_some(x + (h * g->width + v) * g->channels, n);
            const vi place = vset1_i((int32_t)((h - w->h) * g->kernel_w + (v - w->w)));
            const vi take = (vi)(now > best) | ((vi)(now != now) & (vi)(best == best));
            best = vselect(take, now, best);
            at = (vi)vselect(take, (vf)place, (vf)at);
        }
    }
    store_some(y, best, n);
    if (index != NULL)
        store_some((float *)(void *)index, (vf)at, n);
}

/* Calls `what` for every window: its image, its own number, and LJ_W channels or fewer from c on. */
#define FOR_WINDOWS(g, what)                                                                     \
    for (int64_t place_ = 0; place_ < (g)->images * (g)->places_h * (g)->places_w; place_++) {   \
        const int64_t j_ = place_ % (g)->places_w, i_ = place_ / (g)->places_w % (g)->places_h;  \
        const window w_ = window_of(g, i_, j_);                                                  \
        const int64_t size_ = (g)->height * (g)->width * (g)->channels;                          \
        const int64_t image_ = place_ / (g)->places_w / (g)->places_h * size_;                   \
        int64_t c_ = 0;                                                                          \
        for (; c_ + LJ_W <= (g)->channels; c_ += LJ_W)                                           \
            what(&w_, image_ + c_, place_ * (g)->channels + c_, LJ_W);                           \
        if (c_ < (g)->channels)                                                                  \
            what(&w_, image_ + c_, place_ * (g)->channels + c_, (g)->channels - c_);             \
    }

void LJ_NAME(max_pool)(const lj_pool_args *args, const float *x, float *y, int32_t *index)
{
#define MAX_OF(w, in, out, n) max_of(args, w, x + (in), n, y + (out), index == NULL ? NULL : index + (out))
    FOR_WINDOWS(args, MAX_OF)
#undef MAX_OF
}

/* Windows that touch neither each other nor the edges, and leave nothing out: each pixel is written once. */
static int is_partition(const lj_pool_args *g)
{
    return g->stride_h == g->kernel_h && g->stride_w == g->kernel_w && g->top == 0 && g->left == 0 &&
           g->places_h * g->kernel_h == g->height && g->places_w * g->kernel_w == g->width;
}

static void clear(const lj_pool_args *g, float *dx)
{
    memset(dx, 0, (size_t)(g->images * g->height * g->width * g->channels) * sizeof(float));
}

LJ_INLINE void spread_max(const lj_pool_args *g, const window *w, const int32_t *index, const float *dy, int64_t n,
                          int add, float *dx)
{
    const vi at = (vi)load_some((const float *)(const void *)index, n);
    const vf d = load_some(dy, n);
    for (int64_t h = w->h_begin; h < w->h_end; h++) {
        for (int64_t v = w->w_begin; v < w->w_end; v++) {
            float *to = dx + (h * g->width + v) * g->channels;
            const vi place = vset1_i((int32_t)((h - w->h) * g->kernel_w + (v - w->w)));
            const vf old = add ? load_some(to, n) : vzero();
            store_some(to, old + vselect((vi)(at == place), d, vzero()), n);
        }
    }
}

void LJ_NAME(max_pool_grad)(const lj_pool_args *args, const int32_t *index, const float *dy, float *dx)
{
    const int add = !is_partition(args);
    if (add)
        clear(args, dx);
#define SPREAD_MAX(w, in, out, n) spread_max(args, w, index + (out), dy + (out), n, add, dx + (in))
    FOR_WINDOWS(args, SPREAD_MAX)
#undef SPREAD_MAX
}

static float pixels_of(const window *w)
{
    return (float)((w->h_end - w->h_begin) * (w->w_end - w->w_begin));
}

LJ_INLINE void average_of(const lj_pool_args *g, const window *w, const float *x, int64_t n, float *y)
{
    vf sum = vzero();
    for (int64_t h = w->h_begin; h < w->h_end; h++) {
        for (int64_t v = w->w_begin; v < w->w_end; v++)
            sum = sum + load_some(x + (h * g->width + v) * g->channels, n);
    }
    store_some(y, sum / vset1(pixels_of(w)), n);
}

void LJ_NAME(average_pool)(const lj_pool_args *args, const float *x, float *y)
{
#define AVERAGE_OF(w, in, out, n) average_of(args, w, x + (in), n, y + (out))
    FOR_WINDOWS(args, AVERAGE_OF)
#undef AVERAGE_OF
}

LJ_INLINE void spread_average(const lj_pool_args *g, const window *w, const float *dy, int64_t n, float *dx)
{
    const vf d = load_some(dy, n) / vset1(pixels_of(w));
    for (int64_t h = w->h_begin; h < w->h_end; h++) {
        for (int64_t v = w->w_begin; v < w->w_end; v++) {
            float *to = dx + (h * g->width + v) * g->channels;
            store_some(to, load_some(to, n) + d, n);
        }
    }
}

void LJ_NAME(average_pool_grad)(const lj_pool_args *args, const float *dy, float *dx)
{
    clear(args, dx);
#define SPREAD_AVERAGE(w, in, out, n) spread_average(args, w, dy + (out), n, dx + (in))
    FOR_WINDOWS(args, SPREAD_AVERAGE)
#undef SPREAD_AVERAGE
}
