/* What the recurrent layers share: directions, stacking, lengths, first and last states. */
#ifndef LIANJIN_NN_RECURRENT_H
#define LIANJIN_NN_RECURRENT_H

#include "nn/layer.h"

/* One layer in one direction. */
typedef struct lj_recurrent_run {
    lj_value x;      /* [B, T, gates * units]: the input's part of the gates */
    lj_value weight; /* [units, gates * units] */
    lj_value bias;   /* of the recurrent product, or LJ_NONE */
    lj_value lengths, state;
    lj_recurrence_options options;
} lj_recurrent_run;

typedef struct lj_recurrent {
    const char *name;
    int gates, states;      /* a state is states * units numbers, h first */
    int has_recurrent_bias;
    int forget_gate;        /* whose bias starts at 1; 0: none */
    lj_value (*run)(lj_graph *g, const lj_recurrent_run *run); /* the states after all steps */
} lj_recurrent;

lj_value lj_recurrent_build(lj_graph *g, const lj_recurrent *kind, lj_value x, int64_t units, lj_value lengths,
                            lj_recurrent_options options);

#endif
