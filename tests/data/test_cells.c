#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/cell.h"

static double number(lj_number_rule rule, const char *unit, const char *text)
{
    double x = 0;
    if (lj_number_parse(rule, unit, text, &x) != LJ_OK)
        fail_msg("%s", lj_error_message());
    return x;
}

static void refused(lj_number_rule rule, const char *unit, const char *text)
{
    double x = 0;
    if (lj_number_parse(rule, unit, text, &x) != LJ_EDATA)
        fail_msg("'%s' was taken by the rule %s", text, lj_number_rule_name(rule));
}

static void same(double a, double b)
{
    if (a != b)
        fail_msg("expected %.17g, found %.17g", b, a);
}

static void plain_numbers_are_read_to_the_nearest_double(void **state)
{
    (void)state;
    static const char *const texts[] = {"0",
                                        "-1",
                                        "1234.5",
                                        ".5",
                                        "5.",
                                        "1e3",
                                        "-2.5E-3",
                                        "0.766126609",
                                        "83.70",
                                        "0.1",
                                        "1e-320",
                                        "9007199254740993",
                                        "123456789012345678",
                                        "0.30000000000000004",
                                        "1.7976931348623157e308",
                                        "4.9e-324",
                                        "+7"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        same(number(LJ_RULE_PLAIN, NULL, texts[i]), strtod(texts[i], NULL));
    same(number(LJ_RULE_PLAIN, NULL, "  42 "), 42);
    static const char *const others[] = {"abc",   "1 2", "1,2",   "0x10", "1e", "--1",
                                         "1.2.3", "inf", "1e999", "+",    "$1", "860xx"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        refused(LJ_RULE_PLAIN, NULL, others[i]);
}

static void many_numbers_agree_with_the_standard_library(void **state)
{
    (void)state;
    char text[64];
    uint64_t x = 88172645463325252u;
    for (int i = 0; i < 200000; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        snprintf(text, sizeof(text), "%.*e", (int)(x % 18), (double)(int64_t)x * (x & 1 ? 1e-9 : 1e-18));
        same(number(LJ_RULE_PLAIN, NULL, text), strtod(text, NULL));
    }
}

static void words_that_mean_missing_give_nan(void **state)
{
    (void)state;
    static const char *const words[] = {"",     "  ", "NA", "n/a",     "NaN",     "null",
                                        "None", "-",  "?",  "missing", "Unknown", "#REF!"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        assert_true(isnan(number(LJ_RULE_PLAIN, NULL, words[i])));
}

static void each_rule_reads_its_texts(void **state)
{
    (void)state;
    same(number(LJ_RULE_PERCENT, NULL, "83.70%"), 83.70 / 100);
    same(number(LJ_RULE_PERCENT, NULL, "-5 %"), -0.05);
    same(number(LJ_RULE_PERCENT, NULL, "0"), 0);
    refused(LJ_RULE_PERCENT, NULL, "83.7");
    same(number(LJ_RULE_THOUSANDS, NULL, "1,234.5"), 1234.5);
    same(number(LJ_RULE_THOUSANDS, NULL, "-12,345,678"), -12345678);
    same(number(LJ_RULE_THOUSANDS, NULL, "999"), 999);
    refused(LJ_RULE_THOUSANDS, NULL, "1,23");
    refused(LJ_RULE_THOUSANDS, NULL, "1,2345");
    same(number(LJ_RULE_CURRENCY, NULL, "$5k"), 5000);
    same(number(LJ_RULE_CURRENCY, NULL, "1.2M"), 1.2 * 1e6);
    same(number(LJ_RULE_CURRENCY, NULL, "EUR 3"), 3);
    same(number(LJ_RULE_CURRENCY, NULL, "($1,200.50)"), -1200.5);
    same(number(LJ_RULE_CURRENCY, NULL, "-$7"), -7);
    same(number(LJ_RULE_CURRENCY, NULL, "\u00a53.5\u4e07"), 35000);
    refused(LJ_RULE_CURRENCY, "$", "EUR 3");
    same(number(LJ_RULE_UNIT, "months", "36 months"), 36);
    same(number(LJ_RULE_UNIT, "months", "1 Month"), 1);
    refused(LJ_RULE_UNIT, "months", "36 years");
    refused(LJ_RULE_UNIT, NULL, "860xx");
    refused(LJ_RULE_UNIT, NULL, "3 to 4");
    same(number(LJ_RULE_RANGE, "years", "10+ years"), 10);
    same(number(LJ_RULE_RANGE, "years", "< 1 year"), 0);
    same(number(LJ_RULE_RANGE, "years", "3 years"), 3);
    same(number(LJ_RULE_RANGE, NULL, "> 5"), 6);
    same(number(LJ_RULE_RANGE, NULL, ">= 5"), 5);
    same(number(LJ_RULE_RANGE, NULL, "65+"), 65);
    assert_true(isnan(number(LJ_RULE_RANGE, "years", "n/a")));
    refused(LJ_RULE_RANGE, NULL, "<5+");
}

static void nul_bytes_within_a_cell_are_no_end_of_it(void **state)
{
    (void)state;
    const lj_slice cell = {"5k\0", 3};
    const lj_slice word = {"k\0\0\0", 4};
    lj_cell_number found;
    for (int rule = 0; rule < LJ_RULE_COUNT; rule++)
        assert_false(lj_cell_number_read((lj_number_rule)rule, cell, &found));
    assert_false(lj_slice_is(word, "k"));
    assert_false(lj_cell_is_missing_word((lj_slice){"NA\0", 3}));
}

static int64_t micros(const char *format, const char *text)
{
    int64_t t = 0;
    if (lj_time_parse(format, text, &t) != LJ_OK)
        fail_msg("%s", lj_error_message());
    return t;
}

static void times_are_read_by_their_format(void **state)
{
    (void)state;
    const int64_t day = 86400000000;
    const int64_t may_first = 17652 * day; /* 2018-05-01 */
    static const char *const texts[] = {"2018-05-01",
                                        "2018/5/1",
                                        "20180501",
                                        "5/1/2018",
                                        "1 May 2018",
                                        "01-May-2018",
                                        "May 1, 2018",
                                        "May-2018",
                                        "2018-05",
                                        "2018\u5e745\u67081\u65e5",
                                        "2018-05-01T00:00:00Z",
                                        "2018-05-01 08:00:00+08:00",
                                        "2018-04-30 19:00 -0500",
                                        "1.5.2018"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (micros(NULL, texts[i]) != may_first)
            fail_msg("'%s' is read as %lld", texts[i], (long long)micros(NULL, texts[i]));
    assert_int_equal(micros("%d/%m/%Y", "1/5/2018"), may_first);
    assert_int_equal(micros("%Y-%m-%d", "2018-05-01 14:05:09.25"), may_first + 50709250000);
    assert_int_equal(micros("%Y-%m-%d", "2018-05-01 2:05 PM"), may_first + 50700000000);
    assert_int_equal(micros("%b-%Y", "Dec-2011"), 15309 * day);
    assert_int_equal(micros("%Y-%m-%d", "1970-01-01"), 0);
    assert_int_equal(micros("%Y-%m-%d", "1969-12-31"), -day);
    assert_int_equal(micros("%Y-%m-%d", "2000-02-29"), 11016 * day);
}

static void times_that_do_not_exist_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"2018-02-30", "1900-02-29",       "2018-13-01",  "2018-00-10",
                                        "25:00",      "2018-05-01 25:00", "2018-05-01x", "20181301",
                                        "May",        "2018-05-01 10:61", "1 Foo 2018",  ""};
    int64_t t = 0;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (lj_time_parse(NULL, texts[i], &t) != LJ_EDATA)
            fail_msg("'%s' was taken for a time", texts[i]);
    assert_int_equal(lj_time_parse("%Y-%m-%d", "2018/05/01", &t), LJ_EDATA);
    assert_string_equal(lj_error_message(), "'2018/05/01' is not a time like %Y-%m-%d");
}

static void rules_have_names_that_are_found_again(void **state)
{
    (void)state;
    for (int rule = 0; rule < LJ_RULE_COUNT; rule++)
        assert_int_equal(lj_number_rule_find(lj_number_rule_name((lj_number_rule)rule)), rule);
    assert_int_equal(lj_number_rule_find("roman"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_numbers_are_read_to_the_nearest_double),
        cmocka_unit_test(many_numbers_agree_with_the_standard_library),
        cmocka_unit_test(words_that_mean_missing_give_nan),
        cmocka_unit_test(each_rule_reads_its_texts),
        cmocka_unit_test(nul_bytes_within_a_cell_are_no_end_of_it),
        cmocka_unit_test(times_are_read_by_their_format),
        cmocka_unit_test(times_that_do_not_exist_are_refused),
        cmocka_unit_test(rules_have_names_that_are_found_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
