/* The threshold of the positive class: every score that occurs is tried, from the highest. */
#include <math.h>
#include <string.h>

#include "eval/scored.h"
#include "lianjin/document.h"

typedef double criterion_value(double tp, double fp, double positive, double negative);

static double f1(double tp, double fp, double positive, double negative)
{
    (void)negative;
    return 2 * tp / (tp + fp + positive);
}

static double mcc(double tp, double fp, double positive, double negative)
{
    const double selected = tp + fp;
    const double product = selected * positive * (positive + negative - selected) * negative;
    return product > 0 ? (tp * (negative - fp) - fp * (positive - tp)) / sqrt(product) : 0;
}

static double youden(double tp, double fp, double positive, double negative)
{
    return tp / positive - fp / negative;
}

/* Balanced accuracy is half of Youden's index plus one: the same threshold under two names. */
static const struct {
    const char *name;
    criterion_value *value;
} criteria[] = {{"f1", f1}, {"mcc", mcc}, {"balanced_accuracy", youden}, {"youden", youden}, {"ks", youden}};

#define CRITERION_COUNT ((int64_t)(sizeof(criteria) / sizeof(criteria[0])))

static lj_status find_criterion(const char *name, criterion_value **out)
{
    const char *names[CRITERION_COUNT];
    for (int64_t c = 0; c < CRITERION_COUNT; c++) {
        names[c] = criteria[c].name;
        if (name == NULL || strcmp(name, criteria[c].name) == 0) {
            *out = criteria[c].value;
            return LJ_OK;
        }
    }
    const char *near = lj_nearest(name, names, CRITERION_COUNT);
    return lj_fail(LJ_EUSAGE, "threshold: no criterion '%s'; did you mean '%s'? (%s)", name,
                   near != NULL ? near : names[0], "f1, mcc, balanced_accuracy, youden, ks");
}

lj_status lj_threshold_choose(const lj_predictions *predictions, const char *criterion, double *out)
{
    criterion_value *value = NULL;
    LJ_TRY(find_criterion(criterion, &value));
    if (predictions->task != LJ_BINARY)
        return lj_fail(LJ_EUSAGE, "threshold: only for the task binary, found %s", lj_task_name(predictions->task));
    lj_scored scored;
    LJ_TRY(lj_scored_make(predictions, NAN, &scored));
    const lj_ranking *ranking;
    lj_status status;
    LJ_TRY_DONE(lj_scored_ranking(&scored, 0, &ranking));
    if (!(ranking->positive > 0 && ranking->negative > 0)) {
        status = lj_fail(LJ_EDATA, "threshold: expected rows of both classes, found one class in %g rows",
                         (double)predictions->n);
        goto done;
    }
    double tp = 0;
    double fp = 0;
    double best = -INFINITY;
    for (int64_t t = 0; t < ranking->count; t++) {
        tp += ranking->ties[t].positive;
        fp += ranking->ties[t].negative;
        const double here = tp + fp > 0 ? value(tp, fp, ranking->positive, ranking->negative) : -INFINITY;
        if (here > best) {
            best = here;
            *out = (double)ranking->ties[t].score;
        }
    }
done:
    lj_scored_clear(&scored);
    return status;
}
