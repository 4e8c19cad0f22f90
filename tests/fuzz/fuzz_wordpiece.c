/* Any bytes as a vocabulary, and as a text for it: refused, or every token of the text is one of the vocabulary. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "prep/text/wordpiece.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

typedef struct tally {
    int32_t size;
    uint64_t digest;
} tally;

static void take(void *context, int32_t token)
{
    tally *t = context;
    if (token < 0 || token >= t->size)
        abort();
    t->digest = (t->digest ^ (uint32_t)token) * UINT64_C(1099511628211);
}

static uint64_t apply(const lj_wordpiece *wordpiece, const char *text)
{
    tally t = {wordpiece->size, 1};
    lj_wordpiece_scratch scratch = {0};
    if (lj_wordpiece_apply(wordpiece, text, &scratch, take, &t) != LJ_OK)
        abort();
    lj_wordpiece_scratch_free(&scratch);
    return t.digest;
}

static void load_again(const lj_wordpiece *wordpiece, const char *text, lj_arena *arena)
{
    lj_text saved = {0};
    lj_json json;
    lj_doc *doc = NULL;
    lj_wordpiece loaded = {0};
    lj_json_start(&json, &saved, 0);
    lj_json_map(&json, NULL);
    lj_wordpiece_save(wordpiece, &json);
    lj_json_end_map(&json);
    if (lj_text_finish(&saved) != LJ_OK || lj_json_parse("saved", saved.data, saved.size, &doc) != LJ_OK ||
        lj_wordpiece_load(doc, lj_doc_root(doc), arena, &loaded) != LJ_OK ||
        apply(wordpiece, text) != apply(&loaded, text))
        abort();
    lj_doc_destroy(doc);
    lj_text_free(&saved);
}

/* The first byte chooses the rules. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    lj_arena *arena = NULL;
    if (size < 2 || lj_arena_create(&arena) != LJ_OK)
        return 0;
    char *text = lj_new_array((int64_t)size, 1);
    memcpy(text, bytes + 1, size - 1);
    lj_wordpiece wordpiece = {.rules = {.lower_case = bytes[0] & 1, .strip_accents = bytes[0] >> 1 & 1}};
    if (lj_wordpiece_parse("vocab.txt", text, size - 1, arena, &wordpiece) == LJ_OK)
        load_again(&wordpiece, text, arena);
    lj_free(text);
    lj_arena_destroy(arena);
    return 0;
}
