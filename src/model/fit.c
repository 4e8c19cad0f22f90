/* Fitting a model: options, graphs and weights, then the training loop or the family's own fit. */
#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <string.h>

#include "model/model.h"
#include "model/network.h"

static const char *const own_keys[] = {"family", "calibrate", NULL}; /* beside the family's options in `model:` */

typedef struct common_options {
    int calibrate; /* lj_calibrator_kind */
} common_options;

static const lj_declaration common_rows[] = {
    {.key = "calibrate", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(common_options, calibrate),
     .choices = lj_calibrator_names, .fallback = "none",
     .doc = "Two classes: makes probabilities what they say, by the valid rows, which then judge no calibration: platt "
            "(sigmoid(a log-odds + b)), beta (sigmoid(a ln p - b ln(1 - p) + c)), isotonic (a line that never falls)."},
};

const lj_declaration *lj_model_declarations(int64_t *count)
{
    *count = (int64_t)(sizeof(common_rows) / sizeof(common_rows[0]));
    return common_rows;
}

/* What of `model:` all families have: the map holds the family's own keys, too. */
static lj_status read_common(const char *file, const lj_item *map, common_options *out)
{
    const lj_item *item = map != NULL && map->kind == LJ_MAP ? lj_item_get(map, "calibrate") : NULL;
    lj_item *items[1] = {(lj_item *)(uintptr_t)item};
    const lj_item only = {.kind = LJ_MAP, .count = item != NULL, .items = items};
    return lj_declare_read(file, item != NULL ? &only : NULL, common_rows, 1, NULL, out);
}

static lj_status check_rows(const lj_model_spec *spec, int may_miss, const lj_rows *rows, const char *part)
{
    LJ_TRY(lj_model_check_width(spec, rows, part));
    const double classes = (double)spec->classes;
    if (rows->texts != NULL)
        return rows->texts->begin[rows->n] >= spec->token_count ?
                   LJ_OK :
                   lj_fail(LJ_EDATA, "model: the texts of the %s part have %" PRId64 " tokens together, and the model "
                           "sees %" PRId64 " at once: prepare a shorter length", part, rows->texts->begin[rows->n],
                           spec->token_count);
    for (int64_t i = 0; i < rows->n; i++) {
        const double y = rows->target != NULL ? rows->target[i] : 0.0;
        if (!isfinite(y) || (classes > 0.0 && (y < 0.0 || y >= classes || floor(y) != y)))
            return lj_fail(LJ_EDATA, "model: the target of %s row %" PRId64 " is %g", part, i + 1, y);
        if (rows->weight != NULL && !(rows->weight[i] >= 0.0F && isfinite(rows->weight[i])))
            return lj_fail(LJ_EDATA, "model: the weight of %s row %" PRId64 " is %g", part, i + 1,
                           (double)rows->weight[i]);
    }
    const int64_t stored = rows->steps > 0 ? rows->stored : rows->n;
    for (int64_t i = 0; i < stored * rows->number_count; i++) {
        if (!isfinite(rows->numbers[i]) && !(may_miss && isnan(rows->numbers[i])))
            return lj_fail(LJ_EDATA, "model: number %" PRId64 " of %s row %" PRId64 " is not finite",
                           i % rows->number_count + 1, part, i / rows->number_count + 1);
    }
    return LJ_OK;
}

/* Mean and deviation of a regression's target, so that any unit trains alike. */
static void measure_target(const lj_rows *train, lj_model_core *core)
{
    double sum = 0.0, squares = 0.0;
    const int keeps_unit = core->family->keeps_unit != NULL && core->family->keeps_unit(core->options);
    if (core->spec.task != LJ_REGRESSION || train->texts != NULL || keeps_unit || core->family->info.has_members)
        return;
    for (int64_t i = 0; i < train->n; i++)
        sum += train->target[i];
    core->target_mean = sum / (double)train->n;
    for (int64_t i = 0; i < train->n; i++) {
        const double d = train->target[i] - core->target_mean;
        squares += d * d;
    }
    const double scale = sqrt(squares / (double)train->n);
    core->target_scale = scale > 0.0 ? scale : 1.0;
}

typedef struct fit_state {
    lj_model_core *core;
    common_options common;
    lj_train_values values;
    lj_train_options options;
    float *class_weight;
    float *edges;
    lj_network network;
    lj_train_job job;
} fit_state;

static lj_status read_options(const lj_fit_options *given, const lj_model_spec *spec, const lj_family *family,
                              const lj_rows *train, fit_state *state)
{
    const char *file = given->file != NULL ? given->file : "options";
    LJ_TRY(read_common(file, given->model, &state->common));
    LJ_TRY(lj_model_core_create(family, spec, file, given->model, own_keys, &state->core));
    LJ_TRY(lj_train_values_read(file, given->train, &state->values));
    if (state->values.samples > 0 && !family->info.draws_rows && !family->info.reads_texts)
        return lj_declare_fail(file, lj_item_get(given->train, "samples"), "train: the family '%s' draws nothing",
                               family->info.name);
    if (train == NULL)
        return LJ_OK;
    family->train_defaults(state->core->options, train->n, &state->values);
    lj_train_values_finish(&state->values, spec->task, &state->options);
    LJ_TRY(lj_train_values_class_weight(&state->values, file, spec->task, spec->classes, train, &state->class_weight));
    state->options.class_weight = state->class_weight;
    state->options.seed = given->seed;
    state->options.checkpoint = given->checkpoint;
    state->options.history = given->history;
    state->options.resume = given->resume;
    return LJ_OK;
}

/* Graphs for the quarters of the length, where most texts are shorter than half of it. */
static lj_status build_shorter(fit_state *state, const lj_loss_options *loss, const lj_rows *train)
{
    const lj_model_core *core = state->core;
    lj_train_job *job = &state->job;
    const int64_t tokens = core->spec.token_count;
    int64_t short_texts = 0;
    for (int64_t i = 0; train->texts == NULL && tokens >= 2 * LJ_TRAIN_BUCKETS && i < train->n; i++)
        short_texts += train->tokens[i * tokens + tokens / 2] == 0;
    const int may_flatten = core->family->info.reads_tokens == LJ_READS_TOO; /* lists of layers: weights by step */
    if (core->family->fit != NULL || may_flatten || 2 * short_texts <= train->n)
        return LJ_OK;
    for (int64_t k = 1; k < LJ_TRAIN_BUCKETS; k++) {
        lj_train_bucket *bucket = &job->shorter[job->shorter_count++];
        lj_model_spec spec = core->spec;
        lj_network network = state->network;
        spec.token_count = bucket->tokens = tokens * k / LJ_TRAIN_BUCKETS;
        network.spec = &spec;
        LJ_TRY(lj_network_training(core->family, &network, loss, &bucket->training, &bucket->loss));
    }
    return LJ_OK;
}

/* What a job knows beside its graphs. */
static lj_status build_job(fit_state *state)
{
    lj_model_core *core = state->core;
    LJ_TRY(lj_weights_create(&core->weights));
    state->job.weights = core->weights;
    state->job.task = core->spec.task;
    state->job.classes = core->spec.classes;
    state->job.target_mean = core->target_mean;
    state->job.target_scale = core->target_scale;
    return LJ_OK;
}

static lj_status build(const lj_fit_options *given, const lj_rows *train, fit_state *state)
{
    lj_model_core *core = state->core;
    const lj_family *family = core->family;
    LJ_TRY(build_job(state));
    const int64_t most_bins = family->bins == NULL ? 0 : family->bins(core->options);
    if (most_bins > 0 && core->spec.number_count > 0)
        LJ_TRY(lj_network_edges(train, most_bins, &core->bins, &state->edges));
    state->network = lj_model_network(core);
    state->network.file = given->file != NULL ? given->file : "options";
    state->network.model = given->model;
    state->network.is_fresh = 1;
    state->network.mixes = state->options.augment.mix_up > 0.0 && lj_pixels_size(&core->spec.image) > 0 &&
                           core->spec.task != LJ_UNSUPERVISED;
    state->network.seed = given->seed;
    state->network.edges = state->edges;
    if (family->info.grows_trees || family->info.has_members)
        return LJ_OK;

    lj_loss_options loss = lj_train_values_loss(&state->values, core->spec.task);
    if (family->info.reads_texts)
        loss.loss = LJ_LOSS_CROSS_ENTROPY;
    lj_train_job *job = &state->job;
    LJ_TRY(lj_network_training(family, &state->network, &loss, &job->training, &job->loss));
    LJ_TRY(build_shorter(state, &loss, train));
    if (family->rival != NULL) {
        LJ_TRY(lj_network_rival(family, &state->network, &job->rival, &job->rival_loss));
        job->rival_steps = family->rival_steps(core->options);
    }
    LJ_TRY(lj_network_scoring(family, &state->network, &job->scoring));
    LJ_TRY(lj_weights_add(core->weights, job->training, given->seed));
    if (job->rival != NULL)
        LJ_TRY(lj_weights_add(core->weights, job->rival, given->seed));
    return lj_weights_add(core->weights, job->scoring, given->seed);
}

static void tell(const fit_state *state, const lj_rows *train, int has_valid, lj_console *console)
{
    const lj_train_options *o = &state->options;
    const lj_model_core *core = state->core;
    if (core->family->info.has_members)
        return; /* they do */
    if (core->family->info.grows_trees) {
        const int is_judged = has_valid && core->spec.task != LJ_UNSUPERVISED;
        lj_note(console, "%s: %" PRId64 " rows%s%s", core->family->info.name, train->n,
                is_judged ? ", judged on valid by " : "", is_judged ? o->monitor : "");
        return;
    }
    if (core->family->fit != NULL) {
        lj_note(console, "%s: %" PRId64 " rows, %" PRId64 " weights", core->family->info.name, train->n,
                lj_weights_elements(core->weights));
        return;
    }
    lj_note(console,
            "%s: %" PRId64 " weights; %s with rate %g, batches of %" PRId64 " rows, at most %" PRId64 " epochs%s%s",
            core->family->info.name, lj_weights_elements(core->weights), lj_optimiser_name(o->optimiser.optimiser),
            o->schedule.rate, o->batch, o->epochs, has_valid ? ", the best on valid by " : "",
            has_valid ? o->monitor : "");
    if (core->family->warn != NULL)
        core->family->warn(&core->spec, core->options, console);
}

/* What an epoch's end may show of the model that is trained. */
typedef struct sampler {
    const lj_fit_options *options;
    lj_model *model;
    int64_t every;
} sampler;

static lj_status show_sample(void *context, int64_t epoch)
{
    const sampler *s = context;
    return epoch % s->every == 0 ? s->options->sample(s->options->sample_context, s->model, epoch) : LJ_OK;
}

static lj_status begin_sampling(const lj_fit_options *given, fit_state *state, sampler *s)
{
    lj_model_core *core = state->core;
    if (state->values.samples == 0 || given->sample == NULL)
        return LJ_OK;
    atomic_fetch_add(&core->users, 1);
    LJ_TRY(lj_model_of_core(core, &s->model));
    *s = (sampler){.options = given, .model = s->model, .every = state->values.samples};
    state->options.epoch_end = show_sample;
    state->options.epoch_context = s;
    return LJ_OK;
}

static lj_status run(const lj_fit_options *given, fit_state *state, const lj_rows *train, const lj_rows *valid,
                     lj_team *team, lj_console *console, lj_train_result *result)
{
    const lj_family *family = state->core->family;
    if (family->fit == NULL)
        return lj_train(&state->job, &state->options, train, valid, team, console, result);
    const lj_fit_call call = {
        .network = &state->network,
        .options = state->core->options,
        .job = &state->job,
        .training = &state->options,
        .train = train,
        .valid = valid,
        .team = team,
        .console = console,
        .result = result,
        .trees = &state->core->trees,
        .given = given,
        .members = &state->core->members,
    };
    LJ_TRY(family->fit(&call));
    if (!family->info.has_members)
        return LJ_OK;
    lj_weights_destroy(state->core->weights);
    state->core->weights = NULL;
    state->job.weights = NULL;
    return lj_members_join(&state->core->members, &state->core->weights);
}

static void release(fit_state *state)
{
    lj_graph_destroy(state->job.training);
    for (int64_t k = 0; k < state->job.shorter_count; k++)
        lj_graph_destroy(state->job.shorter[k].training);
    lj_graph_destroy(state->job.rival);
    lj_graph_destroy(state->job.scoring);
    lj_free(state->class_weight);
    lj_free(state->edges);
    lj_model_core_release(state->core);
}

/* The options, for any data. The state is the caller's to release. */
static lj_status read_before_data(const lj_fit_options *options, const lj_family *family, fit_state *state)
{
    lj_model_spec any = {.number_count = 1};
    any.task = family->info.target == LJ_TARGET_NEEDED ? LJ_REGRESSION : LJ_UNSUPERVISED;
    if (family->info.reads_tokens == LJ_READS_ONLY || family->info.reads_texts) {
        any.token_count = 1;
        any.token_size = 2;
    }
    if (family->info.reads_series == LJ_READS_ONLY)
        any.steps = 1;
    if (family->info.images == LJ_IMAGES_ONLY)
        any.image = (lj_pixels){.height = 32, .width = 32, .channels = 1};
    return read_options(options, &any, family, NULL, state);
}

lj_status lj_model_check(const lj_fit_options *options)
{
    assert(options != NULL && options->family != NULL);
    const lj_family *family = NULL;
    fit_state state = {0};
    LJ_TRY(lj_family_row(options->family, &family));
    const lj_status status = read_before_data(options, family, &state);
    release(&state);
    return status;
}

lj_status lj_model_joins(const lj_fit_options *options, int *out)
{
    assert(options != NULL && options->family != NULL && out != NULL);
    const lj_family *family = NULL;
    fit_state state = {0};
    *out = 0;
    LJ_TRY(lj_family_row(options->family, &family));
    if (family->joins == NULL)
        return LJ_OK;
    const lj_status status = read_before_data(options, family, &state);
    if (status == LJ_OK)
        *out = family->joins(state.core->options);
    release(&state);
    return status;
}

/* By what the model says of valid rows that it did not learn from. */
static lj_status calibrate(const lj_fit_options *given, lj_calibrator_kind kind, const lj_rows *valid, lj_team *team,
                           lj_train_result *result, lj_model *model)
{
    const char *file = given->file != NULL ? given->file : "options";
    if (kind == LJ_CALIBRATOR_NONE || result->interrupted)
        return LJ_OK;
    if (model->core->spec.task != LJ_BINARY)
        return lj_declare_fail(file, lj_item_get(given->model, "calibrate"),
                               "calibrate: is for a target of two classes");
    if (valid == NULL)
        return lj_fail(LJ_EDATA, "calibrate: there are no valid rows that the model did not learn from");
    float *scores = result->valid_scores;
    if (scores == NULL) {
        scores = lj_new_array(valid->n, sizeof(*scores));
        if (scores == NULL)
            return lj_fail(LJ_ENOMEM, "model: no memory for the scores of %" PRId64 " rows", valid->n);
    }
    lj_status status = scores != result->valid_scores ? lj_model_predict(model, valid, team, scores) : LJ_OK;
    if (status == LJ_OK)
        status = lj_calibrator_fit(kind, scores, valid->target, valid->n, &model->core->calibrator);
    if (status == LJ_OK)
        lj_calibrator_apply(&model->core->calibrator, valid->n, scores);
    if (scores != result->valid_scores)
        lj_free(scores);
    return status;
}

lj_status lj_model_fit(const lj_fit_options *options, const lj_model_spec *spec, const lj_rows *train,
                       const lj_rows *valid, lj_team *team, lj_console *console, lj_train_result *result,
                       lj_model **out)
{
    assert(options != NULL && spec != NULL && train != NULL && result != NULL && out != NULL);
    *out = NULL;
    memset(result, 0, sizeof(*result));
    const lj_family *family = NULL;
    fit_state state = {0};
    sampler samples = {0};
    lj_status status = LJ_OK;
    if (valid != NULL && valid->n == 0)
        valid = NULL;
    if (train->n < 1)
        return lj_fail(LJ_EDATA, "model: expected training rows, found none");
    LJ_TRY(lj_family_row(options->family, &family));
    if (family->rival != NULL)
        valid = NULL;
    const int may_miss = family->info.grows_trees || family->info.has_members;
    LJ_TRY(check_rows(spec, may_miss, train, "training"));
    if (valid != NULL)
        LJ_TRY(check_rows(spec, may_miss, valid, "valid"));
    LJ_TRY_DONE(read_options(options, spec, family, train, &state));
    measure_target(train, state.core);
    LJ_TRY_DONE(build(options, train, &state));
    tell(&state, train, valid != NULL, console);
    LJ_TRY_DONE(begin_sampling(options, &state, &samples));
    LJ_TRY_DONE(run(options, &state, train, valid, team, console, result));
    result->monitor = state.options.monitor;

    const lj_calibrator_kind kind = (lj_calibrator_kind)state.common.calibrate;
    lj_model_core *core = state.core;
    state.core = NULL; /* the model's from here, also when it fails */
    core->spec.names = NULL; /* borrowed for the fit */
    status = lj_model_of_core(core, out);
    if (status == LJ_OK)
        status = calibrate(options, kind, valid, team, result, *out);
    if (status != LJ_OK) {
        lj_model_destroy(*out);
        *out = NULL;
    }
done:
    lj_model_destroy(samples.model);
    release(&state);
    return status;
}
