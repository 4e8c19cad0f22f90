/* The main job on small tables: every task and family, and the same bits however it is run. */
#include "compute/kernels.h"
#include "pipeline/fixture.h"

enum { HEX = 65 };

#define LOANS "data: {source: loans.csv, key: id}\nsplit: {by: column, column: part}\n"
#define SHORT "train: {epochs: 2}\n"

static void every_family_learns_every_task(void **state)
{
    static const char *const families[] = {"logistic", "dense", "resnet", "tabm", "text_linear"};
    const fixture *f = *state;
    put_loans(f, "loans.csv", 1000);
    for (int i = 0; i < 5; i++) {
        char text[512];
        lj_run_result result;
        (void)snprintf(text, sizeof(text), LOANS "target: bad\nfeatures: {exclude: [value, kind]}\nmodel: %s\n",
                       families[i]);
        assert_int_equal(run_text(f, text, "model", &result), LJ_OK);
        assert_true(number_of(&result.json, "metrics.test.auc") > 0.8);
        lj_run_result_free(&result);
        (void)snprintf(text, sizeof(text), LOANS "target: kind\nfeatures: {exclude: [value, bad]}\nmodel: %s\n",
                       families[i]);
        assert_int_equal(run_text(f, text, "model", &result), LJ_OK);
        assert_true(number_of(&result.json, "metrics.test.accuracy") > 0.8);
        lj_run_result_free(&result);
        (void)snprintf(text, sizeof(text), LOANS "target: value\nfeatures: {exclude: [bad, kind]}\nmodel: %s\n",
                       families[i]);
        assert_int_equal(run_text(f, text, "model", &result), LJ_OK);
        assert_true(number_of(&result.json, "metrics.test.r2") > 0.8);
        lj_run_result_free(&result);
    }
}

/* Weights and scores of a run with some team and kernels. */
static void hashes(fixture *f, const char *text, int threads, char weights[HEX], char scores[HEX])
{
    lj_run_result result;
    lj_team *kept = f->team;
    assert_int_equal(lj_team_create(threads, &f->team), LJ_OK);
    const lj_status status = run_text(f, text, "model", &result);
    if (status != LJ_OK)
        print_error("%s\n", lj_error_message());
    assert_int_equal(status, LJ_OK);
    text_of(&result.json, "weights_sha256", weights, HEX);
    text_of(&result.json, "scores_sha256", scores, HEX);
    lj_run_result_free(&result);
    lj_team_destroy(f->team);
    f->team = kept;
}

static void threads_and_instruction_sets_change_no_bit(void **state)
{
    /* Small: plain C kernels without hardware fma are slow. */
    static const char *const families[] = {"logistic", "scorecard", "{family: dense, units: 24}",
                                           "{family: resnet, units: 24}", "{family: tabm, units: 16}"};
    fixture *f = *state;
    put_loans(f, "loans.csv", 240);
    for (int i = 0; i < 5; i++) {
        char text[512];
        char weights[HEX];
        char scores[HEX];
        char other_weights[HEX];
        char other_scores[HEX];
        (void)snprintf(text, sizeof(text), LOANS "target: bad\nmodel: %s\n%s", families[i], i < 2 ? "" : SHORT);
        assert_int_equal(lj_kernels_select(NULL), LJ_OK);
        hashes(f, text, 1, weights, scores);
        for (int threads = 2; threads <= 4; threads += 2) {
            hashes(f, text, threads, other_weights, other_scores);
            assert_string_equal(weights, other_weights);
            assert_string_equal(scores, other_scores);
        }
        for (const char *const *isa = lj_kernels_names(); *isa != NULL; isa++) {
            if (lj_kernels_select(*isa) != LJ_OK)
                continue; /* this processor lacks it */
            hashes(f, text, 2, other_weights, other_scores);
            assert_string_equal(weights, other_weights);
            assert_string_equal(scores, other_scores);
        }
        assert_int_equal(lj_kernels_select(NULL), LJ_OK);
    }
}

static lj_status predict(const fixture *f, lj_bundle *bundle, const char *table, const char *out,
                         lj_predict_result *result)
{
    const lj_source_options source = {.source = path_of(f, table)};
    const lj_predict_options options = {
        .source = &source, .out = path_of(f, out), .team = f->team, .console = f->console};
    return lj_bundle_predict(bundle, &options, result);
}

static void a_saved_model_scores_the_same_bits(void **state)
{
    const fixture *f = *state;
    lj_run_result run;
    lj_bundle *bundle = NULL;
    lj_predict_result result;
    char scores[HEX];
    put_loans(f, "loans.csv", 600);
    assert_int_equal(run_text(f, LOANS "target: bad\nmodel: dense\n" SHORT, "model", &run), LJ_OK);
    text_of(&run.json, "scores_sha256", scores, HEX);
    lj_run_result_free(&run);
    assert_int_equal(lj_bundle_open(path_of(f, "model"), &bundle), LJ_OK);
    assert_int_equal(predict(f, bundle, "loans.csv", "scored.csv", &result), LJ_OK);
    assert_int_equal(result.rows, 600);
    assert_string_equal(result.scores_sha256, scores);
    assert_int_equal(predict(f, bundle, "loans.csv", "scored.parquet", &result), LJ_OK);
    assert_string_equal(result.scores_sha256, scores);
    lj_bundle_close(bundle);
}

/* Two texts and a number: complaints on cards and loans, whose words tell the kind. */
static void put_complaints(const fixture *f, const char *name, int rows)
{
    static const char *const words[3][4] = {{"card", "payment", "stolen", "ＡＴＭ"},
                                            {"loan", "rate", "mortgage", "house"},
                                            {"transfer", "account", "payment", "abroad"}};
    static const char *const kinds[] = {"card", "loan", "account"};
    lj_text text = {0};
    lj_text_puts(&text, "subject,body,amount,kind\n");
    for (int i = 0; i < rows; i++) {
        const uint32_t kind = lj_random_u32(9, 1, (uint64_t)i) % 3;
        lj_text_printf(&text, "%s %d,", words[kind][lj_random_u32(9, 2, (uint64_t)i) % 4], i % 60);
        for (int k = 0; k < 6 && i % 11 != 0; k++)
            lj_text_printf(&text, "%s w%u ", words[kind][lj_random_u32(9, 3, (uint64_t)(i * 6 + k)) % 4],
                           lj_random_u32(9, 4, (uint64_t)(i * 6 + k)) % 40);
        lj_text_printf(&text, ",%d,%s\n", i * 37 % 500, kinds[kind]);
    }
    assert_int_equal(lj_text_finish(&text), LJ_OK);
    assert_int_equal(lj_file_replace(path_of(f, name), text.data, text.size), LJ_OK);
    lj_text_free(&text);
}

static void texts_are_read_learnt_and_scored(void **state)
{
    const fixture *f = *state;
    lj_run_result run;
    lj_bundle *bundle = NULL;
    lj_predict_result result;
    char scores[HEX], again[HEX];
    put_complaints(f, "complaints.csv", 700);
    const char *text = "data: {source: complaints.csv}\ntarget: kind\nmodel: text_linear\n";
    assert_int_equal(run_text(f, text, "model", &run), LJ_OK);
    assert_true(number_of(&run.json, "metrics.test.accuracy") > 0.95);
    text_of(&run.json, "scores_sha256", scores, HEX);
    lj_run_result_free(&run);
    assert_int_equal(lj_bundle_open(path_of(f, "model"), &bundle), LJ_OK);
    assert_true(lj_prep_term_count(lj_bundle_prep(bundle)) > 100);
    assert_int_equal(predict(f, bundle, "complaints.csv", "scored.csv", &result), LJ_OK);
    assert_string_equal(result.scores_sha256, scores);
    lj_bundle_close(bundle);
    hashes((fixture *)(uintptr_t)f, text, 4, again, scores);
    assert_string_equal(result.scores_sha256, scores);
    expect_failure(f, "data: {source: complaints.csv}\ntarget: kind\nmodel: dense\n"
                      "prepare: [{tfidf: 1, columns: [body]}]\n", LJ_EDATA, "'dense' does not read the terms of texts");
}

static void types_that_the_pipeline_names_hold_for_new_rows(void **state)
{
    const fixture *f = *state;
    lj_run_result run;
    lj_bundle *bundle = NULL;
    lj_predict_result result;
    char scores[HEX];
    put_loans(f, "loans.csv", 300);
    assert_int_equal(run_text(f, LOANS "target: bad\nfeatures: {types: {age: text, term: text, when: text}}\n"
                                       "model: logistic\n", "model", &run), LJ_OK);
    text_of(&run.json, "scores_sha256", scores, HEX);
    lj_run_result_free(&run);
    assert_int_equal(lj_bundle_open(path_of(f, "model"), &bundle), LJ_OK);
    const lj_schema *schema = lj_prep_schema(lj_bundle_prep(bundle));
    const lj_field *term = lj_schema_field(schema, lj_schema_find(schema, "term"));
    assert_int_equal(term->type, LJ_COLUMN_TEXT);
    assert_string_equal(term->reason, "as the pipeline says");
    assert_int_equal(predict(f, bundle, "loans.csv", "scored.csv", &result), LJ_OK);
    assert_string_equal(result.scores_sha256, scores);
    lj_bundle_close(bundle);
}

static void tables_that_lack_something_are_not_scored(void **state)
{
    const fixture *f = *state;
    lj_run_result run;
    lj_bundle *bundle = NULL;
    lj_predict_result result;
    put_loans(f, "loans.csv", 300);
    put(f, "narrow.csv", "amount,age\n1,2\n");
    put(f, "typed.csv",
        "amount,age,term,grade,when,part,bad,value,kind\nmany,30,36 months,A,2018/1/1,test,0,1.5,red\n");
    put(f, "odd.csv", "amount,age,term,grade,when\n1e9,30,36 months,Z,2018/1/1\n");
    assert_int_equal(run_text(f, LOANS "target: bad\nfeatures: {exclude: [value, kind]}\nmodel: dense\n" SHORT, "model",
                              &run),
                     LJ_OK);
    lj_run_result_free(&run);
    assert_int_equal(lj_bundle_open(path_of(f, "model"), &bundle), LJ_OK);
    assert_int_equal(predict(f, bundle, "narrow.csv", "refused.csv", &result), LJ_EDATA);
    assert_non_null(strstr(lj_error_message(), "term"));
    assert_int_equal(predict(f, bundle, "typed.csv", "refused.csv", &result), LJ_EDATA);
    assert_non_null(strstr(lj_error_message(), "amount"));
    assert_false(lj_file_exists(path_of(f, "refused.csv")));
    const int64_t before = lj_console_warning_count(f->console);
    assert_int_equal(predict(f, bundle, "odd.csv", "scored.csv", &result), LJ_OK);
    assert_int_equal(lj_console_warning_count(f->console), before + 2); /* amount out of range, grade unseen */
    lj_bundle_close(bundle);
}

static void folds_give_means_and_pooled_metrics(void **state)
{
    const fixture *f = *state;
    lj_run_result run;
    put_loans(f, "loans.csv", 500);
    assert_int_equal(run_text(f, "data: {source: loans.csv, key: id}\ntarget: bad\nsplit: {by: folds, folds: 5}\n"
                                 "features: {exclude: [value, kind, part]}\nmodel: logistic\n",
                              "model", &run),
                     LJ_OK);
    assert_true(number_of(&run.json, "metrics.test.auc") > 0.8);
    assert_true(number_of(&run.json, "metrics.test_pooled.auc") > 0.8);
    lj_run_result_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_family_learns_every_task),
        cmocka_unit_test(threads_and_instruction_sets_change_no_bit),
        cmocka_unit_test(texts_are_read_learnt_and_scored),
        cmocka_unit_test(a_saved_model_scores_the_same_bits),
        cmocka_unit_test(types_that_the_pipeline_names_hold_for_new_rows),
        cmocka_unit_test(tables_that_lack_something_are_not_scored),
        cmocka_unit_test(folds_give_means_and_pooled_metrics),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
