/* Fitting a vocabulary: all runs of the training texts are counted, then those within the limits are kept. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "prep/text/term_slots.h"
#include "prep/text/terms.h"

#define ENTRIES_MAX (INT32_MAX / 4)

/* A run that was seen. */
typedef struct entry {
    uint64_t hash;
    int64_t text_at;   /* where its bytes begin */
    int32_t found_in;  /* texts */
    int32_t last_text; /* the last one, from 1 */
} entry;

typedef struct seen {
    entry *entries;
    int32_t count, capacity;
    lj_term_slot *slots;
    uint64_t mask;
    lj_text bytes; /* of all runs, each ended by NUL */
    int32_t text;  /* at hand, from 1 */
    int failed;
} seen;

static int grow(seen *s)
{
    const int32_t capacity = s->capacity > 0 ? 2 * s->capacity : 4096;
    const uint64_t size = 2 * (uint64_t)capacity;
    entry *entries = capacity <= ENTRIES_MAX ?
                         lj_resize_array(s->entries, s->count, capacity, sizeof(*entries)) : NULL;
    lj_term_slot *slots = entries != NULL ? lj_new_array((int64_t)size, sizeof(*slots)) : NULL;
    if (entries != NULL)
        s->entries = entries;
    if (slots == NULL)
        return 0;
    for (int32_t i = 0; i < s->count; i++)
        *lj_term_slot_of(slots, size - 1, entries[i].hash) = (lj_term_slot){entries[i].hash, i + 1};
    lj_free(s->slots);
    s->slots = slots;
    s->mask = size - 1;
    s->capacity = capacity;
    return 1;
}

static void see_gram(void *context, uint64_t hash, const int32_t *characters, int64_t n)
{
    seen *s = context;
    if (s->failed)
        return;
    if (s->count == s->capacity && !grow(s)) {
        s->failed = 1;
        return;
    }
    lj_term_slot *slot = lj_term_slot_of(s->slots, s->mask, hash);
    if (slot->entry == 0) {
        s->entries[s->count++] = (entry){.hash = hash, .text_at = (int64_t)s->bytes.size};
        *slot = (lj_term_slot){hash, s->count};
        lj_text_put_characters(&s->bytes, characters, n);
        lj_text_append(&s->bytes, "", 1);
        s->failed = s->bytes.failed;
    }
    entry *e = &s->entries[slot->entry - 1];
    e->found_in += e->last_text != s->text;
    e->last_text = s->text;
}

/* A kept term, for sorting. */
typedef struct kept {
    const char *term;
    int32_t found_in;
} kept;

static int by_term(const void *a, const void *b)
{
    return strcmp(((const kept *)a)->term, ((const kept *)b)->term);
}

static int by_frequency(const void *a, const void *b)
{
    const kept *x = a, *y = b;
    if (x->found_in != y->found_in)
        return x->found_in < y->found_in ? 1 : -1;
    return strcmp(x->term, y->term);
}

/* The entries within the limits in byte order: [*count], to free. */
static kept *choose(const seen *s, int64_t n_texts, const lj_term_limits *limits, int64_t *count)
{
    kept *all = lj_new_array(s->count, sizeof(*all));
    int64_t n = 0;
    for (int32_t i = 0; all != NULL && i < s->count; i++) {
        const entry *e = &s->entries[i];
        if (e->found_in >= limits->min_count && (double)e->found_in <= limits->max_share * (double)n_texts)
            all[n++] = (kept){s->bytes.data + e->text_at, e->found_in};
    }
    if (all != NULL && n > limits->max_terms) {
        qsort(all, (size_t)n, sizeof(*all), by_frequency);
        n = limits->max_terms;
    }
    if (all != NULL)
        qsort(all, (size_t)n, sizeof(*all), by_term);
    *count = n;
    return all;
}

static lj_status keep(const seen *s, int64_t n_texts, const lj_term_limits *limits, lj_arena *arena, lj_terms *terms)
{
    int64_t count = 0;
    kept *all = choose(s, n_texts, limits, &count);
    terms->texts = n_texts;
    terms->count = (int32_t)count;
    terms->term = lj_arena_array(arena, count, sizeof(*terms->term));
    terms->found_in = lj_arena_array(arena, count, sizeof(*terms->found_in));
    int failed = all == NULL || terms->term == NULL || terms->found_in == NULL;
    for (int64_t i = 0; !failed && i < count; i++) {
        terms->term[i] = lj_arena_strdup(arena, all[i].term);
        terms->found_in[i] = all[i].found_in;
        failed = terms->term[i] == NULL;
    }
    lj_free(all);
    if (failed)
        return lj_fail(LJ_ENOMEM, "no memory for a vocabulary of %" PRId64 " terms", count);
    return lj_terms_index(arena, terms);
}

lj_status lj_terms_fit(const char *const *texts, int64_t n, const lj_text_rules *rules, const lj_term_limits *limits,
                       lj_arena *arena, lj_terms *terms)
{
    seen s = {0};
    lj_characters characters = {0};
    lj_gram_scratch scratch = {0};
    lj_status status = LJ_OK;
    if (terms->buckets > 0) {
        terms->texts = n;
        terms->count = terms->buckets;
        return LJ_OK;
    }
    for (int64_t i = 0; i < n && status == LJ_OK; i++) {
        if (texts[i] == NULL)
            continue;
        s.text = (int32_t)(i + 1);
        status = lj_text_characters(texts[i], rules, &characters);
        if (status == LJ_OK)
            status = lj_grams_visit(&characters, &terms->rules, &scratch, see_gram, &s);
        if (status == LJ_OK && s.failed)
            status = lj_fail(LJ_ENOMEM, "no memory for the terms of %" PRId64 " texts (%d so far)", n, s.count);
    }
    if (status == LJ_OK)
        status = keep(&s, n, limits, arena, terms);
    lj_free(s.entries);
    lj_free(s.slots);
    lj_text_free(&s.bytes);
    lj_characters_free(&characters);
    lj_gram_scratch_free(&scratch);
    return status;
}

lj_status lj_vectoriser_fit(const char *const *texts, int64_t n, const lj_term_limits *limits, lj_arena *arena,
                            lj_vectoriser *vectoriser)
{
    vectoriser->width = 0;
    for (int64_t b = 0; b < vectoriser->block_count; b++) {
        LJ_TRY(lj_terms_fit(texts, n, &vectoriser->text, limits, arena, &vectoriser->blocks[b]));
        vectoriser->width += vectoriser->blocks[b].count;
    }
    if (vectoriser->width == 0)
        return lj_fail(LJ_EDATA, "no term is left of %" PRId64 " texts: each is in fewer than %" PRId64
                       " of them or in too many", n, limits->min_count);
    return LJ_OK;
}
