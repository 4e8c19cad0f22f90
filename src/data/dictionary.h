/* The different words of a text column: numbered as they come, then put in byte order. */
#ifndef LIANJIN_DATA_DICTIONARY_H
#define LIANJIN_DATA_DICTIONARY_H

#include <stddef.h>
#include <stdint.h>

#include "lianjin/memory.h"
#include "lianjin/status.h"

typedef struct lj_dictionary lj_dictionary;

/* The words are copied into the arena, which must live longer. */
LJ_CHECKED lj_status lj_dictionary_create(lj_arena *arena, lj_dictionary **out);
void lj_dictionary_destroy(lj_dictionary *dictionary);
/* Number of the word, a new one if it was not seen. The bytes hold no NUL. */
LJ_CHECKED lj_status lj_dictionary_add(lj_dictionary *dictionary, const char *bytes, size_t size, int32_t *id);
/* Number of the word, -1 if it was not seen. */
int32_t lj_dictionary_find(const lj_dictionary *dictionary, const char *bytes, size_t size);
/* The word of a number; it lives in the arena. */
const char *lj_dictionary_word(const lj_dictionary *dictionary, int32_t id);
int32_t lj_dictionary_count(const lj_dictionary *dictionary);
/*
 * The words in ascending byte order: words [count], to free with lj_free, and
 * in `codes` [n] every number is replaced by its place in that order (-1 stays).
 */
LJ_CHECKED lj_status lj_dictionary_finish(lj_dictionary *dictionary, int32_t *codes, int64_t n, const char ***words);

#endif
