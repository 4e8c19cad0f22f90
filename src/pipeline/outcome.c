/* What a run tells: metrics as JSON, and a table for people. */
#include <inttypes.h>
#include <string.h>

#include "pipeline/pipeline.h"

enum { HEADLINES = 6 };

/* Headline metrics of each task, in the order of the table. */
static const char *const headline[LJ_TASK_COUNT][HEADLINES] = {
    [LJ_BINARY] = {"auc", "ks", "average_precision", "log_loss", "brier", "ece_10"},
    [LJ_MULTICLASS] = {"auc", "accuracy", "balanced_accuracy", "f1", "mcc", "log_loss"},
    [LJ_REGRESSION] = {"rmse", "mae", "r2", "mape", "skill", "direction"},
    [LJ_UNSUPERVISED] = {"loss", "loss_median", "loss_95", "loss_99", NULL, NULL},
};

/* Means over the folds of every metric of one part. */
static void write_fold_means(const lj_run *run, int part, lj_json *json, const char *key)
{
    const lj_evaluation *first = run->folds[0].evaluation[part];
    lj_json_map(json, key);
    for (int64_t m = 0; m < lj_evaluation_count(first); m++) {
        const char *name = lj_evaluation_metric(first, m)->name;
        double sum = 0;
        for (int64_t f = 0; f < run->fold_count; f++)
            sum += lj_evaluation_get(run->folds[f].evaluation[part], name);
        lj_json_double(json, name, sum / (double)run->fold_count);
    }
    lj_json_end_map(json);
}

static lj_status write_folds(const lj_run *run, lj_json *json)
{
    for (int part = 0; part < LJ_PARTS_JUDGED; part++)
        write_fold_means(run, part, json, lj_part_name((lj_part)part));
    LJ_TRY(lj_evaluation_json(run->evaluation[LJ_PART_TEST], json, "test_pooled"));
    lj_json_list(json, "folds");
    for (int64_t f = 0; f < run->fold_count; f++)
        LJ_TRY(lj_evaluation_json(run->folds[f].evaluation[LJ_PART_TEST], json, NULL));
    lj_json_end_list(json);
    return LJ_OK;
}

lj_status lj_run_metrics(lj_run *run, lj_text *out)
{
    lj_json json;
    lj_json_start(&json, out, 0);
    lj_json_map(&json, NULL);
    if (run->folds != NULL)
        LJ_TRY(write_folds(run, &json));
    for (int part = 0; run->folds == NULL && part < LJ_PARTS_JUDGED; part++)
        LJ_TRY(lj_evaluation_json(run->evaluation[part], &json, lj_part_name((lj_part)part)));
    lj_json_map(&json, "psi");
    for (int part = LJ_PART_VALID; part < LJ_PARTS_JUDGED; part++)
        lj_json_double(&json, lj_part_name((lj_part)part), run->psi[part]);
    lj_json_end_map(&json);
    lj_json_end_map(&json);
    return lj_text_finish(out);
}

/* A headline of the task that this evaluation has: those against a naive forecast are of series alone. */
static int is_shown(lj_task task, int m, const lj_evaluation *evaluation)
{
    for (int64_t i = 0; headline[task][m] != NULL && i < lj_evaluation_count(evaluation); i++)
        if (strcmp(lj_evaluation_metric(evaluation, i)->name, headline[task][m]) == 0)
            return 1;
    return 0;
}

void lj_run_table(lj_task task, const char *const *names, lj_evaluation *const *evaluations, int64_t n, lj_text *out)
{
    lj_text_printf(out, "%-12s", "");
    for (int m = 0; m < HEADLINES; m++)
        if (is_shown(task, m, evaluations[0]))
            lj_text_printf(out, " %17s", headline[task][m]);
    lj_text_puts(out, "\n");
    for (int64_t i = 0; i < n; i++) {
        lj_text_printf(out, "%-12s", names[i]);
        for (int m = 0; m < HEADLINES; m++)
            if (is_shown(task, m, evaluations[0]))
                lj_text_printf(out, " %17.4f", lj_evaluation_get(evaluations[i], headline[task][m]));
        lj_text_puts(out, "\n");
    }
}
