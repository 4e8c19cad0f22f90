/* Any bytes as a file of merges, and as a text: what is read or fitted gives every text back. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "prep/text/bpe.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(const lj_bpe *bpe, const char *text, size_t size)
{
    lj_bpe_tokens tokens = {0};
    lj_text back = {0};
    if (lj_bpe_encode(bpe, text, size, &tokens) != LJ_OK)
        abort();
    for (int64_t i = 0; i < tokens.count; i++) {
        if (tokens.at[i] < 0 || tokens.at[i] >= bpe->size)
            abort();
    }
    lj_bpe_decode(bpe, tokens.at, tokens.count, &back);
    if (lj_text_finish(&back) != LJ_OK || back.size != size || memcmp(back.data, text, size) != 0)
        abort();
    lj_text_free(&back);
    lj_bpe_tokens_free(&tokens);
}

static void load_again(const lj_bpe *bpe, lj_arena *arena)
{
    lj_text saved = {0};
    lj_json json;
    lj_doc *doc = NULL;
    lj_bpe loaded;
    lj_json_start(&json, &saved, 0);
    lj_json_map(&json, NULL);
    lj_bpe_save(bpe, &json);
    lj_json_end_map(&json);
    if (lj_text_finish(&saved) != LJ_OK || lj_json_parse("saved", saved.data, saved.size, &doc) != LJ_OK ||
        lj_bpe_load(doc, lj_doc_root(doc), arena, &loaded) != LJ_OK || loaded.size != bpe->size ||
        memcmp(loaded.merges, bpe->merges, (size_t)(bpe->size - LJ_BPE_BYTES) * sizeof(*bpe->merges)) != 0)
        abort();
    lj_doc_destroy(doc);
    lj_text_free(&saved);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *text = (const char *)bytes;
    lj_arena *arena = NULL;
    lj_doc *doc = NULL;
    lj_bpe bpe;
    lj_bpe_counts counts = {0};
    if (lj_arena_create(&arena) != LJ_OK)
        return 0;
    if (lj_json_parse("merges", text, size, &doc) == LJ_OK &&
        lj_bpe_load(doc, lj_doc_root(doc), arena, &bpe) == LJ_OK)
        check(&bpe, text, size);
    lj_doc_destroy(doc);
    lj_bpe_count(&counts, text, size);
    if (lj_bpe_fit(&counts, 400, 2, arena, &bpe) != LJ_OK)
        abort();
    check(&bpe, text, size);
    load_again(&bpe, arena);
    lj_bpe_counts_free(&counts);
    lj_arena_destroy(arena);
    return 0;
}
