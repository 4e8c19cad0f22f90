#include "prep/text/grams.h"

const char *const lj_gram_kind_names[] = {
#define X(code, name) name,
    LJ_GRAM_KIND_LIST(X)
#undef X
    NULL};

void lj_gram_scratch_free(lj_gram_scratch *scratch)
{
    lj_characters_free(&scratch->joined);
    lj_segments_free(&scratch->segments);
}

#define FIRST UINT64_C(14695981039346656037)

/* One character more. Multiplication mixes upwards, the shift downwards. */
uint64_t lj_gram_hash_on(uint64_t hash, int32_t character)
{
    hash = (hash ^ (uint32_t)character) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

uint64_t lj_gram_hash(const int32_t *characters, int64_t count)
{
    uint64_t hash = FIRST;
    for (int64_t i = 0; i < count; i++)
        hash = lj_gram_hash_on(hash, characters[i]);
    return hash;
}

/* The runs of low .. high characters of at [n] that begin at `start`. */
static void visit_start(const int32_t *at, int64_t n, const lj_gram_rules *rules, int64_t start, lj_gram_visit *visit,
                        void *context)
{
    const int64_t most = n - start < rules->high ? n - start : rules->high;
    uint64_t hash = FIRST;
    for (int64_t k = 1; k <= most; k++) {
        hash = lj_gram_hash_on(hash, at[start + k - 1]);
        if (k >= rules->low)
            visit(context, hash, at + start, k);
    }
}

static void visit_runs(const int32_t *at, int64_t n, const lj_gram_rules *rules, lj_gram_visit *visit, void *context)
{
    for (int64_t start = 0; start < n; start++)
        visit_start(at, n, rules, start, visit, context);
}

/* The end of the run of characters from `begin` for which `is` holds as it holds there. */
static int64_t end_of(const lj_characters *text, int64_t begin, int (*is)(int32_t character))
{
    int64_t end = begin;
    while (end < text->count && is(text->at[end]))
        end++;
    return end;
}

/* The end of the word from `begin` on. A segment ends it where a Chinese character is on either side. */
static int64_t end_of_word(const lj_characters *text, int64_t begin, const lj_segments *segments, int64_t *segment)
{
    const int64_t end = end_of(text, begin, lj_is_word_character);
    for (; *segment < segments->count && segments->ends[*segment] < end; ++*segment) {
        const int64_t at = segments->ends[*segment];
        if (at > begin && (lj_is_han(text->at[at - 1]) || lj_is_han(text->at[at])))
            return at;
    }
    return end;
}

/* The words, each followed by one blank, to `out`; those too short are passed over. */
static void join_words(const lj_characters *text, int64_t shortest, const lj_segments *segments, lj_characters *out)
{
    int64_t i = 0, segment = 0;
    out->count = 0;
    while (i < text->count) {
        const int64_t end = end_of_word(text, i, segments, &segment);
        if (end - i >= shortest) {
            for (int64_t k = i; k < end; k++)
                out->at[out->count++] = text->at[k];
            out->at[out->count++] = ' ';
        }
        i = end > i ? end : i + 1;
    }
}

static void visit_words(const lj_characters *joined, const lj_gram_rules *rules, lj_gram_visit *visit, void *context)
{
    for (int64_t start = 0; start < joined->count;) {
        int64_t words = 0, next = 0;
        uint64_t hash = FIRST;
        for (int64_t k = start; k < joined->count && words < rules->high; k++) {
            if (joined->at[k] == ' ') {
                if (++words >= rules->low)
                    visit(context, hash, joined->at + start, k - start);
                if (words == 1)
                    next = k + 1;
            }
            hash = lj_gram_hash_on(hash, joined->at[k]);
        }
        start = next;
    }
}

/* Runs of two and more blanks become one. */
static void join_blanks(const lj_characters *text, lj_characters *out)
{
    out->count = 0;
    for (int64_t i = 0; i < text->count;) {
        const int64_t end = end_of(text, i, lj_is_blank);
        out->at[out->count++] = end > i ? ' ' : text->at[i];
        i = end > i ? end : i + 1;
    }
}

/*
 * A word with its blanks. One that is no longer than the shortest run is a run by itself, as scikit-learn counts it.
 */
static void visit_in_words(const lj_characters *text, const lj_gram_rules *rules, lj_characters *padded,
                           lj_gram_visit *visit, void *context)
{
    for (int64_t i = 0; i < text->count;) {
        padded->count = 0;
        padded->at[padded->count++] = ' ';
        while (i < text->count && !lj_is_blank(text->at[i]))
            padded->at[padded->count++] = text->at[i++];
        i++;
        if (padded->count == 1)
            continue;
        padded->at[padded->count++] = ' ';
        if (padded->count < rules->low)
            visit(context, lj_gram_hash(padded->at, padded->count), padded->at, padded->count);
        else
            visit_runs(padded->at, padded->count, rules, visit, context);
    }
}

lj_status lj_grams_visit(const lj_characters *text, const lj_gram_rules *rules, lj_gram_scratch *scratch,
                         lj_gram_visit *visit, void *context)
{
    lj_characters *joined = &scratch->joined;
    lj_segments *segments = &scratch->segments;
    LJ_TRY(lj_characters_reserve(joined, 2 * text->count + 2));
    switch (rules->kind) {
    case LJ_GRAM_WORDS:
    case LJ_GRAM_SEGMENTS:
        segments->count = 0;
        if (rules->kind == LJ_GRAM_SEGMENTS)
            LJ_TRY(lj_segment(text, segments));
        join_words(text, rules->shortest_word, segments, joined);
        visit_words(joined, rules, visit, context);
        break;
    case LJ_GRAM_CHARACTERS:
        join_blanks(text, joined);
        visit_runs(joined->at, joined->count, rules, visit, context);
        break;
    case LJ_GRAM_IN_WORDS:
        visit_in_words(text, rules, joined, visit, context);
        break;
    case LJ_GRAM_KIND_COUNT:
        break;
    }
    return LJ_OK;
}
