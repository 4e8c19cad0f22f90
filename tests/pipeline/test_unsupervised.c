/* Pipelines without a target: from a table or images to a proved bundle that scores and evaluates. */
#include <math.h>

#include "data/images_inside.h"
#include "pipeline/fixture.h"

#define ROWS "data: {source: loans.csv, key: id}\nfeatures: {exclude: [bad, part]}\n"

static void a_table_without_a_target_becomes_a_bundle(void **state)
{
    const fixture *f = *state;
    lj_run_result result, judged;
    lj_bundle *bundle = NULL;
    put_loans(f, "loans.csv", 300);
    if (run_text(f, ROWS "model: {family: autoencoder, layers: [16], latent: 4}\ntrain: {epochs: 5}\n"
                         "evaluate: {by: [grade]}\n", "loans", &result) != LJ_OK)
        fail_msg("%s", lj_error_message());
    assert_true(number_of(&result.json, "metrics.test.loss") > 0.0);
    assert_true(number_of(&result.json, "metrics.test.loss_99") >= number_of(&result.json, "metrics.test.loss_median"));
    if (lj_bundle_open(path_of(f, "loans"), &bundle) != LJ_OK) /* proves the kept cases */
        fail_msg("%s", lj_error_message());
    assert_null(lj_bundle_target(bundle)->column);
    assert_int_equal(lj_bundle_target(bundle)->task, LJ_UNSUPERVISED);
    assert_true(lj_file_exists(path_of(f, "loans/report.html")));

    const lj_source_options source = {.source = path_of(f, "loans.csv")};
    const lj_evaluate_options options = {
        .source = &source, .by = "grade", .report = path_of(f, "again.html"), .team = f->team, .console = f->console};
    assert_int_equal(lj_bundle_evaluate(bundle, &options, &judged), LJ_OK);
    assert_true(number_of(&judged.json, "metrics.rows") == 300.0);
    assert_true(number_of(&judged.json, "metrics.loss") > 0.0);

    lj_predict_result scored;
    const lj_predict_options predict = {.source = &source, .out = path_of(f, "scored.csv"), .console = f->console};
    assert_int_equal(lj_bundle_predict(bundle, &predict, &scored), LJ_OK);
    char *text = NULL;
    size_t size = 0;
    assert_int_equal(lj_file_read(path_of(f, "scored.csv"), 1 << 20, &text, &size), LJ_OK);
    assert_memory_equal(text, "score\n", 6);
    lj_free(text);
    lj_run_result_free(&judged);
    lj_run_result_free(&result);
    lj_bundle_close(bundle);
}

static lj_status generate(const fixture *f, const char *bundle, int64_t rows, const char *out,
                          lj_generate_result *result)
{
    lj_bundle *opened = NULL;
    assert_int_equal(lj_bundle_open(path_of(f, bundle), &opened), LJ_OK);
    const lj_generate_options options = {
        .rows = rows, .seed = 5, .out = path_of(f, out), .team = f->team, .console = f->console};
    const lj_status status = lj_bundle_generate(opened, &options, result);
    lj_bundle_close(opened);
    return status;
}

/* A table of texts becomes a language model: it scores texts, goes on from a prompt, and is the same when run again. */
static void texts_become_a_language_model(void **state)
{
    const fixture *f = *state;
    static const char pipeline[] = "data: {source: texts.csv}\n"
                                   "model: {family: gpt, dimension: 16, layers: 1, heads: 2}\n"
                                   "prepare: [{tokenise: {unit: bpe, size: 280, length: 16}}]\n"
                                   "train: {epochs: 4, samples: 2}\n";
    lj_run_result results[2];
    lj_generate_result made[2];
    lj_bundle *bundle = NULL;
    lj_text texts = {0};
    char *text = NULL, *again = NULL, hashes[2][65];
    size_t size = 0;
    lj_text_puts(&texts, "text\n");
    for (int i = 0; i < 300; i++)
        lj_text_printf(&texts, "the price of number %d is %d and it %s\n", i % 17, i % 9, i % 2 ? "rose" : "fell");
    put(f, "texts.csv", texts.data);
    for (int i = 0; i < 2; i++) {
        if (run_text(f, pipeline, i == 0 ? "first" : "second", &results[i]) != LJ_OK)
            fail_msg("%s", lj_error_message());
    }
    text_of(&results[0].json, "weights_sha256", hashes[0], sizeof(hashes[0]));
    text_of(&results[1].json, "weights_sha256", hashes[1], sizeof(hashes[1]));
    assert_string_equal(hashes[0], hashes[1]);
    assert_true(number_of(&results[0].json, "metrics.test.loss") < 5.6); /* of 282 tokens, log(282) for nothing known */
    assert_true(lj_file_exists(path_of(f, "first.samples/epoch-0002.csv")));
    assert_true(lj_file_exists(path_of(f, "first.samples/epoch-0004.csv")));
    assert_false(lj_file_exists(path_of(f, "first.samples/epoch-0003.csv")));
    assert_int_equal(lj_bundle_open(path_of(f, "first"), &bundle), LJ_OK);
    for (int i = 0; i < 2; i++) {
        const lj_generate_options options = {.rows = i == 0 ? 3 : 1,
                                             .seed = 5,
                                             .prompt = "the price",
                                             .tokens = 12,
                                             .sampling = {.temperature = 1.0},
                                             .out = path_of(f, i == 0 ? "three.csv" : "one.csv"),
                                             .console = f->console};
        if (lj_bundle_generate(bundle, &options, &made[i]) != LJ_OK)
            fail_msg("%s", lj_error_message());
    }
    assert_int_equal(lj_file_read(path_of(f, "three.csv"), 1 << 20, &text, &size), LJ_OK);
    assert_int_equal(lj_file_read(path_of(f, "one.csv"), 1 << 20, &again, &size), LJ_OK);
    assert_memory_equal(text, again, size - 2); /* a row is a function of the seed and its number */
    assert_non_null(strstr(text, "the price"));
    lj_free(text);
    lj_free(again);
    lj_text_free(&texts);
    lj_bundle_close(bundle);
    lj_run_result_free(&results[0]);
    lj_run_result_free(&results[1]);
}

static void images_need_no_labels(void **state)
{
    const fixture *f = *state;
    enum { IMAGES = 120, SIDE = 6 };
    uint8_t bytes[16 + IMAGES * SIDE * SIDE] = {0, 0, 8, 3, 0, 0, 0, IMAGES, 0, 0, 0, SIDE, 0, 0, 0, SIDE};
    lj_run_result result;
    for (int i = 0; i < IMAGES * SIDE * SIDE; i++)
        bytes[16 + i] = (uint8_t)(i / SIDE % SIDE < 3 ? 10 + i % 7 : 200);
    assert_int_equal(lj_file_replace(path_of(f, "im.i"), bytes, sizeof(bytes)), LJ_OK);
    if (run_text(f, "data: {images: {train: im.i}}\nmodel: {family: vae, layers: [8], latent: 2}\n"
                    "train: {epochs: 3, batch: 16}\ntask: unsupervised\n", "im", &result) != LJ_OK)
        fail_msg("%s", lj_error_message());
    const double nats = number_of(&result.json, "metrics.test.loss");
    assert_true(number_of(&result.json, "metrics.test.rows") == 24.0);
    assert_true(fabs(number_of(&result.json, "metrics.test.bits_per_value") * SIDE * SIDE * 0.6931471805599453 - nats) <
                1e-9 * nats);
    lj_run_result_free(&result);

    lj_generate_result made;
    lj_pixels image = {0};
    char *file = NULL;
    size_t size = 0;
    assert_int_equal(generate(f, "im", 5, "grid.png", &made), LJ_OK);
    assert_int_equal(lj_file_read(path_of(f, "grid.png"), 1 << 20, &file, &size), LJ_OK);
    assert_int_equal(lj_image_decode("grid.png", (const uint8_t *)file, size, 1, &image), LJ_OK);
    assert_true(image.height == 2 * SIDE && image.width == 3 * SIDE);
    lj_free(image.bytes);
    lj_free(file);
    assert_int_equal(generate(f, "im", 5, "files", &made), LJ_OK);
    assert_true(lj_file_exists(path_of(f, "files/000004.png")) && !lj_file_exists(path_of(f, "files/000005.png")));
    assert_int_equal(generate(f, "im", 5, "files", &made), LJ_EUSAGE);
    assert_non_null(strstr(lj_error_message(), "exists: name another place"));
}

static void new_rows_have_the_columns_and_units_of_the_table(void **state)
{
    const fixture *f = *state;
    lj_run_result result;
    lj_generate_result first, again;
    put_loans(f, "loans.csv", 300);
    if (run_text(f, "data: {source: loans.csv, key: id}\nfeatures: {include: [amount, age, grade, term]}\n"
                    "model: {family: vae, layers: [16], latent: 2}\ntrain: {epochs: 5}\n", "loans", &result) != LJ_OK)
        fail_msg("%s", lj_error_message());
    lj_run_result_free(&result);
    assert_int_equal(generate(f, "loans", 50, "a.csv", &first), LJ_OK);
    assert_int_equal(generate(f, "loans", 50, "b.csv", &again), LJ_OK);
    assert_string_equal(first.rows_sha256, again.rows_sha256);
    const lj_source_options source = {.source = path_of(f, "a.csv")};
    lj_source *opened = NULL;
    lj_frame *frame = NULL;
    assert_int_equal(lj_source_open(&source, f->console, &opened), LJ_OK);
    assert_int_equal(lj_source_read(opened, &frame), LJ_OK);
    assert_int_equal(lj_frame_row_count(frame), 50);
    assert_int_equal(lj_frame_column_count(frame), 4);
    const lj_column *amount = lj_frame_column(frame, lj_frame_find(frame, "amount"));
    const lj_column *age = lj_frame_column(frame, lj_frame_find(frame, "age"));
    for (int64_t i = 0; i < 50; i++) {
        assert_true(amount->number[i] >= 100.0 && amount->number[i] <= 9100.0);
        assert_true(age->number[i] >= 20.0 && age->number[i] <= 70.0 && age->number[i] == floor(age->number[i]));
    }
    assert_true(lj_frame_column(frame, lj_frame_find(frame, "grade"))->word_count > 1);
    lj_frame_destroy(frame);
    lj_source_close(opened);
}

static void rows_that_cannot_be_written_are_refused(void **state)
{
    const fixture *f = *state;
    lj_run_result result;
    lj_generate_result made;
    put_loans(f, "loans.csv", 200);
    assert_int_equal(run_text(f, ROWS "model: {family: vae, layers: [8], latent: 2}\ntrain: {epochs: 1}\n", "loans",
                              &result), LJ_OK);
    lj_run_result_free(&result);
    assert_int_equal(generate(f, "loans", 5, "a.csv", &made), LJ_EUNSUPPORTED);
    assert_non_null(strstr(lj_error_message(), "column 'when': a time that was taken apart"));
    assert_false(lj_file_exists(path_of(f, "a.csv")));
    assert_int_equal(run_text(f, ROWS "model: {family: autoencoder, layers: [8], latent: 2}\ntrain: {epochs: 1}\n",
                              "auto", &result), LJ_OK);
    lj_run_result_free(&result);
    assert_int_equal(generate(f, "auto", 5, "a.csv", &made), LJ_EUNSUPPORTED);
    assert_string_equal(lj_error_message(), "the family 'autoencoder' draws no rows");
}

static void folds_need_no_target(void **state)
{
    const fixture *f = *state;
    lj_run_result result;
    put_loans(f, "loans.csv", 200);
    if (run_text(f, ROWS "model: {family: vae, layers: [8], latent: 2}\ntrain: {epochs: 2}\n"
                         "split: {by: folds, folds: 3}\n", "folds", &result) != LJ_OK)
        fail_msg("%s", lj_error_message());
    assert_true(number_of(&result.json, "metrics.test_pooled.rows") == 200.0);
    lj_run_result_free(&result);
}

static void a_gan_is_told_classes_or_not(void **state)
{
    const fixture *f = *state;
    lj_run_result result;
    lj_bundle *bundle = NULL;
    lj_generate_result made;
    put_loans(f, "loans.csv", 200);
    if (run_text(f, "data: {source: loans.csv, key: id}\ntarget: kind\nfeatures: {include: [amount, grade]}\n"
                    "model: {family: gan, layers: [16], latent: 4}\ntrain: {epochs: 3}\n", "gan", &result) != LJ_OK)
        fail_msg("%s", lj_error_message());
    lj_run_result_free(&result);
    assert_true(lj_file_exists(path_of(f, "gan/history.csv")));
    assert_int_equal(lj_bundle_open(path_of(f, "gan"), &bundle), LJ_OK);
    assert_int_equal(lj_bundle_target(bundle)->classes, 3);
    lj_generate_options options = {.rows = 5, .class_name = "grene", .out = path_of(f, "a.csv"), .console = f->console};
    assert_int_equal(lj_bundle_generate(bundle, &options, &made), LJ_EUSAGE);
    assert_string_equal(lj_error_message(), "--class: no class 'grene'; did you mean 'green'?");
    options.class_name = "green";
    assert_int_equal(lj_bundle_generate(bundle, &options, &made), LJ_OK);
    lj_bundle_close(bundle);
    if (run_text(f, ROWS "model: {family: gan, layers: [16], latent: 4, loss: wasserstein}\ntrain: {epochs: 2}\n",
                 "plain", &result) != LJ_OK)
        fail_msg("%s", lj_error_message());
    lj_run_result_free(&result);
    expect_failure(f, "data: loans.csv\nmodel: {family: gan, activation: silu, loss: wasserstein}\n", LJ_EUNSUPPORTED,
                   "relu, leaky_relu, tanh and sigmoid have second derivatives");
}

static void targets_and_tasks_that_do_not_fit_the_family_are_refused(void **state)
{
    const fixture *f = *state;
    put_loans(f, "loans.csv", 200);
    expect_failure(f, "data: loans.csv\n", LJ_ECONFIG,
                   "pipeline.yaml:1:1: missing key 'target': the family 'tabm' learns from one");
    expect_failure(f, "data: loans.csv\ntarget: bad\nmodel: vae\n", LJ_ECONFIG,
                   "pipeline.yaml:2:9: target: the family 'vae' learns without one: leave it out");
    expect_failure(f, "data: loans.csv\ntask: binary\nmodel: vae\n", LJ_ECONFIG,
                   "pipeline.yaml:2:7: task: 'binary' is not what the family 'vae' does");
    expect_failure(f, "data: loans.csv\ntarget: bad\ntask: unsupervised\n", LJ_ECONFIG,
                   "task: 'unsupervised' is not what the family 'tabm' does");
    expect_failure(f, "data: loans.csv\nmodel: vae\nsplit: {by: stratified}\n", LJ_EDATA, "stratified needs a target");
    expect_failure(f, "data: loans.csv\nmodel: vae\ntrain: {monitor: auc}\n", LJ_ENOTFOUND,
                   "metric 'auc' is not for the task unsupervised");
    expect_failure(f, "data: loans.csv\nmodel: vae\ntrain: {class_weight: balanced}\n", LJ_ECONFIG,
                   "a family that learns without a target has no classes");
    expect_failure(f, "data: loans.csv\nmodel: {family: vae, channels: [4]}\n", LJ_ESHAPE,
                   "channels: convolutions read images, and there are none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_table_without_a_target_becomes_a_bundle, set_up, tear_down),
        cmocka_unit_test_setup_teardown(texts_become_a_language_model, set_up, tear_down),
        cmocka_unit_test_setup_teardown(images_need_no_labels, set_up, tear_down),
        cmocka_unit_test_setup_teardown(new_rows_have_the_columns_and_units_of_the_table, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rows_that_cannot_be_written_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(folds_need_no_target, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_gan_is_told_classes_or_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(targets_and_tasks_that_do_not_fit_the_family_are_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
