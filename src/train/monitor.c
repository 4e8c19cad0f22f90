/* The valid part: scores, its loss, the monitored metric, and whether it got better. */
#include <assert.h>
#include <inttypes.h>
#include <math.h>

#include "train/trainer.h"

static int64_t width_of(const lj_train_job *job, const lj_rows *rows)
{
    if (rows->texts != NULL)
        return rows->token_count;
    return job->task == LJ_MULTICLASS ? job->classes : 1;
}

/* The loss of valid is always measured by the same metric as the default monitor. */
static const char *loss_metric(lj_task task)
{
    return task == LJ_REGRESSION ? "mse" : task == LJ_UNSUPERVISED ? "loss" : "log_loss";
}

lj_status lj_monitor_prepare(lj_trainer *trainer)
{
    const lj_rows *valid = trainer->valid;
    if (valid == NULL)
        return LJ_OK;
    trainer->scores = lj_new_array(valid->n * width_of(trainer->job, valid), sizeof(float));
    if (trainer->scores == NULL)
        return lj_fail(LJ_ENOMEM, "train: no memory for the scores of %" PRId64 " valid rows", valid->n);
    if (valid->weight == NULL)
        return LJ_OK;
    trainer->valid_weight = lj_new_array(valid->n, sizeof(double));
    if (trainer->valid_weight == NULL)
        return lj_fail(LJ_ENOMEM, "train: no memory for the weights of %" PRId64 " valid rows", valid->n);
    for (int64_t i = 0; i < valid->n; i++)
        trainer->valid_weight[i] = (double)valid->weight[i];
    return LJ_OK;
}

lj_status lj_monitor_measure(lj_trainer *trainer, lj_epoch *epoch)
{
    const lj_train_job *job = trainer->job;
    const lj_rows *valid = trainer->valid;
    const int64_t width = width_of(job, valid);
    LJ_TRY(lj_score_rows(trainer->scoring, trainer->options.batch, valid, width, trainer->team, trainer->scores));
    for (int64_t i = 0; i < valid->n * width; i++) {
        if (!isfinite(trainer->scores[i]))
            return lj_fail(LJ_EDIVERGED,
                           "training diverged: a score of the valid part is not finite after step %" PRId64
                           "; a smaller learning rate or gradient clipping may help",
                           trainer->at.step);
        if (job->task == LJ_REGRESSION)
            trainer->scores[i] = (float)((double)trainer->scores[i] * job->target_scale + job->target_mean);
    }
    if (valid->texts != NULL) {
        double sum = 0.0;
        for (int64_t i = 0; i < valid->n * width; i++)
            sum += (double)trainer->scores[i];
        epoch->valid_loss = epoch->monitor = sum / (double)(valid->n * width);
        return LJ_OK;
    }
    const lj_predictions predictions = {
        .task = job->task,
        .n = valid->n,
        .classes = job->classes,
        .score = trainer->scores,
        .target = valid->target,
        .weight = trainer->valid_weight,
    };
    LJ_TRY(lj_metric_compute(loss_metric(job->task), &predictions, &epoch->valid_loss));
    LJ_TRY(lj_metric_compute(trainer->options.monitor, &predictions, &epoch->monitor));
    if (isnan(epoch->monitor))
        return lj_fail(LJ_EDATA, "the metric '%s' is not defined on the valid part of %" PRId64 " rows",
                       trainer->options.monitor, valid->n);
    return LJ_OK;
}

int lj_monitor_better(const lj_trainer *trainer, double value)
{
    const lj_position *at = &trainer->at;
    if (at->best_epoch == 0)
        return 1;
    const double gain = lj_metric_larger_is_better(trainer->options.monitor) ? value - at->best : at->best - value;
    return gain > trainer->options.minimum_gain;
}

lj_status lj_score_rows(lj_program *scoring, int64_t batch, const lj_rows *rows, int64_t width, lj_team *team,
                        float *scores)
{
    assert(batch >= 1 && width >= 1);
    const float *out = lj_program_output(scoring, "score");
    if (out == NULL)
        return lj_fail(LJ_EINVAL, "the scoring program has no output 'score'");
    for (int64_t begin = 0; begin < rows->n; begin += batch) {
        const int64_t n = rows->n - begin < batch ? rows->n - begin : batch;
        if (rows->steps > 0)
            lj_windows_load(rows, NULL, begin, n, lj_program_input(scoring, "numbers"),
                            lj_program_input(scoring, "codes"), lj_program_input(scoring, "lengths"));
        if (rows->number_count > 0 && rows->steps == 0)
            lj_program_bind(scoring, "numbers", rows->numbers + begin * rows->number_count);
        if (rows->category_count > 0 && rows->steps == 0)
            lj_program_bind(scoring, "codes", rows->codes + begin * rows->category_count);
        if (rows->texts != NULL) {
            lj_program_bind(scoring, "tokens", rows->texts->code + begin * rows->token_count);
            lj_program_bind(scoring, "target", rows->texts->code + begin * rows->token_count + 1);
        } else if (rows->token_count > 0) {
            const int32_t *tokens = rows->tokens + begin * rows->token_count;
            lj_program_bind(scoring, "tokens", tokens);
            lj_token_lengths(tokens, n, rows->token_count, lj_program_input(scoring, "lengths"));
        }
        float *pixels = lj_program_input(scoring, "pixels");
        if (rows->decoder != NULL)
            LJ_TRY(lj_decoder_need(rows->decoder, rows->pixel_row + begin, n, team));
        for (int64_t i = 0; pixels != NULL && rows->pixel_count > 0 && i < n; i++)
            lj_pixels_load(lj_row_pixels(rows, begin + i), rows->pixel_count, pixels + i * rows->pixel_count);
        lj_program_run(scoring, team, &(lj_run_options){.n_rows = n, .step = 1});
        out = lj_program_output(scoring, "score");
        for (int64_t i = 0; i < n * width; i++)
            scores[begin * width + i] = out[i];
    }
    if (rows->number_count > 0)
        lj_program_bind(scoring, "numbers", NULL);
    if (rows->category_count > 0)
        lj_program_bind(scoring, "codes", NULL);
    if (rows->token_count > 0)
        lj_program_bind(scoring, "tokens", NULL);
    if (rows->texts != NULL)
        lj_program_bind(scoring, "target", NULL);
    return LJ_OK;
}
