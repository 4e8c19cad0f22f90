/*
 * A table in memory, columnar with Arrow's layout: values, a validity bitmap
 * (bit set: there is a value), text as codes into a dictionary.
 */
#ifndef LIANJIN_FRAME_H
#define LIANJIN_FRAME_H

#include <stdint.h>

#include "lianjin/memory.h"
#include "lianjin/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(code, name) Physical types of columns. */
#define LJ_COLUMN_TYPE_LIST(X)                                               \
    X(NUMBER, "number") /* double */                                         \
    X(TEXT, "text")     /* int32 code into the dictionary of the column */   \
    X(TIME, "time")     /* int64 microseconds since 1970-01-01T00:00:00Z */

typedef enum lj_column_type {
#define X(code, name) LJ_COLUMN_##code,
    LJ_COLUMN_TYPE_LIST(X)
#undef X
        LJ_COLUMN_TYPE_COUNT
} lj_column_type;
const char *lj_column_type_name(lj_column_type type);

typedef struct lj_column {
    const char *name; /* unique in the frame, UTF-8 */
    lj_column_type type;
    int is_integer;   /* NUMBER: the source's type was integer, or all values are whole */
    int is_float;     /* NUMBER: float32 widened; written with the fewest digits that read back as that float32 */
    union {
        double *number; /* NaN where missing */
        int32_t *code;  /* -1 where missing */
        int64_t *time;  /* 0 where missing */
    };
    uint8_t *valid;        /* bit r: row r has a value; NULL: all rows have */
    int64_t row_count; /* of the frame */
    int64_t missing_count;
    const char **words;    /* TEXT: [word_count], distinct, in ascending byte order */
    int32_t word_count;
} lj_column;

/* X(code, name) How an image gets another size: every pixel counts, the four pixels around, or the nearest one. */
#define LJ_RESIZE_LIST(X)          \
    X(ANTIALIASED, "antialiased")  \
    X(BILINEAR, "bilinear")        \
    X(NEAREST, "nearest")
typedef enum lj_resize {
#define X(code, name) LJ_RESIZE_##code,
    LJ_RESIZE_LIST(X)
#undef X
        LJ_RESIZE_COUNT
} lj_resize;

/* An image of each row, all of one shape: bytes [n_rows, height, width, channels], 0 black, 255 white. */
typedef struct lj_pixels {
    int64_t height, width, channels; /* channels: 1 grey, 3 red, green, blue */
    lj_resize resize;                /* how files came to this size, and those to be scored come to it */
    int crop;                        /* proportions are kept: what is too wide or high is cut off on both sides */
    int normalise;                   /* models see (byte / 255 - mean) / deviation of each channel */
    double mean[3], deviation[3];    /* of the training rows, fitted by lj_prep_fit; with normalise only */
    int64_t mapped; /* bytes of a temporary file that `bytes` are; 0: they are in memory */
    uint8_t *bytes;
} lj_pixels;
/* Bytes of one image; 0 for NULL. */
int64_t lj_pixels_size(const lj_pixels *pixels);

typedef struct lj_decoder lj_decoder; /* images.h: decodes the images of a frame when they are asked for */
typedef struct lj_frame lj_frame;     /* owns its columns, pixels and decoder */

LJ_CHECKED lj_status lj_frame_create(int64_t n_rows, lj_frame **out);
void lj_frame_destroy(lj_frame *frame);
int64_t lj_frame_row_count(const lj_frame *frame);
int64_t lj_frame_column_count(const lj_frame *frame);
const lj_column *lj_frame_column(const lj_frame *frame, int64_t index); /* borrowed */
/* -1 if there is none. */
int64_t lj_frame_find(const lj_frame *frame, const char *name);
/* LJ_ENOTFOUND "no column 'x'; did you mean 'X1'? (columns: ...)" */
LJ_CHECKED lj_status lj_frame_need(const lj_frame *frame, const char *name, const lj_column **out);

/*
 * Adds a column of [n_rows] values, copied. NaN, negative codes and NULL bits
 * are missing. LJ_EINVAL: the name is taken.
 */
LJ_CHECKED lj_status lj_frame_add_number(lj_frame *frame, const char *name, const double *values);
/* float32 values, widened; is_float is set. */
LJ_CHECKED lj_status lj_frame_add_float(lj_frame *frame, const char *name, const float *values);
/* The column `name` of another frame with as many rows, copied. */
LJ_CHECKED lj_status lj_frame_add_copy(lj_frame *frame, const lj_frame *from, const char *name);
LJ_CHECKED lj_status lj_frame_add_time(lj_frame *frame, const char *name, const int64_t *values, const uint8_t *valid);
/* texts [n_rows], NULL where missing; the dictionary is made and sorted here. */
LJ_CHECKED lj_status lj_frame_add_text(lj_frame *frame, const char *name, const char *const *texts);
/* Gives each row an image; pixels->bytes (of lj_new_array, or mapped) is the frame's from here, also on failure. Once. */
LJ_CHECKED lj_status lj_frame_set_pixels(lj_frame *frame, const lj_pixels *pixels);
const lj_pixels *lj_frame_pixels(const lj_frame *frame); /* NULL: rows have no images. Borrowed. */
/* Whom to ask before the bytes of an image are read (lj_decoder_need); NULL: all are there. Borrowed. */
lj_decoder *lj_frame_decoder(const lj_frame *frame);
/* The rows `rows` [n] (any order, repeats allowed) as a new frame. */
LJ_CHECKED lj_status lj_frame_take(const lj_frame *frame, const int64_t *rows, int64_t n, lj_frame **out);

/* 1 if the row has a value. */
int lj_column_has(const lj_column *column, int64_t row);
/* The word of a TEXT cell, NULL where missing. */
const char *lj_column_word(const lj_column *column, int64_t row);

#ifdef __cplusplus
}
#endif
#endif
