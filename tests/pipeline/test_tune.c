/* A search from a file to a bundle: the same winner when it is interrupted, on any threads; what fails does not end it. */
#include "pipeline/fixture.h"

#define HEAD "data: {source: loans.csv, key: id}\nsplit: {by: column, column: part}\ntarget: bad\n" \
             "features: {exclude: [value, kind]}\n"
#define TREES "model: {family: boosted_trees, n_estimators: 40, learning_rate: 0.1}\n"
#define SPACE "space: {max_depth: [2, 6], reg_lambda: [0.1, 100], subsample: [0.5, 1]}"

static void hash_of(const lj_run_result *run, char hex[LJ_SHA256_HEX])
{
    text_of(&run->json, "weights_sha256", hex, LJ_SHA256_HEX);
}

static lj_status tune(const fixture *f, const char *text, int64_t trials, int resume, lj_run_result *result)
{
    lj_pipeline *pipeline = NULL;
    memset(result, 0, sizeof(*result));
    put(f, "pipeline.yaml", text);
    lj_status status = lj_pipeline_read(path_of(f, "pipeline.yaml"), &pipeline);
    if (status == LJ_OK) {
        const lj_pipeline_options options = {.bundle = path_of(f, "model"),
                                             .resume = resume,
                                             .tune = 1,
                                             .trials = trials,
                                             .team = f->team,
                                             .console = f->console};
        status = lj_pipeline_run(pipeline, &options, result);
    }
    lj_pipeline_destroy(pipeline);
    return status;
}

static void tune_well(const fixture *f, const char *text, int64_t trials, int resume, char hex[LJ_SHA256_HEX])
{
    lj_run_result run;
    if (tune(f, text, trials, resume, &run) != LJ_OK)
        fail_msg("%s\n%s", lj_error_message(), text);
    hash_of(&run, hex);
    lj_run_result_free(&run);
}

static void read_trials(const fixture *f, const char *name, lj_text *out)
{
    char *bytes = NULL;
    size_t size = 0;
    assert_int_equal(lj_file_read(path_of(f, name), 1 << 24, &bytes, &size), LJ_OK);
    lj_text_puts(out, bytes);
    lj_free(bytes);
}

static int64_t count_of(const char *text, const char *word)
{
    int64_t n = 0;
    for (const char *at = text; (at = strstr(at, word)) != NULL; at++)
        n++;
    return n;
}

/* The pipeline that the bundle keeps, run alone, gives the model of the search. */
static void the_file_in_the_bundle_gives_the_model(void **state)
{
    const fixture *f = *state;
    char hex[LJ_SHA256_HEX], again[LJ_SHA256_HEX];
    lj_run_result run;
    lj_bundle *bundle = NULL;
    put_loans(f, "loans.csv", 500);
    tune_well(f, HEAD TREES "tune: {trials: 6, " SPACE "}\n", 0, 0, hex);
    assert_true(lj_file_exists(path_of(f, "model/trials.jsonl")));
    assert_int_equal(lj_bundle_open(path_of(f, "model"), &bundle), LJ_OK);
    const char *text = lj_item_get(lj_bundle_root(bundle), "pipeline")->text;
    assert_null(strstr(text, "tune"));
    assert_non_null(strstr(text, "\"reg_lambda\""));
    assert_int_equal(run_text(f, text, "again", &run), LJ_OK);
    hash_of(&run, again);
    assert_string_equal(hex, again);
    lj_run_result_free(&run);
    lj_bundle_close(bundle);
}

static void interrupted_and_resumed_it_finds_the_same_model(void **state)
{
    const fixture *f = *state;
    static const char *const methods[] = {"tpe", "halving"};
    put_loans(f, "loans.csv", 500);
    for (int m = 0; m < 2; m++) {
        char text[512], whole[LJ_SHA256_HEX], resumed[LJ_SHA256_HEX];
        lj_text all = {0}, half = {0}, after = {0};
        (void)snprintf(text, sizeof(text), HEAD TREES "tune: {method: %s, " SPACE "}\n", methods[m]);
        tune_well(f, text, 14, 0, whole);
        read_trials(f, "model/trials.jsonl", &all);
        /* what a search leaves that was ended in the middle of a line */
        char *at = all.data;
        for (int line = 0; line < 12; line++)
            at = strchr(at, '\n') + 1;
        lj_text_printf(&half, "%.*s", (int)(at + 25 - all.data), all.data);
        assert_int_equal(lj_folder_create(path_of(f, "model.work")), LJ_OK);
        put(f, "model.work/trials.jsonl", half.data);
        tune_well(f, text, 14, 1, resumed);
        read_trials(f, "model/trials.jsonl", &after);
        assert_string_equal(whole, resumed);
        assert_string_equal(all.data, after.data);
        lj_text_free(&all);
        lj_text_free(&half);
        lj_text_free(&after);
    }
}

static void the_trials_of_another_search_are_refused(void **state)
{
    const fixture *f = *state;
    lj_run_result run;
    put_loans(f, "loans.csv", 300);
    assert_int_equal(lj_folder_create(path_of(f, "model.work")), LJ_OK);
    put(f, "model.work/trials.jsonl", "{\"search\": \"0123\"}\n");
    assert_int_equal(tune(f, HEAD TREES "tune: {trials: 2, " SPACE "}\n", 0, 1, &run), LJ_EDATA);
    assert_non_null(strstr(lj_error_message(), "of another search"));
    lj_run_result_free(&run);
}

static void threads_find_the_same_model(void **state)
{
    const fixture *f = *state;
    fixture other = *f;
    char one[LJ_SHA256_HEX], four[LJ_SHA256_HEX];
    put_loans(f, "loans.csv", 400);
    assert_int_equal(lj_team_create(1, &other.team), LJ_OK);
    tune_well(&other, HEAD TREES "tune: {trials: 12, " SPACE "}\n", 0, 0, one);
    lj_team_destroy(other.team);
    assert_int_equal(lj_team_create(4, &other.team), LJ_OK);
    tune_well(&other, HEAD TREES "tune: {trials: 12, " SPACE "}\n", 0, 0, four);
    lj_team_destroy(other.team);
    assert_string_equal(one, four);
}

static void folds_and_networks_are_searched(void **state)
{
    const fixture *f = *state;
    char hex[LJ_SHA256_HEX];
    lj_text trials = {0};
    put_loans(f, "loans.csv", 300);
    tune_well(f, "data: {source: loans.csv, key: id}\nsplit: {by: folds, folds: 3}\ntarget: bad\n"
                 "features: {exclude: [value, kind, part]}\n" TREES "tune: {trials: 3, " SPACE "}\n", 0, 0, hex);
    tune_well(f, HEAD "model: {family: dense, layers: [8]}\ntrain: {epochs: 2}\n"
                 "tune: {trials: 4, method: halving, metric: auc, space: {layers: {values: [[8], [16, 8]]}, "
                 "train.rate: [0.001, 0.1]}}\n", 0, 0, hex);
    read_trials(f, "model/trials.jsonl", &trials);
    assert_int_equal(count_of(trials.data, "\"rung\": 0"), 4);
    assert_int_equal(count_of(trials.data, "\"rung\": 1"), 2);
    assert_int_equal(count_of(trials.data, "\"rung\": 2"), 1);
    /* the winner's score is that of all rows: no trial of fewer has it */
    char score[40] = "";
    const char *winner = strstr(strstr(trials.data, "\"rung\": 2"), "\"score\": ");
    (void)snprintf(score, sizeof(score), "%.26s", winner);
    assert_int_equal(count_of(trials.data, score), 1);
    lj_text_free(&trials);
}

static void trials_that_fail_or_are_too_large_do_not_win(void **state)
{
    const fixture *f = *state;
    char hex[LJ_SHA256_HEX];
    lj_run_result run;
    lj_text trials = {0};
    put_loans(f, "loans.csv", 300);
    tune_well(f, "data: {source: loans.csv, key: id}\nsplit: {by: column, column: part}\ntarget: value\n"
                 "features: {exclude: [bad, kind]}\n"
                 "model: {family: dense, layers: [8]}\ntrain: {epochs: 3, optimiser: sgd, clip_norm: 0}\n"
                 "tune: {trials: 8, method: random, space: {train.rate: {values: [0.01, 100]}}}\n", 0, 0, hex);
    read_trials(f, "model/trials.jsonl", &trials);
    assert_true(count_of(trials.data, "\"failed\"") > 0);
    assert_true(count_of(trials.data, "\"done\"") > 0);
    lj_text_free(&trials);
    assert_int_equal(tune(f, HEAD TREES "tune: {trials: 2, max_size: 3, " SPACE "}\n", 0, 0, &run), LJ_EDATA);
    assert_non_null(strstr(lj_error_message(), "none of 2 trials"));
    lj_run_result_free(&run);
}

static void what_cannot_be_searched_is_refused_before_any_data(void **state)
{
    const fixture *f = *state;
    expect_failure(f, HEAD TREES "tune: {trials: 0}\n", LJ_ECONFIG, "pipeline.yaml:6:16");
    expect_failure(f, HEAD TREES "tune: {space: {depth: [1, 2]}}\n", LJ_ECONFIG, "no option 'depth'");
    expect_failure(f, HEAD "model: {family: average}\ntune: {}\n", LJ_ECONFIG, "has no space of its own");
    put_loans(f, "loans.csv", 300);
    expect_failure(f, HEAD TREES "tune: {metric: aucc}\n", LJ_ECONFIG, "tune:");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_in_the_bundle_gives_the_model),
        cmocka_unit_test(interrupted_and_resumed_it_finds_the_same_model),
        cmocka_unit_test(the_trials_of_another_search_are_refused),
        cmocka_unit_test(threads_find_the_same_model),
        cmocka_unit_test(folds_and_networks_are_searched),
        cmocka_unit_test(trials_that_fail_or_are_too_large_do_not_win),
        cmocka_unit_test(what_cannot_be_searched_is_refused_before_any_data),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
