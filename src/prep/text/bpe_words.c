/* Cutting bytes into words as GPT-2 does, and counting them. */
#include <string.h>

#include <utf8proc.h>

#include "prep/text/bpe.h"
#include "prep/text/bpe_inside.h"

/* ---- cutting ---- */

typedef enum kind { LETTER, NUMBER, WHITE, OTHER } kind;

static kind kind_of(utf8proc_int32_t c)
{
    const utf8proc_category_t category = utf8proc_category(c);
    if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO)
        return LETTER;
    if (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO)
        return NUMBER;
    if ((c >= '\t' && c <= '\r') || c == 0x85 ||
        (category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_ZP))
        return WHITE;
    return OTHER;
}

/* The bytes of the character at `at`, and its kind. */
static size_t look(const char *text, size_t size, size_t at, kind *out)
{
    utf8proc_int32_t c = -1;
    const utf8proc_ssize_t n =
        utf8proc_iterate((const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(size - at), &c);
    *out = n > 0 ? kind_of(c) : OTHER;
    return n > 0 ? (size_t)n : 1;
}

/* The end of the run of characters of one kind from `at`; *last is where its last character begins. */
static size_t end_of_kind(const char *text, size_t size, size_t at, kind wanted, size_t *last)
{
    while (at < size) {
        kind found = OTHER;
        const size_t n = look(text, size, at, &found);
        if (found != wanted)
            break;
        *last = at;
        at += n;
    }
    return at;
}

/* Bytes of 's, 't, 're, 've, 'm, 'll or 'd at the begin of the text; 0: there is none. */
static size_t contraction(const char *text, size_t size)
{
    static const char *const all[] = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        const size_t n = strlen(all[i]);
        if (size >= n && memcmp(text, all[i], n) == 0)
            return n;
    }
    return 0;
}

static size_t end_of_word(const char *text, size_t size, size_t at)
{
    const size_t short_form = contraction(text + at, size - at);
    if (short_form > 0)
        return at + short_form;
    kind found = OTHER;
    size_t begin = at, last = at;
    if (text[at] == ' ' && at + 1 < size) {
        (void)look(text, size, at + 1, &found);
        begin += found != WHITE;
    }
    (void)look(text, size, begin, &found);
    const size_t end = end_of_kind(text, size, begin, found, &last);
    /* The last blank of several goes with the word behind them. */
    return found == WHITE && end < size && last > begin ? last : end;
}

void lj_bpe_words(const char *text, size_t size, lj_bpe_visit *visit, void *context)
{
    for (size_t at = 0; at < size;) {
        const size_t end = end_of_word(text, size, at);
        visit(context, text + at, end - at);
        at = end;
    }
}

/* ---- counting ---- */

void lj_bpe_counts_free(lj_bpe_counts *counts)
{
    lj_free(counts->words);
    lj_free(counts->slots);
    lj_text_free(&counts->bytes);
    *counts = (lj_bpe_counts){0};
}

static int grow(lj_bpe_counts *c)
{
    const int32_t capacity = c->capacity > 0 ? 2 * c->capacity : 4096;
    lj_bpe_word *words = c->capacity < INT32_MAX / 4 ?
                             lj_resize_array(c->words, c->count, capacity, sizeof(*words)) : NULL;
    int32_t *slots = words != NULL ? lj_new_array(2 * (int64_t)capacity, sizeof(*slots)) : NULL;
    if (words != NULL)
        c->words = words;
    if (slots == NULL)
        return 0;
    c->mask = 2 * (uint32_t)capacity - 1;
    c->capacity = capacity;
    for (int32_t i = 0; i < c->count; i++) {
        uint64_t slot = lj_bpe_hash(c->bytes.data + words[i].at, words[i].size) & c->mask;
        while (slots[slot] != 0)
            slot = (slot + 1) & c->mask;
        slots[slot] = i + 1;
    }
    lj_free(c->slots);
    c->slots = slots;
    return 1;
}

static void count_word(void *context, const char *word, size_t size)
{
    lj_bpe_counts *c = context;
    c->failed = c->failed || size > INT32_MAX || (c->count == c->capacity && !grow(c));
    if (c->failed)
        return;
    uint64_t slot = lj_bpe_hash(word, (int64_t)size) & c->mask;
    for (; c->slots[slot] != 0; slot = (slot + 1) & c->mask) {
        lj_bpe_word *w = &c->words[c->slots[slot] - 1];
        if (w->size == (int64_t)size && memcmp(c->bytes.data + w->at, word, size) == 0) {
            w->count++;
            return;
        }
    }
    c->words[c->count++] = (lj_bpe_word){.at = (int64_t)c->bytes.size, .size = (int64_t)size, .count = 1};
    c->slots[slot] = c->count;
    lj_text_append(&c->bytes, word, size);
    c->failed = c->bytes.failed;
}

void lj_bpe_count(lj_bpe_counts *counts, const char *text, size_t size)
{
    lj_bpe_words(text, size, count_word, counts);
}
