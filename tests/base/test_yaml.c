/* YAML read with its places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "lianjin/document.h"
#include "lianjin/file.h"

static lj_doc *parse(const char *text)
{
    lj_doc *doc = NULL;
    const lj_status status = lj_yaml_parse("p.yaml", text, strlen(text), &doc);
    if (status != LJ_OK)
        print_error("%s\n", lj_error_message());
    assert_int_equal(status, LJ_OK);
    return doc;
}

static void assert_place(const lj_item *item, int line, int column, int key_line, int key_column)
{
    assert_int_equal(item->line, line);
    assert_int_equal(item->column, column);
    assert_int_equal(item->key_line, key_line);
    assert_int_equal(item->key_column, key_column);
}

static void every_key_and_value_knows_its_place(void **state)
{
    (void)state;
    lj_doc *doc = parse("name: card\n"
                        "data: {source: 'cards.csv', key: ID} # comment\n"
                        "\xE7\x82\xBC: \"x\"\n"
                        "list:\n"
                        "  - a\n"
                        "  - b: 1\n"
                        "tune:\n");
    const lj_item *root = lj_doc_root(doc);
    assert_string_equal(lj_doc_name(doc), "p.yaml");
    assert_int_equal(root->count, 5);
    assert_place(lj_item_get(root, "name"), 1, 7, 1, 1);
    const lj_item *data = lj_item_get(root, "data");
    assert_place(data, 2, 7, 2, 1);
    assert_place(lj_item_get(data, "source"), 2, 16, 2, 8);
    assert_place(lj_item_get(data, "key"), 2, 34, 2, 29);
    assert_place(lj_item_get(root, "\xE7\x82\xBC"), 3, 4, 3, 1);
    const lj_item *list = lj_item_get(root, "list");
    assert_place(list, 5, 3, 4, 1);
    assert_place(list->items[1], 6, 5, 0, 0);
    assert_place(lj_item_get(list->items[1], "b"), 6, 8, 6, 5);
    assert_place(lj_item_get(root, "tune"), 7, 1, 7, 1); /* nothing is written: the place of its key */
    assert_int_equal(lj_item_get(root, "tune")->kind, LJ_NULL);
    lj_doc_destroy(doc);
}

static void scalars_follow_the_core_schema(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        lj_kind kind;
        double number;
        int is_integer;
    } cases[] = {
        {"~", LJ_NULL, 0, 0},           {"null", LJ_NULL, 0, 0},        {"true", LJ_BOOL, 1, 0},
        {"False", LJ_BOOL, 0, 0},       {"yes", LJ_STRING, 0, 0},       {"no", LJ_STRING, 0, 0},
        {"0", LJ_NUMBER, 0, 1},         {"-12", LJ_NUMBER, -12, 1},     {"+7", LJ_NUMBER, 7, 1},
        {"007", LJ_NUMBER, 7, 1},       {"0x1F", LJ_NUMBER, 31, 1},     {"0o17", LJ_NUMBER, 15, 1},
        {"0x", LJ_STRING, 0, 0},        {"0o8", LJ_STRING, 0, 0},       {"0.5", LJ_NUMBER, 0.5, 0},
        {".5", LJ_NUMBER, 0.5, 0},      {"5.", LJ_NUMBER, 5, 0},        {"1e-3", LJ_NUMBER, 0.001, 0},
        {"1e", LJ_STRING, 0, 0},        {"1.2.3", LJ_STRING, 0, 0},     {"2018-05-01", LJ_STRING, 0, 0},
        {"12abc", LJ_STRING, 0, 0},     {"'12'", LJ_STRING, 0, 0},      {"\"true\"", LJ_STRING, 0, 0},
        {"-.inf", LJ_NUMBER, 0, 0},     {"9007199254740993", LJ_NUMBER, 9007199254740992.0, 0},
        {"99007199254740993", LJ_NUMBER, 99007199254740992.0, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        lj_doc *doc = parse(cases[i].text);
        const lj_item *item = lj_doc_root(doc);
        assert_int_equal(item->kind, cases[i].kind);
        assert_int_equal(item->is_integer, cases[i].is_integer);
        if (strcmp(cases[i].text, "-.inf") == 0)
            assert_true(isinf(item->number) && item->number < 0);
        else
            assert_true(item->number == cases[i].number);
        lj_doc_destroy(doc);
    }
}

static void numbers_do_not_depend_on_the_locale(void **state)
{
    (void)state;
    const char *german = setlocale(LC_ALL, "de_DE.UTF-8"); /* where it is installed */
    lj_doc *doc = parse("1.5");
    setlocale(LC_ALL, "C");
    (void)german;
    assert_true(lj_doc_root(doc)->number == 1.5);
    lj_doc_destroy(doc);
}

static void bad_yaml_is_refused_with_its_place(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "p.yaml:1:1: the file is empty"},
        {"# only a comment\n", "p.yaml:1:1: the file is empty"},
        {"a: 1\nb: 2\na: 3\n", "p.yaml:3:1: key 'a' stands twice; the first is in line 1"},
        {"x:\n  a: [1, 2\nb: 3\n", "p.yaml:3:2: "},
        {"a:\n\tb: 3\n", "p.yaml:2:1: "},
        {"a: &x 1\nb: *x\n", "p.yaml:2:5: aliases (*name) are not used here"},
        {"a: !!str 5\n", "p.yaml:1:10: tags (!name) are not used here"},
        {"--- 1\n--- 2\n", "p.yaml:2:1: expected one document"},
        {"a: b: c\n", "p.yaml:1:5: "},
        {"? [a, b]\n: 1\n", "p.yaml:1:3: expected a text as key"},
        {"a: 'unclosed\n", "p.yaml:1:"},
        {"? a:\t|\n  b\n", "p.yaml:1:5: a tab behind a key that begins with '?': write \"key: value\" with spaces"},
        {"a: \"q\\0z\"\n", "p.yaml:1:4: a text with a NUL character"},
        {"a: 1\nb: \xFF\n", "p.yaml:2:4: a byte that is not UTF-8"},
        {"a: \xC0\x80\n", "p.yaml:1:4: a byte that is not UTF-8"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        lj_doc *doc = NULL;
        assert_int_equal(lj_yaml_parse("p.yaml", cases[i][0], strlen(cases[i][0]), &doc), LJ_ECONFIG);
        assert_null(doc);
        if (strncmp(lj_error_message(), cases[i][1], strlen(cases[i][1])) != 0)
            fail_msg("expected '%s', found '%s'", cases[i][1], lj_error_message());
    }
    assert_int_equal(lj_test_live_allocations(), 0);
}

static void depth_is_bounded(void **state)
{
    (void)state;
    char text[2000];
    lj_doc *doc = NULL;
    memset(text, '[', 1000);
    memset(text + 1000, ']', 1000);
    assert_int_equal(lj_yaml_parse("p.yaml", text, sizeof(text), &doc), LJ_ECONFIG);
    assert_int_equal(lj_test_live_allocations(), 0);
}

static void a_file_is_read_and_a_missing_one_named(void **state)
{
    (void)state;
    lj_doc *doc = NULL;
    assert_int_equal(lj_file_replace("test_yaml.yaml", "a: 1\n", 5), LJ_OK);
    assert_int_equal(lj_yaml_read("test_yaml.yaml", &doc), LJ_OK);
    assert_string_equal(lj_doc_name(doc), "test_yaml.yaml");
    lj_doc_destroy(doc);
    assert_int_equal(lj_yaml_read("test_yaml.yml", &doc), LJ_ENOTFOUND);
    assert_string_equal(lj_error_message(), "test_yaml.yml: no such file; did you mean 'test_yaml.yaml'?");
    unlink("test_yaml.yaml");
}

static void yaml_is_written_as_json(void **state)
{
    (void)state;
    lj_doc *doc = parse("{a: [.5, 0x10, +3, 1.50, .nan, 1e999, 'x'], b: ~}");
    lj_text out = {0};
    lj_json json;
    lj_json_start(&json, &out, 1);
    lj_json_item(&json, NULL, lj_doc_root(doc));
    assert_string_equal(out.data, "{\"a\": [0.5, 16, 3, 1.50, null, null, \"x\"], \"b\": null}");
    lj_text_free(&out);
    lj_doc_destroy(doc);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    static const char text[] = "a: [1, 2, 3, 4, 5, 6]\nb: {c: 'x'}\n";
    lj_status status = LJ_ENOMEM;
    for (int64_t n = 0; status != LJ_OK; n++) {
        lj_doc *doc = NULL;
        lj_test_fail_allocation(n);
        status = lj_yaml_parse("p.yaml", text, sizeof(text) - 1, &doc);
        lj_test_fail_allocation(-1);
        assert_true(status == LJ_OK || (status == LJ_ENOMEM && doc == NULL));
        lj_doc_destroy(doc);
        assert_int_equal(lj_test_live_allocations(), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_and_value_knows_its_place),
        cmocka_unit_test(scalars_follow_the_core_schema),
        cmocka_unit_test(numbers_do_not_depend_on_the_locale),
        cmocka_unit_test(bad_yaml_is_refused_with_its_place),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(a_file_is_read_and_a_missing_one_named),
        cmocka_unit_test(yaml_is_written_as_json),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
