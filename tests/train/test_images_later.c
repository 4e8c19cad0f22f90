/* Training on images that are decoded beside it: the weights of images that were there before, and what stops it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/images_inside.h"
#include "data/pictures.h"
#include "data/temporary.h"
#include "lianjin/limits.h"
#include "lianjin/train.h"

enum { PICTURES = 90, VALID = 20, UNUSED = 6, TRAIN = PICTURES - VALID - UNUSED, BATCH = 16 };

/* Rows of a folder: every third image of the first ones is of the valid part, the last ones are of none. */
typedef struct set {
    lj_frame *frame;
    int64_t train_row[TRAIN], valid_row[VALID];
    double train_target[TRAIN], valid_target[VALID];
    lj_rows train, valid;
} set;

static lj_rows rows_of(const lj_frame *frame, const int64_t *row, int64_t n, double *target)
{
    const lj_pixels *pixels = lj_frame_pixels(frame);
    const lj_column *label = column_of(frame, "label");
    for (int64_t i = 0; i < n; i++)
        target[i] = label->code[row[i]];
    return (lj_rows){.n = n, .pixels = pixels->bytes, .pixel_count = lj_pixels_size(pixels), .pixel_row = row,
                     .decoder = lj_frame_decoder(frame), .image = *pixels, .target = target};
}

static set *open_set(const char *root, int64_t memory_max, int later, lj_team *team)
{
    char digest[LJ_SHA256_HEX];
    int64_t count = 0, train = 0, valid = 0;
    const lj_image_set images = {.images = root};
    set *s = lj_new_array(1, sizeof(*s));
    assert_non_null(s);
    assert_ok(lj_images_read_within(memory_max, later, &images, 1, NULL, team, NULL, &s->frame, &count, digest));
    assert_int_equal(count, PICTURES);
    for (int64_t i = 0; i < PICTURES - UNUSED; i++)
        if (i % 3 == 0 && valid < VALID)
            s->valid_row[valid++] = i;
        else
            s->train_row[train++] = i;
    assert_int_equal(train, TRAIN);
    s->train = rows_of(s->frame, s->train_row, TRAIN, s->train_target);
    s->valid = rows_of(s->frame, s->valid_row, VALID, s->valid_target);
    return s;
}

static void close_set(set *s)
{
    lj_frame_destroy(s->frame);
    lj_free(s);
}

static lj_value net(lj_graph *g)
{
    const lj_value x = lj_input(g, "pixels", LJ_F32, lj_shape_of(LJ_BATCH, PICTURE_SIDE, PICTURE_SIDE, 3));
    const lj_value y = lj_dense(g, lj_reshape(g, x, lj_shape_of(LJ_BATCH, PICTURE_BYTES)), 8, .activation = LJ_RELU);
    return lj_dense(g, y, 1);
}

static lj_train_job make_job(int mixes)
{
    lj_train_job job = {.task = LJ_REGRESSION, .target_scale = 1.0};
    assert_ok(lj_graph_create(1, &job.training));
    assert_ok(lj_graph_create(0, &job.scoring));
    lj_graph *g = job.training;
    const lj_value y = net(g);
    job.loss = lj_loss_build(g, y, lj_input(g, "target", LJ_F32, lj_shape_of(LJ_BATCH)),
                             lj_input(g, "weight", LJ_F32, lj_shape_of(LJ_BATCH)),
                             (lj_loss_options){.loss = LJ_LOSS_MSE});
    if (mixes)
        job.loss = lj_add(g, job.loss, lj_loss_build(g, y, lj_input(g, "other", LJ_F32, lj_shape_of(LJ_BATCH)),
                                                     lj_input(g, "other_weight", LJ_F32, lj_shape_of(LJ_BATCH)),
                                                     (lj_loss_options){.loss = LJ_LOSS_MSE}));
    lj_output(job.scoring, "score", lj_reshape(job.scoring, net(job.scoring), lj_shape_of(LJ_BATCH)));
    assert_ok(lj_weights_create(&job.weights));
    assert_ok(lj_weights_add(job.weights, g, 3));
    return job;
}

static lj_train_options base_options(int mixes)
{
    return (lj_train_options){.epochs = 3, .batch = BATCH, .schedule = {.rate = 0.01}, .seed = 7,
                              .augment = {.mix_up = mixes ? 0.4 : 0.0, .flip_x = 1}};
}

static lj_status train(const lj_train_options *options, const set *s, lj_team *team, int64_t *steps, char hex[65])
{
    lj_train_job job = make_job(options->augment.mix_up > 0.0);
    lj_train_result result;
    const lj_status status = lj_train(&job, options, &s->train, &s->valid, team, NULL, &result);
    assert_ok(lj_weights_sha256(job.weights, hex));
    *steps = result.steps;
    lj_free(result.epochs);
    lj_train_job_release(&job);
    return status;
}

/* One after the other, with teams of up to four, in memory and in a file, plain and with a second image mixed in. */
static void weights_are_those_of_images_decoded_before(void **state)
{
    (void)state;
    char expected[65], found[65];
    int64_t steps = 0;
    put_pictures(path_of("set"), PICTURES);
    for (int k = 0; k < 12; k++) {
        const int threads = k / 4 == 0 ? 1 : 2 * (k / 4), mixes = k % 2;
        lj_team *team = NULL;
        lj_train_options options = base_options(mixes);
        options.find_rate = k % 4 > 1;
        assert_ok(lj_team_create(threads, &team));
        set *before = open_set(path_of("set"), LJ_IMAGE_MEMORY_MAX, 0, NULL);
        assert_ok(train(&options, before, NULL, &steps, expected));
        close_set(before);
        set *later = open_set(path_of("set"), k % 4 > 1 ? PICTURE_BYTES : LJ_IMAGE_MEMORY_MAX, 1, team);
        assert_false(threads == 1 && lj_decoder_is_done(lj_frame_decoder(later->frame)));
        assert_ok(train(&options, later, team, &steps, found));
        assert_string_equal(found, expected);
        assert_true(lj_decoder_is_done(lj_frame_decoder(later->frame))); /* at the end of the first epoch */
        close_set(later);
        lj_team_destroy(team);
    }
}

/* What is asked for first is decoded first: a step needs no more than its batch. */
static void the_first_step_waits_for_its_batch_alone(void **state)
{
    (void)state;
    char hex[65];
    int64_t steps = 0, there = 0;
    put_pictures(path_of("first"), PICTURES);
    set *s = open_set(path_of("first"), LJ_IMAGE_MEMORY_MAX, 1, NULL);
    lj_train_options options = base_options(0);
    options.stop_after_steps = 1;
    assert_ok(train(&options, s, NULL, &steps, hex));
    assert_int_equal(steps, 1);
    for (int64_t i = 0; i < PICTURES; i++) {
        int any = 0;
        for (int64_t p = 0; p < PICTURE_BYTES; p++)
            any |= s->train.pixels[i * PICTURE_BYTES + p];
        there += any != 0;
    }
    assert_int_equal(there, BATCH);
    close_set(s);
}

/* In a batch, among those scored, or in no part at all: at the latest when the first epoch ends. */
static void a_damaged_image_stops_training_and_is_named(void **state)
{
    (void)state;
    char path[512], hex[65];
    int64_t steps = 0;
    put_pictures(path_of("bad"), PICTURES);
    static const int broken[] = {2, 6, 89}; /* a/: rows 0 to 44 are the even ones, then b/ */
    for (int k = 0; k < 3; k++) {
        picture_path(path_of("bad"), broken[k], path);
        cut_in_half(path);
        for (int threads = 1; threads <= 3; threads++) {
            lj_team *team = NULL;
            assert_ok(lj_team_create(threads, &team));
            set *s = open_set(path_of("bad"), LJ_IMAGE_MEMORY_MAX, 1, team);
            const lj_train_options options = base_options(0);
            assert_int_equal(train(&options, s, team, &steps, hex), LJ_EDATA);
            assert_true(steps <= TRAIN / BATCH);
            assert_message_has(path);
            assert_message_has("the PNG is damaged or cut short");
            close_set(s);
            lj_team_destroy(team);
        }
        put_picture(path, broken[k], broken[k] % 2);
    }
}

/* Stopped in the first epoch, where not all is decoded, and gone on with: the same weights; not with another image. */
static void a_resume_ends_with_the_same_weights(void **state)
{
    (void)state;
    char expected[65], found[65], path[512];
    int64_t steps = 0;
    put_pictures(path_of("again"), PICTURES);
    set *whole = open_set(path_of("again"), LJ_IMAGE_MEMORY_MAX, 0, NULL);
    lj_train_options options = base_options(1);
    assert_ok(train(&options, whole, NULL, &steps, expected));
    close_set(whole);
    options.checkpoint = path_of("checkpoint");
    options.resume = 1;
    for (int64_t stop = 1; stop <= 4; stop++) { /* 4 steps are an epoch */
        lj_team *team = NULL;
        assert_ok(lj_team_create(2, &team));
        assert_ok(lj_folder_remove(options.checkpoint));
        for (int again = 0; again < 2; again++) {
            set *s = open_set(path_of("again"), LJ_IMAGE_MEMORY_MAX, 1, team);
            options.stop_after_steps = again == 0 ? stop : 0;
            assert_ok(train(&options, s, team, &steps, found));
            assert_int_equal(steps, again == 0 ? stop : 12);
            close_set(s);
        }
        assert_string_equal(found, expected);
        lj_team_destroy(team);
    }
    picture_path(path_of("again"), 8, path);
    put_picture(path, 77, 0);
    set *other = open_set(path_of("again"), LJ_IMAGE_MEMORY_MAX, 1, NULL);
    assert_int_equal(train(&options, other, NULL, &steps, found), LJ_ECONFIG);
    close_set(other);
}

/* As after a resume of a training that was finished. */
static void images_are_decoded_when_their_rows_are_scored(void **state)
{
    (void)state;
    float expected[VALID], found[VALID];
    put_pictures(path_of("scored"), PICTURES);
    lj_train_job job = make_job(0);
    lj_program *scoring = NULL;
    assert_ok(lj_program_compile(job.scoring, job.weights, &(lj_program_options){.batch = BATCH}, &scoring));
    set *before = open_set(path_of("scored"), LJ_IMAGE_MEMORY_MAX, 0, NULL);
    set *later = open_set(path_of("scored"), LJ_IMAGE_MEMORY_MAX, 1, NULL);
    assert_ok(lj_score_rows(scoring, BATCH, &before->valid, 1, NULL, expected));
    assert_ok(lj_score_rows(scoring, BATCH, &later->valid, 1, NULL, found));
    assert_memory_equal(found, expected, sizeof(expected));
    lj_program_destroy(scoring);
    lj_train_job_release(&job);
    close_set(before);
    close_set(later);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_are_those_of_images_decoded_before),
        cmocka_unit_test(the_first_step_waits_for_its_batch_alone),
        cmocka_unit_test(a_damaged_image_stops_training_and_is_named),
        cmocka_unit_test(images_are_decoded_when_their_rows_are_scored),
        cmocka_unit_test(a_resume_ends_with_the_same_weights),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
