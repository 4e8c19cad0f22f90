/* Models that answer together: from a table to a bundle and back, for any threads, and what is refused. */
#include <math.h>

#include "pipeline/fixture.h"

#define HEAD "data: {source: loans.csv, key: id}\nsplit: {by: column, column: part}\n"
#define BAD HEAD "features: {exclude: [value, kind]}\ntarget: bad\n"
#define TREES "{family: boosted_trees, n_estimators: 60, learning_rate: 0.1}"
#define DENSE "{family: dense, layers: [16]}"
#define SMALL "model: {family: average, members: [" TREES ", " DENSE "]}\ntrain: {epochs: 4}\n"

/* Runs, opens the bundle and scores the table with it: the scores of the run. Hash of the model in hex. */
static double run_and_score(const fixture *f, const char *pipeline, const char *metric, char hex[LJ_SHA256_HEX])
{
    lj_run_result run;
    lj_bundle *bundle = NULL;
    lj_predict_result result;
    char ran[LJ_SHA256_HEX];
    if (run_text(f, pipeline, "model", &run) != LJ_OK)
        fail_msg("%s\n%s", lj_error_message(), pipeline);
    const double value = number_of(&run.json, metric);
    text_of(&run.json, "scores_sha256", ran, sizeof(ran));
    text_of(&run.json, "weights_sha256", hex, LJ_SHA256_HEX);
    lj_run_result_free(&run);
    assert_true(lj_file_exists(path_of(f, "model/weights.safetensors")));
    if (lj_bundle_open(path_of(f, "model"), &bundle) != LJ_OK)
        fail_msg("%s", lj_error_message());
    const lj_source_options source = {.source = path_of(f, "loans.csv")};
    const lj_predict_options options = {
        .source = &source, .out = path_of(f, "scored.csv"), .team = f->team, .console = f->console};
    assert_int_equal(lj_bundle_predict(bundle, &options, &result), LJ_OK);
    assert_string_equal(result.scores_sha256, ran);
    lj_bundle_close(bundle);
    return value;
}

static void members_answer_together_and_come_back(void **state)
{
    const fixture *f = *state;
    char hex[LJ_SHA256_HEX];
    put_loans(f, "loans.csv", 800);
    const double auc = run_and_score(f, BAD SMALL, "metrics.test.auc", hex);
    if (!(auc > 0.82))
        fail_msg("test AUC %.4f", auc);
    assert_true(lj_file_exists(path_of(f, "model/trees.json")));
    assert_true(run_and_score(f, BAD "model: {family: average, members: [logistic, " DENSE "]}\ntrain: {epochs: 2}\n",
                              "metrics.test.auc", hex) > 0.8);
    assert_false(lj_file_exists(path_of(f, "model/trees.json")));
    assert_true(run_and_score(f, HEAD "features: {exclude: [kind, bad]}\ntarget: value\n" SMALL, "metrics.test.r2",
        hex) >
                0.3);
    assert_true(run_and_score(f, HEAD "features: {exclude: [value, bad]}\ntarget: kind\n" SMALL,
        "metrics.test.accuracy",
                              hex) > 0.5);
    assert_true(run_and_score(f, BAD "model: auto\ntrain: {epochs: 1}\n", "metrics.test.auc", hex) > 0.8);
}

/* The steps of a file are for all members alike. */
static void steps_are_for_all_members(void **state)
{
    const fixture *f = *state;
    char hex[LJ_SHA256_HEX];
    put_loans(f, "loans.csv", 400);
    assert_true(run_and_score(f, "data: {source: loans.csv, key: id}\nfeatures: {include: [amount, age, grade]}\n"
                              "target: bad\nprepare: [{impute: median, columns: age}]\n" SMALL, "metrics.test.auc",
                              hex) > 0.8);
}

static void threads_change_no_bit(void **state)
{
    const fixture *f = *state;
    fixture other = *f;
    char one[LJ_SHA256_HEX], four[LJ_SHA256_HEX];
    put_loans(f, "loans.csv", 400);
    assert_int_equal(lj_team_create(1, &other.team), LJ_OK);
    (void)run_and_score(&other, BAD SMALL, "metrics.test.auc", one);
    lj_team_destroy(other.team);
    assert_int_equal(lj_team_create(4, &other.team), LJ_OK);
    (void)run_and_score(&other, BAD SMALL, "metrics.test.auc", four);
    lj_team_destroy(other.team);
    assert_string_equal(one, four);
}

/* What the members say alone: their log-odds have the mean that they have together, and a row alone has the same bits. */
static void the_answer_is_the_mean_of_log_odds(void **state)
{
    const fixture *f = *state;
    static const char *const parts[] = {BAD "model: " TREES "\n",
                                        BAD "model: {family: average, members: [" TREES ", logistic]}\n",
                                        BAD "model: {family: average, members: [" TREES ", logistic, logistic, "
                                            "logistic]}\n"};
    lj_run_result run;
    float scores[3][100], alone = 0.0F;
    put_loans(f, "loans.csv", 400);
    for (int k = 0; k < 3; k++) {
        lj_bundle *bundle = NULL;
        lj_source *source = NULL;
        lj_frame *frame = NULL, *row = NULL;
        if (run_text(f, parts[k], "model", &run) != LJ_OK)
            fail_msg("%s", lj_error_message());
        lj_run_result_free(&run);
        assert_int_equal(lj_bundle_open(path_of(f, "model"), &bundle), LJ_OK);
        const lj_source_options options = {.source = path_of(f, "loans.csv"), .sql = "SELECT * FROM source LIMIT 100"};
        if (lj_source_open_as(&options, lj_prep_schema(lj_bundle_prep(bundle)), f->console, &source) != LJ_OK)
            fail_msg("%s", lj_error_message());
        if (lj_source_read(source, &frame) != LJ_OK)
            fail_msg("%s", lj_error_message());
        assert_int_equal(lj_bundle_score(bundle, frame, f->team, NULL, scores[k]), LJ_OK);
        for (int64_t i = 0; i < 100; i += 9) {
            assert_int_equal(lj_frame_take(frame, &i, 1, &row), LJ_OK);
            assert_int_equal(lj_bundle_score(bundle, row, NULL, NULL, &alone), LJ_OK);
            assert_memory_equal(&alone, &scores[k][i], sizeof(alone));
            lj_frame_destroy(row);
        }
        lj_frame_destroy(frame);
        lj_source_close(source);
        lj_bundle_close(bundle);
    }
    double apart = 0.0;
    for (int i = 0; i < 100; i++) {
        double z[3];
        for (int k = 0; k < 3; k++)
            z[k] = log((double)scores[k][i] / (1.0 - (double)scores[k][i]));
        const double logistic = 2.0 * z[1] - z[0];
        assert_true(fabs(z[2] - (z[0] + 3.0 * logistic) / 4.0) < 1e-4);
        apart = fmax(apart, fabs(logistic - z[0]));
    }
    assert_true(apart > 0.5);
}

static void what_is_no_member_is_refused(void **state)
{
    const fixture *f = *state;
    put_loans(f, "loans.csv", 300);
    expect_failure(f, BAD "model: {family: average, members: [boosted_trees]}\n", LJ_ECONFIG,
                   "expected 2 to 8, found 1");
    expect_failure(f, BAD "model: {family: average, members: [boosted_trees, random_forest]}\n", LJ_ECONFIG,
                   "at most one that grows trees");
    expect_failure(f, BAD "model: {family: average, members: [boosted_tree, dense]}\n", LJ_ECONFIG,
                   "did you mean 'boosted_trees'");
    expect_failure(f, BAD "model: {family: average, members: [scorecard, dense]}\n", LJ_ECONFIG, "pipeline.yaml:5:");
    expect_failure(f, BAD "model: {family: average, members: [average, dense]}\n", LJ_ECONFIG,
        "'average' is no family");
    expect_failure(f, BAD "model: {family: average, members: [{layers: [3]}, dense]}\n", LJ_ECONFIG,
                   "expected the name of a family");
    expect_failure(f, BAD "model: {family: average, members: [boosted_trees, {family: dense, layer: [3]}]}\n",
        LJ_ECONFIG,
                   "pipeline.yaml:5:");
    expect_failure(f, "data: {images: {train: x}}\nmodel: auto\n", LJ_ECONFIG, "auto is for tables");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_answer_together_and_come_back),
        cmocka_unit_test(steps_are_for_all_members),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(the_answer_is_the_mean_of_log_odds),
        cmocka_unit_test(what_is_no_member_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
