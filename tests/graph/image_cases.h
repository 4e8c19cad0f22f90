/* The cases of op_cases.h on images: convolutions and pooling, each element from its definition. */
#ifndef LIANJIN_TESTS_GRAPH_IMAGE_CASES_H
#define LIANJIN_TESTS_GRAPH_IMAGE_CASES_H

/* Element [n, h, w, c] of input k; 0 outside of the image. */
static double pixel(const data *d, int k, int64_t n, int64_t h, int64_t w, int64_t c)
{
    const int64_t *dim = d->dim[k];
    return h < 0 || h >= dim[1] || w < 0 || w >= dim[2] ? 0 : d->x[k][((n * dim[1] + h) * dim[2] + w) * dim[3] + c];
}

static int64_t places(int64_t size, int64_t before, int64_t after, int64_t kernel, int64_t stride, int64_t dilation)
{
    return (size + before + after - (kernel - 1) * dilation - 1) / stride + 1;
}

/* Options with zeros replaced. */
static lj_conv2d_options whole(lj_conv2d_options o)
{
    o.stride_h = o.stride_h == 0 ? 1 : o.stride_h;
    o.stride_w = o.stride_w == 0 ? 1 : o.stride_w;
    o.dilation_h = o.dilation_h == 0 ? 1 : o.dilation_h;
    o.dilation_w = o.dilation_w == 0 ? 1 : o.dilation_w;
    o.groups = o.groups == 0 ? 1 : o.groups;
    return o;
}

/* Input 1 is w [KH, KW, C / groups, OC]. */
static void convolve(const data *d, lj_conv2d_options options, double *y)
{
    const lj_conv2d_options o = whole(options);
    const int64_t *x = d->dim[0], *w = d->dim[1], n = w[3] / o.groups;
    const int64_t rows = places(x[1], o.padding.top, o.padding.bottom, w[0], o.stride_h, o.dilation_h);
    const int64_t columns = places(x[2], o.padding.left, o.padding.right, w[1], o.stride_w, o.dilation_w);
    for (int64_t r = 0; r < x[0] * rows * columns * w[3]; r++) {
        const int64_t oc = r % w[3], j = r / w[3] % columns, i = r / w[3] / columns % rows;
        double sum = 0;
        for (int64_t t = 0; t < w[0] * w[1] * w[2]; t++) {
            const int64_t c = t % w[2], kw = t / w[2] % w[1], kh = t / w[2] / w[1];
            sum += d->x[1][t * w[3] + oc] * pixel(d, 0, r / w[3] / columns / rows,
                                                  i * o.stride_h - o.padding.top + kh * o.dilation_h,
                                                  j * o.stride_w - o.padding.left + kw * o.dilation_w,
                                                  oc / n * w[2] + c);
        }
        y[r] = sum;
    }
}

/* Each pixel of x goes to all places that a convolution reads for it. */
static void convolve_back(const data *d, lj_conv2d_options options, int64_t height, int64_t width, double *y)
{
    const lj_conv2d_options o = whole(options);
    const int64_t *x = d->dim[0], *w = d->dim[1], n = w[3] / o.groups, channels = w[2] * o.groups;
    for (int64_t i = 0; i < x[0] * height * width * channels; i++)
        y[i] = 0;
    for (int64_t r = 0; r < d->count[0]; r++) {
        const int64_t oc = r % x[3], j = r / x[3] % x[2], i = r / x[3] / x[2] % x[1], image = r / x[3] / x[2] / x[1];
        for (int64_t t = 0; t < w[0] * w[1] * w[2]; t++) {
            const int64_t c = t % w[2], kw = t / w[2] % w[1], kh = t / w[2] / w[1];
            const int64_t h = i * o.stride_h - o.padding.top + kh * o.dilation_h;
            const int64_t v = j * o.stride_w - o.padding.left + kw * o.dilation_w;
            const int64_t at = ((image * height + h) * width + v) * channels + oc / n * w[2] + c;
            if (h >= 0 && h < height && v >= 0 && v < width)
                y[at] += d->x[0][r] * d->x[1][t * w[3] + oc];
        }
    }
}

#define CONV(name, ...)                                                                            \
    static lj_value build_##name(lj_graph *g, const lj_value *v)                                   \
    {                                                                                              \
        return lj_conv2d(g, v[0], v[1], (lj_conv2d_options){__VA_ARGS__});                         \
    }                                                                                              \
    static void reference_##name(const data *d, double *y)                                         \
    {                                                                                              \
        convolve(d, (lj_conv2d_options){__VA_ARGS__}, y);                                          \
    }
CONV(conv2d, 0)
CONV(conv2d_strides, .stride_h = 2, .dilation_w = 2, .padding = {1, 2, 0, 1})
CONV(conv2d_groups, .groups = 2, .padding = {1, 1, 1, 1})
CONV(conv2d_depthwise, .groups = 3, .stride_w = 2)
CONV(conv2d_long, .padding = {1, 1, 1, 1})

#define CONV_BACK(name, height, width, ...)                                                        \
    static lj_value build_##name(lj_graph *g, const lj_value *v)                                   \
    {                                                                                              \
        return lj_conv2d_transpose(g, v[0], v[1], height, width, (lj_conv2d_options){__VA_ARGS__}); \
    }                                                                                              \
    static void reference_##name(const data *d, double *y)                                         \
    {                                                                                              \
        convolve_back(d, (lj_conv2d_options){__VA_ARGS__}, height, width, y);                      \
    }
CONV_BACK(conv2d_transpose, 5, 6, 0)
CONV_BACK(conv2d_transpose_strides, 6, 9, .stride_h = 2, .stride_w = 3, .padding = {1, 1, 0, 0})
CONV_BACK(conv2d_transpose_groups, 5, 5, .groups = 2, .stride_w = 2, .dilation_h = 2, .padding = {1, 1, 1, 1})
CONV_BACK(conv2d_transpose_holes, 6, 5, .stride_h = 2, .stride_w = 2)

static void add_bias_and_gelu(const data *d, int64_t count, double *y)
{
    for (int64_t i = 0; i < count; i++) {
        const double z = y[i] + d->x[2][i % d->count[2]];
        y[i] = z * 0.5 * (1 + erf(z / sqrt(2.0)));
    }
}
static lj_value build_conv2d_fused(lj_graph *g, const lj_value *v)
{
    return lj_activate(g, lj_add(g, build_conv2d_strides(g, v), v[2]), LJ_GELU);
}
static void reference_conv2d_fused(const data *d, double *y) /* [R, 7, 6, 2] -> [R, 4, 5, 5] */
{
    reference_conv2d_strides(d, y);
    add_bias_and_gelu(d, ROWS * 100, y);
}
static lj_value build_conv2d_transpose_fused(lj_graph *g, const lj_value *v)
{
    return lj_activate(g, lj_add(g, build_conv2d_transpose_strides(g, v), v[2]), LJ_GELU);
}
static void reference_conv2d_transpose_fused(const data *d, double *y) /* -> [R, 6, 9, 4] */
{
    reference_conv2d_transpose_strides(d, y);
    add_bias_and_gelu(d, ROWS * 216, y);
}

static void pool(const data *d, lj_pool2d_options o, int is_max, double *y)
{
    const int64_t *x = d->dim[0];
    const int64_t rows = places(x[1], o.padding.top, o.padding.bottom, o.kernel_h, o.stride_h, 1);
    const int64_t columns = places(x[2], o.padding.left, o.padding.right, o.kernel_w, o.stride_w, 1);
    for (int64_t r = 0; r < x[0] * rows * columns * x[3]; r++) {
        const int64_t c = r % x[3], j = r / x[3] % columns, i = r / x[3] / columns % rows;
        double best = -INFINITY, sum = 0, n = 0;
        for (int64_t t = 0; t < o.kernel_h * o.kernel_w; t++) {
            const int64_t h = i * o.stride_h - o.padding.top + t / o.kernel_w;
            const int64_t w = j * o.stride_w - o.padding.left + t % o.kernel_w;
            if (h < 0 || h >= x[1] || w < 0 || w >= x[2])
                continue;
            const double z = pixel(d, 0, r / x[3] / columns / rows, h, w, c);
            best = fmax(best, z);
            sum += z;
            n++;
        }
        y[r] = is_max ? best : sum / n;
    }
}
#define POOL(name, suffix, is_max, ...)                                                            \
    static lj_value build_##name##suffix(lj_graph *g, const lj_value *v)                           \
    {                                                                                              \
        return lj_##name(g, v[0], (lj_pool2d_options){__VA_ARGS__});                               \
    }                                                                                              \
    static void reference_##name##suffix(const data *d, double *y)                                 \
    {                                                                                              \
        pool(d, (lj_pool2d_options){__VA_ARGS__}, is_max, y);                                      \
    }
POOL(max_pool2d, _tiles, 1, .kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2)
POOL(max_pool2d, _overlap, 1, .kernel_h = 3, .kernel_w = 2, .stride_h = 2, .stride_w = 1, .padding = {1, 1, 0, 1})
POOL(average_pool2d, _tiles, 0, .kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2)
POOL(average_pool2d, _overlap, 0, .kernel_h = 3, .kernel_w = 2, .stride_h = 2, .stride_w = 1, .padding = {1, 1, 0, 1})

/* Pixel i of `out` lies at place (i + 0.5) in / out - 0.5; returns the pixel before it and the share of the next. */
static int64_t before(int64_t i, int64_t in, int64_t out, double *share)
{
    const double place = fmax(((double)i + 0.5) * (double)in / (double)out - 0.5, 0);
    *share = place - floor(place);
    return (int64_t)place;
}
static int64_t at_most(int64_t x, int64_t most)
{
    return x < most ? x : most;
}
static void resize(const data *d, int64_t height, int64_t width, double *y)
{
    const int64_t *x = d->dim[0];
    for (int64_t r = 0; r < x[0] * height * width * x[3]; r++) {
        const int64_t c = r % x[3], n = r / x[3] / width / height;
        double s, t;
        const int64_t h = before(r / x[3] / width % height, x[1], height, &s), h1 = at_most(h + 1, x[1] - 1);
        const int64_t w = before(r / x[3] % width, x[2], width, &t), w1 = at_most(w + 1, x[2] - 1);
        y[r] = (1 - s) * ((1 - t) * pixel(d, 0, n, h, w, c) + t * pixel(d, 0, n, h, w1, c)) +
               s * ((1 - t) * pixel(d, 0, n, h1, w, c) + t * pixel(d, 0, n, h1, w1, c));
    }
}
static lj_value build_resize_larger(lj_graph *g, const lj_value *v) { return lj_resize_bilinear(g, v[0], 8, 9); }
static void reference_resize_larger(const data *d, double *y) { resize(d, 8, 9, y); }
static lj_value build_resize_smaller(lj_graph *g, const lj_value *v) { return lj_resize_bilinear(g, v[0], 3, 1); }
static void reference_resize_smaller(const data *d, double *y) { resize(d, 3, 1, y); }

#define IMAGE_CASE(name, tv, tg, ...) {#name, 2, {__VA_ARGS__}, build_##name, reference_##name, tv, tg, 0}
#define POOL_CASE(name) {#name, 1, {NUMBERS(-1, 1, SHAPE4(B, 4, 6, 5))}, build_##name, reference_##name, 1e-6, 1e-6, 0}
#define IMAGES(...) NUMBERS(-1, 1, SHAPE4(__VA_ARGS__))

#define IMAGE_CASES                                                                                                    \
    IMAGE_CASE(conv2d, 4e-6, 1e-4, IMAGES(B, 5, 6, 3), IMAGES(3, 3, 3, 4)),                                            \
        IMAGE_CASE(conv2d_strides, 4e-6, 1e-4, IMAGES(B, 7, 6, 2), IMAGES(3, 2, 2, 5)),                                \
        IMAGE_CASE(conv2d_groups, 4e-6, 1e-4, IMAGES(B, 3, 4, 4), IMAGES(3, 3, 2, 6)),                                 \
        IMAGE_CASE(conv2d_depthwise, 4e-6, 1e-4, IMAGES(B, 4, 5, 3), IMAGES(3, 2, 1, 3)),                              \
        IMAGE_CASE(conv2d_long, 2e-5, 1e-4, IMAGES(B, 2, 3, 40), IMAGES(3, 3, 40, 9)),                                 \
        {"conv2d_plain", 2, {IMAGES(3, 5, 6, 3), IMAGES(3, 3, 3, 4)}, build_conv2d, reference_conv2d, 4e-6, 2e-5, 0},  \
        {"conv2d_narrow", 2, {IMAGES(B, 5, 6, 3), IMAGES(3, 3, 3, 1)}, build_conv2d, reference_conv2d, 4e-6, 1e-4, 0}, \
        {"conv2d_fused", 3, {IMAGES(B, 7, 6, 2), IMAGES(3, 2, 2, 5), NUMBERS(-1, 1, SHAPE1(5))}, build_conv2d_fused,   \
         reference_conv2d_fused, 4e-6, 1e-4, 0},                                                                       \
        IMAGE_CASE(conv2d_transpose, 4e-6, 1e-4, IMAGES(B, 3, 4, 5), IMAGES(3, 3, 4, 5)),                              \
        IMAGE_CASE(conv2d_transpose_strides, 4e-6, 1e-4, IMAGES(B, 3, 3, 5), IMAGES(3, 2, 4, 5)),                      \
        IMAGE_CASE(conv2d_transpose_groups, 4e-6, 1e-4, IMAGES(B, 3, 3, 4), IMAGES(3, 3, 2, 4)),                       \
        IMAGE_CASE(conv2d_transpose_holes, 4e-6, 1e-4, IMAGES(B, 3, 3, 5), IMAGES(1, 1, 4, 5)),                        \
        {"conv2d_transpose_fused", 3, {IMAGES(B, 3, 3, 5), IMAGES(3, 2, 4, 5), NUMBERS(-1, 1, SHAPE1(4))},             \
         build_conv2d_transpose_fused, reference_conv2d_transpose_fused, 4e-6, 1e-4, 0},                               \
        POOL_CASE(max_pool2d_tiles), POOL_CASE(max_pool2d_overlap), POOL_CASE(average_pool2d_tiles),                   \
        POOL_CASE(average_pool2d_overlap), POOL_CASE(resize_larger), POOL_CASE(resize_smaller)

#endif
