/*
 * A byte pair encoding in prep.json. All merges are a single text, a line each: the two tokens and a blank between
 * them, written with GPT-2's characters for bytes, as its merges.txt is.
 */
#include <inttypes.h>
#include <string.h>

#include <utf8proc.h>

#include "lianjin/limits.h"
#include "prep/text/bpe.h"
#include "prep/text/bpe_inside.h"

#define MERGES_MAX (LJ_TERMS_MAX / 2)

static void put_letters(lj_text *text, const lj_bpe *bpe, int32_t token, const int32_t *letters)
{
    for (int32_t i = 0; i < bpe->lengths[token]; i++) {
        utf8proc_uint8_t bytes[4];
        const utf8proc_ssize_t size = utf8proc_encode_char(letters[(unsigned char)bpe->bytes[token][i]], bytes);
        lj_text_append(text, (const char *)bytes, (size_t)size);
    }
}

/* The character for each byte. */
static void make_letters(int32_t *letters)
{
    for (int b = 0, others = 0; b < LJ_BPE_BYTES; b++)
        letters[b] = lj_bpe_prints(b) ? b : LJ_BPE_BYTES + others++;
}

void lj_bpe_save(const lj_bpe *bpe, lj_json *json)
{
    int32_t letters[LJ_BPE_BYTES];
    lj_text lines = {0};
    make_letters(letters);
    for (int32_t i = 0; i < bpe->size - LJ_BPE_BYTES; i++) {
        put_letters(&lines, bpe, bpe->merges[i].left, letters);
        lj_text_puts(&lines, " ");
        put_letters(&lines, bpe, bpe->merges[i].right, letters);
        lj_text_puts(&lines, "\n");
    }
    lj_json_string(json, "merges", lines.data != NULL ? lines.data : "");
    json->text->failed |= lines.failed;
    lj_text_free(&lines);
}

/* The token that *text begins with, up to `end`, read over its letters into `bytes`; -1: it begins with none. */
static int32_t read_token(const lj_bpe *bpe, const char **text, char end, const int16_t *byte_of, char *bytes)
{
    int64_t size = 0;
    while (**text != end && **text != '\0') {
        utf8proc_int32_t letter = -1;
        const utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)*text, -1, &letter);
        if (n <= 0 || letter >= 2 * LJ_BPE_BYTES || byte_of[letter] < 0)
            return -1;
        bytes[size++] = (char)byte_of[letter];
        *text += n;
    }
    if (**text == '\0')
        return -1;
    ++*text;
    return lj_bpe_find(bpe, bytes, size);
}

static int makes_old_token(const lj_bpe *bpe, int32_t left, int32_t right, char *bytes)
{
    memcpy(bytes, bpe->bytes[left], (size_t)bpe->lengths[left]);
    memcpy(bytes + bpe->lengths[left], bpe->bytes[right], (size_t)bpe->lengths[right]);
    return lj_bpe_find(bpe, bytes, bpe->lengths[left] + bpe->lengths[right]) >= 0;
}

static lj_status load_lines(const lj_doc *doc, const lj_item *item, int64_t count, char *bytes, lj_arena *arena,
                            lj_bpe *out)
{
    int32_t letters[LJ_BPE_BYTES];
    int16_t byte_of[2 * LJ_BPE_BYTES];
    const char *at = item->text;
    make_letters(letters);
    memset(byte_of, 0xff, sizeof(byte_of));
    for (int b = 0; b < LJ_BPE_BYTES; b++)
        byte_of[letters[b]] = (int16_t)b;
    for (int64_t i = 0; i < count; i++) {
        const int32_t left = read_token(out, &at, ' ', byte_of, bytes);
        const int32_t right = left >= 0 ? read_token(out, &at, '\n', byte_of, bytes) : -1;
        if (right < 0 || makes_old_token(out, left, right, bytes))
            return lj_fail(LJ_ECORRUPT,
                           "%s:%d:%d: line %" PRId64 ": expected two tokens that lines before it make, a blank between "
                           "them, and that together they are a new one", lj_doc_name(doc), item->line, item->column,
                           i + 1);
        if (!lj_bpe_add(arena, out, left, right))
            return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " merges", count);
    }
    return *at == '\0' ? LJ_OK : lj_fail(LJ_ECORRUPT, "%s:%d:%d: the last line does not end", lj_doc_name(doc),
                                         item->line, item->column);
}

lj_status lj_bpe_load(const lj_doc *doc, const lj_item *map, lj_arena *arena, lj_bpe *out)
{
    const lj_item *item = NULL;
    int64_t count = 0;
    LJ_TRY(lj_item_need(doc, map, "merges", LJ_STRING, &item));
    for (const char *at = strchr(item->text, '\n'); at != NULL; at = strchr(at + 1, '\n'))
        count++;
    if (count > MERGES_MAX)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected at most %d merges, found %" PRId64, lj_doc_name(doc),
                       item->line, item->column, MERGES_MAX, count);
    LJ_TRY(lj_bpe_start(arena, count, out));
    char *bytes = lj_new_array((int64_t)strlen(item->text) + 1, 1); /* a token has no more bytes than letters */
    const lj_status status = bytes != NULL ? load_lines(doc, item, count, bytes, arena, out) :
                                             lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " merges", count);
    lj_free(bytes);
    return status;
}
