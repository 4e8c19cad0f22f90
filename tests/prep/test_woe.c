/* Weights of evidence: what a bin's is, where values go, what is refused and where. */
#include "prep/prep_test.h"

#define N 400
#define FIT 360 /* the rows behind hold what the fit did not see */

static double y[N], x[N];
static const char *grade[N];

static lj_frame *make_frame(void)
{
    static const char *const grades[] = {"A", "B", "C", "D", "E"};
    for (int i = 0; i < N; i++) {
        const int k = i * 37 % 101;
        x[i] = i % 13 == 0 ? (double)NAN : i % 17 == 0 ? -1 : k;
        y[i] = (k + i * 7 % 50) % 100 < 30 + (k < 40) * 25;
        grade[i] = i % 29 == 0 ? NULL : i >= FIT && i % 2 == 0 ? "new" : i % 120 == 5 ? "rare" : grades[k / 21];
    }
    lj_frame *frame = NULL;
    assert_int_equal(lj_frame_create(N, &frame), LJ_OK);
    assert_int_equal(lj_frame_add_number(frame, "x", x), LJ_OK);
    assert_int_equal(lj_frame_add_number(frame, "Y", y), LJ_OK);
    assert_int_equal(lj_frame_add_text(frame, "grade", grade), LJ_OK);
    return frame;
}

/* By its definition, over the training rows. */
static double weight(int (*is_in)(int row))
{
    double others = 0, events = 0, all_others = 0, all_events = 0;
    for (int i = 0; i < FIT; i++) {
        all_events += y[i];
        all_others += 1 - y[i];
        events += is_in(i) ? y[i] : 0;
        others += is_in(i) ? 1 - y[i] : 0;
    }
    return log(others / all_others / (events / all_events));
}

static int is_missing(int row) { return isnan(x[row]); }
static int is_code(int row) { return x[row] == -1; }
static int is_low(int row) { return x[row] != -1 && x[row] < 40; }
static int is_high(int row) { return x[row] >= 40; }
static int is_a_or_c(int row) { return grade[row] != NULL && (grade[row][0] == 'A' || grade[row][0] == 'C'); }
static int is_other(int row) { return grade[row] != NULL && !is_a_or_c(row); }
static int has_no_grade(int row) { return grade[row] == NULL; }

static void check_weights(const lj_prep *prep, const lj_frame *frame, double (*wanted)(int row))
{
    prepared p;
    prepared_make(prep, N, &p);
    apply_range(prep, frame, 0, N, &p);
    for (int i = 0; i < N; i++)
        if (!(fabs((double)p.numbers[i] - wanted(i)) <= 3e-7))
            fail_msg("row %d: found %.9g, expected %.9g", i, (double)p.numbers[i], wanted(i));
    prepared_free(&p);
}

static double wanted_of_x(int row)
{
    return weight(is_missing(row) ? is_missing : is_code(row) ? is_code : is_low(row) ? is_low : is_high);
}

static double wanted_of_grade(int row)
{
    return weight(has_no_grade(row) ? has_no_grade : is_a_or_c(row) ? is_a_or_c : is_other);
}

static void bins_by_hand_weigh_what_their_rows_say(void **state)
{
    (void)state;
    lj_frame *frame = make_frame();
    lj_prep *prep = NULL;
    assert_int_equal(fit_one(frame, "x", "- {woe: {breaks: [40], special: [-1]}}\n", FIT, &prep), LJ_OK);
    check_weights(prep, frame, wanted_of_x);
    lj_prep_bins bins;
    assert_true(lj_prep_number_bins(prep, 0, &bins));
    assert_int_equal(bins.count, 4);
    assert_int_equal(bins.regular, 2);
    static const char *const names[] = {"< 40", ">= 40", "-1", "missing"};
    double iv = 0;
    int64_t rows = 0;
    for (int i = 0; i < 4; i++) {
        assert_string_equal(bins.names[i], names[i]);
        iv += bins.iv[i];
        rows += bins.rows[i];
        assert_true(bins.iv[i] > 0);
    }
    assert_true(fabs(iv - bins.all_iv) < 1e-12);
    assert_int_equal(rows, FIT);
    same_bits_everywhere(prep, frame);
    lj_prep_destroy(prep);

    assert_int_equal(fit_one(frame, "grade", "- {woe: {breaks: [[A, C]]}}\n", FIT, &prep), LJ_OK);
    check_weights(prep, frame, wanted_of_grade); /* "new" goes with the levels that were not named */
    same_bits_everywhere(prep, frame);
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

static void bins_found_keep_their_rules(void **state)
{
    (void)state;
    static const char *const steps[] = {"- {woe: {monotone: none, max_bins: 5, min_size: 0.1}}\n",
                                        "- {woe: {monotone: up, max_bins: 5, min_size: 0.1}}\n",
                                        "- {woe: {monotone: down, max_bins: 5, min_size: 0.1}}\n"};
    lj_frame *frame = make_frame();
    for (int s = 0; s < 3; s++) {
        lj_prep *prep = NULL;
        assert_int_equal(fit_one(frame, "x", steps[s], FIT, &prep), LJ_OK);
        lj_prep_bins bins;
        assert_true(lj_prep_number_bins(prep, 0, &bins));
        assert_in_range(bins.regular, s == 1 ? 1 : 2, 5);
        for (int64_t b = 0; b < bins.regular; b++) {
            assert_true(bins.rows[b] >= FIT / 10 && bins.events[b] >= 5);
            if (s > 0 && b > 0) /* more events, smaller weight */
                assert_true(s == 1 ? bins.woe[b] <= bins.woe[b - 1] : bins.woe[b] >= bins.woe[b - 1]);
        }
        same_bits_everywhere(prep, frame);
        lj_prep_destroy(prep);
    }
    lj_frame_destroy(frame);
}

static void rare_and_unknown_levels_go_together_and_else_are_neutral(void **state)
{
    (void)state;
    lj_frame *frame = make_frame();
    lj_prep *prep = NULL;
    prepared p;
    const char *steps = "- {woe: {min_level: 0.05, min_size: 0, min_events: 1}}\n";
    assert_int_equal(fit_one(frame, "grade", steps, FIT, &prep), LJ_OK);
    prepared_make(prep, N, &p);
    apply_range(prep, frame, 0, N, &p);
    assert_true(p.numbers[5] != 0.0F);                 /* "rare" */
    assert_true(p.numbers[FIT + 2] == p.numbers[5]);   /* "new" */
    assert_true(p.unseen[0] > 0);
    prepared_free(&p);
    same_bits_everywhere(prep, frame);
    lj_prep_destroy(prep);
    assert_int_equal(fit_one(frame, "grade", "- {woe: {min_level: 0}}\n", FIT, &prep), LJ_OK);
    prepared_make(prep, N, &p);
    apply_range(prep, frame, 0, N, &p);
    assert_true(p.numbers[FIT + 2] == 0.0F);
    prepared_free(&p);
    same_bits_everywhere(prep, frame);
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

static void too_few_events_are_neutral(void **state)
{
    (void)state;
    lj_frame *frame = make_frame();
    lj_prep *prep = NULL;
    assert_int_equal(fit_one(frame, "x", "- {woe: {special: [-1, -2], min_events: 100}}\n", FIT, &prep), LJ_OK);
    lj_prep_bins bins;
    assert_true(lj_prep_number_bins(prep, 0, &bins));
    assert_int_equal(bins.regular, 1);
    assert_int_equal(bins.rows[1], 0); /* no row holds -2 */
    assert_true(bins.woe[0] != 0 && bins.woe[1] == 0 && bins.woe[2] == 0 && bins.woe[3] == 0);
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

static void every_column_is_weighed_for_a_scorecard(void **state)
{
    (void)state;
    static const char *const features[] = {"x", "grade"};
    lj_frame *frame = make_frame();
    for (int s = 0; s < 2; s++) {
        lj_prep *prep = NULL;
        const char *steps = s == 0 ? NULL : "- {woe: down, columns: [x]}\n";
        if (fit_features(frame, features, 2, steps, LJ_PREP_WOE, FIT, NULL, &prep) != LJ_OK)
            fail_msg("%s", lj_error_message());
        assert_int_equal(lj_prep_number_count(prep), 2);
        assert_int_equal(lj_prep_category_count(prep), 0);
        lj_prep_bins bins;
        assert_true(lj_prep_number_bins(prep, 0, &bins) && bins.is_first && bins.levels == NULL);
        assert_true(lj_prep_number_bins(prep, 1, &bins) && bins.is_first);
        assert_string_equal(bins.levels[0], "A");
        same_bits_everywhere(prep, frame);
        lj_prep_destroy(prep);
    }
    lj_frame_destroy(frame);
}

static void what_cannot_be_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *column, *steps, *message;
    } cases[] = {
        {"grade", "- {woe: up}\n", "test.yaml:1:3: woe: column 'grade': 'monotone' is for numbers"},
        {"grade", "- {woe: {special: [-1]}}\n", "test.yaml:1:19: woe: column 'grade': special codes are numbers"},
        {"x", "- {woe: {special: [none]}}\n", "test.yaml:1:20: 'special' must be a list of numbers"},
        {"x", "- {woe: {special: [3, 3]}}\n", "test.yaml:1:19: woe: column 'x': a special code is given twice"},
        {"x", "- {woe: {breaks: [9, low]}}\n", "test.yaml:1:22: woe: column 'x': breaks of a number are numbers"},
        {"x", "- {woe: {breaks: [9, 9]}}\n", "test.yaml:1:22: woe: column 'x': breaks must ascend"},
        {"x", "- {woe: {breaks: [9, 900]}}\n",
         "test.yaml:1:18: woe: column 'x': the bin '>= 900' has 0 rows, all of one class"},
        {"grade", "- {woe: {breaks: [A]}}\n", "test.yaml:1:19: woe: column 'grade': breaks of a category are lists"},
        {"grade", "- {woe: {breaks: [[A], [B, A]]}}\n",
         "test.yaml:1:28: woe: column 'grade': a level is in two bins"},
        {"grade", "- {woe: {breaks: [[Z]]}}\n", "test.yaml:1:20: woe: column 'grade': no level of the training part"},
        {"x", "- {woe: sideways}\n", "test.yaml:1:9: 'monotone' must be one of none, up, down, peak, valley, auto"},
    };
    lj_frame *frame = make_frame();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        lj_prep *prep = NULL;
        assert_int_equal(fit_one(frame, cases[i].column, cases[i].steps, FIT, &prep), LJ_ECONFIG);
        if (strstr(lj_error_message(), cases[i].message) == NULL)
            fail_msg("expected %s, found %s", cases[i].message, lj_error_message());
    }
    lj_frame_destroy(frame);
}

static void a_target_of_one_class_or_of_none_is_refused(void **state)
{
    (void)state;
    lj_frame *frame = NULL;
    lj_prep *prep = NULL;
    double ones[N];
    for (int i = 0; i < N; i++)
        ones[i] = 1;
    assert_int_equal(lj_frame_create(N, &frame), LJ_OK);
    for (int i = 0; i < N; i++)
        x[i] = i;
    assert_int_equal(lj_frame_add_number(frame, "x", x), LJ_OK);
    assert_int_equal(fit_one(frame, "x", "- woe\n", FIT, &prep), LJ_ECONFIG);
    assert_non_null(strstr(lj_error_message(), "need a target of two classes"));
    assert_int_equal(lj_frame_add_number(frame, "Y", ones), LJ_OK);
    assert_int_equal(fit_one(frame, "x", "- woe\n", FIT, &prep), LJ_ECONFIG);
    assert_non_null(strstr(lj_error_message(), "all of one class"));
    lj_frame_destroy(frame);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    lj_frame *frame = make_frame();
    int64_t rows[FIT];
    for (int64_t i = 0; i < FIT; i++)
        rows[i] = i;
    static const char *const features[] = {"x", "grade"};
    const lj_prep_options options = {
        .features = features, .feature_count = 2, .style = LJ_PREP_WOE, .binary_target = y};
    const int64_t live = lj_test_live_allocations();
    lj_prep *prep = NULL;
    lj_status status = LJ_ENOMEM;
    for (int64_t n = 0; status != LJ_OK; n++) {
        lj_test_fail_allocation(n);
        status = lj_prep_fit(frame, NULL, rows, FIT, &options, NULL, &prep);
        lj_test_fail_allocation(-1);
        assert_true(status == LJ_OK || (status == LJ_ENOMEM && prep == NULL));
        if (status != LJ_OK)
            assert_int_equal(lj_test_live_allocations(), live);
    }
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bins_by_hand_weigh_what_their_rows_say),
        cmocka_unit_test(bins_found_keep_their_rules),
        cmocka_unit_test(rare_and_unknown_levels_go_together_and_else_are_neutral),
        cmocka_unit_test(too_few_events_are_neutral),
        cmocka_unit_test(every_column_is_weighed_for_a_scorecard),
        cmocka_unit_test(what_cannot_be_is_refused_with_its_place),
        cmocka_unit_test(a_target_of_one_class_or_of_none_is_refused),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
