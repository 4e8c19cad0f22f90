/*
 * Inside of words/: how often words stand near each other. Sums of whole
 * numbers, so exact and the same in whatever order they are added; what does
 * not fit into memory is sorted, written to a temporary file that has no name,
 * and merged at the end.
 */
#ifndef LIANJIN_WORDS_PAIR_COUNTS_H
#define LIANJIN_WORDS_PAIR_COUNTS_H

#include "words/train.h"

/* A symmetric matrix [words, words], compressed by rows. */
typedef struct lj_pair_counts {
    int64_t *begin;  /* [words + 1] */
    int32_t *column; /* ascending inside a row */
    uint64_t *count; /* sums of weights */
    int64_t entries;
} lj_pair_counts;

/*
 * Counts the pairs of words of a sentence that stand d = 1 .. window places apart, both ways, with weight[d - 1].
 * LJ_EDATA when there is none; else as lj_chunk_read, LJ_EIO (temporary file), LJ_EINTERRUPTED.
 */
LJ_CHECKED lj_status lj_pair_counts_make(const lj_word_job *job, const uint32_t *weight, lj_pair_counts *out);
void lj_pair_counts_free(lj_pair_counts *counts);

#endif
