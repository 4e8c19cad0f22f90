/* Margins to probabilities. */
#ifndef LIANJIN_MODEL_CALIBRATE_H
#define LIANJIN_MODEL_CALIBRATE_H

#include <stdint.h>

/* What a margin is multiplied by, and what is added. */
typedef struct lj_calibration {
    double scale, shift;
} lj_calibration;

/*
 * Two classes: sigmoid(scale * margin + shift), by the rows' targets 0 and 1 (Platt, "Probabilistic outputs for
 * support vector machines", 1999, with the targets that he proposes). margins [n] at `stride`.
 */
lj_calibration lj_calibrate_sigmoid(const float *margins, int64_t stride, const double *target, int64_t n);

/*
 * More: softmax(scale * margins), the shift is 0 (Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural
 * networks", ICML 2017). margins [n, classes] at `stride`.
 */
lj_calibration lj_calibrate_softmax(const float *margins, int64_t stride, const double *target, int64_t n,
                                    int64_t classes);

/* Probabilities [classes] of z [classes], in place. */
void lj_softmax_row(double *z, int64_t classes);
double lj_sigmoid_value(double z);

#endif
