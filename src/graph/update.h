/*
 * How parameters move at the end of a run. Without a norm to clip by, the move
 * follows the gradient part by part inside the reduce step (lj_part_end), and
 * the gradient is never stored. Else waves follow: values clipped, squares of
 * chunks, their sum, and the moves. A program that accumulates joins each
 * gradient with the gathered ones before all that.
 */
#ifndef LIANJIN_GRAPH_UPDATE_H
#define LIANJIN_GRAPH_UPDATE_H

#include "graph/op.h"

/* Elements of a chunk of the norm: part of the arithmetic. */
#define LJ_NORM_CHUNK 8192

typedef struct lj_clip {
    float norm, value;  /* 0: none */
    float *squares;     /* of the chunks of all gradients, in order */
    int64_t count;
    float scale;        /* of this step */
} lj_clip;

struct lj_update {
    const lj_update_rule *rule;
    lj_clip *clip;
    float *parameter;
    float *state[3];
    float *sum; /* of gathered gradients; NULL: the program does not accumulate */
    int64_t count;
    float decay;
    const lj_slot *gradient;
    float *squares; /* of this gradient's chunks */
};

/* The waves, as run functions over lj_update arguments (the sum: any one of them). */
void lj_update_run_join(const lj_step *step, const lj_span *span);
void lj_update_run_clip(const lj_step *step, const lj_span *span);
void lj_update_run_squares(const lj_step *step, const lj_span *span);
void lj_update_run_scale(const lj_step *step, const lj_span *span);
void lj_update_run_move(const lj_step *step, const lj_span *span);

#endif
