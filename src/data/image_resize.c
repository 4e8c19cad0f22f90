/*
 * Resampling along rows and then along columns, in double: by the triangle
 * filter, widened by the scale when an image gets smaller (antialiased, what
 * Pillow's BILINEAR does) or not (bilinear, what PyTorch's interpolate does
 * unless told otherwise), or the nearest pixel. Weights are summed in ascending
 * order.
 */
#include <math.h>
#include <string.h>

#include "data/images_inside.h"

/* The inputs [first, first + count) of one output and their weights, which sum to 1. */
typedef struct window {
    int64_t first, count;
    double *weights;
} window;

static void free_windows(window *windows)
{
    if (windows != NULL)
        lj_free(windows[0].weights);
    lj_free(windows);
}

/* Windows [to] of one axis; they share one block of weights. */
static window *make_windows(int64_t from, int64_t to, lj_resize how)
{
    const double scale = (double)from / (double)to;
    const double reach = scale > 1.0 && how == LJ_RESIZE_ANTIALIASED ? scale : 1.0;
    const int64_t most = (int64_t)ceil(reach) * 2 + 1;
    window *windows = lj_new_array(to, sizeof(*windows));
    double *weights = lj_new_array(to * most, sizeof(*weights));
    if (windows == NULL || weights == NULL) {
        lj_free(windows);
        lj_free(weights);
        return NULL;
    }
    for (int64_t i = 0; i < to; i++) {
        window *w = &windows[i];
        const double centre = ((double)i + 0.5) * scale;
        w->weights = weights + i * most;
        if (how == LJ_RESIZE_NEAREST) {
            w->first = (int64_t)floor(centre);
            w->count = 1;
            w->weights[0] = 1.0;
            continue;
        }
        const double low = floor(centre - reach + 0.5), high = floor(centre + reach + 0.5);
        double sum = 0.0;
        w->first = low < 0.0 ? 0 : (int64_t)low;
        w->count = (high > (double)from ? from : (int64_t)high) - w->first;
        for (int64_t k = 0; k < w->count; k++) {
            const double distance = fabs(((double)(w->first + k) + 0.5 - centre) / reach);
            w->weights[k] = distance < 1.0 ? 1.0 - distance : 0.0;
            sum += w->weights[k];
        }
        for (int64_t k = 0; k < w->count; k++)
            w->weights[k] /= sum;
    }
    return windows;
}

static uint8_t to_byte(double x)
{
    const double rounded = floor(x + 0.5);
    return rounded <= 0.0 ? 0 : rounded >= 255.0 ? 255 : (uint8_t)rounded;
}

/* out[i] = the window over `from` values that are `step` bytes apart. */
static void resample(const window *windows, int64_t to, const uint8_t *in, int64_t in_step, uint8_t *out,
                     int64_t out_step)
{
    for (int64_t i = 0; i < to; i++) {
        const window *w = &windows[i];
        const uint8_t *x = in + w->first * in_step;
        double sum = 0.0;
        for (int64_t k = 0; k < w->count; k++)
            sum += w->weights[k] * (double)x[k * in_step];
        out[i * out_step] = to_byte(sum);
    }
}

/* The largest part in the middle of the image with the proportions of `out`. */
static lj_pixels middle(const lj_pixels *in, const lj_pixels *out)
{
    lj_pixels part = *in;
    if (in->width * out->height > in->height * out->width)
        part.width = (2 * in->height * out->width + out->height) / (2 * out->height);
    else
        part.height = (2 * in->width * out->height + out->width) / (2 * out->width);
    part.width = part.width < 1 ? 1 : part.width;
    part.height = part.height < 1 ? 1 : part.height;
    const int64_t top = (in->height - part.height) / 2, left = (in->width - part.width) / 2;
    part.bytes = in->bytes + (top * in->width + left) * in->channels;
    return part;
}

lj_status lj_image_resize(const lj_pixels *in, const lj_pixels *out)
{
    const int64_t channels = in->channels, in_line = in->width * channels, out_line = out->width * channels;
    const lj_pixels from = out->crop ? middle(in, out) : *in;
    lj_status status = LJ_OK;
    if (in->height == out->height && in->width == out->width) {
        memcpy(out->bytes, in->bytes, (size_t)lj_pixels_size(in));
        return LJ_OK;
    }
    window *across = make_windows(from.width, out->width, out->resize);
    window *down = make_windows(from.height, out->height, out->resize);
    uint8_t *lines = lj_new_array(from.height * out_line, 1);
    if (across == NULL || down == NULL || lines == NULL)
        status = lj_fail(LJ_ENOMEM, "no memory to resize an image");
    for (int64_t y = 0; status == LJ_OK && y < from.height; y++)
        for (int64_t c = 0; c < channels; c++)
            resample(across, out->width, from.bytes + y * in_line + c, channels, lines + y * out_line + c, channels);
    for (int64_t x = 0; status == LJ_OK && x < out_line; x++)
        resample(down, out->height, lines + x, out_line, out->bytes + x, out_line);
    free_windows(across);
    free_windows(down);
    lj_free(lines);
    return status;
}
