/* Inside of bpe_*.c: the tables of a byte pair encoding. */
#ifndef LIANJIN_PREP_TEXT_BPE_INSIDE_H
#define LIANJIN_PREP_TEXT_BPE_INSIDE_H

#include "prep/text/bpe.h"

typedef struct lj_bpe_word {
    int64_t at; /* in the bytes of the counts */
    int64_t size;
    int64_t count;
} lj_bpe_word;

/* The tokens of one byte, and room for `merges` merges. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_bpe_start(lj_arena *arena, int64_t merges, lj_bpe *bpe);

/* The token of one byte: GPT-2 numbers those that print first. */
int32_t lj_bpe_of_byte(unsigned char byte);

/* Whether GPT-2 writes the byte as it is; it writes the n-th other one as character 256 + n. */
int lj_bpe_prints(int byte);

/* The token of these bytes, -1 if there is none. */
int32_t lj_bpe_find(const lj_bpe *bpe, const char *bytes, int64_t size);

/* The token that the pair becomes, 0 if it becomes none. */
int32_t lj_bpe_merged(const lj_bpe *bpe, int32_t left, int32_t right);

/*
 * Adds a merge and its token. There is room, and neither was there before. (While fitting, the same bytes can be cut in
 * one way only, so no two pairs make the same token.) 0: no memory.
 */
int lj_bpe_add(lj_arena *arena, lj_bpe *bpe, int32_t left, int32_t right);

/* FNV-1a: the order of slots is never seen from outside. */
static inline uint64_t lj_bpe_hash(const char *bytes, int64_t size)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (int64_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
    return hash ^ hash >> 32;
}

static inline uint64_t lj_bpe_hash_pair(int32_t left, int32_t right)
{
    const uint64_t hash = ((uint64_t)(uint32_t)left << 32 | (uint32_t)right) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

#endif
