/* Scorecards in other languages: odd names, words and numbers keep their points, and a text that was altered is found out. */
#include <math.h>

#include "pipeline/export.h"
#include "pipeline/fixture.h"

static const lj_language *const languages[] = {
#define X(name) &lj_language_##name,
    LJ_LANGUAGE_LIST(X)
#undef X
};
#define ODD "it's \"<A&B>\", \\n?" "?/" /* in two, or it would be a trigraph */
enum { LANGUAGES = sizeof(languages) / sizeof(languages[0]), ROWS = 10 };

static lj_rule number_rules[] = {{LJ_WHEN_MISSING, 0, NULL, 7},
                                 {LJ_WHEN_EQUAL, -1, NULL, -40},
                                 {LJ_WHEN_BELOW, 0.1, NULL, 12},
                                 {LJ_WHEN_BELOW, 1e20, NULL, 31},
                                 {LJ_WHEN_ELSE, 0, NULL, 58}};
static lj_rule text_rules[] = {{LJ_WHEN_MISSING, 0, NULL, 100},
                               {LJ_WHEN_EQUAL, 0, ODD, 200},
                               {LJ_WHEN_EQUAL, 0, "中文", 200},
                               {LJ_WHEN_EQUAL, 0, "plain", 400},
                               {LJ_WHEN_ELSE, 0, NULL, 800}};
static lj_rules columns[] = {{"a \"quoted\" & <odd> name", 1, number_rules, 5}, {"词", 0, text_rules, 5}};

static const double numbers[ROWS] = {(double)NAN, -1, -1.0000000001, 0.1, 0.09999999999999999,
                                      1e20, 1e21, 0, 5, 99999999999999983616.0};
static const char *const words[ROWS] = {"plain", NULL, "中文", ODD, "", "PLAIN", "中", "plain", "other", NULL};
static const int64_t wanted[ROWS] = {7 + 400, -40 + 100, 12 + 200, 31 + 200, 12 + 800,
                                      58 + 800, 58 + 800, 12 + 400, 31 + 800, 31 + 100};

static lj_frame *make_frame(void)
{
    lj_frame *frame = NULL;
    assert_int_equal(lj_frame_create(ROWS, &frame), LJ_OK);
    assert_int_equal(lj_frame_add_number(frame, columns[0].column, numbers), LJ_OK);
    assert_int_equal(lj_frame_add_text(frame, columns[1].column, words), LJ_OK);
    return frame;
}

static lj_rule_card make_card(void)
{
    lj_rule_card card = {.name = "odd <card>", .columns = columns, .count = 2};
    assert_int_equal(lj_arena_create(&card.arena), LJ_OK);
    return card;
}

static void every_language_gives_the_points_of_the_rules(void **state)
{
    const fixture *f = *state;
    lj_frame *frame = make_frame();
    lj_rule_card card = make_card();
    for (int l = 0; l < LANGUAGES; l++) {
        int64_t points[ROWS];
        lj_text text = {0};
        assert_int_equal(languages[l]->write(&card, &text), LJ_OK);
        assert_int_equal(lj_text_finish(&text), LJ_OK);
        if (languages[l]->run(&card, text.data, frame, f->folder, points) != LJ_OK)
            fail_msg("%s: %s\n%s", languages[l]->name, lj_error_message(), text.data);
        for (int i = 0; i < ROWS; i++)
            if (points[i] != wanted[i])
                fail_msg("%s: row %d: found %d, expected %d\n%s", languages[l]->name, i, (int)points[i], (int)wanted[i],
                         text.data);
        lj_text_free(&text);
    }
    lj_arena_destroy(card.arena);
    lj_frame_destroy(frame);
}

static void a_text_that_was_altered_gives_other_points(void **state)
{
    const fixture *f = *state;
    lj_frame *frame = make_frame();
    lj_rule_card card = make_card();
    for (int l = 0; l < LANGUAGES; l++) {
        int64_t points[ROWS];
        lj_text text = {0};
        assert_int_equal(languages[l]->write(&card, &text), LJ_OK);
        assert_int_equal(lj_text_finish(&text), LJ_OK);
        char *at = strstr(text.data, "58");
        assert_non_null(at);
        *at = '6';
        assert_int_equal(languages[l]->run(&card, text.data, frame, f->folder, points), LJ_OK);
        assert_int_equal(points[6], wanted[6] + 10);
        assert_int_equal(points[0], wanted[0]);
        lj_text_free(&text);
    }
    lj_arena_destroy(card.arena);
    lj_frame_destroy(frame);
}

static lj_status export_to(const fixture *f, const char *to, lj_text *text, int64_t *rows)
{
    lj_bundle *bundle = NULL;
    const lj_source_options source = {.source = path_of(f, "loans.csv"), .n_threads = 1};
    const lj_export_options options = {.to = to, .source = &source, .console = f->console};
    assert_int_equal(lj_bundle_open(path_of(f, "model"), &bundle), LJ_OK);
    const lj_status status = lj_bundle_export(bundle, &options, text, rows);
    lj_bundle_close(bundle);
    return status;
}

#define LOANS "data: {source: loans.csv, key: id}\nsplit: {by: column, column: part}\ntarget: bad\n"

static void a_bundle_is_exported_with_its_proof(void **state)
{
    const fixture *f = *state;
    lj_run_result run;
    put_loans(f, "loans.csv", 600);
    const char *pipeline = LOANS "features: {exclude: [value, kind, when]}\nmodel: scorecard\n";
    assert_int_equal(run_text(f, pipeline, "model", &run), LJ_OK);
    lj_run_result_free(&run);
    for (int l = 0; l < LANGUAGES; l++) {
        lj_text text = {0};
        int64_t rows = 0;
        if (export_to(f, languages[l]->name, &text, &rows) != LJ_OK)
            fail_msg("%s: %s", languages[l]->name, lj_error_message());
        assert_int_equal(rows, 600);
        assert_non_null(strstr(text.data, "amount"));
        lj_text_free(&text);
    }
}

static void what_is_no_card_of_plain_columns_is_refused(void **state)
{
    const fixture *f = *state;
    lj_run_result run;
    lj_text text = {0};
    int64_t rows = 0;
    put_loans(f, "loans.csv", 300);
    assert_int_equal(run_text(f, LOANS "model: logistic\n", "model", &run), LJ_OK);
    lj_run_result_free(&run);
    assert_int_equal(export_to(f, "sql", &text, &rows), LJ_EUNSUPPORTED);
    assert_non_null(strstr(lj_error_message(), "the family 'logistic' gives no points"));
    assert_int_equal(export_to(f, "sqll", &text, &rows), LJ_EUSAGE);
    assert_non_null(strstr(lj_error_message(), "did you mean 'sql'?"));
    assert_int_equal(run_text(f, LOANS "features: {exclude: [value, kind, when]}\nmodel: scorecard\n"
                                       "prepare: [{clip: quantile, columns: [amount]}]\n", "model", &run), LJ_OK);
    lj_run_result_free(&run);
    assert_int_equal(export_to(f, "sql", &text, &rows), LJ_EUNSUPPORTED);
    assert_non_null(strstr(lj_error_message(), "column 'amount' is prepared before it is weighed"));
    lj_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_language_gives_the_points_of_the_rules, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_text_that_was_altered_gives_other_points, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bundle_is_exported_with_its_proof, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_card_of_plain_columns_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
