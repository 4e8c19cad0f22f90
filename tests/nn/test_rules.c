/* Schedules, initialisers and names. */
#include "nn/golden.h"

static void near(double found, double expected)
{
    if (!(fabs(found - expected) <= 1e-6 * (fabs(expected) > 1e-3 ? fabs(expected) : 1e-3)))
        fail_msg("expected %.9g, found %.9g", expected, found);
}

static double rate(lj_schedule_options options, int64_t step, int64_t epoch, int64_t drops)
{
    return (double)lj_schedule_rate(&options, step, epoch, drops);
}

static void schedules_give_the_rates_of_their_formulas(void **state)
{
    (void)state;
    near(rate((lj_schedule_options){.rate = 0.1}, 1000, 50, 3), 0.1);
    near(rate((lj_schedule_options){.schedule = LJ_SCHEDULE_STEP, .rate = 1.0}, 1, 9, 0), 1.0);
    near(rate((lj_schedule_options){.schedule = LJ_SCHEDULE_STEP, .rate = 1.0}, 1, 10, 0), 0.1);
    near(rate((lj_schedule_options){.schedule = LJ_SCHEDULE_STEP, .rate = 1.0, .period = 3, .factor = 0.5}, 1, 7, 0),
         0.25);
    near(rate((lj_schedule_options){.schedule = LJ_SCHEDULE_EXPONENTIAL, .rate = 2.0}, 1, 3, 0), 2.0 * 0.857375);
    near(rate((lj_schedule_options){.schedule = LJ_SCHEDULE_PLATEAU, .rate = 1.0, .minimum = 0.2}, 1, 0, 2), 0.25);
    near(rate((lj_schedule_options){.schedule = LJ_SCHEDULE_PLATEAU, .rate = 1.0, .minimum = 0.2}, 1, 0, 9), 0.2);
}

static void the_cosine_is_that_of_libm_within_a_rounding(void **state)
{
    (void)state;
    const lj_schedule_options options = {.schedule = LJ_SCHEDULE_COSINE, .rate = 1.0, .minimum = 0.1, .period = 1000};
    for (int64_t step = 1; step <= 1100; step++) {
        const double u = step - 1 >= 1000 ? 1.0 : (double)(step - 1) / 1000.0;
        near(rate(options, step, 0, 0), 0.1 + 0.9 * 0.5 * (1.0 + cos(3.14159265358979323846 * u)));
    }
}

static void warm_up_grows_linearly_before_any_schedule(void **state)
{
    (void)state;
    const lj_schedule_options cosine = {.schedule = LJ_SCHEDULE_COSINE, .rate = 1.0, .warm_up = 10, .period = 110};
    near(rate(cosine, 1, 0, 0), 0.1);
    near(rate(cosine, 10, 0, 0), 1.0);
    near(rate(cosine, 11, 0, 0), 1.0);
    near(rate(cosine, 61, 0, 0), 0.5);
    near(rate(cosine, 111, 0, 0), 0.0);
    near(rate((lj_schedule_options){.rate = 0.3, .warm_up = 3}, 2, 0, 0), 0.2);
}

/* Mean and deviation of a parameter of 200 x 300 that starts so. */
static void measure(lj_initialiser initialiser, double *mean, double *deviation, double *largest)
{
    lj_graph *g = NULL;
    lj_weights *weights = NULL;
    MUST(lj_graph_create(1, &g));
    (void)lj_parameter(g, "w", lj_shape_of(200, 300),
                       (lj_parameter_options){.init = lj_initialiser_make(initialiser, 200, 300)});
    MUST(lj_weights_create(&weights));
    MUST(lj_weights_add(weights, g, 7));
    const lj_tensor *w = lj_weights_find(weights, "w");
    const float *values = w->data;
    double sum = 0.0, squares = 0.0;
    *largest = 0.0;
    for (int64_t i = 0; i < w->count; i++) {
        sum += (double)values[i];
        squares += (double)values[i] * (double)values[i];
        if (fabs((double)values[i]) > *largest)
            *largest = fabs((double)values[i]);
    }
    *mean = sum / (double)w->count;
    *deviation = sqrt(squares / (double)w->count);
    lj_weights_destroy(weights);
    lj_graph_destroy(g);
}

static void initialisers_have_the_deviation_and_bounds_of_keras_and_pytorch(void **state)
{
    (void)state;
    static const struct {
        lj_initialiser initialiser;
        double deviation, bound; /* bound 0: none */
    } cases[] = {
        {LJ_GLOROT_UNIFORM, 0.063245553, 0.109544512},
        {LJ_GLOROT_NORMAL, 0.063245553, 0.143801},
        {LJ_HE_UNIFORM, 0.1, 0.173205081},
        {LJ_HE_NORMAL, 0.1, 0.227370},
        {LJ_LECUN_UNIFORM, 0.070710678, 0.122474487},
        {LJ_LECUN_NORMAL, 0.070710678, 0.160775},
        {LJ_TORCH_LINEAR, 0.040824829, 0.070710678},
        {LJ_ZEROS, 0.0, 0.0},
        {LJ_ONES, 1.0, 1.0},
        {LJ_NORMAL, 0.05, 0.0},
        {LJ_STANDARD_NORMAL, 1.0, 0.0},
        {LJ_UNIFORM, 0.028867513, 0.05},
        {LJ_RANDOM_SIGN, 1.0, 1.0},
    };
    assert_int_equal(sizeof(cases) / sizeof(cases[0]), LJ_INITIALISER_COUNT);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double mean = 0.0, deviation = 0.0, largest = 0.0;
        measure(cases[i].initialiser, &mean, &deviation, &largest);
        const char *name = lj_initialiser_name(cases[i].initialiser);
        if (fabs(deviation - cases[i].deviation) > 0.02 * cases[i].deviation)
            fail_msg("%s: expected the deviation %g, found %g", name, cases[i].deviation, deviation);
        if (cases[i].initialiser != LJ_ONES && fabs(mean) > 0.02 * cases[i].deviation)
            fail_msg("%s: expected the mean 0, found %g", name, mean);
        if (cases[i].bound > 0.0 && largest > cases[i].bound * 1.0001)
            fail_msg("%s: expected numbers up to %g, found %g", name, cases[i].bound, largest);
        if (cases[i].bound > 0.0 && largest < cases[i].bound * 0.98)
            fail_msg("%s: expected numbers near %g, found %g at most", name, cases[i].bound, largest);
    }
}

static void names_are_found_and_near_ones_proposed(void **state)
{
    (void)state;
    lj_activation activation = LJ_LINEAR;
    MUST(lj_activation_find("silu", &activation));
    assert_int_equal(activation, LJ_SILU);
    assert_string_equal(lj_activation_name(LJ_LEAKY_RELU), "leaky_relu");
    assert_int_equal(lj_activation_find("rellu", &activation), LJ_ENOTFOUND);
    assert_non_null(strstr(lj_error_message(), "no activation 'rellu'; did you mean 'relu'?"));
    lj_schedule schedule = LJ_SCHEDULE_CONSTANT;
    assert_int_equal(lj_schedule_find("qqqqqqqqqqqq", &schedule), LJ_ENOTFOUND);
    assert_non_null(strstr(lj_error_message(), "(there are: constant, step"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schedules_give_the_rates_of_their_formulas),
        cmocka_unit_test(the_cosine_is_that_of_libm_within_a_rounding),
        cmocka_unit_test(warm_up_grows_linearly_before_any_schedule),
        cmocka_unit_test(initialisers_have_the_deviation_and_bounds_of_keras_and_pytorch),
        cmocka_unit_test(names_are_found_and_near_ones_proposed),
    };
    return cmocka_run_group_tests_name("nn/rules", tests, NULL, NULL);
}
