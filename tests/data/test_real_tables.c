/* Types and faults of real tables, where they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "data/temporary.h"

/* The table below the data folder, or the test is skipped. */
static lj_frame *open_table(const char *name, lj_source **source)
{
    static char path[1024];
    const char *data = getenv("LIANJIN_DATA");
    snprintf(path, sizeof(path), "%s/%s", data != NULL && data[0] != '\0' ? data : LJ_SOURCE_DIR "/../shared/data",
             name);
    if (!lj_file_exists(path)) {
        print_message("%s is not here: skipped\n", name);
        skip();
    }
    const lj_source_options options = {.source = path};
    return read_table(&options, source);
}

static void is(const lj_source *source, const lj_frame *frame, const char *name, const char *what, int64_t missing)
{
    const lj_field *field = field_of(source, name);
    char found[160];
    snprintf(found, sizeof(found), "%s%s%s%s%s", lj_column_type_name(field->type),
             field->type == LJ_COLUMN_NUMBER && field->rule != LJ_RULE_PLAIN ? " " : "",
             field->type == LJ_COLUMN_NUMBER && field->rule != LJ_RULE_PLAIN ? lj_number_rule_name(field->rule) : "",
             field->time_format != NULL || field->unit != NULL ? " " : "",
             field->time_format != NULL ? field->time_format : field->unit != NULL ? field->unit : "");
    if (strcmp(found, what) != 0)
        fail_msg("column '%s': expected %s, found %s (%s)", name, what, found, field->reason);
    assert_int_equal(column_of(frame, name)->missing_count, missing);
}

static void give_me_some_credit(void **state)
{
    (void)state;
    lj_source *source = NULL;
    double codes[8];
    int64_t count = 0;
    lj_frame *frame = open_table("give-me-some-credit/cs-training.csv.gz", &source);
    assert_int_equal(lj_frame_row_count(frame), 150000);
    for (int64_t c = 0; c < lj_frame_column_count(frame); c++)
        assert_int_equal(lj_frame_column(frame, c)->type, LJ_COLUMN_NUMBER);
    is(source, frame, "column0", "number", 0);
    is(source, frame, "MonthlyIncome", "number", 29731);
    is(source, frame, "NumberOfDependents", "number", 3924);
    double bad = 0;
    for (int64_t row = 0; row < 150000; row++)
        bad += column_of(frame, "SeriousDlqin2yrs")->number[row];
    assert_true(bad == 10026);
    static const char *const late[] = {"NumberOfTime30-59DaysPastDueNotWorse", "NumberOfTimes90DaysLate",
                                       "NumberOfTime60-89DaysPastDueNotWorse"};
    for (int i = 0; i < 3; i++) {
        assert_ok(lj_profile_sentinels(column_of(frame, late[i]), codes, 8, &count));
        assert_int_equal(count, 2);
        assert_true(codes[0] == 96 && codes[1] == 98);
    }
    assert_ok(lj_profile_sentinels(column_of(frame, "age"), codes, 8, &count));
    assert_int_equal(count, 0);
    lj_frame_destroy(frame);
    lj_source_close(source);
}

static void uci_default_credit(void **state)
{
    (void)state;
    lj_source *source = NULL;
    double codes[8];
    int64_t count = 0;
    lj_frame *frame = open_table("uci-default-credit/UCI_Credit_Card.csv.gz", &source);
    assert_int_equal(lj_frame_row_count(frame), 30000);
    assert_int_equal(lj_frame_column_count(frame), 25);
    for (int64_t c = 0; c < 25; c++) {
        const lj_column *column = lj_frame_column(frame, c);
        assert_int_equal(column->type, LJ_COLUMN_NUMBER);
        assert_true(column->is_integer);
        assert_ok(lj_profile_sentinels(column, codes, 8, &count));
        assert_int_equal(count, 0);
    }
    lj_frame_destroy(frame);
    lj_source_close(source);
}

static void lending_club_2018(void **state)
{
    (void)state;
    lj_source *source = NULL;
    lj_frame *frame = open_table("lending-club-2018/lendingclub_creditmodel.csv.gz", &source);
    assert_int_equal(lj_frame_row_count(frame), 31766);
    is(source, frame, "issue_d", "time %Y/%m/%d", 0);
    is(source, frame, "term", "number unit months", 0);
    is(source, frame, "dti_joint", "number", 27567);
    is(source, frame, "dti", "number", 83);
    is(source, frame, "emp_length", "text", 0);
    is(source, frame, "emp_title", "text", 3119);
    is(source, frame, "zip_code", "text", 0);
    is(source, frame, "sub_grade", "text", 0);
    lj_frame_destroy(frame);
    lj_source_close(source);
}

static void lending_club_2007_2011(void **state)
{
    (void)state;
    lj_source *source = NULL;
    lj_frame *frame = open_table("lending-club-2007-2011/LoanStats3a_16cols.csv.gz", &source);
    assert_int_equal(lj_frame_row_count(frame), 39786);
    is(source, frame, "term", "number unit months", 0);
    is(source, frame, "emp_length", "number range years", 1078);
    is(source, frame, "revol_util", "number percent", 50);
    is(source, frame, "zip_code", "text", 0);
    is(source, frame, "loan_status", "text", 0);
    assert_true(column_of(frame, "revol_util")->number[0] == 83.70 / 100);
    assert_true(column_of(frame, "emp_length")->number[0] == 10);
    assert_true(column_of(frame, "emp_length")->number[1] == 0);
    lj_frame_destroy(frame);
    lj_source_close(source);
}

static void german_credit(void **state)
{
    (void)state;
    lj_source *source = NULL;
    lj_frame *frame = open_table("german-credit/german.data.gz", &source);
    assert_int_equal(lj_frame_row_count(frame), 1000);
    assert_int_equal(lj_frame_column_count(frame), 21);
    is(source, frame, "c1", "text", 0);
    is(source, frame, "c2", "number", 0);
    is(source, frame, "c21", "number", 0);
    assert_string_equal(lj_column_word(column_of(frame, "c1"), 0), "A11");
    lj_frame_destroy(frame);
    lj_source_close(source);
}

static void vehicle_insurance_fraud(void **state)
{
    (void)state;
    lj_source *source = NULL;
    double codes[8];
    int64_t count = 0;
    lj_frame *frame = open_table("vehicle-insurance-fraud/fraud_oracle.csv.gz", &source);
    assert_int_equal(lj_frame_row_count(frame), 15420);
    is(source, frame, "PastNumberOfClaims", "text", 0);
    is(source, frame, "VehiclePrice", "text", 0);
    is(source, frame, "Age", "number", 0);
    is(source, frame, "Year", "number", 0);
    assert_ok(lj_profile_sentinels(column_of(frame, "Age"), codes, 8, &count));
    assert_int_equal(count, 1);
    assert_true(codes[0] == 0);
    lj_frame_destroy(frame);
    lj_source_close(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(give_me_some_credit),    cmocka_unit_test(uci_default_credit),
        cmocka_unit_test(lending_club_2018),      cmocka_unit_test(lending_club_2007_2011),
        cmocka_unit_test(german_credit),          cmocka_unit_test(vehicle_insurance_fraud),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
