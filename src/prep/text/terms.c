/* Applying a vocabulary. */
#include "prep/text/terms.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/math.h"
#include "prep/text/term_slots.h"

void lj_term_scratch_free(lj_term_scratch *scratch)
{
    lj_characters_free(&scratch->characters);
    lj_gram_scratch_free(&scratch->grams);
    lj_free(scratch->hits);
    lj_free(scratch->weights);
    lj_text_free(&scratch->bytes);
    lj_bpe_tokens_free(&scratch->pieces);
    lj_wordpiece_scratch_free(&scratch->given);
    *scratch = (lj_term_scratch){0};
}

void lj_term_scratch_add(lj_term_scratch *s, int32_t hit)
{
    if (s->hit_count == s->hit_capacity) {
        const int64_t capacity = s->hit_capacity > 0 ? 2 * s->hit_capacity : 256;
        int32_t *hits = lj_resize_array(s->hits, s->hit_count, capacity, sizeof(*hits));
        if (hits == NULL) {
            s->failed = 1;
            return;
        }
        s->hits = hits;
        s->hit_capacity = capacity;
    }
    s->hits[s->hit_count++] = hit;
}

lj_status lj_terms_index(lj_arena *arena, lj_terms *terms)
{
    uint64_t size = 8;
    while (size < 2 * (uint64_t)terms->count)
        size *= 2;
    lj_characters characters = {0};
    const lj_text_rules as_is = {0};
    lj_status status = LJ_OK;
    terms->mask = size - 1;
    terms->slots = lj_arena_array(arena, (int64_t)size, sizeof(*terms->slots));
    terms->idf = lj_arena_array(arena, terms->count, sizeof(*terms->idf));
    if (terms->slots == NULL || terms->idf == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a vocabulary of %d terms", terms->count);
    for (int32_t i = 0; i < terms->count && status == LJ_OK; i++) {
        terms->idf[i] = lj_log_d((double)(1 + terms->texts) / (double)(1 + terms->found_in[i])) + 1.0;
        status = lj_text_characters(terms->term[i], &as_is, &characters);
        if (status != LJ_OK)
            break;
        const uint64_t hash = lj_gram_hash(characters.at, characters.count);
        lj_term_slot *slot = lj_term_slot_of(terms->slots, terms->mask, hash);
        *slot = (lj_term_slot){.hash = hash, .entry = i + 1};
    }
    lj_characters_free(&characters);
    return status;
}

typedef struct counting {
    const lj_terms *terms;
    lj_term_scratch *scratch;
} counting;

static void count_gram(void *context, uint64_t hash, const int32_t *characters, int64_t n)
{
    (void)characters, (void)n;
    const counting *c = context;
    if (c->terms->buckets > 0) {
        lj_term_scratch_add(c->scratch, (int32_t)((hash ^ hash >> 32) % (uint64_t)c->terms->buckets));
        return;
    }
    const lj_term_slot *slot = lj_term_slot_of(c->terms->slots, c->terms->mask, hash);
    if (slot->entry == 0)
        return;
    lj_term_scratch_add(c->scratch, slot->entry - 1);
}

static int ascending(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* The hits in ascending order, made distinct; their weights beside. Answers how many. */
static int64_t weigh(const lj_terms *terms, lj_term_scratch *s)
{
    int64_t n = 0;
    qsort(s->hits, (size_t)s->hit_count, sizeof(*s->hits), ascending);
    for (int64_t i = 0; i < s->hit_count;) {
        const int32_t term = s->hits[i];
        int64_t end = i;
        while (end < s->hit_count && s->hits[end] == term)
            end++;
        const double count = (double)(end - i);
        s->hits[n] = term;
        const double idf = terms->buckets > 0 ? 1.0 : terms->idf[term];
        s->weights[n++] = (terms->sublinear && count > 1.0 ? 1.0 + lj_log_d(count) : count) * idf;
        i = end;
    }
    return n;
}

static lj_status apply_block(const lj_terms *terms, int64_t offset, lj_term_scratch *s, lj_sparse *out, int64_t *count)
{
    counting context = {terms, s};
    s->hit_count = 0;
    s->failed = 0;
    LJ_TRY(lj_grams_visit(&s->characters, &terms->rules, &s->grams, count_gram, &context));
    if (s->hit_count == 0 && !s->failed)
        return LJ_OK;
    if (s->weight_capacity < s->hit_capacity) {
        lj_free(s->weights);
        s->weights = lj_new_array(s->hit_capacity, sizeof(*s->weights));
        s->weight_capacity = s->weights != NULL ? s->hit_capacity : 0;
    }
    if (s->failed || s->weights == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the terms of a text");
    const int64_t n = weigh(terms, s);
    double squares = 0.0;
    for (int64_t i = 0; i < n; i++)
        squares += s->weights[i] * s->weights[i];
    const double length = sqrt(squares);
    LJ_TRY(lj_sparse_reserve(out, *count + n));
    const int64_t at = lj_sparse_entries(out) + *count;
    for (int64_t i = 0; i < n; i++) {
        out->column[at + i] = (int32_t)(offset + s->hits[i]);
        out->value[at + i] = (float)(s->weights[i] / length);
    }
    *count += n;
    return LJ_OK;
}

lj_status lj_vectoriser_apply(const lj_vectoriser *vectoriser, const char *text, int64_t offset,
                              lj_term_scratch *scratch, lj_sparse *out, int64_t *count)
{
    if (text == NULL)
        return LJ_OK;
    LJ_TRY(lj_text_characters(text, &vectoriser->text, &scratch->characters));
    for (int64_t b = 0; b < vectoriser->block_count; b++) {
        LJ_TRY(apply_block(&vectoriser->blocks[b], offset, scratch, out, count));
        offset += vectoriser->blocks[b].count;
    }
    return LJ_OK;
}
