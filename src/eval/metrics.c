#include "eval/metrics.h"

#include <math.h>
#include <string.h>

#include "lianjin/document.h"

static const lj_metric *const table[] = {
#define X(name) &lj_metric_##name,
    LJ_METRIC_LIST(X)
#undef X
};

#define METRIC_COUNT ((int64_t)(sizeof(table) / sizeof(table[0])))

int64_t lj_metric_count(void)
{
    return METRIC_COUNT;
}

const lj_metric *lj_metric_at(int64_t index)
{
    return table[index];
}

static const lj_metric *find(const char *name)
{
    for (int64_t m = 0; m < METRIC_COUNT; m++)
        if (strcmp(table[m]->name, name) == 0)
            return table[m];
    return NULL;
}

lj_status lj_metric_find(const char *name, lj_task task, const lj_metric **out)
{
    const lj_metric *metric = find(name);
    if (metric != NULL && (metric->tasks & (1U << task)) != 0) {
        *out = metric;
        return LJ_OK;
    }
    if (metric != NULL)
        return lj_fail(LJ_ENOTFOUND, "metric '%s' is not for the task %s", name, lj_task_name(task));
    const char *names[METRIC_COUNT];
    int64_t count = 0;
    for (int64_t m = 0; m < METRIC_COUNT; m++)
        if ((table[m]->tasks & (1U << task)) != 0)
            names[count++] = table[m]->name;
    const char *near = lj_nearest(name, names, count);
    if (near != NULL)
        return lj_fail(LJ_ENOTFOUND, "no metric '%s'; did you mean '%s'?", name, near);
    return lj_fail(LJ_ENOTFOUND, "no metric '%s' for the task %s", name, lj_task_name(task));
}

lj_status lj_metric_run(const lj_metric *metric, lj_scored *scored, lj_metric_value *out)
{
    *out = (lj_metric_value){.name = metric->name, .value = NAN, .low = NAN, .high = NAN};
    return metric->compute(scored, out);
}

lj_status lj_metric_compute(const char *name, const lj_predictions *predictions, double *out)
{
    const lj_metric *metric;
    LJ_TRY(lj_metric_find(name, predictions->task, &metric));
    lj_scored scored;
    LJ_TRY(lj_scored_make(predictions, NAN, &scored));
    lj_metric_value value;
    const lj_status status = lj_metric_run(metric, &scored, &value);
    lj_scored_clear(&scored);
    if (status == LJ_OK)
        *out = value.value;
    return status;
}

int lj_metric_larger_is_better(const char *name)
{
    const lj_metric *metric = find(name);
    return metric != NULL && metric->larger_is_better;
}

const char *lj_task_name(lj_task task)
{
    static const char *const names[LJ_TASK_COUNT] = {"binary", "multiclass", "regression", "unsupervised"};
    return names[task];
}

lj_status lj_metric_check(const char *name, lj_task task)
{
    const lj_metric *metric = NULL;
    return lj_metric_find(name, task, &metric);
}
