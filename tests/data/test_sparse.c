/* Sparse rows: growing, taking, shuffling the columns of a feature. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lianjin/memory.h"
#include "lianjin/sparse.h"

#define N     300
#define WIDTH 40

static int has(int64_t row, int64_t column)
{
    return (row * 7 + column * 11) % 5 < 2;
}

/* Entry (row, column) has the value 1000 row + column; a row is written in two halves, as two features are. */
static lj_sparse make_rows(void)
{
    lj_sparse x = {.width = WIDTH};
    for (int64_t row = 0; row < N; row++) {
        int64_t count = 0;
        for (int half = 0; half < 2; half++) {
            assert_int_equal(lj_sparse_reserve(&x, count + WIDTH / 2), LJ_OK);
            for (int32_t c = half * WIDTH / 2; c < (half + 1) * WIDTH / 2; c++) {
                if (!has(row, c))
                    continue;
                const int64_t at = lj_sparse_entries(&x) + count++;
                x.column[at] = c;
                x.value[at] = (float)(1000 * row + c);
            }
        }
        assert_int_equal(lj_sparse_add_row(&x, count), LJ_OK);
    }
    return x;
}

/* Row i of x: columns low .. high - 1 are those of `row_in`, the others of `row_out`. */
static void check_row(const lj_sparse *x, int64_t i, int64_t low, int64_t high, int64_t row_in, int64_t row_out)
{
    int64_t at = x->begin[i];
    for (int64_t c = 0; c < WIDTH; c++) {
        const int64_t row = c >= low && c < high ? row_in : row_out;
        if (!has(row, c))
            continue;
        assert_int_equal(x->column[at], c);
        assert_true(x->value[at] == (float)(1000 * row + c));
        at++;
    }
    assert_int_equal(at, x->begin[i + 1]);
}

static void rows_are_kept_as_they_grow(void **state)
{
    (void)state;
    lj_sparse x = make_rows();
    for (int64_t i = 0; i < N; i++)
        check_row(&x, i, 0, 0, 0, i);
    lj_sparse_clear(&x);
    assert_int_equal(lj_sparse_entries(&x), 0);
    lj_sparse_free(&x);
}

static void taken_and_shuffled_rows_are_the_right_ones(void **state)
{
    (void)state;
    lj_sparse x = make_rows(), taken = {.width = WIDTH}, mixed = {.width = WIDTH};
    int64_t order[N];
    for (int64_t i = 0; i < N; i++)
        order[i] = (i * 17 + 5) % N;
    assert_int_equal(lj_sparse_take(&x, order, N, &taken), LJ_OK);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(lj_sparse_shuffle(&x, order, 10, 25, &mixed), LJ_OK);
        assert_int_equal(mixed.n, N);
    }
    for (int64_t i = 0; i < N; i++) {
        check_row(&taken, i, 0, 0, 0, order[i]);
        check_row(&mixed, i, 10, 25, order[i], i);
    }
    lj_sparse_free(&x);
    lj_sparse_free(&taken);
    lj_sparse_free(&mixed);
}

static void no_memory_is_an_error(void **state)
{
    (void)state;
    lj_sparse x = {.width = 3};
    lj_test_fail_allocation(0);
    assert_int_equal(lj_sparse_reserve(&x, 5), LJ_ENOMEM);
    lj_test_fail_allocation(1);
    assert_int_equal(lj_sparse_reserve(&x, 5), LJ_ENOMEM);
    lj_test_fail_allocation(0);
    assert_int_equal(lj_sparse_add_row(&x, 0), LJ_ENOMEM);
    lj_test_fail_allocation(-1);
    assert_int_equal(lj_sparse_add_row(&x, 0), LJ_OK);
    assert_int_equal(x.n, 1);
    lj_sparse_free(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_kept_as_they_grow),
        cmocka_unit_test(taken_and_shuffled_rows_are_the_right_ones),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests_name("data/sparse", tests, NULL, NULL);
}
