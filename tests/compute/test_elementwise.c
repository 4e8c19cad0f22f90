/* Element-wise kernels: values by definition, one set of bits on all tables, broadcasting, ranges. */
#include "compute/tables.h"

enum { N = 203 };

static double activation_of(lj_activation activation, double x)
{
    const double scale = 1.0507009873554805, alpha = 1.6732632423543772;
    switch (activation) {
    case LJ_LINEAR:
        return x;
    case LJ_RELU:
        return x > 0 ? x : 0;
    case LJ_LEAKY_RELU:
        return x > 0 ? x : 0.01 * x;
    case LJ_ELU:
        return x > 0 ? x : expm1(x);
    case LJ_SELU:
        return scale * (x > 0 ? x : alpha * expm1(x));
    case LJ_GELU:
        return 0.5 * x * (1 + erf(x * M_SQRT1_2));
    case LJ_SILU:
        return x / (1 + exp(-x));
    case LJ_TANH:
        return tanh(x);
    case LJ_SIGMOID:
        return 1 / (1 + exp(-x));
    case LJ_SOFTPLUS:
        return log1p(exp(x));
    }
    return NAN;
}

static void activations_and_gradients_are_those_of_the_formulas(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    float *x = numbers(N, 1), *dy = numbers(N, 2), *y = numbers(N, 3), *dx = numbers(N, 4), *z = numbers(N, 5);
    for (int a = 0; a < LJ_ACTIVATIONS; a++) {
        const lj_activation activation = (lj_activation)a;
        table[0]->activate[a](N, x, y);
        const int needs_input = lj_activation_needs_input(activation);
        table[0]->activate_grad[a](N, needs_input ? x : NULL, needs_input ? NULL : y, dy, dx);
        for (int i = 0; i < N; i++) {
            const double h = 1e-5, v = (double)x[i];
            const double slope = (activation_of(activation, v + h) - activation_of(activation, v - h)) / (2 * h);
            const double truth = activation_of(activation, v);
            assert_true(fabs((double)y[i] - truth) <= 3e-7 * (1e-3 + fabs(v) + fabs(truth)));
            if (fabs(v) > h)
                assert_true(fabs((double)dx[i] - slope * (double)dy[i]) <= 2e-6 * (fabs((double)dy[i]) + 1e-3));
        }
        for (int t = 1; t < n_tables; t++) {
            table[t]->activate[a](N, x, z);
            assert_same(table[t], N, z, y, "activation %d", a);
            memcpy(z, dy, N * sizeof(float)); /* dx may be dy */
            table[t]->activate_grad[a](N, x, y, z, z);
            assert_same(table[t], N, z, dx, "gradient %d", a);
        }
    }
    numbers_free(x), numbers_free(dy), numbers_free(y), numbers_free(dx), numbers_free(z);
}

static void odd_numbers_give_the_same_bits_on_all_tables(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    float *x = numbers(N, 1), *dy = numbers(N, 2), *y = numbers(N, 3), *z = numbers(N, 5);
    sprinkle(N, x, 2);
    sprinkle(N, dy, 7);
    for (int a = 0; a < LJ_ACTIVATIONS; a++) {
        table[0]->activate[a](N, x, y);
        for (int t = 1; t < n_tables; t++) {
            table[t]->activate[a](N, x, z);
            assert_same(table[t], N, z, y, "activation %d", a);
        }
        table[0]->activate_grad[a](N, x, x, dy, y);
        for (int t = 1; t < n_tables; t++) {
            table[t]->activate_grad[a](N, x, x, dy, z);
            assert_same(table[t], N, z, y, "gradient %d", a);
        }
    }
    table[0]->activate[LJ_RELU](N, x, y);
    assert_true(isnan(y[0])); /* sprinkle begins with a NaN: relu keeps it, as PyTorch does */
    numbers_free(x), numbers_free(dy), numbers_free(y), numbers_free(z);
}

static float binary_of(lj_binary op, float a, float b)
{
    switch (op) {
    case LJ_BINARY_ADD:
        return a + b;
    case LJ_BINARY_SUBTRACT:
        return a - b;
    case LJ_BINARY_MULTIPLY:
        return a * b;
    case LJ_BINARY_DIVIDE:
        return a / b;
    case LJ_BINARY_MAXIMUM:
        return isnan(a) ? a : isnan(b) ? b : a >= b ? a : b;
    case LJ_BINARY_MINIMUM:
        return isnan(a) ? a : isnan(b) ? b : a <= b ? a : b;
    case LJ_BINARY_GREATER_EQUAL:
        return a >= b ? 1.0F : 0.0F;
    case LJ_BINARY_GREATER:
        return a > b ? 1.0F : 0.0F;
    case LJ_BINARY_COUNT:
        break;
    }
    return NAN;
}

static void binaries_broadcast(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    enum { O = 3, M = 4, I = 19 };
    /* strides of a and b: same shape, vector, scalar, [outer, 1, inner], column */
    static const int64_t strides[][6] = {{M * I, I, 1, M * I, I, 1}, {M * I, I, 1, 0, 0, 1}, {0, 0, 0, M * I, I, 1},
                                         {M * I, I, 1, I, 0, 1},     {M, 1, 0, M * I, I, 1}, {0, 0, 0, 0, 0, 0}};
    float *a = numbers(O * M * I, 1), *b = numbers(O * M * I, 2), *y = numbers(O * M * I, 3);
    float *expected = numbers(O * M * I, 4);
    sprinkle(O * M * I, a, 5);
    sprinkle(O * M * I, b, 3);
    for (int op = 0; op < LJ_BINARY_COUNT; op++) {
        for (size_t s = 0; s < sizeof(strides) / sizeof(strides[0]); s++) {
            const int64_t *k = strides[s];
            for (int64_t o = 0, at = 0; o < O; o++) {
                for (int64_t i = 0; i < M; i++) {
                    for (int64_t j = 0; j < I; j++, at++)
                        expected[at] = binary_of((lj_binary)op, a[o * k[0] + i * k[1] + j * k[2]],
                                                 b[o * k[3] + i * k[4] + j * k[5]]);
                }
            }
            for (int t = 0; t < n_tables; t++) {
                const lj_binary_args g = {.outer = O,
                                          .middle = M,
                                          .inner = I,
                                          .a = a,
                                          .a_outer = k[0],
                                          .a_middle = k[1],
                                          .a_inner = k[2],
                                          .b = b,
                                          .b_outer = k[3],
                                          .b_middle = k[4],
                                          .b_inner = k[5],
                                          .y = y};
                table[t]->binary[op](&g);
                assert_same(table[t], O * M * I, y, expected, "binary %d, strides %zu", op, s);
            }
        }
    }
    numbers_free(a), numbers_free(b), numbers_free(y), numbers_free(expected);
}

static void simple_maps_are_exact(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    float *x = numbers(N, 1), *y = numbers(N, 2), *expected = numbers(N, 2);
    sprinkle(N, x, 9);
    for (int t = 0; t < n_tables; t++) {
        table[t]->scale(N, x, 0.3F, y);
        for (int i = 0; i < N; i++)
            expected[i] = x[i] * 0.3F;
        assert_same(table[t], N, y, expected, "scale");
        table[t]->add_scaled(N, x, -1.7F, y);
        for (int i = 0; i < N; i++)
            expected[i] = fmaf(x[i], -1.7F, expected[i]);
        assert_same(table[t], N, y, expected, "add_scaled");
        table[t]->clip(N, x, -0.5F, 0.25F, y);
        for (int i = 0; i < N; i++)
            expected[i] = x[i] < -0.5F ? -0.5F : x[i] > 0.25F ? 0.25F : x[i];
        assert_same(table[t], N, y, expected, "clip");
        table[t]->fill(N, 7.0F, y);
        for (int i = 0; i < N; i++)
            expected[i] = 7.0F;
        assert_same(table[t], N, y, expected, "fill");
        table[t]->unary[LJ_UNARY_SIGN](N, x, y);
        for (int i = 0; i < N; i++)
            expected[i] = x[i] > 0.0F ? 1.0F : x[i] < 0.0F ? -1.0F : 0.0F;
        assert_same(table[t], N, y, expected, "sign");
        table[t]->unary[LJ_UNARY_SQRT](N, x, y);
        for (int i = 0; i < N; i++)
            expected[i] = sqrtf(x[i]);
        assert_same(table[t], N, y, expected, "sqrt");
    }
    numbers_free(x), numbers_free(y), numbers_free(expected);
}

static void copies_transpose_and_broadcast(void **state)
{
    (void)state;
    const lj_kernels *table = lj_kernels_get();
    const float x[6] = {0, 1, 2, 3, 4, 5};
    float y[12];
    const lj_copy_args transpose = {{1, 1, 3, 2}, {0, 0, 1, 3}, x, y};
    table->copy(&transpose);
    const float transposed[6] = {0, 3, 1, 4, 2, 5};
    assert_memory_equal(y, transposed, sizeof(transposed));
    const lj_copy_args widen = {{1, 2, 2, 3}, {0, 3, 0, 1}, x, y};
    table->copy(&widen);
    const float wide[12] = {0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5};
    assert_memory_equal(y, wide, sizeof(wide));
}

static void dropout_keeps_the_elements_that_the_generator_names(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    static const float rates[] = {0.0F, 0.1F, 0.5F, 0.999F, 1.0F};
    const uint64_t seed = 0x123456789abcdefU, stream = 0xfedcba9876543210U;
    float *x = numbers(N, 1), *y = numbers(N, 2), *expected = numbers(N, 3);
    for (size_t r = 0; r < sizeof(rates) / sizeof(rates[0]); r++) {
        for (uint64_t first = 0xfffffffeU; first < 0x100000009U; first += 3) {
            for (uint64_t i = 0; i < N; i++)
                expected[i] = lj_random_uniform(seed, stream, first + i) >= rates[r] ? x[i] * 1.25F : 0.0F;
            for (int t = 0; t < n_tables; t++) {
                table[t]->dropout(N, x, rates[r], 1.25F, seed, stream, first, y);
                assert_same(table[t], N, y, expected, "rate %g", (double)rates[r]);
                table[t]->dropout(1, x, rates[r], 1.25F, seed, stream, first, y);
                assert_same(table[t], 1, y, expected, "alone");
            }
        }
    }
    numbers_free(x), numbers_free(y), numbers_free(expected);
}

static void an_unusable_table_is_refused(void **state)
{
    (void)state;
    assert_int_equal(lj_kernels_select("sse9"), LJ_EUSAGE);
    assert_string_equal(lj_error_message(), "LIANJIN_ISA: expected generic, avx2, avx512 or neon, found 'sse9'");
    if (lj_kernels_named("neon") == NULL)
        assert_int_equal(lj_kernels_select("neon"), LJ_EUNSUPPORTED);
    assert_int_equal(lj_kernels_select("generic"), LJ_OK);
    assert_string_equal(lj_kernels_get()->name, "generic");
    setenv("LIANJIN_ISA", "generic", 1);
    assert_int_equal(lj_kernels_select(NULL), LJ_OK);
    assert_string_equal(lj_kernels_get()->name, "generic");
    setenv("LIANJIN_ISA", "no", 1);
    assert_int_equal(lj_kernels_select(NULL), LJ_EUSAGE);
    unsetenv("LIANJIN_ISA");
    assert_int_equal(lj_kernels_select(NULL), LJ_OK);
    assert_ptr_equal(lj_kernels_get(), lj_kernels_named(lj_kernels_get()->name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activations_and_gradients_are_those_of_the_formulas),
        cmocka_unit_test(odd_numbers_give_the_same_bits_on_all_tables),
        cmocka_unit_test(binaries_broadcast),
        cmocka_unit_test(simple_maps_are_exact),
        cmocka_unit_test(copies_transpose_and_broadcast),
        cmocka_unit_test(dropout_keeps_the_elements_that_the_generator_names),
        cmocka_unit_test(an_unusable_table_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
