/* Folders of small pictures, for tests that decode them. */
#ifndef LIANJIN_TESTS_DATA_PICTURES_H
#define LIANJIN_TESTS_DATA_PICTURES_H

#include <stdio.h>

#include "lianjin/file.h"
#include "lianjin/images.h"
#include "lianjin/random.h"

enum { PICTURE_SIDE = 8, PICTURE_BYTES = 3 * PICTURE_SIDE * PICTURE_SIDE };

/* Noise, brighter in red if it is of class 1. */
static inline void put_picture(const char *path, int number, int class)
{
    uint8_t bytes[PICTURE_BYTES];
    const lj_pixels picture = {.height = PICTURE_SIDE, .width = PICTURE_SIDE, .channels = 3, .bytes = bytes};
    for (int i = 0; i < PICTURE_BYTES; i++) {
        const uint32_t noise = lj_random_u32(11, (uint64_t)number, (uint64_t)i) % 120;
        bytes[i] = (uint8_t)(noise + (class == 1 && i % 3 == 0 ? 90 : 0));
    }
    assert_int_equal(lj_image_write(path, &picture), LJ_OK);
}

/* The path of the number-th: classes take turns. */
static inline void picture_path(const char *root, int number, char out[512])
{
    (void)snprintf(out, 512, "%s/%c/%03d.png", root, number % 2 == 0 ? 'a' : 'b', number);
}

static inline void put_pictures(const char *root, int n)
{
    static const char *const classes[] = {"a", "b"};
    char path[512];
    for (int k = 0; k < 2; k++) {
        (void)snprintf(path, sizeof(path), "%s/%s", root, classes[k]);
        assert_int_equal(lj_folder_create(path), LJ_OK);
    }
    for (int i = 0; i < n; i++) {
        picture_path(root, i, path);
        put_picture(path, i, i % 2);
    }
}

/* Its header stays whole. */
static inline void cut_in_half(const char *path)
{
    char *bytes = NULL;
    size_t size = 0;
    assert_int_equal(lj_file_read(path, 1 << 20, &bytes, &size), LJ_OK);
    assert_int_equal(lj_file_replace(path, bytes, size / 2), LJ_OK);
    lj_free(bytes);
}

#endif
