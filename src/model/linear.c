/*
 * The loss of a linear model over all rows. Rows are cut into shards whose
 * number depends on n alone; inside one, products and the gradient are float32
 * kernels (the same bits on every instruction set), losses are double; shards
 * are added in order in double.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "compute/kernels.h"
#include "lianjin/math.h"
#include "model/logistic.h"

#define SHARDS_MAX 256
#define ALONE      1000000 /* products; below, waking another thread costs more than it does */
#define SHARD_ROWS 512

struct lj_linear {
    const lj_fit_call *call;
    const lj_kernels *kernels;
    lj_task task;
    int64_t numbers, categories, inputs, outputs;
    int64_t stride;  /* of one output's weights: inputs, then the bias, in whole vectors */
    int64_t *offset; /* [categories] input of a category's first level */
    double *target;  /* [n] class, 0/1 or scaled value */
    double *weight;  /* [n] */
    double weight_sum;
    double *mean_square; /* [inputs] of each input */
    int64_t shard_rows, shards;
    float *w;         /* [outputs, stride] */
    float *gradients; /* [shards, outputs, stride] */
    double *losses;   /* [shards] */
    double *logits;   /* [shards, outputs] */
    double l2;
};

int64_t lj_linear_inputs(const lj_linear *linear)
{
    return linear->inputs;
}

int64_t lj_linear_outputs(const lj_linear *linear)
{
    return linear->outputs;
}

int64_t lj_linear_size(const lj_linear *linear)
{
    return linear->outputs * (linear->inputs + 1);
}

double lj_linear_weight(const lj_linear *linear)
{
    return linear->weight_sum;
}

void lj_linear_set_l2(lj_linear *linear, double l2)
{
    linear->l2 = l2;
}

/* The input of a category's level, -1 if it has none: one_hot of an unknown code is all zeros. */
static int64_t level(const lj_linear *linear, int64_t k, int32_t code)
{
    const int32_t size = linear->call->network->spec->category_sizes[k];
    return code > 0 && code < size ? linear->offset[k] + code : -1;
}

static void row_logits(const lj_linear *linear, const lj_rows *rows, int64_t row, double *z)
{
    const float *x = linear->numbers > 0 ? rows->numbers + row * linear->numbers : NULL;
    const int32_t *codes = linear->categories > 0 ? rows->codes + row * linear->categories : NULL;
    for (int64_t c = 0; c < linear->outputs; c++) {
        const float *w = linear->w + c * linear->stride;
        double sum = linear->numbers > 0 ? (double)linear->kernels->dot(linear->numbers, x, w) : 0.0;
        for (int64_t k = 0; k < linear->categories; k++) {
            const int64_t at = level(linear, k, codes[k]);
            sum += at >= 0 ? (double)w[at] : 0.0;
        }
        z[c] = sum + (double)w[linear->inputs];
    }
}

/* Loss of a row; z becomes the derivative by the logits. */
static double row_loss(const lj_linear *linear, double target, double *z)
{
    if (linear->task == LJ_REGRESSION) {
        z[0] -= target;
        return 0.5 * z[0] * z[0];
    }
    if (linear->task == LJ_BINARY) {
        const double e = lj_exp_d(-fabs(z[0]));
        const double loss = lj_log1p_d(e) + (z[0] > 0.0 ? z[0] : 0.0) - target * z[0];
        z[0] = (z[0] >= 0.0 ? 1.0 : e) / (1.0 + e) - target;
        return loss;
    }
    const int64_t label = (int64_t)target;
    double largest = z[0], sum = 0.0;
    for (int64_t c = 1; c < linear->outputs; c++)
        largest = z[c] > largest ? z[c] : largest;
    const double own = z[label] - largest;
    for (int64_t c = 0; c < linear->outputs; c++) {
        z[c] = lj_exp_d(z[c] - largest);
        sum += z[c];
    }
    for (int64_t c = 0; c < linear->outputs; c++)
        z[c] = z[c] / sum - (c == label ? 1.0 : 0.0);
    return lj_log_d(sum) - own;
}

static void run_shard(void *context, int64_t shard, int thread)
{
    (void)thread;
    lj_linear *linear = context;
    const lj_rows *rows = linear->call->train;
    const int64_t begin = shard * linear->shard_rows;
    const int64_t end = begin + linear->shard_rows < rows->n ? begin + linear->shard_rows : rows->n;
    float *gradient = linear->gradients + shard * linear->outputs * linear->stride;
    double *z = linear->logits + shard * linear->outputs;
    double loss = 0.0;
    memset(gradient, 0, (size_t)(linear->outputs * linear->stride) * sizeof(float));
    for (int64_t r = begin; r < end; r++) {
        const double weight = linear->weight[r];
        row_logits(linear, rows, r, z);
        loss += weight * row_loss(linear, linear->target[r], z);
        for (int64_t c = 0; c < linear->outputs; c++) {
            float *g = gradient + c * linear->stride;
            const float d = (float)(weight * z[c]);
            if (linear->numbers > 0)
                linear->kernels->add_scaled(linear->numbers, rows->numbers + r * linear->numbers, d, g);
            for (int64_t k = 0; k < linear->categories; k++) {
                const int64_t at = level(linear, k, rows->codes[r * linear->categories + k]);
                if (at >= 0)
                    g[at] += d;
            }
            g[linear->inputs] += d;
        }
    }
    linear->losses[shard] = loss;
}

static void take_weights(lj_linear *linear, const double *w)
{
    const int64_t width = linear->inputs + 1;
    for (int64_t c = 0; c < linear->outputs; c++) {
        for (int64_t i = 0; i < width; i++)
            linear->w[c * linear->stride + i] = (float)w[c * width + i];
    }
}

double lj_linear_evaluate(void *context, const double *w, double *gradient)
{
    lj_linear *linear = context;
    const int64_t width = linear->inputs + 1;
    const double l2 = linear->l2 / linear->weight_sum;
    double loss = 0.0, squares = 0.0;
    take_weights(linear, w);
    lj_team *team = linear->call->team;
    if (linear->call->train->n * (linear->numbers + linear->categories) * linear->outputs < ALONE)
        team = NULL;
    lj_team_run(team, run_shard, linear, linear->shards);
    for (int64_t s = 0; s < linear->shards; s++)
        loss += linear->losses[s];
    for (int64_t c = 0; c < linear->outputs; c++) {
        for (int64_t i = 0; i < width; i++) {
            double sum = 0.0;
            for (int64_t s = 0; s < linear->shards; s++)
                sum += (double)linear->gradients[(s * linear->outputs + c) * linear->stride + i];
            gradient[c * width + i] = sum / linear->weight_sum;
            if (i < linear->inputs) {
                gradient[c * width + i] += l2 * w[c * width + i];
                squares += w[c * width + i] * w[c * width + i];
            }
        }
    }
    return loss / linear->weight_sum + 0.5 * l2 * squares;
}

void lj_linear_scales(const lj_linear *linear, double *scale)
{
    const int64_t width = linear->inputs + 1;
    const double curvature = linear->task == LJ_REGRESSION ? 1.0
                             : linear->task == LJ_BINARY   ? 0.25
                                                           : 0.5 / (double)linear->outputs;
    const double l2 = linear->l2 / linear->weight_sum;
    for (int64_t c = 0; c < linear->outputs; c++) {
        for (int64_t i = 0; i < width; i++) {
            const double square = i < linear->inputs ? linear->mean_square[i] : 1.0;
            scale[c * width + i] = 1.0 / (curvature * square + (i < linear->inputs ? l2 : 0.0) + 1e-6);
        }
    }
}

lj_status lj_linear_score(const lj_linear *linear, const double *w, const lj_rows *rows, float *scores)
{
    double *z = lj_new_array(linear->outputs, sizeof(*z));
    if (z == NULL)
        return lj_fail(LJ_ENOMEM, "logistic: no memory for the scores of a row");
    take_weights((lj_linear *)linear, w);
    for (int64_t r = 0; r < rows->n; r++) {
        row_logits(linear, rows, r, z);
        if (linear->task == LJ_MULTICLASS) {
            (void)row_loss(linear, 0.0, z);
            z[0] += 1.0; /* the derivative for label 0 is the probability but for that one */
        } else if (linear->task == LJ_BINARY) {
            (void)row_loss(linear, 0.0, z);
        } else {
            z[0] = z[0] * linear->call->job->target_scale + linear->call->job->target_mean;
        }
        for (int64_t c = 0; c < linear->outputs; c++)
            scores[r * linear->outputs + c] = (float)z[c];
    }
    lj_free(z);
    return LJ_OK;
}

/* Targets, weights and the mean squares of the inputs, in row order. */
static void measure(lj_linear *linear)
{
    const lj_rows *rows = linear->call->train;
    const lj_train_job *job = linear->call->job;
    const float *by_class = linear->task == LJ_REGRESSION ? NULL : linear->call->training->class_weight;
    for (int64_t r = 0; r < rows->n; r++) {
        double weight = rows->weight == NULL ? 1.0 : (double)rows->weight[r];
        if (by_class != NULL)
            weight *= (double)by_class[(int64_t)rows->target[r]];
        linear->target[r] =
            linear->task == LJ_REGRESSION ? (rows->target[r] - job->target_mean) / job->target_scale : rows->target[r];
        linear->weight[r] = weight;
        linear->weight_sum += weight;
        for (int64_t i = 0; i < linear->numbers; i++) {
            const double x = (double)rows->numbers[r * linear->numbers + i];
            linear->mean_square[i] += x * x;
        }
        for (int64_t k = 0; k < linear->categories; k++) {
            const int64_t at = level(linear, k, rows->codes[r * linear->categories + k]);
            if (at >= 0)
                linear->mean_square[at] += 1.0;
        }
    }
    if (linear->weight_sum <= 0.0)
        linear->weight_sum = 1.0; /* all weights are zero: so are the losses */
    for (int64_t i = 0; i < linear->inputs; i++)
        linear->mean_square[i] /= (double)rows->n;
}

static lj_status allocate(lj_linear *linear)
{
    const int64_t n = linear->call->train->n;
    linear->target = lj_new_array(n, sizeof(double));
    linear->weight = lj_new_array(n, sizeof(double));
    linear->mean_square = lj_new_array(linear->inputs, sizeof(double));
    linear->w = lj_new_array(linear->outputs * linear->stride, sizeof(float));
    linear->gradients = lj_new_array(linear->shards * linear->outputs * linear->stride, sizeof(float));
    linear->losses = lj_new_array(linear->shards, sizeof(double));
    linear->logits = lj_new_array(linear->shards * linear->outputs, sizeof(double));
    if (linear->target == NULL || linear->weight == NULL || linear->mean_square == NULL || linear->w == NULL ||
        linear->gradients == NULL || linear->losses == NULL || linear->logits == NULL)
        return lj_fail(LJ_ENOMEM, "logistic: no memory for %" PRId64 " rows of %" PRId64 " inputs", n, linear->inputs);
    return LJ_OK;
}

lj_status lj_linear_create(const lj_fit_call *call, lj_linear **out)
{
    const lj_model_spec *spec = call->network->spec;
    *out = NULL;
    lj_linear *linear = lj_new_array(1, sizeof(*linear));
    int64_t *offset = lj_new_array(spec->category_count, sizeof(*offset));
    if (linear == NULL || offset == NULL) {
        lj_free(linear);
        lj_free(offset);
        return lj_fail(LJ_ENOMEM, "logistic: no memory");
    }
    linear->call = call;
    linear->kernels = lj_kernels_get();
    linear->task = spec->task;
    linear->numbers = spec->number_count;
    linear->categories = spec->category_count;
    linear->offset = offset;
    linear->outputs = lj_network_outputs(spec);
    linear->inputs = spec->number_count;
    for (int64_t k = 0; k < spec->category_count; k++) {
        offset[k] = linear->inputs;
        linear->inputs += spec->category_sizes[k];
    }
    linear->stride = (linear->inputs + LJ_LANES) / LJ_LANES * LJ_LANES;
    const int64_t n = call->train->n;
    const int64_t rows = (n + SHARDS_MAX - 1) / SHARDS_MAX;
    linear->shard_rows = rows > SHARD_ROWS ? rows : SHARD_ROWS;
    linear->shards = (n + linear->shard_rows - 1) / linear->shard_rows;
    const lj_status status = allocate(linear);
    if (status != LJ_OK) {
        lj_linear_destroy(linear);
        return status;
    }
    measure(linear);
    *out = linear;
    return LJ_OK;
}

void lj_linear_destroy(lj_linear *linear)
{
    if (linear == NULL)
        return;
    lj_free(linear->offset);
    lj_free(linear->target);
    lj_free(linear->weight);
    lj_free(linear->mean_square);
    lj_free(linear->w);
    lj_free(linear->gradients);
    lj_free(linear->losses);
    lj_free(linear->logits);
    lj_free(linear);
}
