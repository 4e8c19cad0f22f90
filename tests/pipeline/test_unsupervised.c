/* Pipelines without a target: from a table or images to a proved bundle that scores and evaluates. */
#include <math.h>

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
}

static void folds_need_no_target(void **state)
{
    const fixture *f = *state;
    lj_run_result result;
    put_loans(f, "loans.csv", 200);
    if (run_text(f, ROWS "model: {family: vae, layers: [8], latent: 2}\ntrain: {epochs: 2}\nsplit: {by: folds, folds: 3}\n",
                 "folds", &result) != LJ_OK)
        fail_msg("%s", lj_error_message());
    assert_true(number_of(&result.json, "metrics.test_pooled.rows") == 200.0);
    lj_run_result_free(&result);
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
        cmocka_unit_test_setup_teardown(images_need_no_labels, set_up, tear_down),
        cmocka_unit_test_setup_teardown(folds_need_no_target, set_up, tear_down),
        cmocka_unit_test_setup_teardown(targets_and_tasks_that_do_not_fit_the_family_are_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
