#include "data/dictionary.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct entry {
    const char *word;
    uint32_t size;
    uint32_t hash;
} entry;

struct lj_dictionary {
    lj_arena *arena;
    entry *entries;
    int32_t count, capacity;
    int32_t *slots; /* [mask + 1], -1: free */
    uint32_t mask;
};

/* Only finds words again within one process: it decides no order and reaches no result. */
static uint32_t hash_of(const char *bytes, size_t size)
{
    uint64_t h = 0x9E3779B97F4A7C15u ^ size;
    while (size >= 8) {
        uint64_t block;
        memcpy(&block, bytes, 8);
        h = (h ^ block) * 0xBF58476D1CE4E5B9u;
        h ^= h >> 32;
        bytes += 8;
        size -= 8;
    }
    uint64_t rest = 0;
    memcpy(&rest, bytes, size);
    h = (h ^ rest) * 0x94D049BB133111EBu;
    return (uint32_t)(h ^ (h >> 32));
}

lj_status lj_dictionary_create(lj_arena *arena, lj_dictionary **out)
{
    *out = NULL;
    lj_dictionary *d = lj_new_array(1, sizeof(*d));
    if (d == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a dictionary");
    d->arena = arena;
    d->capacity = 64;
    d->mask = 127;
    d->entries = lj_new_array(d->capacity, sizeof(*d->entries));
    d->slots = lj_new_array((int64_t)d->mask + 1, sizeof(*d->slots));
    if (d->entries == NULL || d->slots == NULL) {
        lj_dictionary_destroy(d);
        return lj_fail(LJ_ENOMEM, "no memory for a dictionary");
    }
    memset(d->slots, 0xFF, ((size_t)d->mask + 1) * sizeof(*d->slots));
    *out = d;
    return LJ_OK;
}

void lj_dictionary_destroy(lj_dictionary *d)
{
    if (d == NULL)
        return;
    lj_free(d->entries);
    lj_free(d->slots);
    lj_free(d);
}

static lj_status grow(lj_dictionary *d)
{
    if (d->capacity > INT32_MAX / 4)
        return lj_fail(LJ_EDATA, "a text column has more than %d different words", d->count);
    const int32_t capacity = d->capacity * 2;
    const uint32_t mask = (uint32_t)capacity * 2 - 1;
    entry *entries = lj_resize_array(d->entries, d->count, capacity, sizeof(*entries));
    if (entries == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %d words", capacity);
    d->entries = entries;
    int32_t *slots = lj_new_array((int64_t)mask + 1, sizeof(*slots));
    if (slots == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %d words", capacity);
    memset(slots, 0xFF, ((size_t)mask + 1) * sizeof(*slots));
    for (int32_t i = 0; i < d->count; i++) {
        uint32_t s = entries[i].hash & mask;
        while (slots[s] >= 0)
            s = (s + 1) & mask;
        slots[s] = i;
    }
    lj_free(d->slots);
    d->slots = slots;
    d->mask = mask;
    d->capacity = capacity;
    return LJ_OK;
}

/* The slot of the word, or the free one where it belongs. */
static uint32_t slot_of(const lj_dictionary *d, uint32_t hash, const char *bytes, size_t size)
{
    uint32_t s = hash & d->mask;
    for (; d->slots[s] >= 0; s = (s + 1) & d->mask) {
        const entry *e = &d->entries[d->slots[s]];
        if (e->hash == hash && e->size == size && memcmp(e->word, bytes, size) == 0)
            break;
    }
    return s;
}

int32_t lj_dictionary_find(const lj_dictionary *d, const char *bytes, size_t size)
{
    return d->slots[slot_of(d, hash_of(bytes, size), bytes, size)];
}

const char *lj_dictionary_word(const lj_dictionary *d, int32_t id)
{
    return d->entries[id].word;
}

lj_status lj_dictionary_add(lj_dictionary *d, const char *bytes, size_t size, int32_t *id)
{
    const uint32_t hash = hash_of(bytes, size);
    uint32_t s = slot_of(d, hash, bytes, size);
    if (d->slots[s] >= 0) {
        *id = d->slots[s];
        return LJ_OK;
    }
    if (d->count == d->capacity) {
        LJ_TRY(grow(d));
        s = slot_of(d, hash, bytes, size);
    }
    char *word = lj_arena_array(d->arena, (int64_t)size + 1, 1);
    if (word == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a word of %zu bytes", size);
    memcpy(word, bytes, size);
    d->entries[d->count] = (entry){word, (uint32_t)size, hash};
    d->slots[s] = d->count;
    *id = d->count++;
    return LJ_OK;
}

int32_t lj_dictionary_count(const lj_dictionary *d)
{
    return d->count;
}

typedef struct ranked {
    const char *word;
    int32_t id;
} ranked;

static int by_word(const void *a, const void *b)
{
    return strcmp(((const ranked *)a)->word, ((const ranked *)b)->word); /* distinct: a total order */
}

lj_status lj_dictionary_finish(lj_dictionary *d, int32_t *codes, int64_t n, const char ***words)
{
    *words = NULL;
    lj_status status = LJ_OK;
    ranked *order = lj_new_array(d->count, sizeof(*order));
    int32_t *rank = lj_new_array(d->count, sizeof(*rank));
    const char **sorted = lj_new_array(d->count, sizeof(*sorted));
    if (order == NULL || rank == NULL || sorted == NULL) {
        status = lj_fail(LJ_ENOMEM, "no memory for %d words", d->count);
        goto done;
    }
    for (int32_t i = 0; i < d->count; i++)
        order[i] = (ranked){d->entries[i].word, i};
    qsort(order, (size_t)d->count, sizeof(*order), by_word);
    for (int32_t i = 0; i < d->count; i++) {
        rank[order[i].id] = i;
        sorted[i] = order[i].word;
    }
    for (int64_t r = 0; r < n; r++)
        if (codes[r] >= 0)
            codes[r] = rank[codes[r]];
    *words = sorted;
    sorted = NULL;
done:
    lj_free(sorted);
    lj_free(rank);
    lj_free(order);
    return status;
}
