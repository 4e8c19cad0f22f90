/*
 * Fits linear models: a path of strengths from strong to weak, each started
 * where the last one ended, and the best of them on valid. The history has one
 * line a strength (its `rate`).
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/lbfgs.h"
#include "model/logistic.h"

static const double path[] = {300.0, 100.0, 30.0, 10.0, 3.0, 1.0, 0.3, 0.1};
#define PATH          ((int64_t)(sizeof(path) / sizeof(path[0])))
#define WITHOUT_VALID 1.0 /* the strength when there is nothing to choose by: scikit-learn's default */
#define TOLERANCE     1e-6
#define REFIT_ROWS    10000 /* below, the valid rows are too good to be left out */
#define PATH_PATIENCE 2     /* strengths without a better valid value before the path ends */

typedef struct fit {
    const lj_fit_call *call;
    lj_linear *linear;
    double *w, *best, *l1, *scale;
    float *scores;        /* of valid */
    double *valid_weight; /* NULL: 1 */
    lj_epoch *epochs;
    int64_t count, best_index;
    double started;
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

static lj_status measure_valid(fit *f, lj_epoch *epoch)
{
    const lj_fit_call *call = f->call;
    const lj_rows *valid = call->valid;
    const lj_model_spec *spec = call->network->spec;
    LJ_TRY(lj_linear_score(f->linear, f->w, valid, f->scores));
    const lj_predictions predictions = {
        .task = spec->task,
        .n = valid->n,
        .classes = spec->classes,
        .score = f->scores,
        .target = valid->target,
        .weight = f->valid_weight,
    };
    LJ_TRY(lj_metric_compute(spec->task == LJ_REGRESSION ? "mse" : "log_loss", &predictions, &epoch->valid_loss));
    LJ_TRY(lj_metric_compute(call->training->monitor, &predictions, &epoch->monitor));
    if (isnan(epoch->monitor))
        return lj_fail(LJ_EDATA, "the metric '%s' is not defined on the valid part of %" PRId64 " rows",
                       call->training->monitor, valid->n);
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

static lj_status fit_strength(fit *f, double l2)
{
    const lj_fit_call *call = f->call;
    double loss = 0.0;
    LJ_TRY(minimise(f, f->linear, l2, &loss));
    lj_epoch epoch = {
        .epoch = f->count + 1,
        .loss = loss,
        .valid_loss = (double)NAN,
        .monitor = (double)NAN,
        .rate = l2,
    };
    if (call->valid != NULL)
        LJ_TRY(measure_valid(f, &epoch));
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
        (void)snprintf(detail, sizeof(detail), "l2 %g, valid %s %.4f", l2, call->training->monitor,
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

/* Rows of a and then those of b, in blocks of their own. */
typedef struct joined {
    float *numbers;
    int32_t *codes;
    double *target;
    float *weight; /* NULL: 1 each */
    lj_rows rows;
} joined;

static void free_joined(joined *j)
{
    lj_free(j->numbers);
    lj_free(j->codes);
    lj_free(j->target);
    lj_free(j->weight);
}

static void append(joined *j, const lj_rows *rows, int64_t at)
{
    const int64_t numbers = rows->number_count, codes = rows->category_count;
    if (numbers > 0)
        memcpy(j->numbers + at * numbers, rows->numbers, (size_t)(rows->n * numbers) * sizeof(float));
    if (codes > 0)
        memcpy(j->codes + at * codes, rows->codes, (size_t)(rows->n * codes) * sizeof(int32_t));
    memcpy(j->target + at, rows->target, (size_t)rows->n * sizeof(double));
    for (int64_t i = 0; j->weight != NULL && i < rows->n; i++)
        j->weight[at + i] = rows->weight == NULL ? 1.0F : rows->weight[i];
}

static lj_status join(const lj_rows *a, const lj_rows *b, joined *j)
{
    const int64_t n = a->n + b->n;
    const int weighted = a->weight != NULL || b->weight != NULL;
    j->numbers = lj_new_array(n * a->number_count, sizeof(float));
    j->codes = lj_new_array(n * a->category_count, sizeof(int32_t));
    j->target = lj_new_array(n, sizeof(double));
    j->weight = weighted ? lj_new_array(n, sizeof(float)) : NULL;
    if (j->numbers == NULL || j->codes == NULL || j->target == NULL || (weighted && j->weight == NULL))
        return lj_fail(LJ_ENOMEM, "logistic: no memory for %" PRId64 " rows", n);
    append(j, a, 0);
    append(j, b, a->n);
    j->rows = (lj_rows){.n = n,
                        .numbers = j->numbers,
                        .number_count = a->number_count,
                        .codes = j->codes,
                        .category_count = a->category_count,
                        .target = j->target,
                        .weight = j->weight};
    return LJ_OK;
}

/* From the best weights, once more on train and valid together. */
static lj_status refit(fit *f)
{
    joined all = {0};
    lj_linear *linear = NULL;
    double loss = 0.0;
    lj_fit_call call = *f->call;
    lj_status status = join(call.train, call.valid, &all);
    if (status != LJ_OK)
        goto done;
    call.train = &all.rows;
    LJ_TRY_DONE(lj_linear_create(&call, &linear));
    memcpy(f->w, f->best, (size_t)lj_linear_size(linear) * sizeof(double));
    LJ_TRY_DONE(minimise(f, linear, f->epochs[f->best_index].rate, &loss));
    memcpy(f->best, f->w, (size_t)lj_linear_size(linear) * sizeof(double));
    lj_note(call.console, "logistic: fitted once more on train and valid, %" PRId64 " rows", all.rows.n);
done:
    lj_linear_destroy(linear);
    free_joined(&all);
    return status;
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
                call->valid != NULL ? ", the best on valid" : " (nothing to choose it by)");
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
    return options->refit && call->valid != NULL && !call->result->interrupted;
}

lj_status lj_logistic_fit(const lj_fit_call *call)
{
    fit f = {.call = call, .started = lj_seconds()};
    lj_status status = lj_linear_create(call, &f.linear);
    if (status != LJ_OK)
        return status;
    LJ_TRY_DONE(allocate(&f));
    LJ_TRY_DONE(run_path(&f));
    if (wants_refit(call))
        LJ_TRY_DONE(refit(&f));
    LJ_TRY_DONE(deliver(&f));
done:
    lj_linear_destroy(f.linear);
    lj_free(f.w);
    lj_free(f.best);
    lj_free(f.l1);
    lj_free(f.scale);
    lj_free(f.scores);
    lj_free(f.valid_weight);
    lj_free(f.epochs);
    return status;
}
