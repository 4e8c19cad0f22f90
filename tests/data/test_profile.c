#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "data/temporary.h"
#include "lianjin/document.h"

enum { N = 1000 };

/* A table whose faults are known. */
static lj_frame *example(void)
{
    static double id[N], age[N], late[N], leak[N], same[N], rare[N], tail[N], mostly[N], y[N], moved[N];
    static const char *word[N];
    static int64_t day[N];
    lj_frame *frame = NULL;
    for (int i = 0; i < N; i++) {
        y[i] = i % 5 == 0;
        id[i] = 5000 + i;
        age[i] = i % 50 == 7 ? 0 : 20 + i * 37 % 60;
        late[i] = i % 100 == 3 ? 98 : i % 250 == 9 ? 96 : i * 31 % 12;
        leak[i] = y[i] == 1 ? 50 + i % 7 : i % 7;
        same[i] = 4;
        rare[i] = i == 500 ? 0 : 1 + i % 3;
        tail[i] = i == 3 ? 1e9 : i * 13 % 101;
        mostly[i] = i % 10 == 0 ? i : (double)NAN;
        moved[i] = i < N / 2 ? i % 50 : 40 + i % 50;
        word[i] = i % 4 == 0 ? "a" : i % 4 == 1 ? "b" : "c";
        day[i] = INT64_C(86400000000) * i;
    }
    assert_ok(lj_frame_create(N, &frame));
    assert_ok(lj_frame_add_number(frame, "id", id));
    assert_ok(lj_frame_add_number(frame, "age", age));
    assert_ok(lj_frame_add_number(frame, "late", late));
    assert_ok(lj_frame_add_number(frame, "leak", leak));
    assert_ok(lj_frame_add_number(frame, "same", same));
    assert_ok(lj_frame_add_number(frame, "rare", rare));
    assert_ok(lj_frame_add_number(frame, "tail", tail));
    assert_ok(lj_frame_add_number(frame, "mostly", mostly));
    assert_ok(lj_frame_add_number(frame, "moved", moved));
    assert_ok(lj_frame_add_text(frame, "word", word));
    assert_ok(lj_frame_add_text(frame, "word.1", word));
    assert_ok(lj_frame_add_time(frame, "day", day, NULL));
    assert_ok(lj_frame_add_number(frame, "y", y));
    return frame;
}

static lj_doc *profile_of(const lj_frame *frame, const lj_profile_options *options, lj_text *text)
{
    lj_profile *profile = NULL;
    lj_doc *doc = NULL;
    assert_ok(lj_profile_make(frame, NULL, options, &profile));
    assert_ok(lj_profile_json(profile, text));
    assert_ok(lj_json_parse("profile", text->data, text->size, &doc));
    lj_profile_destroy(profile);
    return doc;
}

static const lj_item *column_item(const lj_doc *doc, const char *name)
{
    const lj_item *columns = lj_item_get(lj_doc_root(doc), "columns");
    for (int64_t i = 0; i < columns->count; i++)
        if (strcmp(lj_item_get(columns->items[i], "name")->text, name) == 0)
            return columns->items[i];
    fail_msg("no column '%s'", name);
    return NULL;
}

static double number_of(const lj_doc *doc, const char *column, const char *map, const char *key)
{
    const lj_item *item = column_item(doc, column);
    item = lj_item_get(map != NULL ? lj_item_get(item, map) : item, key);
    return item != NULL ? item->number : (double)NAN;
}

static void warns(const lj_doc *doc, const char *column, const char *text)
{
    const lj_item *list = lj_item_get(column_item(doc, column), "warnings");
    for (int64_t i = 0; i < list->count; i++)
        if (strstr(list->items[i]->text, text) != NULL)
            return;
    fail_msg("column '%s' has no warning with \"%s\" (of %d, the first: %s)", column, text, (int)list->count,
             list->count > 0 ? list->items[0]->text : "none");
}

static void faults_are_found_and_sound_columns_are_left_alone(void **state)
{
    (void)state;
    lj_text text = {0};
    lj_frame *frame = example();
    const lj_profile_options options = {.target = "y"};
    lj_doc *doc = profile_of(frame, &options, &text);
    warns(doc, "id", "nearly every row has its own value");
    warns(doc, "age", "perhaps codes, not amounts: 0 (20 rows)");
    warns(doc, "late", "perhaps codes, not amounts: 96 (4 rows), 98 (10 rows)");
    warns(doc, "leak", "tells the target almost alone (AUC 1.0000)");
    warns(doc, "same", "constant");
    warns(doc, "rare", "1 of its 4 values are rare (1 rows together)");
    warns(doc, "tail", "long tail: median 50, 99 % up to 100, largest 1000000000");
    warns(doc, "mostly", "90.0 % of its cells are missing");
    warns(doc, "moved", "drifts over 'day'");
    warns(doc, "word.1", "repeats column 'word' in every row");
    assert_int_equal(lj_item_get(column_item(doc, "word"), "warnings")->count, 0);
    assert_int_equal(lj_item_get(column_item(doc, "day"), "warnings")->count, 0);
    assert_int_equal(lj_item_get(column_item(doc, "y"), "warnings")->count, 0);
    lj_doc_destroy(doc);
    lj_text_free(&text);
    lj_frame_destroy(frame);
}

static void near(double found, double expected)
{
    if (!(fabs(found - expected) < 1e-12))
        fail_msg("expected %.17g, found %.17g", expected, found);
}

/* Figures that can be worked out by hand: ten values, four of them of the event. */
static void figures_are_those_of_their_formulas(void **state)
{
    (void)state;
    const double x[] = {1, 2, 2, 3, 4, 5, 6, 7, 8, 10};
    const double y[] = {0, 0, 1, 0, 0, 1, 0, 1, 0, 1};
    lj_text text = {0};
    lj_frame *frame = NULL;
    assert_ok(lj_frame_create(10, &frame));
    assert_ok(lj_frame_add_number(frame, "x", x));
    assert_ok(lj_frame_add_number(frame, "y", y));
    const lj_profile_options options = {.target = "y"};
    lj_doc *doc = profile_of(frame, &options, &text);
    near(number_of(doc, "x", NULL, "mean"), 4.8);
    near(number_of(doc, "x", "quantiles", "median"), 4.5);
    near(number_of(doc, "x", "quantiles", "25%"), 2.25);
    near(number_of(doc, "x", "quantiles", "max"), 10);
    /* pairs: 2 beats 1 and half of 2; 5 beats 4 of 6; 7 beats 5; 10 beats 6 */
    near(number_of(doc, "x", "target", "AUC"), (1.5 + 4 + 5 + 6) / 24);
    near(number_of(doc, "x", "target", "KS"), 4.0 / 6 - 1.0 / 4);
    near(number_of(doc, "x", NULL, "unique"), 9);
    const lj_item *top = lj_item_get(column_item(doc, "x"), "top");
    assert_int_equal(top->count, 9);
    near(lj_item_get(top->items[1], "rate")->number, 0.5);
    lj_doc_destroy(doc);
    lj_text_free(&text);
    lj_frame_destroy(frame);
}

static void the_information_value_is_that_of_its_formula(void **state)
{
    (void)state;
    enum { ROWS = 200 };
    static double y[ROWS];
    static const char *word[ROWS];
    for (int i = 0; i < ROWS; i++) {
        word[i] = i < 100 ? "a" : "b";
        y[i] = i < 20 || i >= 140; /* 20 of 100, 60 of 100 */
    }
    lj_text text = {0};
    lj_frame *frame = NULL;
    assert_ok(lj_frame_create(ROWS, &frame));
    assert_ok(lj_frame_add_text(frame, "w", word));
    assert_ok(lj_frame_add_number(frame, "y", y));
    const lj_profile_options options = {.target = "y", .positive = "1"};
    lj_doc *doc = profile_of(frame, &options, &text);
    const double bad[] = {20.5 / 81, 60.5 / 81};
    const double good[] = {80.5 / 121, 40.5 / 121};
    near(number_of(doc, "w", "target", "IV"),
         (bad[0] - good[0]) * log(bad[0] / good[0]) + (bad[1] - good[1]) * log(bad[1] / good[1]));
    near(number_of(doc, "w", "target", "AUC"), (60.0 * (80 + 20) + 20.0 * 40) / (80 * 120));
    lj_doc_destroy(doc);
    lj_text_free(&text);
    lj_frame_destroy(frame);
}

static void targets_of_values_and_of_classes_have_their_own_measures(void **state)
{
    (void)state;
    lj_text text = {0};
    lj_frame *frame = example();
    lj_profile_options options = {.target = "tail"};
    lj_doc *doc = profile_of(frame, &options, &text);
    assert_true(isnan(number_of(doc, "word", "target", "AUC")));
    assert_true(!isnan(number_of(doc, "age", "target", "correlation")));
    assert_true(!isnan(number_of(doc, "word", "target", "correlation ratio")));
    lj_doc_destroy(doc);
    lj_text_free(&text);
    text = (lj_text){0};
    options.target = "word";
    doc = profile_of(frame, &options, &text);
    near(number_of(doc, "word.1", "target", "Cramer's V"), 1);
    warns(doc, "word.1", "tells the target almost alone");
    lj_doc_destroy(doc);
    lj_text_free(&text);
    lj_profile *profile = NULL;
    options.target = "nothing";
    assert_int_equal(lj_profile_make(frame, NULL, &options, &profile), LJ_ENOTFOUND);
    options.target = "y";
    options.positive = "yes";
    assert_int_equal(lj_profile_make(frame, NULL, &options, &profile), LJ_EDATA);
    assert_null(profile);
    lj_frame_destroy(frame);
}

static int64_t sentinels(const double *values, int64_t n, double *found)
{
    lj_frame *frame = NULL;
    int64_t count = 0;
    assert_ok(lj_frame_create(n, &frame));
    assert_ok(lj_frame_add_number(frame, "x", values));
    assert_ok(lj_profile_sentinels(column_of(frame, "x"), found, 8, &count));
    lj_frame_destroy(frame);
    return count;
}

static void codes_are_told_from_values(void **state)
{
    (void)state;
    static double x[N];
    double found[8];
    for (int i = 0; i < N; i++)
        x[i] = i % 100; /* 96 to 99 are values here */
    assert_int_equal(sentinels(x, N, found), 0);
    for (int i = 0; i < N; i++)
        x[i] = i % 200 == 0 ? -9 : i % 300 == 1 ? 999 : i % 40;
    assert_int_equal(sentinels(x, N, found), 2);
    assert_true(found[0] == -9 && found[1] == 999);
    for (int i = 0; i < N; i++)
        x[i] = i == 5 ? 999 : i % 40; /* once is no code */
    assert_int_equal(sentinels(x, N, found), 0);
    for (int i = 0; i < N; i++)
        x[i] = i % 11 - 2; /* -2, -1, 0 .. 8: states of a payment */
    assert_int_equal(sentinels(x, N, found), 0);
    for (int i = 0; i < N; i++)
        x[i] = i % 3 == 0 ? 0 : 1000 + i; /* no income is a value */
    assert_int_equal(sentinels(x, N, found), 0);
    for (int i = 0; i < N; i++)
        x[i] = i % 2 == 0 ? 99 : 999; /* nothing else */
    assert_int_equal(sentinels(x, N, found), 0);
}

static void the_terminal_shows_every_column_and_warning(void **state)
{
    (void)state;
    lj_text text = {0};
    lj_profile *profile = NULL;
    lj_frame *frame = example();
    const lj_profile_options options = {.target = "y"};
    assert_ok(lj_profile_make(frame, NULL, &options, &profile));
    assert_ok(lj_profile_print(profile, &text));
    assert_non_null(strstr(text.data, "1000 rows, 13 columns, target y (positive: 1)"));
    for (int64_t c = 0; c < lj_frame_column_count(frame); c++)
        assert_non_null(strstr(text.data, lj_frame_column(frame, c)->name));
    assert_non_null(strstr(text.data, "! word.1: repeats column 'word' in every row"));
    assert_non_null(strstr(text.data, "\u2588"));
    lj_text_free(&text);
    lj_profile_destroy(profile);
    lj_frame_destroy(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_found_and_sound_columns_are_left_alone),
        cmocka_unit_test(figures_are_those_of_their_formulas),
        cmocka_unit_test(the_information_value_is_that_of_its_formula),
        cmocka_unit_test(targets_of_values_and_of_classes_have_their_own_measures),
        cmocka_unit_test(codes_are_told_from_values),
        cmocka_unit_test(the_terminal_shows_every_column_and_warning),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
