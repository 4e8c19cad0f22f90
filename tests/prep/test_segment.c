/* The words of Chinese texts: those of jieba, and the words of our own list whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lianjin/document.h"
#include "prep/text/segment.h"

#define MUST(expr)                                                                                                     \
    do {                                                                                                               \
        if ((expr) != LJ_OK)                                                                                           \
            fail_msg("%s: %s", #expr, lj_error_message());                                                             \
    } while (0)

static void segment(const char *text, lj_segments *out)
{
    const lj_text_rules as_is = {0};
    lj_characters characters = {0};
    MUST(lj_text_characters(text, &as_is, &characters));
    MUST(lj_segment(&characters, out));
    assert_int_equal(out->count > 0 ? out->ends[out->count - 1] : 0, characters.count);
    lj_characters_free(&characters);
}

static void words_are_those_of_jieba(void **state)
{
    (void)state;
    lj_doc *golden = NULL;
    lj_segments words = {0};
    MUST(lj_json_read(LJ_SOURCE_DIR "/tests/golden/segment.json", &golden));
    const lj_item *cases = lj_doc_root(golden);
    assert_true(cases->count > 300);
    for (int64_t i = 0; i < cases->count; i++) {
        const char *text = lj_item_get(cases->items[i], "text")->text;
        const lj_item *ends = lj_item_get(cases->items[i], "ends");
        segment(text, &words);
        for (int64_t k = 0; k < words.count && k < ends->count; k++) {
            if (words.ends[k] != (int64_t)ends->items[k]->number)
                fail_msg("%s: word %d ends at %d, not at %g", text, (int)k, (int)words.ends[k],
                         ends->items[k]->number);
        }
        assert_int_equal(words.count, ends->count);
    }
    lj_segments_free(&words);
    lj_doc_destroy(golden);
}

static void words_of_our_list_stay_whole(void **state)
{
    (void)state;
    char line[256];
    int seen = 0;
    lj_segments words = {0};
    FILE *list = fopen(LJ_SOURCE_DIR "/src/prep/text/finance_words.txt", "r");
    assert_non_null(list);
    while (fgets(line, sizeof(line), list) != NULL) {
        line[strcspn(line, " \n")] = '\0';
        if (line[0] == '#' || line[0] == '\0')
            continue;
        segment(line, &words);
        if (words.count != 1)
            fail_msg("'%s' becomes %d words", line, (int)words.count);
        seen++;
    }
    assert_true(seen > 800);
    assert_int_equal(fclose(list), 0);
    lj_segments_free(&words);
}

static void an_empty_text_has_no_words(void **state)
{
    (void)state;
    lj_segments words = {0};
    segment("", &words);
    assert_int_equal(words.count, 0);
    lj_segments_free(&words);
}

/* Names, unknown characters and numbers without end: nothing recurses, nothing overflows. */
static void a_run_may_be_long(void **state)
{
    (void)state;
    static const char *const pieces[] = {"犇", "鱻龘", "1", "哈", "存款准备金率", "。"};
    for (int i = 0; i < 6; i++) {
        lj_text text = {0};
        lj_segments words = {0};
        for (int k = 0; k < 100000; k++)
            lj_text_puts(&text, pieces[i]);
        MUST(lj_text_finish(&text));
        segment(text.data, &words);
        for (int64_t k = 1; k < words.count; k++)
            assert_true(words.ends[k] > words.ends[k - 1]);
        if (i == 4)
            assert_int_equal(words.count, 100000);
        lj_segments_free(&words);
        lj_text_free(&text);
    }
}

static void the_next_text_needs_no_memory(void **state)
{
    (void)state;
    const lj_text_rules as_is = {0};
    lj_characters characters = {0};
    lj_segments words = {0};
    segment("中国人民银行授权全国银行间同业拆借中心公布", &words);
    MUST(lj_text_characters("央行下调存款准备金率", &as_is, &characters));
    lj_test_fail_allocation(0);
    const lj_status status = lj_segment(&characters, &words);
    lj_test_fail_allocation(-1);
    assert_int_equal(status, LJ_OK);
    assert_int_equal(words.count, 3);
    lj_characters_free(&characters);
    lj_segments_free(&words);
}

static void no_memory_is_an_error(void **state)
{
    (void)state;
    const lj_text_rules as_is = {0};
    lj_characters characters = {0};
    MUST(lj_text_characters("央行下调存款准备金率", &as_is, &characters));
    const int64_t live = lj_test_live_allocations();
    lj_status status = LJ_ENOMEM;
    for (int64_t n = 0; status == LJ_ENOMEM; n++) {
        lj_segments words = {0};
        lj_test_fail_allocation(n);
        status = lj_segment(&characters, &words);
        lj_test_fail_allocation(-1);
        assert_int_equal(words.count, status == LJ_OK ? 3 : 0);
        lj_segments_free(&words);
        assert_int_equal(lj_test_live_allocations(), live);
    }
    assert_int_equal(status, LJ_OK);
    lj_characters_free(&characters);
}

static void the_dictionary_has_a_digest(void **state)
{
    (void)state;
    assert_int_equal(strlen(lj_segment_dictionary()), 16);
    assert_int_equal(strspn(lj_segment_dictionary(), "0123456789abcdef"), 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_those_of_jieba),
        cmocka_unit_test(words_of_our_list_stay_whole),
        cmocka_unit_test(an_empty_text_has_no_words),
        cmocka_unit_test(a_run_may_be_long),
        cmocka_unit_test(the_next_text_needs_no_memory),
        cmocka_unit_test(no_memory_is_an_error),
        cmocka_unit_test(the_dictionary_has_a_digest),
    };
    return cmocka_run_group_tests_name("prep/segment", tests, NULL, NULL);
}
