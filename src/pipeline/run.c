/* The main job: from a raw table to a proved bundle. */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "lianjin/file.h"
#include "lianjin/images.h"
#include "pipeline/pipeline.h"

enum { CASES_KEPT = 8, SINGLE_SCORES_TIMED = 200 /* at most, in about a second */ };

static void free_run(lj_run *run)
{
    for (int part = 0; part < LJ_PARTS_JUDGED; part++) {
        lj_predictions_free(&run->predictions[part]);
        lj_evaluation_destroy(run->evaluation[part]);
    }
    for (int64_t f = 0; run->folds != NULL && f < run->fold_count; f++)
        for (int part = 0; part < LJ_PARTS_JUDGED; part++)
            lj_evaluation_destroy(run->folds[f].evaluation[part]);
    for (int64_t g = 0; run->groups != NULL && g < lj_declared_count(run->pipeline->evaluate.by); g++)
        lj_text_free(&run->groups[g]);
    lj_free(run->groups);
    lj_free(run->folds);
    lj_free(run->fold_scores);
    lj_free(run->importance);
    lj_free(run->test_rows);
    lj_free(run->parts);
    lj_text_free(&run->profile);
    lj_text_free(&run->metrics);
    lj_text_free(&run->explanation);
    lj_text_free(&run->search);
    lj_text_free(&run->board);
    lj_references_free(&run->references);
    lj_fit_free(&run->fitted);
    lj_table_free(&run->table);
    lj_free(run->work);
    lj_free(run->samples);
    lj_free(run->bundle);
    lj_pipeline_destroy(run->tuned);
}

/* Where bundles go when nobody says. */
static const char home[] = "bundles";

static lj_status name_places(lj_run *run)
{
    lj_text work = {0}, samples = {0};
    run->bundle = run->options->bundle != NULL ? lj_strdup(run->options->bundle) :
                                                 lj_path_join(home, run->pipeline->top.name);
    if (run->bundle == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a path");
    size_t size = strlen(run->bundle);
    while (size > 1 && run->bundle[size - 1] == '/')
        run->bundle[--size] = '\0';
    LJ_TRY(lj_bundle_check_place(run->bundle));
    lj_text_printf(&work, "%s.work", run->bundle);
    lj_text_printf(&samples, "%s.samples", run->bundle);
    const int is_made = lj_text_finish(&work) == LJ_OK && lj_text_finish(&samples) == LJ_OK;
    run->work = is_made ? lj_strdup(work.data) : NULL;
    run->samples = is_made ? lj_strdup(samples.data) : NULL;
    lj_text_free(&work);
    lj_text_free(&samples);
    if (run->work == NULL || run->samples == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a path");
    run->made_home = run->options->bundle == NULL && !lj_file_exists(home);
    if (!run->options->resume) {
        LJ_TRY(lj_folder_remove(run->work));
        LJ_TRY(lj_folder_remove(run->samples));
    }
    return lj_folder_create(run->work);
}

static lj_status make_profile(lj_run *run)
{
    lj_profile *profile = NULL;
    const lj_target *target = &run->table.target;
    const lj_profile_options options = {
        .target = run->table.series_options.horizon > 0 ? NULL : target->column, /* not that of the same row */
        .positive = target->task == LJ_BINARY ? target->class_names[1] : NULL};
    lj_status status =
        lj_profile_make(run->table.frame, run->table.schema, &options, &profile);
    if (status == LJ_OK)
        status = lj_profile_json(profile, &run->profile);
    lj_profile_destroy(profile);
    return status;
}

static lj_status split_table(lj_run *run)
{
    const int64_t n = lj_frame_row_count(run->table.frame);
    run->parts = lj_new_array(n, sizeof(*run->parts));
    if (run->parts == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the parts of %" PRId64 " rows", n);
    if (run->pipeline->split.by == LJ_SPLIT_FOLDS)
        return lj_run_folds(run);
    LJ_TRY(lj_parts_make(run->pipeline, &run->table, run->seed, run->options->console, run->parts));
    return lj_parts_check(&run->table, run->parts);
}

static lj_fit_request request_of(const lj_run *run)
{
    return (lj_fit_request){.pipeline = run->pipeline,
                            .table = &run->table,
                            .parts = run->parts,
                            .seed = run->seed,
                            .work = run->work,
                            .samples = run->samples,
                            .resume = run->options->resume,
                            .team = run->options->team,
                            .console = run->options->console};
}

/* Predictions of the three parts; with folds, test is every row, scored by the model that did not see it. */
static lj_status collect_predictions(lj_run *run)
{
    const int64_t n = lj_frame_row_count(run->table.frame);
    int64_t n_test = 0;
    for (int part = 0; part < LJ_PARTS_JUDGED; part++)
        if (run->folds == NULL || part != LJ_PART_TEST)
            LJ_TRY(lj_part_predictions(&run->table, run->fitted.model, run->fitted.judged, run->parts, (lj_part)part,
                                       &run->predictions[part]));
    if (run->folds == NULL)
        return lj_parts_rows(run->parts, n, LJ_PART_TEST, &run->test_rows, &n_test);
    uint8_t *all = lj_new_array(n, sizeof(*all)); /* zero is train: all rows of one part */
    if (all == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the parts of %" PRId64 " rows", n);
    lj_status status = lj_part_predictions(&run->table, run->fitted.model, run->fold_scores, all, LJ_PART_TRAIN,
                                           &run->predictions[LJ_PART_TEST]);
    if (status == LJ_OK)
        status = lj_parts_rows(all, n, LJ_PART_TRAIN, &run->test_rows, &n_test);
    lj_free(all);
    return status;
}

lj_status lj_run_threshold(const lj_run *run, const lj_predictions *valid, double *out)
{
    *out = 0.5;
    if (valid->task != LJ_BINARY || run->pipeline->threshold.criterion == NULL)
        return LJ_OK;
    return lj_threshold_choose(valid, &run->pipeline->threshold, out);
}

static lj_status evaluate_parts(lj_run *run)
{
    LJ_TRY(collect_predictions(run));
    LJ_TRY(lj_run_threshold(run, &run->predictions[LJ_PART_VALID], &run->threshold));
    const lj_predictions *train = &run->predictions[LJ_PART_TRAIN];
    const int64_t width = lj_model_width(run->fitted.model);
    for (int part = 0; part < LJ_PARTS_JUDGED; part++) {
        const lj_predictions *p = &run->predictions[part];
        LJ_TRY(lj_evaluate(p, run->threshold, &run->evaluation[part]));
        run->psi[part] = NAN;
        if (part != LJ_PART_TRAIN && width == 1)
            LJ_TRY(lj_psi(train->score, train->n, p->score, p->n, &run->psi[part]));
    }
    return LJ_OK;
}

static lj_status evaluate_groups(lj_run *run)
{
    const lj_item *by = run->pipeline->evaluate.by;
    const int64_t n = lj_declared_count(by);
    run->groups = lj_new_array(n, sizeof(*run->groups));
    if (run->groups == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the groups");
    for (int64_t g = 0; g < n; g++) {
        const lj_item *item = lj_declared_at(by, g);
        if (lj_groups_evaluate(run->table.frame, item->text, run->test_rows, &run->predictions[LJ_PART_TEST],
                               run->threshold, &run->groups[g]) != LJ_OK)
            return lj_declare_fail(run->pipeline->file, item, "%s", lj_error_message());
    }
    return LJ_OK;
}

/* One row at a time, as a service asks. */
static lj_status time_single_scores(lj_run *run)
{
    const lj_fit *f = &run->fitted;
    const int64_t n = lj_fit_sample_count(&run->table);
    float *score = lj_new_array(lj_model_width(f->model), sizeof(*score));
    lj_status status = score == NULL ? lj_fail(LJ_ENOMEM, "no memory for a score") : LJ_OK;
    double begin = 0.0, passed = 0.0;
    int64_t timed = 0;
    for (int64_t i = 0; status == LJ_OK && timed < SINGLE_SCORES_TIMED && passed < 1.0; i++) {
        lj_row_views views;
        const lj_rows one = lj_fit_rows(f, i % n, 1, &views);
        status = lj_model_predict(f->model, &one, NULL, score);
        timed = i; /* the first call compiles the program */
        if (i == 0)
            begin = lj_seconds();
        passed = lj_seconds() - begin;
    }
    run->microseconds_per_score = passed / (double)(timed > 0 ? timed : 1) * 1e6;
    lj_free(score);
    return status;
}

/* The rows of train that explanations compare with. */
static lj_status keep_references(lj_run *run)
{
    const lj_fit *f = &run->fitted;
    const int64_t most = run->pipeline->explain.references, width = lj_model_width(f->model);
    int64_t *rows = NULL, n = 0;
    if (most == 0 || !lj_explain_reads(lj_model_spec_of(f->model)))
        return LJ_OK;
    LJ_TRY(lj_parts_rows(run->parts, lj_frame_row_count(run->table.frame), LJ_PART_TRAIN, &rows, &n));
    const int64_t numbers = lj_prep_number_count(f->prep), codes = lj_prep_category_count(f->prep);
    float *taken = lj_new_array(n * numbers, sizeof(*taken)), *scores = lj_new_array(n * width, sizeof(*scores));
    int32_t *taken_codes = lj_new_array(n * codes, sizeof(*taken_codes));
    lj_status status = taken == NULL || scores == NULL || taken_codes == NULL ?
                           lj_fail(LJ_ENOMEM, "no memory for reference rows") : LJ_OK;
    for (int64_t i = 0; status == LJ_OK && i < n; i++) {
        memcpy(taken + i * numbers, f->numbers + rows[i] * numbers, (size_t)numbers * sizeof(float));
        memcpy(taken_codes + i * codes, f->codes + rows[i] * codes, (size_t)codes * sizeof(int32_t));
        memcpy(scores + i * width, f->scores + rows[i] * width, (size_t)width * sizeof(float));
    }
    const lj_rows train = {
        .n = n, .numbers = taken, .number_count = numbers, .codes = taken_codes, .category_count = codes};
    if (status == LJ_OK)
        status = lj_references_make(f->model, f->prep, &train, scores, run->threshold, run->pipeline->explain.against,
                                    most, &run->references);
    lj_free(rows);
    lj_free(taken);
    lj_free(taken_codes);
    lj_free(scores);
    return status;
}

static lj_status evaluate_all(lj_run *run)
{
    const double begin = lj_seconds();
    const int64_t n = lj_frame_row_count(run->table.frame);
    const int64_t width = lj_model_width(run->fitted.model);
    const lj_fit_request request = request_of(run);
    LJ_TRY(evaluate_parts(run));
    LJ_TRY(evaluate_groups(run));
    LJ_TRY(time_single_scores(run));
    const int reads_texts = lj_model_family(run->fitted.model)->reads_texts; /* one feature, which is all there is */
    if (run->pipeline->evaluate.importance && run->table.feature_count > 0 && !reads_texts)
        LJ_TRY(lj_importance_compute(&request, &run->fitted, &run->importance_metric, &run->importance,
                                     &run->importance_count));
    LJ_TRY(keep_references(run));
    LJ_TRY(lj_run_explain(run, &run->explanation));
    LJ_TRY(lj_model_sha256(run->fitted.model, run->weights_sha256));
    LJ_TRY(lj_scores_sha256(run->fitted.scores, n * width, run->scores_sha256));
    LJ_TRY(lj_run_metrics(run, &run->metrics));
    run->evaluate_seconds = lj_seconds() - begin + run->fitted.score_seconds;
    return LJ_OK;
}

/* Of a series the samples before the middle one, with all the rows that their windows hold. */
static lj_status keep_series_cases(const lj_run *run, lj_frame **cases, float scores[], int64_t *count)
{
    const lj_series *series = &run->table.series;
    const int64_t width = lj_model_width(run->fitted.model), window = run->table.series_options.window;
    const int64_t middle = series->n / 2, end = series->last[middle], first = series->first[end];
    int64_t kept = 1;
    while (kept < CASES_KEPT && kept <= middle && series->last[middle - kept] == end - kept && end - kept >= first)
        kept++;
    const int64_t reach = end + 2 - kept - window; /* where the window of the first one begins */
    const int64_t begin = reach > first ? reach : first;
    int64_t *rows = lj_new_array(end + 1 - begin, sizeof(*rows));
    if (rows == NULL)
        return lj_fail(LJ_ENOMEM, "no memory to keep cases");
    for (int64_t row = begin; row <= end; row++)
        rows[row - begin] = row;
    memcpy(scores, run->fitted.scores + (end + 1 - kept) * width, (size_t)(kept * width) * sizeof(float));
    *count = kept;
    const lj_status status = lj_frame_take(run->table.frame, rows, end + 1 - begin, cases);
    lj_free(rows);
    return status;
}

static lj_status keep_cases(const lj_run *run, lj_frame **cases, float scores[], int64_t *count)
{
    if (run->fitted.series != NULL)
        return keep_series_cases(run, cases, scores, count);
    const int64_t n = lj_frame_row_count(run->table.frame);
    const int64_t width = lj_model_width(run->fitted.model);
    const int64_t kept = n < CASES_KEPT ? n : CASES_KEPT;
    int64_t rows[CASES_KEPT];
    for (int64_t i = 0; i < kept; i++) {
        rows[i] = i * n / kept;
        memcpy(scores + i * width, run->fitted.scores + rows[i] * width, (size_t)width * sizeof(float));
    }
    *count = kept;
    return lj_frame_take(run->table.frame, rows, kept, cases);
}

/* Writes the bundle and opens it again: the stored model has to give the scores that were measured. */
static lj_status write_bundle(lj_run *run)
{
    const int64_t width = lj_model_width(run->fitted.model);
    int64_t kept = 0;
    lj_frame *cases = NULL;
    lj_bundle *proof = NULL;
    lj_text card = {0};
    char *report = lj_path_join(run->work, "report.html");
    float *scores = lj_new_array(CASES_KEPT * width, sizeof(*scores));
    lj_status status = report == NULL || scores == NULL ? lj_fail(LJ_ENOMEM, "no memory to write the bundle") :
                                                          keep_cases(run, &cases, scores, &kept);
    if (status == LJ_OK)
        status = lj_run_pages(run, report, &card);
    if (status == LJ_OK) {
        const lj_bundle_parts parts = {.name = run->pipeline->top.name,
                                       .target = &run->table.target,
                                       .prep = run->fitted.prep,
                                       .model = run->fitted.model,
                                       .threshold = run->threshold,
                                       .seed = run->seed,
                                       .data_sha256 = run->table.sha256,
                                       .scores_sha256 = run->scores_sha256,
                                       .pipeline = run->pipeline->text,
                                       .metrics = run->metrics.data,
                                       .card = card.data,
                                       .report = report,
                                       .history = run->work,
                                       .cases = cases,
                                       .case_scores = scores,
                                       .case_count = kept,
                                       .references = run->references.n > 0 ? &run->references : NULL};
        status = lj_bundle_write(run->bundle, &parts);
    }
    if (status == LJ_OK)
        status = lj_bundle_open(run->bundle, &proof);
    lj_bundle_close(proof);
    lj_text_free(&card);
    lj_frame_destroy(cases);
    lj_free(scores);
    lj_free(report);
    return status;
}

static lj_status write_search(const lj_run *run, lj_json *json)
{
    lj_doc *search = NULL;
    LJ_TRY(lj_json_parse("search", run->search.data, run->search.size, &search));
    lj_json_item(json, "search", lj_doc_root(search));
    lj_doc_destroy(search);
    return LJ_OK;
}

static lj_status write_json(const lj_run *run, lj_text *out)
{
    lj_json json;
    lj_doc *metrics = NULL;
    LJ_TRY(lj_json_parse("metrics", run->metrics.data, run->metrics.size, &metrics));
    lj_json_start(&json, out, 0);
    lj_json_map(&json, NULL);
    lj_json_string(&json, "bundle", run->bundle);
    lj_json_string(&json, "weights_sha256", run->weights_sha256);
    lj_json_string(&json, "scores_sha256", run->scores_sha256);
    lj_json_item(&json, "metrics", lj_doc_root(metrics));
    lj_json_double(&json, "threshold", run->threshold);
    if (run->search.data != NULL)
        LJ_TRY(write_search(run, &json));
    lj_json_map(&json, "seconds");
    lj_json_double(&json, "read", run->read_seconds);
    lj_json_double(&json, "tune", run->tune_seconds);
    lj_json_double(&json, "prepare", run->prepare_seconds);
    lj_json_double(&json, "train", run->train_seconds);
    lj_json_double(&json, "evaluate", run->evaluate_seconds);
    lj_json_double(&json, "total", lj_seconds() - run->begin);
    lj_json_end_map(&json);
    lj_json_map(&json, "speed");
    lj_json_double(&json, "train_rows_per_second", run->fitted.train.rows_per_second);
    lj_json_double(&json, "microseconds_per_score", run->microseconds_per_score);
    lj_json_integer(&json, "weights", lj_model_size(run->fitted.model));
    lj_json_end_map(&json);
    lj_json_list(&json, "warnings");
    for (int64_t i = 0; i < lj_console_warning_count(run->options->console); i++)
        lj_json_string(&json, NULL, lj_console_warning(run->options->console, i));
    lj_json_end_list(&json);
    lj_json_end_map(&json);
    lj_doc_destroy(metrics);
    return lj_text_finish(out);
}

static lj_status write_summary(const lj_run *run, lj_text *out)
{
    const char *names[] = {"train", "valid", run->folds != NULL ? "out of fold" : "test"};
    if (run->board.data != NULL)
        lj_text_puts(out, run->board.data);
    lj_run_table(run->table.target.task, names, run->evaluation, LJ_PARTS_JUDGED, out);
    if (run->folds != NULL && run->table.target.task == LJ_BINARY) {
        double sum = 0;
        for (int64_t f = 0; f < run->fold_count; f++)
            sum += lj_evaluation_get(run->folds[f].evaluation[LJ_PART_TEST], "auc");
        lj_text_printf(out, "mean AUC of the %" PRId64 " folds: %.4f\n", run->fold_count,
                       sum / (double)run->fold_count);
    }
    const lj_metric_value *first = lj_evaluation_metric(run->evaluation[LJ_PART_TEST], 0);
    if (!isnan(first->low))
        lj_text_printf(out, "test %s %.4f, 95 %% interval %.4f to %.4f\n", first->name, first->value, first->low,
                       first->high);
    if (run->board.data != NULL)
        lj_text_printf(out, "search %.1f s\n", run->tune_seconds);
    lj_text_printf(out,
                   "%.1f s: read %.2f, prepare %.2f, train %.2f (epoch %" PRId64 " of %" PRId64
                   " kept), evaluate %.2f; one score %.1f us\n",
                   lj_seconds() - run->begin, run->read_seconds, run->prepare_seconds, run->train_seconds,
                   run->fitted.train.best_epoch, run->fitted.train.epoch_count, run->evaluate_seconds,
                   run->microseconds_per_score);
    lj_text_printf(out, "weights %.16s..., scores %.16s...\n", run->weights_sha256, run->scores_sha256);
    lj_text_printf(out, "bundle %s\nreport %s/report.html\n", run->bundle, run->bundle);
    return lj_text_finish(out);
}

static lj_status run_all(lj_run *run, lj_run_result *result)
{
    lj_console *console = run->options->console;
    LJ_TRY(name_places(run));
    LJ_TRY(lj_table_read(run->pipeline, run->seed, run->options->team, console, &run->table));
    LJ_TRY(make_profile(run));
    run->read_seconds = lj_seconds() - run->begin;
    if (run->options->tune || run->pipeline->top.tune != NULL)
        LJ_TRY(lj_run_tune(run));
    run->tune_seconds = lj_seconds() - run->begin - run->read_seconds;
    LJ_TRY(split_table(run));
    const lj_fit_request request = request_of(run);
    LJ_TRY(lj_fit_split(&request, &run->fitted));
    if (lj_frame_decoder(run->table.frame) != NULL)
        LJ_TRY(lj_decoder_digest(lj_frame_decoder(run->table.frame), run->table.sha256));
    run->prepare_seconds += run->fitted.prepare_seconds;
    run->train_seconds += run->fitted.train_seconds;
    LJ_TRY(evaluate_all(run));
    LJ_TRY(write_bundle(run));
    LJ_TRY(lj_folder_remove(run->work));
    LJ_TRY(write_json(run, &result->json));
    return write_summary(run, &result->summary);
}

/* Keeps the first failure and its message through a clean-up that may fail too. */
static lj_status remove_work(lj_status first, const lj_run *run)
{
    char *why = lj_strdup(lj_error_message());
    const lj_status second = lj_folder_remove(run->work);
    if (run->made_home)
        (void)rmdir(home); /* stays if another run has put something there */
    const lj_status status = lj_fail(second == LJ_OK ? first : second, "%s", why != NULL ? why : "the run failed");
    lj_free(why);
    return status;
}

lj_status lj_pipeline_run(const lj_pipeline *pipeline, const lj_pipeline_options *options, lj_run_result *result)
{
    memset(result, 0, sizeof(*result));
    lj_run run = {.pipeline = pipeline,
                  .options = options,
                  .seed = options->seed != NULL ? *options->seed : (uint64_t)pipeline->top.seed,
                  .begin = lj_seconds()};
    lj_status status = run_all(&run, result);
    /* What an interruption or a divergence leaves can be gone on with; anything else leaves nothing. */
    if (status != LJ_OK && status != LJ_EINTERRUPTED && status != LJ_EDIVERGED && run.work != NULL)
        status = remove_work(status, &run);
    free_run(&run);
    return status;
}

void lj_run_result_free(lj_run_result *result)
{
    lj_text_free(&result->json);
    lj_text_free(&result->summary);
}
