#include "prep/text/characters.h"

#include <string.h>

#include <utf8proc.h>

#include "base/utf8.h"

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

void lj_characters_free(lj_characters *characters)
{
    lj_free(characters->at);
    *characters = (lj_characters){0};
}

lj_status lj_characters_reserve(lj_characters *characters, int64_t capacity)
{
    if (capacity <= characters->capacity)
        return LJ_OK;
    if (capacity < 2 * characters->capacity)
        capacity = 2 * characters->capacity;
    int32_t *at = lj_resize_array(characters->at, characters->count, capacity, sizeof(*at));
    if (at == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a text of %lld characters", (long long)capacity);
    characters->at = at;
    characters->capacity = capacity;
    return LJ_OK;
}

static int is_ascii(const char *text, size_t size)
{
    unsigned char all = 0;
    for (size_t i = 0; i < size; i++)
        all |= (unsigned char)text[i];
    return all < 0x80;
}

/* For ASCII, all of Unicode's rules come down to this. */
static void take_ascii(const char *text, size_t size, int fold_case, lj_characters *out)
{
    for (size_t i = 0; i < size; i++) {
        const int32_t c = (unsigned char)text[i];
        out->at[i] = fold_case && c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
    }
    out->count = (int64_t)size;
}

static lj_status take_unicode(const char *text, size_t size, const lj_text_rules *rules, lj_characters *out)
{
    const int folds = rules->fold_case ? UTF8PROC_CASEFOLD : 0;
    const utf8proc_option_t options =
        (utf8proc_option_t)(folds | (rules->normalise ? UTF8PROC_COMPAT | UTF8PROC_COMPOSE : 0));
    utf8proc_ssize_t n = 0;
    for (;;) {
        n = utf8proc_decompose((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, out->at, out->capacity, options);
        if (n <= out->capacity)
            break;
        LJ_TRY(lj_characters_reserve(out, n));
    }
    if (n > 0 && rules->normalise)
        n = utf8proc_normalize_utf32(out->at, n, options);
    if (n < 0)
        return lj_fail(LJ_EDATA, "a text cannot be normalised: %s", utf8proc_errmsg(n));
    out->count = n;
    return LJ_OK;
}

/* Every byte that is no UTF-8 replaced. */
static lj_status take_repaired(const char *text, size_t size, const lj_text_rules *rules, lj_characters *out)
{
    lj_text repaired = {0};
    for (size_t at = 0; at < size;) {
        const size_t good = lj_utf8_valid(text + at, size - at);
        lj_text_append(&repaired, text + at, good);
        at += good;
        if (at < size) {
            lj_text_puts(&repaired, REPLACEMENT);
            at++;
        }
    }
    lj_status status = lj_text_finish(&repaired);
    if (status == LJ_OK)
        status = take_unicode(repaired.data, repaired.size, rules, out);
    lj_text_free(&repaired);
    return status;
}

lj_status lj_text_characters(const char *text, const lj_text_rules *rules, lj_characters *out)
{
    const size_t size = strlen(text);
    out->count = 0;
    LJ_TRY(lj_characters_reserve(out, (int64_t)size + 1));
    if (is_ascii(text, size)) {
        take_ascii(text, size, rules->fold_case, out);
        return LJ_OK;
    }
    return lj_utf8_valid(text, size) == size ? take_unicode(text, size, rules, out) :
                                               take_repaired(text, size, rules, out);
}

int lj_is_word_character(int32_t character)
{
    if (character < 0x80)
        return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
               (character >= '0' && character <= '9') || character == '_';
    const utf8proc_category_t category = utf8proc_category(character);
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
           (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

int lj_is_blank(int32_t character)
{
    if (character < 0x80)
        return character == ' ' || (character >= 9 && character <= 13) || (character >= 28 && character <= 31);
    const utf8proc_category_t category = utf8proc_category(character);
    return character == 0x85 || (category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_ZP);
}

void lj_text_put_characters(lj_text *text, const int32_t *characters, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        utf8proc_uint8_t bytes[4];
        const utf8proc_ssize_t size = utf8proc_encode_char(characters[i], bytes);
        lj_text_append(text, (const char *)bytes, (size_t)size);
    }
}
