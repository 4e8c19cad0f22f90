#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "eval/evaluation.h"
#include "eval/metrics.h"

static const char *at_half_name(lj_evaluation *evaluation, const char *name)
{
    return lj_arena_printf(evaluation->arena, "%s_at_half", name);
}

/* The metrics of the task; those that use the threshold a second time at 0.5 if another one was chosen. */
static lj_status fill_metrics(lj_evaluation *evaluation, lj_scored *scored)
{
    evaluation->metrics =
        lj_arena_array(evaluation->arena, 2 * lj_metric_count() + 1, sizeof(*evaluation->metrics));
    if (evaluation->metrics == NULL)
        return lj_fail(LJ_ENOMEM, "evaluation: no memory for its metrics");
    int64_t count = 0;
    for (int half = 0; half < (isnan(evaluation->threshold) ? 1 : 2); half++) {
        scored->threshold = half || isnan(evaluation->threshold) ? 0.5 : evaluation->threshold;
        for (int64_t m = 0; m < lj_metric_count(); m++) {
            const lj_metric *metric = lj_metric_at(m);
            if ((metric->tasks & (1U << evaluation->task)) == 0 || (half && !metric->uses_threshold) ||
                (metric->uses_naive && scored->predictions->naive == NULL))
                continue;
            lj_metric_value *value = &evaluation->metrics[count++];
            LJ_TRY(lj_metric_run(metric, scored, value));
            if (half)
                value->name = at_half_name(evaluation, metric->name);
            if (value->name == NULL)
                return lj_fail(LJ_ENOMEM, "evaluation: no memory for its metrics");
        }
    }
    evaluation->metric_count = count;
    scored->threshold = isnan(evaluation->threshold) ? 0.5 : evaluation->threshold;
    return LJ_OK;
}

static void fill_means(lj_evaluation *evaluation, const lj_scored *scored)
{
    const lj_predictions *p = scored->predictions;
    double score = 0;
    double target = 0;
    for (int64_t r = 0; r < p->n; r++) {
        const double weight = lj_scored_weight(scored, r);
        evaluation->weight += weight;
        if (p->task != LJ_UNSUPERVISED)
            target += weight * p->target[r];
        if (p->task != LJ_MULTICLASS)
            score += weight * (double)p->score[r];
    }
    evaluation->mean_score = p->task == LJ_MULTICLASS ? NAN : score / evaluation->weight;
    const int has_target = p->task == LJ_BINARY || p->task == LJ_REGRESSION;
    evaluation->mean_target = has_target ? target / evaluation->weight : NAN;
}

static lj_status fill(lj_evaluation *evaluation, lj_scored *scored)
{
    fill_means(evaluation, scored);
    LJ_TRY(fill_metrics(evaluation, scored));
    switch (evaluation->task) {
    case LJ_BINARY:
        return lj_fill_binary(evaluation, scored);
    case LJ_MULTICLASS:
        return lj_fill_multiclass(evaluation, scored);
    case LJ_UNSUPERVISED:
        return lj_fill_unsupervised(evaluation, scored);
    default:
        return lj_fill_regression(evaluation, scored);
    }
}

static lj_status new_evaluation(lj_evaluation **out)
{
    *out = lj_new_array(1, sizeof(**out));
    if (*out == NULL)
        return lj_fail(LJ_ENOMEM, "evaluation: no memory");
    return lj_arena_create(&(*out)->arena);
}

lj_status lj_evaluate(const lj_predictions *predictions, double threshold, lj_evaluation **out)
{
    assert(predictions != NULL && out != NULL);
    *out = NULL;
    lj_scored scored;
    LJ_TRY(lj_scored_make(predictions, threshold, &scored));
    lj_evaluation *evaluation = NULL;
    lj_status status;
    LJ_TRY_DONE(new_evaluation(&evaluation));
    evaluation->task = predictions->task;
    evaluation->rows = predictions->n;
    evaluation->classes = predictions->task == LJ_BINARY ? 2 : predictions->classes;
    evaluation->threshold = predictions->task == LJ_BINARY ? threshold : NAN;
    LJ_TRY_DONE(fill(evaluation, &scored));
    *out = evaluation;
    evaluation = NULL;
done:
    lj_evaluation_destroy(evaluation);
    lj_scored_clear(&scored);
    return status;
}

void lj_evaluation_destroy(lj_evaluation *evaluation)
{
    if (evaluation == NULL)
        return;
    lj_arena_destroy(evaluation->arena);
    lj_free(evaluation);
}

int64_t lj_evaluation_count(const lj_evaluation *evaluation)
{
    return evaluation->metric_count;
}

const lj_metric_value *lj_evaluation_metric(const lj_evaluation *evaluation, int64_t index)
{
    assert(index >= 0 && index < evaluation->metric_count);
    return &evaluation->metrics[index];
}

double lj_evaluation_get(const lj_evaluation *evaluation, const char *name)
{
    for (int64_t m = 0; m < evaluation->metric_count; m++)
        if (strcmp(evaluation->metrics[m].name, name) == 0)
            return evaluation->metrics[m].value;
    return NAN;
}

void lj_evaluation_write_flat(const lj_evaluation *evaluation, lj_json *json)
{
    lj_json_integer(json, "rows", evaluation->rows);
    if (evaluation->task == LJ_BINARY)
        lj_json_double(json, "threshold", isnan(evaluation->threshold) ? 0.5 : evaluation->threshold);
    for (int64_t m = 0; m < evaluation->metric_count; m++) {
        const lj_metric_value *metric = &evaluation->metrics[m];
        lj_json_double(json, metric->name, metric->value);
        if (isnan(metric->low) || isnan(metric->high))
            continue;
        char key[96];
        snprintf(key, sizeof(key), "%s_low", metric->name);
        lj_json_double(json, key, metric->low);
        snprintf(key, sizeof(key), "%s_high", metric->name);
        lj_json_double(json, key, metric->high);
    }
}

lj_status lj_evaluation_json(const lj_evaluation *evaluation, lj_json *json, const char *key)
{
    lj_json_map(json, key);
    lj_evaluation_write_flat(evaluation, json);
    lj_json_end_map(json);
    return LJ_OK;
}
