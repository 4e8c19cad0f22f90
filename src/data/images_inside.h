/* Between the files that read images. */
#ifndef LIANJIN_DATA_IMAGES_INSIDE_H
#define LIANJIN_DATA_IMAGES_INSIDE_H

#include "lianjin/images.h"

/* lj_images_read, or with `later` lj_images_open, with another bound than LJ_IMAGE_MEMORY_MAX, for tests. */
LJ_CHECKED lj_status lj_images_read_within(int64_t memory_max, int later, const lj_image_set *sets, int64_t count,
                                           const lj_pixels *shape, lj_team *team, lj_console *console,
                                           lj_frame **out, int64_t *counts, char digest[LJ_SHA256_HEX]);
/* Of images read so, wherever they lie. */
void lj_pixels_free(lj_pixels *pixels);

/* An IDX file of unsigned bytes: dims[0] items of dims[1] x dims[2] x ... bytes. */
typedef struct lj_idx {
    int rank;
    int64_t dims[4];
    uint8_t *bytes; /* to free with lj_free */
} lj_idx;

/* Reads `path` (also .gz) and adds its bytes to the hash. LJ_EDATA: no IDX file, cut short, too long, not of bytes. */
LJ_CHECKED lj_status lj_idx_read(const char *path, lj_sha256 *hash, lj_idx *out);

/* A JPEG or PNG file in memory as rows of height x width x channels bytes (1 grey, 3 colours), to free with lj_free. */
LJ_CHECKED lj_status lj_image_decode(const char *path, const uint8_t *file, size_t size, int64_t channels,
                                     lj_pixels *out);
/* Fails as lj_image_decode does for the header of a file; what comes after it may be damaged or left out. */
LJ_CHECKED lj_status lj_image_check(const char *path, const uint8_t *file, size_t size);

/* Another size as out->resize and out->crop say: the same bits everywhere. out->bytes is the caller's, of its size. */
LJ_CHECKED lj_status lj_image_resize(const lj_pixels *in, const lj_pixels *out);

/* Images of a folder, with the names of their classes where it has folders. */
typedef struct lj_image_files {
    char **paths, **labels; /* [count], ascending; labels NULL where the images lie in the folder itself */
    int64_t count;
} lj_image_files;
/* LJ_ENOTFOUND: no such folder; LJ_EDATA: a class without images, no image at all. */
LJ_CHECKED lj_status lj_image_files_list(const char *folder, lj_image_files *out);
void lj_image_files_free(lj_image_files *files);

/* For the files `paths` [count], whose images come to lie in pixels->bytes; both are borrowed. */
LJ_CHECKED lj_status lj_decoder_create(const lj_pixels *pixels, const char *const *paths, int64_t count,
                                       lj_decoder **out);
/* Returns when nothing is decoded any more. */
void lj_decoder_destroy(lj_decoder *decoder);
/* Looks at the headers of all files, and makes the marks. */
LJ_CHECKED lj_status lj_decoder_check(lj_decoder *decoder, lj_team *team, lj_console *console);
/* From here on the idle workers of the team decode; it outlives the decoder. */
void lj_decoder_start(lj_decoder *decoder, lj_team *team);
/* Adds the digests of the files, all of which have been decoded, in their order. */
LJ_CHECKED lj_status lj_decoder_hash(const lj_decoder *decoder, lj_sha256 *hash);

#endif
