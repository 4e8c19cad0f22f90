#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "data/temporary.h"

static lj_frame *example(void)
{
    const double numbers[] = {1, NAN, 3, 4};
    const int64_t times[] = {10, 20, 30, 40};
    const uint8_t valid = 0xB; /* not row 2 */
    const char *const texts[] = {"pear", "apple", NULL, "pear"};
    lj_frame *frame = NULL;
    assert_ok(lj_frame_create(4, &frame));
    assert_ok(lj_frame_add_number(frame, "n", numbers));
    assert_ok(lj_frame_add_time(frame, "t", times, &valid));
    assert_ok(lj_frame_add_text(frame, "word", texts));
    return frame;
}

static void columns_keep_values_and_know_what_is_missing(void **state)
{
    (void)state;
    lj_frame *frame = example();
    const lj_column *word = column_of(frame, "word");
    assert_int_equal(lj_frame_column_count(frame), 3);
    assert_int_equal(lj_frame_find(frame, "t"), 1);
    assert_int_equal(lj_frame_find(frame, "x"), -1);
    assert_int_equal(column_of(frame, "n")->missing_count, 1);
    assert_int_equal(column_of(frame, "n")->is_integer, 1);
    assert_int_equal(column_of(frame, "n")->row_count, 4);
    assert_false(lj_column_has(column_of(frame, "t"), 2));
    assert_int_equal(word->word_count, 2);
    assert_string_equal(word->words[0], "apple"); /* byte order */
    assert_string_equal(lj_column_word(word, 3), "pear");
    assert_int_equal(word->code[2], -1);
    lj_frame_destroy(frame);
}

static void a_column_without_missing_values_has_no_bitmap(void **state)
{
    (void)state;
    const double numbers[] = {0.5, 2, 3};
    lj_frame *frame = NULL;
    assert_ok(lj_frame_create(3, &frame));
    assert_ok(lj_frame_add_number(frame, "x", numbers));
    assert_null(column_of(frame, "x")->valid);
    assert_int_equal(column_of(frame, "x")->is_integer, 0);
    lj_frame_destroy(frame);
}

static void names_are_unique_and_near_ones_are_told(void **state)
{
    (void)state;
    lj_frame *frame = example();
    const double numbers[] = {0, 0, 0, 0};
    const lj_column *column = NULL;
    assert_int_equal(lj_frame_add_number(frame, "n", numbers), LJ_EINVAL);
    assert_string_equal(lj_error_message(), "there is a column 'n' already");
    assert_int_equal(lj_frame_need(frame, "wrod", &column), LJ_ENOTFOUND);
    assert_string_equal(lj_error_message(), "no column 'wrod'; did you mean 'word'? (columns: n, t, word)");
    lj_frame_destroy(frame);
}

static void rows_are_taken_in_any_order_with_the_words_they_use(void **state)
{
    (void)state;
    lj_frame *frame = example();
    lj_frame *taken = NULL;
    const int64_t rows[] = {3, 0, 3, 2};
    assert_ok(lj_frame_take(frame, rows, 4, &taken));
    assert_int_equal(lj_frame_row_count(taken), 4);
    assert_true(column_of(taken, "n")->number[0] == 4);
    assert_true(column_of(taken, "n")->number[1] == 1);
    assert_null(column_of(taken, "n")->valid);
    assert_int_equal(column_of(taken, "word")->word_count, 1);
    assert_string_equal(lj_column_word(column_of(taken, "word"), 2), "pear");
    assert_null(lj_column_word(column_of(taken, "word"), 3));
    assert_int_equal(column_of(taken, "t")->missing_count, 1);
    lj_frame_destroy(taken);
    assert_ok(lj_frame_take(frame, rows, 0, &taken));
    assert_int_equal(lj_frame_row_count(taken), 0);
    lj_frame_destroy(taken);
    lj_frame_destroy(frame);
}

static void many_words_are_numbered_in_byte_order(void **state)
{
    (void)state;
    enum { N = 5000 };
    static char texts[N][12];
    static const char *list[N];
    for (int i = 0; i < N; i++) {
        snprintf(texts[i], sizeof(texts[i]), "w%d", i * 7919 % 3001);
        list[i] = texts[i];
    }
    lj_frame *frame = NULL;
    assert_ok(lj_frame_create(N, &frame));
    assert_ok(lj_frame_add_text(frame, "w", list));
    const lj_column *column = column_of(frame, "w");
    assert_int_equal(column->word_count, 3001);
    for (int32_t w = 1; w < column->word_count; w++)
        assert_true(strcmp(column->words[w - 1], column->words[w]) < 0);
    for (int i = 0; i < N; i++)
        assert_string_equal(lj_column_word(column, i), texts[i]);
    lj_frame_destroy(frame);
}

static void duplicates_are_found_by_key_and_by_whole_row(void **state)
{
    (void)state;
    const double keys[] = {5, 6, 5, 7, 5, 6};
    const char *const words[] = {"a", "b", "a", "c", "x", "b"};
    int64_t count = 0;
    int64_t shown = 0;
    int64_t first[2] = {0};
    lj_frame *frame = NULL;
    assert_ok(lj_frame_create(6, &frame));
    assert_ok(lj_frame_add_number(frame, "key", keys));
    assert_ok(lj_frame_add_text(frame, "word", words));
    assert_ok(lj_frame_duplicates(frame, "key", &count, first, 2, &shown));
    assert_int_equal(count, 3);
    assert_int_equal(shown, 2);
    assert_int_equal(first[0], 2);
    assert_int_equal(first[1], 4);
    assert_ok(lj_frame_duplicates(frame, NULL, &count, first, 2, &shown));
    assert_int_equal(count, 2);
    assert_int_equal(first[1], 5);
    assert_int_equal(lj_frame_duplicates(frame, "kex", &count, first, 2, &shown), LJ_ENOTFOUND);
    lj_frame_destroy(frame);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    const double numbers[] = {1, NAN, 3, 4};
    const char *const texts[] = {"pear", "apple", NULL, "pear"};
    const int64_t rows[] = {1, 0};
    const int64_t live = lj_test_live_allocations();
    lj_status status = LJ_ENOMEM;
    for (int64_t n = 0; status != LJ_OK; n++) {
        lj_frame *frame = NULL;
        lj_frame *taken = NULL;
        int64_t count = 0;
        lj_test_fail_allocation(n);
        status = lj_frame_create(4, &frame);
        if (status == LJ_OK)
            status = lj_frame_add_number(frame, "n", numbers);
        if (status == LJ_OK)
            status = lj_frame_add_text(frame, "w", texts);
        if (status == LJ_OK)
            status = lj_frame_take(frame, rows, 2, &taken);
        if (status == LJ_OK)
            status = lj_frame_duplicates(frame, NULL, &count, NULL, 0, &count);
        lj_test_fail_allocation(-1);
        assert_true(status == LJ_OK || status == LJ_ENOMEM);
        lj_frame_destroy(taken);
        lj_frame_destroy(frame);
        assert_int_equal(lj_test_live_allocations(), live);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_keep_values_and_know_what_is_missing),
        cmocka_unit_test(a_column_without_missing_values_has_no_bitmap),
        cmocka_unit_test(names_are_unique_and_near_ones_are_told),
        cmocka_unit_test(rows_are_taken_in_any_order_with_the_words_they_use),
        cmocka_unit_test(many_words_are_numbered_in_byte_order),
        cmocka_unit_test(duplicates_are_found_by_key_and_by_whole_row),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
