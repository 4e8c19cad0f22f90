/*
 * Texts as codes of a fixed number of tokens, for networks: cut, looked up in a vocabulary, truncated and padded as
 * Keras' Tokenizer and pad_sequences do it.
 */
#ifndef LIANJIN_PREP_TEXT_TOKENS_H
#define LIANJIN_PREP_TEXT_TOKENS_H

#include "prep/text/bpe.h"
#include "prep/text/terms.h"
#include "prep/text/wordpiece.h"

/* X(code, name) What a token is; the names are written in prep.json. */
#define LJ_TOKEN_UNIT_LIST(X)                                          \
    X(WORDS, "words")           /* Chinese text is cut into its words */ \
    X(CHARACTERS, "characters") /* a run of blanks is one */           \
    X(BPE, "bpe")               /* pieces of words: see bpe.h */         \
    X(WORDPIECE, "wordpiece")   /* those of a given vocabulary */

typedef enum lj_token_unit {
#define X(code, name) LJ_TOKEN_##code,
    LJ_TOKEN_UNIT_LIST(X)
#undef X
        LJ_TOKEN_UNIT_COUNT
} lj_token_unit;

extern const char *const lj_token_unit_names[]; /* ended by NULL */

/* Where padding comes in and where long texts are cut off. */
typedef enum lj_text_side { LJ_SIDE_PRE, LJ_SIDE_POST } lj_text_side;

extern const char *const lj_text_side_names[]; /* ended by NULL */

enum { LJ_CODE_PADDING = 0, LJ_CODE_UNKNOWN = 1, LJ_CODE_FIRST = 2 };

typedef struct lj_tokeniser {
    lj_text_rules text;
    lj_token_unit unit;
    lj_text_side pad, truncate;
    int keeps_unknown;   /* a token without a code becomes LJ_CODE_UNKNOWN; else it is left out */
    int64_t length;      /* codes of a text */
    lj_terms vocabulary; /* token i has the code LJ_CODE_FIRST + i */
    lj_bpe *pieces;      /* BPE: instead of the vocabulary; NULL else */
    lj_wordpiece *given; /* WORDPIECE: likewise; its rules are those of `text` */
} lj_tokeniser;

/* Codes 0 .. size - 1. */
int32_t lj_tokeniser_size(const lj_tokeniser *tokeniser);

/*
 * Fits the vocabulary of a tokeniser whose rules (and WORDPIECE: what is given) are set, on texts [n] (NULL: an empty one), in the arena. length 0:
 * chosen so that 98 of 100 texts are not cut off. LJ_EDATA: no token is left; LJ_ENOMEM.
 */
LJ_CHECKED lj_status lj_tokeniser_fit(const char *const *texts, int64_t n, const lj_term_limits *limits,
                                      lj_arena *arena, lj_tokeniser *tokeniser);

/* The codes [length] of a text (NULL: an empty one). LJ_ENOMEM. */
LJ_CHECKED lj_status lj_tokeniser_apply(const lj_tokeniser *tokeniser, const char *text, lj_term_scratch *scratch,
                                        int32_t *codes);

/* All codes of a text, without padding, as *codes [*count], which the scratch keeps until its next use. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_tokeniser_cut(const lj_tokeniser *tokeniser, const char *text, lj_term_scratch *scratch,
                                      const int32_t **codes, int64_t *count);
/* Appends the text of codes [n]; padding and unknown tokens are passed over. LJ_EINVAL: the unit is not bpe. */
LJ_CHECKED lj_status lj_tokeniser_decode(const lj_tokeniser *tokeniser, const int32_t *codes, int64_t n, lj_text *out);

/* Members of the open map; and back from anything: LJ_ECORRUPT. */
void lj_tokeniser_save(const lj_tokeniser *tokeniser, lj_json *json);
LJ_CHECKED lj_status lj_tokeniser_load(const lj_doc *doc, const lj_item *map, lj_arena *arena, lj_tokeniser *out);

#endif
