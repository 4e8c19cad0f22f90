/* The file of an image is hostile input: any bytes end in an image or a refusal. */
#include <stddef.h>
#include <stdint.h>

#include "data/images_inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lj_pixels image;
    for (int64_t channels = 1; channels <= 3; channels += 2)
        if (lj_image_decode("fuzz", data, size, channels, &image) == LJ_OK) {
            lj_free(image.bytes);
            if (lj_image_check("fuzz", data, size) != LJ_OK)
                __builtin_trap(); /* the header of what can be decoded is not refused */
        }
    return 0;
}
