/*
 * An arena: a list of chunks, each cut from front to back.
 *
 *     chunk | block | zone | block | zone | free ...
 *
 * In builds with the address sanitizer all of a chunk is poisoned but the
 * blocks, and a zone of 64 bytes stands behind each: an overrun is reported.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "lianjin/memory.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif

#ifdef HAS_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(address, size) __asan_poison_memory_region(address, size)
#define UNPOISON(address, size) __asan_unpoison_memory_region(address, size)
#define ZONE 64u
#else
#define POISON(address, size) ((void)(address), (void)(size))
#define UNPOISON(address, size) ((void)(address), (void)(size))
#define ZONE 0u
#endif

#define ALIGNMENT 64u
#define FIRST_CHUNK ((size_t)4096)
#define LARGEST_CHUNK ((size_t)1 << 20)

typedef struct chunk {
    struct chunk *next;
    unsigned char *bytes; /* [capacity], zeroed, 64-byte aligned */
    size_t capacity;
    size_t used;
} chunk;

struct lj_arena {
    chunk *chunks; /* the newest first */
    size_t size;
    size_t next_capacity;
};

lj_status lj_arena_create(lj_arena **out)
{
    assert(out != NULL);
    *out = lj_new_array(1, sizeof(**out));
    if (*out == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for an arena");
    (*out)->next_capacity = FIRST_CHUNK;
    return LJ_OK;
}

void lj_arena_destroy(lj_arena *arena)
{
    if (arena == NULL)
        return;
    for (chunk *c = arena->chunks; c != NULL;) {
        chunk *next = c->next;
        UNPOISON(c->bytes, c->capacity);
        lj_free(c->bytes);
        lj_free(c);
        c = next;
    }
    lj_free(arena);
}

/* A chunk with room for `bytes`. A large block gets its own, behind the one that is being cut. */
static chunk *add_chunk(lj_arena *arena, size_t bytes)
{
    const int is_large = bytes > arena->next_capacity / 2;
    const size_t capacity = is_large ? bytes : arena->next_capacity;
    chunk *c = lj_new_array(1, sizeof(*c));
    unsigned char *memory = lj_new_array((int64_t)capacity, 1);
    if (c == NULL || memory == NULL) {
        lj_free(c);
        lj_free(memory);
        return NULL;
    }
    c->bytes = memory;
    c->capacity = capacity;
    POISON(memory, capacity);
    if (is_large && arena->chunks != NULL) {
        c->next = arena->chunks->next;
        arena->chunks->next = c;
    } else {
        c->next = arena->chunks;
        arena->chunks = c;
    }
    if (!is_large && arena->next_capacity < LARGEST_CHUNK)
        arena->next_capacity *= 2;
    return c;
}

void *lj_arena_array(lj_arena *arena, int64_t count, size_t size)
{
    assert(arena != NULL);
    size_t bytes = 0;
    if (count < 0 || __builtin_mul_overflow((size_t)(count == 0 ? 1 : count), size == 0 ? 1 : size, &bytes) ||
        bytes > (size_t)PTRDIFF_MAX / 2)
        return NULL;
    const size_t step = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + ZONE;
    chunk *c = arena->chunks;
    if (c == NULL || c->capacity - c->used < step)
        c = add_chunk(arena, step);
    if (c == NULL)
        return NULL;
    unsigned char *block = c->bytes + c->used;
    c->used += step;
    arena->size += step - ZONE;
    UNPOISON(block, bytes);
    return block;
}

char *lj_arena_strdup(lj_arena *arena, const char *text)
{
    assert(text != NULL);
    const size_t size = strlen(text) + 1;
    char *copy = lj_arena_array(arena, (int64_t)size, 1);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

char *lj_arena_printf(lj_arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        return NULL;
    char *text = lj_arena_array(arena, (int64_t)length + 1, 1);
    if (text == NULL)
        return NULL;
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

size_t lj_arena_size(const lj_arena *arena)
{
    return arena == NULL ? 0 : arena->size;
}
