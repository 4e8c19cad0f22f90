/* Fits of families that grow trees. */
#ifndef LIANJIN_MODEL_TREES_FIT_H
#define LIANJIN_MODEL_TREES_FIT_H

#include "model/model.h"
#include "model/network.h"

/*
 * Fits with `options`, whose loss, classes, seed, judge, console and start are filled in here, and if `refits` once more
 * on train and valid with the rounds that valid chose. The judge is the monitor of `train:`, the history has one line a
 * round. Constraints are read from the `model:` of the pipeline.
 */
LJ_CHECKED lj_status lj_trees_family_fit(const lj_fit_call *call, lj_tree_options *options, int refits);
/* lj_family.train_defaults: only the monitor and class weights of `train:` are read. */
void lj_trees_train_defaults(const void *options, int64_t n, lj_train_values *train);

#endif
