/*
 * Fits text_linear. All strengths of the path and all classes are solved at once, 16 of these problems side by side
 * (dual.h); a thread takes 16 of them from start to end. The strength that is best on valid is kept, its margins are
 * calibrated there, and its problems are solved once more, with `refit` on train and valid together. The history has
 * one line a strength (its `rate`).
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "model/calibrate.h"
#include "model/text_linear.h"

static const double path[] = {10.0, 3.0, 1.0, 0.3, 0.1};
#define PATH          ((int64_t)(sizeof(path) / sizeof(path[0])))
#define WITHOUT_VALID 1.0  /* the strength when there is nothing to choose by: scikit-learn's default */
#define TOLERANCE     0.1

typedef struct fit {
    const lj_fit_call *call;
    lj_task task;
    int64_t outputs;
    const lj_text_rows *rows; /* that are fitted */
    lj_text_rows valid;
    const double *strength;   /* [strengths] */
    int64_t strengths;
    float *margins;           /* [valid n, strengths, outputs]; NULL: not wanted */
    float *weight, *bias;     /* [inputs, outputs], [outputs]; NULL: not wanted (of one strength) */
    lj_calibration calibration;
    lj_epoch *epochs;
    int64_t best;
    double started;
} fit;

/* Margins of the valid rows by the lanes w [inputs + 1, LJ_DUAL_LANES], of `count` problems from `first` on. */
static void keep_margins(const fit *f, const float *w, int64_t first, int64_t count)
{
    const lj_sparse *x = &f->valid.x;
    const int64_t problems = f->strengths * f->outputs;
    for (int64_t row = 0; row < x->n; row++) {
        float z[LJ_DUAL_LANES];
        memcpy(z, w + x->width * LJ_DUAL_LANES, sizeof(z));
        for (int64_t k = x->begin[row]; k < x->begin[row + 1]; k++) {
            const float *from = w + (int64_t)x->column[k] * LJ_DUAL_LANES;
            for (int l = 0; l < LJ_DUAL_LANES; l++)
                z[l] += x->value[k] * from[l];
        }
        memcpy(f->margins + row * problems + first, z, (size_t)count * sizeof(*z));
    }
}

/* The calibrated weights of `count` outputs from `first` on. */
static void keep_weights(const fit *f, const float *w, int64_t first, int64_t count)
{
    const int64_t inputs = f->rows->x.width;
    const double scale = f->calibration.scale;
    for (int64_t l = 0; l < count; l++) {
        for (int64_t i = 0; i < inputs; i++)
            f->weight[i * f->outputs + first + l] =
                (float)(scale * (double)f->rows->factor[i] * (double)w[i * LJ_DUAL_LANES + l]);
        f->bias[first + l] = (float)(scale * (double)w[inputs * LJ_DUAL_LANES + l] + f->calibration.shift);
    }
}

static lj_status solve_group(void *context, int64_t group, int thread)
{
    (void)thread;
    const fit *f = context;
    const lj_text_linear_options *options = f->call->options;
    const int64_t first = group * LJ_DUAL_LANES, problems = f->strengths * f->outputs;
    const int64_t count = problems - first < LJ_DUAL_LANES ? problems - first : LJ_DUAL_LANES;
    lj_dual_lane lanes[LJ_DUAL_LANES] = {{0}};
    for (int64_t l = 0; l < count; l++) {
        const int64_t output = (first + l) % f->outputs;
        lanes[l] = (lj_dual_lane){.own = f->task == LJ_BINARY ? 1 : (int32_t)output,
                                  .cost = 1.0 / f->strength[(first + l) / f->outputs]};
    }
    const lj_dual_rows rows = {
        .x = &f->rows->x, .target = f->rows->target, .weight = f->rows->weight, .squares = f->rows->squares};
    const lj_dual_options how = {.is_regression = f->task == LJ_REGRESSION,
                                 .tolerance = TOLERANCE,
                                 .passes = options->passes,
                                 .seed = f->call->training->seed};
    float *w = lj_new_array((rows.x->width + 1) * LJ_DUAL_LANES, sizeof(*w));
    if (w == NULL)
        return lj_fail(LJ_ENOMEM, "text_linear: no memory for %" PRId64 " inputs", rows.x->width);
    const lj_status status = lj_dual_solve(&rows, lanes, count, &how, w);
    if (status == LJ_OK && f->margins != NULL)
        keep_margins(f, w, first, count);
    if (status == LJ_OK && f->weight != NULL)
        keep_weights(f, w, first, count);
    lj_free(w);
    return status;
}

static lj_status solve(fit *f)
{
    const int64_t problems = f->strengths * f->outputs;
    return lj_team_try(f->call->team, solve_group, f, (problems + LJ_DUAL_LANES - 1) / LJ_DUAL_LANES);
}

/* ---- the choice of a strength ---- */

static lj_calibration calibrate(const fit *f, int64_t strength)
{
    const float *margins = f->margins + strength * f->outputs;
    const int64_t stride = f->strengths * f->outputs, n = f->valid.x.n;
    if (f->task == LJ_BINARY)
        return lj_calibrate_sigmoid(margins, stride, f->valid.target, n);
    if (f->task == LJ_MULTICLASS)
        return lj_calibrate_softmax(margins, stride, f->valid.target, n, f->outputs);
    return (lj_calibration){.scale = 1.0};
}

/* Calibrated scores [n, outputs] of valid, in the unit of the target. */
static void score_valid(const fit *f, int64_t strength, const lj_calibration *by, double *z, float *scores)
{
    const lj_train_job *job = f->call->job;
    for (int64_t row = 0; row < f->valid.x.n; row++) {
        const float *margins = f->margins + (row * f->strengths + strength) * f->outputs;
        for (int64_t c = 0; c < f->outputs; c++)
            z[c] = by->scale * (double)margins[c] + by->shift;
        if (f->task == LJ_REGRESSION)
            z[0] = z[0] * job->target_scale + job->target_mean;
        else if (f->task == LJ_BINARY)
            z[0] = lj_sigmoid_value(z[0]);
        else
            lj_softmax_row(z, f->outputs);
        for (int64_t c = 0; c < f->outputs; c++)
            scores[row * f->outputs + c] = (float)z[c];
    }
}

static lj_status measure(const fit *f, const float *scores, const double *weight, lj_epoch *epoch)
{
    const lj_fit_call *call = f->call;
    const lj_predictions predictions = {.task = f->task,
                                        .n = call->valid->n,
                                        .classes = call->network->spec->classes,
                                        .score = scores,
                                        .target = call->valid->target,
                                        .weight = weight};
    LJ_TRY(lj_metric_compute(f->task == LJ_REGRESSION ? "mse" : "log_loss", &predictions, &epoch->valid_loss));
    LJ_TRY(lj_metric_compute(call->training->monitor, &predictions, &epoch->monitor));
    if (isnan(epoch->monitor))
        return lj_fail(LJ_EDATA, "the metric '%s' is not defined on the valid part of %" PRId64 " rows",
                       call->training->monitor, call->valid->n);
    return LJ_OK;
}

/* Of equals the stronger penalty. */
static lj_status choose(fit *f, double *z, float *scores, double *weight)
{
    const char *monitor = f->call->training->monitor;
    const float *given = f->call->valid->weight;
    for (int64_t i = 0; weight != NULL && i < f->call->valid->n; i++)
        weight[i] = (double)given[i];
    for (int64_t s = 0; s < f->strengths; s++) {
        const lj_calibration by = calibrate(f, s);
        lj_epoch *epoch = &f->epochs[s];
        *epoch = (lj_epoch){.epoch = s + 1, .loss = (double)NAN, .rate = f->strength[s]};
        score_valid(f, s, &by, z, scores);
        LJ_TRY(measure(f, scores, weight, epoch));
        epoch->seconds = lj_seconds() - f->started;
        const double best = f->epochs[f->best].monitor;
        if (s == 0 || (lj_metric_larger_is_better(monitor) ? epoch->monitor > best : epoch->monitor < best)) {
            f->best = s;
            f->calibration = by;
        }
    }
    return LJ_OK;
}

static lj_status run_path(fit *f)
{
    const lj_rows *valid = f->call->valid;
    LJ_TRY(lj_text_rows_make(f->call, valid, NULL, f->rows->factor, &f->valid));
    f->margins = lj_new_array(valid->n * f->strengths * f->outputs, sizeof(*f->margins));
    double *z = lj_new_array(f->outputs, sizeof(*z));
    float *scores = lj_new_array(valid->n * f->outputs, sizeof(*scores));
    double *weight = valid->weight != NULL ? lj_new_array(valid->n, sizeof(*weight)) : NULL;
    lj_status status = LJ_OK;
    if (f->margins == NULL || z == NULL || scores == NULL || (valid->weight != NULL && weight == NULL))
        status = lj_fail(LJ_ENOMEM, "text_linear: no memory for the scores of %" PRId64 " rows", valid->n);
    if (status == LJ_OK)
        status = solve(f);
    if (status == LJ_OK && !lj_interrupted())
        status = choose(f, z, scores, weight);
    lj_free(f->margins);
    lj_free(z);
    lj_free(scores);
    lj_free(weight);
    f->margins = NULL;
    return status;
}

/* ---- the model ---- */

static lj_status find_weights(fit *f)
{
    lj_tensor *weight = lj_weights_find(f->call->job->weights, "linear.weight");
    lj_tensor *bias = lj_weights_find(f->call->job->weights, "linear.bias");
    if (weight == NULL || bias == NULL || weight->count != f->rows->x.width * f->outputs || bias->count != f->outputs)
        return lj_fail(LJ_ESHAPE, "text_linear: the weights do not fit the inputs");
    f->weight = weight->data;
    f->bias = bias->data;
    return LJ_OK;
}

/* The chosen strength alone, on train or on train and valid. */
static lj_status fit_chosen(fit *f, const lj_text_rows *train)
{
    const lj_text_linear_options *options = f->call->options;
    const lj_rows *valid = options->refit ? f->call->valid : NULL;
    lj_text_rows both = {0};
    lj_status status = LJ_OK;
    f->strength += f->best;
    f->strengths = 1;
    if (valid != NULL)
        status = lj_text_rows_make(f->call, f->call->train, valid, NULL, &both);
    f->rows = valid != NULL ? &both : train;
    if (status == LJ_OK)
        status = find_weights(f);
    if (status == LJ_OK)
        status = solve(f);
    if (status == LJ_OK && valid != NULL)
        lj_note(f->call->console, "text_linear: fitted once more on train and valid, %" PRId64 " rows", both.x.n);
    lj_text_rows_free(&both);
    return status;
}

static lj_status deliver(fit *f)
{
    const lj_fit_call *call = f->call;
    lj_text_linear_options *options = call->options;
    lj_train_result *result = call->result;
    if (isnan(options->l2)) {
        options->l2 = f->strength[0];
        lj_note(call->console, "text_linear: l2 %g%s", options->l2,
                call->valid != NULL ? ", the best on valid" : " (nothing to choose it by)");
    }
    result->interrupted = lj_interrupted();
    result->best_epoch = f->best + 1;
    result->steps = result->epoch_count;
    result->seconds = lj_seconds() - f->started;
    result->rows_per_second =
        result->seconds > 0.0 ? (double)(call->train->n * result->epoch_count) / result->seconds : 0.0;
    LJ_TRY(lj_history_save(call->training->history, call->training->monitor, f->epochs, result->epoch_count));
    result->epochs = f->epochs;
    f->epochs = NULL;
    return LJ_OK;
}

lj_status lj_text_linear_fit(const lj_fit_call *call)
{
    static const double without_valid[] = {WITHOUT_VALID};
    const lj_text_linear_options *options = call->options;
    lj_text_rows train = {0};
    fit f = {.call = call,
             .task = call->network->spec->task,
             .outputs = lj_network_outputs(call->network->spec),
             .rows = &train,
             .strength = call->valid == NULL ? without_valid : path,
             .strengths = call->valid == NULL ? 1 : PATH,
             .calibration = {.scale = 1.0},
             .started = lj_seconds()};
    lj_status status = LJ_OK;
    if (!isnan(options->l2)) {
        f.strength = &options->l2;
        f.strengths = 1;
    }
    call->result->epoch_count = f.strengths;
    f.epochs = lj_new_array(f.strengths, sizeof(*f.epochs));
    if (f.epochs == NULL)
        return lj_fail(LJ_ENOMEM, "text_linear: no memory");
    f.epochs[0] = (lj_epoch){
        .epoch = 1, .loss = (double)NAN, .valid_loss = (double)NAN, .monitor = (double)NAN, .rate = f.strength[0]};
    LJ_TRY_DONE(lj_text_rows_make(call, call->train, NULL, NULL, &train));
    if (call->valid != NULL)
        LJ_TRY_DONE(run_path(&f));
    LJ_TRY_DONE(fit_chosen(&f, &train));
    LJ_TRY_DONE(deliver(&f));
done:
    lj_text_rows_free(&train);
    lj_text_rows_free(&f.valid);
    lj_free(f.epochs);
    return status;
}
