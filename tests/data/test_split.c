#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "data/temporary.h"

enum { N = 2000 };

/* key, x, group, day, y (a quarter 1), in the order of `at`. */
static lj_frame *example(const int *at)
{
    static double key[N], x[N], group[N], y[N];
    static int64_t day[N];
    lj_frame *frame = NULL;
    for (int i = 0; i < N; i++) {
        const int k = at != NULL ? at[i] : i;
        key[i] = 100000 + k;
        x[i] = k * 7919 % 10007;
        group[i] = k / 4;
        day[i] = INT64_C(86400000000) * (17532 + k / 10);
        y[i] = k % 4 == 0;
    }
    assert_ok(lj_frame_create(N, &frame));
    assert_ok(lj_frame_add_number(frame, "key", key));
    assert_ok(lj_frame_add_number(frame, "x", x));
    assert_ok(lj_frame_add_number(frame, "group", group));
    assert_ok(lj_frame_add_time(frame, "day", day, NULL));
    assert_ok(lj_frame_add_number(frame, "y", y));
    return frame;
}

static void count(const uint8_t *parts, int64_t sizes[LJ_PART_COUNT])
{
    memset(sizes, 0, LJ_PART_COUNT * sizeof(*sizes));
    for (int i = 0; i < N; i++)
        sizes[parts[i]]++;
}

static void membership_does_not_depend_on_the_order_of_rows(void **state)
{
    (void)state;
    static int turned[N];
    static uint8_t a[N], b[N];
    for (int i = 0; i < N; i++)
        turned[i] = (i * 1237 + 11) % N; /* a permutation: 1237 is prime to 2000 */
    static const lj_split_options kinds[] = {{.by = LJ_SPLIT_RANDOM, .key = "key", .seed = 7},
                                             {.by = LJ_SPLIT_RANDOM, .target = "y", .seed = 7},
                                             {.by = LJ_SPLIT_STRATIFIED, .key = "key", .target = "y", .seed = 7},
                                             {.by = LJ_SPLIT_GROUP, .column = "group", .seed = 7},
                                             {.by = LJ_SPLIT_TIME, .column = "day", .seed = 7},
                                             {.by = LJ_SPLIT_FOLDS, .key = "key", .target = "y", .seed = 7}};
    lj_frame *straight = example(NULL);
    lj_frame *other = example(turned);
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        assert_ok(lj_split_parts(straight, &kinds[k], a));
        assert_ok(lj_split_parts(other, &kinds[k], b));
        for (int i = 0; i < N; i++)
            if (b[i] != a[turned[i]])
                fail_msg("kind %zu: row %d is in another part when rows are turned", k, i);
    }
    lj_frame_destroy(straight);
    lj_frame_destroy(other);
}

static void the_seed_changes_the_parts_and_added_rows_move_none(void **state)
{
    (void)state;
    static uint8_t a[N], b[N];
    static int64_t rows[N / 2];
    lj_frame *frame = example(NULL);
    lj_frame *half = NULL;
    lj_split_options options = {.by = LJ_SPLIT_RANDOM, .key = "key", .seed = 1};
    assert_ok(lj_split_parts(frame, &options, a));
    for (int i = 0; i < N / 2; i++)
        rows[i] = 2 * i;
    assert_ok(lj_frame_take(frame, rows, N / 2, &half));
    assert_ok(lj_split_parts(half, &options, b));
    for (int i = 0; i < N / 2; i++)
        assert_int_equal(b[i], a[2 * i]);
    options.seed = 2;
    assert_ok(lj_split_parts(frame, &options, b));
    int same = 0;
    for (int i = 0; i < N; i++)
        same += a[i] == b[i];
    assert_true(same < N * 6 / 10);
    lj_frame_destroy(half);
    lj_frame_destroy(frame);
}

static void the_target_does_not_decide_the_part(void **state)
{
    (void)state;
    static uint8_t a[N], b[N];
    static double flipped[N];
    lj_frame *frame = example(NULL);
    lj_frame *other = NULL;
    const lj_split_options options = {.by = LJ_SPLIT_RANDOM, .target = "y", .seed = 3};
    assert_ok(lj_split_parts(frame, &options, a));
    assert_ok(lj_frame_create(N, &other));
    assert_ok(lj_frame_add_number(other, "key", column_of(frame, "key")->number));
    assert_ok(lj_frame_add_number(other, "x", column_of(frame, "x")->number));
    assert_ok(lj_frame_add_number(other, "group", column_of(frame, "group")->number));
    assert_ok(lj_frame_add_time(other, "day", column_of(frame, "day")->time, NULL));
    assert_ok(lj_frame_add_number(other, "y", flipped));
    assert_ok(lj_split_parts(other, &options, b));
    assert_memory_equal(a, b, N);
    lj_frame_destroy(other);
    lj_frame_destroy(frame);
}

static void shares_are_met(void **state)
{
    (void)state;
    static uint8_t parts[N];
    int64_t sizes[LJ_PART_COUNT];
    lj_frame *frame = example(NULL);
    lj_split_options options = {.by = LJ_SPLIT_RANDOM, .key = "key", .test = 0.1, .valid = 0.3};
    assert_ok(lj_split_parts(frame, &options, parts));
    count(parts, sizes);
    assert_in_range(sizes[LJ_PART_TEST], 150, 250);
    assert_in_range(sizes[LJ_PART_VALID], 540, 660);
    options = (lj_split_options){.by = LJ_SPLIT_STRATIFIED, .key = "key", .target = "y"};
    assert_ok(lj_split_parts(frame, &options, parts));
    int64_t ones[LJ_PART_COUNT] = {0};
    for (int i = 0; i < N; i++)
        ones[parts[i]] += i % 4 == 0;
    count(parts, sizes);
    assert_int_equal(sizes[LJ_PART_TEST], 400);
    assert_int_equal(sizes[LJ_PART_VALID], 400);
    assert_int_equal(ones[LJ_PART_TEST], 100);
    assert_int_equal(ones[LJ_PART_VALID], 100);
    lj_frame_destroy(frame);
}

static void equal_rows_are_spread_by_their_occurrence(void **state)
{
    (void)state;
    static const double same[N];
    static uint8_t parts[N];
    int64_t sizes[LJ_PART_COUNT];
    lj_frame *frame = NULL;
    assert_ok(lj_frame_create(N, &frame));
    assert_ok(lj_frame_add_number(frame, "x", same));
    const lj_split_options options = {.by = LJ_SPLIT_RANDOM};
    assert_ok(lj_split_parts(frame, &options, parts));
    count(parts, sizes);
    assert_in_range(sizes[LJ_PART_TEST], 320, 480);
    lj_frame_destroy(frame);
}

static void groups_stay_whole(void **state)
{
    (void)state;
    static uint8_t parts[N];
    int64_t sizes[LJ_PART_COUNT];
    lj_frame *frame = example(NULL);
    const lj_split_options options = {.by = LJ_SPLIT_GROUP, .column = "group"};
    assert_ok(lj_split_parts(frame, &options, parts));
    for (int i = 0; i < N; i++)
        assert_int_equal(parts[i], parts[i / 4 * 4]);
    count(parts, sizes);
    assert_in_range(sizes[LJ_PART_TEST], 396, 404);
    assert_in_range(sizes[LJ_PART_VALID], 396, 404);
    lj_frame_destroy(frame);
}

static void time_goes_forward_from_train_to_test(void **state)
{
    (void)state;
    static uint8_t parts[N];
    int64_t sizes[LJ_PART_COUNT];
    lj_frame *frame = example(NULL);
    lj_split_options options = {.by = LJ_SPLIT_TIME, .column = "day"};
    assert_ok(lj_split_parts(frame, &options, parts));
    count(parts, sizes);
    assert_int_equal(sizes[LJ_PART_TEST], 400);
    assert_int_equal(sizes[LJ_PART_VALID], 400);
    assert_int_equal(parts[0], LJ_PART_TRAIN);
    assert_int_equal(parts[1200], LJ_PART_VALID);
    assert_int_equal(parts[N - 1], LJ_PART_TEST);
    options.valid_from = "2018-02-01";
    options.test_from = "2018/3/1";
    assert_ok(lj_split_parts(frame, &options, parts));
    assert_int_equal(parts[309], LJ_PART_TRAIN); /* 31 January */
    assert_int_equal(parts[310], LJ_PART_VALID);
    assert_int_equal(parts[589], LJ_PART_VALID);
    assert_int_equal(parts[590], LJ_PART_TEST);
    options.valid_from = "2018-04-01";
    assert_int_equal(lj_split_parts(frame, &options, parts), LJ_ECONFIG);
    assert_message_has("valid_from 2018-04-01 is not before test_from 2018/3/1");
    options.valid_from = "soon";
    assert_int_equal(lj_split_parts(frame, &options, parts), LJ_EDATA);
    options.valid_from = NULL;
    options.test_from = "2030-01-01";
    assert_int_equal(lj_split_parts(frame, &options, parts), LJ_EDATA);
    assert_message_has("no row is in the part 'test'");
    lj_frame_destroy(frame);
}

static void a_column_names_the_parts(void **state)
{
    (void)state;
    const char *const words[] = {"train", "Valid", "test", NULL, "TRAIN"};
    const char *const wrong[] = {"train", "valid", "test", "tset", "train"};
    uint8_t parts[5];
    lj_frame *frame = NULL;
    assert_ok(lj_frame_create(5, &frame));
    assert_ok(lj_frame_add_text(frame, "part", words));
    assert_ok(lj_frame_add_text(frame, "wrong", wrong));
    lj_split_options options = {.by = LJ_SPLIT_COLUMN, .column = "part"};
    assert_ok(lj_split_parts(frame, &options, parts));
    const uint8_t expected[] = {LJ_PART_TRAIN, LJ_PART_VALID, LJ_PART_TEST, LJ_PART_NONE, LJ_PART_TRAIN};
    assert_memory_equal(parts, expected, 5);
    options.column = "wrong";
    assert_int_equal(lj_split_parts(frame, &options, parts), LJ_EDATA);
    assert_string_equal(lj_error_message(), "split: row 4: column 'wrong' says 'tset', expected train, valid or test");
    options.column = "prat";
    assert_int_equal(lj_split_parts(frame, &options, parts), LJ_ENOTFOUND);
    lj_frame_destroy(frame);
}

static void folds_are_even_within_each_class(void **state)
{
    (void)state;
    static int32_t fold[N];
    lj_frame *frame = example(NULL);
    lj_split_options options = {.by = LJ_SPLIT_FOLDS, .key = "key", .target = "y"};
    int sizes[2][5] = {{0}};
    assert_ok(lj_split_folds(frame, &options, fold));
    for (int i = 0; i < N; i++)
        sizes[i % 4 == 0][fold[i]]++;
    for (int f = 0; f < 5; f++) {
        assert_int_equal(sizes[1][f], 100);
        assert_int_equal(sizes[0][f], 300);
    }
    options.column = "group";
    assert_int_equal(lj_split_folds(frame, &options, fold), LJ_EDATA);
    assert_message_has("fold 5 of column 'group' is not among 0 to 4");
    options.folds = 500;
    assert_ok(lj_split_folds(frame, &options, fold));
    assert_int_equal(fold[N - 1], 499);
    options.folds = 501;
    assert_int_equal(lj_split_folds(frame, &options, fold), LJ_EDATA);
    assert_message_has("fold 500 of 501 has no rows");
    options.folds = 1;
    assert_int_equal(lj_split_folds(frame, &options, fold), LJ_ECONFIG);
    lj_frame_destroy(frame);
}

static void shares_that_leave_nothing_to_train_are_refused(void **state)
{
    (void)state;
    static uint8_t parts[N];
    lj_frame *frame = example(NULL);
    lj_split_options options = {.by = LJ_SPLIT_RANDOM, .test = 0.6, .valid = 0.4};
    assert_int_equal(lj_split_parts(frame, &options, parts), LJ_ECONFIG);
    options = (lj_split_options){.by = LJ_SPLIT_STRATIFIED, .target = "x"};
    assert_int_equal(lj_split_parts(frame, &options, parts), LJ_EDATA);
    options = (lj_split_options){.by = LJ_SPLIT_GROUP};
    assert_int_equal(lj_split_parts(frame, &options, parts), LJ_ECONFIG);
    lj_frame_destroy(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(membership_does_not_depend_on_the_order_of_rows),
        cmocka_unit_test(the_seed_changes_the_parts_and_added_rows_move_none),
        cmocka_unit_test(the_target_does_not_decide_the_part),
        cmocka_unit_test(shares_are_met),
        cmocka_unit_test(equal_rows_are_spread_by_their_occurrence),
        cmocka_unit_test(groups_stay_whole),
        cmocka_unit_test(time_goes_forward_from_train_to_test),
        cmocka_unit_test(a_column_names_the_parts),
        cmocka_unit_test(folds_are_even_within_each_class),
        cmocka_unit_test(shares_that_leave_nothing_to_train_are_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
