/* Trees from a table to a bundle: missing values, categories, constraints, the bundle read back, what is refused. */
#include <math.h>

#include "pipeline/fixture.h"

#define HEAD "data: {source: loans.csv, key: id}\nsplit: {by: column, column: part}\ntarget: bad\n" \
             "features: {exclude: [value, kind]}\n"
#define SMALL "n_estimators: 60, learning_rate: 0.1"

/* Runs, opens the bundle and scores the table with it: the scores of the run. */
static void run_and_score(const fixture *f, const char *pipeline, double least_auc)
{
    lj_run_result run;
    lj_bundle *bundle = NULL;
    lj_predict_result result;
    char ran[LJ_SHA256_HEX];
    if (run_text(f, pipeline, "model", &run) != LJ_OK)
        fail_msg("%s", lj_error_message());
    if (least_auc > 0.0 && !(number_of(&run.json, "metrics.test.auc") > least_auc))
        fail_msg("test AUC %.4f of\n%s", number_of(&run.json, "metrics.test.auc"), pipeline);
    text_of(&run.json, "scores_sha256", ran, sizeof(ran));
    lj_run_result_free(&run);
    assert_true(lj_file_exists(path_of(f, "model/trees.json")));
    assert_false(lj_file_exists(path_of(f, "model/weights.safetensors")));
    assert_int_equal(lj_bundle_open(path_of(f, "model"), &bundle), LJ_OK);
    const lj_source_options source = {.source = path_of(f, "loans.csv")};
    const lj_predict_options options = {
        .source = &source, .out = path_of(f, "scored.csv"), .team = f->team, .console = f->console};
    assert_int_equal(lj_bundle_predict(bundle, &options, &result), LJ_OK);
    assert_string_equal(result.scores_sha256, ran);
    lj_bundle_close(bundle);
}

static void every_family_of_trees_comes_back_from_its_bundle(void **state)
{
    const fixture *f = *state;
    put_loans(f, "loans.csv", 1000);
    run_and_score(f, HEAD "model: {family: boosted_trees, " SMALL "}\n", 0.85);
    run_and_score(f, HEAD "model: {family: boosted_trees, grow_policy: leaf_wise, num_leaves: 7, " SMALL "}\n", 0.85);
    run_and_score(f, HEAD "model: {family: random_forest, n_estimators: 40}\n", 0.8);
    run_and_score(f, HEAD "model: {family: gam, n_estimators: 100}\n", 0.8);
    run_and_score(f, "data: {source: loans.csv, key: id}\ntarget: kind\nfeatures: {exclude: [part]}\n"
                     "model: {family: boosted_trees, " SMALL "}\n", 0.0);
    run_and_score(f, "data: {source: loans.csv, key: id}\nfeatures: {exclude: [part]}\n"
                     "model: {family: isolation_forest, n_estimators: 40}\n", 0.0);
}

/* Of a model with members the tree's numbers miss what the table misses, and the network's are all there. */
static void check_views(const fixture *f)
{
    lj_bundle *bundle = NULL;
    lj_source *source = NULL;
    lj_frame *frame = NULL;
    const lj_source_options options = {.source = path_of(f, "loans.csv")};
    assert_int_equal(lj_bundle_open(path_of(f, "model"), &bundle), LJ_OK);
    const lj_prep *prep = lj_bundle_prep(bundle);
    assert_int_equal(lj_source_open_as(&options, lj_prep_schema(prep), f->console, &source), LJ_OK);
    assert_int_equal(lj_source_read(source, &frame), LJ_OK);
    const int64_t n = lj_frame_row_count(frame), count = lj_prep_number_count(prep);
    float *numbers = lj_new_array(n * count, sizeof(*numbers));
    int32_t *codes = lj_new_array(n * lj_prep_category_count(prep), sizeof(*codes));
    assert_int_equal(lj_prep_apply(prep, frame, 0, n, numbers, codes, NULL), LJ_OK);
    int64_t of_x = 0, missing = 0, whole = 0;
    for (int64_t j = 0; j < count; j++) {
        int64_t nans = 0;
        for (int64_t i = 0; i < n; i++)
            nans += isnan(numbers[i * count + j]);
        of_x += strcmp(lj_prep_feature_name(prep, lj_prep_number_feature(prep, j)), "x") == 0;
        missing += nans > n / 4;
        whole += nans == 0;
    }
    assert_int_equal(of_x, 2);
    assert_int_equal(missing, 1); /* x as trees read it */
    assert_int_equal(whole, count - 1);
    lj_free(codes);
    lj_free(numbers);
    lj_frame_destroy(frame);
    lj_source_close(source);
    lj_bundle_close(bundle);
}

/* What is missing is not zero: of columns where only that tells the target, trees learn it all, alone and as members. */
static void missing_numbers_are_seen(void **state)
{
    const fixture *f = *state;
    static const char *const models[] = {"{family: boosted_trees, " SMALL "}",
                                         "{family: random_forest, n_estimators: 30}",
                                         "{family: average, members: [{family: boosted_trees, " SMALL "}, logistic]}"};
    lj_text text = {0};
    lj_text_puts(&text, "id,x,other,bad\n");
    for (int i = 0; i < 600; i++) {
        const int bad = lj_random_u32(9, 1, (uint64_t)i) % 2;
        lj_text_printf(&text, "%d,", i);
        if (!bad)
            lj_text_printf(&text, "%d", (int)(lj_random_u32(9, 2, (uint64_t)i) % 3) - 1); /* zero is among them */
        lj_text_printf(&text, ",%d,%d\n", (int)(lj_random_u32(9, 3, (uint64_t)i) % 50), bad);
    }
    put(f, "loans.csv", text.data);
    lj_text_free(&text);
    for (size_t m = 0; m < sizeof(models) / sizeof(models[0]); m++) {
        char pipeline[512];
        (void)snprintf(pipeline, sizeof(pipeline), "data: {source: loans.csv, key: id}\ntarget: bad\nmodel: %s\n",
                       models[m]);
        lj_run_result run;
        if (run_text(f, pipeline, "model", &run) != LJ_OK)
            fail_msg("%s", lj_error_message());
        if (m == 2)
            check_views(f);
        if (!(number_of(&run.json, "metrics.test.auc") > 0.999))
            fail_msg("%s: test AUC %.4f", models[m], number_of(&run.json, "metrics.test.auc"));
        lj_run_result_free(&run);
    }
}

static double r2_of(const fixture *f, const char *pipeline)
{
    lj_run_result run;
    if (run_text(f, pipeline, "model", &run) != LJ_OK)
        fail_msg("%s", lj_error_message());
    const double r2 = number_of(&run.json, "metrics.test.r2");
    lj_run_result_free(&run);
    return r2;
}

static void regression_learns_in_any_unit(void **state)
{
    const fixture *f = *state;
    put_loans(f, "loans.csv", 1000);
    assert_true(r2_of(f, "data:\n  source: loans.csv\n  key: id\n  sql: SELECT * EXCLUDE (value, part), 1e6 + 1000 * "
                         "value::DOUBLE AS price FROM source\ntarget: price\n"
                         "model: {family: boosted_trees, " SMALL "}\n") > 0.95);
    assert_true(r2_of(f, "data:\n  source: loans.csv\n  key: id\n  sql: SELECT * EXCLUDE (value, part), round(exp("
                         "value::DOUBLE / 8)) AS claims FROM source\ntarget: claims\ntask: regression\n"
                         "model: {family: boosted_trees, objective: poisson, " SMALL "}\n") > 0.5);
}

static void what_trees_cannot_do_is_refused_with_its_place(void **state)
{
    const fixture *f = *state;
    put_loans(f, "loans.csv", 400);
    expect_failure(f, HEAD "model: {family: boosted_trees, grow_policy: leaf_wise, monotone_constraints: {grade: 1}}\n",
                   LJ_ECONFIG, "pipeline.yaml:5:");
    expect_failure(f, HEAD "model: {family: boosted_trees, grow_policy: leaf_wise, monotone_constraints: {grade: 1}}\n",
                   LJ_ECONFIG, "'grade' is a category, which has no order");
    expect_failure(f, HEAD "model: {family: boosted_trees, grow_policy: leaf_wise, monotone_constraints: {agee: 1}}\n",
                   LJ_ECONFIG, "did you mean 'age'?");
    expect_failure(f, HEAD "model: {family: boosted_trees, grow_policy: leaf_wise, monotone_constraints: {age: up}}\n",
                   LJ_ECONFIG, "expected 1, -1 or 0 for 'age'");
    expect_failure(f, HEAD "model: {family: boosted_trees, monotone_constraints: {age: 1}}\n", LJ_ECONFIG,
                   "pipeline.yaml:5:");
    expect_failure(f, HEAD "model: {family: boosted_trees, grow_policy: leaf_wise, interaction_constraints: [age]}\n",
                   LJ_ECONFIG, "expected a list of columns");
    expect_failure(f, HEAD "model: {family: boosted_trees, grow_policy: leaf_wise, num_leaves: 0}\n", LJ_ECONFIG,
                   "num_leaves or max_depth must bound the trees");
    expect_failure(f, HEAD "model: {family: boosted_trees, objective: poisson}\n", LJ_ECONFIG,
                   "pipeline.yaml:5:43: objective 'poisson' is of regression");
    expect_failure(f, "data: {source: loans.csv, key: id}\ntarget: value\nfeatures: {exclude: [part]}\n"
                      "model: {family: boosted_trees, objective: tweedie}\n", LJ_EDATA, "expected 0 or more");
    expect_failure(f, "data: {source: loans.csv, key: id}\ntarget: value\n"
                      "model: {family: boosted_trees, objective: quantile, objective_parameter: 2}\n", LJ_ECONFIG,
                   "objective_parameter 2 does not fit the objective quantile");
}

/* A bundle of a calibrated model comes back; calibration moves no rank, and makes the errors of valid smaller. */
static void probabilities_are_calibrated_on_valid(void **state)
{
    const fixture *f = *state;
    static const char *const methods[] = {"platt", "beta", "isotonic"};
    lj_run_result plain, run;
    put_loans(f, "loans.csv", 1000);
    assert_int_equal(run_text(f, HEAD "model: {family: boosted_trees, n_estimators: 60, learning_rate: 0.5}\n", "model",
                              &plain), LJ_OK);
    for (int m = 0; m < 3; m++) {
        char text[512];
        (void)snprintf(text, sizeof(text), HEAD "model: {family: boosted_trees, n_estimators: 60, learning_rate: 0.5, "
                       "calibrate: %s}\n", methods[m]);
        run_and_score(f, text, 0.8);
        assert_int_equal(run_text(f, text, "model", &run), LJ_OK);
        assert_true(number_of(&run.json, "metrics.valid.log_loss") <
                    number_of(&plain.json, "metrics.valid.log_loss") - 1e-4);
        if (m < 2)
            assert_true(fabs(number_of(&run.json, "metrics.test.auc") - number_of(&plain.json, "metrics.test.auc")) <
                        1e-6);
        lj_run_result_free(&run);
    }
    lj_run_result_free(&plain);
    expect_failure(f, HEAD "model: {family: boosted_trees, calibrate: plat}\n", LJ_ECONFIG, "pipeline.yaml:5:");
    expect_failure(f, "data: {source: loans.csv, key: id}\ntarget: value\nfeatures: {exclude: [part]}\n"
                      "model: {family: boosted_trees, calibrate: platt, " SMALL "}\n", LJ_ECONFIG, "two classes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_family_of_trees_comes_back_from_its_bundle),
        cmocka_unit_test(missing_numbers_are_seen),
        cmocka_unit_test(regression_learns_in_any_unit),
        cmocka_unit_test(probabilities_are_calibrated_on_valid),
        cmocka_unit_test(what_trees_cannot_do_is_refused_with_its_place),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
