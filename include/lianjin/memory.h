/*
 * Memory. lj_new_array / lj_resize_array / lj_free are the only allocators of
 * the library, so that tests can fail any one of them.
 *
 * Rule of an arena: everything in it lives exactly as long as its owner; there
 * is no free of a part. Blocks are 64-byte aligned and zeroed. In sanitizer
 * builds red zones stand between blocks.
 */
#ifndef LIANJIN_MEMORY_H
#define LIANJIN_MEMORY_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "lianjin/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * `count` zeroed elements of `size` bytes, 64-byte aligned. count 0 gives one
 * element. NULL when there is no memory, count < 0, or the product overflows;
 * the caller makes the failure (lj_fail LJ_ENOMEM).
 */
void *lj_new_array(int64_t count, size_t size);

/* As realloc, growth not zeroed, 64-byte aligned; `old_count` elements are kept. On NULL the old block stays. */
void *lj_resize_array(void *block, int64_t old_count, int64_t new_count, size_t size);

/* Frees a block of the two above. NULL does nothing. */
void lj_free(void *block);

/* A copy of the text, to free with lj_free; NULL when there is no memory. */
char *lj_strdup(const char *text);

/* For tests: the n-th allocation from now fails (0: the next); -1: none. */
void lj_test_fail_allocation(int64_t n);

/* For tests: blocks that are allocated and not yet freed. */
int64_t lj_test_live_allocations(void);

typedef struct lj_arena lj_arena;

/* An empty arena; the caller destroys it. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_arena_create(lj_arena **out);

/* Frees the arena and all that came from it. NULL does nothing. */
void lj_arena_destroy(lj_arena *arena);

/* `count` zeroed elements; NULL when there is no memory or the product overflows. */
void *lj_arena_array(lj_arena *arena, int64_t count, size_t size);

/* A copy of the text in the arena; NULL when there is no memory. */
char *lj_arena_strdup(lj_arena *arena, const char *text);

/* Formatted text in the arena; NULL when there is no memory. */
char *lj_arena_printf(lj_arena *arena, const char *format, ...) LJ_PRINTF(2, 3);

/* Bytes handed out, with alignment. */
size_t lj_arena_size(const lj_arena *arena);

/*
 * A growing text, always ended by NUL. An allocation that fails makes it
 * `failed`, later writes do nothing, and lj_text_finish reports it: callers
 * check once. Start with {0}; free with lj_text_free.
 */
typedef struct lj_text {
    char *data; /* NULL while nothing was written */
    size_t size;
    size_t capacity;
    int failed;
} lj_text;

void lj_text_printf(lj_text *text, const char *format, ...) LJ_PRINTF(2, 3);
void lj_text_append(lj_text *text, const char *bytes, size_t size);
void lj_text_puts(lj_text *text, const char *string);
/* LJ_ENOMEM if any write failed. Afterwards text->data is never NULL. */
LJ_CHECKED lj_status lj_text_finish(lj_text *text);
void lj_text_free(lj_text *text);

#ifdef __cplusplus
}
#endif
#endif
