/* Texts as tokens of a WordPiece vocabulary. */
#include "prep/text/wordpiece.h"

#include <string.h>

#include <utf8proc.h>

#include "prep/text/grams.h"
#include "prep/text/term_slots.h"

void lj_wordpiece_scratch_free(lj_wordpiece_scratch *scratch)
{
    lj_characters_free(&scratch->characters);
    lj_characters_free(&scratch->clean);
}

/* ---- kinds of characters, as BERT's tokeniser has them ---- */

/* The blocks of unified and compatibility ideographs; not kana or Hangul, which are words between blanks. */
static int is_ideograph(int32_t c)
{
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF) ||
           (c >= 0x2A700 && c <= 0x2B73F) || (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B820 && c <= 0x2CEAF) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

static int is_sign(int32_t c)
{
    if (c < 0x80)
        return (c > ' ' && c < '0') || (c > '9' && c < 'A') || (c > 'Z' && c < 'a') || (c > 'z' && c < 0x7F);
    const utf8proc_category_t category = utf8proc_category(c);
    return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
}

static int is_white(int32_t c)
{
    const utf8proc_category_t category = utf8proc_category(c);
    return c == '\t' || c == '\n' || c == '\r' ||
           (category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_ZP);
}

/* Neither seen nor a blank: controls, format characters, private ones, what stands for damaged bytes. */
static int is_left_out(int32_t c)
{
    const utf8proc_category_t category = utf8proc_category(c);
    return c == 0xFFFD || category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF ||
           category == UTF8PROC_CATEGORY_CO;
}

/* ---- cleaning ---- */

static void put(lj_characters *out, int32_t c)
{
    out->at[out->count++] = c;
}

enum { DECOMPOSED_MAX = 4 }; /* characters that one becomes, at most, in canonical decomposition */

static void put_by_rules(const lj_wordpiece_rules *rules, int32_t c, lj_characters *out)
{
    int32_t parts[DECOMPOSED_MAX] = {c};
    int boundary = 0;
    const utf8proc_ssize_t n =
        rules->strip_accents ? utf8proc_decompose_char(c, parts, DECOMPOSED_MAX, UTF8PROC_DECOMPOSE, &boundary) : 1;
    for (utf8proc_ssize_t i = 0; i < n && i < DECOMPOSED_MAX; i++) {
        if (!rules->strip_accents || utf8proc_category(parts[i]) != UTF8PROC_CATEGORY_MN)
            put(out, rules->lower_case ? utf8proc_tolower(parts[i]) : parts[i]);
    }
    if (!rules->strip_accents && rules->lower_case && c == 0x130)
        put(out, 0x307); /* the only capital whose small letter is two characters: i with a dot that stays */
}

/* The text with one kind of blank, blanks around ideographs, and the rules done. LJ_ENOMEM. */
static lj_status clean(const lj_wordpiece_rules *rules, const lj_characters *text, lj_characters *out)
{
    LJ_TRY(lj_characters_reserve(out, DECOMPOSED_MAX * text->count + 1));
    out->count = 0;
    for (int64_t i = 0; i < text->count; i++) {
        const int32_t c = text->at[i];
        if (is_white(c)) {
            put(out, ' ');
        } else if (is_ideograph(c)) {
            put(out, ' ');
            put_by_rules(rules, c, out);
            put(out, ' ');
        } else if (!is_left_out(c)) {
            put_by_rules(rules, c, out);
        }
    }
    return LJ_OK;
}

/* ---- tokens ---- */

/* The number of the longest token that [begin, end) begins with; *stop is its end. -1: there is none. */
static int32_t longest_token(const lj_wordpiece *w, const int32_t *at, int64_t begin, int64_t end, uint64_t hash,
                             int64_t *stop)
{
    int32_t found = -1;
    for (int64_t i = begin; i < end; i++) {
        hash = lj_gram_hash_on(hash, at[i]);
        const lj_term_slot *slot = lj_term_slot_of(w->slots, w->mask, hash);
        if (slot->entry > 0) {
            found = slot->entry - 1;
            *stop = i + 1;
        }
    }
    return found;
}

/* A word is [UNK] as a whole: its tokens are given when all are found. */
static void take_word(const lj_wordpiece *w, const int32_t *at, int64_t n, lj_wordpiece_take *take, void *context)
{
    static const int32_t inside[] = {'#', '#'};
    int32_t tokens[LJ_WORDPIECE_LONGEST];
    int count = 0;
    for (int64_t begin = 0; begin < n && n <= LJ_WORDPIECE_LONGEST;) {
        const uint64_t hash = begin > 0 ? lj_gram_hash(inside, 2) : lj_gram_hash(NULL, 0);
        tokens[count] = longest_token(w, at, begin, n, hash, &begin);
        if (tokens[count] < 0) {
            count = 0;
            break;
        }
        count++;
    }
    if (count == 0)
        take(context, w->unknown);
    for (int i = 0; i < count; i++)
        take(context, tokens[i]);
}

lj_status lj_wordpiece_apply(const lj_wordpiece *wordpiece, const char *text, lj_wordpiece_scratch *scratch,
                             lj_wordpiece_take *take, void *context)
{
    const lj_text_rules as_is = {0};
    lj_characters *words = &scratch->clean;
    LJ_TRY(lj_text_characters(text, &as_is, &scratch->characters));
    LJ_TRY(clean(&wordpiece->rules, &scratch->characters, words));
    for (int64_t i = 0; i < words->count;) {
        int64_t end = i + 1;
        while (!is_sign(words->at[i]) && end < words->count && words->at[end] != ' ' && !is_sign(words->at[end]))
            end++;
        if (words->at[i] == ' ')
            end = i + 1;
        else
            take_word(wordpiece, words->at + i, end - i, take, context);
        i = end;
    }
    return LJ_OK;
}
