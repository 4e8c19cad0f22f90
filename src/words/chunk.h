/* Inside of words/: a corpus as numbers of words, in chunks of whole sentences. */
#ifndef LIANJIN_WORDS_CHUNK_H
#define LIANJIN_WORDS_CHUNK_H

#include "words/corpus.h"
#include "words/vocabulary.h"

/* A chunk ends with the sentence that brings its words to this many: part of the arithmetic of training. */
#define LJ_CHUNK_WORDS 32768
#define LJ_CHUNK_WORDS_MAX (LJ_CHUNK_WORDS + LJ_SENTENCE_WORDS_MAX)

typedef struct lj_word_chunk {
    int64_t epoch;
    int64_t before; /* words of the vocabulary in all epochs before this chunk */
    int64_t n;      /* words of the chunk; 0: the corpus has ended */
    int32_t *word;  /* [LJ_CHUNK_WORDS_MAX] */
    int32_t *place; /* word i was the (before + place[i])-th */
    int32_t *begin; /* where the sentence of word i begins, in this chunk */
    int32_t *end;
} lj_word_chunk;

LJ_CHECKED lj_status lj_word_chunk_create(lj_word_chunk *out); /* LJ_ENOMEM */
void lj_word_chunk_free(lj_word_chunk *chunk);

/* Reads a corpus `epochs` times. */
typedef struct lj_chunk_reader {
    const char *path;
    const lj_vocabulary *vocabulary;
    const uint32_t *keep; /* [vocabulary->count] of 2^32: words are kept so often; NULL: always */
    uint64_t seed;
    int64_t epochs;
    int64_t epoch, done; /* words of the vocabulary so far */
    lj_corpus *corpus;
    int has_pending; /* a word that begins the next chunk */
    lj_corpus_word pending;
    uint64_t stream; /* of this epoch's random numbers */
} lj_chunk_reader;

/* As lj_corpus_next; LJ_EDATA when an epoch has another number of words than the vocabulary counted. */
LJ_CHECKED lj_status lj_chunk_read(lj_chunk_reader *reader, lj_word_chunk *chunk);
void lj_chunk_reader_close(lj_chunk_reader *reader);

#endif
