#include "model/train_values.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "lianjin/model.h"

#define ROW(code, name) name,
static const char *const optimisers[] = {LJ_OPTIMISER_LIST(ROW) NULL};
static const char *const schedules[] = {LJ_SCHEDULE_LIST(ROW) NULL};
static const char *const losses[] = {"mse", "mae", "huber", NULL};

#define FIELD(name) .key = #name, .offset = offsetof(lj_train_values, name)
#define COUNT_MAX   1e9

/* Defaults that depend on the family stand in its file; a fallback here is the same for all. */
static const lj_declaration declarations[] = {
    {FIELD(epochs), .kind = LJ_DECLARED_INTEGER, .min = 1, .max = COUNT_MAX,
     .doc = "Most passes over the training rows; left out: by the family."},
    {FIELD(batch), .kind = LJ_DECLARED_INTEGER, .min = 1, .max = COUNT_MAX,
     .doc = "Rows of a step; left out: by the family and the number of training rows."},
    {FIELD(accumulate), .kind = LJ_DECLARED_INTEGER, .min = 1, .max = 65536, .fallback = "1",
     .doc = "Batches whose gradients are averaged before the weights move: large batches in the memory of small ones."},
    {FIELD(optimiser), .kind = LJ_DECLARED_CHOICE, .choices = optimisers, .fallback = "adamw",
     .doc = "How the weights move down the gradient."},
    {FIELD(rate), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 100, .doc = "Learning rate; left out: by the family."},
    {FIELD(momentum), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 0.9999, .fallback = "0",
     .doc = "Momentum of sgd and rmsprop."},
    {FIELD(nesterov), .kind = LJ_DECLARED_BOOL, .fallback = "false", .doc = "Nesterov's momentum, of sgd."},
    {FIELD(beta1), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 0.99999,
     .doc = "Decay of the first moment, of adam and adamw; left out: 0.9, of gan 0.5."},
    {FIELD(beta2), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 0.9999999, .fallback = "0.999",
     .doc = "Decay of the second moment, of adam and adamw."},
    {FIELD(rho), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 0.9999999, .fallback = "0.9",
     .doc = "Decay of the mean square, of rmsprop."},
    {FIELD(epsilon), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 1, .fallback = "1e-8",
     .doc = "Added to the root of the second moment."},
    {FIELD(weight_decay), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 100,
     .doc = "Pull of the weights towards zero, decoupled in adamw; biases and norms are left alone; left out: by the "
            "family."},
    {FIELD(clip_norm), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 1e9,
     .doc = "Largest norm of the whole gradient, 0: any; left out: by the family."},
    {FIELD(clip_value), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 1e9, .fallback = "0",
     .doc = "Largest size of one number of the gradient, 0: any."},
    {FIELD(schedule), .kind = LJ_DECLARED_CHOICE, .choices = schedules, .fallback = "constant",
     .doc = "How the learning rate changes."},
    {FIELD(warm_up), .kind = LJ_DECLARED_INTEGER, .min = 0, .max = COUNT_MAX, .fallback = "0",
     .doc = "Steps over which the rate grows from zero at first."},
    {FIELD(period), .kind = LJ_DECLARED_INTEGER, .min = 1, .max = COUNT_MAX,
     .doc = "step: epochs between drops (10); cosine: steps in all (those of the epochs)."},
    {FIELD(factor), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 1,
     .doc = "Each drop multiplies the rate by it: step 0.1, exponential 0.95 an epoch, plateau 0.5."},
    {FIELD(minimum_rate), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 100, .fallback = "0",
     .doc = "Lowest rate of cosine and plateau."},
    {FIELD(plateau_patience), .kind = LJ_DECLARED_INTEGER, .min = 1, .max = COUNT_MAX, .fallback = "3",
     .doc = "Epochs without a better valid value before plateau drops the rate."},
    {FIELD(monitor), .kind = LJ_DECLARED_STRING,
     .doc = "Metric on the valid part that decides which epoch is kept: log_loss, for regression rmse, without a "
            "target loss."},
    {FIELD(patience), .kind = LJ_DECLARED_INTEGER, .min = -1, .max = COUNT_MAX,
     .doc = "Epochs without a better valid value before training stops, -1: never; left out: by the family."},
    {FIELD(minimum_gain), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 1e9, .fallback = "0",
     .doc = "How much better the valid value must be to count."},
    {FIELD(average), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 0.999999,
     .doc = "Decay of the moving average of the weights that is scored and kept, 0: none; left out: by the family."},
    {FIELD(swa), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 1, .fallback = "0",
     .doc = "Share of the last epochs whose weights are averaged evenly, instead of the moving average; 0: none."},
    {FIELD(samples), .kind = LJ_DECLARED_INTEGER, .min = 0, .max = 1000000, .fallback = "0",
     .doc = "Families that draw rows, images or texts: some are written to BUNDLE.samples/ after so many epochs; 0: "
            "none."},
    {FIELD(find_rate), .kind = LJ_DECLARED_BOOL, .fallback = "false",
     .doc = "Looks for the rate in a hundred steps with growing rates before training, and tells it."},
    {FIELD(class_weight), .kind = LJ_DECLARED_ANY,
     .doc = "balanced, or a list of one weight a class; left out: 1 each."},
    {FIELD(loss), .kind = LJ_DECLARED_CHOICE, .choices = losses, .fallback = "mse", .doc = "Loss of regression."},
    {FIELD(huber_delta), .kind = LJ_DECLARED_NUMBER, .min = 1e-6, .max = 1e9, .fallback = "1",
     .doc = "Where huber turns linear, in deviations of the target."},
    {FIELD(label_smoothing), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 0.999, .fallback = "0",
     .doc = "Share of a label that is spread over all classes."},
    {FIELD(augment), .kind = LJ_DECLARED_MAP,
     .doc = "How images are changed at random in each epoch: a map with the keys of train.augment."},
};

#define AUGMENT(name) .key = #name, .offset = offsetof(lj_augment_values, name)
static const char *const fills[] = {LJ_FILL_LIST(ROW) NULL};
static const lj_declaration augment_declarations[] = {
    {AUGMENT(rotation), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 180, .fallback = "0",
     .doc = "Turned by at most so many degrees to either side."},
    {AUGMENT(shear), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 80, .fallback = "0",
     .doc = "Sheared by at most so many degrees."},
    {AUGMENT(shift), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 1, .fallback = "0",
     .doc = "Moved by at most this share of width and of height."},
    {AUGMENT(zoom), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 0.95, .fallback = "0",
     .doc = "Larger or smaller by at most this share."},
    {AUGMENT(flip_x), .kind = LJ_DECLARED_BOOL, .fallback = "false",
     .doc = "Left and right change in half of the cases."},
    {AUGMENT(flip_y), .kind = LJ_DECLARED_BOOL, .fallback = "false",
     .doc = "Top and bottom change in half of the cases."},
    {AUGMENT(brightness), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 1, .fallback = "0",
     .doc = "Added to all pixels (0 to 1), at most, to either side."},
    {AUGMENT(contrast), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 1, .fallback = "0",
     .doc = "Distance from grey grows or shrinks by at most this share."},
    {AUGMENT(noise), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 1, .fallback = "0",
     .doc = "Deviation of normal noise on each value (0 to 1)."},
    {AUGMENT(cut_out), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 1, .fallback = "0",
     .doc = "Side of a square that is made black, as a share of the shorter side."},
    {AUGMENT(mix_up), .kind = LJ_DECLARED_NUMBER, .min = 0, .max = 0.5, .fallback = "0",
     .doc = "Another training image is mixed in, and its target, with at most this share."},
    {AUGMENT(fill), .kind = LJ_DECLARED_CHOICE, .choices = fills, .fallback = "nearest",
     .doc = "What lies outside of the image: its nearest pixel, black (constant), its mirror image, or it again."},
};

#define AUGMENT_DECLARATIONS ((int64_t)(sizeof(augment_declarations) / sizeof(augment_declarations[0])))

const lj_declaration *lj_augment_declarations(int64_t *count)
{
    *count = AUGMENT_DECLARATIONS;
    return augment_declarations;
}

#define DECLARATIONS ((int64_t)(sizeof(declarations) / sizeof(declarations[0])))

const lj_declaration *lj_train_declarations(int64_t *count)
{
    *count = DECLARATIONS;
    return declarations;
}

lj_status lj_train_values_read(const char *file, const lj_item *item, lj_train_values *out)
{
    memset(out, 0, sizeof(*out));
    LJ_TRY(lj_declare_read(file, item, declarations, DECLARATIONS, NULL, out));
    return lj_declare_read(file, out->augment, augment_declarations, AUGMENT_DECLARATIONS, NULL, &out->images);
}

int64_t lj_train_batch_rule(int64_t n)
{
    int64_t batch = 64;
    n = n < 1000000 ? n : 1000000;
    while (batch < 512 && n * n > batch * batch * 12800) /* n / 80 above batch * sqrt(2): the next power is nearer */
        batch *= 2;
    return batch;
}

void lj_default_integer(int64_t *value, int64_t fallback)
{
    if (*value == LJ_UNSET)
        *value = fallback;
}

void lj_default_number(double *value, double fallback)
{
    if (isnan(*value))
        *value = fallback;
}

void lj_default_choice(int *value, int fallback)
{
    if (*value < 0)
        *value = fallback;
}

void lj_train_values_finish(lj_train_values *v, lj_task task, lj_train_options *out)
{
    lj_default_integer(&v->epochs, 200);
    lj_default_integer(&v->batch, 0);
    lj_default_number(&v->rate, 1e-3);
    lj_default_number(&v->beta1, 0.9);
    lj_default_number(&v->weight_decay, 0.0);
    lj_default_number(&v->clip_norm, 0.0);
    lj_default_integer(&v->period, 0);
    lj_default_number(&v->factor, 0.0);
    lj_default_integer(&v->patience, 16);
    lj_default_number(&v->average, 0.0);
    if (v->monitor == NULL)
        v->monitor = lj_train_monitor(task);
    const lj_augment_values *a = &v->images;
    *out = (lj_train_options){
        .augment = {.rotation = a->rotation,
                    .shear = a->shear,
                    .shift = a->shift,
                    .zoom = a->zoom,
                    .brightness = a->brightness,
                    .contrast = a->contrast,
                    .noise = a->noise,
                    .cut_out = a->cut_out,
                    .mix_up = a->mix_up,
                    .flip_x = a->flip_x,
                    .flip_y = a->flip_y,
                    .fill = (lj_fill)a->fill},
        .epochs = v->epochs,
        .batch = v->batch,
        .accumulate = v->accumulate,
        .optimiser = {.optimiser = (lj_optimiser)v->optimiser,
                      .momentum = v->momentum,
                      .nesterov = v->nesterov,
                      .beta1 = v->beta1,
                      .beta2 = v->beta2,
                      .rho = v->rho,
                      .epsilon = v->epsilon,
                      .weight_decay = v->weight_decay,
                      .clip_norm = v->clip_norm,
                      .clip_value = v->clip_value},
        .schedule = {.schedule = (lj_schedule)v->schedule,
                     .rate = v->rate,
                     .warm_up = v->warm_up,
                     .period = v->period,
                     .factor = v->factor,
                     .minimum = v->minimum_rate,
                     .patience = v->plateau_patience},
        .monitor = v->monitor,
        .patience = v->patience == 0 ? 1 : v->patience,
        .minimum_gain = v->minimum_gain,
        .average = v->average,
        .swa = v->swa,
        .find_rate = v->find_rate,
    };
}

lj_loss_options lj_train_values_loss(const lj_train_values *values, lj_task task)
{
    static const lj_loss of_regression[] = {LJ_LOSS_MSE, LJ_LOSS_MAE, LJ_LOSS_HUBER};
    lj_loss_options options = {.smoothing = (float)values->label_smoothing, .delta = (float)values->huber_delta};
    if (task == LJ_REGRESSION)
        options.loss = of_regression[values->loss < 0 ? 0 : values->loss];
    else
        options.loss = task == LJ_BINARY ? LJ_LOSS_BINARY_CROSS_ENTROPY : LJ_LOSS_CROSS_ENTROPY;
    return options;
}

/* n / (classes * rows of the class), as scikit-learn's "balanced". */
static lj_status balance(int64_t classes, const lj_rows *train, float *weight)
{
    int64_t *count = lj_new_array(classes, sizeof(*count));
    if (count == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the counts of %" PRId64 " classes", classes);
    for (int64_t i = 0; i < train->n; i++)
        count[(int64_t)train->target[i]]++;
    for (int64_t c = 0; c < classes; c++)
        weight[c] = count[c] > 0 ? (float)((double)train->n / ((double)classes * (double)count[c])) : 0.0F;
    lj_free(count);
    return LJ_OK;
}

static lj_status read_list(const lj_item *item, const char *file, int64_t classes, float *weight)
{
    if (item->kind != LJ_LIST || item->count != classes)
        return lj_declare_fail(file, item, "class_weight: expected 'balanced' or a list of %" PRId64 " numbers",
                               classes);
    for (int64_t c = 0; c < classes; c++) {
        const lj_item *entry = item->items[c];
        if (entry->kind != LJ_NUMBER || !(entry->number >= 0.0 && entry->number <= 1e9))
            return lj_declare_fail(file, entry, "class_weight: expected a number from 0 to 1e9");
        weight[c] = (float)entry->number;
    }
    return LJ_OK;
}

lj_status lj_train_values_class_weight(const lj_train_values *values, const char *file, lj_task task, int64_t classes,
                                       const lj_rows *train, float **out)
{
    const lj_item *item = values->class_weight;
    *out = NULL;
    if (item == NULL || item->kind == LJ_NULL)
        return LJ_OK;
    if (task == LJ_REGRESSION || task == LJ_UNSUPERVISED)
        return lj_declare_fail(file, item, "class_weight: %s has no classes to tell apart",
                               task == LJ_REGRESSION ? "regression" : "a family that learns without a target");
    float *weight = lj_new_array(classes, sizeof(*weight));
    if (weight == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the weights of %" PRId64 " classes", classes);
    lj_status status = LJ_OK;
    if (item->kind == LJ_STRING && strcmp(item->text, "balanced") == 0)
        status = balance(classes, train, weight);
    else
        status = read_list(item, file, classes, weight);
    if (status != LJ_OK) {
        lj_free(weight);
        return status;
    }
    *out = weight;
    return LJ_OK;
}
