/* A vocabulary: the different texts of a column in the training part, in ascending byte order. */
#ifndef LIANJIN_PREP_WORDS_H
#define LIANJIN_PREP_WORDS_H

#include <stdint.h>

#include "lianjin/memory.h"
#include "lianjin/status.h"

typedef struct lj_words {
    const char **words; /* [count] */
    int32_t count;
    int32_t *slots;     /* [mask + 1] index of a word or -1: open addressing */
    uint32_t mask;
} lj_words;

/* Makes the table of `words` [count], which must live in the arena and be distinct. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_words_make(lj_arena *arena, const char **words, int32_t count, lj_words *out);

/* Index of the word, -1 if there is none. */
int32_t lj_words_find(const lj_words *words, const char *word);

#endif
