/*
 * Fits linear models: a path of strengths from strong to weak, each started
 * where the last one ended. The best of them is that on valid, or for a small
 * table, whose valid part says little, that of five folds of train and valid
 * together, on which the model is then fitted. The history has one line a
 * strength (its `rate`).
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lianjin/random.h"
#include "model/lbfgs.h"
#include "model/logistic.h"

static const double path[] = {300.0, 100.0, 30.0, 10.0, 3.0, 1.0, 0.3, 0.1};
#define PATH          ((int64_t)(sizeof(path) / sizeof(path[0])))
#define WITHOUT_VALID 1.0 /* the strength when there is nothing to choose by: scikit-learn's default */
#define TOLERANCE     1e-6
#define REFIT_ROWS    10000 /* below, the valid rows are too good to be left out */
#define FOLDS         5
#define PATH_PATIENCE 2 /* strengths without a better valid value before the path ends */

typedef struct fit {
    const lj_fit_call *call;
    lj_linear *linear;
    double *w, *best, *l1, *scale;
    float *scores;        /* of valid */
    double *valid_weight; /* NULL: 1 */
    lj_epoch *epochs;
    int64_t count, best_index;
    double started;

    int refits; /* train and valid are joined in the end */
    lj_joined all;
    lj_linear *whole; /* over them */
    /* Folds; has_folds 0: none. Row i is held out of fold fold[i]. */
    int has_folds;
    int64_t *fold;
    float *fold_weight[FOLDS]; /* 0 for the rows held out */
    lj_rows fold_rows[FOLDS];
    lj_fit_call fold_call[FOLDS];
    lj_linear *fold_linear[FOLDS];
    double *fold_w[FOLDS];
    float *fold_scores, *pooled;
    double *pooled_weight; /* NULL: 1 */
} fit;

static lj_status allocate(fit *f)
{
    const int64_t size = lj_linear_size(f->linear);
    const lj_rows *valid = f->call->valid;
    f->w = lj_new_array(size, sizeof(double));
    f->best = lj_new_array(size, sizeof(double));
    f->l1 = lj_new_array(size, sizeof(double));
    f->scale = lj_new_array(size, sizeof(double));
    f->epochs = lj_new_array(PATH, sizeof(lj_epoch));
    int failed = f->w == NULL || f->best == NULL || f->l1 == NULL || f->scale == NULL || f->epochs == NULL;
    if (valid != NULL) {
        f->scores = lj_new_array(valid->n * lj_linear_outputs(f->linear), sizeof(float));
        failed |= f->scores == NULL;
        if (valid->weight != NULL) {
            f->valid_weight = lj_new_array(valid->n, sizeof(double));
            failed |= f->valid_weight == NULL;
            for (int64_t i = 0; f->valid_weight != NULL && i < valid->n; i++)
                f->valid_weight[i] = (double)valid->weight[i];
        }
    }
    return failed ? lj_fail(LJ_ENOMEM, "logistic: no memory for %" PRId64 " weights", size) : LJ_OK;
}

/* Fills valid_loss and monitor by the scores of rows that were not fitted. */
static lj_status measure(const fit *f, const lj_rows *rows, const float *scores, const double *weight, lj_epoch *epoch)
{
    const lj_fit_call *call = f->call;
    const lj_model_spec *spec = call->network->spec;
    const lj_predictions predictions = {
        .task = spec->task,
        .n = rows->n,
        .classes = spec->classes,
        .score = scores,
        .target = rows->target,
        .weight = weight,
    };
    LJ_TRY(lj_metric_compute(spec->task == LJ_REGRESSION ? "mse" : "log_loss", &predictions, &epoch->valid_loss));
    LJ_TRY(lj_metric_compute(call->training->monitor, &predictions, &epoch->monitor));
    if (isnan(epoch->monitor))
        return lj_fail(LJ_EDATA, "the metric '%s' is not defined on the valid part of %" PRId64 " rows",
                       call->training->monitor, rows->n);
    return LJ_OK;
}

/* Minimises for one strength over the rows of `linear`, from where w stands. */
static lj_status minimise(fit *f, lj_linear *linear, double l2, double *loss)
{
    const lj_logistic_options *options = f->call->options;
    const int64_t width = lj_linear_inputs(linear) + 1;
    lj_linear_set_l2(linear, l2);
    lj_linear_scales(linear, f->scale);
    for (int64_t j = 0; j < lj_linear_size(linear); j++)
        f->l1[j] = j % width == width - 1 ? 0.0 : options->l1 / lj_linear_weight(linear);
    const lj_lbfgs_problem problem = {
        .n = lj_linear_size(linear),
        .evaluate = lj_linear_evaluate,
        .context = linear,
        .l1 = options->l1 > 0.0 ? f->l1 : NULL,
        .scale = f->scale,
        .tolerance = TOLERANCE,
        .iterations = options->iterations,
    };
    LJ_TRY(lj_lbfgs(&problem, f->w, loss));
    return isfinite(*loss) ? LJ_OK : lj_fail(LJ_EDIVERGED, "logistic: the loss is not finite at the strength %g", l2);
}

/* One strength on all folds: the mean loss, and the scores of each row by the fold that did not see it. */
static lj_status fit_folds(fit *f, double l2, double *loss)
{
    const int64_t n = f->all.rows.n, outputs = lj_linear_outputs(f->linear);
    const size_t bytes = (size_t)lj_linear_size(f->linear) * sizeof(double);
    *loss = 0.0;
    for (int k = 0; k < FOLDS; k++) {
        double one = 0.0;
        memcpy(f->w, f->fold_w[k], bytes);
        LJ_TRY(minimise(f, f->fold_linear[k], l2, &one));
        memcpy(f->fold_w[k], f->w, bytes);
        *loss += one / FOLDS;
        LJ_TRY(lj_linear_score(f->fold_linear[k], f->w, &f->all.rows, f->fold_scores));
        for (int64_t i = 0; i < n; i++) {
            if (f->fold[i] == k)
                memcpy(f->pooled + i * outputs, f->fold_scores + i * outputs, (size_t)outputs * sizeof(float));
        }
    }
    return LJ_OK;
}

static lj_status fit_strength(fit *f, double l2)
{
    const lj_fit_call *call = f->call;
    lj_epoch epoch = {
        .epoch = f->count + 1,
        .valid_loss = (double)NAN,
        .monitor = (double)NAN,
        .rate = l2,
    };
    if (f->has_folds) {
        LJ_TRY(fit_folds(f, l2, &epoch.loss));
        LJ_TRY(measure(f, &f->all.rows, f->pooled, f->pooled_weight, &epoch));
    } else {
        LJ_TRY(minimise(f, f->linear, l2, &epoch.loss));
        if (call->valid != NULL) {
            LJ_TRY(lj_linear_score(f->linear, f->w, call->valid, f->scores));
            LJ_TRY(measure(f, call->valid, f->scores, f->valid_weight, &epoch));
        }
    }
    epoch.seconds = lj_seconds() - f->started;
    f->epochs[f->count++] = epoch;
    return LJ_OK;
}

/* Keeps w if it is the best so far. */
static void judge(fit *f)
{
    const char *monitor = f->call->training->monitor;
    const double value = f->epochs[f->count - 1].monitor;
    if (f->count > 1) {
        const double best = f->epochs[f->best_index].monitor;
        if (!(lj_metric_larger_is_better(monitor) ? value > best : value < best))
            return;
    }
    f->best_index = f->count - 1;
    memcpy(f->best, f->w, (size_t)lj_linear_size(f->linear) * sizeof(double));
}

static lj_status run_path(fit *f)
{
    const lj_fit_call *call = f->call;
    const lj_logistic_options *options = call->options;
    const int is_given = !isnan(options->l2);
    const int64_t n = is_given || call->valid == NULL ? 1 : PATH;
    lj_status status = LJ_OK;
    lj_progress_begin(call->console, "fit", n);
    for (int64_t k = 0; k < n && status == LJ_OK; k++) {
        char detail[96];
        const double l2 = is_given ? options->l2 : n == 1 ? WITHOUT_VALID : path[k];
        status = fit_strength(f, l2);
        if (status != LJ_OK)
            break;
        judge(f);
        const int used = snprintf(detail, sizeof(detail), "l2 %g", l2);
        if (!isnan(f->epochs[k].monitor))
            (void)snprintf(detail + used, sizeof(detail) - (size_t)used, ", valid %s %.4f", call->training->monitor,
                           f->epochs[k].monitor);
        lj_progress_update(call->console, k + 1, detail);
        if (k - f->best_index >= PATH_PATIENCE)
            break;
        if (lj_interrupted()) {
            call->result->interrupted = 1;
            break;
        }
    }
    lj_progress_end(call->console);
    return status;
}

/* Train and valid together, and their folds if a strength is to be chosen by them. */
static lj_status prepare_refit(fit *f)
{
    const lj_fit_call *call = f->call;
    const lj_logistic_options *options = call->options;
    LJ_TRY(lj_joined_make(call->train, call->valid, &f->all));
    const int64_t n = f->all.rows.n, outputs = lj_linear_outputs(f->linear);
    if (!isnan(options->l2))
        return LJ_OK;
    f->fold = lj_new_array(n, sizeof(int64_t));
    f->fold_scores = lj_new_array(n * outputs, sizeof(float));
    f->pooled = lj_new_array(n * outputs, sizeof(float));
    f->pooled_weight = f->all.weight != NULL ? lj_new_array(n, sizeof(double)) : NULL;
    if (f->fold == NULL || f->fold_scores == NULL || f->pooled == NULL ||
        (f->all.weight != NULL && f->pooled_weight == NULL))
        return lj_fail(LJ_ENOMEM, "logistic: no memory for the folds of %" PRId64 " rows", n);
    lj_random_permutation(call->training->seed, lj_random_stream("logistic/folds"), n, f->fold);
    for (int64_t i = 0; i < n; i++) {
        f->fold[i] %= FOLDS;
        if (f->pooled_weight != NULL)
            f->pooled_weight[i] = (double)f->all.weight[i];
    }
    for (int k = 0; k < FOLDS; k++) {
        f->fold_weight[k] = lj_new_array(n, sizeof(float));
        f->fold_w[k] = lj_new_array(lj_linear_size(f->linear), sizeof(double));
        if (f->fold_weight[k] == NULL || f->fold_w[k] == NULL)
            return lj_fail(LJ_ENOMEM, "logistic: no memory for the folds of %" PRId64 " rows", n);
        for (int64_t i = 0; i < n; i++)
            f->fold_weight[k][i] = f->fold[i] == k ? 0.0F : f->all.weight == NULL ? 1.0F : f->all.weight[i];
        f->fold_rows[k] = f->all.rows;
        f->fold_rows[k].weight = f->fold_weight[k];
        f->fold_call[k] = *call;
        f->fold_call[k].train = &f->fold_rows[k];
        LJ_TRY(lj_linear_create(&f->fold_call[k], &f->fold_linear[k]));
    }
    f->has_folds = 1;
    return LJ_OK;
}

/* From the best weights, once more on train and valid together. */
static lj_status refit(fit *f)
{
    double loss = 0.0;
    lj_fit_call call = *f->call;
    call.train = &f->all.rows;
    LJ_TRY(lj_linear_create(&call, &f->whole));
    const size_t bytes = (size_t)lj_linear_size(f->whole) * sizeof(double);
    const lj_rows *valid = call.valid; /* what the model says of it before it learns from it */
    call.result->valid_scores = lj_new_array(valid->n * lj_network_outputs(call.network->spec), sizeof(float));
    if (call.result->valid_scores == NULL)
        return lj_fail(LJ_ENOMEM, "logistic: no memory for the scores of %" PRId64 " rows", valid->n);
    LJ_TRY(lj_linear_score(f->linear, f->best, valid, call.result->valid_scores));
    memcpy(f->w, f->best, bytes);
    LJ_TRY(minimise(f, f->whole, f->epochs[f->best_index].rate, &loss));
    memcpy(f->best, f->w, bytes);
    lj_note(call.console, "logistic: fitted once more on train and valid, %" PRId64 " rows", f->all.rows.n);
    return LJ_OK;
}

static lj_status deliver(fit *f)
{
    const lj_fit_call *call = f->call;
    lj_logistic_options *options = call->options;
    const int64_t inputs = lj_linear_inputs(f->linear), outputs = lj_linear_outputs(f->linear);
    lj_tensor *weight = lj_weights_find(call->job->weights, "linear.weight");
    lj_tensor *bias = lj_weights_find(call->job->weights, "linear.bias");
    if (weight == NULL || bias == NULL || weight->count != inputs * outputs || bias->count != outputs)
        return lj_fail(LJ_ESHAPE, "logistic: the weights do not fit the inputs");
    float *to = weight->data, *to_bias = bias->data;
    for (int64_t c = 0; c < outputs; c++) {
        for (int64_t i = 0; i < inputs; i++)
            to[i * outputs + c] = (float)f->best[c * (inputs + 1) + i];
        to_bias[c] = (float)f->best[c * (inputs + 1) + inputs];
    }
    if (isnan(options->l2)) {
        options->l2 = f->epochs[f->best_index].rate;
        lj_note(call->console, "logistic: l2 %g%s", options->l2,
                f->has_folds          ? ", the best of five folds of train and valid"
                : call->valid != NULL ? ", the best on valid"
                                      : " (nothing to choose it by)");
    }
    lj_train_result *result = call->result;
    result->best_epoch = f->best_index + 1;
    result->epoch_count = f->count;
    result->steps = f->count;
    result->seconds = lj_seconds() - f->started;
    result->rows_per_second = result->seconds > 0.0 ? (double)call->train->n * (double)f->count / result->seconds : 0.0;
    LJ_TRY(lj_history_save(call->training->history, call->training->monitor, f->epochs, f->count));
    result->epochs = f->epochs;
    f->epochs = NULL;
    return LJ_OK;
}

static int wants_refit(const lj_fit_call *call)
{
    lj_logistic_options *options = call->options;
    if (options->refit < 0)
        options->refit = call->train->n < REFIT_ROWS;
    return options->refit && call->valid != NULL;
}

static void release(fit *f)
{
    for (int k = 0; k < FOLDS; k++) {
        lj_linear_destroy(f->fold_linear[k]);
        lj_free(f->fold_weight[k]);
        lj_free(f->fold_w[k]);
    }
    lj_linear_destroy(f->linear);
    lj_linear_destroy(f->whole);
    lj_joined_free(&f->all);
    lj_free(f->fold);
    lj_free(f->fold_scores);
    lj_free(f->pooled);
    lj_free(f->pooled_weight);
    lj_free(f->w);
    lj_free(f->best);
    lj_free(f->l1);
    lj_free(f->scale);
    lj_free(f->scores);
    lj_free(f->valid_weight);
    lj_free(f->epochs);
}

lj_status lj_logistic_fit(const lj_fit_call *call)
{
    fit f = {.call = call, .started = lj_seconds()};
    lj_status status = lj_linear_create(call, &f.linear);
    if (status != LJ_OK)
        return status;
    f.refits = wants_refit(call);
    LJ_TRY_DONE(allocate(&f));
    if (f.refits)
        LJ_TRY_DONE(prepare_refit(&f));
    LJ_TRY_DONE(run_path(&f));
    if (f.refits && !call->result->interrupted)
        LJ_TRY_DONE(refit(&f));
    LJ_TRY_DONE(deliver(&f));
done:
    release(&f);
    return status;
}
