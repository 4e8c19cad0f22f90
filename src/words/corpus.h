/* The words of a text, one after the other, read in pieces: the text may be larger than memory. */
#ifndef LIANJIN_WORDS_CORPUS_H
#define LIANJIN_WORDS_CORPUS_H

#include <stddef.h>
#include <stdint.h>

#include "lianjin/memory.h"
#include "lianjin/status.h"

typedef struct lj_corpus lj_corpus;

typedef struct lj_corpus_word {
    const char *bytes;      /* until the next call; NULL: a word of more than LJ_WORD_BYTES_MAX bytes */
    size_t size;
    int begins_sentence;    /* the first of a line, or after LJ_SENTENCE_WORDS_MAX words of one */
} lj_corpus_word;

/* Opens a text, plain or gzipped. LJ_ENOTFOUND with the nearest name, LJ_EIO, LJ_ENOMEM. */
LJ_CHECKED lj_status lj_corpus_open(const char *path, lj_corpus **out);
void lj_corpus_close(lj_corpus *corpus);

/* *found is 0 at the end. LJ_EDATA for what is not UTF-8, LJ_ECORRUPT for a damaged gzip file. */
LJ_CHECKED lj_status lj_corpus_next(lj_corpus *corpus, lj_corpus_word *word, int *found);

/* Bytes of the file that were read, for a bar; the file has lj_file_size. */
int64_t lj_corpus_offset(const lj_corpus *corpus);

#endif
