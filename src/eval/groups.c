/* Metrics by the values of a column. */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "eval/evaluation.h"

/* Room for the rows of one group. */
typedef struct subset {
    float *score;
    double *target, *weight, *naive;
} subset;

static void subset_clear(subset *room)
{
    lj_free(room->score);
    lj_free(room->target);
    lj_free(room->weight);
    lj_free(room->naive);
}

static lj_status subset_make(const lj_predictions *p, int64_t width, subset *room)
{
    room->score = lj_new_array(p->n * width, sizeof(float));
    room->target = lj_new_array(p->n, sizeof(double));
    room->weight = lj_new_array(p->n, sizeof(double));
    room->naive = lj_new_array(p->naive == NULL ? 0 : p->n, sizeof(double));
    if (room->score == NULL || room->target == NULL || room->weight == NULL || room->naive == NULL)
        return lj_fail(LJ_ENOMEM, "evaluation: no memory for the groups of %" PRId64 " rows", p->n);
    return LJ_OK;
}

/* Copies the rows of one group; returns how many, 0 if they weigh nothing. */
static int64_t take(const lj_predictions *p, int64_t width, const int32_t *groups, int32_t group, const subset *room)
{
    int64_t n = 0;
    double weight = 0;
    for (int64_t r = 0; r < p->n; r++) {
        if (groups[r] != group)
            continue;
        memcpy(room->score + n * width, p->score + r * width, (size_t)width * sizeof(float));
        room->target[n] = p->target[r];
        if (p->naive != NULL)
            room->naive[n] = p->naive[r];
        room->weight[n] = p->weight == NULL ? 1.0 : p->weight[r];
        weight += room->weight[n++];
    }
    return weight > 0 ? n : 0;
}

static void write_group(lj_json *json, const char *name, const lj_evaluation *evaluation)
{
    lj_json_map(json, NULL);
    lj_json_string(json, "group", name);
    lj_json_integer(json, "rows", evaluation->rows);
    lj_json_double(json, "mean_score", evaluation->mean_score);
    lj_json_double(json, "mean_target", evaluation->mean_target);
    if (evaluation->task == LJ_BINARY) {
        const lj_counts *counts = &evaluation->parts[0].counts;
        const double positive = counts->tp + counts->fn;
        const double negative = counts->tn + counts->fp;
        lj_json_double(json, "selected", (counts->tp + counts->fp) / evaluation->weight);
        lj_json_double(json, "true_positive_rate", positive > 0 ? counts->tp / positive : NAN);
        lj_json_double(json, "false_positive_rate", negative > 0 ? counts->fp / negative : NAN);
    }
    lj_json_map(json, "metrics");
    lj_evaluation_write_flat(evaluation, json);
    lj_json_end_map(json);
    lj_json_end_map(json);
}

static lj_status one_group(const lj_predictions *p, double threshold, int64_t n, const char *name,
                           const subset *room, lj_json *json)
{
    lj_predictions part = *p;
    part.n = n;
    part.score = room->score;
    part.target = room->target;
    part.weight = p->weight == NULL ? NULL : room->weight;
    part.naive = p->naive == NULL ? NULL : room->naive;
    lj_evaluation *evaluation;
    const lj_status status = lj_evaluate(&part, threshold, &evaluation);
    if (status != LJ_OK)
        return lj_fail_context(status, "group '%s'", name);
    write_group(json, name, evaluation);
    lj_evaluation_destroy(evaluation);
    return LJ_OK;
}

lj_status lj_evaluate_groups(const lj_predictions *predictions, double threshold, const int32_t *groups,
                             const char *const *names, int32_t n_groups, lj_json *json, const char *key)
{
    assert(predictions != NULL && groups != NULL && names != NULL && n_groups >= 0);
    const int64_t width = predictions->task == LJ_MULTICLASS ? predictions->classes : 1;
    subset room = {0};
    lj_status status;
    LJ_TRY_DONE(subset_make(predictions, width, &room));
    lj_json_list(json, key);
    for (int32_t g = 0; g < n_groups; g++) {
        const int64_t n = take(predictions, width, groups, g, &room);
        if (n > 0) /* a value of the column that this part does not have */
            LJ_TRY_DONE(one_group(predictions, threshold, n, names[g], &room, json));
    }
    lj_json_end_list(json);
done:
    subset_clear(&room);
    return status;
}
