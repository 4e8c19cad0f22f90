/* Texts of any length as codes of tokens, one behind the other: what language models read. */
#ifndef LIANJIN_TEXTS_H
#define LIANJIN_TEXTS_H

#include <stdint.h>

#include "lianjin/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Text i is the codes begin[i] .. begin[i + 1] - 1, the first of which is 0, the mark where a text begins; code[begin[n]]
 * is 0, too, so that every code has one behind it. Start with {0}. A struct with a pointer into `begin` of another one
 * and its codes is a view of some of its texts; only owners are freed.
 */
typedef struct lj_texts {
    int64_t n;
    int64_t *begin; /* [n + 1]; NULL while there are none */
    int32_t *code;
    int64_t text_capacity, code_capacity; /* of an owner */
} lj_texts;

void lj_texts_free(lj_texts *texts);
/* Forgets all texts and keeps the memory. */
void lj_texts_clear(lj_texts *texts);
/* One more, of codes [count] behind its mark. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_texts_add(lj_texts *texts, const int32_t *codes, int64_t count);
/* The texts `rows` [n] of another one, added. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_texts_take(const lj_texts *from, const int64_t *rows, int64_t n, lj_texts *out);

#ifdef __cplusplus
}
#endif
#endif
