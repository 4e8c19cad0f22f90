/* prep.json as hostile input: cut short, with lies in every place. */
#include "prep/prep_test.h"

#define N 60

/* Something of every transform. */
static lj_prep *make_prep(void)
{
    static const char *const words[] = {"a", "b", "c", "d", "e"};
    double x[N];
    double k[N];
    double y[N];
    const char *t[N];
    const char *u[N];
    int64_t when[N];
    for (int i = 0; i < N; i++) {
        x[i] = i % 11 == 0 ? (double)NAN : i * i - 50;
        k[i] = i % 4;
        y[i] = i * i % 7 < 3;
        t[i] = words[i % 5];
        u[i] = i % 9 == 0 ? NULL : words[i * i % 3];
        when[i] = (int64_t)i * 40 * 86400000000;
    }
    lj_frame *frame = NULL;
    lj_prep *prep = NULL;
    assert_int_equal(lj_frame_create(N, &frame), LJ_OK);
    assert_int_equal(lj_frame_add_number(frame, "x", x), LJ_OK);
    assert_int_equal(lj_frame_add_number(frame, "k", k), LJ_OK);
    assert_int_equal(lj_frame_add_number(frame, "Y", y), LJ_OK);
    assert_int_equal(lj_frame_add_text(frame, "t", t), LJ_OK);
    assert_int_equal(lj_frame_add_text(frame, "u", u), LJ_OK);
    assert_int_equal(lj_frame_add_time(frame, "when", when, NULL), LJ_OK);
    static const char *const features[] = {"x", "k", "t", "u", "when"};
    const char *steps = "- {sentinel: [-50, 71], columns: [x]}\n"
                        "- {bins: {count: 3}, columns: [x], keep: true}\n"
                        "- {clip: quantile, columns: [x], keep: true}\n"
                        "- {impute: median, columns: [x], indicator: true}\n"
                        "- {woe: {min_events: 1, special: [-7, 1]}, columns: [k], keep: true}\n"
                        "- {woe: {min_level: 0.2, min_others: 1}, columns: [t], keep: true}\n"
                        "- {levels: 5, columns: [k], keep: true}\n"
                        "- {log: log1p, columns: [k], keep: true}\n"
                        "- {power: yeo_johnson, columns: [k], keep: true}\n"
                        "- {scale: robust, columns: [k], keep: true}\n"
                        "- {scale: quantile_normal, columns: [k], keep: true}\n"
                        "- {scale: quantile_normal, ranks: scikit_learn, columns: [k]}\n"
                        "- {impute: constant, value: gone, columns: [u]}\n"
                        "- {rare: 13, columns: [t], keep: true}\n"
                        "- {one_hot: 2, columns: ['t']}\n"
                        "- {ordinal: true}\n"
                        "- {date: }\n";
    if (fit_features(frame, features, 5, steps, LJ_PREP_DENSE, N, NULL, &prep) != LJ_OK)
        fail_msg("%s", lj_error_message());
    same_bits_everywhere(prep, frame);
    lj_frame_destroy(frame);
    return prep;
}

static void a_text_cut_short_anywhere_is_refused(void **state)
{
    (void)state;
    lj_prep *prep = make_prep();
    lj_text text = {0};
    save_text(prep, &text);
    for (size_t size = 0; size + 2 < text.size; size += 7) {
        lj_prep *loaded;
        assert_int_equal(load_text(text.data, size, &loaded), LJ_ECORRUPT);
        assert_null(loaded);
    }
    lj_text_free(&text);
    lj_prep_destroy(prep);
}

/* A series whose numbers and targets are scaled by group. */
static lj_prep *make_series(void)
{
    static const char *const groups[] = {"a", "b", "c"};
    static const char *const features[] = {"x", "g"};
    double x[N];
    int64_t when[N], rows[N];
    const char *g[N];
    for (int i = 0; i < N; i++) {
        x[i] = i * i % 23;
        g[i] = groups[i / (N / 3)];
        when[i] = (int64_t)i * 86400000000;
        rows[i] = i;
    }
    lj_frame *frame = NULL;
    lj_prep *prep = NULL;
    assert_int_equal(lj_frame_create(N, &frame), LJ_OK);
    assert_int_equal(lj_frame_add_number(frame, "x", x), LJ_OK);
    assert_int_equal(lj_frame_add_text(frame, "g", g), LJ_OK);
    assert_int_equal(lj_frame_add_time(frame, "when", when, NULL), LJ_OK);
    const lj_series_options series = {.time = "when", .group = "g", .target = "x", .window = 3, .horizon = 1,
                                      .target_as = LJ_TARGET_DIFFERENCE, .scale_by_group = 1};
    const lj_prep_options options = {.features = features, .feature_count = 2, .target = "x",
                                     .style = LJ_PREP_SERIES, .series = &series, .target_values = x};
    if (lj_prep_fit(frame, NULL, rows, N, &options, NULL, &prep) != LJ_OK)
        fail_msg("%s", lj_error_message());
    lj_frame_destroy(frame);
    return prep;
}

/* Uses what was loaded, so that the sanitizers see any index that was believed. */
static void use(const lj_prep *prep)
{
    lj_cell cells[8] = {0};
    float *numbers = lj_new_array(lj_prep_number_count(prep), sizeof(float));
    int32_t *codes = lj_new_array(lj_prep_category_count(prep), sizeof(int32_t));
    if (lj_prep_feature_count(prep) <= 8) {
        for (int round = 0; round < 4; round++) {
            static const char *const words[] = {"a", "c", "zzz", NULL};
            for (int i = 0; i < 8; i++)
                cells[i] = (lj_cell){.text = words[round], .number = round * 3 - 1, .time = round * INT64_C(1) << 40};
            lj_prep_apply_record(prep, cells, numbers, codes, NULL);
            for (int64_t i = 0; i < lj_prep_number_count(prep); i++)
                assert_true(isfinite(numbers[i]));
            for (int64_t i = 0; i < lj_prep_category_count(prep); i++)
                assert_in_range(codes[i], 0, lj_prep_category_size(prep, i) - 1);
        }
    }
    lj_free(numbers);
    lj_free(codes);
}

/* Every number of the text is replaced by numbers that lie; what still loads must be usable. */
static void a_series_comes_back_and_its_lies_are_refused(void **state)
{
    (void)state;
    static const char *const lies[][2] = {
        {"\"window\": 3", "\"window\": 0"},         {"\"target_as\": \"difference\"", "\"target_as\": \"nothing\""},
        {"\"time\": \"when\"", "\"time\": \"then\""}, {"\"horizon\": 1", "\"horizon\": -1"},
        {"\"group\": \"g\"", "\"group\": null"},    {"      \"a\",", "      \"b\","},
        {"      5.766", "      -5.76"}, {"\"group_scale\": [", "\"group_scale\": [0, "},
        {"\"series\": {", "\"serial\": {"}};
    lj_prep *prep = make_series(), *loaded = NULL;
    lj_text text = {0}, again = {0};
    save_text(prep, &text);
    assert_int_equal(load_text(text.data, text.size, &loaded), LJ_OK);
    assert_int_equal(lj_prep_series(loaded)->window, 3);
    assert_int_equal(lj_schema_count(lj_prep_schema(loaded)), 3); /* x, g, when */
    save_text(loaded, &again);
    assert_string_equal(text.data, again.data);
    lj_prep_destroy(loaded);
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        const char *at = strstr(text.data, lies[i][0]);
        lj_text lie = {0};
        if (at == NULL)
            fail_msg("no %s in %s", lies[i][0], text.data);
        lj_text_append(&lie, text.data, (size_t)(at - text.data));
        lj_text_puts(&lie, lies[i][1]);
        lj_text_puts(&lie, at + strlen(lies[i][0]));
        if (load_text(lie.data, lie.size, &loaded) != LJ_ECORRUPT)
            fail_msg("%s was believed", lies[i][1]);
        lj_text_free(&lie);
    }
    lj_text_free(&again);
    lj_text_free(&text);
    lj_prep_destroy(prep);
}

static void any_number_may_lie(void **state)
{
    (void)state;
    static const char *const lies[] = {"-1", "0", "1", "7", "2147483647", "4294967297", "1e300", "-3.5", "null", "[]"};
    lj_prep *prep = make_prep();
    lj_text text = {0};
    save_text(prep, &text);
    int64_t n_loaded = 0;
    int64_t n_refused = 0;
    for (size_t at = 0; at + 1 < text.size; at++) {
        const char before = text.data[at];
        if ((before != ' ' && before != ':' && before != '[') || strchr("-0123456789", text.data[at + 1]) == NULL)
            continue;
        const size_t begin = at + 1;
        const size_t length = strspn(text.data + begin, "-+.eE0123456789");
        for (size_t k = 0; k < sizeof(lies) / sizeof(lies[0]); k++) {
            lj_text changed = {0};
            lj_prep *loaded = NULL;
            lj_text_append(&changed, text.data, begin);
            lj_text_puts(&changed, lies[k]);
            lj_text_append(&changed, text.data + begin + length, text.size - begin - length);
            assert_int_equal(lj_text_finish(&changed), LJ_OK);
            const lj_status status = load_text(changed.data, changed.size, &loaded);
            assert_true(status == LJ_OK || status == LJ_ECORRUPT || status == LJ_EVERSION);
            if (status == LJ_OK)
                use(loaded);
            n_loaded += status == LJ_OK;
            n_refused += status != LJ_OK;
            lj_prep_destroy(loaded);
            lj_text_free(&changed);
        }
    }
    assert_true(n_loaded > 50 && n_refused > 500);
    lj_text_free(&text);
    lj_prep_destroy(prep);
}

static void lies_are_refused_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *message;
    } cases[] = {
        {"\"format\": 1", "\"format\": 2", "expected format 1 of a preparation, found 2"},
        {"\"type\": \"time\"", "\"type\": \"tame\"", "expected a type of column"},
        {"\"step\": \"bins\"", "\"step\": \"bons\"", "expected a step that this version knows"},
        {"\"step\": \"bins\"", "\"step\": \"one_hot\"", "expected a step that takes what is before it"},
        {"\"step\": \"bins\"", "\"step\": \"drop\"", "expected a step that this version knows"},
        {"\"features\": [", "\"features\": [], \"other\": [", "expected at least one feature"},
        {"\"step\": \"rare\",", "\"step\": \"rare\", \"x\": 0,", NULL},
    };
    lj_prep *prep = make_prep();
    lj_text text = {0};
    save_text(prep, &text);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *at = strstr(text.data, cases[i].from);
        assert_non_null(at);
        lj_text changed = {0};
        lj_prep *loaded = NULL;
        lj_text_append(&changed, text.data, (size_t)(at - text.data));
        lj_text_puts(&changed, cases[i].to);
        lj_text_puts(&changed, at + strlen(cases[i].from));
        assert_int_equal(lj_text_finish(&changed), LJ_OK);
        const lj_status status = load_text(changed.data, changed.size, &loaded);
        if (cases[i].message == NULL)
            assert_int_equal(status, LJ_OK);
        else if (status == LJ_OK || strstr(lj_error_message(), cases[i].message) == NULL)
            fail_msg("%s: found %s", cases[i].message, status == LJ_OK ? "success" : lj_error_message());
        lj_prep_destroy(loaded);
        lj_text_free(&changed);
    }
    lj_text_free(&text);
    lj_prep_destroy(prep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_cut_short_anywhere_is_refused),
        cmocka_unit_test(a_series_comes_back_and_its_lies_are_refused),
        cmocka_unit_test(any_number_may_lie),
        cmocka_unit_test(lies_are_refused_with_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
