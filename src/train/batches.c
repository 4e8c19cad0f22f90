/* Batches: rows in the order of a permutation by (seed, epoch), copied straight into the program's inputs. */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "lianjin/random.h"
#include "train/augment.h"
#include "train/trainer.h"

static lj_status fill_targets(lj_trainer *trainer)
{
    const lj_train_job *job = trainer->job;
    const lj_rows *rows = trainer->train;
    trainer->target = lj_new_array(rows->n, 4);
    if (trainer->target == NULL)
        return lj_fail(LJ_ENOMEM, "train: no memory for %" PRId64 " targets", rows->n);
    float *value = trainer->target;
    int32_t *label = trainer->target;
    for (int64_t i = 0; i < rows->n; i++) {
        if (job->task == LJ_MULTICLASS)
            label[i] = (int32_t)rows->target[i];
        else if (job->task == LJ_REGRESSION)
            value[i] = (float)((rows->target[i] - job->target_mean) / job->target_scale);
        else
            value[i] = (float)rows->target[i];
    }
    return LJ_OK;
}

static lj_status fill_weights(lj_trainer *trainer)
{
    const lj_rows *rows = trainer->train;
    const float *by_class = trainer->job->task == LJ_REGRESSION ? NULL : trainer->options.class_weight;
    if (rows->weight == NULL && by_class == NULL)
        return LJ_OK;
    trainer->weight = lj_new_array(rows->n, sizeof(float));
    if (trainer->weight == NULL)
        return lj_fail(LJ_ENOMEM, "train: no memory for %" PRId64 " weights", rows->n);
    for (int64_t i = 0; i < rows->n; i++) {
        const float own = rows->weight == NULL ? 1.0F : rows->weight[i];
        trainer->weight[i] = by_class == NULL ? own : own * by_class[(int64_t)rows->target[i]];
    }
    return LJ_OK;
}

lj_status lj_batches_prepare(lj_trainer *trainer)
{
    LJ_TRY(fill_targets(trainer));
    LJ_TRY(fill_weights(trainer));
    trainer->order = lj_new_array(trainer->train->n, sizeof(int64_t));
    if (trainer->order == NULL)
        return lj_fail(LJ_ENOMEM, "train: no memory for the order of %" PRId64 " rows", trainer->train->n);
    trainer->in_numbers = lj_program_input(trainer->training, "numbers");
    trainer->in_codes = lj_program_input(trainer->training, "codes");
    trainer->in_tokens = lj_program_input(trainer->training, "tokens");
    trainer->in_lengths = lj_program_input(trainer->training, "lengths");
    trainer->in_pixels = lj_program_input(trainer->training, "pixels");
    trainer->in_target = lj_program_input(trainer->training, "target");
    trainer->in_weight = lj_program_input(trainer->training, "weight");
    return LJ_OK;
}

void lj_batches_shuffle(lj_trainer *trainer)
{
    const uint64_t stream = lj_random_stream("train/shuffle") + (uint64_t)trainer->at.epoch;
    lj_random_permutation(trainer->options.seed, stream, trainer->train->n, trainer->order);
}

/* Copies rows of `width` words; a constant width of the small ones lets the compiler inline the copy. */
static void gather(void *to, const void *from, const int64_t *rows, int64_t n, int64_t width)
{
    uint32_t *out = to;
    const uint32_t *in = from;
    if (width == 1) {
        for (int64_t i = 0; i < n; i++)
            out[i] = in[rows[i]];
        return;
    }
    for (int64_t i = 0; i < n; i++)
        memcpy(out + i * width, in + rows[i] * width, (size_t)width * 4);
}

void lj_token_lengths(const int32_t *tokens, int64_t n, int64_t count, int32_t *out)
{
    for (int64_t i = 0; i < n; i++) {
        int64_t length = count;
        while (length > 0 && tokens[i * count + length - 1] == 0)
            length--;
        out[i] = (int32_t)length;
    }
}

void lj_pixels_load(const uint8_t *bytes, int64_t n, float *out)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = (float)bytes[i] / 255.0F;
}

/* Weights of the batch divided by their sum; answers the sum. */
static double load_weights(lj_trainer *trainer, const int64_t *rows, int64_t n)
{
    float *out = trainer->in_weight;
    if (trainer->weight == NULL) {
        if (trainer->equal_weights != n) {
            for (int64_t i = 0; i < n; i++)
                out[i] = (float)(1.0 / (double)n);
            trainer->equal_weights = n;
        }
        return (double)n;
    }
    double sum = 0.0;
    for (int64_t i = 0; i < n; i++)
        sum += (double)trainer->weight[rows[i]];
    for (int64_t i = 0; i < n; i++)
        out[i] = sum > 0.0 ? (float)((double)trainer->weight[rows[i]] / sum) : 0.0F;
    return sum;
}

typedef struct image_batch {
    lj_trainer *trainer;
    const int64_t *rows;
} image_batch;

static void load_image(void *context, int64_t index, int thread)
{
    const image_batch *batch = context;
    const lj_trainer *trainer = batch->trainer;
    const lj_rows *data = trainer->train;
    const int64_t row = batch->rows[index];
    const uint8_t *from = data->pixels + row * data->pixel_count;
    float *to = trainer->in_pixels + index * data->pixel_count;
    (void)thread;
    if (lj_augment_any(&trainer->options.augment))
        lj_augment_image(&trainer->options.augment, &data->image, from, trainer->options.seed, row, trainer->at.epoch,
                         to);
    else
        lj_pixels_load(from, data->pixel_count, to);
}

double lj_batches_load(lj_trainer *trainer, int64_t begin, int64_t n)
{
    const lj_rows *data = trainer->train;
    const int64_t *rows = trainer->order + begin;
    assert(begin >= 0 && n >= 1 && begin + n <= data->n);
    if (trainer->in_numbers != NULL)
        gather(trainer->in_numbers, data->numbers, rows, n, data->number_count);
    if (trainer->in_codes != NULL)
        gather(trainer->in_codes, data->codes, rows, n, data->category_count);
    if (trainer->in_tokens != NULL) {
        gather(trainer->in_tokens, data->tokens, rows, n, data->token_count);
        lj_token_lengths(trainer->in_tokens, n, data->token_count, trainer->in_lengths);
    }
    if (trainer->in_pixels != NULL)
        lj_team_run(trainer->team, load_image, &(image_batch){trainer, rows}, n);
    gather(trainer->in_target, trainer->target, rows, n, 1);
    return load_weights(trainer, rows, n);
}
