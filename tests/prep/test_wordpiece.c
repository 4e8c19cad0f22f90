/* WordPiece: tokens of Hugging Face's tokenizers with the same vocabulary, bad vocabularies, hostile files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lianjin/file.h"
#include "prep/text/wordpiece.h"

#define MUST(expr)                                                                                                     \
    do {                                                                                                               \
        if ((expr) != LJ_OK)                                                                                           \
            fail_msg("%s: %s", #expr, lj_error_message());                                                             \
    } while (0)

static lj_doc *golden;

typedef struct taken {
    int32_t tokens[512];
    int64_t count;
} taken;

static void take(void *context, int32_t token)
{
    taken *t = context;
    assert_true(t->count < 512);
    t->tokens[t->count++] = token;
}

static void save(const lj_wordpiece *wordpiece, lj_text *text)
{
    lj_json json;
    lj_json_start(&json, text, 0);
    lj_json_map(&json, NULL);
    lj_wordpiece_save(wordpiece, &json);
    lj_json_end_map(&json);
    MUST(lj_text_finish(text));
}

static lj_status load(const char *text, lj_arena *arena, lj_wordpiece *wordpiece)
{
    lj_doc *doc = NULL;
    MUST(lj_json_parse("prep.json", text, strlen(text), &doc));
    const lj_status status = lj_wordpiece_load(doc, lj_doc_root(doc), arena, wordpiece);
    lj_doc_destroy(doc);
    return status;
}

/* Saved and loaded between. */
static void tokens_are_those_of_tokenizers(void **state)
{
    (void)state;
    const char *vocabulary = lj_item_get(lj_doc_root(golden), "vocabulary")->text;
    const lj_item *cases = lj_item_get(lj_doc_root(golden), "cases");
    lj_wordpiece_scratch scratch = {0};
    for (int64_t i = 0; i < cases->count; i++) {
        const char *text = lj_item_get(cases->items[i], "text")->text;
        const lj_item *tokens = lj_item_get(cases->items[i], "tokens");
        lj_arena *arena = NULL;
        lj_text file = {0};
        lj_wordpiece read = {.rules = {.lower_case = lj_item_get(cases->items[i], "lower_case")->number != 0,
                                       .strip_accents = lj_item_get(cases->items[i], "strip_accents")->number != 0}};
        lj_wordpiece wordpiece = {0};
        taken found = {.count = 0};
        MUST(lj_arena_create(&arena));
        MUST(lj_wordpiece_parse("vocab.txt", vocabulary, strlen(vocabulary), arena, &read));
        save(&read, &file);
        MUST(load(file.data, arena, &wordpiece));
        MUST(lj_wordpiece_apply(&wordpiece, text, &scratch, take, &found));
        for (int64_t k = 0; k < found.count && k < tokens->count; k++) {
            if (found.tokens[k] != (int32_t)tokens->items[k]->number)
                fail_msg("%s: token %d is %s, not %s", text, (int)k, wordpiece.tokens[found.tokens[k]],
                         wordpiece.tokens[(int32_t)tokens->items[k]->number]);
        }
        assert_int_equal(found.count, tokens->count);
        lj_text_free(&file);
        lj_arena_destroy(arena);
    }
    lj_wordpiece_scratch_free(&scratch);
}

static void tokens_have_numbers_and_back(void **state)
{
    (void)state;
    static const char vocabulary[] = "[PAD]\r\n[UNK]\r\nab\r\n##c\r\n中";
    lj_arena *arena = NULL;
    lj_wordpiece wordpiece = {.rules = {.lower_case = 1}};
    lj_wordpiece_scratch scratch = {0};
    taken found = {.count = 0};
    MUST(lj_arena_create(&arena));
    MUST(lj_wordpiece_parse("vocab.txt", vocabulary, sizeof(vocabulary) - 1, arena, &wordpiece));
    assert_int_equal(wordpiece.size, 5);
    assert_int_equal(lj_wordpiece_find(&wordpiece, "[PAD]"), 0);
    assert_int_equal(lj_wordpiece_find(&wordpiece, "中"), 4);
    assert_int_equal(lj_wordpiece_find(&wordpiece, "a"), -1);
    assert_int_equal(lj_wordpiece_find(&wordpiece, "\xFF"), -1);
    MUST(lj_wordpiece_apply(&wordpiece, "ABC中ABC\xFF" "C x", &scratch, take, &found));
    const int32_t expected[] = {2, 3, 4, 2, 3, 3, 1};
    assert_int_equal(found.count, 7);
    assert_memory_equal(found.tokens, expected, sizeof(expected));
    lj_wordpiece_scratch_free(&scratch);
    lj_arena_destroy(arena);
}

static void bad_vocabularies_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
        const char *message;
    } cases[] = {
        {"", 0, "vocab.txt: expected 1 to"},
        {"a\nb\n", 4, "vocab.txt: no token [UNK]"},
        {"[UNK]\na\nb\na\n", 12, "vocab.txt:4: token 'a' is that of line 2"},
        {"[UNK]\n\na\n", 9, "vocab.txt:2: an empty line"},
        {"[UNK]\n\xE4\xB8\n", 9, "vocab.txt:2: the token is no UTF-8"},
        {"[UNK]\na\0b\n", 10, "vocab.txt:2: a byte 0"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        lj_arena *arena = NULL;
        lj_wordpiece wordpiece = {0};
        MUST(lj_arena_create(&arena));
        assert_int_equal(lj_wordpiece_parse("vocab.txt", cases[i].text, cases[i].size, arena, &wordpiece), LJ_EDATA);
        if (strstr(lj_error_message(), cases[i].message) == NULL)
            fail_msg("expected '%s', found '%s'", cases[i].message, lj_error_message());
        lj_arena_destroy(arena);
    }
}

static void a_vocabulary_is_read_from_its_file(void **state)
{
    (void)state;
    char path[] = "/tmp/lianjin-vocab-XXXXXX";
    lj_arena *arena = NULL;
    lj_wordpiece wordpiece = {0};
    const int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, "[UNK]\na\n", 8), 8);
    assert_int_equal(close(file), 0);
    MUST(lj_arena_create(&arena));
    MUST(lj_wordpiece_read(path, arena, &wordpiece));
    assert_int_equal(wordpiece.size, 2);
    assert_int_equal(unlink(path), 0);
    assert_int_not_equal(lj_wordpiece_read(path, arena, &wordpiece), LJ_OK);
    assert_non_null(strstr(lj_error_message(), path));
    lj_arena_destroy(arena);
}

static void lies_in_a_file_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"{\"strip_accents\": true, \"tokens\": \"[UNK]\\n\"}", "lower_case"},
        {"{\"lower_case\": 1, \"strip_accents\": true, \"tokens\": \"[UNK]\\n\"}", "lower_case"},
        {"{\"lower_case\": true, \"strip_accents\": true, \"tokens\": 7}", "tokens"},
        {"{\"lower_case\": true, \"strip_accents\": true, \"tokens\": \"\"}", "expected 1 to"},
        {"{\"lower_case\": true, \"strip_accents\": true, \"tokens\": \"a\\n\"}", "no token [UNK]"},
        {"{\"lower_case\": true, \"strip_accents\": true, \"tokens\": \"[UNK]\\na\\na\\n\"}", "that of line 2"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        lj_arena *arena = NULL;
        lj_wordpiece wordpiece = {0};
        MUST(lj_arena_create(&arena));
        assert_int_equal(load(cases[i].text, arena, &wordpiece), LJ_ECORRUPT);
        if (strstr(lj_error_message(), cases[i].message) == NULL)
            fail_msg("%s: expected '%s', found '%s'", cases[i].text, cases[i].message, lj_error_message());
        lj_arena_destroy(arena);
    }
}

static void no_memory_is_an_error(void **state)
{
    (void)state;
    static const char vocabulary[] = "[UNK]\na\n##b\n";
    lj_status status = LJ_ENOMEM;
    for (int64_t n = 0; status == LJ_ENOMEM; n++) {
        const int64_t live = lj_test_live_allocations();
        lj_arena *arena = NULL;
        lj_wordpiece wordpiece = {0};
        lj_wordpiece_scratch scratch = {0};
        taken found = {.count = 0};
        lj_test_fail_allocation(n);
        status = lj_arena_create(&arena);
        if (status == LJ_OK)
            status = lj_wordpiece_parse("vocab.txt", vocabulary, sizeof(vocabulary) - 1, arena, &wordpiece);
        if (status == LJ_OK)
            status = lj_wordpiece_apply(&wordpiece, "ab", &scratch, take, &found);
        lj_test_fail_allocation(-1);
        assert_int_equal(found.count, status == LJ_OK ? 2 : 0);
        lj_wordpiece_scratch_free(&scratch);
        lj_arena_destroy(arena);
        assert_int_equal(lj_test_live_allocations(), live);
    }
    assert_int_equal(status, LJ_OK);
}

static int open_golden(void **state)
{
    (void)state;
    return lj_json_read(LJ_SOURCE_DIR "/tests/golden/wordpiece.json", &golden) != LJ_OK;
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
        cmocka_unit_test(tokens_are_those_of_tokenizers),
        cmocka_unit_test(tokens_have_numbers_and_back),
        cmocka_unit_test(bad_vocabularies_are_refused),
        cmocka_unit_test(a_vocabulary_is_read_from_its_file),
        cmocka_unit_test(lies_in_a_file_are_refused),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests_name("prep/wordpiece", tests, open_golden, close_golden);
}
