/* What auto chooses, from plain numbers worked out here; the same bits everywhere. */
#include "prep/prep_test.h"

#include "lianjin/math.h"
#include "lianjin/progress.h"

#define N 400
#define FIT 300

static const char *const features[] = {"flag", "skew", "holes", "same", "state", "name", "when", "zip", "pair"};
#define FEATURES 9

static lj_frame *make_frame(void)
{
    static const char *const states[] = {"CA", "NY", "TX", "WY"};
    static char names[N][16];
    double flag[N];
    double skew[N];
    double holes[N];
    double same[N];
    double y[N];
    int64_t when[N];
    uint8_t valid[N / 8];
    const char *state[N];
    const char *name[N];
    const char *zip[N];
    const char *pair[N];
    for (int i = 0; i < N; i++) {
        const int r = (i * 7919) % 1009; /* mixed, without repeats */
        flag[i] = r % 2;
        skew[i] = r < 500 ? 0 : (double)r * r;
        holes[i] = r % 10 == 0 ? (double)NAN : r + 0.5;
        same[i] = 3;
        y[i] = r % 3 == 0;
        when[i] = (int64_t)r * 86400000000 * 2;
        state[i] = r < 4 ? states[3] : r % 9 == 0 ? NULL : states[r % 3];
        snprintf(names[i], sizeof(names[i]), "person %d", r);
        name[i] = names[i];
        zip[i] = i < FIT ? states[r % 3] : "(new)";
        pair[i] = r % 4 == 0 ? "yes" : "no";
    }
    memset(valid, 0xff, sizeof(valid));
    lj_frame *frame = NULL;
    assert_int_equal(lj_frame_create(N, &frame), LJ_OK);
    assert_int_equal(lj_frame_add_number(frame, "flag", flag), LJ_OK);
    assert_int_equal(lj_frame_add_number(frame, "skew", skew), LJ_OK);
    assert_int_equal(lj_frame_add_number(frame, "holes", holes), LJ_OK);
    assert_int_equal(lj_frame_add_number(frame, "same", same), LJ_OK);
    assert_int_equal(lj_frame_add_number(frame, "Y", y), LJ_OK);
    assert_int_equal(lj_frame_add_time(frame, "when", when, valid), LJ_OK);
    assert_int_equal(lj_frame_add_text(frame, "state", state), LJ_OK);
    assert_int_equal(lj_frame_add_text(frame, "name", name), LJ_OK);
    assert_int_equal(lj_frame_add_text(frame, "zip", zip), LJ_OK);
    assert_int_equal(lj_frame_add_text(frame, "pair", pair), LJ_OK);
    return frame;
}

static lj_prep *fitted(const lj_frame *frame, lj_prep_style style)
{
    lj_prep *prep = NULL;
    if (fit_features(frame, features, FEATURES, NULL, style, FIT, NULL, &prep) != LJ_OK)
        fail_msg("%s", lj_error_message());
    return prep;
}

static int64_t number_named(const lj_prep *prep, const char *name)
{
    for (int64_t i = 0; i < lj_prep_number_count(prep); i++) {
        if (strcmp(lj_prep_number_name(prep, i), name) == 0)
            return i;
    }
    return -1;
}

static int64_t category_named(const lj_prep *prep, const char *name)
{
    for (int64_t i = 0; i < lj_prep_category_count(prep); i++) {
        if (strcmp(lj_prep_category_name(prep, i), name) == 0)
            return i;
    }
    return -1;
}

static void numbers_come_out_near_normal_and_filled(void **state)
{
    (void)state;
    lj_frame *frame = make_frame();
    lj_prep *prep = fitted(frame, LJ_PREP_DENSE);
    const int64_t width = lj_prep_number_count(prep);
    const int64_t holes = number_named(prep, "holes");
    const int64_t flag = number_named(prep, "holes missing");
    assert_true(holes >= 0 && flag >= 0);
    prepared p;
    prepared_make(prep, N, &p);
    apply_range(prep, frame, 0, N, &p);
    double sum = 0;
    double squares = 0;
    const lj_column *column = lj_frame_column(frame, lj_frame_find(frame, "holes"));
    for (int64_t i = 0; i < FIT; i++) {
        const double z = (double)p.numbers[i * width + holes];
        assert_true((p.numbers[i * width + flag] != 0) == isnan(column->number[i]));
        sum += z;
        squares += z * z;
    }
    assert_true(fabs(sum / FIT) < 1e-5 && fabs(squares / FIT - 1) < 1e-5);
    for (int64_t i = 0; i < N * width; i++)
        assert_true(fabs((double)p.numbers[i]) < 10);
    prepared_free(&p);
    same_bits_everywhere(prep, frame);
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

static void a_value_that_is_often_the_smallest_stands_at_the_middle_of_its_ranks(void **state)
{
    (void)state;
    lj_frame *frame = make_frame();
    lj_prep *prep = fitted(frame, LJ_PREP_DENSE);
    const lj_column *column = lj_frame_column(frame, lj_frame_find(frame, "skew"));
    int64_t zeros = 0;
    double largest = -1;
    int64_t zero_row = -1;
    int64_t largest_row = -1;
    for (int64_t i = 0; i < FIT; i++) {
        zeros += column->number[i] == 0;
        zero_row = column->number[i] == 0 ? i : zero_row;
        largest_row = column->number[i] > largest ? i : largest_row;
        largest = fmax(largest, column->number[i]);
    }
    prepared p;
    prepared_make(prep, N, &p);
    apply_range(prep, frame, 0, N, &p);
    /* Both went through one line (z - mean) / deviation; the ratio to a third value removes it. */
    const double low = lj_normal_quantile((double)zeros / 2 / FIT);
    const double high = lj_normal_quantile((FIT - 0.5) / FIT);
    const int64_t at = number_named(prep, "skew");
    const int64_t width = lj_prep_number_count(prep);
    double sum = 0;
    double squares = 0;
    for (int64_t i = 0; i < FIT; i++) {
        const double z = low + ((double)p.numbers[i * width + at] - (double)p.numbers[zero_row * width + at]) *
                                   (high - low) / ((double)p.numbers[largest_row * width + at] -
                                                   (double)p.numbers[zero_row * width + at]);
        sum += z;
        squares += z * z;
    }
    const double mean = sum / FIT;
    const double deviation = sqrt(squares / FIT - mean * mean);
    assert_true(fabs((low - mean) / deviation - (double)p.numbers[zero_row * width + at]) < 1e-5);
    prepared_free(&p);
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

static void what_tells_nothing_is_dropped_and_told(void **state)
{
    (void)state;
    lj_frame *frame = make_frame();
    lj_prep *prep = fitted(frame, LJ_PREP_DENSE);
    assert_int_equal(lj_prep_feature_count(prep), FEATURES - 2);
    assert_int_equal(lj_prep_dropped_count(prep), 2);
    assert_string_equal(lj_prep_dropped_name(prep, 0), "same");
    assert_string_equal(lj_prep_dropped_reason(prep, 0), "constant");
    assert_string_equal(lj_prep_dropped_name(prep, 1), "name");
    assert_string_equal(lj_prep_dropped_reason(prep, 1), "nearly unique text: 300 different values in 300 cells");
    assert_int_equal(lj_schema_count(lj_prep_schema(prep)), FEATURES - 2);
    lj_text text = {0};
    assert_int_equal(lj_prep_describe(prep, &text), LJ_OK);
    assert_non_null(strstr(text.data, "name: not used: nearly unique text"));
    assert_non_null(strstr(text.data, "zip (text): ordinal (3 categories as codes) -> 4 codes"));
    lj_text_free(&text);
    assert_int_equal(lj_prep_json(prep, &text), LJ_OK);
    assert_non_null(strstr(text.data, "{\"feature\": \"zip\", \"type\": \"text\", \"steps\": [{\"name\": \"ordinal\", "
                                      "\"why\": \"3 categories as codes\"}], \"numbers\": 0, \"codes\": [4]}"));
    assert_non_null(strstr(text.data, "\"dropped\": [{\"feature\": \"same\", \"why\": \"constant\"}, "));
    lj_text_free(&text);
    lj_prep_destroy(prep);
    lj_frame_destroy(frame);
}

static void categories_are_merged_and_encoded_by_style(void **state)
{
    (void)state;
    lj_frame *frame = make_frame();
    lj_prep *dense = fitted(frame, LJ_PREP_DENSE);
    assert_int_equal(lj_prep_category_count(dense), 2); /* state, zip */
    assert_int_equal(lj_prep_category_size(dense, category_named(dense, "state")), 6);
    assert_true(number_named(dense, "pair=yes") >= 0 && number_named(dense, "pair=no") < 0);

    lj_prep *embedding = fitted(frame, LJ_PREP_EMBEDDING);
    const int64_t at = category_named(embedding, "state");
    assert_true(at >= 0);
    assert_int_equal(lj_prep_category_size(embedding, at), 6); /* 0, CA, NY, TX, other, missing */
    assert_int_equal(lj_prep_category_size(embedding, category_named(embedding, "zip")), 4);
    assert_int_equal(lj_prep_category_size(embedding, category_named(embedding, "holes missing")), 3);
    prepared p;
    prepared_make(embedding, N, &p);
    apply_range(embedding, frame, 0, N, &p);
    const int64_t width = lj_prep_category_count(embedding);
    for (int64_t i = 0; i < N; i++) {
        assert_true((p.codes[i * width + category_named(embedding, "zip")] == 0) == (i >= FIT));
        for (int64_t k = 0; k < width; k++)
            assert_in_range(p.codes[i * width + k], 0, lj_prep_category_size(embedding, k) - 1);
    }
    prepared_free(&p);
    same_bits_everywhere(embedding, frame);
    lj_prep *linear = fitted(frame, LJ_PREP_LINEAR);
    assert_int_equal(lj_prep_category_count(linear), 2);
    same_bits_everywhere(linear, frame);
    lj_prep_destroy(linear);
    lj_prep_destroy(dense);
    lj_prep_destroy(embedding);
    lj_frame_destroy(frame);
}

static void only_the_training_rows_count(void **state)
{
    (void)state;
    lj_frame *frame = make_frame();
    lj_frame *part = NULL;
    int64_t rows[FIT];
    for (int64_t i = 0; i < FIT; i++)
        rows[i] = i;
    assert_int_equal(lj_frame_take(frame, rows, FIT, &part), LJ_OK);
    for (int style = 0; style < 3; style++) {
        lj_prep *whole = fitted(frame, (lj_prep_style)style);
        lj_prep *alone = fitted(part, (lj_prep_style)style);
        lj_text a = {0};
        lj_text b = {0};
        save_text(whole, &a);
        save_text(alone, &b);
        assert_string_equal(a.data, b.data);
        lj_text_free(&a);
        lj_text_free(&b);
        lj_prep_destroy(whole);
        lj_prep_destroy(alone);
    }
    lj_frame_destroy(part);
    lj_frame_destroy(frame);
}

static void any_allocation_may_fail_while_fitting_applying_and_loading(void **state)
{
    (void)state;
    lj_frame *frame = make_frame();
    int64_t rows[FIT];
    for (int64_t i = 0; i < FIT; i++)
        rows[i] = i;
    const lj_prep_options options = {
        .features = features, .feature_count = FEATURES, .target = "Y", .style = LJ_PREP_EMBEDDING};
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
    prepared p;
    prepared_make(prep, N, &p);
    status = LJ_ENOMEM;
    for (int64_t n = 0; status != LJ_OK; n++) {
        lj_test_fail_allocation(n);
        status = lj_prep_apply(prep, frame, 0, N, p.numbers, p.codes, NULL);
        lj_test_fail_allocation(-1);
        assert_true(status == LJ_OK || status == LJ_ENOMEM);
    }
    prepared_free(&p);
    lj_text text = {0};
    save_text(prep, &text);
    lj_prep_destroy(prep);
    lj_doc *doc = NULL;
    assert_int_equal(lj_json_parse("prep.json", text.data, text.size, &doc), LJ_OK);
    const int64_t before = lj_test_live_allocations();
    status = LJ_ENOMEM;
    for (int64_t n = 0; status != LJ_OK; n++) {
        lj_test_fail_allocation(n);
        status = lj_prep_load(doc, lj_doc_root(doc), &prep);
        lj_test_fail_allocation(-1);
        assert_true(status == LJ_OK || (status == LJ_ENOMEM && prep == NULL));
        if (status != LJ_OK)
            assert_int_equal(lj_test_live_allocations(), before);
    }
    lj_prep_destroy(prep);
    lj_doc_destroy(doc);
    lj_text_free(&text);
    lj_frame_destroy(frame);
    assert_int_equal(lj_test_live_allocations(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_out_near_normal_and_filled),
        cmocka_unit_test(a_value_that_is_often_the_smallest_stands_at_the_middle_of_its_ranks),
        cmocka_unit_test(what_tells_nothing_is_dropped_and_told),
        cmocka_unit_test(categories_are_merged_and_encoded_by_style),
        cmocka_unit_test(only_the_training_rows_count),
        cmocka_unit_test(any_allocation_may_fail_while_fitting_applying_and_loading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
