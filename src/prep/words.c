#include "prep/words.h"

#include <string.h>

/* FNV-1a: the order of the slots is never seen from outside, so any hash will do. */
static uint32_t hash_of(const char *word)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *word != '\0'; word++)
        hash = (hash ^ (unsigned char)*word) * UINT64_C(1099511628211);
    return (uint32_t)(hash ^ (hash >> 32));
}

lj_status lj_words_make(lj_arena *arena, const char **words, int32_t count, lj_words *out)
{
    uint32_t size = 4;
    while (size < 2 * (uint32_t)count)
        size *= 2;
    int32_t *slots = lj_arena_array(arena, size, sizeof(*slots));
    if (slots == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a vocabulary of %d words", count);
    memset(slots, 0xff, size * sizeof(*slots));
    for (int32_t i = 0; i < count; i++) {
        uint32_t slot = hash_of(words[i]) & (size - 1);
        while (slots[slot] >= 0)
            slot = (slot + 1) & (size - 1);
        slots[slot] = i;
    }
    *out = (lj_words){.words = words, .count = count, .slots = slots, .mask = size - 1};
    return LJ_OK;
}

int32_t lj_words_find(const lj_words *words, const char *word)
{
    if (words->count == 0)
        return -1;
    for (uint32_t slot = hash_of(word) & words->mask; words->slots[slot] >= 0; slot = (slot + 1) & words->mask) {
        const int32_t index = words->slots[slot];
        if (strcmp(words->words[index], word) == 0)
            return index;
    }
    return -1;
}
