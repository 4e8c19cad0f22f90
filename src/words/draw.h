/* Inside of words/: drawing words by their frequency. */
#ifndef LIANJIN_WORDS_DRAW_H
#define LIANJIN_WORDS_DRAW_H

#include <stdint.h>

#include "lianjin/status.h"

/* Draws i with the probability of weight i, from 32 random bits. */
typedef struct lj_draw {
    int32_t count;
    uint32_t *threshold; /* [count] of 2^32: above it `other` is drawn */
    int32_t *other;
} lj_draw;

/*
 * weights [count], not negative, sum positive. LJ_ENOMEM.
 * Vose, "A linear algorithm for generating random numbers with a given distribution", IEEE TSE 17 (1991).
 */
LJ_CHECKED lj_status lj_draw_make(const double *weights, int32_t count, lj_draw *out);
void lj_draw_free(lj_draw *draw);

static inline int32_t lj_draw_take(const lj_draw *draw, uint32_t bits)
{
    const uint64_t place = (uint64_t)bits * (uint32_t)draw->count; /* whole part: a column; the rest: where in it */
    const int32_t i = (int32_t)(place >> 32);
    return (uint32_t)place <= draw->threshold[i] ? i : draw->other[i];
}

#endif
