/* Scorecards from a table to a bundle: points beside scores, the table of points, the report, what is refused. */
#include <math.h>

#include "pipeline/fixture.h"

#define HEAD "data: {source: loans.csv, key: id}\nsplit: {by: column, column: part}\ntarget: bad\n" \
             "features: {exclude: [value, kind]}\n"
#define LOANS HEAD "model: {family: scorecard, pdo: 40}\n"

/* Fields of a line of CSV without quotes. */
static int split(char *line, char *fields[], int most)
{
    int n = 0;
    for (char *at = strtok(line, ",\n"); at != NULL && n < most; at = strtok(NULL, ",\n"))
        fields[n++] = at;
    return n;
}

static void a_row_has_the_points_of_its_bins(void **state)
{
    const fixture *f = *state;
    lj_run_result run;
    lj_bundle *bundle = NULL;
    lj_predict_result result;
    put_loans(f, "loans.csv", 1000);
    assert_int_equal(run_text(f, LOANS, "model", &run), LJ_OK);
    assert_true(number_of(&run.json, "metrics.test.auc") > 0.85);
    lj_run_result_free(&run);
    assert_int_equal(lj_bundle_open(path_of(f, "model"), &bundle), LJ_OK);
    static const char *const keep[] = {"grade"};
    const lj_source_options source = {.source = path_of(f, "loans.csv")};
    const lj_predict_options options = {.source = &source, .out = path_of(f, "scored.csv"), .keep = keep,
                                        .keep_count = 1, .team = f->team, .console = f->console};
    assert_int_equal(lj_bundle_predict(bundle, &options, &result), LJ_OK);
    lj_bundle_close(bundle);

    FILE *scored = fopen(path_of(f, "scored.csv"), "r");
    char line[256], *fields[8];
    double last_points = 0, last_score = 0;
    assert_non_null(scored);
    assert_non_null(fgets(line, sizeof(line), scored));
    assert_string_equal(line, "grade,score,class,points\n");
    for (int i = 0; i < 1000; i++) {
        assert_non_null(fgets(line, sizeof(line), scored));
        assert_int_equal(split(line, fields, 8), 4);
        const double score = strtod(fields[1], NULL), points = strtod(fields[3], NULL);
        assert_true(points == floor(points));
        if (i > 0 && fabs(points - last_points) > 4) /* more points than rounding explains: a lower probability */
            assert_true((points > last_points) == (score < last_score));
        last_points = points;
        last_score = score;
    }
    (void)fclose(scored);
}

static void the_bundle_has_the_table_of_points_and_the_report_shows_it(void **state)
{
    const fixture *f = *state;
    lj_run_result run;
    char *text = NULL;
    size_t size = 0;
    put_loans(f, "loans.csv", 1000);
    assert_int_equal(run_text(f, LOANS, "model", &run), LJ_OK);
    lj_run_result_free(&run);
    assert_int_equal(lj_file_read(path_of(f, "model/scorecard.csv"), 1 << 20, &text, &size), LJ_OK);
    assert_non_null(strstr(text, "column,bin,rows,share,events,event_rate,woe,iv,points\n"));
    assert_non_null(strstr(text, "amount,< "));
    assert_non_null(strstr(text, "grade,A,"));
    assert_non_null(strstr(text, "amount,missing,0,"));
    lj_free(text);
    assert_int_equal(lj_file_read(path_of(f, "model/report.html"), 1 << 24, &text, &size), LJ_OK);
    assert_non_null(strstr(text, "\"scorecard\": {\"base_score\": 600"));
    lj_free(text);
}

/* Rows of the training part in the bins of the column `amount`. */
static int64_t rows_in_bins(const fixture *f)
{
    FILE *table = fopen(path_of(f, "model/scorecard.csv"), "r");
    char line[256], *fields[16];
    int64_t rows = 0;
    assert_non_null(table);
    while (fgets(line, sizeof(line), table) != NULL)
        if (split(line, fields, 16) == 9 && strcmp(fields[0], "amount") == 0)
            rows += strtoll(fields[2], NULL, 10);
    (void)fclose(table);
    return rows;
}

static void bins_are_fitted_on_train_and_valid_unless_they_should_not(void **state)
{
    const fixture *f = *state;
    lj_run_result run;
    put_loans(f, "loans.csv", 1000); /* 600 train, 200 valid, 200 test */
    assert_int_equal(run_text(f, LOANS, "model", &run), LJ_OK);
    lj_run_result_free(&run);
    assert_int_equal(rows_in_bins(f), 800);
    assert_int_equal(run_text(f, HEAD "model: {family: scorecard, refit: false}\n", "model", &run), LJ_OK);
    lj_run_result_free(&run);
    assert_int_equal(rows_in_bins(f), 600);
}

static void what_cannot_be_is_refused(void **state)
{
    const fixture *f = *state;
    put_loans(f, "loans.csv", 300);
    expect_failure(f, "data: loans.csv\ntarget: value\nmodel: scorecard\n", LJ_ECONFIG,
                   "weights of evidence need a target of two classes");
    expect_failure(f, LOANS "prepare: [{woe: up, columns: [grade]}]\n", LJ_ECONFIG, ":6:11: woe: column 'grade'");
    expect_failure(f, LOANS "prepare: [{ordinal: , columns: [grade]}]\n", LJ_EDATA, "found 1 encoded categories");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_row_has_the_points_of_its_bins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_bundle_has_the_table_of_points_and_the_report_shows_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bins_are_fitted_on_train_and_valid_unless_they_should_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
