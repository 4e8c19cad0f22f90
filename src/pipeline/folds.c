/*
 * Cross-validation: fold f is test, fold f + 1 valid, the others train, each
 * fold in turn. The model that is kept afterwards is fitted on all folds but
 * the first, which chooses its best epoch.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/pipeline.h"

void lj_fold_parts(const int32_t *fold, int64_t n, int64_t count, int64_t test, uint8_t *parts)
{
    const int64_t valid = (test + 1) % count;
    for (int64_t row = 0; row < n; row++)
        parts[row] = fold[row] == test ? LJ_PART_TEST : fold[row] == valid ? LJ_PART_VALID : LJ_PART_TRAIN;
}

/* Keeps the evaluations of a fold and its test scores. */
static lj_status judge_fold(lj_run *run, const lj_fit *fitted, lj_fold *fold)
{
    const int64_t n = lj_frame_row_count(run->table.frame);
    const int64_t width = lj_model_width(fitted->model);
    lj_predictions predictions[LJ_PARTS_JUDGED] = {{0}};
    double threshold = 0.5;
    lj_status status = LJ_OK;
    for (int part = 0; status == LJ_OK && part < LJ_PARTS_JUDGED; part++)
        status = lj_part_predictions(&run->table, fitted->model, fitted->judged, run->parts, (lj_part)part,
                                     &predictions[part]);
    if (status == LJ_OK)
        status = lj_run_threshold(run, &predictions[LJ_PART_VALID], &threshold);
    for (int part = 0; status == LJ_OK && part < LJ_PARTS_JUDGED; part++)
        status = lj_evaluate(&predictions[part], threshold, &fold->evaluation[part]);
    for (int part = 0; part < LJ_PARTS_JUDGED; part++)
        lj_predictions_free(&predictions[part]);
    for (int64_t row = 0; status == LJ_OK && row < n; row++)
        if (run->parts[row] == LJ_PART_TEST)
            memcpy(run->fold_scores + row * width, fitted->scores + row * width, (size_t)width * sizeof(float));
    fold->best_epoch = fitted->train.best_epoch;
    return status;
}

static lj_status run_fold(lj_run *run, const int32_t *fold, int64_t f)
{
    const int64_t n = lj_frame_row_count(run->table.frame);
    lj_fit fitted;
    lj_fold_parts(fold, n, run->fold_count, f, run->parts);
    LJ_TRY(lj_parts_check(&run->table, run->parts));
    lj_note(run->options->console, "fold %" PRId64 " of %" PRId64, f + 1, run->fold_count);
    const lj_fit_request request = {.pipeline = run->pipeline,
                                    .table = &run->table,
                                    .parts = run->parts,
                                    .seed = run->seed,
                                    .team = run->options->team,
                                    .console = run->options->console};
    lj_status status = lj_fit_split(&request, &fitted);
    if (status == LJ_OK && run->fold_scores == NULL) {
        run->fold_scores = lj_new_array(n * lj_model_width(fitted.model), sizeof(*run->fold_scores));
        if (run->fold_scores == NULL)
            status = lj_fail(LJ_ENOMEM, "no memory for the scores of %" PRId64 " rows", n);
    }
    if (status == LJ_OK)
        status = judge_fold(run, &fitted, &run->folds[f]);
    run->prepare_seconds += fitted.prepare_seconds;
    run->train_seconds += fitted.train_seconds;
    lj_fit_free(&fitted);
    return status;
}

lj_status lj_run_folds(lj_run *run)
{
    const int64_t n = lj_frame_row_count(run->table.frame);
    run->fold_count = run->pipeline->split.folds;
    run->folds = lj_new_array(run->fold_count, sizeof(*run->folds));
    int32_t *fold = lj_new_array(n, sizeof(*fold));
    lj_status status = run->folds == NULL || fold == NULL ? lj_fail(LJ_ENOMEM, "no memory for the folds") :
                                                            lj_folds_make(run->pipeline, &run->table, run->seed, fold);
    for (int64_t f = 0; status == LJ_OK && f < run->fold_count; f++)
        status = run_fold(run, fold, f);
    for (int64_t row = 0; status == LJ_OK && row < n; row++)
        run->parts[row] = fold[row] == 0 ? LJ_PART_VALID : LJ_PART_TRAIN;
    lj_free(fold);
    return status;
}
