/* The characters of a text, made equal where they mean the same. */
#ifndef LIANJIN_PREP_TEXT_CHARACTERS_H
#define LIANJIN_PREP_TEXT_CHARACTERS_H

#include <stdint.h>

#include "lianjin/memory.h"
#include "lianjin/status.h"

/* A growing list of Unicode code points. Start with {0}; free with lj_characters_free. */
typedef struct lj_characters {
    int32_t *at; /* [count] */
    int64_t count, capacity;
} lj_characters;

void lj_characters_free(lj_characters *characters);
/* Room for `capacity` of them in all. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_characters_reserve(lj_characters *characters, int64_t capacity);

/* What is done to every text. */
typedef struct lj_text_rules {
    int normalise; /* Unicode's NFKC: full-width forms become half-width, ligatures letters, ... */
    int fold_case; /* full case folding: "Straße" and "STRASSE" are equal */
} lj_text_rules;

/*
 * The characters of a text by the rules (UAX 15; The Unicode Standard, 3.13).
 * A byte that is no UTF-8 counts as U+FFFD. `out` is overwritten. LJ_ENOMEM.
 */
LJ_CHECKED lj_status lj_text_characters(const char *text, const lj_text_rules *rules, lj_characters *out);

/* Letters (L*), numbers (N*) and the low line: what words are made of; Python's \w. */
int lj_is_word_character(int32_t character);
/* Python's str.isspace. */
int lj_is_blank(int32_t character);

/* Appends the characters to a text as UTF-8. */
void lj_text_put_characters(lj_text *text, const int32_t *characters, int64_t count);

#endif
