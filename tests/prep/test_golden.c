/* Every transform against tests/golden/prep.json (scikit-learn and plain Python), and with the same bits everywhere. */
#include "prep/prep_test.h"

static lj_doc *golden;

static double number_or_missing(const lj_item *item)
{
    return item->kind == LJ_NULL ? (double)NAN : item->number;
}

static lj_frame *make_frame(const lj_item *inputs)
{
    lj_frame *frame = NULL;
    const int64_t n = inputs->items[0]->count;
    assert_int_equal(lj_frame_create(n, &frame), LJ_OK);
    for (int64_t i = 0; i < inputs->count; i++) {
        const lj_item *list = inputs->items[i];
        double *numbers = lj_new_array(n, sizeof(double));
        int64_t *times = lj_new_array(n, sizeof(int64_t));
        const char **texts = lj_new_array(n, sizeof(char *));
        int is_text = 0;
        for (int64_t k = 0; k < n; k++) {
            is_text = is_text || list->items[k]->kind == LJ_STRING;
            numbers[k] = number_or_missing(list->items[k]);
            times[k] = strcmp(list->key, "when") == 0 ? (int64_t)numbers[k] : 0;
            texts[k] = list->items[k]->kind == LJ_NULL ? NULL : list->items[k]->text;
        }
        if (is_text)
            assert_int_equal(lj_frame_add_text(frame, list->key, texts), LJ_OK);
        else if (strcmp(list->key, "when") == 0)
            assert_int_equal(lj_frame_add_time(frame, list->key, times, NULL), LJ_OK);
        else
            assert_int_equal(lj_frame_add_number(frame, list->key, numbers), LJ_OK);
        lj_free(numbers);
        lj_free(times);
        lj_free(texts);
    }
    return frame;
}

static void check_names(const lj_prep *prep, const lj_item *names)
{
    for (int64_t k = 0; names->kind == LJ_LIST && k < names->count; k++)
        assert_string_equal(lj_prep_number_name(prep, k), names->items[k]->text);
}

static void check_case(const lj_frame *frame, int64_t n_fit, const lj_item *item)
{
    const char *steps = lj_item_get(item, "steps")->text;
    const lj_item *out = lj_item_get(item, "out");
    lj_prep *prep = NULL;
    if (fit_one(frame, lj_item_get(item, "column")->text, steps, n_fit, &prep) != LJ_OK)
        fail_msg("%s: %s", steps, lj_error_message());
    const int64_t width = out->items[0]->count;
    assert_int_equal(lj_prep_number_count(prep), width);
    assert_int_equal(lj_prep_category_count(prep), 0);
    check_names(prep, lj_item_get(item, "names"));

    prepared p;
    prepared_make(prep, out->count, &p);
    apply_range(prep, frame, 0, out->count, &p);
    /* The searches for lambda end within 1e-8 of each other; all else differs by the rounding to float32. */
    const double tolerance = strstr(steps, "power") != NULL ? 1e-6 : 1.5e-7;
    for (int64_t i = 0; i < out->count; i++) {
        for (int64_t k = 0; k < width; k++) {
            const double want = out->items[i]->items[k]->number;
            const double have = (double)p.numbers[i * width + k];
            if (!(fabs(have - want) <= tolerance * fmax(1.0, fabs(want))))
                fail_msg("%s: row %lld column %lld: expected %.9g, found %.9g", steps, (long long)i, (long long)k, want,
                         have);
        }
    }
    prepared_free(&p);
    same_bits_everywhere(prep, frame);
    lj_prep_destroy(prep);
}

static void each_transform_gives_the_golden_values_with_the_same_bits_everywhere(void **state)
{
    (void)state;
    const lj_item *root = lj_doc_root(golden);
    const lj_item *cases = lj_item_get(root, "cases");
    lj_frame *frame = make_frame(lj_item_get(root, "inputs"));
    assert_true(cases->count > 30);
    for (int64_t i = 0; i < cases->count; i++)
        check_case(frame, (int64_t)lj_item_get(root, "n_fit")->number, cases->items[i]);
    lj_frame_destroy(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_transform_gives_the_golden_values_with_the_same_bits_everywhere),
    };
    if (lj_json_read(LJ_SOURCE_DIR "/tests/golden/prep.json", &golden) != LJ_OK) {
        fprintf(stderr, "%s\n", lj_error_message());
        return 1;
    }
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    lj_doc_destroy(golden);
    return failed;
}
