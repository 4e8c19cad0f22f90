/* Inside of a frame, for those who fill one. */
#ifndef LIANJIN_DATA_FRAME_INSIDE_H
#define LIANJIN_DATA_FRAME_INSIDE_H

#include "data/dictionary.h"
#include "lianjin/frame.h"

/* Words and names live here, as long as the frame. */
lj_arena *lj_frame_arena(lj_frame *frame);

/* For a frame without columns whose rows were counted later. */
void lj_frame_set_row_count(lj_frame *frame, int64_t n_rows);

/* Whom readers of the pixels, which are set, have to ask: the frame's from here on. */
void lj_frame_set_decoder(lj_frame *frame, lj_decoder *decoder);

/*
 * Adds a column whose blocks (values, valid, words: of lj_new_array) become the
 * frame's, on failure too. valid may have all bits set; missing_count is
 * counted here. The name is copied.
 */
LJ_CHECKED lj_status lj_frame_adopt(lj_frame *frame, lj_column *column);

static inline int lj_bit(const uint8_t *bits, int64_t i)
{
    return bits[i >> 3] >> (i & 7) & 1;
}

static inline void lj_bit_set(uint8_t *bits, int64_t i)
{
    bits[i >> 3] = (uint8_t)(bits[i >> 3] | 1u << (i & 7));
}

static inline int64_t lj_bit_bytes(int64_t n)
{
    return (n + 7) / 8;
}

#endif
