/* Bilinear interpolation: channels lie in the lanes. */
#include "compute/kernel.h"

/* The two lines (or columns) that output line `at` of `out` lies between, and the share of each. */
typedef struct between {
    int64_t first, second;
    float of_first, of_second;
} between;

static between between_of(int64_t at, int64_t in, int64_t out)
{
    const double place = ((double)at + 0.5) * (double)in / (double)out - 0.5;
    const double inside = place < 0.0 ? 0.0 : place;
    const int64_t first = lj_min((int64_t)inside, in - 1);
    const float share = (float)(inside - (double)first);
    return (between){first, lj_min(first + 1, in - 1), 1.0F - share, share};
}

/* The four pixels of a place, as offsets in an image, and their weights. */
typedef struct corners {
    int64_t at[4];
    float weight[4];
} corners;

static corners corners_of(const lj_resize_args *g, int64_t i, int64_t j)
{
    const between h = between_of(i, g->height, g->out_height), w = between_of(j, g->width, g->out_width);
    const int64_t line = g->width * g->channels;
    return (corners){{h.first * line + w.first * g->channels, h.first * line + w.second * g->channels,
                      h.second * line + w.first * g->channels, h.second * line + w.second * g->channels},
                     {h.of_first * w.of_first, h.of_first * w.of_second, h.of_second * w.of_first,
                      h.of_second * w.of_second}};
}

LJ_INLINE void mix(const corners *k, const float *x, int64_t n, float *y)
{
    vf sum = vzero();
    for (int c = 0; c < 4; c++)
        sum = vfma(n == LJ_W ? vload(x + k->at[c]) : vload_n(x + k->at[c], n), vset1(k->weight[c]), sum);
    if (n == LJ_W)
        vstore(y, sum);
    else
        vstore_n(y, sum, n);
}

void LJ_NAME(resize)(const lj_resize_args *args, const float *x, float *y)
{
    for (int64_t image = 0; image < args->images; image++, x += args->height * args->width * args->channels) {
        for (int64_t place = 0; place < args->out_height * args->out_width; place++, y += args->channels) {
            const corners k = corners_of(args, place / args->out_width, place % args->out_width);
            int64_t c = 0;
            for (; c + LJ_W <= args->channels; c += LJ_W)
                mix(&k, x + c, LJ_W, y + c);
            if (c < args->channels)
                mix(&k, x + c, args->channels - c, y + c);
        }
    }
}

LJ_INLINE void spread(const corners *k, const float *dy, int64_t n, float *dx)
{
    const vf d = n == LJ_W ? vload(dy) : vload_n(dy, n);
    for (int c = 0; c < 4; c++) {
        float *to = dx + k->at[c];
        const vf sum = vfma(d, vset1(k->weight[c]), n == LJ_W ? vload(to) : vload_n(to, n));
        if (n == LJ_W)
            vstore(to, sum);
        else
            vstore_n(to, sum, n);
    }
}

void LJ_NAME(resize_grad)(const lj_resize_args *args, const float *dy, float *dx)
{
    const int64_t size = args->height * args->width * args->channels;
    memset(dx, 0, (size_t)(args->images * size) * sizeof(float));
    for (int64_t image = 0; image < args->images; image++, dx += size) {
        for (int64_t place = 0; place < args->out_height * args->out_width; place++, dy += args->channels) {
            const corners k = corners_of(args, place / args->out_width, place % args->out_width);
            int64_t c = 0;
            for (; c + LJ_W <= args->channels; c += LJ_W)
                spread(&k, dy + c, LJ_W, dx + c);
            if (c < args->channels)
                spread(&k, dy + c, args->channels - c, dx + c);
        }
    }
}
