/* The options of `train:`: declared here, defaults by family, then lj_train_options. */
#ifndef LIANJIN_MODEL_TRAIN_VALUES_H
#define LIANJIN_MODEL_TRAIN_VALUES_H

#include "lianjin/declare.h"
#include "lianjin/train.h"

/* The keys of `augment:`. */
typedef struct lj_augment_values {
    double rotation, shear, shift, zoom, brightness, contrast, noise, cut_out, mix_up;
    int flip_x, flip_y, fill;
} lj_augment_values;

typedef struct lj_train_values {
    int64_t epochs, batch, accumulate;
    int optimiser;
    double rate, momentum;
    int nesterov;
    double beta1, beta2, rho, epsilon, weight_decay, clip_norm, clip_value;
    int schedule;
    int64_t warm_up, period, plateau_patience;
    double factor, minimum_rate;
    const char *monitor;
    int64_t patience;
    double minimum_gain, average, swa;
    int find_rate;
    int64_t samples;
    const lj_item *class_weight;
    int loss; /* of regression */
    double huber_delta, label_smoothing;
    const lj_item *augment;
    lj_augment_values images;
} lj_train_values;

/* Reads `train:`; what was left out stays unset (NaN, LJ_UNSET, -1, NULL) for the family's defaults. */
LJ_CHECKED lj_status lj_train_values_read(const char *file, const lj_item *item, lj_train_values *out);

/* Rows of a batch for n training rows: about n / 80, a power of two from 64 to 512. */
int64_t lj_train_batch_rule(int64_t n);

/* Sets what is still unset. */
void lj_default_integer(int64_t *value, int64_t fallback);
void lj_default_number(double *value, double fallback);
void lj_default_choice(int *value, int fallback);

/* Sets what the family left unset to the documented default of all, and moves everything into `out`. */
void lj_train_values_finish(lj_train_values *values, lj_task task, lj_train_options *out);

/* The loss of a task, with smoothing. */
lj_loss_options lj_train_values_loss(const lj_train_values *values, lj_task task);

/*
 * class_weight: "balanced" (n / (classes * count)) or a list of one number a
 * class -> [classes] to free, NULL if there is none.
 */
LJ_CHECKED lj_status lj_train_values_class_weight(const lj_train_values *values, const char *file, lj_task task,
                                                  int64_t classes, const lj_rows *train, float **out);

#endif
