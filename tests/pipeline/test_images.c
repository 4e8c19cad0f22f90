/* From sets of images to a proved bundle, and what is refused. */
#include <math.h>

#include "pipeline/fixture.h"

#include "data/pictures.h"

enum { IMAGES = 240, SIDE = 6, CLASSES = 3 };

/* IDX files of bright squares in one of three corners, on noise; row i is of class i mod 3. */
static void put_squares(const fixture *f, const char *images, const char *labels, int n, uint64_t stream)
{
    uint8_t bytes[16 + IMAGES * SIDE * SIDE] = {0, 0, 8, 3, 0, 0, 0, (uint8_t)n, 0, 0, 0, SIDE, 0, 0, 0, SIDE};
    uint8_t classes[8 + IMAGES] = {0, 0, 8, 1, 0, 0, 0, (uint8_t)n};
    for (int i = 0; i < n; i++) {
        const int k = i % CLASSES;
        classes[8 + i] = (uint8_t)k;
        for (int p = 0; p < SIDE * SIDE; p++) {
            const int bright = p / SIDE / 3 == k / 2 && p % SIDE / 3 == k % 2;
            const uint32_t noise = lj_random_u32(5, stream, (uint64_t)(i * SIDE * SIDE + p)) % 120;
            bytes[16 + i * SIDE * SIDE + p] = (uint8_t)(noise + (bright ? 130 : 0));
        }
    }
    assert_int_equal(lj_file_replace(path_of(f, images), bytes, (size_t)(16 + n * SIDE * SIDE)), LJ_OK);
    assert_int_equal(lj_file_replace(path_of(f, labels), classes, (size_t)(8 + n)), LJ_OK);
}

#define RUN "data: {images: {train: [tr.i, tr.l], test: [te.i, te.l], normalise: true}}\n" \
            "model: {family: dense, layers: [16]}\n" \
            "train: {epochs: 30, batch: 32, rate: 0.01}\nevaluate: {importance: false}\n"

static void a_set_of_images_becomes_a_bundle_that_scores_the_same(void **state)
{
    const fixture *f = *state;
    lj_run_result result, judged;
    lj_bundle *bundle = NULL;
    put_squares(f, "tr.i", "tr.l", IMAGES, 1);
    put_squares(f, "te.i", "te.l", 60, 2);
    if (run_text(f, RUN, "squares", &result) != LJ_OK)
        fail_msg("%s", lj_error_message());
    assert_true(number_of(&result.json, "metrics.test.accuracy") > 0.95);
    assert_int_equal(lj_bundle_open(path_of(f, "squares"), &bundle), LJ_OK); /* proves the kept cases */
    const lj_pixels *image = lj_prep_image(lj_bundle_prep(bundle));
    assert_int_equal(image->width, SIDE);
    assert_true(image->normalise);
    assert_true(fabs(image->mean[0] - (59.5 + 130.0 / 4) / 255) < 0.01); /* noise, and a quarter is bright */
    assert_true(image->deviation[0] > 0.2 && image->deviation[0] < 0.3);

    char both[512];
    (void)snprintf(both, sizeof(both), "%s,%s", path_of(f, "te.i"), path_of(f, "te.l"));
    const lj_source_options source = {.source = both};
    const lj_evaluate_options options = {.source = &source, .team = f->team, .console = f->console};
    memset(&judged, 0, sizeof(judged));
    assert_int_equal(lj_bundle_evaluate(bundle, &options, &judged), LJ_OK);
    assert_true(number_of(&judged.json, "metrics.accuracy") == number_of(&result.json, "metrics.test.accuracy"));

    lj_predict_result scored;
    const lj_source_options unlabelled = {.source = path_of(f, "te.i")};
    const lj_predict_options predict = {.source = &unlabelled, .out = path_of(f, "scored.csv"), .team = NULL,
                                        .console = f->console};
    assert_int_equal(lj_bundle_predict(bundle, &predict, &scored), LJ_OK);
    assert_int_equal(scored.rows, 60);
    assert_true(lj_file_exists(path_of(f, "scored.csv")));
    lj_run_result_free(&judged);
    lj_run_result_free(&result);
    lj_bundle_close(bundle);
}

static void what_does_not_fit_images_is_refused(void **state)
{
    const fixture *f = *state;
    put_squares(f, "tr.i", "tr.l", IMAGES, 1);
    expect_failure(f, "data: {images: {train: [tr.i, nowhere]}}\nmodel: dense\n", LJ_ENOTFOUND, "nowhere");
    expect_failure(f, "data: {images: {train: tr.i}}\nmodel: dense\n", LJ_EDATA, "expected labels");
    expect_failure(f, "data: {images: {train: [tr.i, tr.l]}}\nmodel: tabm\n", LJ_EDATA, "'tabm' reads no images");
    expect_failure(f, "data: {images: {train: [tr.i, tr.l], size: [3]}}\nmodel: dense\n", LJ_ECONFIG,
                   "pipeline.yaml:1:44: size: expected [height, width]");
    expect_failure(f, "data: {images: {train: [tr.i, tr.l]}, key: x}\nmodel: dense\n", LJ_ECONFIG, "no other key");
    expect_failure(f, "data: {images: {train: [tr.i, tr.l], tests: x}}\n", LJ_ECONFIG, "did you mean 'test'");
    expect_failure(f, "data: {images: {train: [tr.i, tr.l]}}\nmodel: lenet\n", LJ_ESHAPE,
                   "at least 12 x 12, found 6 x 6");
    expect_failure(f, "data: {images: {train: [tr.i, tr.l]}}\nmodel: {family: cnn, blocks: [4, 4, 4]}\n", LJ_ESHAPE,
                   "3 blocks leave nothing of images of 6 x 6");
    expect_failure(f, "data: {images: {train: [tr.i, tr.l]}}\nmodel: lenet\ntarget: labl\n", LJ_ECONFIG,
                   "pipeline.yaml:3:9: no column 'labl'; did you mean 'label'");
    expect_failure(f, "data: {images: {train: [tr.i, tr.l], channels: rgb}}\nmodel: dense\n", LJ_EDATA, "x 3");
}

#define FOLDERS "data: {images: {train: photos, test: others%s}}\n" \
                "model: {family: dense, layers: [8]}\ntrain: {epochs: 4, batch: 16}\nevaluate: {importance: false}\n"

static lj_bundle *run_folders(const fixture *f, const char *more)
{
    char text[512];
    lj_run_result result;
    lj_bundle *bundle = NULL;
    (void)snprintf(text, sizeof(text), FOLDERS, more);
    if (run_text(f, text, "photos.bundle", &result) != LJ_OK)
        fail_msg("%s", lj_error_message());
    assert_int_equal(lj_bundle_open(path_of(f, "photos.bundle"), &bundle), LJ_OK);
    lj_run_result_free(&result);
    return bundle;
}

/* Decoded beside training, by whatever threads: what was measured of the pixels and the digest are those of all files. */
static void folders_become_a_bundle_for_any_number_of_threads(void **state)
{
    fixture *f = *state;
    char weights[LJ_SHA256_HEX] = "", digest[LJ_SHA256_HEX], *model = NULL;
    int64_t counts[2];
    size_t size = 0;
    lj_frame *frame = NULL;
    put_pictures(path_of(f, "photos"), 80);
    put_pictures(path_of(f, "others"), 20);
    const lj_image_set sets[] = {{.images = path_of(f, "photos")}, {.images = path_of(f, "others")}};
    assert_int_equal(lj_images_read(sets, 2, NULL, NULL, NULL, &frame, counts, digest), LJ_OK);
    lj_frame_destroy(frame);
    for (int threads = 1; threads <= 4; threads += 3) {
        lj_team_destroy(f->team);
        assert_int_equal(lj_team_create(threads, &f->team), LJ_OK);
        lj_bundle *bundle = run_folders(f, ", normalise: true");
        const lj_pixels *image = lj_prep_image(lj_bundle_prep(bundle));
        assert_true(fabs(image->mean[0] - (59.5 + 90.0 / 2) / 255) < 0.01); /* noise, and red in half of them */
        assert_true(fabs(image->mean[1] - 59.5 / 255) < 0.01);
        assert_true(threads == 1 || strcmp(weights, lj_bundle_weights_sha256(bundle)) == 0);
        (void)snprintf(weights, sizeof(weights), "%s", lj_bundle_weights_sha256(bundle));
        lj_bundle_close(bundle);
        assert_int_equal(lj_file_read(path_of(f, "photos.bundle/model.json"), 1 << 24, &model, &size), LJ_OK);
        assert_non_null(strstr(model, digest));
        lj_free(model);
    }
}

/* Whoever prepares or scores a frame whose images are decoded later has them decoded. */
static void frames_decoded_later_are_prepared_and_scored(void **state)
{
    const fixture *f = *state;
    enum { N = 20 };
    const lj_pixels shape = {.channels = 3, .normalise = 1};
    char digest[LJ_SHA256_HEX];
    int64_t count = 0, rows[N];
    float scores[2][N];
    double means[2];
    put_pictures(path_of(f, "photos"), 80);
    put_pictures(path_of(f, "others"), N);
    lj_bundle *bundle = run_folders(f, "");
    const lj_image_set set = {.images = path_of(f, "others")};
    for (int64_t i = 0; i < N; i++)
        rows[i] = i;
    for (int later = 0; later < 2; later++) {
        lj_frame *scored = NULL, *fitted = NULL;
        lj_prep *prep = NULL;
        const lj_prep_options options = {.target = "label"};
        lj_status (*read)(const lj_image_set *, int64_t, const lj_pixels *, lj_team *, lj_console *, lj_frame **,
                          int64_t *, char *) = later ? lj_images_open : lj_images_read;
        assert_int_equal(read(&set, 1, &shape, NULL, NULL, &scored, &count, digest), LJ_OK);
        assert_int_equal(read(&set, 1, &shape, NULL, NULL, &fitted, &count, digest), LJ_OK);
        assert_int_equal(lj_bundle_score(bundle, scored, NULL, NULL, scores[later]), LJ_OK);
        assert_int_equal(lj_prep_fit(fitted, NULL, rows, N, &options, NULL, &prep), LJ_OK);
        means[later] = lj_prep_image(prep)->mean[0];
        lj_prep_destroy(prep);
        lj_frame_destroy(fitted);
        lj_frame_destroy(scored);
    }
    assert_memory_equal(scores[0], scores[1], sizeof(scores[0]));
    assert_true(means[0] == means[1]);
    lj_bundle_close(bundle);
}

static void a_damaged_file_of_a_folder_ends_the_run(void **state)
{
    const fixture *f = *state;
    char path[512], text[512];
    static const char *const sets[] = {"photos", "others"}; /* of the training part, or only scored at the end */
    put_pictures(path_of(f, "photos"), 80);
    put_pictures(path_of(f, "others"), 20);
    (void)snprintf(text, sizeof(text), FOLDERS, "");
    for (int k = 0; k < 2; k++) {
        picture_path(path_of(f, sets[k]), 5, path);
        cut_in_half(path);
        expect_failure(f, text, LJ_EDATA, path);
        put_picture(path, 5, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_set_of_images_becomes_a_bundle_that_scores_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(folders_become_a_bundle_for_any_number_of_threads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(frames_decoded_later_are_prepared_and_scored, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_file_of_a_folder_ends_the_run, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_does_not_fit_images_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
