/* Batches: rows in the order of a permutation by (seed, epoch), copied straight into the program's inputs. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/random.h"
#include "train/augment.h"
#include "train/trainer.h"

#define POOL_BATCHES 32 /* whose rows are sorted by length together */

static lj_status fill_targets(lj_trainer *trainer)
{
    const lj_train_job *job = trainer->job;
    const lj_rows *rows = trainer->train;
    if (rows->texts != NULL || (job->task == LJ_UNSUPERVISED && job->classes == 0))
        return LJ_OK;
    trainer->target = lj_new_array(rows->n, 4);
    if (trainer->target == NULL)
        return lj_fail(LJ_ENOMEM, "train: no memory for %" PRId64 " targets", rows->n);
    float *value = trainer->target;
    int32_t *label = trainer->target;
    for (int64_t i = 0; i < rows->n; i++) {
        if (job->task == LJ_MULTICLASS || job->task == LJ_UNSUPERVISED)
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

static lj_status prepare_mixing(lj_trainer *trainer)
{
    const int64_t size = lj_team_size(trainer->team) * trainer->train->pixel_count;
    if (trainer->programs[0].in_other == NULL)
        return LJ_OK;
    trainer->mixed = lj_new_array(size, sizeof(float));
    return trainer->mixed != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "train: no memory for %" PRId64 " pixels", size);
}

static lj_status prepare_images(lj_trainer *trainer)
{
    const lj_rows *rows = trainer->train;
    assert(rows->decoder == NULL || rows->pixel_row != NULL);
    if (rows->decoder == NULL)
        return LJ_OK;
    trainer->images = lj_new_array(2 * trainer->options.batch, sizeof(*trainer->images));
    return trainer->images != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "train: no memory for the images of a batch");
}

static void find_inputs(lj_batch_program *p)
{
    p->in_numbers = lj_program_input(p->program, "numbers");
    p->in_codes = lj_program_input(p->program, "codes");
    p->in_tokens = lj_program_input(p->program, "tokens");
    p->in_lengths = lj_program_input(p->program, "lengths");
    p->in_pixels = lj_program_input(p->program, "pixels");
    p->in_target = lj_program_input(p->program, "target");
    p->in_weight = lj_program_input(p->program, "weight");
    p->in_other = lj_program_input(p->program, "other");
    p->in_other_weight = lj_program_input(p->program, "other_weight");
}

lj_status lj_batches_prepare(lj_trainer *trainer)
{
    LJ_TRY(fill_targets(trainer));
    LJ_TRY(fill_weights(trainer));
    trainer->order = lj_new_array(trainer->train->n, sizeof(int64_t));
    if (trainer->order == NULL)
        return lj_fail(LJ_ENOMEM, "train: no memory for the order of %" PRId64 " rows", trainer->train->n);
    for (int64_t i = 0; i < trainer->program_count; i++)
        find_inputs(&trainer->programs[i]);
    if (trainer->rival.program != NULL)
        find_inputs(&trainer->rival);
    LJ_TRY(prepare_mixing(trainer));
    LJ_TRY(prepare_images(trainer));
    if (trainer->program_count == 1)
        return LJ_OK;
    trainer->lengths = lj_new_array(trainer->train->n, sizeof(*trainer->lengths));
    if (trainer->lengths == NULL)
        return lj_fail(LJ_ENOMEM, "train: no memory for the lengths of %" PRId64 " rows", trainer->train->n);
    lj_token_lengths(trainer->train->tokens, trainer->train->n, trainer->train->token_count, trainer->lengths);
    return LJ_OK;
}

typedef struct placed {
    int64_t row;
    int32_t length, place;
} placed;

static int by_length(const void *a, const void *b)
{
    const placed *x = a, *y = b;
    if (x->length != y->length)
        return x->length < y->length ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

/* Rows of a pool of batches in the order of their lengths, the batches in any order: one left over stays the last. */
static lj_status sort_by_length(lj_trainer *trainer, uint64_t stream)
{
    const int64_t n = trainer->train->n, batch = trainer->options.batch, full = n / batch;
    const int64_t pool = POOL_BATCHES * batch;
    lj_status status = LJ_OK;
    placed *rows = lj_new_array(pool, sizeof(*rows));
    int64_t *batches = lj_new_array(full, sizeof(*batches)), *sorted = lj_new_array(n, sizeof(*sorted));
    if (rows == NULL || batches == NULL || sorted == NULL)
        LJ_TRY_DONE(lj_fail(LJ_ENOMEM, "train: no memory to sort %" PRId64 " rows by length", n));
    for (int64_t begin = 0; begin < n; begin += pool) {
        const int64_t count = n - begin < pool ? n - begin : pool;
        for (int64_t i = 0; i < count; i++) {
            const int64_t row = trainer->order[begin + i];
            rows[i] = (placed){.row = row, .length = trainer->lengths[row], .place = (int32_t)i};
        }
        qsort(rows, (size_t)count, sizeof(*rows), by_length);
        for (int64_t i = 0; i < count; i++)
            sorted[begin + i] = rows[i].row;
    }
    lj_random_permutation(trainer->options.seed, stream, full, batches);
    for (int64_t b = 0; b < full; b++)
        memcpy(trainer->order + b * batch, sorted + batches[b] * batch, (size_t)batch * sizeof(*sorted));
    memcpy(trainer->order + full * batch, sorted + full * batch, (size_t)(n - full * batch) * sizeof(*sorted));
done:
    lj_free(rows);
    lj_free(batches);
    lj_free(sorted);
    return status;
}

static int64_t partner_of(const lj_trainer *trainer, int64_t row, float *share)
{
    return lj_augment_partner(&trainer->options.augment, trainer->options.seed, row, trainer->at.epoch,
                              trainer->train->n, share);
}

/* The images that the rows [n] show, with mix-up also those mixed in: images [up to 2 n]; how many. */
static int64_t images_of(const lj_trainer *trainer, const int64_t *rows, int64_t n, int64_t *images)
{
    const int64_t *image = trainer->train->pixel_row;
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
        float share = 0.0F;
        images[count++] = image[rows[i]];
        if (trainer->mixed != NULL)
            images[count++] = image[partner_of(trainer, rows[i], &share)];
    }
    return count;
}

lj_status lj_batches_need(lj_trainer *trainer, int64_t begin, int64_t n)
{
    lj_decoder *decoder = trainer->train->decoder;
    if (lj_decoder_is_done(decoder))
        return LJ_OK;
    const int64_t count = images_of(trainer, trainer->order + begin, n, trainer->images);
    return lj_decoder_need(decoder, trainer->images, count, trainer->team);
}

/* What is left of the epoch is decoded ahead in its order. */
static lj_status look_ahead(lj_trainer *trainer)
{
    const int64_t begin = trainer->at.batch * trainer->options.batch, left = trainer->train->n - begin;
    if (lj_decoder_is_done(trainer->train->decoder) || left <= 0)
        return LJ_OK;
    int64_t *images = lj_new_array(2 * left, sizeof(*images));
    if (images == NULL)
        return lj_fail(LJ_ENOMEM, "train: no memory for the order of %" PRId64 " images", left);
    const int64_t count = images_of(trainer, trainer->order + begin, left, images);
    lj_decoder_ahead(trainer->train->decoder, images, count);
    return LJ_OK;
}

lj_status lj_batches_shuffle(lj_trainer *trainer)
{
    const uint64_t epoch = (uint64_t)trainer->at.epoch;
    lj_random_permutation(trainer->options.seed, lj_random_stream("train/shuffle") + epoch, trainer->train->n,
                          trainer->order);
    if (trainer->lengths != NULL)
        LJ_TRY(sort_by_length(trainer, lj_random_stream("train/buckets") + epoch));
    return look_ahead(trainer);
}

/*
 * Copies the first `width` words of rows of `stride` words; a constant width of the small ones lets the compiler inline
 * the copy.
 */
static void gather(void *to, const void *from, const int64_t *rows, int64_t n, int64_t width, int64_t stride)
{
    uint32_t *out = to;
    const uint32_t *in = from;
    if (width == 1) {
        for (int64_t i = 0; i < n; i++)
            out[i] = in[rows[i]];
        return;
    }
    for (int64_t i = 0; i < n; i++)
        memcpy(out + i * width, in + rows[i] * stride, (size_t)width * 4);
}

void lj_token_lengths(const int32_t *tokens, int64_t n, int64_t count, int32_t *out)
{
    for (int64_t i = 0; out != NULL && i < n; i++) {
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
static double load_weights(const lj_trainer *trainer, lj_batch_program *program, const int64_t *rows, int64_t n)
{
    float *out = program->in_weight;
    if (trainer->weight == NULL) {
        if (program->equal_weights != n) {
            for (int64_t i = 0; i < n; i++)
                out[i] = (float)(1.0 / (double)n);
            program->equal_weights = n;
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

/* Another cut of the texts in each epoch: what stands at the end of a piece stands in the middle of one then. */
static void load_texts(const lj_trainer *trainer, const lj_batch_program *p, const int64_t *rows, int64_t n)
{
    const lj_texts *texts = trainer->train->texts;
    const int64_t tokens = trainer->train->token_count, last = texts->begin[texts->n] - tokens;
    const uint64_t stream = lj_random_stream("train/cut");
    const uint32_t draw = lj_random_u32(trainer->options.seed, stream, (uint64_t)trainer->at.epoch);
    const int64_t offset = (int64_t)(draw % (uint32_t)tokens);
    int32_t *target = p->in_target;
    for (int64_t i = 0; i < n; i++) {
        const int64_t begin = rows[i] * tokens + offset;
        const int32_t *from = texts->code + (begin < last ? begin : last);
        memcpy(p->in_tokens + i * tokens, from, (size_t)tokens * sizeof(*from));
        memcpy(target + i * tokens, from + 1, (size_t)tokens * sizeof(*from));
    }
}

typedef struct image_batch {
    const lj_trainer *trainer;
    const lj_batch_program *program;
    const int64_t *rows;
} image_batch;

/* The image of a row as this epoch shows it. */
static void show_image(const lj_trainer *trainer, int64_t row, float *to)
{
    const lj_rows *data = trainer->train;
    const uint8_t *from = lj_row_pixels(data, row);
    if (lj_augment_any(&trainer->options.augment))
        lj_augment_image(&trainer->options.augment, &data->image, from, trainer->options.seed, row, trainer->at.epoch,
                         to);
    else
        lj_pixels_load(from, data->pixel_count, to);
}

static void load_image(void *context, int64_t index, int thread)
{
    const image_batch *batch = context;
    const lj_trainer *trainer = batch->trainer;
    const int64_t row = batch->rows[index], size = trainer->train->pixel_count;
    float *to = batch->program->in_pixels + index * size;
    show_image(trainer, row, to);
    if (trainer->mixed == NULL)
        return;
    float share = 0.0F, *other = trainer->mixed + thread * size;
    show_image(trainer, partner_of(trainer, row, &share), other);
    for (int64_t i = 0; i < size; i++)
        to[i] += share * (other[i] - to[i]);
}

/* The loss of a mixed row is that of both targets, each with its share of the row's weight. */
static void mix_targets(const lj_trainer *trainer, lj_batch_program *p, const int64_t *rows, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        float share = 0.0F;
        const int64_t other = partner_of(trainer, rows[i], &share);
        memcpy((uint32_t *)p->in_other + i, (const uint32_t *)trainer->target + other, 4);
        p->in_other_weight[i] = share * p->in_weight[i];
        p->in_weight[i] -= p->in_other_weight[i];
    }
    p->equal_weights = 0;
}

/* The one for the longest of the rows. */
static lj_batch_program *program_for(lj_trainer *trainer, const int64_t *rows, int64_t n)
{
    int64_t longest = 0, at = 0;
    if (trainer->lengths == NULL)
        return &trainer->programs[0];
    for (int64_t i = 0; i < n; i++)
        longest = trainer->lengths[rows[i]] > longest ? trainer->lengths[rows[i]] : longest;
    while (trainer->programs[at].tokens < longest)
        at++;
    return &trainer->programs[at];
}

void lj_batches_load_into(const lj_trainer *trainer, lj_batch_program *p, int64_t begin, int64_t n, double *weight)
{
    const lj_rows *data = trainer->train;
    const int64_t *rows = trainer->order + begin;
    assert(begin >= 0 && n >= 1 && begin + n <= data->n);
    if (data->steps > 0)
        lj_windows_load(data, rows, 0, n, p->in_numbers, p->in_codes, p->in_lengths);
    if (p->in_numbers != NULL && data->steps == 0)
        gather(p->in_numbers, data->numbers, rows, n, data->number_count, data->number_count);
    if (p->in_codes != NULL && data->steps == 0)
        gather(p->in_codes, data->codes, rows, n, data->category_count, data->category_count);
    if (data->texts != NULL) {
        load_texts(trainer, p, rows, n);
    } else if (p->in_tokens != NULL) {
        gather(p->in_tokens, data->tokens, rows, n, p->tokens, data->token_count);
        lj_token_lengths(p->in_tokens, n, p->tokens, p->in_lengths);
    }
    if (p->in_pixels != NULL)
        lj_team_run(trainer->team, load_image, &(image_batch){trainer, p, rows}, n);
    if (trainer->target != NULL && p->in_target != NULL)
        gather(p->in_target, trainer->target, rows, n, 1, 1);
    *weight = load_weights(trainer, p, rows, n);
    if (trainer->mixed != NULL)
        mix_targets(trainer, p, rows, n);
}

lj_batch_program *lj_batches_load(lj_trainer *trainer, int64_t begin, int64_t n, double *weight)
{
    lj_batch_program *p = program_for(trainer, trainer->order + begin, n);
    lj_batches_load_into(trainer, p, begin, n, weight);
    return p;
}
