/*
 * Texts as sparse rows: n-grams counted, weighted by TF-IDF (Spärck Jones 1972; Salton and Buckley 1988) and each
 * row divided by its length, as scikit-learn's TfidfVectorizer does it.
 */
#ifndef LIANJIN_PREP_TEXT_TERMS_H
#define LIANJIN_PREP_TEXT_TERMS_H

#include "lianjin/document.h"
#include "lianjin/sparse.h"
#include "prep/text/bpe.h"
#include "prep/text/grams.h"
#include "prep/text/wordpiece.h"

#define LJ_TERM_BLOCKS_MAX 2

/* Which terms of the training texts are kept. */
typedef struct lj_term_limits {
    int64_t min_count; /* texts that have the term, at least */
    double max_share;  /* of the texts, at most */
    int64_t max_terms; /* the most frequent ones by texts, of equals the earlier in byte order */
} lj_term_limits;

/* One vocabulary. */
typedef struct lj_terms {
    lj_gram_rules rules;
    int sublinear;     /* 1 + ln(count) instead of the count */
    int64_t texts;     /* that were fitted */
    int32_t buckets;   /* 0: a vocabulary; else hashing: column hash mod buckets, nothing below but count = buckets */
    int32_t count;
    const char **term; /* [count] in ascending byte order */
    int32_t *found_in; /* [count] texts that have it */
    double *idf;       /* [count] ln((1 + texts) / (1 + found_in)) + 1 */
    struct lj_term_slot *slots; /* [mask + 1] open addressing by lj_gram_hash */
    uint64_t mask;
} lj_terms;

/* All vocabularies of one column: each a block of the row's columns, of length 1 by itself. */
typedef struct lj_vectoriser {
    lj_text_rules text;
    lj_terms blocks[LJ_TERM_BLOCKS_MAX];
    int64_t block_count;
    int64_t width; /* terms of all blocks */
} lj_vectoriser;

/* What applying needs beside. Start with {0}. */
typedef struct lj_term_scratch {
    lj_characters characters;
    lj_gram_scratch grams;
    int32_t *hits; /* terms of the text at hand, with repeats */
    int64_t hit_count, hit_capacity;
    double *weights; /* [weight_capacity] */
    int64_t weight_capacity;
    int failed; /* no memory for a hit */
    lj_text bytes; /* of the text at hand by its rules, where they change it */
    lj_bpe_tokens pieces;
    lj_wordpiece_scratch given;
} lj_term_scratch;

void lj_term_scratch_free(lj_term_scratch *scratch);
/* One more hit; without memory `failed` is set. */
void lj_term_scratch_add(lj_term_scratch *scratch, int32_t hit);

/*
 * Fits the vocabularies whose text rules, gram rules and `sublinear` are set, on texts [n] (NULL: an empty one), in
 * the arena. LJ_EDATA: no term is left; LJ_ENOMEM.
 */
LJ_CHECKED lj_status lj_vectoriser_fit(const char *const *texts, int64_t n, const lj_term_limits *limits,
                                       lj_arena *arena, lj_vectoriser *vectoriser);

/* Appends the entries of one text (NULL: none) to the open row of `out`, columns from `offset`; *count grows. */
LJ_CHECKED lj_status lj_vectoriser_apply(const lj_vectoriser *vectoriser, const char *text, int64_t offset,
                                         lj_term_scratch *scratch, lj_sparse *out, int64_t *count);

/* Sets slots and idf from term, found_in, count and texts. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_terms_index(lj_arena *arena, lj_terms *terms);

/* Fits one vocabulary, which may be left empty. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_terms_fit(const char *const *texts, int64_t n, const lj_text_rules *rules,
                                  const lj_term_limits *limits, lj_arena *arena, lj_terms *terms);

/* One vocabulary as a map (key NULL: of a list); and back from anything: LJ_ECORRUPT. */
void lj_terms_save(const lj_terms *terms, const char *key, lj_json *json);
LJ_CHECKED lj_status lj_terms_load(const lj_doc *doc, const lj_item *map, lj_arena *arena, lj_terms *terms);

/* Members of the open map; and back from anything: LJ_ECORRUPT. */
void lj_vectoriser_save(const lj_vectoriser *vectoriser, lj_json *json);
LJ_CHECKED lj_status lj_vectoriser_load(const lj_doc *doc, const lj_item *map, lj_arena *arena, lj_vectoriser *out);

#endif
