/* JPEG (libjpeg-turbo) and PNG (libpng) to bytes. 16 bits become 8, palettes colours, transparency lies on white. */
#include <inttypes.h>
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <turbojpeg.h>

#include "data/images_inside.h"
#include "lianjin/limits.h"

static lj_status check_size(const char *path, int64_t height, int64_t width)
{
    if (height < 1 || width < 1 || height > LJ_IMAGE_SIDE_MAX || width > LJ_IMAGE_SIDE_MAX ||
        height * width > LJ_IMAGE_PIXELS_MAX)
        return lj_fail(LJ_EDATA, "%s: expected an image of at most %d pixels and sides of at most %d, found %" PRId64
                       " x %" PRId64, path, LJ_IMAGE_PIXELS_MAX, LJ_IMAGE_SIDE_MAX, width, height);
    return LJ_OK;
}

static lj_status new_pixels(const char *path, int64_t height, int64_t width, int64_t channels, lj_pixels *out)
{
    LJ_TRY(check_size(path, height, width));
    *out = (lj_pixels){.height = height, .width = width, .channels = channels};
    out->bytes = lj_new_array(lj_pixels_size(out), 1);
    return out->bytes != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "%s: no memory for the image", path);
}

/* channels 0: the header is looked at, nothing is decoded. */
static lj_status decode_jpeg_with(tjhandle reader, const char *path, const uint8_t *file, size_t size,
                                  int64_t channels, lj_pixels *out)
{
    int width = 0, height = 0, sampling = 0, space = 0;
    if (tjDecompressHeader3(reader, file, size, &width, &height, &sampling, &space) != 0)
        return lj_fail(LJ_EDATA, "%s: the JPEG is damaged or cut short: %s", path, tjGetErrorStr2(reader));
    if (space == TJCS_CMYK || space == TJCS_YCCK)
        return lj_fail(LJ_EDATA, "%s: a JPEG in CMYK: convert it to RGB", path);
    if (channels == 0)
        return check_size(path, height, width);
    LJ_TRY(new_pixels(path, height, width, channels, out));
    const int format = channels == 1 ? TJPF_GRAY : TJPF_RGB;
    /* The accurate transform is specified to the bit; up-sampling of colours is the smooth one. */
    if (tjDecompress2(reader, file, size, out->bytes, width, 0, height, format, TJFLAG_ACCURATEDCT) != 0)
        return lj_fail(LJ_EDATA, "%s: the JPEG is damaged or cut short: %s", path, tjGetErrorStr2(reader));
    return LJ_OK;
}

static lj_status decode_jpeg(const char *path, const uint8_t *file, size_t size, int64_t channels, lj_pixels *out)
{
    tjhandle reader = tjInitDecompress();
    if (reader == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory for the JPEG reader", path);
    const lj_status status = decode_jpeg_with(reader, path, file, size, channels, out);
    (void)tjDestroy(reader);
    return status;
}

static lj_status decode_png(const char *path, const uint8_t *file, size_t size, int64_t channels, lj_pixels *out)
{
    static const png_color white = {255, 255, 255};
    png_image image = {.version = PNG_IMAGE_VERSION};
    lj_status status = LJ_OK;
    if (!png_image_begin_read_from_memory(&image, file, size))
        return lj_fail(LJ_EDATA, "%s: the PNG is damaged or cut short: %s", path, image.message);
    status = channels == 0 ? check_size(path, image.height, image.width) :
                             new_pixels(path, image.height, image.width, channels, out);
    image.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    if (status == LJ_OK && channels > 0 && !png_image_finish_read(&image, &white, out->bytes, 0, NULL))
        status = lj_fail(LJ_EDATA, "%s: the PNG is damaged or cut short: %s", path, image.message);
    png_image_free(&image);
    return status;
}

lj_status lj_image_decode(const char *path, const uint8_t *file, size_t size, int64_t channels, lj_pixels *out)
{
    static const uint8_t jpeg[] = {0xff, 0xd8, 0xff};
    static const uint8_t png[] = {0x89, 'P', 'N', 'G'};
    lj_status status;
    memset(out, 0, sizeof(*out));
    if (size >= sizeof(jpeg) && memcmp(file, jpeg, sizeof(jpeg)) == 0)
        status = decode_jpeg(path, file, size, channels, out);
    else if (size >= sizeof(png) && memcmp(file, png, sizeof(png)) == 0)
        status = decode_png(path, file, size, channels, out);
    else
        status = lj_fail(LJ_EDATA, "%s: expected a JPEG or PNG file", path);
    if (status != LJ_OK) {
        lj_free(out->bytes);
        out->bytes = NULL;
    }
    return status;
}

lj_status lj_image_check(const char *path, const uint8_t *file, size_t size)
{
    lj_pixels none;
    return lj_image_decode(path, file, size, 0, &none);
}
