#include "words/vocabulary.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/file.h"
#include "words/corpus.h"

#define LOOK_WORDS 0xFFFF /* words between looks at Ctrl-C, less one */

typedef struct ranked {
    int64_t count;
    const char *word;
} ranked;

typedef struct tally {
    lj_arena *arena;
    lj_dictionary *words;
    int64_t *counts;
    int32_t capacity;
    int64_t total;
} tally;

void lj_vocabulary_free(lj_vocabulary *v)
{
    lj_dictionary_destroy(v->index);
    lj_arena_destroy(v->arena);
    lj_free(v->counts);
    *v = (lj_vocabulary){0};
}

static lj_status add(tally *t, const lj_corpus_word *word)
{
    int32_t id = 0;
    t->total++;
    if (word->bytes == NULL)
        return LJ_OK;
    LJ_TRY(lj_dictionary_add(t->words, word->bytes, word->size, &id));
    if (id >= t->capacity) {
        const int32_t capacity = t->capacity == 0 ? 1 << 14 : 2 * t->capacity;
        int64_t *counts = lj_resize_array(t->counts, t->capacity, capacity, sizeof(*counts));
        if (counts == NULL)
            return lj_fail(LJ_ENOMEM, "no memory for the counts of %d words", capacity);
        memset(counts + t->capacity, 0, (size_t)(capacity - t->capacity) * sizeof(*counts));
        t->counts = counts;
        t->capacity = capacity;
    }
    t->counts[id]++;
    return LJ_OK;
}

static lj_status count_words(const char *path, lj_console *console, tally *t)
{
    lj_corpus *corpus = NULL;
    lj_corpus_word word;
    int found = 1;
    LJ_TRY(lj_corpus_open(path, &corpus));
    lj_status status = LJ_OK;
    lj_progress_begin(console, "counting words", lj_file_size(path));
    while (status == LJ_OK && found) {
        status = lj_corpus_next(corpus, &word, &found);
        if (status == LJ_OK && found)
            status = add(t, &word);
        if ((t->total & LOOK_WORDS) != 0 && found)
            continue;
        if (status == LJ_OK)
            lj_progress_update(console, lj_corpus_offset(corpus), NULL);
        if (status == LJ_OK && lj_interrupted())
            status = lj_fail(LJ_EINTERRUPTED, "interrupted while counting words; nothing was written");
    }
    lj_progress_end(console);
    lj_corpus_close(corpus);
    return status;
}

static int by_count(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return strcmp(x->word, y->word); /* distinct: a total order */
}

/* Those of at least min_count, sorted; to free with lj_free. */
static lj_status rank(const char *path, const tally *t, int64_t min_count, ranked **out, int32_t *count)
{
    const int32_t different = lj_dictionary_count(t->words);
    if (different == 0)
        return lj_fail(LJ_EDATA, "%s: expected a text, found no word in it", path);
    ranked *order = lj_new_array(different, sizeof(*order));
    if (order == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %d words", different);
    int32_t n = 0;
    ranked most = {0, NULL};
    for (int32_t i = 0; i < different; i++) {
        const ranked r = {t->counts[i], lj_dictionary_word(t->words, i)};
        if (most.word == NULL || by_count(&r, &most) < 0)
            most = r;
        if (r.count >= min_count)
            order[n++] = r;
    }
    if (n == 0) {
        lj_free(order);
        return lj_fail(LJ_EDATA,
                       "%s: no word comes %" PRId64 " times (the most frequent of %d, '%.64s', comes %" PRId64
                       "); lower the minimum count or give more text",
                       path, min_count, different, most.word, most.count);
    }
    qsort(order, (size_t)n, sizeof(*order), by_count);
    *out = order;
    *count = n;
    return LJ_OK;
}

static lj_status keep(const ranked *order, int32_t count, lj_vocabulary *out)
{
    LJ_TRY(lj_arena_create(&out->arena));
    LJ_TRY(lj_dictionary_create(out->arena, &out->index));
    out->counts = lj_new_array(count, sizeof(*out->counts));
    if (out->counts == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the counts of %d words", count);
    for (int32_t i = 0; i < count; i++) {
        int32_t id = 0;
        LJ_TRY(lj_dictionary_add(out->index, order[i].word, strlen(order[i].word), &id));
        out->counts[i] = order[i].count;
        out->kept += order[i].count;
    }
    out->count = count;
    return LJ_OK;
}

lj_status lj_vocabulary_count(const char *path, int64_t min_count, int64_t max_words, lj_console *console,
                              lj_vocabulary *out)
{
    *out = (lj_vocabulary){0};
    tally t = {0};
    ranked *order = NULL;
    int32_t count = 0;
    lj_status status = lj_arena_create(&t.arena);
    if (status == LJ_OK)
        status = lj_dictionary_create(t.arena, &t.words);
    if (status == LJ_OK)
        status = count_words(path, console, &t);
    if (status == LJ_OK)
        status = rank(path, &t, min_count, &order, &count);
    if (status == LJ_OK) {
        status = keep(order, max_words > 0 && max_words < count ? (int32_t)max_words : count, out);
        out->words = t.total;
        out->different = lj_dictionary_count(t.words);
    }
    if (status != LJ_OK)
        lj_vocabulary_free(out);
    lj_free(order);
    lj_free(t.counts);
    lj_dictionary_destroy(t.words);
    lj_arena_destroy(t.arena);
    return status;
}
