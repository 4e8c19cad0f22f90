/* Products of every table have the bits of the plain reference, for all shapes, strides and endings. */
#include "compute/reference.h"
#include "compute/tables.h"

/* One case on all tables. how: bit 0: A transposed, 1: B transposed, 2: bias, 3: accumulate, 4: B packed. */
static void check(int64_t m, int64_t n, int64_t k, unsigned how, lj_activation activation, int odd)
{
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    const int64_t pad = 3;
    const int64_t a_lines = how & 1 ? k : m, a_length = (how & 1 ? m : k) + pad;
    const int64_t b_lines = how & 2 ? n : k, b_length = (how & 2 ? k : n) + pad;
    const int64_t c_row = n + pad;
    float *a = numbers(a_lines * a_length + 1, 1), *b = numbers(b_lines * b_length + 1, 2), *bias = numbers(n, 3);
    float *c = numbers(m * c_row, 4), *expected = numbers(m * c_row, 4);
    if (odd) {
        sprinkle(a_lines * a_length, a, 17);
        sprinkle(b_lines * b_length, b, 23);
    }
    lj_product_args g = {
        .m = m, .n = n, .k = k,
        .a = a, .a_row = how & 1 ? 1 : a_length, .a_col = how & 1 ? a_length : 1,
        .b = b, .b_row = how & 2 ? 1 : b_length, .b_col = how & 2 ? b_length : 1,
        .c = expected, .c_row = c_row,
        .bias = how & 4 ? bias : NULL,
        .activation = activation == LJ_RELU ? LJ_RELU : LJ_LINEAR,
        .accumulate = how & 8 ? 1 : 0,
    };
    reference_product(&g);
    if (activation != LJ_RELU && activation != LJ_LINEAR) {
        for (int64_t i = 0; i < m; i++)
            table[0]->activate[activation](n, expected + i * c_row, expected + i * c_row);
    }
    for (int t = 0; t < n_tables; t++) {
        float *scratch = aligned_numbers(table[t]->product_scratch(m, n, k));
        float *packed = aligned_numbers(table[t]->pack_b_size(k, n));
        float *fresh = numbers(m * c_row, 4);
        memcpy(c, fresh, (size_t)(m * c_row) * sizeof(float));
        lj_product_args mine = g;
        mine.c = c;
        mine.activation = activation;
        mine.scratch = scratch;
        if (how & 16) {
            table[t]->pack_b(k, n, b, g.b_row, g.b_col, packed);
            mine.b_packed = packed;
            mine.b = how & 32 ? b : NULL;
        }
        table[t]->product(&mine);
        assert_same(table[t], m * c_row, c, expected, "product %lld x %lld x %lld, how %u, activation %d", (long long)m,
                    (long long)k, (long long)n, how, (int)activation);
        lj_free(scratch);
        lj_free(packed);
        numbers_free(fresh);
    }
    numbers_free(a), numbers_free(b), numbers_free(bias), numbers_free(c), numbers_free(expected);
}

static void small_shapes_have_the_bits_of_the_reference(void **state)
{
    (void)state;
    for (int64_t m = 1; m <= 40; m += m < 14 ? 1 : 5) {
        for (int64_t n = 1; n <= 40; n += n < 18 ? 1 : 3) {
            const unsigned how = (unsigned)(m * 7 + n * 5) & 31U;
            check(m, n, (m * 3 + n) % 21, how, n % 3 == 0 ? LJ_RELU : LJ_LINEAR, 0);
        }
    }
}

static void chains_are_cut_at_256(void **state)
{
    (void)state;
    static const int64_t depths[] = {255, 256, 257, 511, 512, 513, 700};
    for (size_t d = 0; d < sizeof(depths) / sizeof(depths[0]); d++) {
        for (unsigned how = 0; how < 64; how += 5) {
            check(7, 19, depths[d], how, LJ_LINEAR, 0);
            check(33, 3, depths[d], how & ~16U, LJ_RELU, 0);
            check(1, 70, depths[d], how, LJ_LINEAR, 0);
            check(50, 1, depths[d], how & ~16U, LJ_LINEAR, 0);
        }
    }
}

static void large_shapes_have_the_bits_of_the_reference(void **state)
{
    (void)state;
    for (unsigned how = 0; how < 32; how += 3) {
        check(100, 210, 300, how, LJ_LINEAR, 0);
        check(200, 130, 64, how, LJ_RELU, 0);
    }
    check(400, 24, 257, 2, LJ_LINEAR, 0);
    check(9, 4200, 30, 0, LJ_LINEAR, 0);
    check(60, 4200, 30, 2, LJ_LINEAR, 0);
    check(1, 300, 300, 4, LJ_LINEAR, 0);
    check(1, 300, 300, 48, LJ_LINEAR, 0);
}

static void infinities_and_nan_pass_through(void **state)
{
    (void)state;
    for (unsigned how = 0; how < 32; how++)
        check(13, 37, 40, how, how % 2 ? LJ_RELU : LJ_LINEAR, 1);
}

static void every_activation_ends_a_product(void **state)
{
    (void)state;
    for (int activation = 0; activation < LJ_ACTIVATIONS; activation++) {
        check(5, 21, 30, 4, (lj_activation)activation, 0);
        check(40, 2, 30, 4, (lj_activation)activation, 0);
        check(1, 33, 3, 0, (lj_activation)activation, 0);
    }
}

static void the_values_before_the_activation_are_kept(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    enum { M = 9, N = 19, K = 12 };
    static const int widths[] = {N, 1};
    for (int t = 0; t < n_tables; t++) {
        for (int w = 0; w < 2; w++) {
            const int64_t n = widths[w];
            float *a = numbers(M * K, 1), *b = numbers(K * n, 2), *c = numbers(M * n, 3), *before = numbers(M * n, 4);
            float *expected = numbers(M * n, 5);
            float *scratch = aligned_numbers(table[t]->product_scratch(M, n, K));
            lj_product_args g = {.m = M, .n = n, .k = K, .a = a, .a_row = K, .a_col = 1, .b = b, .b_row = n, .b_col = 1,
                                 .c = c, .c_row = n, .activation = LJ_RELU, .before = before, .scratch = scratch};
            table[t]->product(&g);
            g.c = expected;
            g.before = NULL;
            g.activation = LJ_LINEAR;
            reference_product(&g);
            assert_same(table[t], M * n, before, expected, "before");
            g.activation = LJ_RELU;
            reference_product(&g);
            assert_same(table[t], M * n, c, expected, "after");
            lj_free(scratch);
            numbers_free(a), numbers_free(b), numbers_free(c), numbers_free(before), numbers_free(expected);
        }
    }
}

static void heads_are_products_of_their_own(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    static const int64_t shapes[][4] = {{32, 5, 12, 16}, {7, 3, 40, 1}, {1, 4, 9, 3}, {33, 2, 300, 2}};
    for (size_t s = 0; s < sizeof(shapes) / sizeof(shapes[0]); s++) {
        const int64_t batch = shapes[s][0], heads = shapes[s][1], k = shapes[s][2], n = shapes[s][3];
        float *a = numbers(batch * heads * k, 1), *b = numbers(heads * k * n, 2), *bias = numbers(heads * n, 3);
        float *c = numbers(batch * heads * n, 4), *expected = numbers(batch * heads * n, 5);
        lj_heads_args g = {.heads = heads, .a_head = k, .b_head = k * n, .c_head = n, .bias_head = n};
        g.product = (lj_product_args){.m = batch, .n = n, .k = k, .a = a, .a_row = heads * k, .a_col = 1, .b = b,
                                      .b_row = n, .b_col = 1, .c = expected, .c_row = heads * n, .bias = bias};
        for (int64_t h = 0; h < heads; h++) {
            lj_product_args one = g.product;
            one.a += h * k;
            one.b += h * k * n;
            one.c += h * n;
            one.bias += h * n;
            reference_product(&one);
        }
        for (int t = 0; t < n_tables; t++) {
            g.product.scratch = aligned_numbers(table[t]->product_scratch(batch, n, k));
            g.product.c = c;
            table[t]->product_heads(&g);
            assert_same(table[t], batch * heads * n, c, expected, "heads, case %zu", s);
            lj_free(g.product.scratch);
        }
        numbers_free(a), numbers_free(b), numbers_free(bias), numbers_free(c), numbers_free(expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_shapes_have_the_bits_of_the_reference),
        cmocka_unit_test(chains_are_cut_at_256),
        cmocka_unit_test(large_shapes_have_the_bits_of_the_reference),
        cmocka_unit_test(infinities_and_nan_pass_through),
        cmocka_unit_test(every_activation_ends_a_product),
        cmocka_unit_test(the_values_before_the_activation_are_kept),
        cmocka_unit_test(heads_are_products_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
