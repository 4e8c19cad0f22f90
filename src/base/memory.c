/*
 * The allocator of the library. A block is a piece of a calloc'd one: large
 * blocks come from the system as zero pages that cost nothing until touched.
 *
 *     base [........ padding ........ base address] block, 64-byte aligned
 */
#include "lianjin/memory.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ALIGNMENT 64u
#define LARGE_PAGE ((uintptr_t)2 << 20)
#define LARGE_BLOCK ((size_t)8 << 20)
#define OVERHEAD (ALIGNMENT + sizeof(void *))

static atomic_llong fail_after = -1; /* allocations that still succeed; -1: all */
static atomic_llong live;

static int must_fail(void)
{
    if (atomic_load_explicit(&fail_after, memory_order_relaxed) < 0)
        return 0;
    return atomic_fetch_sub(&fail_after, 1) == 0;
}

/* Bytes of the array, 0 when it cannot be. */
static size_t array_bytes(int64_t count, size_t size)
{
    size_t bytes = 0;
    if (count < 0 || __builtin_mul_overflow((size_t)(count == 0 ? 1 : count), size == 0 ? 1 : size, &bytes))
        return 0;
    return bytes <= (size_t)PTRDIFF_MAX - OVERHEAD ? bytes : 0;
}

static unsigned char *block_in(unsigned char *base)
{
    const uintptr_t first = (uintptr_t)base + sizeof(void *);
    return base + sizeof(void *) + (ALIGNMENT - first % ALIGNMENT) % ALIGNMENT;
}

static void remember_base(unsigned char *block, unsigned char *base)
{
    memcpy(block - sizeof(base), &base, sizeof(base));
}

static unsigned char *base_of(const void *block)
{
    unsigned char *base = NULL;
    memcpy(&base, (const unsigned char *)block - sizeof(base), sizeof(base));
    return base;
}

/* Large blocks on large pages, so that walks through them miss few translations. Only speed: a refusal is no failure. */
static void want_large_pages(unsigned char *base, size_t bytes)
{
    const uintptr_t first = ((uintptr_t)base + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
    const uintptr_t end = ((uintptr_t)base + bytes) / LARGE_PAGE * LARGE_PAGE;
    if (bytes >= LARGE_BLOCK && end > first)
        (void)madvise((void *)first, end - first, MADV_HUGEPAGE);
}

void *lj_new_array(int64_t count, size_t size)
{
    const size_t bytes = array_bytes(count, size);
    if (bytes == 0 || must_fail())
        return NULL;
    unsigned char *base = calloc(1, bytes + OVERHEAD);
    if (base == NULL)
        return NULL;
    want_large_pages(base, bytes + OVERHEAD);
    unsigned char *block = block_in(base);
    remember_base(block, base);
    atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
    return block;
}

void *lj_resize_array(void *block, int64_t old_count, int64_t new_count, size_t size)
{
    if (block == NULL)
        return lj_new_array(new_count, size);
    const size_t bytes = array_bytes(new_count, size);
    if (bytes == 0 || must_fail())
        return NULL;
    const size_t old_bytes = array_bytes(old_count, size);
    unsigned char *old_base = base_of(block);
    const size_t old_offset = (size_t)((unsigned char *)block - old_base);
    unsigned char *base = realloc(old_base, bytes + OVERHEAD);
    if (base == NULL)
        return NULL;
    unsigned char *moved = block_in(base);
    if (moved != base + old_offset) /* the new base lies otherwise within 64 bytes */
        memmove(moved, base + old_offset, old_bytes < bytes ? old_bytes : bytes);
    remember_base(moved, base);
    return moved;
}

void lj_free(void *block)
{
    if (block == NULL)
        return;
    atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
    free(base_of(block));
}

char *lj_strdup(const char *text)
{
    assert(text != NULL);
    const size_t size = strlen(text) + 1;
    char *copy = lj_new_array((int64_t)size, 1);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

void lj_test_fail_allocation(int64_t n)
{
    atomic_store(&fail_after, n);
}

int64_t lj_test_live_allocations(void)
{
    return atomic_load_explicit(&live, memory_order_relaxed);
}
