/* Byte pair encoding: merges, words and tokens of Hugging Face's tokenizers, every byte given back, hostile files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lianjin/random.h"
#include "prep/text/bpe.h"

#define MUST(expr)                                                                                                     \
    do {                                                                                                               \
        if ((expr) != LJ_OK)                                                                                           \
            fail_msg("%s: %s", #expr, lj_error_message());                                                             \
    } while (0)

static lj_doc *golden;

/* 0 .. n - 1, the same in every run. */
static uint32_t draw(uint32_t n)
{
    static uint64_t drawn = 0;
    return lj_random_u32(5, 1, drawn++) % n;
}

static const lj_item *golden_item(const char *key)
{
    return lj_item_get(lj_doc_root(golden), key);
}

static void count_golden(lj_bpe_counts *counts)
{
    const lj_item *cases = golden_item("cases");
    for (int64_t i = 0; i < (int64_t)golden_item("trained_on")->number; i++) {
        const char *text = lj_item_get(cases->items[i], "text")->text;
        lj_bpe_count(counts, text, strlen(text));
    }
}

static void fit_golden(lj_arena *arena, lj_bpe *bpe)
{
    lj_bpe_counts counts = {0};
    count_golden(&counts);
    MUST(lj_bpe_fit(&counts, 900, 2, arena, bpe));
    lj_bpe_counts_free(&counts);
}

/* The member `merges` of the saved encoding, to free. */
static void save(const lj_bpe *bpe, lj_text *text)
{
    lj_json json;
    lj_json_start(&json, text, 0);
    lj_json_map(&json, NULL);
    lj_bpe_save(bpe, &json);
    lj_json_end_map(&json);
    MUST(lj_text_finish(text));
}

static lj_status load(const char *text, lj_arena *arena, lj_bpe *bpe)
{
    lj_doc *doc = NULL;
    MUST(lj_json_parse("bpe", text, strlen(text), &doc));
    const lj_status status = lj_bpe_load(doc, lj_doc_root(doc), arena, bpe);
    lj_doc_destroy(doc);
    return status;
}

static void merges_are_those_of_tokenizers(void **state)
{
    (void)state;
    lj_arena *arena = NULL;
    lj_text text = {0};
    lj_doc *doc = NULL;
    lj_bpe bpe;
    MUST(lj_arena_create(&arena));
    fit_golden(arena, &bpe);
    assert_int_equal(bpe.size, 900);
    save(&bpe, &text);
    MUST(lj_json_parse("saved", text.data, text.size, &doc));
    assert_string_equal(lj_item_get(lj_doc_root(doc), "merges")->text, golden_item("merges")->text);
    lj_doc_destroy(doc);
    lj_text_free(&text);
    lj_arena_destroy(arena);
}

typedef struct checking {
    const lj_item *words;
    int64_t at;
} checking;

static void check_word(void *context, const char *word, size_t size)
{
    checking *c = context;
    assert_true(c->at < c->words->count);
    const char *expected = c->words->items[c->at++]->text;
    if (strlen(expected) != size || memcmp(expected, word, size) != 0)
        fail_msg("expected '%s', found '%.*s'", expected, (int)size, word);
}

static void words_and_tokens_are_those_of_tokenizers(void **state)
{
    (void)state;
    const lj_item *cases = golden_item("cases");
    lj_arena *arena = NULL;
    lj_bpe_tokens tokens = {0};
    lj_text file = {0};
    lj_bpe fitted, bpe;
    MUST(lj_arena_create(&arena));
    fit_golden(arena, &fitted);
    save(&fitted, &file);
    MUST(load(file.data, arena, &bpe));
    for (int64_t i = 0; i < cases->count; i++) {
        const char *text = lj_item_get(cases->items[i], "text")->text;
        const lj_item *ids = lj_item_get(cases->items[i], "tokens");
        checking words = {lj_item_get(cases->items[i], "words"), 0};
        lj_bpe_words(text, strlen(text), check_word, &words);
        assert_int_equal(words.at, words.words->count);
        tokens.count = 0;
        MUST(lj_bpe_encode(&bpe, text, strlen(text), &tokens));
        assert_int_equal(tokens.count, ids->count);
        for (int64_t k = 0; k < ids->count; k++)
            assert_int_equal(tokens.at[k], ids->items[k]->number);
        lj_text back = {0};
        lj_bpe_decode(&bpe, tokens.at, tokens.count, &back);
        MUST(lj_text_finish(&back));
        assert_string_equal(back.data, text);
        lj_text_free(&back);
    }
    lj_text_free(&file);
    lj_bpe_tokens_free(&tokens);
    lj_arena_destroy(arena);
}

/* Bytes that are no text among them: cut short, surrogates, NUL. */
static void any_bytes_come_back(void **state)
{
    (void)state;
    lj_arena *arena = NULL;
    lj_bpe_tokens tokens = {0};
    lj_bpe bpe;
    MUST(lj_arena_create(&arena));
    fit_golden(arena, &bpe);
    for (int round = 0; round < 200; round++) {
        char bytes[300];
        const size_t size = (size_t)draw(sizeof(bytes) + 1);
        for (size_t i = 0; i < size; i++)
            bytes[i] = round % 2 == 0 ? (char)draw(256) : "\xE4\xB8\xAD\xED\xA0\x80 '\0a"[draw(10)];
        lj_text back = {0};
        tokens.count = 0;
        MUST(lj_bpe_encode(&bpe, bytes, size, &tokens));
        lj_bpe_decode(&bpe, tokens.at, tokens.count, &back);
        MUST(lj_text_finish(&back));
        assert_int_equal(back.size, size);
        assert_memory_equal(back.data, bytes, size);
        lj_text_free(&back);
    }
    lj_bpe_tokens_free(&tokens);
    lj_arena_destroy(arena);
}

/* ---- the rule itself, done the slow way ---- */

enum { WORDS = 40, LONGEST = 12, TOKENS = 64 };

typedef struct slow {
    int32_t at[WORDS][LONGEST];
    int size[WORDS];
    char token[LJ_BPE_BYTES + TOKENS][LONGEST + 1];
    int32_t count;
} slow;

static int seen(const slow *s, int32_t left, int32_t right)
{
    int n = 0;
    for (int w = 0; w < WORDS; w++)
        for (int i = 1; i < s->size[w]; i++)
            n += s->at[w][i - 1] == left && s->at[w][i] == right;
    return n;
}

/* The pair that is seen most often, of equals the smaller one; how often. */
static int best_pair(const slow *s, int32_t *left, int32_t *right)
{
    int best = 0;
    for (int w = 0; w < WORDS; w++) {
        for (int i = 1; i < s->size[w]; i++) {
            const int32_t l = s->at[w][i - 1], r = s->at[w][i];
            const int n = seen(s, l, r);
            if (n > best || (n == best && (l < *left || (l == *left && r < *right)))) {
                best = n;
                *left = l;
                *right = r;
            }
        }
    }
    return best;
}

static int32_t merge_slowly(slow *s, int32_t left, int32_t right)
{
    char joined[2 * LONGEST + 1];
    (void)snprintf(joined, sizeof(joined), "%s%s", s->token[left], s->token[right]);
    int32_t token = 0;
    while (token < s->count && strcmp(s->token[token], joined) != 0)
        token++;
    if (token == s->count)
        memcpy(s->token[s->count++], joined, strlen(joined) + 1);
    for (int w = 0; w < WORDS; w++) {
        int to = 0;
        for (int i = 0; i < s->size[w]; to++) {
            const int here = i + 1 < s->size[w] && s->at[w][i] == left && s->at[w][i + 1] == right;
            s->at[w][to] = here ? token : s->at[w][i];
            i += here ? 2 : 1;
        }
        s->size[w] = to;
    }
    return token;
}

/* Words of few letters have many ties and overlaps (aaa). */
static void every_merge_is_the_best_pair(void **state)
{
    (void)state;
    for (int round = 0; round < 60; round++) {
        static slow s;
        lj_bpe_counts counts = {0};
        lj_arena *arena = NULL;
        lj_bpe bpe;
        s = (slow){.count = LJ_BPE_BYTES};
        MUST(lj_arena_create(&arena));
        for (int w = 0; w < WORDS; w++) {
            char word[LONGEST];
            s.size[w] = 1 + (int)draw(LONGEST);
            for (int i = 0; i < s.size[w]; i++) {
                word[i] = (char)('a' + (int)draw(2 + (uint32_t)(round % 3)));
                s.at[w][i] = word[i] - '!';
            }
            lj_bpe_count(&counts, word, (size_t)s.size[w]);
        }
        for (int i = 0; i < 26; i++)
            s.token['a' + i - '!'][0] = (char)('a' + i);
        MUST(lj_bpe_fit(&counts, LJ_BPE_BYTES + TOKENS, 2, arena, &bpe));
        for (int32_t m = 0; m < bpe.size - LJ_BPE_BYTES; m++) {
            int32_t left = 0, right = 0;
            assert_true(best_pair(&s, &left, &right) >= 2);
            assert_int_equal(bpe.merges[m].left, left);
            assert_int_equal(bpe.merges[m].right, right);
            assert_int_equal(merge_slowly(&s, left, right), LJ_BPE_BYTES + m);
        }
        int32_t left = 0, right = 0;
        assert_true(bpe.size == LJ_BPE_BYTES + TOKENS || best_pair(&s, &left, &right) < 2);
        assert_int_equal(bpe.size, s.count);
        lj_bpe_counts_free(&counts);
        lj_arena_destroy(arena);
    }
}

static void lies_in_a_file_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"{\"merges\": 7}", "merges"},
        {"{}", "merges"},
        {"{\"merges\": \"a b\\na b\\n\"}", "line 2: expected two tokens"},
        {"{\"merges\": \"a b\\nb a\\nab a\\na ba\\n\"}", "line 4: expected two tokens"},
        {"{\"merges\": \"ab c\\n\"}", "line 1: expected two tokens"},
        {"{\"merges\": \"a b\\nab\\n\"}", "line 2: expected two tokens"},
        {"{\"merges\": \"a  b\\n\"}", "line 1: expected two tokens"},
        {"{\"merges\": \" b\\n\"}", "line 1: expected two tokens"},
        {"{\"merges\": \"a b c\\n\"}", "line 1: expected two tokens"},
        {"{\"merges\": \"a \\u4e2d\\n\"}", "line 1: expected two tokens"},
        {"{\"merges\": \"a b\\nb c\"}", "the last line does not end"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        lj_arena *arena = NULL;
        lj_bpe bpe;
        MUST(lj_arena_create(&arena));
        assert_int_equal(load(cases[i].text, arena, &bpe), LJ_ECORRUPT);
        if (strstr(lj_error_message(), cases[i].message) == NULL)
            fail_msg("%s: expected '%s', found '%s'", cases[i].text, cases[i].message, lj_error_message());
        lj_arena_destroy(arena);
    }
}

static void a_word_may_be_long(void **state)
{
    (void)state;
    enum { SIZE = 1 << 20 };
    lj_arena *arena = NULL;
    lj_bpe_tokens tokens = {0};
    lj_bpe bpe;
    char *word = lj_new_array(SIZE, 1);
    assert_non_null(word);
    memset(word, 'a', SIZE);
    MUST(lj_arena_create(&arena));
    fit_golden(arena, &bpe);
    MUST(lj_bpe_encode(&bpe, word, SIZE, &tokens));
    assert_true(tokens.count > 1 && tokens.count <= SIZE / 2);
    lj_bpe_tokens_free(&tokens);
    lj_arena_destroy(arena);
    lj_free(word);
}

static void the_next_text_needs_no_memory(void **state)
{
    (void)state;
    static const char text[] = "the bank's rates";
    lj_arena *arena = NULL;
    lj_bpe_tokens tokens = {0};
    lj_bpe bpe;
    MUST(lj_arena_create(&arena));
    fit_golden(arena, &bpe);
    MUST(lj_bpe_encode(&bpe, text, sizeof(text) - 1, &tokens));
    tokens.count = 0;
    lj_test_fail_allocation(0);
    const lj_status status = lj_bpe_encode(&bpe, text, sizeof(text) - 1, &tokens);
    lj_test_fail_allocation(-1);
    assert_int_equal(status, LJ_OK);
    lj_bpe_tokens_free(&tokens);
    lj_arena_destroy(arena);
}

static lj_status do_all(lj_arena *arena, lj_text *saved)
{
    lj_bpe_counts counts = {0};
    lj_bpe_tokens tokens = {0};
    lj_bpe bpe;
    count_golden(&counts);
    lj_status status = lj_bpe_fit(&counts, 900, 2, arena, &bpe);
    lj_bpe_counts_free(&counts);
    if (status == LJ_OK)
        status = lj_bpe_encode(&bpe, "the bank's rates", 16, &tokens);
    lj_bpe_tokens_free(&tokens);
    if (status != LJ_OK)
        return status;
    lj_json json;
    lj_json_start(&json, saved, 0);
    lj_json_map(&json, NULL);
    lj_bpe_save(&bpe, &json);
    lj_json_end_map(&json);
    return lj_text_finish(saved);
}

static void no_memory_is_an_error(void **state)
{
    (void)state;
    lj_status status = LJ_ENOMEM;
    for (int64_t n = 0; status == LJ_ENOMEM; n++) {
        const int64_t live = lj_test_live_allocations();
        lj_text saved = {0};
        lj_arena *arena = NULL;
        MUST(lj_arena_create(&arena));
        lj_test_fail_allocation(n);
        status = do_all(arena, &saved);
        lj_test_fail_allocation(-1);
        lj_text_free(&saved);
        lj_arena_destroy(arena);
        assert_int_equal(lj_test_live_allocations(), live);
    }
    assert_int_equal(status, LJ_OK);
}

static int open_golden(void **state)
{
    (void)state;
    return lj_json_read(LJ_SOURCE_DIR "/tests/golden/bpe.json", &golden) != LJ_OK;
}

static int close_golden(void **state)
{
    (void)state;
    lj_doc_destroy(golden);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merges_are_those_of_tokenizers),
        cmocka_unit_test(words_and_tokens_are_those_of_tokenizers),
        cmocka_unit_test(any_bytes_come_back),
        cmocka_unit_test(every_merge_is_the_best_pair),
        cmocka_unit_test(lies_in_a_file_are_refused),
        cmocka_unit_test(a_word_may_be_long),
        cmocka_unit_test(the_next_text_needs_no_memory),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests_name("prep/bpe", tests, open_golden, close_golden);
}
