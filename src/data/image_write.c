/* Images as PNG files (libpng): one, or many side by side. */
#include <inttypes.h>
#include <png.h>
#include <string.h>

#include "lianjin/file.h"
#include "lianjin/images.h"
#include "lianjin/limits.h"

lj_status lj_image_write(const char *path, const lj_pixels *image)
{
    png_image png = {.version = PNG_IMAGE_VERSION, .width = (png_uint_32)image->width,
                     .height = (png_uint_32)image->height,
                     .format = image->channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB};
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png);
    uint8_t *file = lj_new_array((int64_t)size, 1);
    if (file == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory for the image", path);
    lj_status status = LJ_OK;
    if (!png_image_write_to_memory(&png, file, &size, 0, image->bytes, 0, NULL))
        status = lj_fail(LJ_EIO, "%s: the image cannot be written: %s", path, png.message);
    png_image_free(&png);
    if (status == LJ_OK)
        status = lj_file_replace(path, file, size);
    lj_free(file);
    return status;
}

lj_status lj_image_write_grid(const char *path, const lj_pixels *images, int64_t count)
{
    const int64_t size = lj_pixels_size(images), line = images->width * images->channels;
    int64_t across = 1;
    while (across * across < count)
        across++;
    lj_pixels grid = {.height = (count + across - 1) / across * images->height, .width = across * images->width,
                      .channels = images->channels};
    if (grid.height > LJ_IMAGE_SIDE_MAX || grid.width > LJ_IMAGE_SIDE_MAX ||
        grid.height * grid.width > LJ_IMAGE_PIXELS_MAX)
        return lj_fail(LJ_EDATA, "%s: %" PRId64 " images do not fit on one: name a folder for them", path, count);
    grid.bytes = lj_new_array(lj_pixels_size(&grid), 1);
    if (grid.bytes == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory for the image", path);
    for (int64_t i = 0; i < count; i++)
        for (int64_t y = 0; y < images->height; y++)
            memcpy(grid.bytes + ((i / across * images->height + y) * across + i % across) * line,
                   images->bytes + i * size + y * line, (size_t)line);
    const lj_status status = lj_image_write(path, &grid);
    lj_free(grid.bytes);
    return status;
}
