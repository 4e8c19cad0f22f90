/* The insides of lj_train, shared by the files of src/train/. */
#ifndef LIANJIN_TRAIN_TRAINER_H
#define LIANJIN_TRAIN_TRAINER_H

#include "lianjin/images.h"
#include "lianjin/train.h"

/* Where a training stands: all that a resume needs beside the weights. */
typedef struct lj_position {
    int64_t step;           /* done in all */
    int64_t epoch;          /* finished */
    int64_t batch;          /* done of the epoch that runs */
    double loss, weight;    /* sums of that epoch */
    double rival_loss, rival_weight;
    double best;            /* value of the monitored metric at best_epoch */
    int64_t best_epoch;     /* 0: none yet */
    int64_t waited;         /* epochs since the best */
    int64_t plateau_waited; /* epochs since the best or the last drop of the plateau rule */
    int64_t plateau_drops;
    int finished; /* nothing is left to do */
    double seconds;
} lj_position;

/* A training program and its inputs, NULL if it has none of the kind. */
typedef struct lj_batch_program {
    lj_program *program;
    const float *loss; /* of the last step */
    int64_t tokens;
    float *in_numbers;
    int32_t *in_codes;
    int32_t *in_tokens, *in_lengths;
    float *in_pixels;
    void *in_target;
    float *in_weight;
    void *in_other; /* with mix-up: the target of the row that is mixed in, and its part of the weight */
    float *in_other_weight;
    int64_t equal_weights; /* rows for which in_weight holds 1/rows; 0: something else */
} lj_batch_program;

typedef struct lj_trainer {
    const lj_train_job *job;
    lj_train_options options; /* resolved */
    const lj_rows *train;
    const lj_rows *valid; /* NULL: none */
    lj_team *team;
    lj_console *console;

    lj_batch_program programs[LJ_TRAIN_BUCKETS]; /* the last is for rows of full length */
    int64_t program_count;
    lj_batch_program rival;       /* program NULL: there is none */
    lj_program *scoring;
    lj_weights *state;   /* slots of the optimiser */
    lj_weights *average; /* NULL: none */
    lj_weights *best;
    lj_weights *file; /* copies of the four under prefixes; NULL: no checkpoint */

    int64_t *order;       /* [n] rows of this epoch */
    int32_t *lengths;     /* [n] tokens of the rows; NULL: all batches run at full length */
    void *target;         /* [n] float or int32, as the loss reads it */
    float *weight;        /* [n] sample times class weight; NULL: 1 */
    float *scores;        /* [valid n, width] */
    double *valid_weight; /* [valid n] or NULL */
    float *mixed;         /* [threads, pixel_count] the image that is mixed in; NULL: no mix-up */
    int64_t *images;      /* [2 batch] those that a batch shows; NULL: all are there */

    lj_position at;
    lj_epoch *epochs;
    int64_t epoch_capacity;
    char fingerprint[65]; /* of data and options: a checkpoint of others is refused */
    double started;       /* of this call */
    double saved;         /* when the last checkpoint was written */
    int64_t reported;     /* step of the last look at the clock */
    int64_t report_every;
    double report_time;
} lj_trainer;

/* Batches of an epoch: a last one of less than a quarter is left out, its gradient is mostly noise. */
int64_t lj_trainer_batches(const lj_trainer *trainer);

/* batches.c: targets and weights as the loss reads them; one batch into the inputs of the program that is to run. */
LJ_CHECKED lj_status lj_batches_prepare(lj_trainer *trainer);
LJ_CHECKED lj_status lj_batches_shuffle(lj_trainer *trainer);
/* Waits for the images of a batch to come. */
LJ_CHECKED lj_status lj_batches_need(lj_trainer *trainer, int64_t begin, int64_t n);
lj_batch_program *lj_batches_load(lj_trainer *trainer, int64_t begin, int64_t n, double *weight);
/* The same batch into a program for rows of full length. */
void lj_batches_load_into(const lj_trainer *trainer, lj_batch_program *program, int64_t begin, int64_t n,
                          double *weight);
/* Tokens [n, count] of rows without what is behind the last that is no padding: out [n]; NULL: nobody asks. */
void lj_token_lengths(const int32_t *tokens, int64_t n, int64_t count, int32_t *out);
/*
 * windows.c: the windows of samples [n] (NULL: begin .. begin + n - 1) as programs read them: numbers [n, steps,
 * number_count], zeros behind short ones, the codes [n, category_count] of their last rows, lengths [n]. NULL: not
 * wanted.
 */
void lj_windows_load(const lj_rows *rows, const int64_t *samples, int64_t begin, int64_t n, float *numbers,
                     int32_t *codes, int32_t *lengths);
/* The image of a row. */
static inline const uint8_t *lj_row_pixels(const lj_rows *rows, int64_t row)
{
    return rows->pixels + (rows->pixel_row != NULL ? rows->pixel_row[row] : row) * rows->pixel_count;
}
/* out[i] = bytes[i] / 255 */
void lj_pixels_load(const uint8_t *bytes, int64_t n, float *out);

/* monitor.c */
LJ_CHECKED lj_status lj_monitor_prepare(lj_trainer *trainer);
/* Scores valid and fills valid_loss and monitor of the epoch. */
LJ_CHECKED lj_status lj_monitor_measure(lj_trainer *trainer, lj_epoch *epoch);
/* 1 if the value beats the best by more than minimum_gain. */
int lj_monitor_better(const lj_trainer *trainer, double value);

/* average.c */
void lj_average_step(lj_weights *average, lj_weights *weights, double decay, int64_t step);
/* Running statistics are not averaged: taken over as they are. */
void lj_average_frozen(lj_weights *average, lj_weights *weights);
/* The weights of the count-th epoch (from 1) join an even average; count 0: the average is the weights. */
void lj_average_epoch(lj_weights *average, lj_weights *weights, int64_t count);

/*
 * find_rate.c: sets the base rate of the schedule and leaves weights and slots as they were. LJ_EDIVERGED if even the
 * least rate gives no finite loss.
 */
LJ_CHECKED lj_status lj_find_rate(lj_trainer *trainer);
/* train.c: runs one batch with this rate; its loss. */
LJ_CHECKED lj_status lj_trainer_run(lj_trainer *trainer, float rate, double *weight, double *loss);

/* checkpoint.c */
LJ_CHECKED lj_status lj_checkpoint_prepare(lj_trainer *trainer);
LJ_CHECKED lj_status lj_checkpoint_write(lj_trainer *trainer);
/* *found 0: there is none. LJ_ECONFIG: of other data or options. */
LJ_CHECKED lj_status lj_checkpoint_read(lj_trainer *trainer, int *found);

/* history.c */
LJ_CHECKED lj_status lj_history_write(const lj_trainer *trainer);
LJ_CHECKED lj_status lj_history_add(lj_trainer *trainer, const lj_epoch *epoch);

#endif
