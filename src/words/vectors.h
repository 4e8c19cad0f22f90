/* Inside of words/: the vectors while they are made. */
#ifndef LIANJIN_WORDS_VECTORS_H
#define LIANJIN_WORDS_VECTORS_H

#include <stddef.h>

#include "data/dictionary.h"
#include "lianjin/words.h"
#include "words/vocabulary.h"

struct lj_word_vectors {
    lj_arena *arena;
    lj_dictionary *index; /* number of a word: its row */
    float *rows;          /* [capacity, size] */
    int64_t capacity, size;
};

LJ_CHECKED lj_status lj_word_vectors_create(int64_t size, int64_t capacity, lj_word_vectors **out);
/* Adds a word and its row, which is zero and the caller's to fill; *row is NULL if the word is there already. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_word_vectors_add(lj_word_vectors *vectors, const char *word, size_t bytes, float **row);
/* The words of a vocabulary with the first `size` of the `stride` numbers of each row. */
LJ_CHECKED lj_status lj_word_vectors_make(const lj_vocabulary *vocabulary, const float *rows, int64_t stride,
                                          int64_t size, lj_word_vectors **out);

/* The row of the word as written, else in lower case (ASCII), -1: for lists that people made. */
int64_t lj_word_vectors_find_any(const lj_word_vectors *vectors, const char *word);

/*
 * The first `count` rows as unit vectors (zero stays zero), filled up with zeros to `stride` numbers each; to free
 * with lj_free. LJ_ENOMEM.
 */
LJ_CHECKED lj_status lj_word_vectors_units(const lj_word_vectors *vectors, int64_t count, int64_t *stride, float **out);

#endif
