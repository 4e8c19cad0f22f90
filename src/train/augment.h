/* Images of training rows as they are shown to the model: changed at random, differently in each epoch. */
#ifndef LIANJIN_TRAIN_AUGMENT_H
#define LIANJIN_TRAIN_AUGMENT_H

#include "lianjin/train.h"

int lj_augment_any(const lj_augment_options *options);

/*
 * The image of row `row` in epoch `epoch`: in [height, width, channels] bytes,
 * out the same in [0, 1] (noise and brightness may leave it). A function of
 * (seed, row, epoch) alone.
 */
void lj_augment_image(const lj_augment_options *options, const lj_pixels *shape, const uint8_t *in, uint64_t seed,
                      int64_t row, int64_t epoch, float *out);

/*
 * Mix-up (Zhang, Cisse, Dauphin and Lopez-Paz 2018, "mixup: beyond empirical
 * risk minimization"; with mix_up 0.5 their alpha of 1): the training row, out
 * of `n`, that is mixed into row `row` in epoch `epoch`, and its share.
 */
int64_t lj_augment_partner(const lj_augment_options *options, uint64_t seed, int64_t row, int64_t epoch, int64_t n,
                           float *share);

#endif
