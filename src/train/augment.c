/*
 * Augmentation: one affine map of the places (rotation, shear, zoom, shift and
 * flips about the centre, as Keras' ImageDataGenerator composes them), bilinear
 * between pixels, then brightness, contrast and noise, then a cut-out (DeVries
 * and Taylor 2017). Every number is drawn by (seed, epoch, row), so the image
 * does not depend on who loads it.
 */
#include "train/augment.h"

#include <math.h>

#include "lianjin/math.h"
#include "lianjin/random.h"

/* What is drawn for an image, in this order. */
enum { DRAW_ROTATION, DRAW_SHEAR, DRAW_ZOOM, DRAW_SHIFT_X, DRAW_SHIFT_Y, DRAW_FLIP_X, DRAW_FLIP_Y, DRAW_BRIGHTNESS,
       DRAW_CONTRAST, DRAW_CUT_X, DRAW_CUT_Y, DRAWS };

/* Places of the input by places of the output: x' = xx x + xy y + x0, y' = yx x + yy y + y0. */
typedef struct affine {
    float xx, xy, x0, yx, yy, y0;
} affine;

typedef struct source {
    const uint8_t *bytes;
    int64_t height, width, channels;
    int fill;
} source;

int lj_augment_any(const lj_augment_options *o)
{
    return o->rotation > 0.0 || o->shear > 0.0 || o->zoom > 0.0 || o->shift > 0.0 || o->flip_x || o->flip_y ||
           o->brightness > 0.0 || o->contrast > 0.0 || o->noise > 0.0 || o->cut_out > 0.0;
}

/* Uniform in [-1, 1). */
static float centred(float u)
{
    return 2.0F * u - 1.0F;
}

static affine draw_affine(const lj_augment_options *o, const lj_pixels *shape, const float *u)
{
    const float degree = 0.017453292F; /* pi / 180 */
    const float rotation = (float)o->rotation * degree * centred(u[DRAW_ROTATION]);
    const float shear = (float)o->shear * degree * centred(u[DRAW_SHEAR]);
    const float zoom = 1.0F + (float)o->zoom * centred(u[DRAW_ZOOM]);
    const float c = lj_cosf(rotation), s = lj_sinf(rotation);
    const float flip_x = o->flip_x && u[DRAW_FLIP_X] < 0.5F ? -1.0F : 1.0F;
    const float flip_y = o->flip_y && u[DRAW_FLIP_Y] < 0.5F ? -1.0F : 1.0F;
    const float centre_x = 0.5F * (float)(shape->width - 1), centre_y = 0.5F * (float)(shape->height - 1);
    const float shift_x = (float)o->shift * (float)shape->width * centred(u[DRAW_SHIFT_X]);
    const float shift_y = (float)o->shift * (float)shape->height * centred(u[DRAW_SHIFT_Y]);
    affine m = {.xx = flip_x * zoom * c,
                .xy = flip_x * zoom * -(s + lj_sinf(shear) * c),
                .yx = flip_y * zoom * s,
                .yy = flip_y * zoom * (c * lj_cosf(shear))};
    m.x0 = centre_x + shift_x - m.xx * centre_x - m.xy * centre_y;
    m.y0 = centre_y + shift_y - m.yx * centre_x - m.yy * centre_y;
    return m;
}

/* A place outside comes back by the rule of the fill; -1: black. */
static int64_t inside(int64_t i, int64_t n, int fill)
{
    if (i >= 0 && i < n)
        return i;
    if (fill == LJ_FILL_CONSTANT)
        return -1;
    if (fill == LJ_FILL_NEAREST)
        return i < 0 ? 0 : n - 1;
    const int64_t period = fill == LJ_FILL_WRAP ? n : 2 * n;
    const int64_t at = ((i % period) + period) % period;
    return at < n ? at : period - 1 - at; /* reflect: d c b a | a b c d | d c b a */
}

static float pixel(const source *in, int64_t y, int64_t x, int64_t c)
{
    y = inside(y, in->height, in->fill);
    x = inside(x, in->width, in->fill);
    return y < 0 || x < 0 ? 0.0F : (float)in->bytes[(y * in->width + x) * in->channels + c];
}

static void warp(const source *in, const affine *m, float *out)
{
    for (int64_t y = 0; y < in->height; y++) {
        for (int64_t x = 0; x < in->width; x++) {
            const float from_x = m->xx * (float)x + m->xy * (float)y + m->x0;
            const float from_y = m->yx * (float)x + m->yy * (float)y + m->y0;
            const float left = floorf(from_x), top = floorf(from_y);
            const float fx = from_x - left, fy = from_y - top;
            const int64_t x0 = (int64_t)left, y0 = (int64_t)top;
            for (int64_t c = 0; c < in->channels; c++) {
                const float upper = (1.0F - fx) * pixel(in, y0, x0, c) + fx * pixel(in, y0, x0 + 1, c);
                const float lower = (1.0F - fx) * pixel(in, y0 + 1, x0, c) + fx * pixel(in, y0 + 1, x0 + 1, c);
                *out++ = ((1.0F - fy) * upper + fy * lower) / 255.0F;
            }
        }
    }
}

static void change_light(const lj_augment_options *o, const float *u, int64_t n, float *out)
{
    const float brightness = (float)o->brightness * centred(u[DRAW_BRIGHTNESS]);
    const float contrast = 1.0F + (float)o->contrast * centred(u[DRAW_CONTRAST]);
    for (int64_t i = 0; (o->brightness > 0.0 || o->contrast > 0.0) && i < n; i++)
        out[i] = (out[i] - 0.5F) * contrast + 0.5F + brightness;
}

static void add_noise(const lj_augment_options *o, uint64_t seed, uint64_t stream, int64_t row, int64_t n, float *out)
{
    for (int64_t i = 0; o->noise > 0.0 && i < n; i++) {
        const double u = ((double)lj_random_u32(seed, stream, (uint64_t)(row * n + i)) + 0.5) / 4294967296.0;
        out[i] = out[i] + (float)(o->noise * lj_normal_quantile(u));
    }
}

/* A black square whose centre lies anywhere. */
static void cut_out(const lj_augment_options *o, const lj_pixels *shape, const float *u, float *out)
{
    const int64_t side = shape->height < shape->width ? shape->height : shape->width;
    const int64_t cut = (int64_t)(o->cut_out * (double)side + 0.5);
    const int64_t x0 = (int64_t)(u[DRAW_CUT_X] * (float)shape->width) - cut / 2;
    const int64_t y0 = (int64_t)(u[DRAW_CUT_Y] * (float)shape->height) - cut / 2;
    for (int64_t y = y0 < 0 ? 0 : y0; y < y0 + cut && y < shape->height; y++)
        for (int64_t x = x0 < 0 ? 0 : x0; x < x0 + cut && x < shape->width; x++)
            for (int64_t c = 0; c < shape->channels; c++)
                out[(y * shape->width + x) * shape->channels + c] = 0.0F;
}

void lj_augment_image(const lj_augment_options *o, const lj_pixels *shape, const uint8_t *in, uint64_t seed,
                      int64_t row, int64_t epoch, float *out)
{
    const uint64_t stream = lj_random_stream("train/augment") + (uint64_t)epoch;
    const uint64_t noise = lj_random_stream("train/augment/noise") + (uint64_t)epoch;
    const source from = {.bytes = in, .height = shape->height, .width = shape->width, .channels = shape->channels,
                         .fill = (int)o->fill};
    float u[DRAWS];
    for (int k = 0; k < DRAWS; k++)
        u[k] = lj_random_uniform(seed, stream, (uint64_t)(row * DRAWS + k));
    const affine m = draw_affine(o, shape, u);
    warp(&from, &m, out);
    change_light(o, u, lj_pixels_size(shape), out);
    add_noise(o, seed, noise, row, lj_pixels_size(shape), out);
    cut_out(o, shape, u, out);
}

int64_t lj_augment_partner(const lj_augment_options *o, uint64_t seed, int64_t row, int64_t epoch, int64_t n,
                           float *share)
{
    const uint64_t stream = lj_random_stream("train/mix_up") + (uint64_t)epoch;
    const double place = (double)lj_random_u32(seed, stream, (uint64_t)(2 * row)) / 4294967296.0;
    *share = (float)o->mix_up * lj_random_uniform(seed, stream, (uint64_t)(2 * row + 1));
    return (int64_t)(place * (double)n);
}
