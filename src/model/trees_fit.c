/*
 * Fits families that grow trees: weights of classes, the unit of the target, constraints by name, the judge on valid, and
 * the checkpoint, which holds the trees so far.
 */
#include "model/trees_fit.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lianjin/file.h"
#include "model/logistic.h"

#define CHECKPOINT "trees.json"
#define GROUPS_MAX 63 /* lists of interaction_constraints; one bit is that of the columns in none */

typedef struct fit {
    const lj_fit_call *call;
    lj_tree_options *options;
    double *valid_target; /* in the scaled unit */
    double *valid_weight;
    float *scores;      /* of valid, in the unit of the target */
    int8_t *monotone;
    uint64_t *groups;
    lj_epoch *epochs;   /* [rounds] */
    int64_t epoch_count;
    lj_trees *start;
    double started;
} fit;

void lj_trees_train_defaults(const void *options, int64_t n, lj_train_values *train)
{
    (void)options, (void)n, (void)train;
}

static lj_status no_memory(int64_t n)
{
    return lj_fail(LJ_ENOMEM, "trees: no memory for %" PRId64 " rows", n);
}

/* Answers of trees in the unit of the target. */
static void to_unit(const lj_train_job *job, const float *answers, int64_t cells, float *scores)
{
    const int is_regression = job->task == LJ_REGRESSION;
    for (int64_t i = 0; i < cells; i++)
        scores[i] = is_regression ? (float)((double)answers[i] * job->target_scale + job->target_mean) : answers[i];
}

/* ---- the judge ---- */

static lj_status judge(void *context, int64_t rounds, const float *answers, double *out)
{
    fit *f = context;
    const lj_fit_call *call = f->call;
    const lj_train_job *job = call->job;
    const char *monitor = call->training->monitor;
    const int64_t n = call->valid->n, cells = n * lj_network_outputs(call->network->spec);
    to_unit(job, answers, cells, f->scores);
    const lj_predictions predictions = {.task = job->task,
                                        .n = n,
                                        .classes = job->classes,
                                        .score = f->scores,
                                        .target = call->valid->target,
                                        .weight = f->valid_weight};
    lj_epoch *epoch = &f->epochs[rounds - 1];
    *epoch = (lj_epoch){.epoch = rounds, .loss = (double)NAN, .rate = f->options->rate};
    LJ_TRY(lj_metric_compute(job->task == LJ_REGRESSION ? "mse" : "log_loss", &predictions, &epoch->valid_loss));
    LJ_TRY(lj_metric_compute(monitor, &predictions, &epoch->monitor));
    if (isnan(epoch->monitor))
        return lj_fail(LJ_EDATA, "the metric '%s' is not defined on the valid part of %" PRId64 " rows", monitor, n);
    epoch->seconds = lj_seconds() - f->started;
    f->epoch_count = rounds;
    *out = lj_metric_larger_is_better(monitor) ? -epoch->monitor : epoch->monitor;
    return LJ_OK;
}

/* ---- rows ---- */

static lj_status scale_target(const lj_train_job *job, const lj_rows *rows, double **out)
{
    *out = lj_new_array(rows->n, sizeof(**out));
    if (*out == NULL)
        return no_memory(rows->n);
    for (int64_t i = 0; i < rows->n; i++)
        (*out)[i] = job->task == LJ_REGRESSION ? (rows->target[i] - job->target_mean) / job->target_scale :
                                                 rows->target[i];
    return LJ_OK;
}

/* Means whose logarithm is learned are not negative. */
static lj_status check_signs(const fit *f, const lj_rows *rows, const char *part)
{
    const lj_tree_loss loss = f->options->loss;
    for (int64_t i = 0; (loss == LJ_TREE_POISSON || loss == LJ_TREE_TWEEDIE) && i < rows->n; i++) {
        if (rows->target[i] < 0.0)
            return lj_fail(LJ_EDATA, "objective %s: the target of %s row %" PRId64 " is %g, expected 0 or more",
                           lj_tree_loss_names[loss], part, i + 1, rows->target[i]);
    }
    return LJ_OK;
}

/* Weights of rows times those of their classes; NULL if all are 1. */
static lj_status weigh(const float *by_class, const lj_rows *rows, float **out)
{
    if (rows->weight == NULL && by_class == NULL)
        return LJ_OK;
    *out = lj_new_array(rows->n, sizeof(**out));
    if (*out == NULL)
        return no_memory(rows->n);
    for (int64_t i = 0; i < rows->n; i++)
        (*out)[i] = (rows->weight != NULL ? rows->weight[i] : 1.0F) *
                       (by_class != NULL ? by_class[(int64_t)rows->target[i]] : 1.0F);
    return LJ_OK;
}

static lj_status ready_valid(fit *f)
{
    const lj_rows *valid = f->call->valid;
    if (valid == NULL)
        return LJ_OK;
    LJ_TRY(scale_target(f->call->job, valid, &f->valid_target));
    f->scores = lj_new_array(valid->n * lj_network_outputs(f->call->network->spec), sizeof(*f->scores));
    f->valid_weight = valid->weight != NULL ? lj_new_array(valid->n, sizeof(*f->valid_weight)) : NULL;
    if (f->scores == NULL || (valid->weight != NULL && f->valid_weight == NULL))
        return no_memory(valid->n);
    for (int64_t i = 0; valid->weight != NULL && i < valid->n; i++)
        f->valid_weight[i] = (double)valid->weight[i];
    f->options->judge = judge;
    f->options->judge_context = f;
    return LJ_OK;
}

/* ---- constraints by name ---- */

static const char *file_of(const fit *f)
{
    return lj_network_file(f->call->network);
}

/* The features that come from a column; LJ_ECONFIG if there are none. */
static lj_status find_column(const fit *f, const lj_item *place, const char *name, int64_t *first)
{
    const lj_model_spec *spec = f->call->network->spec;
    const int64_t count = spec->number_count + spec->category_count;
    for (int64_t i = 0; spec->names != NULL && i < count; i++) {
        if (strcmp(spec->names[i], name) == 0) {
            *first = i;
            return LJ_OK;
        }
    }
    const char *near = spec->names != NULL ? lj_nearest(name, spec->names, count) : NULL;
    return near != NULL ? lj_declare_fail(file_of(f), place, "no column '%s' after the preparation; did you mean '%s'?",
                                          name, near) :
                          lj_declare_fail(file_of(f), place, "no column '%s' after the preparation", name);
}

static lj_status read_monotone(fit *f, const lj_item *map)
{
    const lj_model_spec *spec = f->call->network->spec;
    if (map == NULL || map->count == 0)
        return LJ_OK;
    f->monotone = lj_new_array(spec->number_count, 1);
    if (f->monotone == NULL)
        return no_memory(spec->number_count);
    for (int64_t i = 0; i < map->count; i++) {
        const lj_item *item = map->items[i];
        int64_t feature = 0;
        LJ_TRY(find_column(f, item, item->key, &feature));
        if (item->kind != LJ_NUMBER || (item->number != 1.0 && item->number != -1.0 && item->number != 0.0))
            return lj_declare_fail(file_of(f), item, "monotone_constraints: expected 1, -1 or 0 for '%s'", item->key);
        if (feature >= spec->number_count)
            return lj_declare_fail(file_of(f), item, "monotone_constraints: '%s' is a category, which has no order",
                                   item->key);
        f->monotone[feature] = (int8_t)item->number;
    }
    f->options->monotone = f->monotone;
    return LJ_OK;
}

static lj_status read_interactions(fit *f, const lj_item *lists)
{
    const lj_model_spec *spec = f->call->network->spec;
    const int64_t features = spec->number_count + spec->category_count;
    if (lists == NULL || lists->count == 0)
        return LJ_OK;
    if (lists->count > GROUPS_MAX)
        return lj_declare_fail(file_of(f), lists, "interaction_constraints: expected at most %d lists", GROUPS_MAX);
    f->groups = lj_new_array(features, sizeof(*f->groups));
    if (f->groups == NULL)
        return no_memory(features);
    for (int64_t g = 0; g < lists->count; g++) {
        const lj_item *list = lists->items[g];
        for (int64_t i = 0; i < (list->kind == LJ_LIST ? list->count : 0); i++) {
            int64_t feature = 0;
            if (list->items[i]->kind != LJ_STRING)
                return lj_declare_fail(file_of(f), list->items[i], "interaction_constraints: expected a column");
            LJ_TRY(find_column(f, list->items[i], list->items[i]->text, &feature));
            f->groups[feature] |= UINT64_C(1) << g;
        }
        if (list->kind != LJ_LIST)
            return lj_declare_fail(file_of(f), list, "interaction_constraints: expected a list of columns");
    }
    for (int64_t i = 0; i < features; i++)
        f->groups[i] = f->groups[i] != 0 ? f->groups[i] : UINT64_C(1) << GROUPS_MAX;
    f->options->groups = f->groups;
    return LJ_OK;
}

/* ---- the checkpoint ---- */

static lj_status read_checkpoint(fit *f)
{
    const lj_train_options *training = f->call->training;
    if (!training->resume || training->checkpoint == NULL)
        return LJ_OK;
    char *path = lj_path_join(training->checkpoint, CHECKPOINT);
    lj_doc *doc = NULL;
    if (path == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a path");
    lj_status status = LJ_OK;
    if (lj_file_exists(path))
        status = lj_json_read(path, &doc);
    if (doc != NULL)
        status = lj_trees_load(doc, lj_doc_root(doc), &f->start);
    const lj_model_spec *spec = f->call->network->spec;
    if (f->start != NULL && (lj_trees_groups(f->start) != lj_network_outputs(spec) ||
                             !lj_trees_fit_rows(f->start, spec->number_count, spec->category_count,
                                                spec->category_sizes)))
        status = lj_fail(LJ_EDATA, "%s: made of other data: run again without --resume", path);
    if (status == LJ_OK && f->start != NULL)
        lj_note(f->call->console, "%" PRId64 " rounds of trees go on", lj_trees_rounds(f->start));
    f->options->start = f->start;
    lj_doc_destroy(doc);
    lj_free(path);
    return status;
}

static lj_status write_checkpoint(const fit *f, const lj_trees *trees)
{
    const char *folder = f->call->training->checkpoint;
    if (folder == NULL)
        return LJ_OK;
    lj_text text = {0};
    lj_json json;
    char *path = lj_path_join(folder, CHECKPOINT);
    lj_json_start(&json, &text, 0);
    lj_trees_save(trees, &json);
    lj_status status = path == NULL ? lj_fail(LJ_ENOMEM, "no memory for a path") : lj_text_finish(&text);
    if (status == LJ_OK)
        status = lj_folder_create(folder);
    if (status == LJ_OK)
        status = lj_file_replace(path, text.data, text.size);
    lj_text_free(&text);
    lj_free(path);
    return status;
}

/* ---- the fit ---- */

static lj_status deliver(fit *f, const lj_trees *trees)
{
    const lj_fit_call *call = f->call;
    lj_train_result *result = call->result;
    result->seconds = lj_seconds() - f->started;
    result->best_epoch = lj_trees_rounds(trees);
    result->steps = f->epoch_count > 0 ? f->epoch_count : result->best_epoch;
    result->rows_per_second =
        result->seconds > 0.0 ? (double)(call->train->n * result->steps) / result->seconds : 0.0;
    if (result->interrupted)
        return write_checkpoint(f, trees);
    lj_note(call->console, "trees: %" PRId64 " rounds, %" PRId64 " leaves", lj_trees_rounds(trees),
            lj_trees_leaves(trees));
    if (f->epoch_count == 0)
        return LJ_OK;
    LJ_TRY(lj_history_save(call->training->history, call->training->monitor, f->epochs, f->epoch_count));
    result->epochs = f->epochs;
    result->epoch_count = f->epoch_count;
    f->epochs = NULL;
    return LJ_OK;
}

static lj_status prove_monotone(const fit *f, const lj_trees *trees)
{
    int64_t count = 0;
    for (int64_t i = 0; f->monotone != NULL && i < f->call->network->spec->number_count; i++) {
        if (f->monotone[i] == 0)
            continue;
        LJ_TRY(lj_trees_prove_monotone(trees, i, f->monotone[i]));
        count++;
    }
    if (count > 0)
        lj_note(f->call->console, "trees: proved monotone in %" PRId64 " columns", count);
    return LJ_OK;
}

/* Fits rows; valid NULL: without a judge. */
static lj_status fit_rows(const fit *f, const lj_tree_options *options, const lj_rows *rows, const lj_rows *valid,
                          lj_trees **out)
{
    const lj_fit_call *call = f->call;
    const lj_model_spec *spec = call->network->spec;
    lj_tree_rows train = lj_model_tree_rows(spec, rows), judged = {0};
    double *target = NULL;
    float *weight = NULL;
    lj_status status = scale_target(call->job, rows, &target);
    if (status == LJ_OK)
        status = weigh(call->training->class_weight, rows, &weight);
    train.target = target;
    train.weight = weight;
    if (valid != NULL)
        judged = lj_model_tree_rows(spec, valid);
    judged.target = f->valid_target;
    if (status == LJ_OK)
        status = lj_trees_fit(options, &train, valid != NULL ? &judged : NULL, call->team, &call->result->interrupted,
                              out);
    lj_free(target);
    lj_free(weight);
    return status;
}

/* What the model says of valid before it learns from it. */
static lj_status keep_valid(const fit *f, const lj_trees *trees)
{
    const lj_fit_call *call = f->call;
    const int64_t n = call->valid->n, cells = n * lj_network_outputs(call->network->spec);
    const lj_tree_rows rows = lj_model_tree_rows(call->network->spec, call->valid);
    float *scores = lj_new_array(cells, sizeof(*scores));
    if (scores == NULL)
        return no_memory(n);
    lj_trees_raw(trees, &rows, call->team, scores);
    lj_trees_answer(trees, n, scores);
    to_unit(call->job, scores, cells, scores);
    call->result->valid_scores = scores;
    return LJ_OK;
}

/* The same rounds on train and valid together; interrupted, the trees stay as they are. */
static lj_status fit_again(const fit *f, lj_trees **trees)
{
    const lj_fit_call *call = f->call;
    lj_tree_options options = *f->options;
    lj_joined both = {0};
    lj_trees *again = NULL;
    options.rounds = lj_trees_rounds(*trees);
    options.start = NULL;
    options.judge = NULL;
    LJ_TRY(keep_valid(f, *trees));
    lj_status status = lj_joined_make(call->train, call->valid, &both);
    if (status == LJ_OK)
        status = fit_rows(f, &options, &both.rows, NULL, &again);
    if (status == LJ_OK && !call->result->interrupted) {
        lj_note(call->console, "boosted_trees: fitted once more on train and valid, %" PRId64 " rows", both.rows.n);
        lj_trees_destroy(*trees);
        *trees = again;
        again = NULL;
    }
    lj_trees_destroy(again);
    lj_joined_free(&both);
    return status;
}

static lj_status run(fit *f, int refits)
{
    const lj_fit_call *call = f->call;
    LJ_TRY(fit_rows(f, f->options, call->train, call->valid, call->trees));
    if (refits && call->valid != NULL && !call->result->interrupted)
        LJ_TRY(fit_again(f, call->trees));
    LJ_TRY(prove_monotone(f, *call->trees));
    return deliver(f, *call->trees);
}

lj_status lj_trees_family_fit(const lj_fit_call *call, lj_tree_options *options, int refits)
{
    const lj_model_spec *spec = call->network->spec;
    const lj_item *model = call->network->model;
    fit f = {.call = call, .options = options, .started = lj_seconds()};
    lj_status status = LJ_OK;
    if (spec->task == LJ_BINARY)
        options->loss = LJ_TREE_LOGISTIC;
    if (spec->task == LJ_MULTICLASS)
        options->loss = LJ_TREE_SOFTMAX;
    options->classes = spec->classes;
    options->seed = call->training->seed;
    options->console = call->console;
    f.epochs = lj_new_array(options->rounds, sizeof(*f.epochs));
    if (f.epochs == NULL)
        LJ_TRY_DONE(no_memory(call->train->n));
    LJ_TRY_DONE(read_monotone(&f, lj_item_get(model, "monotone_constraints")));
    LJ_TRY_DONE(read_interactions(&f, lj_item_get(model, "interaction_constraints")));
    LJ_TRY_DONE(check_signs(&f, call->train, "training"));
    if (call->valid != NULL)
        LJ_TRY_DONE(check_signs(&f, call->valid, "valid"));
    LJ_TRY_DONE(ready_valid(&f));
    LJ_TRY_DONE(read_checkpoint(&f));
    LJ_TRY_DONE(run(&f, refits));
done:
    lj_free(f.valid_target);
    lj_free(f.valid_weight);
    lj_free(f.scores);
    lj_free(f.monotone);
    lj_free(f.groups);
    lj_free(f.epochs);
    lj_trees_destroy(f.start);
    return status;
}
