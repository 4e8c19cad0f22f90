/* Models of XGBoost and LightGBM (tests/golden/import.py) become bundles that score with the bits of those libraries. */
#include <math.h>

#include "lianjin/explain.h"
#include "pipeline/fixture.h"
#include "lianjin/document.h"
#include "lianjin/tree_import.h"

#define FOLDER LJ_SOURCE_DIR "/tests/golden/import/"

static void must(lj_status status)
{
    if (status != LJ_OK)
        fail_msg("%s", lj_error_message());
}

static lj_frame *read_table(const lj_bundle *bundle, const char *path)
{
    const lj_source_options options = {.source = path};
    lj_source *source = NULL;
    lj_frame *frame = NULL;
    must(lj_source_open_as(&options, lj_prep_schema(lj_bundle_prep(bundle)), NULL, &source));
    must(lj_source_read(source, &frame));
    lj_source_close(source);
    return frame;
}

/* Raw scores [rows, width]; to free with lj_free. */
static float *raw_of(const fixture *f, lj_bundle *bundle, const lj_frame *frame)
{
    const lj_prep *prep = lj_bundle_prep(bundle);
    const int64_t n = lj_frame_row_count(frame);
    float *numbers = lj_new_array(n * lj_prep_number_count(prep), sizeof(*numbers));
    int32_t *codes = lj_new_array(n * lj_prep_category_count(prep), sizeof(*codes));
    float *raw = lj_new_array(n * lj_model_width(lj_bundle_model(bundle)), sizeof(*raw));
    must(lj_prep_apply(prep, frame, 0, n, numbers, codes, NULL));
    const lj_tree_rows rows = {.n = n, .numbers = numbers, .number_count = lj_prep_number_count(prep), .codes = codes,
                               .category_count = lj_prep_category_count(prep)};
    lj_trees_raw(lj_model_trees(lj_bundle_model(bundle)), &rows, f->team, raw);
    lj_free(numbers);
    lj_free(codes);
    return raw;
}

static int32_t order_of(float x)
{
    int32_t bits = 0;
    memcpy(&bits, &x, sizeof(bits));
    return bits < 0 ? INT32_MIN - bits : bits;
}

/* Units in the last place between the found floats and bits; fails beyond `most`. */
static void check_bits(const char *model, const char *what, const float *found, const lj_item *bits, int most)
{
    int64_t other = 0, worst = 0;
    for (int64_t i = 0; i < bits->count; i++) {
        const uint32_t word = (uint32_t)bits->items[i]->number;
        float wanted = 0.0F;
        memcpy(&wanted, &word, sizeof(wanted));
        const int64_t apart = llabs((int64_t)order_of(found[i]) - order_of(wanted));
        other += apart > 0;
        worst = apart > worst ? apart : worst;
    }
    if (worst > most)
        fail_msg("%s: %lld of %lld %s have other bits, up to %lld ulp", model, (long long)other, (long long)bits->count,
                 what, (long long)worst);
}

/* What the unit of contributions says of a score. */
static double in_unit(const char *unit, double score)
{
    if (strcmp(unit, "log-odds") == 0)
        return log(score / (1.0 - score));
    if (strcmp(unit, "log-probability") == 0 || strcmp(unit, "log of the mean") == 0)
        return log(score);
    if (strcmp(unit, "root of the target") == 0)
        return score < 0.0 ? -sqrt(-score) : sqrt(score);
    assert_string_equal(unit, "target");
    return score;
}

/* Contributions and base are the score in the unit that is named; of probabilities up to a number of the row. */
static void check_contributions(const char *model, lj_bundle *bundle, const lj_frame *frame, const float *scores)
{
    const lj_prep *prep = lj_bundle_prep(bundle);
    const lj_explain_options options = {.method = -1};
    const int64_t n = lj_frame_row_count(frame), n_numbers = lj_prep_number_count(prep);
    const int64_t n_codes = lj_prep_category_count(prep), width = lj_model_width(lj_bundle_model(bundle));
    lj_explainer *explainer = NULL;
    must(lj_explainer_create(lj_bundle_model(bundle), prep, NULL, &options, &explainer));
    const int64_t features = lj_explainer_features(explainer);
    const char *unit = lj_explainer_unit(explainer);
    float *numbers = lj_new_array(n * n_numbers, sizeof(*numbers));
    int32_t *codes = lj_new_array(n * n_codes, sizeof(*codes));
    double *phi = lj_new_array(n * width * features, sizeof(*phi));
    must(lj_prep_apply(prep, frame, 0, n, numbers, codes, NULL));
    const lj_rows rows = {
        .n = n, .numbers = numbers, .number_count = n_numbers, .codes = codes, .category_count = n_codes};
    must(lj_explain(explainer, &rows, NULL, phi));
    for (int64_t i = 0; i < n; i++) {
        double first = 0.0;
        for (int64_t c = 0; c < width; c++) {
            double sum = lj_explainer_base(explainer)[c];
            for (int64_t k = 0; k < features; k++)
                sum += phi[(i * width + c) * features + k];
            const double apart = in_unit(unit, (double)scores[i * width + c]) - sum;
            if (c == 0 && strcmp(unit, "log-probability") == 0)
                first = apart;
            if (!(fabs(apart - first) < 1e-4 * (1.0 + fabs(sum))))
                fail_msg("%s: row %d says %.6f, contributions %.6f (%s)", model, (int)i,
                         (double)scores[i * width + c], sum, unit);
        }
    }
    lj_free(phi);
    lj_free(codes);
    lj_free(numbers);
    lj_explainer_destroy(explainer);
}

static void check_case(const fixture *f, const lj_item *item)
{
    const char *model = lj_item_get(item, "model")->text, *task = lj_item_get(item, "task")->text;
    const int is_double = strncmp(model, "lgb", 3) == 0;
    char path[512], table[512];
    (void)snprintf(path, sizeof(path), FOLDER "%s", model);
    (void)snprintf(table, sizeof(table), FOLDER "%s", lj_item_get(item, "table")->text);
    const lj_import_options options = {.model = path, .out = path_of(f, model), .target = "y", .console = f->console};
    lj_bundle *bundle = NULL;
    must(lj_bundle_import(&options));
    must(lj_bundle_open(options.out, &bundle));
    assert_string_equal(lj_task_name(lj_bundle_target(bundle)->task), task);
    lj_frame *frame = read_table(bundle, table);
    const int64_t n = lj_frame_row_count(frame);
    assert_int_equal(n, (int64_t)lj_item_get(item, "rows")->number);
    float *raw = raw_of(f, bundle, frame);
    float *scores = lj_new_array(n * lj_model_width(lj_bundle_model(bundle)), sizeof(*scores));
    must(lj_bundle_score(bundle, frame, f->team, NULL, scores));
    assert_int_equal(lj_item_get(item, "raw")->count, n * lj_model_width(lj_bundle_model(bundle)));
    check_bits(model, "raw scores", raw, lj_item_get(item, "raw"), 0);
    check_bits(model, "answers", scores, lj_item_get(item, "answer"), is_double ? 0 : 2);
    check_contributions(model, bundle, frame, scores);
    lj_free(scores);
    lj_free(raw);
    lj_frame_destroy(frame);
    lj_bundle_close(bundle);
}

static void every_model_scores_with_the_bits_of_its_library(void **state)
{
    lj_doc *doc = NULL;
    must(lj_json_read(FOLDER "cases.json", &doc));
    const lj_item *cases = lj_doc_root(doc);
    assert_true(cases->count >= 33);
    for (int64_t i = 0; i < cases->count; i++)
        check_case(*state, cases->items[i]);
    lj_doc_destroy(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_model_scores_with_the_bits_of_its_library, set_up, tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
