/* JSON read with its places and written with the fewest digits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/document.h"
#include "lianjin/limits.h"
#include "lianjin/random.h"

static lj_doc *parse(const char *text)
{
    lj_doc *doc = NULL;
    assert_int_equal(lj_json_parse("f.json", text, strlen(text), &doc), LJ_OK);
    return doc;
}

static void assert_place(const lj_item *item, int line, int column)
{
    assert_int_equal(item->line, line);
    assert_int_equal(item->column, column);
}

static void every_value_knows_its_place(void **state)
{
    (void)state;
    lj_doc *doc = parse("{\n  \"a\": [1, \"\xE7\x82\xBC\", {\"b\\\"\": -2.5e3}],\n\t\"c\" : null, \"d\":true }");
    const lj_item *root = lj_doc_root(doc);
    assert_int_equal(root->kind, LJ_MAP);
    assert_place(root, 1, 1);
    const lj_item *a = lj_item_get(root, "a");
    assert_place(a, 2, 8);
    assert_int_equal(a->key_line, 2);
    assert_int_equal(a->key_column, 3);
    assert_int_equal(a->count, 3);
    assert_place(a->items[0], 2, 9);
    assert_place(a->items[1], 2, 12);
    assert_place(a->items[2], 2, 17); /* a Chinese character is one column */
    const lj_item *b = lj_item_get(a->items[2], "b\"");
    assert_place(b, 2, 25);
    assert_place(lj_item_get(root, "c"), 3, 8);
    assert_place(lj_item_get(root, "d"), 3, 18);
    assert_null(lj_item_get(root, "e"));
    assert_null(lj_item_get(a, "a"));
    assert_null(lj_item_get(NULL, "a"));
    lj_doc_destroy(doc);
}

static void scalars_keep_text_and_value(void **state)
{
    (void)state;
    lj_doc *doc = parse("[\"x\\u00e9\\n\", 12, -0.50, 9007199254740993, 1e2, false, null, \"\"]");
    lj_item *const *items = lj_doc_root(doc)->items;
    assert_string_equal(items[0]->text, "x\xC3\xA9\n");
    assert_true(items[0]->is_quoted);
    assert_true(items[1]->is_integer);
    assert_true(items[1]->number == 12);
    assert_string_equal(items[2]->text, "-0.50");
    assert_true(items[2]->number == -0.5);
    assert_false(items[2]->is_integer);
    assert_false(items[3]->is_integer); /* beyond 2^53 */
    assert_string_equal(items[3]->text, "9007199254740993");
    assert_false(items[4]->is_integer);
    assert_int_equal(items[5]->kind, LJ_BOOL);
    assert_true(items[5]->number == 0);
    assert_int_equal(items[6]->kind, LJ_NULL);
    assert_string_equal(items[7]->text, "");
    lj_doc_destroy(doc);
}

static void bad_json_is_refused_with_its_place(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "f.json:1:1: not JSON: nothing is there"},
        {"{\"a\": 1,\n \"b\": }", "f.json:2:7: not JSON: "},
        {"[1, 2", "f.json:1:6: not JSON: "},
        {"[1] 2", "f.json:1:5: not JSON: "},
        {"[1e999]", "f.json:1:2: not JSON: "},
        {"[\"\xFF\"]", "f.json:1:3: not JSON: "},
        {"{\"a\": 1, \"b\": 2, \"a\": 3}", "f.json:1:18: key 'a' stands twice; the first is in line 1"},
        {"[\"a\\u0000b\"]", "f.json:1:2: a text with the character U+0000"},
        {"{\"a\": NaN}", "f.json:1:7: not JSON: "},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        lj_doc *doc = NULL;
        assert_int_equal(lj_json_parse("f.json", cases[i][0], strlen(cases[i][0]), &doc), LJ_ECORRUPT);
        assert_null(doc);
        assert_memory_equal(lj_error_message(), cases[i][1], strlen(cases[i][1]));
    }
    assert_int_equal(lj_test_live_allocations(), 0);
}

static void a_key_twice_among_many_is_found(void **state)
{
    (void)state;
    lj_text text = {0};
    lj_text_puts(&text, "{");
    for (int i = 0; i < 500; i++)
        lj_text_printf(&text, "\"k%d\": %d,\n", i, i);
    lj_text_puts(&text, "\"k123\": 0}");
    lj_doc *doc = NULL;
    assert_int_equal(lj_json_parse("f", text.data, text.size, &doc), LJ_ECORRUPT);
    assert_string_equal(lj_error_message(), "f:501:1: key 'k123' stands twice; the first is in line 124");
    lj_text_free(&text);
}

static void depth_is_bounded(void **state)
{
    (void)state;
    char text[2 * LJ_NESTING_MAX + 3];
    for (int depth = LJ_NESTING_MAX; depth <= LJ_NESTING_MAX + 1; depth++) {
        lj_doc *doc = NULL;
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        const lj_status status = lj_json_parse("f", text, 2 * (size_t)depth, &doc);
        assert_int_equal(status, depth == LJ_NESTING_MAX ? LJ_OK : LJ_ECORRUPT);
        lj_doc_destroy(doc);
    }
    assert_string_equal(lj_error_message(), "f:1:65: nested deeper than 64 levels");
}

static void needed_members_are_asked_for_by_name(void **state)
{
    (void)state;
    lj_doc *doc = parse("{\"n\": 3, \"x\": 1.5, \"s\": \"t\", \"l\": []}");
    const lj_item *root = lj_doc_root(doc);
    const lj_item *item = NULL;
    const char *text = NULL;
    double x = 0;
    int64_t n = 0;
    assert_int_equal(lj_item_need_integer(doc, root, "n", 0, 3, &n), LJ_OK);
    assert_int_equal(n, 3);
    assert_int_equal(lj_item_need_number(doc, root, "x", &x), LJ_OK);
    assert_true(x == 1.5);
    assert_int_equal(lj_item_need_string(doc, root, "s", &text), LJ_OK);
    assert_string_equal(text, "t");
    assert_int_equal(lj_item_need(doc, root, "l", LJ_LIST, &item), LJ_OK);
    assert_int_equal(lj_item_need_integer(doc, root, "n", 0, 2, &n), LJ_ECORRUPT);
    assert_string_equal(lj_error_message(), "f.json:1:7: 'n': expected a whole number from 0 to 2, found 3");
    assert_int_equal(lj_item_need_integer(doc, root, "x", 0, 2, &n), LJ_ECORRUPT);
    assert_int_equal(lj_item_need_string(doc, root, "none", &text), LJ_ECORRUPT);
    assert_int_equal(lj_item_need(doc, root, "s", LJ_MAP, &item), LJ_ECORRUPT);
    assert_string_equal(lj_error_message(), "f.json:1:25: 's': expected a map, found a text");
    assert_null(item);
    assert_int_equal(lj_item_need(doc, lj_item_get(root, "l"), "s", LJ_MAP, &item), LJ_ECORRUPT);
    lj_doc_destroy(doc);
}

static void the_writer_cares_for_commas_and_indent(void **state)
{
    (void)state;
    for (int compact = 0; compact < 2; compact++) {
        lj_text text = {0};
        lj_json json;
        lj_json_start(&json, &text, compact);
        lj_json_map(&json, NULL);
        lj_json_string(&json, "s", "a\"\\\n\t\x01/\xE7\x82\xBC\xFF");
        lj_json_list(&json, "l");
        lj_json_integer(&json, NULL, INT64_MIN);
        lj_json_bool(&json, NULL, 1);
        lj_json_string(&json, NULL, NULL);
        lj_json_map(&json, NULL);
        lj_json_end_map(&json);
        lj_json_end_list(&json);
        lj_json_list(&json, "e");
        lj_json_end_list(&json);
        lj_json_end_map(&json);
        assert_int_equal(lj_text_finish(&text), LJ_OK);
        const char *expected = compact
                                   ? "{\"s\": \"a\\\"\\\\\\n\\t\\u0001/\xE7\x82\xBC\xEF\xBF\xBD\", \"l\": "
                                     "[-9223372036854775808, true, null, {}], \"e\": []}"
                                   : "{\n  \"s\": \"a\\\"\\\\\\n\\t\\u0001/\xE7\x82\xBC\xEF\xBF\xBD\",\n  \"l\": [\n"
                                     "    -9223372036854775808,\n    true,\n    null,\n    {}\n  ],\n  \"e\": []\n}";
        assert_string_equal(text.data, expected);
        lj_text_free(&text);
    }
}

static void assert_written(double value, int is_float, const char *expected)
{
    lj_text text = {0};
    lj_json json;
    lj_json_start(&json, &text, 1);
    if (is_float)
        lj_json_float(&json, NULL, (float)value);
    else
        lj_json_double(&json, NULL, value);
    assert_int_equal(lj_text_finish(&text), LJ_OK);
    assert_string_equal(text.data, expected);
    lj_text_free(&text);
}

static void numbers_have_the_fewest_digits(void **state)
{
    (void)state;
    assert_written(0.1, 0, "0.1");
    assert_written((double)0.1F, 1, "0.1");
    assert_written((double)0.1F, 0, "0.10000000149011612");
    assert_written(5, 0, "5");
    assert_written(-0.0, 0, "-0.0");
    assert_written(0.0, 0, "0");
    assert_written(5e-324, 0, "5e-324");
    assert_written(NAN, 0, "null");
    assert_written((double)-INFINITY, 1, "null");
    assert_written(16777216.0, 1, "16777216");
}

static void numbers_read_back_as_the_same_bits(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 20000; i++) {
        const uint32_t word = lj_random_u32(11, 1, 2 * i);
        const uint64_t wide = (uint64_t)word << 32 | lj_random_u32(11, 1, 2 * i + 1);
        float f = 0;
        double d = 0;
        memcpy(&f, &word, sizeof(f));
        memcpy(&d, &wide, sizeof(d));
        if (!isfinite(f) || !isfinite(d))
            continue;
        lj_text text = {0};
        lj_json json;
        lj_json_start(&json, &text, 1);
        lj_json_list(&json, NULL);
        lj_json_float(&json, NULL, f);
        lj_json_double(&json, NULL, d);
        lj_json_end_list(&json);
        lj_doc *doc = parse(text.data);
        lj_item *const *items = lj_doc_root(doc)->items;
        const float f_back = strtof(items[0]->text, NULL);
        assert_memory_equal(&f_back, &f, sizeof(f));
        assert_memory_equal(&items[1]->number, &d, sizeof(d));
        assert_true((float)items[0]->number == f);
        lj_doc_destroy(doc);
        lj_text_free(&text);
    }
}

static void a_value_is_written_again_as_it_was(void **state)
{
    (void)state;
    static const char text[] = "{\"a\": [1, 2.50, 1e3, 12345678901234567890, \"x\", null, true], \"b\": {}}";
    lj_doc *doc = parse(text);
    lj_text out = {0};
    lj_json json;
    lj_json_start(&json, &out, 1);
    lj_json_item(&json, NULL, lj_doc_root(doc));
    assert_string_equal(out.data, text);
    lj_text_free(&out);
    lj_doc_destroy(doc);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    static const char text[] = "{\"a\": [1, 2.50, \"x\", null], \"b\": {\"c\": true}}";
    lj_status status = LJ_ENOMEM;
    for (int64_t n = 0; status != LJ_OK; n++) {
        lj_doc *doc = NULL;
        lj_text out = {0};
        lj_test_fail_allocation(n);
        status = lj_json_parse("f", text, sizeof(text) - 1, &doc);
        if (status == LJ_OK) {
            lj_json json;
            lj_json_start(&json, &out, 0);
            lj_json_item(&json, NULL, lj_doc_root(doc));
            status = lj_text_finish(&out);
        } else {
            assert_null(doc);
        }
        lj_test_fail_allocation(-1);
        assert_true(status == LJ_OK || status == LJ_ENOMEM);
        lj_text_free(&out);
        lj_doc_destroy(doc);
        assert_int_equal(lj_test_live_allocations(), 0);
    }
}

static void the_nearest_name_is_found_or_none(void **state)
{
    (void)state;
    static const char *const names[] = {"target", "task", "split", "features", "prepare", "EDUCATION", "PAY_0"};
    static const char *const cases[][2] = {
        {"tagret", "target"}, {"Target", "target"},       {"spilt", "split"}, {"education", "EDUCATION"},
        {"prepar", "prepare"}, {"zzz", NULL},             {"PAY_1", "PAY_0"}, {"tsk", "task"},
        {"", NULL},            {"completely other", NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *near = lj_nearest(cases[i][0], names, sizeof(names) / sizeof(names[0]));
        if (cases[i][1] == NULL)
            assert_null(near);
        else
            assert_string_equal(near, cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_knows_its_place),
        cmocka_unit_test(scalars_keep_text_and_value),
        cmocka_unit_test(bad_json_is_refused_with_its_place),
        cmocka_unit_test(a_key_twice_among_many_is_found),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(needed_members_are_asked_for_by_name),
        cmocka_unit_test(the_writer_cares_for_commas_and_indent),
        cmocka_unit_test(numbers_have_the_fewest_digits),
        cmocka_unit_test(numbers_read_back_as_the_same_bits),
        cmocka_unit_test(a_value_is_written_again_as_it_was),
        cmocka_unit_test(any_allocation_may_fail),
        cmocka_unit_test(the_nearest_name_is_found_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
