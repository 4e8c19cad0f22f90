/*
 * Vectors of words: trained on a text, read and written in the formats of
 * word2vec, asked for near words and analogies, and measured against people.
 *
 * Training gives the same vectors, bit for bit, on any number of threads, with
 * every instruction set and compiler (docs/words.md says how).
 */
#ifndef LIANJIN_WORDS_H
#define LIANJIN_WORDS_H

#include <stdint.h>

#include "lianjin/memory.h"
#include "lianjin/progress.h"
#include "lianjin/status.h"
#include "lianjin/team.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- vectors ---- */

/* Words and a vector of each, in the order of the file or from the most to the least frequent. Never changes. */
typedef struct lj_word_vectors lj_word_vectors;

void lj_word_vectors_destroy(lj_word_vectors *vectors); /* NULL does nothing */

int64_t lj_word_vectors_count(const lj_word_vectors *vectors);
int64_t lj_word_vectors_size(const lj_word_vectors *vectors); /* numbers of a vector */
/* Borrowed until the vectors are destroyed. */
const char *lj_word_vectors_word(const lj_word_vectors *vectors, int64_t index);
const float *lj_word_vectors_row(const lj_word_vectors *vectors, int64_t index); /* [size] */
/* -1 if the word is not there. */
int64_t lj_word_vectors_find(const lj_word_vectors *vectors, const char *word);

/* X(code, name, what it is) */
#define LJ_WORD_FORMAT_LIST(X)                                                   \
    X(TEXT, "text", "word2vec's text: a line with count and size, then a line a word")   \
    X(BINARY, "binary", "word2vec's binary: the same with float32 numbers as bytes")     \
    X(GLOVE, "glove", "GloVe's text: a line a word, without the first line")

typedef enum lj_word_format {
#define X(code, name, doc) LJ_WORD_FORMAT_##code,
    LJ_WORD_FORMAT_LIST(X)
#undef X
        LJ_WORD_FORMAT_COUNT
} lj_word_format;

/* -1 if there is none of that name. */
int lj_word_format_find(const char *name);
const char *lj_word_format_name(lj_word_format format);

/*
 * Reads vectors of any of the formats, also gzipped; which one is seen from the
 * content. `limit` > 0: the first so many words only. A word that comes twice
 * is kept once, as it came first (a warning says how many).
 *
 * LJ_ENOTFOUND, LJ_EIO; LJ_ECORRUPT for a file that is cut short, a header that
 * is wrong, a line of another length, a number that is none or not finite, a
 * word that is not UTF-8: with line, or word and byte.
 */
LJ_CHECKED lj_status lj_word_vectors_read(const char *path, int64_t limit, lj_console *console,
                                          lj_word_vectors **out);
/* The same from bytes; `name` is what messages call them. */
LJ_CHECKED lj_status lj_word_vectors_parse(const char *name, const void *bytes, size_t size, int64_t limit,
                                           lj_console *console, lj_word_vectors **out);
/* Text numbers have the fewest digits that read back as the same float32. LJ_EIO. */
LJ_CHECKED lj_status lj_word_vectors_write(const lj_word_vectors *vectors, lj_word_format format, const char *path);

/* ---- training ---- */

/* X(code, name, what it is) */
#define LJ_WORD_METHOD_LIST(X)                                                                          \
    X(PPMI, "ppmi", "positive pointwise mutual information, factorised: best on up to some 100 million words") \
    X(SKIP_GRAM, "skip_gram", "word2vec: a word foretells the words around it")                         \
    X(CBOW, "cbow", "word2vec: the words around foretell a word")                                       \
    X(GLOVE, "glove", "GloVe: logarithms of counts, weighted least squares")

typedef enum lj_word_method {
#define X(code, name, doc) LJ_WORD_METHOD_##code,
    LJ_WORD_METHOD_LIST(X)
#undef X
        LJ_WORD_METHOD_COUNT
} lj_word_method;

/* -1 if there is none of that name. */
int lj_word_method_find(const char *name);
const char *lj_word_method_name(lj_word_method method);

/*
 * How vectors are trained; zero means the default, which is that of gensim's
 * Word2Vec where it has one. The corpus is a text in UTF-8, plain or gzipped:
 * words between blanks, a sentence a line; a line of more than
 * LJ_SENTENCE_WORDS_MAX words is cut there. It is read again for each epoch, in
 * pieces, and so may be larger than memory.
 */
typedef struct lj_word_options {
    const char *corpus;
    lj_word_method method;
    int64_t size;         /* numbers of a vector; 0: 100 */
    int64_t window;       /* words on each side, at most; 0: 5 (ppmi, glove: 10) */
    int64_t min_count;    /* words that come less often are left out; 0: 5 */
    int64_t max_words;    /* at most the so many most frequent words; 0: all */
    int64_t epochs;       /* skip_gram, cbow; glove; 0: 5; 25 */
    int64_t negative;     /* skip_gram, cbow: words drawn against each; 0: 5 */
    int hierarchical;     /* skip_gram, cbow: hierarchical softmax instead of drawn words */
    double sample;        /* skip_gram, cbow: words more frequent than this are thinned out; 0: 0.001; negative: never */
    double rate;          /* 0: 0.025 falling to 0.0001 by words read; glove 0.05 */
    int64_t memory_mb;    /* ppmi, glove: counts beyond this many MiB are sorted on disk; 0: 1024 */
    uint64_t seed;
} lj_word_options;

/* What training saw. */
typedef struct lj_word_training {
    int64_t words;      /* of the corpus */
    int64_t kept_words; /* of them in the vocabulary */
    int64_t different;  /* different words of the corpus */
    int64_t vocabulary; /* of them with a vector */
    int64_t pairs;      /* ppmi, glove: different pairs that were counted */
    double loss;        /* skip_gram, cbow: not measured, NaN; glove: mean of the last epoch */
    double seconds;     /* of training, without the counting of words */
} lj_word_training;

/*
 * Trains. LJ_EINVAL for an option out of range, LJ_ENOTFOUND, LJ_EIO; LJ_EDATA
 * for a text that is not UTF-8, no word that comes min_count times, a corpus
 * that changed between two readings; LJ_ECORRUPT for a damaged gzip file;
 * LJ_EINTERRUPTED after Ctrl-C; LJ_ENOMEM. team and console may be NULL.
 */
LJ_CHECKED lj_status lj_word_vectors_train(const lj_word_options *options, lj_team *team, lj_console *console,
                                           lj_word_training *training, lj_word_vectors **out);

#define LJ_SENTENCE_WORDS_MAX 10000 /* words of a sentence: part of the arithmetic of training */

/* ---- questions ---- */

typedef struct lj_word_near {
    int64_t index;
    double similarity; /* cosine */
} lj_word_near;

/*
 * The `count` words nearest to the sum of the unit vectors of `plus` less those
 * of `minus`, by cosine; none of the given words is among them; ties go to the
 * lower index. With one word in plus: its nearest words; king - man + woman is
 * plus {king, woman}, minus {man} (3CosAdd: Levy and Goldberg 2014).
 *
 * near [count], owned by the caller; *found is how many there are
 * LJ_ENOTFOUND  a word has no vector: with the nearest one that has
 */
LJ_CHECKED lj_status lj_word_vectors_nearest(const lj_word_vectors *vectors, const char *const *plus, int64_t n_plus,
                                             const char *const *minus, int64_t n_minus, int64_t count,
                                             lj_word_near *near, int64_t *found);

/* Cosine of two words. LJ_ENOTFOUND as above. */
LJ_CHECKED lj_status lj_word_vectors_similarity(const lj_word_vectors *vectors, const char *a, const char *b,
                                                double *out);

/* ---- measures ---- */

typedef struct lj_word_similarity_result {
    int64_t pairs, known; /* of the file; with a vector for both words */
    double spearman;      /* of the known pairs; NaN: fewer than two, or all equal */
    double pearson;
} lj_word_similarity_result;

/*
 * How well cosines follow what people said: a file of pairs, "word word score"
 * in a line, apart by tabs or blanks (or commas), # begins a comment, a first
 * line whose third field is no number is a header; also gzipped. Words are tried
 * as written, then in lower case. Spearman's rank correlation, equal values
 * share the mean of their ranks. LJ_ENOTFOUND, LJ_EIO, LJ_EDATA with the line.
 */
LJ_CHECKED lj_status lj_word_vectors_rate_pairs(const lj_word_vectors *vectors, const char *path,
                                                lj_word_similarity_result *out);

typedef struct lj_word_section {
    const char *name; /* borrowed from the result */
    int64_t questions, known, right;
} lj_word_section;

typedef struct lj_word_analogies_result {
    lj_word_section *sections; /* [count] */
    int64_t count;
    lj_word_section all;
    lj_arena *arena;
} lj_word_analogies_result;

/*
 * Google's analogies: lines ": name" begin a section, others are four words, "a
 * is to b as c to d". Right if d is nearest to b - a + c among the first
 * `limit` words (0: all) without a, b and c. Words as in pairs.
 * LJ_ENOTFOUND, LJ_EIO, LJ_EDATA with the line.
 */
LJ_CHECKED lj_status lj_word_vectors_rate_analogies(const lj_word_vectors *vectors, const char *path, int64_t limit,
                                                    lj_team *team, lj_console *console,
                                                    lj_word_analogies_result *out);
void lj_word_analogies_result_free(lj_word_analogies_result *result);

#ifdef __cplusplus
}
#endif
#endif
