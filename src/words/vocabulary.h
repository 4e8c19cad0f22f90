/* The words of a corpus that get a vector. */
#ifndef LIANJIN_WORDS_VOCABULARY_H
#define LIANJIN_WORDS_VOCABULARY_H

#include "data/dictionary.h"
#include "lianjin/words.h"

/* Words from the most to the least frequent, of equal counts in byte order. */
typedef struct lj_vocabulary {
    lj_arena *arena;
    lj_dictionary *index; /* number of a word: its place */
    int64_t *counts;      /* [count] */
    int32_t count;
    int64_t kept;         /* sum of the counts */
    int64_t words;        /* of the corpus */
    int64_t different;
} lj_vocabulary;

/*
 * Reads the corpus once. LJ_EDATA when no word comes min_count times (with the most
 * frequent one), when the text holds no word; else as lj_corpus_next.
 */
LJ_CHECKED lj_status lj_vocabulary_count(const char *path, int64_t min_count, int64_t max_words, lj_console *console,
                                         lj_vocabulary *out);
void lj_vocabulary_free(lj_vocabulary *vocabulary);

#endif
