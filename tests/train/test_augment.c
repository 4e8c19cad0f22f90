/* Images changed at random: what each option does to a slope, and that only (seed, row, epoch) decide. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "train/augment.h"

enum { SIDE = 24, SIZE = SIDE * SIDE, IMAGES = 200 };

static const lj_pixels shape = {.height = SIDE, .width = SIDE, .channels = 1};
static uint8_t slope_x[SIZE], slope_y[SIZE]; /* 8 + 10 x, 8 + 10 y */

static int make_slopes(void **state)
{
    (void)state;
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
            slope_x[y * SIDE + x] = (uint8_t)(8 + 10 * x);
            slope_y[y * SIDE + x] = (uint8_t)(8 + 10 * y);
        }
    }
    return 0;
}

/* The affine map that an image was read by, from what the slopes became in the middle. */
typedef struct map {
    double xx, xy, x0, yx, yy, y0; /* x0, y0: the place that the centre came from */
} map;

static map find_map(const lj_augment_options *o, int64_t row)
{
    float out[SIZE];
    map m;
    const int centre = SIDE / 2 * SIDE + SIDE / 2;
    lj_augment_image(o, &shape, slope_x, 7, row, 3, out);
    m.xx = (double)(out[centre + 2] - out[centre - 2]) / 4 * 25.5;
    m.xy = (double)(out[centre + 2 * SIDE] - out[centre - 2 * SIDE]) / 4 * 25.5;
    m.x0 = ((double)out[centre] * 255 - 8) / 10;
    lj_augment_image(o, &shape, slope_y, 7, row, 3, out);
    m.yx = (double)(out[centre + 2] - out[centre - 2]) / 4 * 25.5;
    m.yy = (double)(out[centre + 2 * SIDE] - out[centre - 2 * SIDE]) / 4 * 25.5;
    m.y0 = ((double)out[centre] * 255 - 8) / 10;
    return m;
}

static void near(double a, double b)
{
    if (fabs(a - b) > 1e-3)
        fail_msg("expected %g, found %g", b, a);
}

static void shifts_move_and_nothing_else(void **state)
{
    (void)state;
    const lj_augment_options o = {.shift = 0.1};
    double least = 9, most = -9;
    for (int64_t row = 0; row < IMAGES; row++) {
        const map m = find_map(&o, row);
        near(m.xx, 1), near(m.yy, 1), near(m.xy, 0), near(m.yx, 0);
        least = fmin(least, m.x0 - SIDE / 2);
        most = fmax(most, m.x0 - SIDE / 2);
    }
    assert_true(least > -0.1 * SIDE - 1e-3 && least < -0.08 * SIDE && most < 0.1 * SIDE + 1e-3 && most > 0.08 * SIDE);
}

static void rotations_keep_lengths_and_right_angles(void **state)
{
    (void)state;
    const lj_augment_options o = {.rotation = 30};
    double most = 0;
    for (int64_t row = 0; row < IMAGES; row++) {
        const map m = find_map(&o, row);
        near(m.xx * m.xx + m.yx * m.yx, 1), near(m.xx * m.xy + m.yx * m.yy, 0), near(m.xx, m.yy);
        most = fmax(most, fabs(asin(m.yx)) * 57.29578);
    }
    assert_true(most < 30.1 && most > 27);
}

static void zooms_shears_and_flips(void **state)
{
    (void)state;
    const lj_augment_options zoom = {.zoom = 0.2}, shear = {.shear = 20}, flip = {.flip_x = 1};
    int flipped = 0;
    for (int64_t row = 0; row < IMAGES; row++) {
        map m = find_map(&zoom, row);
        near(m.xx, m.yy), near(m.xy, 0);
        assert_true(m.xx > 0.79 && m.xx < 1.21);
        m = find_map(&shear, row);
        near(m.xx, 1), near(m.xy * m.xy + m.yy * m.yy, 1), near(m.yx, 0);
        m = find_map(&flip, row);
        near(fabs(m.xx), 1), near(m.yy, 1);
        flipped += m.xx < 0;
    }
    assert_in_range(flipped, IMAGES * 2 / 5, IMAGES * 3 / 5);
}

static void what_lies_outside_follows_the_fill(void **state)
{
    (void)state;
    float out[SIZE];
    uint8_t white[SIZE];
    memset(white, 255, sizeof(white));
    for (int fill = 0; fill < LJ_FILL_COUNT; fill++) {
        const lj_augment_options o = {.shift = 0.4, .fill = (lj_fill)fill};
        int dark = 0;
        for (int64_t row = 0; row < 20; row++) {
            lj_augment_image(&o, &shape, white, 1, row, 1, out);
            for (int i = 0; i < SIZE; i++)
                dark += out[i] < 0.999F;
        }
        assert_true((dark > 0) == (fill == LJ_FILL_CONSTANT));
    }
}

static void light_noise_and_cut_out(void **state)
{
    (void)state;
    float out[SIZE];
    uint8_t grey[SIZE];
    memset(grey, 51, sizeof(grey)); /* 0.2 */
    const lj_augment_options light = {.brightness = 0.3}, noise = {.noise = 0.1}, cut = {.cut_out = 0.5};
    double sum = 0, squares = 0;
    int most_cut = 0;
    for (int64_t row = 0; row < IMAGES; row++) {
        lj_augment_image(&light, &shape, grey, 1, row, 1, out);
        assert_true(out[0] > -0.11F && out[0] < 0.51F && out[0] == out[SIZE - 1]);
        lj_augment_image(&noise, &shape, grey, 1, row, 1, out);
        for (int i = 0; i < SIZE; i++) {
            sum += (double)out[i] - 0.2;
            squares += ((double)out[i] - 0.2) * ((double)out[i] - 0.2);
        }
        lj_augment_image(&cut, &shape, grey, 1, row, 1, out);
        int black = 0;
        for (int i = 0; i < SIZE; i++)
            black += out[i] == 0.0F;
        most_cut = black > most_cut ? black : most_cut;
    }
    assert_true(fabs(sum / SIZE / IMAGES) < 1e-3);
    assert_true(fabs(sqrt(squares / SIZE / IMAGES) - 0.1) < 1e-3);
    assert_int_equal(most_cut, SIZE / 4);
}

static void only_seed_row_and_epoch_decide(void **state)
{
    (void)state;
    const lj_augment_options all = {.rotation = 10, .shear = 5, .shift = 0.1, .zoom = 0.1, .brightness = 0.1,
                                    .contrast = 0.1, .noise = 0.05, .cut_out = 0.2, .flip_x = 1, .flip_y = 1};
    const lj_augment_options none = {0};
    float a[SIZE], b[SIZE];
    assert_false(lj_augment_any(&none));
    assert_true(lj_augment_any(&all));
    lj_augment_image(&none, &shape, slope_x, 1, 2, 3, a);
    for (int i = 0; i < SIZE; i++)
        assert_true(a[i] == (float)slope_x[i] / 255.0F);
    lj_augment_image(&all, &shape, slope_x, 1, 2, 3, a);
    lj_augment_image(&all, &shape, slope_x, 1, 2, 3, b);
    assert_memory_equal(a, b, sizeof(a));
    const uint64_t others[][3] = {{2, 2, 3}, {1, 3, 3}, {1, 2, 4}};
    for (int k = 0; k < 3; k++) {
        lj_augment_image(&all, &shape, slope_x, others[k][0], (int64_t)others[k][1], (int64_t)others[k][2], b);
        assert_memory_not_equal(a, b, sizeof(a));
    }
}

static void a_partner_depends_on_seed_row_and_epoch_and_has_a_small_share(void **state)
{
    (void)state;
    const lj_augment_options o = {.mix_up = 0.4};
    int seen[10] = {0}, changed = 0;
    float greatest = 0.0F;
    for (int64_t row = 0; row < 200; row++) {
        float share = -1.0F, again = -1.0F, later = -1.0F;
        const int64_t partner = lj_augment_partner(&o, 7, row, 3, 10, &share);
        assert_in_range(partner, 0, 9);
        assert_true(share >= 0.0F && share < 0.4F);
        assert_int_equal(lj_augment_partner(&o, 7, row, 3, 10, &again), partner);
        assert_true(share == again);
        changed += lj_augment_partner(&o, 7, row, 4, 10, &later) != partner || share != later;
        greatest = share > greatest ? share : greatest;
        seen[partner]++;
    }
    for (int i = 0; i < 10; i++)
        assert_true(seen[i] > 0);
    assert_true(greatest > 0.35F);
    assert_true(changed > 190);
}

/* z = w x, one step of SGD on images of one pixel: against the gradient by hand. */
static void a_step_with_mix_up_moves_as_both_targets_say(void **state)
{
    (void)state;
    enum { N = 4 };
    const uint8_t bytes[N] = {255, 51, 102, 0};
    const double y[N] = {1.0, -1.0, 0.5, 2.0};
    const lj_rows rows = {.n = N, .pixels = bytes, .pixel_count = 1, .image = {.height = 1, .width = 1, .channels = 1},
                          .target = y};
    lj_train_job job = {.task = LJ_REGRESSION, .target_scale = 1.0};
    lj_train_result result;
    assert_int_equal(lj_graph_create(1, &job.training), LJ_OK);
    assert_int_equal(lj_graph_create(0, &job.scoring), LJ_OK);
    assert_int_equal(lj_weights_create(&job.weights), LJ_OK);
    lj_graph *g = job.training;
    const lj_value x = lj_reshape(g, lj_input(g, "pixels", LJ_F32, lj_shape_of(LJ_BATCH, 1, 1, 1)),
                                  lj_shape_of(LJ_BATCH, 1));
    const lj_value z = lj_dense(g, x, 1, .name = "z", .no_bias = 1);
    const char *const targets[] = {"target", "other"}, *const weights[] = {"weight", "other_weight"};
    lj_value losses[2];
    for (int i = 0; i < 2; i++)
        losses[i] = lj_loss_build(g, z, lj_input(g, targets[i], LJ_F32, lj_shape_of(LJ_BATCH)),
                                  lj_input(g, weights[i], LJ_F32, lj_shape_of(LJ_BATCH)),
                                  (lj_loss_options){.loss = LJ_LOSS_MSE});
    job.loss = lj_add(g, losses[0], losses[1]);
    assert_int_equal(lj_weights_add(job.weights, g, 1), LJ_OK);
    const double before = (double)((const float *)lj_weights_find(job.weights, "z.weight")->data)[0];
    const lj_train_options o = {.epochs = 1, .batch = N, .optimiser = {.optimiser = LJ_OPTIMISER_SGD},
                                .schedule = {.rate = 0.1}, .augment = {.mix_up = 0.5}, .seed = 7};
    assert_int_equal(lj_train(&job, &o, &rows, NULL, NULL, NULL, &result), LJ_OK);
    double gradient = 0.0, shares = 0.0;
    for (int64_t i = 0; i < N; i++) {
        float share = 0.0F;
        const int64_t j = lj_augment_partner(&o.augment, 7, i, 0, N, &share);
        const double s = (double)share, in = (1 - s) * bytes[i] / 255.0 + s * bytes[j] / 255.0;
        gradient += 2.0 * in * ((1 - s) * (before * in - y[i]) + s * (before * in - y[j])) / N;
        shares += i != j ? s : 0.0;
    }
    assert_true(shares > 0.1);
    const double after = (double)((const float *)lj_weights_find(job.weights, "z.weight")->data)[0];
    assert_true(fabs(after - (before - 0.1 * gradient)) < 1e-6);
    lj_free(result.epochs);
    lj_train_job_release(&job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shifts_move_and_nothing_else),
        cmocka_unit_test(rotations_keep_lengths_and_right_angles),
        cmocka_unit_test(zooms_shears_and_flips),
        cmocka_unit_test(what_lies_outside_follows_the_fill),
        cmocka_unit_test(light_noise_and_cut_out),
        cmocka_unit_test(only_seed_row_and_epoch_decide),
        cmocka_unit_test(a_partner_depends_on_seed_row_and_epoch_and_has_a_small_share),
        cmocka_unit_test(a_step_with_mix_up_moves_as_both_targets_say),
    };
    return cmocka_run_group_tests(tests, make_slopes, NULL);
}
