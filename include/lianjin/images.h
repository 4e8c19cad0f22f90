/*
 * Sets of images: a folder with a folder for each class, or a pair of IDX files
 * (images and labels, as MNIST is given; .gz too). They become a frame with an
 * image for each row and the columns `label` and, for folders, `file`.
 */
#ifndef LIANJIN_IMAGES_H
#define LIANJIN_IMAGES_H

#include "lianjin/document.h"
#include "lianjin/frame.h"
#include "lianjin/hash.h"
#include "lianjin/progress.h"
#include "lianjin/team.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lj_image_set {
    const char *images; /* a folder, or an IDX file; NULL: no such part */
    const char *labels; /* the IDX file of the labels; NULL: folders name the classes, or there are none */
} lj_image_set;

/*
 * Reads sets [count] one after another; counts [count]: images of each. `shape`
 * (bytes not read): what images have to be, zero where any will do: then the
 * first image says it (of folders: three channels). Images of folders are
 * resized to it, those of IDX files are refused if they differ. The team
 * decodes. The frame has a column `label` if every set has labels, `file` if one
 * is a folder. digest: of all bytes read, in the order of sets and names.
 * LJ_EDATA names the file that is damaged, too large or of another shape;
 * LJ_ENOTFOUND the one that is not there.
 */
LJ_CHECKED lj_status lj_images_read(const lj_image_set *sets, int64_t count, const lj_pixels *shape, lj_team *team,
                                    lj_console *console, lj_frame **out, int64_t *counts,
                                    char digest[LJ_SHA256_HEX]);

/*
 * The same, but images are decoded later where all sets are folders: what every
 * reader of their bytes asks the frame's decoder for, and ahead of that by the
 * workers of the team while they are idle; it outlives the frame. Headers are
 * looked at here, so that a file that is no image, too large or in CMYK is told
 * at once; one that is damaged behind its header is told by who asks. `digest`
 * is then lj_decoder_digest's.
 */
LJ_CHECKED lj_status lj_images_open(const lj_image_set *sets, int64_t count, const lj_pixels *shape, lj_team *team,
                                    lj_console *console, lj_frame **out, int64_t *counts,
                                    char digest[LJ_SHA256_HEX]);

/*
 * Returns when the images [n] (rows of the frame; NULL: the first n) can be
 * read: those that are not decoded yet are decoded here, by the team. NULL has
 * nothing to decode. LJ_EDATA names the file that is damaged: one of these, or
 * one that was met ahead.
 */
LJ_CHECKED lj_status lj_decoder_need(lj_decoder *decoder, const int64_t *images, int64_t n, lj_team *team);
/* As above for many (NULL: all), with a bar; LJ_EINTERRUPTED: what is decoded stays so. */
LJ_CHECKED lj_status lj_decoder_finish(lj_decoder *decoder, const int64_t *images, int64_t n, lj_team *team,
                                       lj_console *console);
int lj_decoder_is_done(const lj_decoder *decoder); /* 1 for NULL */
/* What will be asked for next: images [n], an array of lj_new_array that is the decoder's from here. */
void lj_decoder_ahead(lj_decoder *decoder, int64_t *images, int64_t n);
/* Of the shape, and of the size and the first 64 KiB of the file: tells images apart before they are decoded. */
uint64_t lj_decoder_mark(const lj_decoder *decoder, int64_t image);
/* Of all bytes of all files, which must be decoded: what lj_images_read answers. */
LJ_CHECKED lj_status lj_decoder_digest(const lj_decoder *decoder, char digest[LJ_SHA256_HEX]);

/* Writes one image as PNG, whole or not at all. */
LJ_CHECKED lj_status lj_image_write(const char *path, const lj_pixels *image);
/*
 * Writes `count` images of one shape (bytes one after another) as one PNG: row by row, as many across as make it nearly
 * square, black where there is none. LJ_EDATA: it would be larger than an image may be.
 */
LJ_CHECKED lj_status lj_image_write_grid(const char *path, const lj_pixels *images, int64_t count);

/* The names of lj_resize, ended by NULL. */
extern const char *const lj_resize_choices[];

/* The shape as "image": {height, width, channels, resize, crop, normalise}; nothing where there is none. */
void lj_image_shape_write(const lj_pixels *shape, lj_json *json);
/* The shape that `map` holds under "image", zero if it holds none. LJ_ECORRUPT names the place. */
LJ_CHECKED lj_status lj_image_shape_read(const lj_doc *doc, const lj_item *map, lj_pixels *out);

#ifdef __cplusplus
}
#endif
#endif
