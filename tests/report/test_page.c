/*
 * Pages of real models (sample.json, made by sample.py) are written under
 * report-pages/ of the working folder, where the browser test looks at them.
 */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "lianjin/document.h"
#include "lianjin/file.h"
#include "lianjin/memory.h"
#include "lianjin/report.h"

#define FOLDER "report-pages"
#define PARTS 3
#define LARGE ((size_t)64 << 20)

static lj_doc *sample;

static int open_sample(void **state)
{
    (void)state;
    if (lj_folder_create(FOLDER) != LJ_OK)
        return -1;
    return lj_json_read(LJ_SOURCE_DIR "/tests/report/sample.json", &sample) == LJ_OK ? 0 : -1;
}

static int close_sample(void **state)
{
    (void)state;
    lj_doc_destroy(sample);
    return 0;
}

/* The predictions of one part and what was made of them. */
typedef struct made {
    lj_predictions predictions;
    float *score;
    double *target;
} made;

typedef struct made_report {
    lj_report report;
    lj_report_part parts[PARTS];
    made rows[PARTS];
    lj_epoch *epochs;
    lj_report_importance *importance;
    const char **names;
    lj_text profile, groups;
    lj_report_groups group;
} made_report;

static made predictions_of(const lj_item *part, lj_task task, int64_t classes)
{
    const lj_item *target = lj_item_get(part, "target");
    const lj_item *score = lj_item_get(part, "score");
    made rows = {.score = lj_new_array(score->count, sizeof(float)),
                 .target = lj_new_array(target->count, sizeof(double))};
    assert_non_null(rows.score);
    assert_non_null(rows.target);
    for (int64_t i = 0; i < score->count; i++)
        rows.score[i] = (float)score->items[i]->number;
    for (int64_t i = 0; i < target->count; i++)
        rows.target[i] = target->items[i]->number;
    rows.predictions = (lj_predictions){
        .task = task, .n = target->count, .classes = classes, .score = rows.score, .target = rows.target};
    return rows;
}

static void make_parts(made_report *m, const lj_item *item, lj_task task, int64_t classes, double threshold)
{
    const lj_item *parts = lj_item_get(item, "parts");
    assert_int_equal(parts->count, PARTS);
    for (int p = 0; p < PARTS; p++) {
        m->rows[p] = predictions_of(parts->items[p], task, classes);
        const lj_predictions *rows = &m->rows[p].predictions;
        double sum = 0;
        for (int64_t r = 0; r < rows->n; r++)
            sum += rows->target[r];
        lj_evaluation *evaluation;
        assert_int_equal(lj_evaluate(rows, threshold, &evaluation), LJ_OK);
        m->parts[p] = (lj_report_part){.name = lj_item_get(parts->items[p], "name")->text,
                                       .rows = rows->n,
                                       .rate = task == LJ_MULTICLASS ? NAN : sum / (double)rows->n,
                                       .psi = NAN,
                                       .evaluation = evaluation};
        if (task != LJ_MULTICLASS)
            assert_int_equal(lj_psi(m->rows[0].score, m->rows[0].predictions.n, rows->score, rows->n, &m->parts[p].psi),
                             LJ_OK);
    }
    m->report.task = task;
    m->report.parts = m->parts;
    m->report.part_count = PARTS;
}

static void clear(made_report *m)
{
    for (int p = 0; p < PARTS; p++) {
        lj_evaluation_destroy((lj_evaluation *)m->parts[p].evaluation);
        lj_free(m->rows[p].score);
        lj_free(m->rows[p].target);
    }
    lj_free(m->epochs);
    lj_free(m->importance);
    lj_free(m->names);
    lj_text_free(&m->profile);
    lj_text_free(&m->groups);
}

static double number_of(const lj_item *map, const char *key)
{
    const lj_item *item = lj_item_get(map, key);
    return item != NULL && item->kind == LJ_NUMBER ? item->number : NAN;
}

static void make_training(made_report *m, const lj_item *item)
{
    const lj_item *epochs = lj_item_get(item, "epochs");
    m->epochs = lj_new_array(epochs->count, sizeof(*m->epochs));
    assert_non_null(m->epochs);
    for (int64_t e = 0; e < epochs->count; e++)
        m->epochs[e] = (lj_epoch){.epoch = e + 1,
                                  .loss = number_of(epochs->items[e], "loss"),
                                  .valid_loss = number_of(epochs->items[e], "valid_loss"),
                                  .monitor = number_of(epochs->items[e], "monitor"),
                                  .rate = number_of(epochs->items[e], "rate")};
    m->report.epochs = m->epochs;
    m->report.epoch_count = epochs->count;
    m->report.best_epoch = (int64_t)number_of(item, "best_epoch");
    m->report.monitor = "auc";
    m->report.train_seconds = 3.21;
    m->report.rows_per_second = 168000;
}

static void make_importance(made_report *m, const lj_item *item)
{
    const lj_item *features = lj_item_get(item, "importance");
    m->importance = lj_new_array(features->count, sizeof(*m->importance));
    assert_non_null(m->importance);
    for (int64_t i = 0; i < features->count; i++)
        m->importance[i] = (lj_report_importance){.feature = lj_item_get(features->items[i], "feature")->text,
                                                  .mean = number_of(features->items[i], "mean"),
                                                  .spread = number_of(features->items[i], "spread")};
    m->report.importance = m->importance;
    m->report.importance_count = features->count;
    m->report.importance_metric = "auc";
    m->report.importance_part = "valid";
}

static void make_groups(made_report *m, const lj_item *item, double threshold)
{
    const lj_item *groups = lj_item_get(item, "groups");
    const lj_item *names = lj_item_get(groups, "names");
    const lj_item *codes = lj_item_get(groups, "codes");
    const char *words[64];
    int32_t *rows = lj_new_array(codes->count, sizeof(*rows));
    assert_non_null(rows);
    for (int64_t i = 0; i < names->count; i++)
        words[i] = names->items[i]->text;
    for (int64_t i = 0; i < codes->count; i++)
        rows[i] = (int32_t)codes->items[i]->number;
    lj_json json;
    lj_json_start(&json, &m->groups, 1);
    assert_int_equal(
        lj_evaluate_groups(&m->rows[2].predictions, threshold, rows, words, (int32_t)names->count, &json, NULL), LJ_OK);
    assert_int_equal(lj_text_finish(&m->groups), LJ_OK);
    lj_free(rows);
    m->group = (lj_report_groups){.column = lj_item_get(groups, "column")->text, .json = m->groups.data};
    m->report.groups = &m->group;
    m->report.group_count = 1;
    m->report.groups_part = "test";
}

static const char *const pipeline = "name: card-default\n"
                                    "data: {source: UCI_Credit_Card.csv.gz, key: ID}\n"
                                    "target: Y\n"
                                    "split: {by: column, column: part}\n"
                                    "model: {family: dense}\n"
                                    "evaluate: {by: [X3]}\n"
                                    "seed: 7\n";

static const char preparation[] =
    "{\"features\": ["
    "{\"feature\": \"X1\", \"type\": \"number\", \"steps\": ["
    "{\"name\": \"scale\", \"why\": \"quantile_normal over 81 values\"}, "
    "{\"name\": \"impute\", \"why\": \"missing becomes 0.0124 (median), none so far\"}, "
    "{\"name\": \"scale\", \"why\": \"standard (x + 0.0031) / 0.9981\"}], \"numbers\": 1, \"codes\": []}, "
    "{\"feature\": \"X2\", \"type\": \"number\", \"steps\": [], \"numbers\": 1, \"codes\": []}, "
    "{\"feature\": \"X3\", \"type\": \"text\", \"steps\": ["
    "{\"name\": \"number_from_text\", \"why\": null}, "
    "{\"name\": \"sentinel\", \"why\": \"codes -1, 99 look like no values (12 cells), with an indicator\"}, "
    "{\"name\": \"impute\", \"why\": \"missing becomes 2 (most_frequent) with an indicator\"}, "
    "{\"name\": \"levels\", \"why\": \"7 different values as categories\"}, "
    "{\"name\": \"rare\", \"why\": \"1 rare of 7 categories become 'other'\"}, "
    "{\"name\": \"ordinal\", \"why\": \"7 categories as codes\"}], \"numbers\": 3, \"codes\": [8]}, "
    "{\"feature\": \"opened\", \"type\": \"time\", \"steps\": ["
    "{\"name\": \"date\", \"why\": \"year, month, age\"}], \"numbers\": 3, \"codes\": []}], "
    "\"dropped\": [{\"feature\": \"note: free\", "
    "\"why\": \"nearly unique text: 300 different values in 300 cells\"}]}";

static const char description[] =
    "{\"summary\": \"a multi-layer perceptron on numbers and one-hot categories\", \"numbers\": 8, \"categories\": 1, "
    "\"options\": {\"units\": [64, 32], \"activation\": \"relu\", \"batch_norm\": false}, "
    "\"tensors\": [{\"name\": \"hidden0.weight\", \"shape\": [16, 64]}, {\"name\": \"output.bias\", \"shape\": [1]}]}";

static const char scorecard[] =
    "{\"base_score\": 600, \"base_odds\": 50, \"pdo\": 20, \"columns\": ["
    "{\"column\": \"X1\", \"weight\": -0.91, \"iv\": 0.182, \"regular\": 3, \"bins\": ["
    "{\"name\": \"< 50000\", \"rows\": 400, \"share\": 0.4, \"events\": 120, \"rate\": 0.3, \"woe\": -0.41, "
    "\"iv\": 0.07, \"points\": 12}, "
    "{\"name\": \"50000 to 200000\", \"rows\": 350, \"share\": 0.35, \"events\": 70, \"rate\": 0.2, \"woe\": 0.13, "
    "\"iv\": 0.005, \"points\": 26}, "
    "{\"name\": \">= 200000\", \"rows\": 250, \"share\": 0.25, \"events\": 30, \"rate\": 0.12, \"woe\": 0.73, "
    "\"iv\": 0.107, \"points\": 42}, "
    "{\"name\": \"missing\", \"rows\": 0, \"share\": 0, \"events\": 0, \"rate\": 0, \"woe\": 0, \"iv\": 0, "
    "\"points\": 23}]}, "
    "{\"column\": \"X3\", \"weight\": 0, \"iv\": 0.001, \"regular\": 1, \"bins\": []}]}";

static const char search[] =
    "{\"method\": \"tpe\", \"metric\": \"log_loss\", \"larger_is_better\": false, \"dimensions\": ["
    "{\"key\": \"learning_rate\", \"is_log\": true, \"is_choice\": false}, "
    "{\"key\": \"grow_policy\", \"is_log\": false, \"is_choice\": true}], \"trials\": ["
    "{\"rung\": 2, \"status\": \"done\", \"size\": 640, \"score\": 0.43, \"options\": {\"learning_rate\": 0.1, "
    "\"grow_policy\": \"symmetric\"}}, {\"rung\": 2, \"status\": \"failed\", \"size\": 0, \"score\": null, "
    "\"options\": {\"learning_rate\": 0.02, \"grow_policy\": \"<b>\"}}, {\"rung\": 2, \"status\": \"done\", "
    "\"size\": 320, \"score\": 0.41, \"options\": {\"learning_rate\": 0.03, \"grow_policy\": \"depth_wise\"}}]}";

static const char explanation[] =
    "{\"part\": \"test\", \"rows\": 4, \"unit\": \"log-odds\", \"method\": \"paths\", \"features\": 2, \"columns\": ["
    "{\"column\": \"X1\", \"mean_size\": 0.4, \"half\": 0.1, \"mean\": 0.1, \"points\": [[0.1, -0.3], [0.4, 0.2], "
    "[0.6, 0.5], [null, -0.6]]}, "
    "{\"column\": \"<b>X2\", \"mean_size\": 0.2, \"half\": 0.05, \"mean\": 0, \"points\": [[null, 0.2], [null, -0.2], "
    "[null, 0.1], [null, -0.3]]}], \"curves\": ["
    "{\"column\": \"X1\", \"is_number\": true, \"at\": [1, 2, 5], \"dependence\": [0.2, 0.3, 0.35], "
    "\"effects\": [0.21, 0.3, 0.33], \"rows\": [[0.1, 0.2, 0.3], [0.3, 0.4, 0.4]]}, "
    "{\"column\": \"<b>X2\", \"is_number\": false, \"at\": [\"<i>a\", \"b\"], \"dependence\": [0.2, 0.3], "
    "\"rows\": []}]}";

static void make_words(lj_report *report)
{
    static const char *const classes[] = {"0", "1"};
    static const char *const warnings[] = {
        "35 rows repeat an earlier row in every column (the first is row 871)",
        "card-default.yaml:6: the step clip fits no column"};
    static const lj_report_fact facts[] = {{"arithmetic", "1"}, {"instruction set", "avx2"}, {"threads", "2"}};
    static const char *const commands[] = {"lianjin run card-default.yaml",
                                           "lianjin model show card-default",
                                           "lianjin predict card-default new.csv -o scored.csv"};
    report->name = "card-default";
    report->created = "2026-01-31 12:00 UTC";
    report->target = "Y";
    report->target_reason = "the rarer value";
    report->classes = 2;
    report->class_names = classes;
    report->pipeline = pipeline;
    report->source = "UCI_Credit_Card.csv.gz";
    report->split = "by column part";
    report->warnings = warnings;
    report->warning_count = 2;
    report->preparation = preparation;
    report->family = "dense";
    report->model = description;
    report->scorecard = scorecard;
    report->search = search;
    report->explanation = explanation;
    report->feature_count = 23;
    report->weight_count = 3649;
    report->model_bytes = 14596;
    report->microseconds_per_score = 3.4;
    report->threshold_reason = "largest F1 on valid";
    report->seed = 7;
    report->data_sha256 = "d2204cb6eb6544b8e228c2862c852b7467d16ed636caa32179b780692aa11bb22";
    report->pipeline_sha256 = "6f3880e67c1b16a7505b46c85813f6a6a152a9cffb058f7ac9728848c2b3078b";
    report->weights_sha256 = "1b92d5553f18b90c6e8212ad5948cf0fee6bc91da37f5af1247454d6b0ea3214";
    report->scores_sha256 = "43ddf8de56d9dbc8ae1463fe53fdb7900ffb30fe97b15b7bdd0a1dc6f6ad4e31";
    report->facts = facts;
    report->fact_count = 3;
    report->commands = commands;
    report->command_count = 3;
}

static void make_binary(made_report *m)
{
    const lj_item *item = lj_item_get(lj_doc_root(sample), "binary");
    *m = (made_report){0};
    made valid = predictions_of(lj_item_get(item, "parts")->items[1], LJ_BINARY, 0);
    double threshold;
    assert_int_equal(lj_threshold_choose(&valid.predictions, NULL, &threshold), LJ_OK);
    lj_free(valid.score);
    lj_free(valid.target);
    make_parts(m, item, LJ_BINARY, 0, threshold);
    make_words(&m->report);
    m->report.threshold = threshold;
    make_training(m, item);
    make_importance(m, item);
    make_groups(m, item, threshold);
    lj_json json;
    lj_json_start(&json, &m->profile, 1);
    lj_json_item(&json, NULL, lj_item_get(item, "profile"));
    assert_int_equal(lj_text_finish(&m->profile), LJ_OK);
    m->report.profile = m->profile.data;
}

/* The document in the page, as a browser would read it. */
static lj_doc *data_of_page(const char *path)
{
    char *page;
    size_t size;
    assert_int_equal(lj_file_read(path, LARGE, &page, &size), LJ_OK);
    static const char open[] = "<script type=\"application/json\" id=\"data\">";
    char *begin = strstr(page, open);
    assert_non_null(begin);
    begin += sizeof(open) - 1;
    char *end = strstr(begin, "</script>");
    assert_non_null(end);
    lj_doc *doc;
    assert_int_equal(lj_json_parse("page", begin, (size_t)(end - begin), &doc), LJ_OK);
    lj_free(page);
    return doc;
}

static void a_binary_report_holds_all_its_parts(void **state)
{
    (void)state;
    made_report m;
    make_binary(&m);
    assert_int_equal(lj_report_write(FOLDER "/binary.html", &m.report), LJ_OK);
    lj_doc *doc = data_of_page(FOLDER "/binary.html");
    const lj_item *root = lj_doc_root(doc);
    assert_string_equal(lj_item_get(root, "kind")->text, "report");
    assert_string_equal(lj_item_get(root, "pipeline")->text, pipeline);
    assert_int_equal(lj_item_get(root, "parts")->count, 3);
    const lj_item *test = lj_item_get(lj_item_get(root, "parts")->items[2], "evaluation");
    assert_true(lj_item_get(lj_item_get(test, "metrics")->items[0], "value")->number > 0.7);
    assert_int_equal(lj_item_get(lj_item_get(root, "training"), "loss")->count, 30);
    assert_int_equal(lj_item_get(lj_item_get(lj_item_get(root, "data"), "profile"), "columns")->count, 23);
    assert_int_equal(lj_item_get(lj_item_get(root, "groups"), "columns")->count, 1);
    const lj_item *features = lj_item_get(lj_item_get(root, "preparation"), "features");
    assert_string_equal(lj_item_get(features->items[3], "feature")->text, "opened");
    const lj_item *model = lj_item_get(lj_item_get(root, "model"), "description");
    assert_string_equal(lj_item_get(lj_item_get(model, "options"), "activation")->text, "relu");
    const lj_item *card = lj_item_get(lj_item_get(root, "scorecard"), "columns");
    assert_int_equal(lj_item_get(card->items[0], "bins")->count, 4);
    lj_doc_destroy(doc);
    clear(&m);
}

static void multiclass_and_regression_have_pages_of_their_own(void **state)
{
    (void)state;
    const lj_item *item = lj_item_get(lj_doc_root(sample), "multiclass");
    const lj_item *classes = lj_item_get(item, "classes");
    made_report m = {.names = lj_new_array(classes->count, sizeof(char *))};
    for (int64_t c = 0; c < classes->count; c++)
        m.names[c] = classes->items[c]->text;
    make_parts(&m, item, LJ_MULTICLASS, classes->count, NAN);
    m.report.name = "loan-grade";
    m.report.target = "grade";
    m.report.classes = classes->count;
    m.report.class_names = m.names;
    m.report.threshold = NAN;
    m.report.microseconds_per_score = NAN;
    assert_int_equal(lj_report_write(FOLDER "/multiclass.html", &m.report), LJ_OK);
    clear(&m);

    m = (made_report){0};
    make_parts(&m, lj_item_get(lj_doc_root(sample), "regression"), LJ_REGRESSION, 0, NAN);
    m.report.name = "revolving-balance";
    m.report.target = "revol_bal";
    m.report.threshold = NAN;
    m.report.microseconds_per_score = NAN;
    assert_int_equal(lj_report_write(FOLDER "/regression.html", &m.report), LJ_OK);
    clear(&m);
}

static void a_profile_has_a_page(void **state)
{
    (void)state;
    made_report m;
    make_binary(&m);
    assert_int_equal(lj_report_profile(FOLDER "/profile.html", "UCI_Credit_Card.csv.gz", m.report.profile), LJ_OK);
    lj_doc *doc = data_of_page(FOLDER "/profile.html");
    assert_string_equal(lj_item_get(lj_doc_root(doc), "kind")->text, "profile");
    assert_string_equal(lj_item_get(lj_doc_root(doc), "name")->text, "UCI_Credit_Card.csv.gz");
    lj_doc_destroy(doc);
    clear(&m);
}

static void texts_of_the_data_cannot_leave_their_script(void **state)
{
    (void)state;
    static const char attack[] = "</script><script>document.title='owned'</script><!-- <img src=x onerror=alert(1)>";
    static const char *const warnings[] = {attack};
    static const char *const classes[] = {attack, "</SCRIPT >"};
    const lj_report_importance importance = {.feature = attack, .mean = 0.1, .spread = 0.01};
    lj_text steps = {0};
    lj_json json;
    lj_json_start(&json, &steps, 1);
    lj_json_map(&json, NULL);
    lj_json_list(&json, "features");
    lj_json_end_list(&json);
    lj_json_list(&json, "dropped");
    lj_json_map(&json, NULL);
    lj_json_string(&json, "feature", attack);
    lj_json_string(&json, "why", attack);
    lj_json_end_map(&json);
    lj_json_end_list(&json);
    lj_json_end_map(&json);
    assert_int_equal(lj_text_finish(&steps), LJ_OK);
    made_report m;
    make_binary(&m);
    m.report.name = attack;
    m.report.target = attack;
    m.report.warnings = warnings;
    m.report.warning_count = 1;
    m.report.class_names = classes;
    m.report.importance = &importance;
    m.report.importance_count = 1;
    m.report.pipeline = attack;
    m.report.preparation = steps.data;
    assert_int_equal(lj_report_write(FOLDER "/attack.html", &m.report), LJ_OK);
    lj_doc *doc = data_of_page(FOLDER "/attack.html");
    assert_string_equal(lj_item_get(lj_doc_root(doc), "name")->text, attack);
    lj_doc_destroy(doc);
    char *page;
    size_t size;
    assert_int_equal(lj_file_read(FOLDER "/attack.html", LARGE, &page, &size), LJ_OK);
    assert_null(strstr(page, "<img src=x"));
    assert_null(strstr(page, "<script>document.title"));
    lj_free(page);
    lj_text_free(&steps);
    clear(&m);
}

static void an_empty_report_is_still_a_page_and_a_card(void **state)
{
    (void)state;
    const lj_report empty = {.threshold = NAN, .microseconds_per_score = NAN, .train_seconds = NAN};
    assert_int_equal(lj_report_write(FOLDER "/empty.html", &empty), LJ_OK);
    lj_text card = {0};
    assert_int_equal(lj_report_card(&empty, &card), LJ_OK);
    assert_non_null(strstr(card.data, "# Model\n"));
    lj_text_free(&card);
}

static void the_page_is_small_and_asks_for_nothing(void **state)
{
    (void)state;
    const lj_report empty = {.threshold = NAN};
    assert_int_equal(lj_report_write(FOLDER "/size.html", &empty), LJ_OK);
    char *page;
    size_t size;
    assert_int_equal(lj_file_read(FOLDER "/size.html", LARGE, &page, &size), LJ_OK);
    assert_in_range(size, 100000, 720000);
    assert_non_null(strstr(page, "Content-Security-Policy\" content=\"default-src 'none'"));
    assert_null(strstr(page, "<script src"));
    assert_null(strstr(page, "<link "));
    lj_free(page);
    assert_int_equal(remove(FOLDER "/size.html"), 0);
}

static void a_profile_that_is_no_json_is_refused(void **state)
{
    (void)state;
    const lj_report bad = {.profile = "{\"rows\": "};
    assert_int_equal(lj_report_write(FOLDER "/never.html", &bad), LJ_ECORRUPT);
    assert_int_equal(lj_file_exists(FOLDER "/never.html"), 0);
    assert_int_equal(lj_report_profile(FOLDER "/never.html", "x", "nonsense"), LJ_ECORRUPT);
    assert_int_equal(lj_file_exists(FOLDER "/never.html"), 0);
}

static void a_full_disk_leaves_the_old_report(void **state)
{
    (void)state;
    const lj_report empty = {.threshold = NAN};
    assert_int_equal(lj_file_replace(FOLDER "/full.html", "old", 3), LJ_OK);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit small = {.rlim_cur = 50000, .rlim_max = before.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    const lj_status status = lj_report_write(FOLDER "/full.html", &empty);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, handler);
    assert_int_equal(status, LJ_EIO);
    assert_int_equal(lj_file_size(FOLDER "/full.html"), 3);
    assert_int_equal(lj_report_write("no-such-folder/report.html", &empty), LJ_EIO);
    assert_int_equal(remove(FOLDER "/full.html"), 0);
}

static void the_card_tells_metrics_groups_limits_and_hashes(void **state)
{
    (void)state;
    made_report m;
    make_binary(&m);
    m.report.class_names = (const char *const[]){"good", "a | b"};
    lj_text card = {0};
    assert_int_equal(lj_report_card(&m.report, &card), LJ_OK);
    static const char *const expected[] = {"# card-default\n", "the score is the probability of a \\| b.",
                                           "| metric | train | valid | test |", "| auc | 0.", "## Groups (test)",
                                           "| X3 | rows |", "## Limits", "| weights sha256 | `1b92d55",
                                           "lianjin predict card-default new.csv -o scored.csv\n"};
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        if (strstr(card.data, expected[i]) == NULL)
            fail_msg("the card lacks '%s':\n%s", expected[i], card.data);
    lj_text_free(&card);
    clear(&m);
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    const lj_report report = {.name = "x", .profile = "{\"rows\": 1, \"columns\": []}", .threshold = NAN};
    const int64_t live = lj_test_live_allocations();
    lj_status status = LJ_ENOMEM;
    for (int64_t n = 0; status != LJ_OK; n++) {
        lj_text text = {0};
        lj_test_fail_allocation(n);
        status = lj_report_json(&report, &text);
        lj_test_fail_allocation(-1);
        assert_true(status == LJ_OK || status == LJ_ENOMEM);
        lj_text_free(&text);
        assert_int_equal(lj_test_live_allocations(), live);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_binary_report_holds_all_its_parts),
        cmocka_unit_test(multiclass_and_regression_have_pages_of_their_own),
        cmocka_unit_test(a_profile_has_a_page),
        cmocka_unit_test(texts_of_the_data_cannot_leave_their_script),
        cmocka_unit_test(an_empty_report_is_still_a_page_and_a_card),
        cmocka_unit_test(the_page_is_small_and_asks_for_nothing),
        cmocka_unit_test(a_profile_that_is_no_json_is_refused),
        cmocka_unit_test(a_full_disk_leaves_the_old_report),
        cmocka_unit_test(the_card_tells_metrics_groups_limits_and_hashes),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, open_sample, close_sample);
}
