/* The threshold of the positive class: every score that occurs is tried, from the highest. */
#include <math.h>
#include <string.h>

#include "eval/scored.h"
#include "lianjin/document.h"

typedef double criterion_value(const lj_threshold_options *how, double tp, double fp, double positive,
                               double negative);

static double f1(const lj_threshold_options *how, double tp, double fp, double positive, double negative)
{
    (void)how, (void)negative;
    return 2 * tp / (tp + fp + positive);
}

static double mcc(const lj_threshold_options *how, double tp, double fp, double positive, double negative)
{
    (void)how;
    const double selected = tp + fp;
    const double product = selected * positive * (positive + negative - selected) * negative;
    return product > 0 ? (tp * (negative - fp) - fp * (positive - tp)) / sqrt(product) : 0;
}

static double youden(const lj_threshold_options *how, double tp, double fp, double positive, double negative)
{
    (void)how;
    return tp / positive - fp / negative;
}

static double value_of(const lj_threshold_options *how, double tp, double fp, double positive, double negative)
{
    return tp * how->true_positive + fp * how->false_positive + (positive - tp) * how->false_negative +
           (negative - fp) * how->true_negative;
}

/* As many as the budget allows. */
static double selected(const lj_threshold_options *how, double tp, double fp, double positive, double negative)
{
    return tp + fp <= how->budget * (positive + negative) ? tp + fp : -INFINITY;
}

/* Balanced accuracy is half of Youden's index plus one: the same threshold under two names. */
static const struct {
    const char *name;
    criterion_value *value;
    int may_select_none;
} criteria[] = {{"f1", f1, 0},     {"mcc", mcc, 0},        {"balanced_accuracy", youden, 0}, {"youden", youden, 0},
                {"ks", youden, 0}, {"value", value_of, 1}, {"budget", selected, 1}};

#define CRITERION_COUNT ((int64_t)(sizeof(criteria) / sizeof(criteria[0])))

static lj_status find_criterion(const char *name, criterion_value **out, int *may_select_none)
{
    const char *names[CRITERION_COUNT];
    for (int64_t c = 0; c < CRITERION_COUNT; c++) {
        names[c] = criteria[c].name;
        if (name == NULL || strcmp(name, criteria[c].name) == 0) {
            *out = criteria[c].value;
            *may_select_none = criteria[c].may_select_none;
            return LJ_OK;
        }
    }
    const char *near = lj_nearest(name, names, CRITERION_COUNT);
    return lj_fail(LJ_EUSAGE, "threshold: no criterion '%s'; did you mean '%s'? (%s)", name,
                   near != NULL ? near : names[0], "f1, mcc, balanced_accuracy, youden, ks, value, budget");
}

lj_status lj_threshold_choose(const lj_predictions *predictions, const lj_threshold_options *options, double *out)
{
    static const lj_threshold_options by_f1 = {.criterion = "f1"};
    const lj_threshold_options *how = options != NULL ? options : &by_f1;
    criterion_value *value = NULL;
    int may_select_none = 0;
    LJ_TRY(find_criterion(how->criterion, &value, &may_select_none));
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
    if (may_select_none && ranking->count > 0) {
        best = value(how, 0.0, 0.0, ranking->positive, ranking->negative);
        *out = nextafter((double)ranking->ties[0].score, INFINITY);
    }
    for (int64_t t = 0; t < ranking->count; t++) {
        tp += ranking->ties[t].positive;
        fp += ranking->ties[t].negative;
        const double here = tp + fp > 0 ? value(how, tp, fp, ranking->positive, ranking->negative) : -INFINITY;
        if (here > best) {
            best = here;
            *out = (double)ranking->ties[t].score;
        }
    }
done:
    lj_scored_clear(&scored);
    return status;
}
