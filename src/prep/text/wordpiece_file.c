/* Vocabularies of WordPiece: vocab.txt as models of the BERT family have it, and in prep.json. */
#include <inttypes.h>
#include <string.h>

#include <utf8proc.h>

#include "lianjin/file.h"
#include "prep/text/grams.h"
#include "prep/text/term_slots.h"
#include "prep/text/wordpiece.h"
#include "prep/transform.h"

#define BYTES_MAX (64u << 20)

/* Room for the tokens of so many lines. LJ_ENOMEM. */
static lj_status start(lj_arena *arena, int64_t lines, lj_wordpiece *w)
{
    uint64_t slots = 8;
    while (slots < 2 * (uint64_t)lines)
        slots *= 2;
    w->size = 0;
    w->mask = slots - 1;
    w->tokens = lj_arena_array(arena, lines, sizeof(*w->tokens));
    w->slots = lj_arena_array(arena, (int64_t)slots, sizeof(*w->slots));
    return w->tokens != NULL && w->slots != NULL ?
               LJ_OK : lj_fail(LJ_ENOMEM, "no memory for a vocabulary of %" PRId64 " tokens", lines);
}

/* The slot of the token, or the free one where it belongs; NULL: it is no UTF-8. */
static lj_term_slot *slot_of(const lj_wordpiece *w, const char *token, uint64_t *hash)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)token;
    *hash = lj_gram_hash(NULL, 0);
    while (*at != '\0') {
        utf8proc_int32_t c = -1;
        const utf8proc_ssize_t n = utf8proc_iterate(at, -1, &c);
        if (n <= 0)
            return NULL;
        *hash = lj_gram_hash_on(*hash, c);
        at += n;
    }
    return lj_term_slot_of(w->slots, w->mask, *hash);
}

int32_t lj_wordpiece_find(const lj_wordpiece *wordpiece, const char *token)
{
    uint64_t hash = 0;
    const lj_term_slot *slot = slot_of(wordpiece, token, &hash);
    return slot != NULL ? slot->entry - 1 : -1;
}

static lj_status add_token(const char *name, const char *token, lj_wordpiece *w)
{
    uint64_t hash = 0;
    lj_term_slot *slot = slot_of(w, token, &hash);
    if (*token == '\0')
        return lj_fail(LJ_EDATA, "%s:%d: an empty line, expected a token", name, w->size + 1);
    if (slot == NULL)
        return lj_fail(LJ_EDATA, "%s:%d: the token is no UTF-8", name, w->size + 1);
    if (slot->entry != 0)
        return lj_fail(LJ_EDATA, "%s:%d: token '%s' is that of line %d", name, w->size + 1, token, slot->entry);
    w->tokens[w->size++] = token;
    *slot = (lj_term_slot){hash, w->size};
    return LJ_OK;
}

/* Cuts `lines`, which holds `count` ends of lines, into tokens. */
static lj_status add_lines(const char *name, char *lines, int64_t count, lj_wordpiece *w)
{
    for (int64_t i = 0; i < count; i++) {
        char *end = strchr(lines, '\n'), *next = end + 1;
        while (end > lines && end[-1] == '\r')
            end--;
        *end = '\0';
        LJ_TRY(add_token(name, lines, w));
        lines = next;
    }
    return LJ_OK;
}

lj_status lj_wordpiece_parse(const char *name, const char *text, size_t size, lj_arena *arena, lj_wordpiece *out)
{
    char *lines = lj_arena_array(arena, (int64_t)size + 2, 1);
    if (lines == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a vocabulary of %zu bytes", size);
    memcpy(lines, text, size);
    if (size > 0 && text[size - 1] != '\n')
        lines[size++] = '\n';
    int64_t count = 0;
    for (size_t i = 0; i < size; i++) {
        if (lines[i] == '\0')
            return lj_fail(LJ_EDATA, "%s:%" PRId64 ": a byte 0, expected a text with a token a line", name, count + 1);
        count += lines[i] == '\n';
    }
    if (count < 1 || count > LJ_WORDPIECE_TOKENS_MAX)
        return lj_fail(LJ_EDATA, "%s: expected 1 to %d lines with a token each, found %" PRId64, name,
                       LJ_WORDPIECE_TOKENS_MAX, count);
    LJ_TRY(start(arena, count, out));
    LJ_TRY(add_lines(name, lines, count, out));
    out->unknown = lj_wordpiece_find(out, "[UNK]");
    return out->unknown >= 0 ? LJ_OK : lj_fail(LJ_EDATA, "%s: no token [UNK]: a vocabulary of WordPiece has it for "
                                               "words that it cannot make", name);
}

lj_status lj_wordpiece_read(const char *path, lj_arena *arena, lj_wordpiece *out)
{
    char *bytes = NULL;
    size_t size = 0;
    LJ_TRY(lj_file_read(path, BYTES_MAX, &bytes, &size));
    const lj_status status = lj_wordpiece_parse(path, bytes, size, arena, out);
    lj_free(bytes);
    return status;
}

/* ---- prep.json ---- */

void lj_wordpiece_save(const lj_wordpiece *wordpiece, lj_json *json)
{
    lj_text lines = {0};
    for (int32_t i = 0; i < wordpiece->size; i++) {
        lj_text_puts(&lines, wordpiece->tokens[i]);
        lj_text_puts(&lines, "\n");
    }
    lj_json_bool(json, "lower_case", wordpiece->rules.lower_case);
    lj_json_bool(json, "strip_accents", wordpiece->rules.strip_accents);
    lj_json_string(json, "tokens", lines.data != NULL ? lines.data : "");
    json->text->failed |= lines.failed;
    lj_text_free(&lines);
}

lj_status lj_wordpiece_load(const lj_doc *doc, const lj_item *map, lj_arena *arena, lj_wordpiece *out)
{
    const lj_item *tokens = NULL;
    LJ_TRY(lj_load_flag(doc, map, "lower_case", &out->rules.lower_case));
    LJ_TRY(lj_load_flag(doc, map, "strip_accents", &out->rules.strip_accents));
    LJ_TRY(lj_item_need(doc, map, "tokens", LJ_STRING, &tokens));
    const lj_status status = lj_wordpiece_parse("line", tokens->text, strlen(tokens->text), arena, out);
    if (status != LJ_EDATA)
        return status;
    return lj_fail(LJ_ECORRUPT, "%s:%d:%d: %s", lj_doc_name(doc), tokens->line, tokens->column, lj_error_message());
}
