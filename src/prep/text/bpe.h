/*
 * Byte pair encoding: words become tokens by merging the pairs of neighbours that the training texts have most often
 * (Sennrich, Haddow and Birch, "Neural Machine Translation of Rare Words with Subword Units", ACL 2016), from bytes
 * on, so that no text is unknown and the tokens of any text give it back (Radford et al., "Language Models are
 * Unsupervised Multitask Learners", 2019). Words, order of the bytes and ties are those of GPT-2 and of Hugging Face's
 * tokenizers: merges in one are merges in the other.
 */
#ifndef LIANJIN_PREP_TEXT_BPE_H
#define LIANJIN_PREP_TEXT_BPE_H

#include "lianjin/document.h"
#include "lianjin/memory.h"

enum { LJ_BPE_BYTES = 256 }; /* tokens of one byte, always there */

typedef struct lj_bpe_merge {
    int32_t left, right; /* tokens */
} lj_bpe_merge;

/* Never changes after the fit, so threads may share it. Lives in an arena. */
typedef struct lj_bpe {
    int32_t size;         /* tokens 0 .. size - 1: those of one byte, then one a merge */
    const char **bytes;   /* [size] not ended by NUL: */
    int32_t *lengths;     /* [size] how many */
    lj_bpe_merge *merges; /* [size - 256] merge i makes token 256 + i; the earlier ones are applied first */
    int32_t *token_slots; /* [mask + 1] token + 1 by its bytes, open addressing; 0: free */
    int32_t *merge_slots; /* [mask + 1] the token that a merge makes, by its pair */
    uint32_t mask;
} lj_bpe;

/* ---- words ---- */

/* Called for each word, in order; together they are the text. */
typedef void lj_bpe_visit(void *context, const char *word, size_t size);

/*
 * Cuts any bytes into words as GPT-2 does: letters, digits or other characters with the blank before them; ' with s,
 * t, re, ve, m, ll, d; white space. A byte that is no UTF-8 is another character.
 */
void lj_bpe_words(const char *text, size_t size, lj_bpe_visit *visit, void *context);

/* Words and how often they were seen. Start with {0}; free with lj_bpe_counts_free. */
typedef struct lj_bpe_counts {
    struct lj_bpe_word *words; /* [count] */
    int32_t count, capacity;
    int32_t *slots; /* [mask + 1] index + 1, open addressing */
    uint32_t mask;
    lj_text bytes; /* of all words */
    int failed;    /* no memory for a word: lj_bpe_fit says so */
} lj_bpe_counts;

void lj_bpe_counts_free(lj_bpe_counts *counts);
/* Counts the words of a text. */
void lj_bpe_count(lj_bpe_counts *counts, const char *text, size_t size);

/* ---- fit and apply ---- */

/*
 * Merges the pair that is seen most often, of equals the one of the smaller tokens, until there are `size` tokens or no
 * pair is seen min_count times. LJ_ENOMEM.
 */
LJ_CHECKED lj_status lj_bpe_fit(const lj_bpe_counts *counts, int32_t size, int64_t min_count, lj_arena *arena,
                                lj_bpe *out);

/* A growing list of tokens, and room for making them. Start with {0}; free with lj_bpe_tokens_free. */
typedef struct lj_bpe_tokens {
    int32_t *at; /* [count] */
    int64_t count, capacity;
    struct lj_bpe_symbol *symbols; /* [symbol_capacity] what the word at hand is made of */
    struct lj_bpe_place *places;   /* [3 * symbol_capacity] where a pair may be merged, a heap */
    int64_t symbol_capacity;
} lj_bpe_tokens;

void lj_bpe_tokens_free(lj_bpe_tokens *tokens);

/* Appends the tokens of one word. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_bpe_apply(const lj_bpe *bpe, const char *word, size_t size, lj_bpe_tokens *out);

/* Appends the tokens of all words of a text. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_bpe_encode(const lj_bpe *bpe, const char *text, size_t size, lj_bpe_tokens *out);

/* Appends the bytes of tokens [count], each 0 .. size - 1. */
void lj_bpe_decode(const lj_bpe *bpe, const int32_t *tokens, int64_t count, lj_text *out);

/* ---- files ---- */

/* Members of the open map; and back from anything: LJ_ECORRUPT. */
void lj_bpe_save(const lj_bpe *bpe, lj_json *json);
LJ_CHECKED lj_status lj_bpe_load(const lj_doc *doc, const lj_item *map, lj_arena *arena, lj_bpe *out);

#endif
