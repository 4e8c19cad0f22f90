/* Any bytes as a text: its characters, its words, and terms that are fitted on it, saved, loaded and applied. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "prep/text/segment.h"
#include "prep/text/tokens.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_row(const lj_vectoriser *vectoriser, const char *text, int64_t *entries)
{
    lj_sparse out = {.width = vectoriser->width};
    lj_term_scratch scratch = {0};
    int64_t count = 0;
    if (lj_vectoriser_apply(vectoriser, text, 0, &scratch, &out, &count) != LJ_OK ||
        lj_sparse_add_row(&out, count) != LJ_OK)
        abort();
    for (int64_t k = 0; k < count; k++) {
        if (out.column[k] < 0 || out.column[k] >= out.width || !(out.value[k] > 0.0F) || !isfinite(out.value[k]) ||
            (k > 0 && out.column[k] <= out.column[k - 1]))
            abort();
    }
    *entries = count;
    lj_term_scratch_free(&scratch);
    lj_sparse_free(&out);
}

static void load_again(const lj_vectoriser *vectoriser, const char *text, lj_arena *arena)
{
    lj_text saved = {0};
    lj_json json;
    lj_doc *doc = NULL;
    lj_vectoriser loaded = {0};
    int64_t before = 0, after = 0;
    lj_json_start(&json, &saved, 0);
    lj_json_map(&json, NULL);
    lj_vectoriser_save(vectoriser, &json);
    lj_json_end_map(&json);
    if (lj_text_finish(&saved) != LJ_OK || lj_json_parse("saved", saved.data, saved.size, &doc) != LJ_OK ||
        lj_vectoriser_load(doc, lj_doc_root(doc), arena, &loaded) != LJ_OK)
        abort();
    check_row(vectoriser, text, &before);
    check_row(&loaded, text, &after);
    if (before != after)
        abort();
    lj_doc_destroy(doc);
    lj_text_free(&saved);
}

/* Its words are one behind the other and leave nothing out. */
static void check_words(const char *text)
{
    const lj_text_rules as_is = {0};
    lj_characters characters = {0};
    lj_segments words = {0};
    if (lj_text_characters(text, &as_is, &characters) != LJ_OK || lj_segment(&characters, &words) != LJ_OK)
        abort();
    int64_t end = 0;
    for (int64_t i = 0; i < words.count; i++) {
        if (words.ends[i] <= end)
            abort();
        end = words.ends[i];
    }
    if (end != characters.count)
        abort();
    lj_segments_free(&words);
    lj_characters_free(&characters);
}

/* A tokeniser fitted on the texts, and what is saved of it, give the same codes within bounds. */
static void check_tokens(const char *const *texts, int64_t n, const lj_text_rules *rules, int how, lj_arena *arena)
{
    enum { LENGTH = 5 };
    const lj_term_limits limits = {.min_count = 1, .max_share = 1.0, .max_terms = 100};
    lj_tokeniser tokeniser = {.text = *rules,
                              .unit = (lj_token_unit)(how % LJ_TOKEN_WORDPIECE), /* wordpiece has a fuzzer of its own */
                              .pad = (lj_text_side)(how & 1),
                              .truncate = (lj_text_side)(how >> 1 & 1),
                              .keeps_unknown = how >> 2 & 1,
                              .length = LENGTH};
    lj_tokeniser loaded = {0};
    lj_text saved = {0};
    lj_json json;
    lj_doc *doc = NULL;
    lj_term_scratch scratch = {0};
    int32_t codes[LENGTH], again[LENGTH];
    if (lj_tokeniser_fit(texts, n, &limits, arena, &tokeniser) != LJ_OK)
        return;
    lj_json_start(&json, &saved, 0);
    lj_json_map(&json, NULL);
    lj_tokeniser_save(&tokeniser, &json);
    lj_json_end_map(&json);
    if (lj_text_finish(&saved) != LJ_OK || lj_json_parse("saved", saved.data, saved.size, &doc) != LJ_OK ||
        lj_tokeniser_load(doc, lj_doc_root(doc), arena, &loaded) != LJ_OK)
        abort();
    for (int64_t i = 0; i < n; i++) {
        if (lj_tokeniser_apply(&tokeniser, texts[i], &scratch, codes) != LJ_OK ||
            lj_tokeniser_apply(&loaded, texts[i], &scratch, again) != LJ_OK)
            abort();
        for (int t = 0; t < LENGTH; t++) {
            if (codes[t] != again[t] || codes[t] < 0 || codes[t] >= lj_tokeniser_size(&tokeniser))
                abort();
        }
    }
    lj_term_scratch_free(&scratch);
    lj_doc_destroy(doc);
    lj_text_free(&saved);
}

/* The first byte chooses what is counted; lines are texts. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    enum { TEXTS = 8 };
    const char *texts[TEXTS] = {NULL};
    lj_arena *arena = NULL;
    if (size < 2 || lj_arena_create(&arena) != LJ_OK)
        return 0;
    char *copy = lj_new_array((int64_t)size, 1);
    memcpy(copy, bytes + 1, size - 1);
    int64_t n = 0;
    for (char *at = copy; at != NULL && n < TEXTS; n++) {
        texts[n] = at;
        at = strchr(at, '\n');
        if (at != NULL)
            *at++ = '\0';
    }
    check_words(texts[0]);
    lj_vectoriser vectoriser = {.text = {.normalise = bytes[0] & 1, .fold_case = bytes[0] >> 1 & 1}, .block_count = 2};
    vectoriser.blocks[0].rules = (lj_gram_rules){
        .kind = (lj_gram_kind)((bytes[0] >> 2) % LJ_GRAM_KIND_COUNT), .low = 1, .high = 3, .shortest_word = 1};
    vectoriser.blocks[1].rules = (lj_gram_rules){.kind = LJ_GRAM_IN_WORDS, .low = 2, .high = 4, .shortest_word = 1};
    vectoriser.blocks[1].sublinear = 1;
    const lj_term_limits limits = {.min_count = 1, .max_share = 1.0, .max_terms = 1000};
    if (lj_vectoriser_fit(texts, n, &limits, arena, &vectoriser) == LJ_OK)
        load_again(&vectoriser, texts[0], arena);
    check_tokens(texts, n, &vectoriser.text, bytes[0] >> 2, arena);
    lj_free(copy);
    lj_arena_destroy(arena);
    return 0;
}
