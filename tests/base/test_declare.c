/* Declared options: defaults, every kind, refusals with their place, writing and reading again. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lianjin/declare.h"

typedef struct options {
    int fast;
    int64_t epochs, seed;
    double rate, limit;
    const char *name, *note;
    int kind;
    const lj_item *parts, *hidden, *weights, *map, *list, *any;
} options;

static const char *const kinds[] = {"plain", "fancy", NULL};
static const char *const parts[] = {"year", "month", NULL};

static const lj_declaration table[] = {
    {.key = "fast", .kind = LJ_DECLARED_BOOL, .offset = offsetof(options, fast), .fallback = "true", .doc = "F."},
    {.key = "epochs", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(options, epochs), .min = 1, .max = 100,
     .fallback = "20", .doc = "E."},
    {.key = "seed", .kind = LJ_DECLARED_INTEGER, .offset = offsetof(options, seed), .doc = "S."},
    {.key = "rate", .kind = LJ_DECLARED_NUMBER, .offset = offsetof(options, rate), .min = 0, .max = 1,
     .fallback = "0.25", .doc = "R."},
    {.key = "limit", .kind = LJ_DECLARED_NUMBER, .offset = offsetof(options, limit), .doc = "L."},
    {.key = "name", .kind = LJ_DECLARED_STRING, .offset = offsetof(options, name), .fallback = "x", .doc = "N."},
    {.key = "note", .kind = LJ_DECLARED_STRING, .offset = offsetof(options, note), .doc = "N."},
    {.key = "kind", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(options, kind), .choices = kinds,
     .fallback = "plain", .doc = "K."},
    {.key = "parts", .kind = LJ_DECLARED_STRINGS, .offset = offsetof(options, parts), .choices = parts, .doc = "P."},
    {.key = "hidden", .kind = LJ_DECLARED_INTEGERS, .offset = offsetof(options, hidden), .min = 1, .max = 1e6,
     .doc = "H."},
    {.key = "weights", .kind = LJ_DECLARED_NUMBERS, .offset = offsetof(options, weights), .doc = "W."},
    {.key = "map", .kind = LJ_DECLARED_MAP, .offset = offsetof(options, map), .doc = "M."},
    {.key = "list", .kind = LJ_DECLARED_LIST, .offset = offsetof(options, list), .doc = "L."},
    {.key = "any", .kind = LJ_DECLARED_ANY, .offset = offsetof(options, any), .doc = "A."},
};
#define COUNT ((int64_t)(sizeof(table) / sizeof(table[0])))

static void what_is_left_out_has_its_default(void **state)
{
    (void)state;
    options o;
    assert_int_equal(lj_declare_read("f", NULL, table, COUNT, NULL, &o), LJ_OK);
    assert_true(o.fast == 1 && o.epochs == 20 && o.seed == LJ_UNSET && o.rate == 0.25 && isnan(o.limit));
    assert_string_equal(o.name, "x");
    assert_null(o.note);
    assert_true(o.kind == 0 && o.parts == NULL && o.map == NULL && o.any == NULL);
    assert_int_equal(lj_declared_count(o.hidden), 0);
}

static void every_kind_is_read_and_written_again(void **state)
{
    (void)state;
    const char *text = "fast: false\nepochs: 7\nseed: -3\nrate: 1\nlimit: 0.1\nname: 5\nnote: n\nkind: fancy\n"
                       "parts: month\nhidden: [64, 32]\n"
                       "weights: [0.5, 2]\nmap: {a: 1}\nlist: [1, b]\nany: 3\nfamily: mine\n";
    static const char *const also[] = {"family", NULL};
    lj_doc *doc = NULL;
    options o;
    assert_int_equal(lj_yaml_parse("f", text, strlen(text), &doc), LJ_OK);
    assert_int_equal(lj_declare_read("f", lj_doc_root(doc), table, COUNT, also, &o), LJ_OK);
    assert_true(o.fast == 0 && o.epochs == 7 && o.seed == -3 && o.rate == 1 && o.limit == 0.1 && o.kind == 1);
    assert_string_equal(o.name, "5");
    assert_int_equal(lj_declared_count(o.parts), 1);
    assert_string_equal(lj_declared_at(o.parts, 0)->text, "month");
    assert_int_equal(lj_declared_count(o.hidden), 2);
    assert_true(lj_declared_at(o.hidden, 1)->number == 32);

    lj_text written = {0};
    lj_text again = {0};
    lj_json json;
    lj_json_start(&json, &written, 0);
    lj_json_map(&json, NULL);
    lj_declare_write(&json, table, COUNT, &o);
    lj_json_end_map(&json);
    assert_int_equal(lj_text_finish(&written), LJ_OK);
    lj_doc_destroy(doc);
    assert_int_equal(lj_json_parse("g", written.data, written.size, &doc), LJ_OK);
    options p;
    assert_int_equal(lj_declare_read("g", lj_doc_root(doc), table, COUNT, NULL, &p), LJ_OK);
    assert_true(p.limit == 0.1 && p.seed == -3 && p.kind == 1);
    lj_json_start(&json, &again, 0);
    lj_json_map(&json, NULL);
    lj_declare_write(&json, table, COUNT, &p);
    lj_json_end_map(&json);
    assert_int_equal(lj_text_finish(&again), LJ_OK);
    assert_string_equal(written.data, again.data);
    lj_doc_destroy(doc);
    lj_text_free(&written);
    lj_text_free(&again);
}

static void wrong_options_are_refused_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"epocs: 5", "f.yaml:1:1: unknown key 'epocs'; did you mean 'epochs'? (known: fast, epochs, seed"},
        {"rate: 0.1\nepochs: 0", "f.yaml:2:9: 'epochs' must be a whole number from 1 to 100, found '0'"},
        {"epochs: 2.5", "f.yaml:1:9: 'epochs' must be a whole number from 1 to 100, found '2.5'"},
        {"epochs: '5'", "f.yaml:1:9: 'epochs' must be a whole number from 1 to 100, found '5'"},
        {"epochs: [5]", "'epochs' must be a whole number from 1 to 100, found a list"},
        {"fast: yes", "f.yaml:1:7: 'fast' must be true or false, found 'yes'"},
        {"rate: 1.5", "'rate' must be a number from 0 to 1, found '1.5'"},
        {"limit: .nan", "'limit' must be a number"},
        {"name: [a]", "'name' must be a text, found a list"},
        {"kind: fency", "'kind' must be one of plain, fancy, found 'fency'; did you mean 'fancy'?"},
        {"parts: [year, moth]", "f.yaml:1:15: 'parts' must be a list of texts out of year, month, found 'moth'; did "
                                "you mean 'month'?"},
        {"hidden: [64, x]", "f.yaml:1:14: 'hidden' must be a list of whole numbers from 1 to 1000000, found 'x'"},
        {"hidden: {a: 1}", "'hidden' must be a list of whole numbers from 1 to 1000000, found a map"},
        {"map: 3", "'map' must be a map, found '3'"},
        {"list: 3", "'list' must be a list, found '3'"},
        {"- 1", "f.yaml:1:1: expected a map of options, found a list"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        lj_doc *doc = NULL;
        options o;
        assert_int_equal(lj_yaml_parse("f.yaml", cases[i].text, strlen(cases[i].text), &doc), LJ_OK);
        const lj_status status = lj_declare_read("f.yaml", lj_doc_root(doc), table, COUNT, NULL, &o);
        if (status != LJ_ECONFIG || strstr(lj_error_message(), cases[i].message) == NULL)
            fail_msg("%s\nexpected: %s\nfound: %s", cases[i].text, cases[i].message, lj_error_message());
        lj_doc_destroy(doc);
    }
}

static void null_is_left_out_and_required_is_required(void **state)
{
    (void)state;
    const lj_declaration need[] = {{.key = "codes", .kind = LJ_DECLARED_ANY, .required = 1, .doc = "The codes."}};
    const char *text = "codes: null";
    const lj_item *value;
    lj_doc *doc = NULL;
    assert_int_equal(lj_yaml_parse("f", text, strlen(text), &doc), LJ_OK);
    assert_int_equal(lj_declare_read("f", lj_doc_root(doc), need, 1, NULL, &value), LJ_ECONFIG);
    assert_non_null(strstr(lj_error_message(), "the key 'codes' is missing: The codes."));
    lj_doc_destroy(doc);
}

static void a_declaration_describes_itself(void **state)
{
    (void)state;
    static const struct {
        int64_t at;
        const char *text;
    } cases[] = {
        {0, "true or false, default true"},
        {1, "a whole number from 1 to 100, default 20"},
        {7, "one of plain, fancy, default plain"},
        {8, "a list of texts out of year, month"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        lj_text text = {0};
        lj_declare_describe(&table[cases[i].at], &text);
        assert_int_equal(lj_text_finish(&text), LJ_OK);
        assert_string_equal(text.data, cases[i].text);
        lj_text_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_out_has_its_default),
        cmocka_unit_test(every_kind_is_read_and_written_again),
        cmocka_unit_test(wrong_options_are_refused_with_their_place),
        cmocka_unit_test(null_is_left_out_and_required_is_required),
        cmocka_unit_test(a_declaration_describes_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
