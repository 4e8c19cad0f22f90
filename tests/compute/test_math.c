/*
 * Errors of the elementary functions against libm in higher precision, and one
 * set of bits on all tables, scalar or in a vector.
 *
 * LJ_TEST_STRIDE=1 in the environment looks at all float32 numbers (minutes);
 * the default takes every 4099th.
 */
#include <float.h>

#include "compute/tables.h"
#include "lianjin/math.h"

static double sigmoid_d(double x)
{
    return 1.0 / (1.0 + exp(-x));
}
static double softplus_d(double x)
{
    return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

/* Distance in units of the last place of float32 at the true value. */
static double ulp_f(float found, double truth)
{
    if (isnan(truth) || isnan(found))
        return isnan(truth) && isnan(found) ? 0.0 : INFINITY;
    if (fabs(truth) > (double)FLT_MAX || isinf(found)) /* the first ulp beyond counts as infinity */
        return isinf(found) && (fabs(truth) >= (double)FLT_MAX) && (found > 0) == (truth > 0) ? 0.0 : 1.0;
    int e;
    frexp(truth, &e);
    const double unit = ldexp(1.0, (e < -125 ? -125 : e) - 24);
    return fabs((double)found - truth) / unit;
}

typedef struct float_case {
    const char *name;
    float (*f)(float);
    double (*truth)(double);
    double limit; /* ulp, as include/lianjin/math.h states */
    float low, high;
} float_case;

static const float_case float_cases[] = {
    {"exp", lj_expf, exp, 1.5, -INFINITY, INFINITY},
    {"expm1", lj_expm1f, expm1, 2.0, -INFINITY, INFINITY},
    {"log", lj_logf, log, 1.5, -INFINITY, INFINITY},
    {"log1p", lj_log1pf, log1p, 2.0, -INFINITY, INFINITY},
    {"tanh", lj_tanhf, tanh, 2.0, -INFINITY, INFINITY},
    {"erf", lj_erff, erf, 2.0, -INFINITY, INFINITY},
    {"sigmoid", lj_sigmoidf, sigmoid_d, 2.0, -INFINITY, INFINITY},
    {"softplus", lj_softplusf, softplus_d, 2.0, -INFINITY, INFINITY},
    {"sin", lj_sinf, sin, 2.0, -65536.0F, 65536.0F},
    {"cos", lj_cosf, cos, 2.0, -65536.0F, 65536.0F},
};

static float of_word(uint32_t word)
{
    float x;
    memcpy(&x, &word, sizeof(x));
    return x;
}

static void float_functions_keep_their_stated_error(void **state)
{
    (void)state;
    const char *text = getenv("LJ_TEST_STRIDE");
    const uint64_t stride = text == NULL ? 4099 : strtoull(text, NULL, 10);
    for (size_t c = 0; c < sizeof(float_cases) / sizeof(float_cases[0]); c++) {
        const float_case *k = &float_cases[c];
        double worst = 0.0;
        float at = 0.0F;
        for (uint64_t word = 0; word <= UINT32_MAX; word += stride) {
            const float x = of_word((uint32_t)word);
            if (!isnan(x) && !(x >= k->low && x <= k->high))
                continue;
            const double error = ulp_f(k->f(x), k->truth((double)x));
            if (error > worst) {
                worst = error;
                at = x;
            }
        }
        print_message("%-8s at most %.3f ulp, at %a\n", k->name, worst, (double)at);
        assert_true(worst <= k->limit);
    }
}

static void zeros_keep_their_sign(void **state)
{
    (void)state;
    float (*const odd[])(float) = {lj_expm1f, lj_log1pf, lj_tanhf, lj_erff, lj_sinf};
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        assert_true(same_bits(odd[i](0.0F), 0.0F));
        assert_true(same_bits(odd[i](-0.0F), -0.0F));
    }
    assert_true(same_bits(lj_expf(0.0F), 1.0F));
    assert_true(same_bits(lj_logf(1.0F), 0.0F));
    assert_true(same_bits(lj_sinf(INFINITY), NAN));
    assert_true(isfinite(lj_sinf(1e30F)));
}

/* Every function of every table, scalar and in a vector, has the bits of the generic one. */
static void all_tables_agree(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    enum { N = 20001 };
    float *x = numbers(N, 1), *y = numbers(N, 2), *z = numbers(N, 3);
    for (int64_t i = 0; i < N; i++)
        x[i] = of_word(lj_random_u32(1, 7, (uint64_t)i));
    for (int64_t i = 0; i < N / 2; i++)
        x[i] = ldexpf(x[i], -ilogbf(isfinite(x[i]) && x[i] != 0.0F ? x[i] : 1.0F) + (int)(i % 16) - 8);
    sprinkle(N, x, 101);
    for (int u = 0; u < LJ_UNARY_COUNT; u++) {
        table[0]->unary[u](N, x, y);
        for (int t = 1; t < n_tables; t++) {
            table[t]->unary[u](N, x, z);
            assert_same(table[t], N, z, y, "unary %d", u);
        }
    }
    for (int t = 0; t < n_tables; t++) {
        float (*const scalar[])(float) = {table[t]->expf, table[t]->logf, table[t]->sinf, table[t]->cosf,
                                          table[t]->erff};
        static const lj_unary vector[] = {LJ_UNARY_EXP, LJ_UNARY_LOG, LJ_UNARY_SIN, LJ_UNARY_COS, LJ_UNARY_ERF};
        for (int f = 0; f < 5; f++) {
            table[t]->unary[vector[f]](N, x, y);
            for (int64_t i = 0; i < N; i++)
                z[i] = scalar[f](x[i]);
            assert_same(table[t], N, z, y, "scalar %d", f);
        }
        float (*const others[])(float) = {table[t]->expm1f, table[t]->log1pf, table[t]->tanhf, table[t]->sigmoidf,
                                          table[t]->softplusf};
        float (*const first[])(float) = {table[0]->expm1f, table[0]->log1pf, table[0]->tanhf, table[0]->sigmoidf,
                                         table[0]->softplusf};
        for (int f = 0; f < 5; f++) {
            for (int64_t i = 0; i < N; i++)
                assert_true(same_bits(others[f](x[i]), first[f](x[i])));
        }
    }
    numbers_free(x), numbers_free(y), numbers_free(z);
}

/* Distance in units of the last place of double. */
static double ulp_d(double found, long double truth)
{
    if (isnan(truth) || isnan(found))
        return isnan(truth) && isnan(found) ? 0.0 : INFINITY;
    if (isinf(found) || fabsl(truth) > (long double)DBL_MAX)
        return isinf(found) && fabsl(truth) > (long double)DBL_MAX * (1.0L - 1e-15L) ? 0.0 : INFINITY;
    int e;
    frexpl(truth, &e);
    const long double unit = ldexpl(1.0L, (e < -1021 ? -1021 : e) - 53);
    return (double)(fabsl((long double)found - truth) / unit);
}

static long double cdf_l(long double x)
{
    return 0.5L * erfcl(-x * 0.707106781186547524400844362104849039L);
}

static double worst_of(double (*f)(double), long double (*truth)(long double), double low, double high, int logarithmic)
{
    double worst = 0.0;
    for (int64_t i = 0; i < 100000; i++) {
        const double u = ((double)lj_random_u32(3, 9, (uint64_t)i) + 0.5) * 0x1p-32;
        const double x = logarithmic ? pow(10.0, log10(low) + (log10(high) - log10(low)) * u) : low + (high - low) * u;
        const double error = ulp_d(f(x), truth((long double)x));
        worst = error > worst ? error : worst;
    }
    return worst;
}

static void double_functions_keep_their_stated_error(void **state)
{
    (void)state;
    const struct {
        const char *name;
        double (*f)(double);
        long double (*truth)(long double);
        double low, high;
        int logarithmic;
        double limit;
    } cases[] = {
        {"exp", lj_exp_d, expl, -745.0, 710.0, 0, 1.5},
        {"exp", lj_exp_d, expl, -1.0, 1.0, 0, 1.5},
        {"expm1", lj_expm1_d, expm1l, -40.0, 709.0, 0, 2.0},
        {"expm1", lj_expm1_d, expm1l, -1.5, 1.5, 0, 2.0},
        {"expm1", lj_expm1_d, expm1l, 1e-300, 1.0, 1, 2.0},
        {"log", lj_log_d, logl, 1e-320, 1e308, 1, 1.5},
        {"log", lj_log_d, logl, 0.5, 2.0, 0, 1.5},
        {"log1p", lj_log1p_d, log1pl, -0.999, 2.0, 0, 2.0},
        {"log1p", lj_log1p_d, log1pl, 1e-300, 1e300, 1, 2.0},
        {"cdf", lj_normal_cdf, cdf_l, -37.0, 9.0, 0, 4.0},
        {"cdf", lj_normal_cdf, cdf_l, -1.0, 1.0, 0, 4.0},
    };
    for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
        const double worst = worst_of(cases[c].f, cases[c].truth, cases[c].low, cases[c].high, cases[c].logarithmic);
        print_message("%-6s in [%g, %g]: at most %.3f ulp\n", cases[c].name, cases[c].low, cases[c].high, worst);
        assert_true(worst <= cases[c].limit);
    }
}

static void powers_keep_their_stated_error(void **state)
{
    (void)state;
    double worst = 0.0;
    for (uint64_t i = 0; i < 100000; i++) {
        const double u = ((double)lj_random_u32(4, 1, i) + 0.5) * 0x1p-32;
        const double v = ((double)lj_random_u32(4, 2, i) + 0.5) * 0x1p-32;
        const double x = i % 2 ? pow(2.0, 200.0 * u - 100.0) : 0.5 + u;
        const double y = (i % 3 ? 20.0 : 1000.0) * (v - 0.5);
        const double error = ulp_d(lj_pow_d(x, y), powl((long double)x, (long double)y));
        worst = error > worst ? error : worst;
    }
    print_message("pow: at most %.3f ulp\n", worst);
    assert_true(worst <= 2.0);
}

static void powers_at_the_edges(void **state)
{
    (void)state;
    static const double values[] = {0.0, 1e-310, 0.5, 1.0, 2.0, 1e300, INFINITY, NAN};
    static const double exponents[] = {0.0, 1.0, -1.0, 2.5, -2.5, 1e5, -1e5, INFINITY, -INFINITY, NAN};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        for (size_t j = 0; j < sizeof(exponents) / sizeof(exponents[0]); j++) {
            const double found = lj_pow_d(values[i], exponents[j]), truth = pow(values[i], exponents[j]);
            if (isfinite(truth) && truth != 0.0)
                assert_true(fabs(found - truth) <= 4e-16 * fabs(truth));
            else
                assert_true(isnan(truth) ? isnan(found) : found == truth);
        }
    }
    assert_true(isnan(lj_pow_d(-1.0, 2.0)));
    assert_true(lj_exp_d(-800.0) == 0.0 && isinf(lj_exp_d(800.0)) && isnan(lj_exp_d(NAN)));
    assert_true(lj_exp_d(INFINITY) == INFINITY && lj_exp_d(-INFINITY) == 0.0);
    assert_true(lj_log_d(0.0) == -INFINITY && isnan(lj_log_d(-1.0)) && lj_log_d(INFINITY) == INFINITY);
    assert_true(lj_log1p_d(-1.0) == -INFINITY && isnan(lj_log1p_d(-2.0)));
}

static void the_quantile_inverts_the_distribution(void **state)
{
    (void)state;
    assert_true(lj_normal_quantile(0.5) == 0.0);
    assert_true(fabs(lj_normal_quantile(0.975) - 1.959963984540054) < 1e-15);
    assert_true(lj_normal_quantile(0.0) == -INFINITY && lj_normal_quantile(1.0) == INFINITY);
    assert_true(isnan(lj_normal_quantile(-0.1)) && isnan(lj_normal_quantile(1.1)) && isnan(lj_normal_quantile(NAN)));
    for (double x = -37.0; x < 0.0; x += 0.01) /* beyond -37 p is subnormal */
        assert_true(fabs(lj_normal_quantile(lj_normal_cdf(x)) - x) < 4e-15 * (1.0 + fabs(x)));
}

static void doubles_have_the_same_bits_on_all_tables(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    for (uint64_t i = 0; i < 20000; i++) {
        const double u = (double)lj_random_u32(5, 1, i) * 0x1p-32;
        const double x = 40.0 * u - 20.0, y = u * u * u;
        for (int t = 1; t < n_tables; t++) {
            assert_true(table[t]->exp_d(x) == table[0]->exp_d(x) && table[t]->expm1_d(x) == table[0]->expm1_d(x));
            assert_true(table[t]->normal_cdf(x) == table[0]->normal_cdf(x));
            assert_true(table[t]->log_d(y) == table[0]->log_d(y) && table[t]->log1p_d(y) == table[0]->log1p_d(y));
            assert_true(table[t]->normal_quantile(y) == table[0]->normal_quantile(y));
            assert_true(table[t]->pow_d(y, x) == table[0]->pow_d(y, x));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(float_functions_keep_their_stated_error),
        cmocka_unit_test(zeros_keep_their_sign),
        cmocka_unit_test(all_tables_agree),
        cmocka_unit_test(double_functions_keep_their_stated_error),
        cmocka_unit_test(powers_keep_their_stated_error),
        cmocka_unit_test(powers_at_the_edges),
        cmocka_unit_test(the_quantile_inverts_the_distribution),
        cmocka_unit_test(doubles_have_the_same_bits_on_all_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
