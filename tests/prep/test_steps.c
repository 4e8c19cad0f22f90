/* The steps of a pipeline file: how they are written, which columns they take, what is refused and where. */
#include "prep/prep_test.h"

#define N 40

static const char *const features[] = {"a", "amount", "SEX", "when", "rate"};
#define FEATURES 5

static lj_frame *make_frame(void)
{
    double a[N];
    double amount[N];
    double y[N];
    double hole[N];
    const char *sex[N];
    const char *rate[N];
    int64_t when[N];
    static const char *const rates[] = {"10%", "12.5%", "99%", "7%"};
    for (int i = 0; i < N; i++) {
        a[i] = i % 7 == 3 ? (double)NAN : i % 5;
        amount[i] = 100.0 * i - 300;
        y[i] = i % 2;
        hole[i] = NAN;
        sex[i] = i % 3 == 0 ? "m" : "f";
        rate[i] = rates[i % 4];
        when[i] = (int64_t)i * 86400000000;
    }
    rate[N - 1] = "n.a.";
    lj_frame *frame = NULL;
    assert_int_equal(lj_frame_create(N, &frame), LJ_OK);
    assert_int_equal(lj_frame_add_number(frame, "a", a), LJ_OK);
    assert_int_equal(lj_frame_add_number(frame, "amount", amount), LJ_OK);
    assert_int_equal(lj_frame_add_text(frame, "SEX", sex), LJ_OK);
    assert_int_equal(lj_frame_add_time(frame, "when", when, NULL), LJ_OK);
    assert_int_equal(lj_frame_add_text(frame, "rate", rate), LJ_OK);
    assert_int_equal(lj_frame_add_number(frame, "Y", y), LJ_OK);
    assert_int_equal(lj_frame_add_number(frame, "hole", hole), LJ_OK);
    return frame;
}

static lj_prep *fitted(const lj_frame *frame, const char *steps, lj_prep_style style)
{
    lj_prep *prep = NULL;
    if (fit_features(frame, features, FEATURES, steps, style, N - 5, NULL, &prep) != LJ_OK)
        fail_msg("%s: %s", steps, lj_error_message());
    return prep;
}

static void check_names(const lj_prep *prep, const char *expected)
{
    lj_text text = {0};
    for (int64_t i = 0; i < lj_prep_number_count(prep); i++)
        lj_text_printf(&text, "%s%s", i > 0 ? "|" : "", lj_prep_number_name(prep, i));
    for (int64_t i = 0; i < lj_prep_category_count(prep); i++)
        lj_text_printf(&text, "|%s:%d", lj_prep_category_name(prep, i), lj_prep_category_size(prep, i));
    assert_int_equal(lj_text_finish(&text), LJ_OK);
    assert_string_equal(text.data, expected);
    lj_text_free(&text);
}

static void steps_run_in_order_on_the_columns_that_fit(void **state)
{
    (void)state;
    lj_frame *frame = make_frame();
    lj_prep *prep = fitted(frame,
                           "- {impute: median, columns: [a], indicator: true}\n"
                           "- {scale: standard}\n"
                           "- {one_hot: {leave_out: none}, columns: [SEX]}\n"
                           "- {date: [year, age]}\n"
                           "- {ordinal: , columns: r*}\n", LJ_PREP_LINEAR);
    check_names(prep, "a|a missing|amount|SEX=f|SEX=m|when year|when age|rate:5");
    same_bits_everywhere(prep, frame);
    prepared p;
    prepared_make(prep, N, &p);
    apply_range(prep, frame, 0, N, &p);
    double sum = 0;
    for (int i = 0; i < N - 5; i++)
        sum += (double)p.numbers[i * 7 + 2];
    assert_true(fabs(sum) < 1e-5); /* amount is standard on the training rows */
    assert_true(p.numbers[3 * 7 + 1] == 1.0F && p.numbers[4 * 7 + 1] == 0.0F);
    assert_int_equal(p.codes[0], 1); /* "10%" is the first word */
    assert_int_equal(p.codes[N - 1], 0); /* "n.a." is not in the training part */
    assert_int_equal(p.unseen[4], 1);
    assert_int_equal(p.missing[0], 6);
    assert_int_equal(p.out_of_range[1], 5);
    assert_int_equal(lj_prep_number_feature(prep, 3), 2);
    assert_string_equal(lj_prep_feature_name(prep, 2), "SEX");
    prepared_free(&p);
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

static void a_step_may_be_a_name_alone_and_options_may_stand_beside_or_inside(void **state)
{
    (void)state;
    lj_frame *frame = make_frame();
    lj_prep *one = fitted(frame, "- {drop: [when, rate, a]}\n- one_hot\n- {scale: min_max, limit: 2}\n", LJ_PREP_DENSE);
    lj_prep *two = fitted(frame, "- {drop: , columns: [when, rate, a]}\n- {one_hot: true}\n"
                                 "- {scale: {method: min_max, limit: 2}}\n", LJ_PREP_DENSE);
    check_names(one, "amount|SEX=m");
    assert_int_equal(lj_prep_dropped_count(one), 3);
    assert_string_equal(lj_prep_dropped_name(one, 1), "when");
    assert_string_equal(lj_prep_dropped_reason(one, 1), "dropped by a step");
    lj_text a = {0};
    lj_text b = {0};
    save_text(one, &a);
    save_text(two, &b);
    assert_string_equal(a.data, b.data);
    lj_text_free(&a);
    lj_text_free(&b);
    lj_prep_destroy(one);
    lj_prep_destroy(two);
    lj_frame_destroy(frame);
}

static void keep_leaves_the_column_beside_its_result(void **state)
{
    (void)state;
    lj_frame *frame = make_frame();
    lj_prep *prep = fitted(frame, "- {drop: [when, rate, SEX, a]}\n- {log: signed, keep: true}\n"
                                  "- {bins: {count: 2}, columns: [amount], keep: true}\n", LJ_PREP_DENSE);
    check_names(prep, "amount|amount (bins)=>= 1400|amount (log)|amount (log) (bins)=>= 7.24494");
    same_bits_everywhere(prep, frame);
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

static void texts_are_read_as_numbers_when_a_step_says_so(void **state)
{
    (void)state;
    lj_frame *frame = make_frame();
    lj_prep *prep = fitted(frame, "- {drop: [when, a, SEX, amount]}\n- {number_from_text: percent, columns: [rate]}\n"
                                  "- {impute: constant, value: 0}\n", LJ_PREP_DENSE);
    check_names(prep, "rate");
    same_bits_everywhere(prep, frame);
    prepared p;
    prepared_make(prep, N, &p);
    apply_range(prep, frame, 0, N, &p);
    assert_true(p.numbers[1] == 0.125F && p.numbers[2] == 0.99F);
    assert_true(p.numbers[N - 1] == 0.0F); /* "n.a." is no number */
    assert_int_equal(p.unseen[0], 1);
    prepared_free(&p);
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

static void what_the_steps_leave_is_made_readable(void **state)
{
    (void)state;
    lj_frame *frame = make_frame();
    lj_prep *prep = fitted(frame, "- {scale: standard, columns: [amount]}\n", LJ_PREP_EMBEDDING);
    assert_int_equal(lj_prep_category_count(prep), 2); /* SEX, rate */
    prepared p;
    prepared_make(prep, N, &p);
    apply_range(prep, frame, 0, N, &p);
    for (int64_t i = 0; i < N * lj_prep_number_count(prep); i++)
        assert_true(isfinite(p.numbers[i]));
    prepared_free(&p);
    same_bits_everywhere(prep, frame);
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

static void wrong_steps_are_refused_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *steps, *message;
    } cases[] = {
        {"- {imput: median}\n", "test.yaml:1:3: unknown step 'imput'; did you mean 'impute'?"},
        {"- {impute: medain}\n",
         "test.yaml:1:12: 'method' must be one of median, mean, most_frequent, constant, found 'medain'; did you mean "
         "'median'?"},
        {"- {impute: median, colums: [a]}\n", "test.yaml:1:20: unknown key 'colums'; did you mean 'columns'?"},
        {"- {impute: median,\n   columns: [amont]}\n",
         "test.yaml:2:14: no column is named 'amont'; did you mean 'amount'?"},
        {"- {impute: median, columns: ['z*']}\n", "test.yaml:1:30: no column matches 'z*'"},
        {"- {impute: median, columns: [Y]}\n", "test.yaml:1:30: a step must not use the target 'Y'"},
        {"- {scale: standard, columns: [SEX]}\n",
         "test.yaml:1:31: scale does not take column 'SEX': it is a category by now"},
        {"- {one_hot: {max: many}}\n", "test.yaml:1:19: 'max' must be a whole number from 0 to 4094, found 'many'"},
        {"- {bins: {count: 1}}\n", "test.yaml:1:18: 'count' must be a whole number from 2 to 1024, found '1'"},
        {"- {impute: median, scale: robust}\n", "a step names one transform, found 'impute' and 'scale'"},
        {"- {impute: constant, columns: [a]}\n", "the constant needs a 'value'"},
        {"- {impute: median, columns: [SEX]}\n", "column 'SEX' holds texts"},
        {"- {clip: bounds, columns: [a]}\n", "bounds need a 'low' or a 'high'"},
        {"- {log: log1p, columns: [amount]}\n", "column 'amount' has the value -300"},
        {"- {date: age, reference: 2020-02-30}\n", "'reference' must be a date such as 2018-12-31, found '2020-02-30'"},
        {"- {levels: 3, columns: [amount]}\n", "column 'amount' has 35 different values, expected at most 3"},
        {"- {sentinel: [], columns: [a]}\n", "expected 1 to 64 codes, found 0"},
        {"- {drop: }\n", "drop needs 'columns'"},
        {"- {drop: ['*']}\n", "no feature is left"},
        {"- {ordinal: , columns: [rate]}\n- {number_from_text: percent, columns: [rate]}\n",
         "number_from_text does not take"},
        {"- 3\n", "test.yaml:1:3: a step must name one of: number_from_text, sentinel, impute"},
        {"scale: standard\n", "'prepare' must be auto or a list of steps"},
    };
    lj_frame *frame = make_frame();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        lj_prep *prep = NULL;
        const lj_status status = fit_features(frame, features, FEATURES, cases[i].steps, LJ_PREP_DENSE, N - 5, NULL,
                                              &prep);
        if (status == LJ_OK || strstr(lj_error_message(), cases[i].message) == NULL)
            fail_msg("%s expected: %s\nfound: %s", cases[i].steps, cases[i].message,
                     status == LJ_OK ? "success" : lj_error_message());
        assert_null(prep);
        assert_true(status == LJ_ECONFIG || status == LJ_EDATA);
    }
    lj_frame_destroy(frame);
}

static void bad_data_is_refused_by_name(void **state)
{
    (void)state;
    lj_frame *frame = make_frame();
    lj_prep *prep = NULL;
    const char *const hole[] = {"hole"};
    assert_int_equal(fit_features(frame, hole, 1, NULL, LJ_PREP_DENSE, N, NULL, &prep), LJ_EDATA);
    assert_non_null(strstr(lj_error_message(), "column 'hole' has no value in the training part"));
    const char *const leak[] = {"a", "Y"};
    assert_int_equal(fit_features(frame, leak, 2, NULL, LJ_PREP_DENSE, N, NULL, &prep), LJ_EDATA);
    assert_non_null(strstr(lj_error_message(), "the target 'Y' is among the features"));
    const char *const twice[] = {"a", "a"};
    assert_int_equal(fit_features(frame, twice, 2, NULL, LJ_PREP_DENSE, N, NULL, &prep), LJ_EDATA);
    const char *const absent[] = {"amuont"};
    assert_int_equal(fit_features(frame, absent, 1, NULL, LJ_PREP_DENSE, N, NULL, &prep), LJ_ENOTFOUND);
    assert_non_null(strstr(lj_error_message(), "did you mean 'amount'?"));
    assert_int_equal(fit_features(frame, features, FEATURES, NULL, LJ_PREP_DENSE, 0, NULL, &prep), LJ_EDATA);
    assert_null(prep);

    double infinite[N] = {0};
    infinite[4] = INFINITY;
    assert_int_equal(lj_frame_add_number(frame, "inf", infinite), LJ_OK);
    const char *const inf[] = {"inf"};
    assert_int_equal(fit_features(frame, inf, 1, NULL, LJ_PREP_DENSE, N, NULL, &prep), LJ_EDATA);
    assert_non_null(strstr(lj_error_message(), "column 'inf' has the value inf in row 5"));
    lj_frame_destroy(frame);
}

static void a_table_that_does_not_fit_is_refused_and_odd_cells_stay_finite(void **state)
{
    (void)state;
    lj_frame *frame = make_frame();
    lj_prep *prep = NULL;
    const char *const two[] = {"amount", "SEX"};
    assert_int_equal(fit_features(frame, two, 2, "- {scale: standard}\n- one_hot\n", LJ_PREP_DENSE, N, NULL, &prep),
                     LJ_OK);
    float numbers[16];
    lj_frame *other = NULL;
    const double amounts[] = {INFINITY, -INFINITY, NAN, 1e300};
    const char *const sexes[] = {"f", "x", NULL, ""};
    assert_int_equal(lj_frame_create(4, &other), LJ_OK);
    assert_int_equal(lj_frame_add_number(other, "amount", amounts), LJ_OK);
    assert_int_equal(lj_prep_apply(prep, other, 0, 4, numbers, NULL, NULL), LJ_EDATA);
    assert_non_null(strstr(lj_error_message(), "the table lacks a column of the model: "));
    assert_int_equal(lj_frame_add_text(other, "SEX", sexes), LJ_OK);
    int64_t unseen[2] = {0};
    int64_t out_of_range[2] = {0};
    int64_t missing[2] = {0};
    lj_prep_counts counts = {.unseen = unseen, .out_of_range = out_of_range, .missing = missing};
    assert_int_equal(lj_prep_apply(prep, other, 0, 4, numbers, NULL, &counts), LJ_OK);
    for (int i = 0; i < 8; i++)
        assert_true(isfinite(numbers[i]));
    assert_true(numbers[0] > 1e30F && numbers[2] < -1e30F);
    assert_int_equal(unseen[1], 2);
    assert_int_equal(missing[1], 1);
    assert_int_equal(out_of_range[0], 3);
    assert_int_equal(missing[0], 1);
    same_bits_everywhere(prep, other);
    assert_int_equal(lj_prep_apply(prep, other, 2, 2, numbers, NULL, NULL), LJ_OK); /* no rows are fine */
    lj_frame_destroy(other);

    const double codes[] = {1, 2};
    assert_int_equal(lj_frame_create(2, &other), LJ_OK);
    assert_int_equal(lj_frame_add_number(other, "amount", codes), LJ_OK);
    assert_int_equal(lj_frame_add_number(other, "SEX", codes), LJ_OK);
    assert_int_equal(lj_prep_apply(prep, other, 0, 2, numbers, NULL, NULL), LJ_EDATA);
    assert_string_equal(lj_error_message(), "column 'SEX': expected text as in training, found number");
    lj_frame_destroy(other);
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

static void each_transform_and_option_is_documented(void **state)
{
    (void)state;
    for (int64_t i = 0; i < lj_prep_transform_count(); i++) {
        const lj_transform_info info = lj_prep_transform_at(i);
        assert_non_null(info.doc);
        assert_true(info.takes_numbers || info.takes_texts || info.takes_times);
        int has_main = info.main == NULL;
        for (int64_t k = 0; k < info.option_count; k++) {
            lj_text text = {0};
            assert_non_null(info.options[k].doc);
            lj_declare_describe(&info.options[k], &text);
            assert_int_equal(lj_text_finish(&text), LJ_OK);
            assert_true(text.size > 3);
            lj_text_free(&text);
            for (int64_t j = 0; j < lj_prep_transform_count(); j++) /* else a step could not tell them apart */
                assert_string_not_equal(info.options[k].key, lj_prep_transform_at(j).name);
            has_main = has_main || strcmp(info.main, info.options[k].key) == 0;
        }
        assert_true(has_main);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_run_in_order_on_the_columns_that_fit),
        cmocka_unit_test(a_step_may_be_a_name_alone_and_options_may_stand_beside_or_inside),
        cmocka_unit_test(keep_leaves_the_column_beside_its_result),
        cmocka_unit_test(texts_are_read_as_numbers_when_a_step_says_so),
        cmocka_unit_test(what_the_steps_leave_is_made_readable),
        cmocka_unit_test(wrong_steps_are_refused_with_their_place),
        cmocka_unit_test(bad_data_is_refused_by_name),
        cmocka_unit_test(a_table_that_does_not_fit_is_refused_and_odd_cells_stay_finite),
        cmocka_unit_test(each_transform_and_option_is_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
