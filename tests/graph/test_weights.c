#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lianjin/graph.h"

#define N 20000

static lj_graph *graph_of(const char *name, int64_t count, lj_init init)
{
    lj_graph *g = NULL;
    assert_int_equal(lj_graph_create(1, &g), LJ_OK);
    (void)lj_parameter(g, name, lj_shape_of(count), (lj_parameter_options){.init = init, .no_decay = 1});
    return g;
}

/* Mean and deviation of a started parameter; also its least and greatest. */
static void moments(lj_init init, double *mean, double *deviation, float *low, float *high)
{
    lj_weights *w = NULL;
    lj_graph *g = graph_of("w", N, init);
    assert_int_equal(lj_weights_create(&w), LJ_OK);
    assert_int_equal(lj_weights_add(w, g, 3), LJ_OK);
    const float *x = lj_weights_at(w, 0)->data;
    double sum = 0.0, squares = 0.0;
    *low = *high = x[0];
    for (int64_t i = 0; i < N; i++) {
        sum += (double)x[i];
        squares += (double)x[i] * (double)x[i];
        *low = x[i] < *low ? x[i] : *low;
        *high = x[i] > *high ? x[i] : *high;
    }
    *mean = sum / N;
    *deviation = sqrt(squares / N - *mean * *mean);
    lj_weights_destroy(w);
    lj_graph_destroy(g);
}

static void parameters_start_as_their_kind_says(void **state)
{
    (void)state;
    double mean, deviation;
    float low, high;
    moments((lj_init){.kind = LJ_INIT_ZEROS}, &mean, &deviation, &low, &high);
    assert_true(low == 0.0F && high == 0.0F);
    moments((lj_init){.kind = LJ_INIT_CONSTANT, .a = 2.0F}, &mean, &deviation, &low, &high);
    assert_true(low == 2.0F && high == 2.0F);
    moments((lj_init){.kind = LJ_INIT_UNIFORM, .a = -1.0F, .b = 3.0F}, &mean, &deviation, &low, &high);
    assert_true(low >= -1.0F && high < 3.0F && fabs(mean - 1.0) < 0.03 && fabs(deviation - 4.0 / sqrt(12.0)) < 0.02);
    moments((lj_init){.kind = LJ_INIT_NORMAL, .a = 1.0F, .b = 2.0F}, &mean, &deviation, &low, &high);
    assert_true(low < -4.0F && high > 6.0F && fabs(mean - 1.0) < 0.05 && fabs(deviation - 2.0) < 0.04);
    moments((lj_init){.kind = LJ_INIT_TRUNCATED_NORMAL, .b = 1.0F}, &mean, &deviation, &low, &high);
    assert_true(low >= -2.0F && high <= 2.0F && high > 1.99F && fabs(deviation - 0.8796) < 0.02);
    moments((lj_init){.kind = LJ_INIT_RANDOM_SIGN}, &mean, &deviation, &low, &high);
    assert_true(low == -1.0F && high == 1.0F && fabs(mean) < 0.03 && fabs(deviation - 1.0) < 0.01);
}

static void an_element_depends_on_seed_name_and_place_alone(void **state)
{
    (void)state;
    const lj_init init = {.kind = LJ_INIT_NORMAL, .b = 1.0F};
    lj_graph *few = graph_of("w", 5, init), *many = graph_of("w", 500, init), *other = graph_of("v", 5, init);
    lj_weights *a = NULL, *b = NULL, *c = NULL;
    assert_int_equal(lj_weights_create(&a), LJ_OK);
    assert_int_equal(lj_weights_create(&b), LJ_OK);
    assert_int_equal(lj_weights_create(&c), LJ_OK);
    assert_int_equal(lj_weights_add(a, few, 1), LJ_OK);
    assert_int_equal(lj_weights_add(b, other, 1), LJ_OK);
    assert_int_equal(lj_weights_add(b, many, 1), LJ_OK);
    assert_int_equal(lj_weights_add(c, few, 2), LJ_OK);
    const float *first = lj_weights_find(a, "w")->data;
    assert_memory_equal(first, lj_weights_find(b, "w")->data, 5 * sizeof(float));
    assert_memory_not_equal(first, lj_weights_find(b, "v")->data, 5 * sizeof(float));
    assert_memory_not_equal(first, lj_weights_find(c, "w")->data, 5 * sizeof(float));
    /* these bits do not change: bundles promise to be trained again to the same ones */
    uint32_t bits;
    memcpy(&bits, first, sizeof(bits));
    assert_int_equal(bits, 0xbe6ac830);
    lj_weights_destroy(a);
    lj_weights_destroy(b);
    lj_weights_destroy(c);
    lj_graph_destroy(few);
    lj_graph_destroy(many);
    lj_graph_destroy(other);
}

static void given_values_are_copied(void **state)
{
    (void)state;
    float values[3] = {1.0F, 2.0F, 3.0F};
    lj_weights *w = NULL;
    lj_graph *g = graph_of("w", 3, (lj_init){.kind = LJ_INIT_VALUES, .values = values});
    values[1] = 9.0F;
    assert_int_equal(lj_weights_create(&w), LJ_OK);
    assert_int_equal(lj_weights_add(w, g, 1), LJ_OK);
    const lj_tensor *t = lj_weights_find(w, "w");
    assert_true(((float *)t->data)[1] == 2.0F && t->no_decay && !t->frozen && t->count == 3);
    lj_weights_destroy(w);
    lj_graph_destroy(g);
}

static void a_conflict_of_shapes_is_refused(void **state)
{
    (void)state;
    lj_weights *w = NULL;
    lj_tensor *t = NULL;
    lj_graph *three = graph_of("w", 3, (lj_init){0}), *four = graph_of("w", 4, (lj_init){0});
    assert_int_equal(lj_weights_create(&w), LJ_OK);
    assert_int_equal(lj_weights_check(w, three), LJ_ESHAPE);
    assert_string_equal(lj_error_message(), "weights: 'w' [3] is missing");
    assert_int_equal(lj_weights_add(w, three, 1), LJ_OK);
    assert_int_equal(lj_weights_add(w, three, 1), LJ_OK);
    assert_int_equal(lj_weights_check(w, three), LJ_OK);
    assert_int_equal(lj_weights_add(w, four, 1), LJ_ESHAPE);
    assert_string_equal(lj_error_message(), "weights: 'w' is [3], expected [4]");
    assert_int_equal(lj_weights_check(w, four), LJ_ESHAPE);
    assert_int_equal(lj_weights_new(w, "w", LJ_F32, lj_shape_of(3), &t), LJ_EINVAL);
    assert_int_equal(lj_weights_new(w, "huge", LJ_F32, lj_shape_of(INT64_MAX, 2), &t), LJ_ESHAPE);
    assert_int_equal(lj_weights_new(w, "batch", LJ_F32, lj_shape_of(LJ_BATCH, 2), &t), LJ_ESHAPE);
    assert_null(t);
    assert_int_equal(lj_weights_new(w, "more", LJ_I32, lj_shape_of(2, 2), &t), LJ_OK);
    assert_int_equal(lj_weights_check(w, three), LJ_ESHAPE);
    assert_string_equal(lj_error_message(), "weights: expected 1 tensors, found 2");
    assert_int_equal(lj_weights_elements(w), 7);
    lj_weights_destroy(w);
    lj_graph_destroy(three);
    lj_graph_destroy(four);
}

static lj_status two(lj_weights *w, const char *first, const char *second)
{
    lj_tensor *t = NULL;
    LJ_TRY(lj_weights_new(w, first, LJ_F32, lj_shape_of(2), &t));
    return lj_weights_new(w, second, LJ_F32, lj_shape_of(2), &t);
}

static void the_digest_knows_names_and_bits_but_not_the_order_of_adding(void **state)
{
    (void)state;
    lj_weights *w = NULL, *x = NULL, *clone = NULL;
    char a[65], b[65];
    assert_int_equal(lj_weights_create(&w), LJ_OK);
    assert_int_equal(lj_weights_create(&x), LJ_OK);
    assert_int_equal(two(w, "a", "b"), LJ_OK);
    assert_int_equal(two(x, "b", "a"), LJ_OK);
    assert_int_equal(lj_weights_sha256(w, a), LJ_OK);
    assert_int_equal(lj_weights_sha256(x, b), LJ_OK);
    assert_string_equal(a, b);
    assert_int_equal(lj_weights_clone(w, &clone), LJ_OK);
    ((float *)lj_weights_find(clone, "b")->data)[1] = -0.0F;
    assert_int_equal(lj_weights_sha256(clone, b), LJ_OK);
    assert_string_not_equal(a, b);
    lj_weights_copy(clone, w);
    assert_int_equal(lj_weights_sha256(clone, b), LJ_OK);
    assert_string_equal(a, b);
    lj_weights_destroy(w);
    lj_weights_destroy(x);
    lj_weights_destroy(clone);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    const int64_t before = lj_test_live_allocations();
    lj_status status = LJ_ENOMEM;
    for (int64_t n = 0; status != LJ_OK; n++) {
        lj_weights *w = NULL, *clone = NULL;
        lj_test_fail_allocation(n);
        status = lj_weights_create(&w);
        if (status == LJ_OK)
            status = two(w, "a", "b");
        if (status == LJ_OK)
            status = lj_weights_clone(w, &clone);
        lj_test_fail_allocation(-1);
        assert_true(status == LJ_OK || (status == LJ_ENOMEM && clone == NULL));
        lj_weights_destroy(w);
        lj_weights_destroy(clone);
        assert_int_equal(lj_test_live_allocations(), before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_start_as_their_kind_says),
        cmocka_unit_test(an_element_depends_on_seed_name_and_place_alone),
        cmocka_unit_test(given_values_are_copied),
        cmocka_unit_test(a_conflict_of_shapes_is_refused),
        cmocka_unit_test(the_digest_knows_names_and_bits_but_not_the_order_of_adding),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
