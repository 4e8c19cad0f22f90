/* Order, samples, targets and parts of series, against rules written out plainly. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lianjin/data.h"
#include "lianjin/random.h"
#include "lianjin/series.h"

#define MUST(expr)                                                                                                     \
    do {                                                                                                               \
        if ((expr) != LJ_OK)                                                                                           \
            fail_msg("%s: %s", #expr, lj_error_message());                                                             \
    } while (0)

enum { ROWS = 90, GROUPS = 3 };

/* Rows of three groups in no order; the step of time is 1, but 10 before every seventh row of a group. */
static lj_frame *make_frame(void)
{
    static const char *const names[GROUPS] = {"b", "c", "a"};
    const char *groups[ROWS];
    double times[ROWS], values[ROWS];
    int64_t order[ROWS];
    lj_frame *frame = NULL;
    lj_random_permutation(1, 1, ROWS, order);
    for (int64_t i = 0; i < ROWS; i++) {
        const int64_t place = order[i] / GROUPS;
        groups[i] = names[order[i] % GROUPS];
        times[i] = (double)(place + place / 7 * 9);
        values[i] = (double)(order[i] % GROUPS) * 100 + (double)(place * place % 11) + 1;
    }
    MUST(lj_frame_create(ROWS, &frame));
    MUST(lj_frame_add_text(frame, "group", groups));
    MUST(lj_frame_add_number(frame, "time", times));
    MUST(lj_frame_add_number(frame, "value", values));
    return frame;
}

static const lj_column *column_of(const lj_frame *frame, const char *name)
{
    return lj_frame_column(frame, lj_frame_find(frame, name));
}

/* Rows of the same group before `row` without a gap, itself counted, found by walking back over the ordered table. */
static int64_t history(const lj_frame *frame, int64_t row, double gap)
{
    const lj_column *group = column_of(frame, "group"), *time = column_of(frame, "time");
    int64_t n = 1;
    while (row > 0 && strcmp(lj_column_word(group, row), lj_column_word(group, row - 1)) == 0 &&
           (gap == 0 || time->number[row] - time->number[row - 1] <= gap)) {
        n++;
        row--;
    }
    return n;
}

static void windows_and_targets_are_those_of_the_plain_rule(void **state)
{
    (void)state;
    for (int trial = 0; trial < 16; trial++) {
        const lj_series_options o = {.time = "time", .group = "group", .target = "value", .window = 1 + trial % 5,
                                     .horizon = trial % 3, .pad = trial % 2, .gap = trial >= 8 ? 5 : 0,
                                     .target_as = trial % 3 == 0 ? LJ_TARGET_VALUE : (lj_target_as)(trial / 4)};
        lj_frame *frame = make_frame();
        lj_series series;
        double values[ROWS], naive[ROWS];
        MUST(lj_series_order(&o, &frame));
        MUST(lj_series_make(frame, &o, &series));
        const double *x = column_of(frame, "value")->number;
        memcpy(values, x, sizeof(values));
        MUST(lj_series_targets(frame, &series, &o, values, naive));
        int64_t sample = 0;
        for (int64_t row = 0; row < ROWS; row++) {
            const int64_t before = history(frame, row, o.gap);
            if (row > 0)
                assert_true(strcmp(lj_column_word(column_of(frame, "group"), row - 1),
                                   lj_column_word(column_of(frame, "group"), row)) < 0 ||
                            column_of(frame, "time")->number[row - 1] < column_of(frame, "time")->number[row]);
            assert_int_equal(series.first[row], row + 1 - before);
            if (before >= o.window || o.pad) {
                assert_int_equal(series.last[sample], row);
                if (o.pad)
                    assert_int_equal(series.lengths[sample], before < o.window ? before : o.window);
                sample++;
            }
            const int64_t ahead = row + o.horizon;
            if (ahead >= ROWS || history(frame, ahead, o.gap) <= o.horizon) {
                assert_true(isnan(values[row]));
                continue;
            }
            const double now = x[row], later = x[ahead];
            const double wanted[] = {later, later - now, log(later / now), later > now};
            assert_float_equal(values[row], wanted[o.target_as], 1e-12);
            const double simple = o.target_as != LJ_TARGET_VALUE ? 0
                                  : o.horizon > 0                ? now
                                  : before > 1                   ? x[row - 1]
                                                                 : NAN;
            assert_true(naive[row] == simple || (isnan(naive[row]) && isnan(simple)));
        }
        assert_int_equal(sample, series.n);
        lj_series_free(&series);
        lj_frame_destroy(frame);
    }
}

static void a_row_whose_target_lies_in_another_part_is_in_none(void **state)
{
    (void)state;
    const lj_series_options o = {.time = "time", .group = "group", .target = "value", .window = 2, .horizon = 3};
    lj_frame *frame = make_frame();
    lj_series series;
    uint8_t parts[ROWS], purged[ROWS];
    MUST(lj_series_order(&o, &frame));
    MUST(lj_series_make(frame, &o, &series));
    for (int64_t reach = 0; reach < 6; reach++) {
        int64_t count = 0;
        for (int64_t row = 0; row < ROWS; row++) {
            const double t = column_of(frame, "time")->number[row];
            parts[row] = t < 40 ? LJ_PART_TRAIN : t < 55 ? LJ_PART_VALID : LJ_PART_TEST;
        }
        memcpy(purged, parts, sizeof(parts));
        const int64_t answered = lj_series_purge(&series, reach, purged);
        for (int64_t row = 0; row < ROWS; row++) {
            int same = 1;
            for (int64_t step = 1; step <= reach; step++)
                same = same && (lj_series_ahead(&series, row, step) < 0 || parts[row + step] == parts[row]);
            assert_int_equal(purged[row], same ? parts[row] : LJ_PART_NONE);
            count += !same;
        }
        assert_int_equal(answered, count);
        assert_true(reach == 0 || count > 0);
    }
    lj_series_free(&series);
    lj_frame_destroy(frame);
}

static void expect(const lj_series_options *o, lj_frame *frame, const char *message)
{
    lj_frame *given = frame;
    assert_int_equal(lj_series_order(o, &given), LJ_EDATA);
    assert_ptr_equal(given, frame);
    if (strstr(lj_error_message(), message) == NULL)
        fail_msg("expected '%s', found '%s'", message, lj_error_message());
}

static void tables_that_are_no_series_are_refused(void **state)
{
    (void)state;
    static const char *const words[] = {"x", "y", NULL};
    static const double same[] = {2, 1, 2}, some[] = {1, NAN, 2}, prices[] = {3, -1, 2}, times[] = {1, 2, 3};
    static const int64_t days[] = {86400000000, 0, 86400000000};
    lj_series_options o = {.time = "same", .target = "prices", .window = 2, .horizon = 1};
    lj_frame *frame = NULL;
    lj_series series;
    MUST(lj_frame_create(3, &frame));
    MUST(lj_frame_add_text(frame, "words", words));
    MUST(lj_frame_add_number(frame, "same", same));
    MUST(lj_frame_add_number(frame, "some", some));
    MUST(lj_frame_add_number(frame, "prices", prices));
    MUST(lj_frame_add_number(frame, "times", times));
    MUST(lj_frame_add_time(frame, "days", days, NULL));
    expect(&o, frame, "a time comes twice: name the column of the group (time 2)");
    o.time = "days";
    expect(&o, frame, "a time comes twice: name the column of the group (time 1970-01-02)");
    o.group = "same";
    expect(&o, frame, "a time comes twice in a group (group 2, time 1970-01-02)");
    o.time = "some";
    expect(&o, frame, "the time 'some' has no value in 1 rows");
    o.time = "times";
    o.group = "words";
    expect(&o, frame, "the group 'words' has no value in 1 rows");
    o.time = "words";
    o.group = NULL;
    expect(&o, frame, "the time 'words'");
    o.time = "nothing";
    assert_int_equal(lj_series_order(&o, &frame), LJ_ENOTFOUND);

    o.time = "same";
    assert_int_equal(lj_series_make(frame, &o, &series), LJ_EDATA); /* not in order */
    o.time = "times";
    o.target_as = LJ_TARGET_LOG_RETURN;
    MUST(lj_series_make(frame, &o, &series));
    double values[3];
    memcpy(values, prices, sizeof(values));
    assert_int_equal(lj_series_targets(frame, &series, &o, values, NULL), LJ_EDATA);
    assert_non_null(strstr(lj_error_message(), "log_return wants a target above 0: difference takes any (time 2)"));
    lj_series_free(&series);
    lj_frame_destroy(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_and_targets_are_those_of_the_plain_rule),
        cmocka_unit_test(a_row_whose_target_lies_in_another_part_is_in_none),
        cmocka_unit_test(tables_that_are_no_series_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
