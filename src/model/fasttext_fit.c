/*
 * Fits fasttext: batches whose rows all see the same weights, then each vector is moved by AdaGrad (Duchi, Hazan and
 * Singer 2011, "Adaptive subgradient methods", JMLR 12; one sum of squares a vector), in the order of the rows. The
 * rate falls linearly to 0. Threads share the rows of a batch, then the vectors; no number depends on their count.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lianjin/math.h"
#include "lianjin/random.h"
#include "model/calibrate.h"
#include "model/fasttext.h"

#define PARTS   16 /* of the vectors, for threads */
#define EPSILON 1e-8F

typedef struct fit {
    const lj_fit_call *call;
    const lj_model_spec *spec;
    lj_fasttext_weights w;
    lj_text_rows train;
    lj_huffman tree; /* classes 0: none */
    const lj_kernels *kernels;
    int64_t outputs;
    float *vector;        /* [outputs, dimension + 1]: of an output or node, with its bias; squares below likewise */
    float *input_squares; /* [inputs] sums of the mean squares of the gradients */
    float *output_squares; /* [outputs] */
    int64_t *order;       /* [n] */
    /* Of the batch: */
    const int64_t *rows;
    int64_t n;
    float rate;
    float *text;     /* [batch, dimension + 1]; the last is 1 */
    float *answer;   /* [batch, outputs]: derivatives of the loss */
    float *back;     /* [batch, dimension + 1]: derivatives by text */
    double *loss;    /* [batch] */
} fit;

/* Logit of output o. */
static float logit(const fit *f, const float *text, int64_t o)
{
    const int64_t width = f->w.dimension + 1;
    return f->kernels->dot(width, text, f->vector + o * width);
}

/* Loss and derivatives of a row, not weighted, all outputs alike. */
static double by_outputs(const fit *f, double target, const float *text, float *answer)
{
    double p[LJ_CLASSES_MAX];
    for (int64_t o = 0; o < f->outputs; o++)
        p[o] = (double)logit(f, text, o);
    if (f->spec->task == LJ_REGRESSION) {
        const double d = p[0] - target;
        answer[0] = (float)d;
        return d * d;
    }
    if (f->spec->task == LJ_BINARY) {
        const double q = lj_sigmoid_value(p[0]);
        answer[0] = (float)(q - target);
        return -lj_log_d((target > 0.5 ? q : 1.0 - q) + 1e-300);
    }
    lj_softmax_row(p, f->outputs);
    for (int64_t o = 0; o < f->outputs; o++)
        answer[o] = (float)(p[o] - (double)(o == (int64_t)target));
    return -lj_log_d(p[(int64_t)target] + 1e-300);
}

/* The same along the path of the row's class; other nodes stay 0. */
static double by_tree(const fit *f, int64_t class, const float *text, float *answer)
{
    double loss = 0.0;
    memset(answer, 0, (size_t)f->outputs * sizeof(*answer));
    for (int64_t k = f->tree.begin[class]; k < f->tree.begin[class + 1]; k++) {
        const int32_t node = f->tree.node[k];
        const double right = lj_sigmoid_value((double)logit(f, text, node));
        answer[node] = (float)(right - (double)f->tree.is_right[k]);
        loss -= lj_log_d((f->tree.is_right[k] ? right : 1.0 - right) + 1e-300);
    }
    return loss;
}

static void run_row(void *context, int64_t index, int thread)
{
    (void)thread;
    const fit *f = context;
    const lj_sparse *x = &f->train.x;
    const int64_t width = f->w.dimension + 1, row = f->rows[index];
    float *text = f->text + index * width, *answer = f->answer + index * f->outputs, *back = f->back + index * width;
    const double target = f->train.target[row];
    memset(text, 0, (size_t)width * sizeof(*text));
    for (int64_t k = x->begin[row]; k < x->begin[row + 1]; k++)
        f->kernels->add_scaled(f->w.dimension, f->w.embedding + x->column[k] * f->w.dimension, x->value[k], text);
    text[width - 1] = 1.0F;
    const double loss = f->tree.classes > 0 ? by_tree(f, (int64_t)target, text, answer) :
                                              by_outputs(f, target, text, answer);
    f->loss[index] = loss * (double)f->train.weight[row];
    memset(back, 0, (size_t)width * sizeof(*back));
    for (int64_t o = 0; o < f->outputs; o++) {
        answer[o] *= f->train.weight[row];
        if (answer[o] != 0.0F)
            f->kernels->add_scaled(width, f->vector + o * width, answer[o], back);
    }
}

/* vector [n] down the gradient factor * g, by AdaGrad with one sum of squares. */
static void move(const fit *f, float *vector, int64_t n, float *squares, const float *g, float factor)
{
    const float size = f->kernels->dot(n, g, g) * factor * factor / (float)n;
    *squares += size;
    f->kernels->add_scaled(n, g, -f->rate * factor / sqrtf(*squares + EPSILON), vector);
}

/* The vectors of inputs part, part + PARTS, ... that the batch has. */
static void move_inputs(void *context, int64_t part, int thread)
{
    (void)thread;
    const fit *f = context;
    const lj_sparse *x = &f->train.x;
    const int64_t width = f->w.dimension;
    for (int64_t i = 0; i < f->n; i++) {
        const int64_t row = f->rows[i];
        for (int64_t k = x->begin[row]; k < x->begin[row + 1]; k++) {
            const int64_t input = x->column[k];
            if (input % PARTS == part)
                move(f, f->w.embedding + input * width, width, f->input_squares + input, f->back + i * (width + 1),
                     x->value[k]);
        }
    }
}

static void move_outputs(void *context, int64_t part, int thread)
{
    (void)thread;
    const fit *f = context;
    const int64_t width = f->w.dimension + 1;
    for (int64_t o = part; o < f->outputs; o += PARTS) {
        for (int64_t i = 0; i < f->n; i++) {
            const float d = f->answer[i * f->outputs + o];
            if (d != 0.0F)
                move(f, f->vector + o * width, width, f->output_squares + o, f->text + i * width, d);
        }
    }
}

static double run_batch(fit *f, int64_t begin, int64_t n)
{
    double loss = 0.0;
    f->rows = f->order + begin;
    f->n = n;
    lj_team_run(f->call->team, run_row, f, n);
    lj_team_run(f->call->team, move_outputs, f, PARTS);
    lj_team_run(f->call->team, move_inputs, f, PARTS);
    for (int64_t i = 0; i < n; i++)
        loss += f->loss[i];
    return loss;
}

/* The vectors to the weights as they are kept: a column an output; factors of the terms are in the embedding. */
static void keep(const fit *f, lj_weights *weights)
{
    lj_fasttext_weights to;
    const int64_t width = f->w.dimension + 1;
    if (lj_fasttext_find(weights, &to) != LJ_OK)
        return;
    for (int64_t o = 0; o < f->outputs; o++) {
        for (int64_t d = 0; d < width - 1; d++)
            to.weight[d * f->outputs + o] = f->vector[o * width + d];
        to.bias[o] = f->vector[o * width + width - 1];
    }
    for (int64_t i = 0; i < f->w.inputs; i++)
        for (int64_t d = 0; d < f->w.dimension; d++)
            to.embedding[i * f->w.dimension + d] = f->w.embedding[i * f->w.dimension + d] * f->train.factor[i];
    if (f->w.share != NULL)
        memcpy(to.share, f->w.share, (size_t)f->spec->classes * sizeof(float));
}

static lj_status measure(const fit *f, const lj_weights *weights, float *scores, lj_epoch *epoch)
{
    const lj_fit_call *call = f->call;
    const lj_rows *valid = call->valid;
    LJ_TRY(lj_fasttext_score(f->spec, weights, valid, call->team, scores));
    for (int64_t i = 0; f->spec->task == LJ_REGRESSION && i < valid->n; i++)
        scores[i] = (float)((double)scores[i] * call->job->target_scale + call->job->target_mean);
    const lj_predictions predictions = {
        .task = f->spec->task, .n = valid->n, .classes = f->spec->classes, .score = scores, .target = valid->target};
    LJ_TRY(lj_metric_compute(f->spec->task == LJ_REGRESSION ? "mse" : "log_loss", &predictions, &epoch->valid_loss));
    LJ_TRY(lj_metric_compute(call->training->monitor, &predictions, &epoch->monitor));
    if (isnan(epoch->monitor))
        return lj_fail(LJ_EDATA, "the metric '%s' is not defined on the valid part of %" PRId64 " rows",
                       call->training->monitor, valid->n);
    return LJ_OK;
}

static lj_status prepare(fit *f)
{
    const lj_fit_call *call = f->call;
    const int64_t batch = call->training->batch, width = f->w.dimension + 1;
    LJ_TRY(lj_text_rows_make(call, call->train, NULL, NULL, &f->train));
    const int64_t n = f->train.x.n;
    if (f->w.inputs != f->train.x.width)
        return lj_fail(LJ_ESHAPE, "fasttext: the weights do not fit the inputs");
    for (int64_t i = 0; f->w.share != NULL && i < n; i++)
        f->w.share[(int64_t)f->train.target[i]] += 1.0F / (float)n;
    if (f->w.share != NULL)
        LJ_TRY(lj_huffman_make(f->w.share, f->spec->classes, &f->tree));
    f->vector = lj_new_array(f->outputs * width, sizeof(*f->vector));
    f->input_squares = lj_new_array(f->w.inputs, sizeof(*f->input_squares));
    f->output_squares = lj_new_array(f->outputs, sizeof(*f->output_squares));
    f->order = lj_new_array(n, sizeof(*f->order));
    f->text = lj_new_array(batch * width, sizeof(*f->text));
    f->back = lj_new_array(batch * width, sizeof(*f->back));
    f->answer = lj_new_array(batch * f->outputs, sizeof(*f->answer));
    f->loss = lj_new_array(batch, sizeof(*f->loss));
    if (f->vector == NULL || f->input_squares == NULL || f->output_squares == NULL || f->order == NULL ||
        f->text == NULL || f->back == NULL || f->answer == NULL || f->loss == NULL)
        return lj_fail(LJ_ENOMEM, "fasttext: no memory for %" PRId64 " inputs", f->w.inputs);
    return LJ_OK;
}

/* Epochs until the end, no gain, or an interruption. The weights of the best one are in `best`. */
static lj_status run(fit *f, lj_weights *best, lj_weights *now, float *scores, lj_epoch *epochs)
{
    const lj_fit_call *call = f->call;
    const lj_train_options *o = call->training;
    lj_train_result *result = call->result;
    const int64_t n = f->train.x.n, batches = (n + o->batch - 1) / o->batch, steps = o->epochs * batches;
    const int larger = lj_metric_larger_is_better(o->monitor);
    const double started = lj_seconds();
    for (int64_t e = 0; e < o->epochs && !lj_interrupted(); e++) {
        double loss = 0.0;
        lj_random_permutation(o->seed, lj_random_stream("fasttext/shuffle") + (uint64_t)e, n, f->order);
        for (int64_t b = 0; b < batches; b++) {
            const int64_t begin = b * o->batch, rest = n - begin;
            f->rate = (float)(o->schedule.rate * (1.0 - (double)(e * batches + b) / (double)steps));
            loss += run_batch(f, begin, rest < o->batch ? rest : o->batch);
        }
        lj_epoch *epoch = &epochs[e];
        *epoch = (lj_epoch){.epoch = e + 1, .loss = loss / (double)n, .valid_loss = (double)NAN,
                            .monitor = (double)NAN, .rate = (double)f->rate};
        if (!isfinite(loss))
            return lj_fail(LJ_EDIVERGED, "training diverged: the loss is not finite in epoch %" PRId64
                           "; a smaller learning rate may help", e + 1);
        keep(f, now);
        if (call->valid != NULL)
            LJ_TRY(measure(f, now, scores, epoch));
        epoch->seconds = lj_seconds() - started;
        result->epoch_count = e + 1;
        const double top = result->best_epoch > 0 ? epochs[result->best_epoch - 1].monitor : 0.0;
        if (call->valid == NULL || result->best_epoch == 0 ||
            (larger ? epoch->monitor - top : top - epoch->monitor) > o->minimum_gain) {
            result->best_epoch = e + 1;
            lj_weights_copy(best, now);
        }
        char detail[96];
        (void)snprintf(detail, sizeof(detail), "loss %.4f, valid %s %.4f", epoch->loss, o->monitor, epoch->monitor);
        lj_progress_update(call->console, (e + 1) * batches, detail);
        if (call->valid != NULL && o->patience > 0 && e + 1 - result->best_epoch >= o->patience)
            break;
    }
    result->steps = result->epoch_count * batches;
    result->seconds = lj_seconds() - started;
    result->rows_per_second = (double)(result->epoch_count * n) / result->seconds;
    result->interrupted = lj_interrupted();
    return LJ_OK;
}

static void release(fit *f)
{
    lj_text_rows_free(&f->train);
    lj_huffman_free(&f->tree);
    lj_free(f->vector);
    lj_free(f->input_squares);
    lj_free(f->output_squares);
    lj_free(f->order);
    lj_free(f->text);
    lj_free(f->back);
    lj_free(f->answer);
    lj_free(f->loss);
}

lj_status lj_fasttext_fit(const lj_fit_call *call)
{
    const lj_train_options *o = call->training;
    fit f = {.call = call, .spec = call->network->spec, .kernels = lj_kernels_get()};
    lj_weights *now = NULL, *weights = call->job->weights;
    float *scores = NULL;
    lj_status status = LJ_OK;
    LJ_TRY(lj_fasttext_find(weights, &f.w));
    f.outputs = f.w.outputs;
    lj_epoch *epochs = lj_new_array(o->epochs, sizeof(*epochs));
    LJ_TRY_DONE(epochs != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "fasttext: no memory"));
    LJ_TRY_DONE(lj_weights_clone(weights, &now));
    LJ_TRY_DONE(lj_fasttext_find(now, &f.w)); /* the live embedding; `weights` holds the best */
    LJ_TRY_DONE(prepare(&f));
    scores = lj_new_array(call->valid != NULL ? call->valid->n * lj_network_outputs(f.spec) : 0, sizeof(*scores));
    LJ_TRY_DONE(scores != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "fasttext: no memory for scores"));
    lj_weights *kept = NULL;
    LJ_TRY_DONE(lj_weights_clone(weights, &kept));
    lj_progress_begin(call->console, "train", o->epochs * ((f.train.x.n + o->batch - 1) / o->batch));
    status = run(&f, weights, kept, scores, epochs);
    lj_progress_end(call->console);
    lj_weights_destroy(kept);
    LJ_TRY_DONE(status);
    LJ_TRY_DONE(lj_history_save(o->history, o->monitor, epochs, call->result->epoch_count));
    call->result->epochs = epochs;
    epochs = NULL;
done:
    release(&f);
    lj_weights_destroy(now);
    lj_free(scores);
    lj_free(epochs);
    return status;
}
