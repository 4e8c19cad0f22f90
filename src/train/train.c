/* The training loop. What it does in a step is gather, run, look: nothing is allocated, no clock is asked. */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "train/trainer.h"

#define DEFAULT_EPOCHS   200
#define DEFAULT_PATIENCE 16
#define REPORT_SECONDS   0.1
#define SAVE_SECONDS     1.0
#define CURVE_CELLS      16

static int64_t default_batch(int64_t n)
{
    int64_t batch = 256;
    while (batch > 32 && n < 16 * batch)
        batch /= 2;
    return batch;
}

int64_t lj_trainer_batches(const lj_trainer *trainer)
{
    const int64_t n = trainer->train->n, batch = trainer->options.batch;
    const int64_t left = n % batch;
    return n / batch + (n < batch || 4 * left >= batch);
}

const char *lj_train_monitor(lj_task task)
{
    return task == LJ_REGRESSION ? "rmse" : task == LJ_UNSUPERVISED ? "loss" : "log_loss";
}

static int64_t moves_of_epoch(const lj_trainer *trainer)
{
    return (lj_trainer_batches(trainer) + trainer->options.accumulate - 1) / trainer->options.accumulate;
}

/* The move that the batch to come belongs to, from 1. */
static int64_t move_of(const lj_trainer *trainer)
{
    return trainer->at.epoch * moves_of_epoch(trainer) + trainer->at.batch / trainer->options.accumulate + 1;
}

static void resolve(lj_trainer *trainer, const lj_train_options *given)
{
    lj_train_options *o = &trainer->options;
    *o = *given;
    if (o->epochs == 0)
        o->epochs = DEFAULT_EPOCHS;
    if (o->batch == 0)
        o->batch = default_batch(trainer->train->n);
    if (o->accumulate == 0)
        o->accumulate = 1;
    if (o->patience == 0)
        o->patience = DEFAULT_PATIENCE;
    if (o->monitor == NULL)
        o->monitor = lj_train_monitor(trainer->job->task);
    if (o->schedule.schedule == LJ_SCHEDULE_COSINE && o->schedule.period == 0)
        o->schedule.period = o->epochs * moves_of_epoch(trainer);
    if (o->schedule.schedule == LJ_SCHEDULE_PLATEAU && o->schedule.patience == 0)
        o->schedule.patience = 3;
}

static lj_status check(const lj_trainer *trainer)
{
    const lj_train_options *o = &trainer->options;
    const lj_train_job *job = trainer->job;
    const int wants_target = trainer->train->texts == NULL && (job->task != LJ_UNSUPERVISED || job->classes > 0);
    if (trainer->train->n < 1 || (trainer->train->target == NULL && wants_target))
        return lj_fail(LJ_EDATA, "train: expected training rows with a target, found none");
    if (trainer->valid != NULL && trainer->valid->target == NULL && wants_target)
        return lj_fail(LJ_EDATA, "train: the valid part has no target");
    if (job->rival != NULL && o->accumulate > 1)
        return lj_fail(LJ_EINVAL, "train: weights that play against others move with every batch: leave out "
                       "accumulate");
    if (o->epochs < 1 || o->batch < 1)
        return lj_fail(LJ_EINVAL, "train: expected at least one epoch and one row a batch");
    if (!(o->average >= 0.0 && o->average < 1.0))
        return lj_fail(LJ_EINVAL, "train: expected an averaging decay of 0 to below 1, found %g", o->average);
    if (!(o->swa >= 0.0 && o->swa <= 1.0))
        return lj_fail(LJ_EINVAL, "train: expected a share of epochs to average, 0 to 1, found %g", o->swa);
    return LJ_OK;
}

static lj_status compile(lj_trainer *trainer, lj_update_rule *rule, lj_graph *graph, lj_value loss, int64_t tokens,
                         lj_batch_program *program)
{
    const int64_t n = trainer->train->n, batch = trainer->options.batch;
    lj_output(graph, "loss", loss);
    const lj_program_options options = {
        .batch = batch < n ? batch : n,
        .update = rule,
        .loss = loss,
        .state = trainer->state,
        .seed = trainer->options.seed,
        .n_threads = lj_team_size(trainer->team),
        .accumulates = trainer->options.accumulate > 1,
    };
    LJ_TRY(lj_program_compile(graph, trainer->job->weights, &options, &program->program));
    program->loss = lj_program_output(program->program, "loss");
    program->tokens = tokens;
    return LJ_OK;
}

/* Compiles the programs and makes the sets of weights. */
static lj_status prepare(lj_trainer *trainer, lj_update_rule *rule)
{
    const lj_train_job *job = trainer->job;
    LJ_TRY(lj_optimiser_rule(&trainer->options.optimiser, rule));
    LJ_TRY(lj_weights_create(&trainer->state));
    for (int64_t i = 0; i < job->shorter_count; i++)
        LJ_TRY(compile(trainer, rule, job->shorter[i].training, job->shorter[i].loss, job->shorter[i].tokens,
                       &trainer->programs[trainer->program_count++]));
    LJ_TRY(compile(trainer, rule, job->training, job->loss, trainer->train->token_count,
                   &trainer->programs[trainer->program_count++]));
    if (job->rival != NULL)
        LJ_TRY(compile(trainer, rule, job->rival, job->rival_loss, 0, &trainer->rival));
    if (trainer->options.average > 0.0 || trainer->options.swa > 0.0)
        LJ_TRY(lj_weights_clone(job->weights, &trainer->average));
    LJ_TRY(lj_weights_clone(job->weights, &trainer->best));
    if (trainer->valid != NULL) {
        const lj_program_options scoring = {.batch = trainer->options.batch, .n_threads = lj_team_size(trainer->team)};
        lj_weights *scored = trainer->average != NULL ? trainer->average : job->weights;
        LJ_TRY(lj_program_compile(job->scoring, scored, &scoring, &trainer->scoring));
    }
    LJ_TRY(lj_batches_prepare(trainer));
    LJ_TRY(lj_monitor_prepare(trainer));
    return lj_checkpoint_prepare(trainer);
}

static double rows_per_second(const lj_trainer *trainer, int64_t steps, double seconds)
{
    return seconds > 0.0 ? (double)steps * (double)trainer->options.batch / seconds : 0.0;
}

/* The monitored values of the last epochs as a curve one line high, for terminals. */
static int draw_curve(const lj_trainer *trainer, char *out, size_t size)
{
    static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    const int64_t n = trainer->at.epoch, first = n > CURVE_CELLS ? n - CURVE_CELLS : 0;
    double low = HUGE_VAL, high = -HUGE_VAL;
    int used = 0;
    for (int64_t i = first; i < n; i++) {
        const double value = trainer->epochs[i].monitor;
        low = value < low ? value : low;
        high = value > high ? value : high;
    }
    for (int64_t i = first; i < n && used >= 0 && used < (int)size; i++) {
        const double part = high > low ? (trainer->epochs[i].monitor - low) / (high - low) : 0.0;
        used += snprintf(out + used, size - (size_t)used, "%s%s", i == first ? " " : "", bars[(int)(part * 7.0 + 0.5)]);
    }
    return used;
}

/* Moves the bar about ten times a second; the clock is asked only every so many steps. */
static void report(lj_trainer *trainer)
{
    const lj_position *at = &trainer->at;
    const int64_t steps = at->step - trainer->reported;
    if (trainer->console == NULL || steps < trainer->report_every)
        return;
    const double now = lj_seconds(), passed = now - trainer->report_time;
    if (passed < 0.5 * REPORT_SECONDS) {
        trainer->report_every *= 2;
        return;
    }
    const double rate = rows_per_second(trainer, steps, passed);
    const int64_t total = trainer->options.epochs * lj_trainer_batches(trainer);
    char detail[240];
    int used = snprintf(detail, sizeof(detail), "epoch %" PRId64 ", loss %.4f", at->epoch + 1,
                        at->weight > 0.0 ? at->loss / at->weight : 0.0);
    if (trainer->job->rival != NULL && used > 0 && used < (int)sizeof(detail))
        used += snprintf(detail + used, sizeof(detail) - (size_t)used, ", rival %.4f",
                         at->rival_weight > 0.0 ? at->rival_loss / at->rival_weight : 0.0);
    if (at->epoch > 0 && trainer->valid != NULL && used > 0 && used < (int)sizeof(detail))
        used += snprintf(detail + used, sizeof(detail) - (size_t)used, ", valid %s %.4f", trainer->options.monitor,
                         trainer->epochs[at->epoch - 1].monitor);
    if (at->epoch > 1 && trainer->valid != NULL && lj_console_is_terminal(trainer->console) && used > 0 &&
        used < (int)sizeof(detail))
        used += draw_curve(trainer, detail + used, sizeof(detail) - (size_t)used);
    if (used > 0 && used < (int)sizeof(detail))
        (void)snprintf(detail + used, sizeof(detail) - (size_t)used, ", %.0f rows/s, at most %.0f s left", rate,
                       (double)(total - at->step) * passed / (double)steps);
    lj_progress_update(trainer->console, at->step, detail);
    trainer->report_every = steps / 2 > 0 ? steps / 2 : 1;
    trainer->reported = at->step;
    trainer->report_time = now;
}

/* The rival's weights move by a batch: its loss. */
static double run_rival(lj_trainer *trainer, int64_t begin, const lj_run_options *run)
{
    lj_batch_program *rival = &trainer->rival;
    double weight = 0.0;
    lj_batches_load_into(trainer, rival, begin, run->n_rows, &weight);
    lj_program_run(rival->program, trainer->team, run);
    trainer->at.rival_loss += (double)rival->loss[0] * weight;
    trainer->at.rival_weight += weight;
    return (double)rival->loss[0];
}

lj_status lj_trainer_run(lj_trainer *trainer, float rate, double *weight, double *loss)
{
    lj_position *at = &trainer->at;
    const int64_t begin = at->batch * trainer->options.batch;
    const int64_t left = trainer->train->n - begin;
    const int64_t n = left < trainer->options.batch ? left : trainer->options.batch;
    const int64_t k = trainer->options.accumulate, gathered = at->batch % k;
    lj_run_options run = {
        .n_rows = n,
        .step = at->step + 1,
        .rate = rate,
        .holds = gathered + 1 < k && at->batch + 1 < lj_trainer_batches(trainer),
        .gathered = gathered,
        .move = move_of(trainer),
    };
    LJ_TRY(lj_batches_need(trainer, begin, n));
    at->step++;
    at->batch++;
    if (trainer->rival.program != NULL) {
        const double rival_loss = run_rival(trainer, begin, &run);
        *loss = isfinite(rival_loss) ? 0.0 : rival_loss;
        if (!isfinite(rival_loss) || at->step % trainer->job->rival_steps != 0)
            return LJ_OK; /* only the rival moved: nothing to count */
        run.move = at->step / trainer->job->rival_steps;
    }
    const lj_batch_program *program = lj_batches_load(trainer, begin, n, weight);
    lj_program_run(program->program, trainer->team, &run);
    *loss = (double)program->loss[0];
    return LJ_OK;
}

/* One batch; LJ_EDIVERGED if its loss is not finite. */
static lj_status step(lj_trainer *trainer, int64_t epoch)
{
    lj_position *at = &trainer->at;
    const int64_t move = move_of(trainer);
    const float rate = lj_schedule_rate(&trainer->options.schedule, move, epoch, at->plateau_drops);
    double weight = 0.0, loss = 0.0;
    LJ_TRY(lj_trainer_run(trainer, rate, &weight, &loss));
    if (!isfinite(loss))
        return lj_fail(LJ_EDIVERGED,
                       "training diverged: the loss is not finite at step %" PRId64 " (epoch %" PRId64
                       "); a smaller learning rate or gradient clipping may help",
                       at->step, epoch + 1);
    at->loss += loss * weight;
    at->weight += weight;
    const int moved = at->batch == lj_trainer_batches(trainer) || at->batch % trainer->options.accumulate == 0;
    if (trainer->average != NULL && trainer->options.swa == 0.0 && moved)
        lj_average_step(trainer->average, trainer->job->weights, trainer->options.average, move);
    return LJ_OK;
}

/* Early stopping and the plateau rule, by the value of the monitored metric. */
static void judge(lj_trainer *trainer, double value)
{
    lj_position *at = &trainer->at;
    lj_weights *scored = trainer->average != NULL ? trainer->average : trainer->job->weights;
    if (trainer->valid == NULL || lj_monitor_better(trainer, value)) {
        at->best = value;
        at->best_epoch = at->epoch;
        at->waited = 0;
        at->plateau_waited = 0;
        lj_weights_copy(trainer->best, scored);
        return;
    }
    at->waited++;
    at->plateau_waited++;
    const lj_schedule_options *schedule = &trainer->options.schedule;
    if (schedule->schedule == LJ_SCHEDULE_PLATEAU && at->plateau_waited >= schedule->patience) {
        at->plateau_drops++;
        at->plateau_waited = 0;
    }
    if (trainer->options.patience > 0 && at->waited >= trainer->options.patience)
        at->finished = 1;
}

/* What the averaged weights are at the end of an epoch. */
static void average_epoch(lj_trainer *trainer)
{
    const lj_train_options *o = &trainer->options;
    const int64_t first = (int64_t)ceil((1.0 - o->swa) * (double)o->epochs); /* epochs before those that count */
    if (trainer->average == NULL)
        return;
    if (o->swa > 0.0)
        lj_average_epoch(trainer->average, trainer->job->weights, trainer->at.epoch + 1 - first);
    else
        lj_average_frozen(trainer->average, trainer->job->weights);
}

static lj_status end_epoch(lj_trainer *trainer)
{
    lj_position *at = &trainer->at;
    lj_epoch epoch = {
        .epoch = at->epoch + 1,
        .loss = at->weight > 0.0 ? at->loss / at->weight : 0.0,
        .rival_loss = at->rival_weight > 0.0 ? at->rival_loss / at->rival_weight : 0.0,
        .valid_loss = (double)NAN,
        .monitor = (double)NAN,
        .rate = (double)lj_schedule_rate(&trainer->options.schedule, (at->epoch + 1) * moves_of_epoch(trainer),
                                         at->epoch, at->plateau_drops),
    };
    average_epoch(trainer);
    if (trainer->valid != NULL)
        LJ_TRY(lj_monitor_measure(trainer, &epoch));
    epoch.seconds = at->seconds + (lj_seconds() - trainer->started);
    LJ_TRY(lj_history_add(trainer, &epoch));
    at->batch = 0;
    at->loss = at->weight = 0.0;
    at->rival_loss = at->rival_weight = 0.0;
    judge(trainer, epoch.monitor);
    if (trainer->options.epoch_end != NULL)
        LJ_TRY(trainer->options.epoch_end(trainer->options.epoch_context, at->epoch));
    if (at->epoch >= trainer->options.epochs)
        at->finished = 1;
    if (!at->finished && lj_seconds() - trainer->saved >= SAVE_SECONDS) {
        LJ_TRY(lj_checkpoint_write(trainer));
        LJ_TRY(lj_history_write(trainer));
    }
    return LJ_OK;
}

/*
 * The images that no batch of the first epoch has asked for, those of other parts too: a damaged one is told now, not
 * when training has ended.
 */
static lj_status finish_images(lj_trainer *trainer, int *interrupted)
{
    const lj_status status = lj_decoder_finish(trainer->train->decoder, NULL, 0, trainer->team, NULL);
    *interrupted = status == LJ_EINTERRUPTED;
    return *interrupted ? LJ_OK : status;
}

/* Until finished or interrupted. */
static lj_status loop(lj_trainer *trainer, int *interrupted)
{
    lj_position *at = &trainer->at;
    const int64_t batches = lj_trainer_batches(trainer);
    const int64_t stop = trainer->options.stop_after_steps;
    const int64_t first = at->step;
    if (at->epoch >= trainer->options.epochs)
        at->finished = 1;
    while (!at->finished) {
        LJ_TRY(lj_batches_shuffle(trainer));
        while (at->batch < batches) {
            LJ_TRY(step(trainer, at->epoch));
            report(trainer);
            if (at->batch < batches && (lj_interrupted() || (stop > 0 && at->step - first >= stop))) {
                *interrupted = 1;
                return LJ_OK;
            }
        }
        LJ_TRY(finish_images(trainer, interrupted));
        if (*interrupted)
            return LJ_OK;
        LJ_TRY(end_epoch(trainer));
        if (!at->finished && (lj_interrupted() || (stop > 0 && at->step - first >= stop))) {
            *interrupted = 1;
            return LJ_OK;
        }
    }
    return LJ_OK;
}

/* Hands over what the caller keeps; the weights become the best ones (interrupted in the first epoch: the live ones).
 */
static void deliver(lj_trainer *trainer, int64_t first, int interrupted, lj_train_result *result)
{
    const double seconds = lj_seconds() - trainer->started;
    result->epochs = trainer->epochs;
    result->epoch_count = trainer->at.epoch;
    result->best_epoch = trainer->at.best_epoch;
    result->steps = trainer->at.step;
    result->seconds = trainer->at.seconds + seconds;
    result->rows_per_second = rows_per_second(trainer, trainer->at.step - first, seconds);
    result->interrupted = interrupted;
    trainer->epochs = NULL;
}

static void destroy(lj_trainer *trainer)
{
    for (int64_t i = 0; i < trainer->program_count; i++)
        lj_program_destroy(trainer->programs[i].program);
    lj_program_destroy(trainer->rival.program);
    lj_program_destroy(trainer->scoring);
    lj_weights_destroy(trainer->state);
    lj_weights_destroy(trainer->average);
    lj_weights_destroy(trainer->best);
    lj_weights_destroy(trainer->file);
    lj_free(trainer->order);
    lj_free(trainer->lengths);
    lj_free(trainer->target);
    lj_free(trainer->weight);
    lj_free(trainer->scores);
    lj_free(trainer->valid_weight);
    lj_free(trainer->mixed);
    lj_free(trainer->images);
    lj_free(trainer->epochs);
}

/* Texts joined, by pieces of token_count tokens: as many as are whole. */
static lj_rows pieces_of(const lj_rows *rows)
{
    lj_rows pieces = *rows;
    if (rows->texts != NULL)
        pieces.n = rows->texts->begin[rows->n] / rows->token_count;
    return pieces;
}

lj_status lj_train(const lj_train_job *job, const lj_train_options *options, const lj_rows *train, const lj_rows *valid,
                   lj_team *team, lj_console *console, lj_train_result *result)
{
    assert(job != NULL && options != NULL && train != NULL && result != NULL);
    const lj_rows pieces = pieces_of(train), valid_pieces = valid != NULL ? pieces_of(valid) : (lj_rows){0};
    lj_trainer trainer = {
        .job = job,
        .train = &pieces,
        .valid = valid_pieces.n > 0 ? &valid_pieces : NULL,
        .team = team,
        .console = console,
        .started = lj_seconds(),
        .report_every = 1,
    };
    lj_update_rule rule = {0};
    int found = 0, interrupted = 0, prepared = 0;
    lj_status status = LJ_OK;
    memset(result, 0, sizeof(*result));
    resolve(&trainer, options);
    LJ_TRY_DONE(check(&trainer));
    LJ_TRY_DONE(prepare(&trainer, &rule));
    if (options->find_rate)
        LJ_TRY_DONE(lj_find_rate(&trainer));
    if (options->resume)
        LJ_TRY_DONE(lj_checkpoint_read(&trainer, &found));
    prepared = 1;
    trainer.saved = trainer.report_time = lj_seconds();
    trainer.reported = trainer.at.step;
    const int64_t first = trainer.at.step;
    if (found)
        lj_note(console, "resumed after step %" PRId64 " of epoch %" PRId64, first, trainer.at.epoch + 1);

    lj_progress_begin(console, "train", trainer.options.epochs * lj_trainer_batches(&trainer));
    status = loop(&trainer, &interrupted);
    lj_progress_end(console);
    if (status == LJ_OK) {
        LJ_TRY_DONE(lj_checkpoint_write(&trainer));
        LJ_TRY_DONE(lj_history_write(&trainer));
    }
    if (trainer.at.best_epoch > 0 || status != LJ_OK)
        lj_weights_copy(job->weights, trainer.best);
    deliver(&trainer, first, interrupted, result);
    destroy(&trainer);
    return status;
done:
    if (prepared)
        lj_weights_copy(job->weights, trainer.best);
    destroy(&trainer);
    return status;
}
