/* Bad input: a clear error with its place, and nothing half-written. */
#include "pipeline/fixture.h"

static void config_errors_name_file_line_and_column(void **state)
{
    const fixture *f = *state;
    expect_failure(f, "data: a.csv\ntarge: bad\n", LJ_ECONFIG, "pipeline.yaml:2:1: ");
    expect_failure(f, "data: a.csv\ntarge: bad\n", LJ_ECONFIG, "did you mean 'target'");
    expect_failure(f, "data: a.csv\ntarget: bad\nseed: many\n", LJ_ECONFIG, "pipeline.yaml:3:7");
    expect_failure(f, "data: a.csv\ntarget: bad\nmodel: tabmm\n", LJ_ECONFIG, "did you mean 'tabm'");
    expect_failure(f, "data: a.csv\ntarget: bad\nsplit: {by: columm}\n", LJ_ECONFIG, "column");
    expect_failure(f, "data: a.csv\ntarget: bad\nsplit: {by: group}\n", LJ_ECONFIG, "wants 'column'");
    expect_failure(f, "data: a.csv\ntarget: bad\ntarget: worse\n", LJ_ECONFIG,
                   "pipeline.yaml:3:1: key 'target' stands twice");
    expect_failure(f, "data: [a.csv\ntarget: bad\n", LJ_ECONFIG, "pipeline.yaml:");
    expect_failure(f, "data: {source: a.csv, sources: {x: b.csv}}\ntarget: bad\n", LJ_ECONFIG, "one of 'source'");
    expect_failure(f, "data: a.csv\ntarget: bad\nevaluate: {threshold: value}\n", LJ_ECONFIG,
                   "pipeline.yaml:3:23: threshold 'value' wants `values`");
    expect_failure(f, "data: a.csv\ntarget: bad\nevaluate: {threshold: value, values: {miss: 1}}\n", LJ_ECONFIG,
                   "pipeline.yaml:3:39: unknown key 'miss'");
    expect_failure(f, "data: a.csv\ntarget: bad\nevaluate: {threshold: alert_budget}\n", LJ_ECONFIG, "wants `rate`");
    expect_failure(f, "data: a.csv\ntarget: bad\nevaluate: {rate: 0.1}\n", LJ_ECONFIG,
                   "pipeline.yaml:3:18: `rate` is for the thresholds");
    expect_failure(f, "data: a.csv\ntarget: bad\nregister: {}\n", LJ_ECONFIG, "not in this version");
    expect_failure(f, "data: a.csv\ntarget: bad\nfeatures:\n  types: {zip: txt}\n", LJ_ECONFIG,
                   "pipeline.yaml:4:16: types: 'zip': expected number, text or time, found 'txt'");
    expect_failure(f, "data: a.csv\n", LJ_ECONFIG, "target");
    expect_failure(f, "", LJ_ECONFIG, "empty");
}

static void missing_files_and_columns_come_with_the_nearest_name(void **state)
{
    const fixture *f = *state;
    put_loans(f, "loans.csv", 200);
    expect_failure(f, "data: loan.csv\ntarget: bad\n", LJ_ENOTFOUND, "loans.csv");
    expect_failure(f, "data: loans.csv\ntarget: bda\n", LJ_ECONFIG,
                   "pipeline.yaml:2:9: no column 'bda'; did you mean 'bad'");
    expect_failure(f, "data: {source: loans.csv, key: nr}\ntarget: bad\n", LJ_ECONFIG, "pipeline.yaml:1:32: no column");
    expect_failure(f, "data: loans.csv\ntarget: bad\nsplit: {by: group, column: nr}\n", LJ_ECONFIG,
                   "pipeline.yaml:3:28: no column 'nr'");
    expect_failure(f, "data: loans.csv\ntarget: bad\nevaluate: {by: [kind, nr]}\n", LJ_ECONFIG,
                   "pipeline.yaml:3:23: no column 'nr'");
    expect_failure(f, "data: loans.csv\ntarget: bad\nfeatures: {exclude: [amont]}\n", LJ_ECONFIG, "amount");
    expect_failure(f, "data: loans.csv\ntarget: bad\nfeatures: {include: [bad, amount]}\n", LJ_ECONFIG,
                   "target 'bad' cannot be a feature");
    expect_failure(f, "data: loans.csv\ntarget: bad\nfeatures: {types: {grad: text}}\n", LJ_ENOTFOUND,
                   "no column 'grad'; did you mean 'grade'?");
    expect_failure(f, "data: loans.csv\ntarget: bad\nfeatures: {types: {grade: number}}\n", LJ_EDATA,
                   "row 1, column 'grade': '");
}

static void targets_that_cannot_be_learnt_are_refused(void **state)
{
    const fixture *f = *state;
    put_loans(f, "loans.csv", 200);
    put(f, "one.csv", "x,y\n1,0\n2,0\n3,0\n");
    put(f, "gap.csv", "x,y\n1,0\n2,\n3,1\n4,1\n");
    expect_failure(f, "data: one.csv\ntarget: y\n", LJ_EDATA, "one class only");
    expect_failure(f, "data: gap.csv\ntarget: y\n", LJ_EDATA, "no value in 1 of 4 rows, the first is row 2");
    expect_failure(f, "data: loans.csv\ntarget: kind\ntask: binary\n", LJ_EDATA, "has 3 classes");
    expect_failure(f, "data: loans.csv\ntarget: {column: bad, positive: 2}\n", LJ_ECONFIG, "positive: '2'");
    expect_failure(f, "data: loans.csv\ntarget: when\n", LJ_EDATA, "is a time");
    expect_failure(f, "data: {source: loans.csv, sql: 'SELECT *, bad AS again FROM source'}\ntarget: bad\n", LJ_EDATA,
                   "column 'again' repeats the target");
}

static void tables_that_are_broken_are_refused(void **state)
{
    const fixture *f = *state;
    put(f, "empty.csv", "");
    put(f, "header.csv", "x,y\n");
    put(f, "ragged.csv", "x,y,z\n1,0,1\n2,1,2\n3,0\n4,1,2\n");
    put(f, "latin.csv", "name,y\nM\xfcller,1\nMeier,0\n");
    put(f, "keys.csv", "id,x,y\n1,1,0\n2,2,1\n1,3,0\n4,4,1\n");
    put(f, "hole.csv", "x,w,y\n1,,0\n2,,1\n3,,0\n4,,1\n5,,0\n6,,1\n7,,0\n8,,1\n9,,1\n10,,0\n");
    expect_failure(f, "data: empty.csv\ntarget: y\n", LJ_EDATA, "empty.csv");
    expect_failure(f, "data: header.csv\ntarget: y\n", LJ_EDATA, "header.csv");
    expect_failure(f, "data: ragged.csv\ntarget: y\n", LJ_EDATA, "4");
    expect_failure(f, "data: latin.csv\ntarget: y\n", LJ_EDATA, "UTF-8");
    expect_failure(f, "data: {source: keys.csv, key: id}\ntarget: y\n", LJ_EDATA, "key 'id' is not unique");
    expect_failure(f, "data: hole.csv\ntarget: y\nsplit: {valid: 0.3, test: 0.3}\nfeatures: {include: [w]}\n", LJ_EDATA,
                   "w");
}

static void parts_that_cannot_do_their_work_are_refused(void **state)
{
    const fixture *f = *state;
    put_loans(f, "loans.csv", 300);
    expect_failure(f,
                   "data: {source: loans.csv, sql: \"SELECT * FROM source WHERE part <> 'test' OR bad = 0\"}\n"
                   "target: bad\nsplit: {by: column, column: part}\n",
                   LJ_EDATA, "test part");
    expect_failure(f,
                   "data: {source: loans.csv, sql: \"SELECT * FROM source WHERE part <> 'valid'\"}\n"
                   "target: bad\nsplit: {by: column, column: part}\n",
                   LJ_EDATA, "valid");
    expect_failure(f, "data: loans.csv\ntarget: bad\nsplit: {by: column, column: grade}\n", LJ_EDATA, "grade");
}

static void an_output_that_is_no_bundle_is_left_alone(void **state)
{
    const fixture *f = *state;
    lj_run_result result;
    put_loans(f, "loans.csv", 100);
    assert_int_equal(lj_folder_create(path_of(f, "mine")), LJ_OK);
    put(f, "mine/letter.txt", "dear");
    assert_int_equal(run_text(f, "data: loans.csv\ntarget: bad\nmodel: logistic\n", "mine", &result), LJ_EUSAGE);
    lj_run_result_free(&result);
    assert_true(lj_file_exists(path_of(f, "mine/letter.txt")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(config_errors_name_file_line_and_column),
        cmocka_unit_test(missing_files_and_columns_come_with_the_nearest_name),
        cmocka_unit_test(targets_that_cannot_be_learnt_are_refused),
        cmocka_unit_test(tables_that_are_broken_are_refused),
        cmocka_unit_test(parts_that_cannot_do_their_work_are_refused),
        cmocka_unit_test(an_output_that_is_no_bundle_is_left_alone),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
