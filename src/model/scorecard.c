/*
 * scorecard: logistic regression on weights of evidence (the step woe), whose numbers are chosen by their information
 * value and by the sign of their weight, and whose answer is also a sum of points (lianjin/scorecard.h).
 */
#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "lianjin/math.h"
#include "lianjin/scorecard.h"
#include "model/logistic.h"
#include "model/model.h"

#define NAME "scorecard"
#define LN_2 0.693147180559945309417

typedef struct scorecard_options {
    lj_logistic_options logistic;
    double min_iv;
    int signs, refit;
    double base_score, base_odds, pdo;
} scorecard_options;

static const lj_declaration declarations[] = {
    {.key = "min_iv",
     .kind = LJ_DECLARED_NUMBER,
     .offset = offsetof(scorecard_options, min_iv),
     .min = 0,
     .max = 100,
     .fallback = "0.002",
     .doc = "Least information value of a column that is used."},
    {.key = "signs",
     .kind = LJ_DECLARED_BOOL,
     .offset = offsetof(scorecard_options, signs),
     .fallback = "false",
     .doc = "Leaves columns out, one after the other, whose points would speak against their own bins."},
    {.key = "base_score",
     .kind = LJ_DECLARED_NUMBER,
     .offset = offsetof(scorecard_options, base_score),
     .min = -100000,
     .max = 100000,
     .fallback = "600",
     .doc = "Points at the base odds."},
    {.key = "base_odds",
     .kind = LJ_DECLARED_NUMBER,
     .offset = offsetof(scorecard_options, base_odds),
     .min = 1e-6,
     .max = 1e6,
     .fallback = "50",
     .doc = "Rows of the other class to one of the positive class that have the base score."},
    {.key = "pdo",
     .kind = LJ_DECLARED_NUMBER,
     .offset = offsetof(scorecard_options, pdo),
     .min = 1,
     .max = 10000,
     .fallback = "20",
     .doc = "Points that double the odds."},
    {.key = "refit",
     .kind = LJ_DECLARED_BOOL,
     .offset = offsetof(scorecard_options, refit),
     .fallback = "true",
     .doc = "Fits bins and weights on train and valid together: nothing is chosen on valid, whose figures then say no "
            "more than those of train."},
    {.key = "l2",
     .kind = LJ_DECLARED_NUMBER,
     .offset = offsetof(lj_logistic_options, l2),
     .min = 0,
     .max = 1e9,
     .fallback = "1",
     .doc = "Strength of the squared penalty (1/C of scikit-learn)."},
    LJ_LOGISTIC_DECLARATIONS,
};

static int joins(const void *options)
{
    return ((const scorecard_options *)options)->refit;
}

/* ---- fit ---- */

typedef struct fit {
    const lj_fit_call *call;
    lj_fit_call inner; /* the same on rows whose left-out numbers are 0, so that their weights stay 0 */
    lj_rows train, valid;
    float *train_numbers, *valid_numbers;
    double *iv; /* [number_count] */
} fit;

/*
 * Weights of evidence w of the bins have the information value sum over bins of (others - events) w, in shares of the
 * classes: the mean of w over the other rows less its mean over the events.
 */
static void measure(fit *f)
{
    const lj_rows *rows = f->call->train;
    int64_t events = 0;
    for (int64_t i = 0; i < rows->n; i++)
        events += rows->target[i] > 0.5;
    for (int64_t j = 0; j < rows->number_count; j++) {
        double of_events = 0, of_others = 0;
        for (int64_t i = 0; i < rows->n; i++) {
            const double w = (double)rows->numbers[i * rows->number_count + j];
            if (rows->target[i] > 0.5)
                of_events += w;
            else
                of_others += w;
        }
        f->iv[j] = of_others / (double)(rows->n - events) - of_events / (double)events;
    }
}

static void leave_out(const lj_rows *rows, float *numbers, int64_t j)
{
    for (int64_t i = 0; i < rows->n; i++)
        numbers[i * rows->number_count + j] = 0.0F;
}

static lj_status copy_numbers(const lj_rows *rows, float **numbers, lj_rows *copy)
{
    const int64_t count = rows->n * rows->number_count;
    *numbers = lj_new_array(count, sizeof(float));
    if (*numbers == NULL)
        return lj_fail(LJ_ENOMEM, NAME ": no memory for %" PRId64 " rows", rows->n);
    memcpy(*numbers, rows->numbers, (size_t)count * sizeof(float));
    *copy = *rows;
    copy->numbers = *numbers;
    return LJ_OK;
}

static void leave_out_everywhere(fit *f, int64_t j)
{
    leave_out(&f->train, f->train_numbers, j);
    if (f->valid_numbers != NULL)
        leave_out(&f->valid, f->valid_numbers, j);
}

/* Leaves out what tells too little; how many numbers are left. */
static int64_t select_by_iv(fit *f, double least)
{
    int64_t left = 0;
    for (int64_t j = 0; j < f->train.number_count; j++) {
        if (f->iv[j] >= least)
            left++;
        else
            leave_out_everywhere(f, j);
    }
    return left;
}

/* The number whose weight is most against its evidence: more evidence for the others, more of the events. -1: none. */
static int64_t find_wrong_sign(const lj_fit_call *call)
{
    const lj_tensor *weight = lj_weights_find(call->job->weights, "linear.weight");
    const float *w = weight->data;
    int64_t worst = -1;
    for (int64_t j = 0; j < weight->count; j++)
        if (w[j] > 0.0F && (worst < 0 || w[j] > w[worst]))
            worst = j;
    return worst;
}

/* Fits again without a number at a time until every weight has its sign. */
static lj_status select_by_sign(fit *f, int64_t *left)
{
    lj_train_options training = *f->call->training;
    lj_train_result ignored = {0};
    training.history = NULL;
    f->inner.training = &training;
    f->inner.console = NULL;
    f->inner.result = &ignored;
    for (int64_t j = find_wrong_sign(f->call); j >= 0; j = find_wrong_sign(f->call)) {
        leave_out_everywhere(f, j);
        --*left;
        LJ_TRY(lj_logistic_fit(&f->inner));
        lj_free(ignored.epochs);
        ignored.epochs = NULL;
    }
    return LJ_OK;
}

static lj_status check(const lj_fit_call *call)
{
    const lj_model_spec *spec = call->network->spec;
    if (spec->task != LJ_BINARY)
        return lj_fail(LJ_EDATA, NAME ": expected a target of two classes, found %s", lj_task_name(spec->task));
    if (spec->category_count > 0)
        return lj_fail(LJ_EDATA, NAME ": reads weights of evidence (the step woe), found %" PRId64 " encoded "
                       "categories: leave the step that makes them out", spec->category_count);
    return LJ_OK;
}

static lj_status scorecard_fit(const lj_fit_call *call)
{
    scorecard_options *options = call->options;
    fit f = {.call = call, .inner = *call};
    lj_status status;
    LJ_TRY(check(call));
    f.iv = lj_new_array(call->train->number_count, sizeof(*f.iv));
    status = f.iv == NULL ? lj_fail(LJ_ENOMEM, NAME ": no memory") : LJ_OK;
    if (status == LJ_OK)
        status = copy_numbers(call->train, &f.train_numbers, &f.train);
    if (status == LJ_OK && call->valid != NULL)
        status = copy_numbers(call->valid, &f.valid_numbers, &f.valid);
    if (status != LJ_OK)
        goto done;
    options->logistic.refit = 0; /* train is all there is */
    f.inner.options = &options->logistic;
    f.inner.train = &f.train;
    f.inner.valid = call->valid != NULL ? &f.valid : NULL;
    measure(&f);
    const int64_t told = select_by_iv(&f, options->min_iv);
    int64_t left = told;
    if (told == 0) {
        status = lj_fail(LJ_EDATA, NAME ": no column has an information value of %g or more", options->min_iv);
        goto done;
    }
    LJ_TRY_DONE(lj_logistic_fit(&f.inner));
    if (options->signs)
        LJ_TRY_DONE(select_by_sign(&f, &left));
    if (left == 0) {
        status = lj_fail(LJ_EDATA, NAME ": every column would speak against its own bins");
        goto done;
    }
    lj_note(call->console, NAME ": %" PRId64 " of %" PRId64 " columns, %" PRId64 " have an information value below %g",
            left, f.train.number_count, f.train.number_count - told, options->min_iv);
    if (told > left)
        lj_note(call->console, NAME ": %" PRId64 " columns would speak against their own bins", told - left);
done:
    lj_free(f.iv);
    lj_free(f.train_numbers);
    lj_free(f.valid_numbers);
    return status;
}

const lj_family lj_family_scorecard = {
    .info = {.name = NAME,
             .summary = "a scorecard: optimal bins, weights of evidence, logistic regression, points",
             .options = declarations,
             .option_count = (int64_t)(sizeof(declarations) / sizeof(declarations[0])),
             .style = LJ_PREP_WOE,
             .gives_points = 1,
             .adds_up = 1},
    .options_size = sizeof(scorecard_options),
    .train_defaults = lj_logistic_train_defaults,
    .build = lj_logistic_build,
    .joins = joins,
    .fit = scorecard_fit,
};

/* ---- points ---- */

lj_status lj_scorecard_of(const lj_model *model, lj_scorecard *out)
{
    const lj_model_core *core = model->core;
    if (!core->family->info.gives_points)
        return lj_fail(LJ_EUNSUPPORTED, "the family '%s' gives no points", core->family->info.name);
    const scorecard_options *options = core->options;
    const lj_tensor *weight = lj_weights_find(core->weights, "linear.weight");
    const lj_tensor *bias = lj_weights_find(core->weights, "linear.bias");
    const double factor = options->pdo / LN_2;
    *out = (lj_scorecard){.count = core->spec.number_count,
                          .weights = weight->data,
                          .factor = factor,
                          .base = options->base_score - factor * (lj_log_d(options->base_odds) +
                                                                  (double)((const float *)bias->data)[0]),
                          .base_score = options->base_score,
                          .base_odds = options->base_odds,
                          .pdo = options->pdo};
    for (int64_t j = 0; j < out->count; j++)
        out->used += out->weights[j] != 0.0F;
    return LJ_OK;
}

int64_t lj_scorecard_points(const lj_scorecard *card, int64_t index, float woe)
{
    if (card->weights[index] == 0.0F)
        return 0;
    const double points = card->base / (double)card->used - card->factor * ((double)card->weights[index] * (double)woe);
    return (int64_t)floor(points + 0.5);
}

int64_t lj_scorecard_score(const lj_scorecard *card, const float *numbers)
{
    int64_t sum = 0;
    for (int64_t j = 0; j < card->count; j++)
        sum += lj_scorecard_points(card, j, numbers[j]);
    return sum;
}
