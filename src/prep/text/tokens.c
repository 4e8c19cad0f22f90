#include "prep/text/tokens.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/limits.h"
#include "prep/text/term_slots.h"
#include "prep/transform.h"

#define LENGTH_CHOSEN_MAX 512
#define SHARE_NOT_CUT     0.98

const char *const lj_token_unit_names[] = {
#define X(code, name) name,
    LJ_TOKEN_UNIT_LIST(X)
#undef X
    NULL};

const char *const lj_text_side_names[] = {"pre", "post", NULL};

int32_t lj_tokeniser_size(const lj_tokeniser *tokeniser)
{
    if (tokeniser->given != NULL)
        return LJ_CODE_FIRST + tokeniser->given->size;
    return LJ_CODE_FIRST + (tokeniser->pieces != NULL ? tokeniser->pieces->size : tokeniser->vocabulary.count);
}

/* ---- cutting ---- */

typedef struct cutting {
    const lj_tokeniser *tokeniser;
    lj_term_scratch *scratch;
} cutting;

static void add_code(void *context, uint64_t hash, const int32_t *characters, int64_t n)
{
    (void)characters, (void)n;
    const cutting *c = context;
    const lj_terms *vocabulary = &c->tokeniser->vocabulary;
    const int32_t entry = lj_term_slot_of(vocabulary->slots, vocabulary->mask, hash)->entry;
    if (entry > 0)
        lj_term_scratch_add(c->scratch, LJ_CODE_FIRST + entry - 1);
    else if (c->tokeniser->keeps_unknown)
        lj_term_scratch_add(c->scratch, LJ_CODE_UNKNOWN);
}

/* The bytes of a text by its rules. */
static lj_status bytes_of(const lj_tokeniser *t, const char *text, lj_term_scratch *scratch, const char **out,
                          size_t *size)
{
    *out = text;
    *size = strlen(text);
    if (!t->text.normalise && !t->text.fold_case)
        return LJ_OK;
    LJ_TRY(lj_text_characters(text, &t->text, &scratch->characters));
    scratch->bytes.size = 0;
    lj_text_put_characters(&scratch->bytes, scratch->characters.at, scratch->characters.count);
    LJ_TRY(lj_text_finish(&scratch->bytes));
    *out = scratch->bytes.data;
    *size = scratch->bytes.size;
    return LJ_OK;
}

static lj_status cut_pieces(const lj_tokeniser *t, const char *text, lj_term_scratch *scratch)
{
    const char *bytes = NULL;
    size_t size = 0;
    LJ_TRY(bytes_of(t, text, scratch, &bytes, &size));
    scratch->pieces.count = 0;
    LJ_TRY(lj_bpe_encode(t->pieces, bytes, size, &scratch->pieces));
    for (int64_t i = 0; i < scratch->pieces.count; i++)
        lj_term_scratch_add(scratch, LJ_CODE_FIRST + scratch->pieces.at[i]);
    return LJ_OK;
}

static void add_given(void *context, int32_t token)
{
    const cutting *c = context;
    if (token != c->tokeniser->given->unknown)
        lj_term_scratch_add(c->scratch, LJ_CODE_FIRST + token);
    else if (c->tokeniser->keeps_unknown)
        lj_term_scratch_add(c->scratch, LJ_CODE_UNKNOWN);
}

lj_status lj_tokeniser_cut(const lj_tokeniser *t, const char *text, lj_term_scratch *scratch, const int32_t **codes,
                           int64_t *count)
{
    cutting context = {t, scratch};
    scratch->hit_count = 0;
    scratch->failed = 0;
    if (text != NULL && t->pieces != NULL) {
        LJ_TRY(cut_pieces(t, text, scratch));
    } else if (text != NULL && t->given != NULL) {
        LJ_TRY(lj_wordpiece_apply(t->given, text, &scratch->given, add_given, &context));
    } else if (text != NULL) {
        LJ_TRY(lj_text_characters(text, &t->text, &scratch->characters));
        LJ_TRY(lj_grams_visit(&scratch->characters, &t->vocabulary.rules, &scratch->grams, add_code, &context));
    }
    *codes = scratch->hits;
    *count = scratch->hit_count;
    return scratch->failed ? lj_fail(LJ_ENOMEM, "no memory for the tokens of a text") : LJ_OK;
}

lj_status lj_tokeniser_decode(const lj_tokeniser *t, const int32_t *codes, int64_t n, lj_text *out)
{
    if (t->pieces == NULL)
        return lj_fail(LJ_EINVAL, "tokens are text again only if their unit is bpe");
    for (int64_t i = 0; i < n; i++) {
        const int32_t piece = codes[i] - LJ_CODE_FIRST;
        if (piece >= 0 && piece < t->pieces->size)
            lj_bpe_decode(t->pieces, &piece, 1, out);
    }
    return LJ_OK;
}

lj_status lj_tokeniser_apply(const lj_tokeniser *t, const char *text, lj_term_scratch *scratch, int32_t *codes)
{
    const int32_t *all = NULL;
    int64_t found = 0;
    LJ_TRY(lj_tokeniser_cut(t, text, scratch, &all, &found));
    const int64_t n = found < t->length ? found : t->length;
    const int64_t from = t->truncate == LJ_SIDE_PRE ? found - n : 0;
    const int64_t to = t->pad == LJ_SIDE_PRE ? t->length - n : 0;
    for (int64_t i = 0; i < t->length; i++)
        codes[i] = i >= to && i < to + n ? all[from + i - to] : LJ_CODE_PADDING;
    return LJ_OK;
}

/* ---- fitting ---- */

static int ascending(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static lj_status choose_length(const char *const *texts, int64_t n, lj_tokeniser *t)
{
    lj_term_scratch scratch = {0};
    lj_status status = LJ_OK;
    int64_t *lengths = lj_new_array(n, sizeof(*lengths));
    if (lengths == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the lengths of %" PRId64 " texts", n);
    for (int64_t i = 0; i < n && status == LJ_OK; i++) {
        const int32_t *codes = NULL;
        status = lj_tokeniser_cut(t, texts[i], &scratch, &codes, &lengths[i]);
    }
    qsort(lengths, (size_t)n, sizeof(*lengths), ascending);
    t->length = lengths[(int64_t)(SHARE_NOT_CUT * (double)(n - 1))];
    if (t->length < 1)
        t->length = 1;
    if (t->length > LENGTH_CHOSEN_MAX)
        t->length = LENGTH_CHOSEN_MAX;
    lj_term_scratch_free(&scratch);
    lj_free(lengths);
    return status;
}

static lj_gram_rules cuts_of(lj_token_unit unit)
{
    const lj_gram_kind kind = unit == LJ_TOKEN_WORDS ? LJ_GRAM_SEGMENTS : LJ_GRAM_CHARACTERS;
    return (lj_gram_rules){.kind = kind, .low = 1, .high = 1, .shortest_word = 1};
}

static lj_status fit_pieces(const char *const *texts, int64_t n, const lj_term_limits *limits, lj_arena *arena,
                            lj_tokeniser *t)
{
    const int64_t size = limits->max_terms > LJ_BPE_BYTES ? limits->max_terms : LJ_BPE_BYTES;
    lj_bpe_counts counts = {0};
    lj_term_scratch scratch = {0};
    lj_status status = LJ_OK;
    for (int64_t i = 0; i < n && status == LJ_OK; i++) {
        const char *bytes = NULL;
        size_t length = 0;
        if (texts[i] == NULL)
            continue;
        status = bytes_of(t, texts[i], &scratch, &bytes, &length);
        if (status == LJ_OK)
            lj_bpe_count(&counts, bytes, length);
    }
    t->pieces = lj_arena_array(arena, 1, sizeof(*t->pieces));
    if (status == LJ_OK)
        status = t->pieces != NULL ? lj_bpe_fit(&counts, (int32_t)size, limits->min_count, arena, t->pieces) :
                                     lj_fail(LJ_ENOMEM, "no memory for byte pairs");
    lj_bpe_counts_free(&counts);
    lj_term_scratch_free(&scratch);
    return status;
}

static lj_status fit_words(const char *const *texts, int64_t n, const lj_term_limits *limits, lj_arena *arena,
                           lj_tokeniser *t)
{
    t->vocabulary = (lj_terms){.rules = cuts_of(t->unit)};
    LJ_TRY(lj_terms_fit(texts, n, &t->text, limits, arena, &t->vocabulary));
    if (t->vocabulary.count == 0)
        return lj_fail(LJ_EDATA, "no token is left of %" PRId64 " texts: each is in fewer than %" PRId64 " of them", n,
                       limits->min_count);
    return LJ_OK;
}

lj_status lj_tokeniser_fit(const char *const *texts, int64_t n, const lj_term_limits *limits, lj_arena *arena,
                           lj_tokeniser *t)
{
    if (t->unit == LJ_TOKEN_BPE)
        LJ_TRY(fit_pieces(texts, n, limits, arena, t));
    if (t->unit == LJ_TOKEN_WORDS || t->unit == LJ_TOKEN_CHARACTERS)
        LJ_TRY(fit_words(texts, n, limits, arena, t));
    return t->length > 0 ? LJ_OK : choose_length(texts, n, t);
}

/* ---- prep.json ---- */

void lj_tokeniser_save(const lj_tokeniser *t, lj_json *json)
{
    lj_json_bool(json, "normalise", t->text.normalise);
    lj_json_bool(json, "fold_case", t->text.fold_case);
    lj_json_string(json, "unit", lj_token_unit_names[t->unit]);
    lj_json_string(json, "pad", lj_text_side_names[t->pad]);
    lj_json_string(json, "truncate", lj_text_side_names[t->truncate]);
    lj_json_bool(json, "unknown", t->keeps_unknown);
    lj_json_integer(json, "length", t->length);
    if (t->pieces == NULL && t->given == NULL) {
        lj_terms_save(&t->vocabulary, "vocabulary", json);
        return;
    }
    lj_json_map(json, "vocabulary");
    if (t->given != NULL)
        lj_wordpiece_save(t->given, json);
    else
        lj_bpe_save(t->pieces, json);
    lj_json_end_map(json);
}

static lj_status no_memory(void)
{
    return lj_fail(LJ_ENOMEM, "no memory for a vocabulary");
}

lj_status lj_tokeniser_load(const lj_doc *doc, const lj_item *map, lj_arena *arena, lj_tokeniser *t)
{
    int unit = 0, pad = 0, truncate = 0;
    const lj_item *vocabulary = NULL;
    LJ_TRY(lj_load_flag(doc, map, "normalise", &t->text.normalise));
    LJ_TRY(lj_load_flag(doc, map, "fold_case", &t->text.fold_case));
    LJ_TRY(lj_load_choice(doc, map, "unit", lj_token_unit_names, &unit));
    LJ_TRY(lj_load_choice(doc, map, "pad", lj_text_side_names, &pad));
    LJ_TRY(lj_load_choice(doc, map, "truncate", lj_text_side_names, &truncate));
    LJ_TRY(lj_load_flag(doc, map, "unknown", &t->keeps_unknown));
    LJ_TRY(lj_item_need_integer(doc, map, "length", 1, LJ_TOKENS_MAX, &t->length));
    LJ_TRY(lj_item_need(doc, map, "vocabulary", LJ_MAP, &vocabulary));
    t->unit = (lj_token_unit)unit;
    t->pad = (lj_text_side)pad;
    t->truncate = (lj_text_side)truncate;
    switch (t->unit) {
    case LJ_TOKEN_BPE:
        t->pieces = lj_arena_array(arena, 1, sizeof(*t->pieces));
        return t->pieces != NULL ? lj_bpe_load(doc, vocabulary, arena, t->pieces) : no_memory();
    case LJ_TOKEN_WORDPIECE:
        t->given = lj_arena_array(arena, 1, sizeof(*t->given));
        return t->given != NULL ? lj_wordpiece_load(doc, vocabulary, arena, t->given) : no_memory();
    case LJ_TOKEN_WORDS:
    case LJ_TOKEN_CHARACTERS:
    case LJ_TOKEN_UNIT_COUNT:
        break;
    }
    return lj_terms_load(doc, vocabulary, arena, &t->vocabulary);
}
