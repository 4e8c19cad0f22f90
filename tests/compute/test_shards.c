/* Reductions over a batch: shards of chains, joined by the tree, whatever part of the result is asked for. */
#include "compute/reference.h"
#include "compute/tables.h"
#include "compute/tree.h"

static void the_tree_of_seven_is_as_documented(void **state)
{
    (void)state;
    int merges[7];
    for (int s = 0; s < 7; s++)
        merges[s] = lj_tree_merges(s);
    const int expected[7] = {0, 1, 0, 2, 0, 1, 0};
    assert_memory_equal(merges, expected, sizeof(merges));
    assert_int_equal(lj_tree_last_merges(7), 2);
    assert_int_equal(lj_tree_last_merges(8), 0);
    assert_int_equal(lj_tree_depth(1), 1);
    assert_int_equal(lj_tree_depth(3), 2);
    assert_int_equal(lj_tree_depth(4), 3);
    assert_int_equal(lj_tree_depth(8), 4);
}

/* The whole result in the parts of a cut, on all tables. */
static void check(int64_t rows, int64_t shard_rows, int64_t m, int64_t n, int64_t cut_m, int64_t cut_n)
{
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    const int64_t a_row = m + 2, b_row = n + 1, c_row = n + 3;
    float *a = numbers(rows * a_row, 1), *b = numbers(rows * b_row, 2);
    float *c = numbers(m * c_row, 3), *expected = numbers(m * c_row, 3);
    for (int64_t i = 0; i < m; i++) {
        for (int64_t j = 0; j < n; j++) {
            const reference_pair pair = {rows, shard_rows, a + i, a_row, b + j, b_row};
            expected[i * c_row + j] = reference_shards(&pair);
        }
    }
    for (int t = 0; t < n_tables; t++) {
        float *scratch = aligned_numbers(table[t]->shards_scratch(rows, shard_rows, m, n));
        for (int64_t i = 0; i < m; i++)
            memset(c + i * c_row, 0x7f, (size_t)n * sizeof(float));
        lj_shards_args g = {.rows = rows, .shard_rows = shard_rows, .m = m, .n = n, .a = a, .a_row = a_row, .b = b,
                            .b_row = b_row, .c = c, .c_row = c_row, .scratch = scratch};
        for (int64_t i = 0; i < m; i += cut_m) {
            for (int64_t j = 0; j < n; j += cut_n) {
                g.m_begin = i, g.m_end = i + cut_m < m ? i + cut_m : m;
                g.n_begin = j, g.n_end = j + cut_n < n ? j + cut_n : n;
                table[t]->product_shards(&g);
            }
        }
        assert_same(table[t], m * c_row, c, expected, "shards %lld/%lld, %lld x %lld by %lld x %lld", (long long)rows,
                    (long long)shard_rows, (long long)m, (long long)n, (long long)cut_m, (long long)cut_n);
        lj_free(scratch);
    }
    numbers_free(a), numbers_free(b), numbers_free(c), numbers_free(expected);
}

static void every_number_of_shards_is_joined_by_the_tree(void **state)
{
    (void)state;
    for (int64_t rows = 0; rows <= 40; rows++)
        check(rows, 3, 7, 20, 7, 20);
    for (int64_t rows = 31; rows <= 420; rows += 29)
        check(rows, 32, 9, 17, 9, 17);
}

static void long_shards_are_chains_in_blocks(void **state)
{
    (void)state;
    static const int64_t shard_rows[] = {255, 256, 257, 320, 512, 600};
    for (size_t s = 0; s < sizeof(shard_rows) / sizeof(shard_rows[0]); s++) {
        check(700, shard_rows[s], 13, 18, 13, 18);
        check(2500, shard_rows[s], 5, 3, 5, 3);
    }
}

static void any_part_of_the_result_has_the_same_bits(void **state)
{
    (void)state;
    for (int64_t cut = 1; cut <= 41; cut += 8) {
        check(100, 32, 41, 37, cut, 37);
        check(100, 32, 41, 37, 41, cut);
        check(300, 320, 41, 37, cut, cut);
    }
}

static void narrow_and_large_results(void **state)
{
    (void)state;
    check(256, 32, 70, 1, 70, 1);
    check(256, 32, 1, 70, 1, 70);
    check(300, 64, 150, 2, 40, 1);
    check(64, 32, 200, 300, 200, 300);
    check(290, 32, 200, 140, 200, 140);
    check(32, 32, 260, 130, 260, 130);
}

static float column_shard(const void *context, int64_t shard)
{
    const reference_pair *p = context;
    const int64_t begin = shard * p->shard_rows;
    const int64_t rows = begin + p->shard_rows < p->rows ? p->shard_rows : p->rows - begin;
    const float one = 1.0F;
    return reference_chain(rows, p->a + begin * p->a_row, p->a_row, &one, 0);
}

static void sums_over_a_batch_are_products_with_ones(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    static const int64_t shapes[][3] = {{0, 32, 5},   {1, 32, 1},  {31, 32, 40}, {100, 32, 17}, {256, 32, 64},
                                        {700, 300, 9}, {2048, 1024, 33}, {77, 1, 3}};
    for (size_t s = 0; s < sizeof(shapes) / sizeof(shapes[0]); s++) {
        const int64_t rows = shapes[s][0], shard_rows = shapes[s][1], n = shapes[s][2];
        float *x = numbers(rows * (n + 1), 1), *y = numbers(n, 2), *expected = numbers(n, 2);
        for (int64_t j = 0; j < n; j++) {
            const reference_pair pair = {rows, shard_rows, x + j, n + 1, NULL, 0};
            expected[j] = reference_tree(column_shard, &pair, 0, (rows + shard_rows - 1) / shard_rows);
        }
        for (int t = 0; t < n_tables; t++) {
            table[t]->column_sum(rows, shard_rows, n, x, n + 1, y);
            assert_same(table[t], n, y, expected, "case %zu", s);
        }
        numbers_free(x), numbers_free(y), numbers_free(expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tree_of_seven_is_as_documented),
        cmocka_unit_test(every_number_of_shards_is_joined_by_the_tree),
        cmocka_unit_test(long_shards_are_chains_in_blocks),
        cmocka_unit_test(any_part_of_the_result_has_the_same_bits),
        cmocka_unit_test(narrow_and_large_results),
        cmocka_unit_test(sums_over_a_batch_are_products_with_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
