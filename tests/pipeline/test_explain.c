/* Explanations of a bundle's scores: they add up, methods agree, reasons are those that may be given. */
#include <math.h>

#include "pipeline/fixture.h"

#define HEAD "data: {source: loans.csv, key: id}\nsplit: {by: column, column: part}\n" \
             "features: {exclude: [value, kind]}\n"
#define BAD HEAD "target: bad\n"
#define TREES "{family: boosted_trees, n_estimators: 60, learning_rate: 0.1}"

/* What `lianjin explain` wrote. */
typedef struct explained {
    lj_explain_result result;
    lj_source *source;
    lj_frame *frame;
    lj_text bytes;
} explained;

static void run_model(const fixture *f, const char *pipeline)
{
    lj_run_result run;
    if (run_text(f, pipeline, "model", &run) != LJ_OK)
        fail_msg("%s\n%s", lj_error_message(), pipeline);
    lj_run_result_free(&run);
}

static lj_status explain(const fixture *f, lj_bundle_explain_options options, explained *out)
{
    lj_bundle *bundle = NULL;
    const lj_source_options source = {.source = path_of(f, "loans.csv")};
    memset(out, 0, sizeof(*out));
    assert_int_equal(lj_bundle_open(path_of(f, "model"), &bundle), LJ_OK);
    options.source = &source;
    options.out = path_of(f, "why.csv");
    options.console = f->console;
    if (options.team == NULL)
        options.team = f->team;
    const lj_status status = lj_bundle_explain(bundle, &options, &out->result);
    lj_bundle_close(bundle);
    if (status != LJ_OK)
        return status;
    const lj_source_options why = {.source = path_of(f, "why.csv")};
    char *bytes = NULL;
    size_t size = 0;
    assert_int_equal(lj_file_read(path_of(f, "why.csv"), 1 << 30, &bytes, &size), LJ_OK);
    lj_text_puts(&out->bytes, bytes);
    lj_free(bytes);
    assert_int_equal(lj_source_open(&why, f->console, &out->source), LJ_OK);
    assert_int_equal(lj_source_read(out->source, &out->frame), LJ_OK);
    return LJ_OK;
}

static void explain_well(const fixture *f, lj_bundle_explain_options options, explained *out)
{
    if (explain(f, options, out) != LJ_OK)
        fail_msg("%s", lj_error_message());
}

static void free_explained(explained *e)
{
    lj_explain_result_free(&e->result);
    lj_frame_destroy(e->frame);
    lj_source_close(e->source);
    lj_text_free(&e->bytes);
}

static const lj_column *column_of(const explained *e, const char *name)
{
    const lj_column *column = NULL;
    if (lj_frame_need(e->frame, name, &column) != LJ_OK)
        fail_msg("%s", lj_error_message());
    return column;
}

static const char *const columns[] = {"amount_contribution", "age_contribution", "term_contribution",
                                      "grade_contribution", "when_contribution"};
enum { COLUMNS = 5 };

static double base_of(const explained *e)
{
    lj_doc *doc = NULL;
    assert_int_equal(lj_json_parse("result", e->result.json.data, e->result.json.size, &doc), LJ_OK);
    const double base = lj_item_get(lj_doc_root(doc), "base")->items[0]->number;
    lj_doc_destroy(doc);
    return base;
}

static double contribution(const explained *e, int k, int64_t row)
{
    return lj_frame_find(e->frame, columns[k]) < 0 ? 0.0 : column_of(e, columns[k])->number[row]; /* dropped */
}

/* The base and the contributions of each row are its score, in log-odds or the unit of the target. */
static void adds_up(const fixture *f, const char *pipeline, lj_bundle_explain_options options, int is_log_odds)
{
    explained e;
    run_model(f, pipeline);
    explain_well(f, options, &e);
    const double base = base_of(&e);
    const lj_column *score = column_of(&e, is_log_odds ? "score" : "prediction");
    double size = 0.0;
    for (int64_t i = 0; i < lj_frame_row_count(e.frame); i++) {
        const double p = score->number[i], expected = is_log_odds ? log(p / (1.0 - p)) : p;
        double sum = base;
        for (int k = 0; k < COLUMNS; k++) {
            sum += contribution(&e, k, i);
            size += fabs(contribution(&e, k, i));
        }
        if (!(fabs(sum - expected) < 2e-3 * (1.0 + fabs(expected))))
            fail_msg("row %d: %.6f, the score is %.6f in\n%s", (int)i, sum, expected, pipeline);
    }
    assert_true(size > 1.0);
    free_explained(&e);
}

static void contributions_add_up_to_the_score(void **state)
{
    const fixture *f = *state;
    const lj_bundle_explain_options plain = {.reasons = -1};
    const lj_bundle_explain_options population = {.reasons = -1, .reference = "population"};
    const lj_bundle_explain_options approved = {.reasons = -1, .reference = "approved"};
    const lj_bundle_explain_options maximum = {.reasons = -1, .reference = "maximum"};
    put_loans(f, "loans.csv", 600);
    adds_up(f, BAD "model: " TREES "\n", plain, 1);
    adds_up(f, BAD "model: " TREES "\n", population, 1);
    adds_up(f, BAD "model: " TREES "\n", (lj_bundle_explain_options){.reasons = -1, .method = "references"}, 1);
    adds_up(f, BAD "model: logistic\n", plain, 1);
    adds_up(f, BAD "model: logistic\n", maximum, 1);
    adds_up(f, BAD "model: scorecard\n", approved, 1);
    adds_up(f, BAD "model: {family: dense, layers: [16]}\ntrain: {epochs: 3}\n", plain, 1);
    adds_up(f, "data: {source: loans.csv, key: id}\ntarget: value\nfeatures: {exclude: [part, kind, bad]}\n"
               "model: " TREES "\n", plain, 0);
    adds_up(f, "data: {source: loans.csv, key: id}\ntarget: value\nfeatures: {exclude: [part, kind, bad]}\n"
               "model: logistic\n", plain, 0);
    adds_up(f, "data: {source: loans.csv, key: id}\ntarget: value\nfeatures: {exclude: [part, kind, bad]}\n"
               "model: {family: dense, layers: [16]}\ntrain: {epochs: 3}\n", plain, 0);
}

/* Columns that the model does not read can be repeated beside the ones that it does; others are refused by name. */
static void any_column_of_the_table_is_repeated(void **state)
{
    const fixture *f = *state;
    static const char *const keep[] = {"id", "grade", "value"}, *const wrong[] = {"idd"};
    explained e;
    put_loans(f, "loans.csv", 300);
    run_model(f, BAD "model: logistic\n");
    explain_well(f, (lj_bundle_explain_options){.reasons = -1, .keep = keep, .keep_count = 3}, &e);
    for (int64_t i = 0; i < lj_frame_row_count(e.frame); i++)
        assert_true(column_of(&e, "id")->number[i] == (double)i);
    assert_true(lj_frame_find(e.frame, "grade") >= 0 && lj_frame_find(e.frame, "value") >= 0);
    free_explained(&e);
    const lj_bundle_explain_options misnamed = {.reasons = -1, .keep = wrong, .keep_count = 1};
    assert_int_equal(explain(f, misnamed, &e), LJ_EDATA);
    assert_non_null(strstr(lj_error_message(), "did you mean 'id'"));
    lj_explain_result_free(&e.result);
}

/* Those below the threshold score lower than all. */
static void approved_rows_are_those_below_the_threshold(void **state)
{
    const fixture *f = *state;
    explained all, approved;
    put_loans(f, "loans.csv", 600);
    run_model(f, BAD "model: logistic\n");
    explain_well(f, (lj_bundle_explain_options){.reasons = -1, .reference = "population"}, &all);
    explain_well(f, (lj_bundle_explain_options){.reasons = -1, .reference = "approved"}, &approved);
    assert_true(base_of(&approved) < base_of(&all) - 0.2);
    free_explained(&all);
    free_explained(&approved);
}

/* Against maximum, no column speaks for a row of the training part. */
static void maximum_is_the_best_of_each_column(void **state)
{
    const fixture *f = *state;
    explained e;
    put_loans(f, "loans.csv", 600);
    run_model(f, BAD "model: scorecard\n");
    explain_well(f, (lj_bundle_explain_options){.reasons = -1, .reference = "maximum"}, &e);
    for (int64_t i = 0; i < lj_frame_row_count(e.frame); i++)
        for (int k = 0; k < COLUMNS && i % 5 > 1; k++) /* train */
            assert_true(contribution(&e, k, i) >= -1e-9);
    free_explained(&e);
}

/* Greatest difference of contributions by two methods. */
static double differ(const fixture *f, lj_bundle_explain_options a, lj_bundle_explain_options b)
{
    explained x, y;
    double most = 0.0;
    explain_well(f, a, &x);
    explain_well(f, b, &y);
    for (int64_t i = 0; i < lj_frame_row_count(x.frame); i++)
        for (int k = 0; k < COLUMNS; k++) {
            const double d = fabs(contribution(&x, k, i) - contribution(&y, k, i));
            most = d > most ? d : most;
        }
    free_explained(&x);
    free_explained(&y);
    return most;
}

static void methods_agree(void **state)
{
    const fixture *f = *state;
    const lj_bundle_explain_options exact = {.reasons = -1}, orders = {.reasons = -1, .method = "permutation"};
    const lj_bundle_explain_options references = {.reasons = -1, .method = "references"};
    put_loans(f, "loans.csv", 300);
    run_model(f, BAD "model: logistic\nexplain: {references: 32}\n");
    assert_true(differ(f, exact, orders) < 1e-3); /* any order is right for a linear model */
    run_model(f, BAD "model: " TREES "\nexplain: {references: 10, orders: 400}\n");
    assert_true(differ(f, references, orders) < 0.2);
    assert_true(differ(f, references, orders) > 1e-6); /* they are two ways */
}

static void threads_change_no_bit(void **state)
{
    const fixture *f = *state;
    static const int threads[] = {1, 4};
    static const char *const models[] = {TREES, "{family: dense, layers: [16]}\ntrain: {epochs: 2}", "scorecard"};
    put_loans(f, "loans.csv", 300);
    for (int m = 0; m < 3; m++) {
        char pipeline[512];
        explained e[2];
        (void)snprintf(pipeline, sizeof(pipeline), BAD "model: %s\n", models[m]);
        run_model(f, pipeline);
        for (int k = 0; k < 2; k++) {
            lj_team *team = NULL;
            assert_int_equal(lj_team_create(threads[k], &team), LJ_OK);
            explain_well(f, (lj_bundle_explain_options){.reasons = -1, .team = team}, &e[k]);
            lj_team_destroy(team);
        }
        assert_int_equal(e[0].bytes.size, e[1].bytes.size);
        assert_memory_equal(e[0].bytes.data, e[1].bytes.data, e[0].bytes.size);
        free_explained(&e[0]);
        free_explained(&e[1]);
    }
}

static void reasons_are_those_that_speak_against_a_row(void **state)
{
    const fixture *f = *state;
    explained e;
    put_loans(f, "loans.csv", 600);
    run_model(f, BAD "model: " TREES "\nexplain:\n  reasons: 2\n  protected: [grade]\n  texts:\n"
                     "    amount: {id: R01, en: The amount asked for, zh: 申请金额}\n");
    explain_well(f, (lj_bundle_explain_options){.reasons = -1, .language = "zh"}, &e);
    assert_true(lj_frame_find(e.frame, "reason_3") < 0);
    const lj_column *first = column_of(&e, "reason_1"), *second = column_of(&e, "reason_2");
    const lj_column *text = column_of(&e, "reason_1_text");
    int64_t amounts = 0;
    for (int64_t i = 0; i < lj_frame_row_count(e.frame); i++) {
        if (!lj_column_has(first, i))
            continue;
        const char *id = lj_column_word(first, i);
        assert_string_not_equal(id, "grade");
        double most = 0.0;
        int best = -1;
        for (int k = 0; k < COLUMNS; k++)
            if (k != 3 && contribution(&e, k, i) > most) {
                most = contribution(&e, k, i);
                best = k;
            }
        if (strcmp(id, "R01") == 0) {
            amounts++;
            assert_int_equal(best, 0);
            assert_string_equal(lj_column_word(text, i), "申请金额");
        } else {
            assert_memory_equal(columns[best], id, strlen(id));
        }
        if (lj_column_has(second, i))
            assert_string_not_equal(lj_column_word(second, i), id);
    }
    assert_true(amounts > 50);
    free_explained(&e);

    run_model(f, BAD "model: " TREES "\nexplain: {reasons: 1, inquiries: term, against: low}\n");
    explain_well(f, (lj_bundle_explain_options){.reasons = -1}, &e);
    const lj_column *also = column_of(&e, "reason_2");
    for (int64_t i = 0; i < lj_frame_row_count(e.frame); i++)
        if (lj_column_has(also, i)) {
            assert_string_equal(lj_column_word(also, i), "term");
            assert_true(contribution(&e, 2, i) < 0.0);
        }
    assert_true(also->missing_count < lj_frame_row_count(e.frame));
    free_explained(&e);
}

/* The document in the page of the run. */
static lj_doc *read_page(const fixture *f)
{
    static const char open[] = "<script type=\"application/json\" id=\"data\">";
    char *page = NULL;
    size_t size = 0;
    lj_doc *doc = NULL;
    assert_int_equal(lj_file_read(path_of(f, "model/report.html"), 1 << 30, &page, &size), LJ_OK);
    const char *begin = strstr(page, open);
    assert_non_null(begin);
    begin += sizeof(open) - 1;
    assert_int_equal(lj_json_parse("page", begin, (size_t)(strstr(begin, "</script>") - begin), &doc), LJ_OK);
    lj_free(page);
    return doc;
}

/* Most that lines of single rows are not parallel to the mean, and that the effects are not, for numbers. */
static void measure_curves(const fixture *f, double *rows_apart, double *effects_apart)
{
    lj_doc *doc = read_page(f);
    const lj_item *explanation = lj_item_get(lj_doc_root(doc), "explanation");
    const lj_item *columns_shown = lj_item_get(explanation, "columns"), *curves = lj_item_get(explanation, "curves");
    double before = INFINITY;
    *rows_apart = *effects_apart = 0.0;
    assert_true(columns_shown->count > 2 && curves->count > 2);
    for (int64_t k = 0; k < columns_shown->count; k++) {
        const double size = lj_item_get(columns_shown->items[k], "mean_size")->number;
        assert_true(size <= before);
        before = size;
        assert_int_equal(lj_item_get(columns_shown->items[k], "points")->count,
                         (int64_t)lj_item_get(explanation, "rows")->number);
    }
    for (int64_t c = 0; c < curves->count; c++) {
        const lj_item *curve = curves->items[c], *mean = lj_item_get(curve, "dependence");
        const lj_item *rows = lj_item_get(curve, "rows"), *effects = lj_item_get(curve, "effects");
        assert_int_equal(mean->count, lj_item_get(curve, "at")->count);
        for (int64_t k = 1; lj_item_get(curve, "is_number")->number != 0.0 && k < mean->count; k++) {
            const double step = mean->items[k]->number - mean->items[0]->number;
            for (int64_t i = 0; i < rows->count; i++) {
                const lj_item *row = rows->items[i];
                *rows_apart = fmax(*rows_apart, fabs(row->items[k]->number - row->items[0]->number - step));
            }
            *effects_apart =
                fmax(*effects_apart, fabs(effects->items[k]->number - effects->items[0]->number - step));
        }
    }
    lj_doc_destroy(doc);
}

/* Of a model that adds up, all curves of a column are parallel; of one with products of columns, they are not. */
static void curves_of_what_adds_up_are_parallel(void **state)
{
    const fixture *f = *state;
    double rows_apart = 0.0, effects_apart = 0.0;
    put_loans(f, "loans.csv", 600);
    run_model(f, "data: {source: loans.csv, key: id}\ntarget: value\nfeatures: {exclude: [part, kind, bad]}\n"
                 "model: {family: gam, pairs: false, n_estimators: 200}\n");
    measure_curves(f, &rows_apart, &effects_apart);
    assert_true(rows_apart < 1e-3);
    assert_true(effects_apart < 1e-3);
    run_model(f, "data:\n  source: loans.csv\n  key: id\n"
                 "  sql: SELECT * EXCLUDE (value, bad, kind, part), "
                 "amount::DOUBLE * coalesce(age::DOUBLE, 0) / 1e4 AS value FROM source\n"
                 "target: value\ntask: regression\nmodel: " TREES "\n");
    measure_curves(f, &rows_apart, &effects_apart);
    assert_true(rows_apart > 1.0);
}

static void every_class_can_be_explained(void **state)
{
    const fixture *f = *state;
    explained e;
    put_loans(f, "loans.csv", 400);
    run_model(f, "data: {source: loans.csv, key: id}\ntarget: kind\nfeatures: {exclude: [part]}\nmodel: " TREES "\n");
    explain_well(f, (lj_bundle_explain_options){.reasons = -1}, &e);
    assert_true(strstr(e.result.summary.data, "log-probability") != NULL);
    free_explained(&e);
    assert_int_equal(explain(f, (lj_bundle_explain_options){.reasons = -1, .class_name = "nobody"}, &e), LJ_ENOTFOUND);
    lj_explain_result_free(&e.result);
}

static void expect(const fixture *f, lj_bundle_explain_options options, lj_status status, const char *message)
{
    explained e;
    const lj_status found = explain(f, options, &e);
    if (found != status || strstr(lj_error_message(), message) == NULL)
        fail_msg("expected '%s', found %s '%s'", message, lj_status_name(found), lj_error_message());
    lj_explain_result_free(&e.result);
    assert_false(lj_file_exists(path_of(f, "why.csv")));
}

static void what_cannot_be_explained_is_refused(void **state)
{
    const fixture *f = *state;
    (void)remove(path_of(f, "why.csv"));
    put_loans(f, "loans.csv", 300);
    expect_failure(f, BAD "explain: {protected: [gradee]}\n", LJ_ECONFIG,
                   "pipeline.yaml:5:23: no column 'gradee'; did you mean 'grade'?");
    expect_failure(f, BAD "explain: {inquiries: nobody}\n", LJ_ECONFIG, "pipeline.yaml:5:");
    expect_failure(f, BAD "explain: {texts: {amont: {id: R1}}}\n", LJ_ECONFIG, "did you mean 'amount'?");
    expect_failure(f, BAD "explain: {texts: {amount: R1}}\n", LJ_ECONFIG, "expected {id:, en:, zh:} for 'amount'");
    expect_failure(f, BAD "explain: {method: shap}\n", LJ_ECONFIG, "pipeline.yaml:5:19");
    expect_failure(f, BAD "model: logistic\nexplain: {method: paths}\n", LJ_ECONFIG,
                   "pipeline.yaml:6:19: explain: the method 'paths' is for trees");
    expect_failure(f, BAD "explain: {reference: maximum}\n", LJ_ECONFIG, "pipeline.yaml:5:22");
    run_model(f, BAD "model: " TREES "\nexplain: {references: 0, rows: 0}\n");
    expect(f, (lj_bundle_explain_options){.reasons = -1, .method = "references"}, LJ_EDATA, "without reference rows");
    expect(f, (lj_bundle_explain_options){.reasons = -1, .method = "linear"}, LJ_EUNSUPPORTED, "is for linear models");
    expect(f, (lj_bundle_explain_options){.reasons = -1, .reference = "maximum"}, LJ_EUNSUPPORTED,
           "'maximum' is for linear models");
    expect(f, (lj_bundle_explain_options){.reasons = -1, .method = "paths", .reference = "population"}, LJ_EUNSUPPORTED,
           "compares with all training rows");
    expect(f, (lj_bundle_explain_options){.reasons = -1, .class_name = "1"}, LJ_EUSAGE, "several classes");
    expect(f, (lj_bundle_explain_options){.reasons = -1, .method = "path"}, LJ_EUSAGE, "did you mean 'paths'?");
}

/* references.json that lies is refused with its place. */
static void damaged_reference_rows_are_refused(void **state)
{
    (void)state;
    static const int32_t sizes[] = {3};
    const lj_model_spec spec = {.number_count = 1, .category_count = 1, .category_sizes = sizes};
    static const char good[] = "{\"format\": 1, \"rows\": 1, \"has_maximum\": false, \"numbers\": [1, 2, null, 4], "
                               "\"codes\": [0, 1, 2, 0]}";
    static const struct {
        const char *from, *to;
    } lies[] = {
        {"[1, 2, null, 4]", "[1, 2, 4]"},   {"null", "\"x\""},
        {"null", "1e99"},                   {"[0, 1, 2, 0]", "[0, 1, 3, 0]"},
        {"[0, 1, 2, 0]", "[0, 1, -1, 0]"},  {"\"rows\": 1", "\"rows\": 100000"},
        {"\"format\": 1", "\"format\": 9"},
    };
    lj_doc *doc = NULL;
    lj_references references = {0};
    assert_int_equal(lj_json_parse("references.json", good, sizeof(good) - 1, &doc), LJ_OK);
    assert_int_equal(lj_references_load(doc, lj_doc_root(doc), &spec, &references), LJ_OK);
    assert_true(references.numbers[1] == 2.0F && isnan(references.numbers[2]) && references.codes[2] == 2);
    lj_references_free(&references);
    lj_doc_destroy(doc);
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        char text[512];
        const char *at = strstr(good, lies[i].from);
        assert_non_null(at);
        (void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - good), good, lies[i].to, at + strlen(lies[i].from));
        assert_int_equal(lj_json_parse("references.json", text, strlen(text), &doc), LJ_OK);
        if (lj_references_load(doc, lj_doc_root(doc), &spec, &references) != LJ_ECORRUPT ||
            strncmp(lj_error_message(), "references.json:1:", 18) != 0)
            fail_msg("%s: %s", lies[i].to, lj_error_message());
        lj_doc_destroy(doc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contributions_add_up_to_the_score),
        cmocka_unit_test(approved_rows_are_those_below_the_threshold),
        cmocka_unit_test(maximum_is_the_best_of_each_column),
        cmocka_unit_test(any_column_of_the_table_is_repeated),
        cmocka_unit_test(methods_agree),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(reasons_are_those_that_speak_against_a_row),
        cmocka_unit_test(curves_of_what_adds_up_are_parallel),
        cmocka_unit_test(every_class_can_be_explained),
        cmocka_unit_test(what_cannot_be_explained_is_refused),
        cmocka_unit_test(damaged_reference_rows_are_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
