/* report.html and card.md: what a run found, handed to report/. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "compute/kernels.h"
#include "data/profile.h"
#include "lianjin/report.h"
#include "lianjin/scorecard.h"
#include "pipeline/pipeline.h"

enum { COMMANDS = 3, FACTS = 2, FORECAST_POINTS = 300 };

/* In the order of lj_threshold_words. */
static const char *const threshold_reasons[] = {"largest F1 on valid", "largest MCC on valid",
                                                "largest balanced accuracy on valid", "largest KS on valid",
                                                "as the pipeline says", "largest value on valid",
                                                "as many as the alert budget allows on valid",
                                                "as many as the approval rate allows on valid"};

/* Texts that live while the page is written. */
typedef struct page_texts {
    lj_arena *arena;
    lj_text preparation, model, scorecard;
    lj_report_part parts[LJ_PARTS_JUDGED];
    lj_report_importance *importance;
    lj_report_groups *groups;
    const char **warnings;
    const char *commands[COMMANDS];
    lj_report_fact facts[FACTS];
    lj_report_forecast forecast; /* count 0: none */
    char pipeline_sha256[LJ_SHA256_HEX];
} page_texts;

static double rate_of(const lj_predictions *p)
{
    double sum = 0;
    if (p->task == LJ_MULTICLASS || p->task == LJ_UNSUPERVISED || p->n == 0)
        return NAN;
    for (int64_t i = 0; i < p->n; i++)
        sum += p->target[i];
    return sum / (double)p->n;
}

static const char *split_text(const lj_run *run, lj_arena *arena)
{
    const lj_pipeline_split *split = &run->pipeline->split;
    if (run->pipeline->data.images != NULL)
        return "as the sets of images say"; /* what is not a set of its own is taken of train */
    const int by = split->by >= 0 ? split->by :
                   run->table.target.classes == 0 ? (int)LJ_SPLIT_RANDOM : (int)LJ_SPLIT_STRATIFIED;
    switch ((lj_split_by)by) {
    case LJ_SPLIT_COLUMN:
        return lj_arena_printf(arena, "by column %s", split->column);
    case LJ_SPLIT_GROUP:
        return lj_arena_printf(arena, "by groups of %s, seed %" PRIu64, split->column, run->seed);
    case LJ_SPLIT_TIME:
        return lj_arena_printf(arena, "by time, column %s", split->column);
    case LJ_SPLIT_FOLDS:
        return lj_arena_printf(arena, "%" PRId64 " folds", run->fold_count);
    default:
        return lj_arena_printf(arena, "%s, valid %g, test %g, seed %" PRIu64,
                               by == LJ_SPLIT_RANDOM ? "random" : "stratified", split->valid, split->test, run->seed);
    }
}

/* A word, a time or a number as people read it. */
static lj_status cell_text(const lj_column *column, int64_t row, lj_arena *arena, const char **out)
{
    lj_text text = {0};
    if (column->type == LJ_COLUMN_TEXT)
        lj_text_puts(&text, lj_column_word(column, row));
    else if (column->type == LJ_COLUMN_TIME)
        lj_time_text(column->time[row], &text);
    else
        lj_text_printf(&text, "%.15g", column->number[row]);
    const lj_status status = lj_text_finish(&text);
    *out = status == LJ_OK ? lj_arena_strdup(arena, text.data) : NULL;
    lj_text_free(&text);
    return *out != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "no memory for the report");
}

/* With folds, what is judged last is every row, scored by the model that did not see it. */
static const char *test_name(const lj_run *run)
{
    return run->folds != NULL ? "out of fold" : "test";
}

static lj_status fill_lists(lj_run *run, page_texts *t)
{
    const int64_t n_groups = lj_declared_count(run->pipeline->evaluate.by);
    const int64_t n_warnings = lj_console_warning_count(run->options->console);
    t->importance = lj_arena_array(t->arena, run->importance_count, sizeof(*t->importance));
    t->groups = lj_arena_array(t->arena, n_groups, sizeof(*t->groups));
    t->warnings = lj_arena_array(t->arena, n_warnings, sizeof(*t->warnings));
    t->commands[0] = lj_arena_printf(t->arena, "lianjin run %s", run->pipeline->file);
    t->commands[1] = lj_arena_printf(t->arena, "lianjin model show %s", run->bundle);
    t->commands[2] = lj_arena_printf(t->arena, "lianjin predict %s NEW.csv -o scored.csv", run->bundle);
    if (t->importance == NULL || t->groups == NULL || t->warnings == NULL || t->commands[0] == NULL ||
        t->commands[1] == NULL || t->commands[2] == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the report");
    for (int64_t i = 0; i < run->importance_count; i++) {
        const lj_importance *from = &run->importance[i];
        t->importance[i] = (lj_report_importance){from->feature, from->mean, (from->high - from->low) / 2};
    }
    for (int64_t i = 0; i < n_groups; i++)
        t->groups[i] = (lj_report_groups){lj_declared_at(run->pipeline->evaluate.by, i)->text, run->groups[i].data};
    for (int64_t i = 0; i < n_warnings; i++)
        t->warnings[i] = lj_console_warning(run->options->console, i);
    t->facts[0] = (lj_report_fact){"arithmetic", lj_arena_printf(t->arena, "%d", LJ_ARITHMETIC)};
    t->facts[1] = (lj_report_fact){"instruction set", lj_kernels_get()->name};
    return LJ_OK;
}

/* The test rows of the series (`first` in lj_series) that has most of them: begin .. begin + count - 1 of test_rows. */
static int64_t longest_series(const lj_run *run, int64_t *begin)
{
    const int64_t n = run->predictions[LJ_PART_TEST].n;
    const int64_t *first = run->table.series.first, *rows = run->test_rows;
    int64_t most = 0;
    for (int64_t at = 0, end = 0; at < n; at = end) {
        end = at + 1;
        while (end < n && first[rows[end]] == first[rows[at]])
            end++;
        if (end - at > most) {
            most = end - at;
            *begin = at;
        }
    }
    return most;
}

/* Its last rows, as the page draws them. */
static lj_status fill_forecast(const lj_run *run, page_texts *t)
{
    const lj_predictions *test = &run->predictions[LJ_PART_TEST];
    const lj_series_options *series = &run->table.series_options;
    const lj_column *time = NULL, *group = NULL;
    int64_t begin = 0;
    if (series->window == 0 || test->task != LJ_REGRESSION)
        return LJ_OK;
    int64_t count = longest_series(run, &begin);
    if (count > FORECAST_POINTS) {
        begin += count - FORECAST_POINTS;
        count = FORECAST_POINTS;
    }
    const char **times = lj_arena_array(t->arena, count, sizeof(*times));
    if (times == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the report");
    LJ_TRY(lj_frame_need(run->table.frame, series->time, &time));
    for (int64_t i = 0; i < count; i++)
        LJ_TRY(cell_text(time, run->test_rows[begin + i], t->arena, &times[i]));
    t->forecast = (lj_report_forecast){.part = test_name(run),
                                       .times = times,
                                       .target = test->target + begin,
                                       .prediction = test->score + begin,
                                       .count = count};
    if (series->group == NULL)
        return LJ_OK;
    LJ_TRY(lj_frame_need(run->table.frame, series->group, &group));
    return cell_text(group, run->test_rows[begin], t->arena, &t->forecast.group);
}

static lj_status fill_texts(lj_run *run, page_texts *t)
{
    const char *const names[] = {"train", "valid", test_name(run)};
    for (int part = 0; part < LJ_PARTS_JUDGED; part++)
        t->parts[part] = (lj_report_part){.name = names[part],
                                          .rows = run->predictions[part].n,
                                          .rate = rate_of(&run->predictions[part]),
                                          .psi = run->psi[part],
                                          .evaluation = run->evaluation[part]};
    LJ_TRY(fill_forecast(run, t));
    LJ_TRY(lj_prep_json(run->fitted.prep, &t->preparation));
    LJ_TRY(lj_model_json(run->fitted.model, &t->model));
    if (lj_model_family(run->fitted.model)->gives_points)
        LJ_TRY(lj_scorecard_json(run->fitted.model, run->fitted.prep, &t->scorecard));
    LJ_TRY(lj_sha256_bytes(run->pipeline->text, strlen(run->pipeline->text), t->pipeline_sha256));
    return fill_lists(run, t);
}

static lj_report make_report(lj_run *run, const page_texts *t)
{
    const lj_fit *fitted = &run->fitted;
    const lj_target *target = &run->table.target;
    const int64_t elements = lj_model_size(fitted->model);
    return (lj_report){.name = run->pipeline->top.name,
                       .task = target->task,
                       .target = target->column,
                       .target_reason = target->reason,
                       .classes = target->classes,
                       .class_names = target->class_names,
                       .pipeline = run->pipeline->text,
                       .profile = run->profile.data,
                       .source = run->pipeline->data.images != NULL ? "images" : run->pipeline->data.source,
                       .split = split_text(run, t->arena),
                       .warnings = t->warnings,
                       .warning_count = lj_console_warning_count(run->options->console),
                       .parts = t->parts,
                       .part_count = LJ_PARTS_JUDGED,
                       .preparation = t->preparation.data,
                       .family = run->pipeline->family,
                       .model = t->model.data,
                       .scorecard = t->scorecard.data,
                       .feature_count = run->table.feature_count,
                       .weight_count = elements,
                       .epochs = fitted->train.epochs,
                       .epoch_count = fitted->train.epoch_count,
                       .best_epoch = fitted->train.best_epoch,
                       .monitor = fitted->train.monitor,
                       .train_seconds = run->train_seconds,
                       .rows_per_second = fitted->train.rows_per_second,
                       .threshold = target->task == LJ_BINARY ? run->threshold : NAN,
                       .threshold_reason = threshold_reasons[run->pipeline->evaluate.threshold],
                       .forecast = t->forecast.count > 0 ? &t->forecast : NULL,
                       .importance = t->importance,
                       .importance_count = run->importance_count,
                       .importance_metric = run->importance_metric,
                       .importance_part = "valid",
                       .search = run->search.data,
                       .explanation = run->explanation.data,
                       .groups = t->groups,
                       .group_count = lj_declared_count(run->pipeline->evaluate.by),
                       .groups_part = test_name(run),
                       .microseconds_per_score = run->microseconds_per_score,
                       .model_bytes = elements * (int64_t)sizeof(float),
                       .seed = run->seed,
                       .data_sha256 = run->table.sha256,
                       .weights_sha256 = run->weights_sha256,
                       .scores_sha256 = run->scores_sha256,
                       .pipeline_sha256 = t->pipeline_sha256,
                       .facts = t->facts,
                       .fact_count = FACTS,
                       .commands = t->commands,
                       .command_count = COMMANDS};
}

lj_status lj_run_pages(lj_run *run, const char *path, lj_text *card)
{
    page_texts t = {0};
    LJ_TRY(lj_arena_create(&t.arena));
    lj_status status = fill_texts(run, &t);
    if (status == LJ_OK) {
        const lj_report report = make_report(run, &t);
        status = lj_report_write(path, &report);
        if (status == LJ_OK)
            status = lj_report_card(&report, card);
    }
    lj_text_free(&t.preparation);
    lj_text_free(&t.model);
    lj_text_free(&t.scorecard);
    lj_arena_destroy(t.arena);
    return status;
}
