/*
 * n-grams: runs of words, of characters, or of characters inside words. They are those of scikit-learn's
 * CountVectorizer (analyzers word, char and char_wb). Words may be cut further where the text is Chinese.
 */
#ifndef LIANJIN_PREP_TEXT_GRAMS_H
#define LIANJIN_PREP_TEXT_GRAMS_H

#include "prep/text/segment.h"

/* X(code, name) What is counted; the names are written in prep.json. */
#define LJ_GRAM_KIND_LIST(X)                                                                        \
    X(WORDS, "words")               /* runs of word characters, joined by one blank */              \
    X(SEGMENTS, "segments")         /* these, cut beside Chinese characters (segment.h) */          \
    X(CHARACTERS, "characters")     /* of the text, in which a run of blanks is one */              \
    X(IN_WORDS, "in_words")         /* of what stands between blanks, with a blank on either side */

typedef enum lj_gram_kind {
#define X(code, name) LJ_GRAM_##code,
    LJ_GRAM_KIND_LIST(X)
#undef X
        LJ_GRAM_KIND_COUNT
} lj_gram_kind;

extern const char *const lj_gram_kind_names[]; /* ended by NULL */

#define LJ_GRAM_MAX 16 /* longest run */

typedef struct lj_gram_rules {
    lj_gram_kind kind;
    int64_t low, high;     /* length of the runs, 1 <= low <= high <= LJ_GRAM_MAX */
    int64_t shortest_word; /* WORDS, SEGMENTS: characters; shorter ones are passed over */
} lj_gram_rules;

/* What visiting needs beside. Start with {0}. */
typedef struct lj_gram_scratch {
    lj_characters joined;
    lj_segments segments;
} lj_gram_scratch;

void lj_gram_scratch_free(lj_gram_scratch *scratch);

/* Hash of a run, by which it is looked up; and that of the run with one character more. */
uint64_t lj_gram_hash(const int32_t *characters, int64_t count);
uint64_t lj_gram_hash_on(uint64_t hash, int32_t character);

/* Called for each run, in a fixed order; repeats included. */
typedef void lj_gram_visit(void *context, uint64_t hash, const int32_t *characters, int64_t count);

/* Visits the runs of the characters of a text. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_grams_visit(const lj_characters *text, const lj_gram_rules *rules, lj_gram_scratch *scratch,
                                    lj_gram_visit *visit, void *context);

#endif
