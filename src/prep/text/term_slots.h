/* Terms by their hash. Two runs of the same 64-bit hash count as the same term. */
#ifndef LIANJIN_PREP_TEXT_TERM_SLOTS_H
#define LIANJIN_PREP_TEXT_TERM_SLOTS_H

#include <stdint.h>

typedef struct lj_term_slot {
    uint64_t hash;
    int32_t entry; /* index + 1; 0: free */
} lj_term_slot;

/* The slot of the hash, or the free one where it belongs. The table is never full. */
static inline lj_term_slot *lj_term_slot_of(lj_term_slot *slots, uint64_t mask, uint64_t hash)
{
    uint64_t at = (hash ^ hash >> 32) & mask;
    while (slots[at].entry != 0 && slots[at].hash != hash)
        at = (at + 1) & mask;
    return &slots[at];
}

#endif
