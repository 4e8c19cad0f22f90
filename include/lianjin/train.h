/*
 * The training loop: batches, shards, early stopping, checkpoints and resume.
 * Threads and interruptions never change a bit of the result.
 */
#ifndef LIANJIN_TRAIN_H
#define LIANJIN_TRAIN_H

#include <stdint.h>

#include "lianjin/eval.h"
#include "lianjin/frame.h"
#include "lianjin/graph.h"
#include "lianjin/nn.h"
#include "lianjin/progress.h"
#include "lianjin/sparse.h"
#include "lianjin/texts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Rows of a prepared table: what programs read. Borrowed arrays. */
typedef struct lj_rows {
    int64_t n;
    const float *numbers;   /* [n, number_count]; with steps [stored, number_count] */
    int64_t number_count;
    const int32_t *codes;   /* [n, category_count]; with steps [stored, category_count] */
    int64_t category_count;
    int64_t steps;          /* of a series: rows of numbers in the window of a sample; 0: a row is a sample */
    const int64_t *last;    /* [n] with steps: the stored row where the window ends, whose codes are the sample's */
    const int32_t *lengths; /* [n] with steps: how many rows of the window there are; NULL: all */
    int64_t stored;         /* with steps: rows of numbers and codes, which windows share */
    const lj_sparse *terms; /* [n] sparse rows; NULL: none */
    const int32_t *tokens;  /* [n, token_count] codes of the tokens of a text, 0: padding */
    int64_t token_count;
    const lj_texts *texts;  /* [n] of any length, for language models that see token_count tokens at once; NULL: none */
    const uint8_t *pixels;  /* [n, pixel_count]: an image of each row; models see bytes / 255 */
    int64_t pixel_count;
    const int64_t *pixel_row; /* [n] which image of `pixels` a row has; NULL: the images are in the order of the rows */
    lj_decoder *decoder;    /* who is asked for images before they are read, by pixel_row; NULL: all are there */
    lj_pixels image;        /* shape of an image (bytes NULL) */
    const double *target;   /* [n]: 0/1, class, or value; NULL when scoring, or unsupervised without classes */
    const float *weight;    /* [n] sample weights; NULL: 1 */
} lj_rows;

/* X(code, name) What lies outside an image: the nearest pixel, black, the image mirrored, or again. */
#define LJ_FILL_LIST(X)       \
    X(NEAREST, "nearest")     \
    X(CONSTANT, "constant")   \
    X(REFLECT, "reflect")     \
    X(WRAP, "wrap")
typedef enum lj_fill {
#define X(code, name) LJ_FILL_##code,
    LJ_FILL_LIST(X)
#undef X
        LJ_FILL_COUNT
} lj_fill;

/* How images are changed at random while training: each drawn evenly from minus to plus the number. Zero: not. */
typedef struct lj_augment_options {
    double rotation, shear;      /* degrees */
    double shift;                /* share of width and of height */
    double zoom;                 /* share of the size */
    double brightness, contrast; /* of pixels in [0, 1] */
    double noise;                /* deviation of normal noise on pixels in [0, 1] */
    double cut_out;              /* side of a black square, share of the shorter side */
    double mix_up;               /* most share of another training image, and of its target, at most 0.5; only where the
                                    training graph has the inputs "other" and "other_weight" */
    int flip_x, flip_y;          /* mirrored in half of the cases */
    lj_fill fill;
} lj_augment_options;

/* What is done when an epoch has ended and its weights are judged: of what it fails, the training fails. */
typedef lj_status lj_epoch_end(void *context, int64_t epoch);

typedef struct lj_train_options {
    int64_t epochs;          /* most; 0: 200 */
    int64_t batch;           /* 0: 256, smaller for small tables. A last batch of less than a quarter is left out. */
    lj_optimiser_options optimiser;
    lj_schedule_options schedule;
    const char *monitor;     /* metric on valid, NULL: log_loss (rmse for regression, loss for unsupervised) */
    int64_t patience;        /* epochs without a better valid value; 0: 16; -1: never stop early */
    double minimum_gain;     /* of the monitored metric */
    int64_t accumulate;      /* batches whose gradients are averaged before the weights move; 0: 1. Each counts alike. */
    double average;          /* decay of the moving average of the weights by step, as 0.99; 0: none. Young averages
                                decay faster, min(average, (1 + step) / (10 + step)), so that the start is forgotten.
                                The averaged weights are scored on valid and kept. */
    double swa;              /* share of the last epochs whose weights are averaged evenly, at the end of each, instead of
                                the moving average; 0: none (Izmailov et al. 2018, "Averaging weights leads to wider
                                optima and better generalization"). Running statistics are those of the last epoch. */
    int find_rate;           /* 1: the base rate of the schedule is looked for first (find_rate.c) and told */
    const float *class_weight; /* [classes], NULL: 1 each */
    lj_augment_options augment; /* of the images of rows */
    uint64_t seed;
    const char *checkpoint;  /* folder; NULL: none. checkpoint.safetensors in it holds all that resume needs: written
                                atomically when an epoch ends (epochs that take less than a second together share
                                one), when interrupted and at the end. */
    int resume;              /* go on from the checkpoint if there is one */
    const char *history;     /* path of history.csv; NULL: none */
    lj_epoch_end *epoch_end; /* NULL: nothing; may read the job's weights */
    void *epoch_context;
    int64_t stop_after_steps; /* for tests of resume: as if interrupted after this many steps of this call; 0: no */
} lj_train_options;

/* The metric that is monitored if nobody says. */
const char *lj_train_monitor(lj_task task);

/* One epoch of the history. */
typedef struct lj_epoch {
    int64_t epoch;        /* from 1 */
    double loss;          /* mean training loss */
    double rival_loss;    /* the same of the rival; 0 without one */
    double valid_loss;    /* NaN without valid rows */
    double monitor;       /* value of the monitored metric on valid */
    double rate;          /* learning rate at its end */
    double seconds;
} lj_epoch;

typedef struct lj_train_result {
    lj_epoch *epochs;     /* [epoch_count], to free with lj_free */
    int64_t epoch_count;
    int64_t best_epoch;   /* whose weights were kept */
    const char *monitor;  /* set by lj_model_fit: the metric of lj_epoch.monitor, borrowed from its options */
    int64_t steps;
    double seconds;
    double rows_per_second;
    int interrupted;      /* Ctrl-C: stopped after the step, checkpoint written */
    float *valid_scores;  /* [valid rows, width] by the model before it was fitted once more with them, to free with
                             lj_free; NULL: it was not */
} lj_train_result;

#define LJ_TRAIN_BUCKETS 4 /* lengths of text that batches are made for */

/*
 * The training graph for texts of fewer tokens. With these, rows of like length
 * share a batch, which runs through the shortest graph that holds it: which one
 * depends on the data and the seed alone.
 */
typedef struct lj_train_bucket {
    lj_graph *training;
    lj_value loss;
    int64_t tokens;
} lj_train_bucket;

/*
 * What is trained. Both graphs are built by the same code: inputs "numbers"
 * [B, number_count] (of a series [B, steps, number_count], and "lengths" i32
 * [B] where windows may be short: zeros follow), "codes" i32 [B,
 * category_count], "tokens" i32 [B, token_count] and their "lengths" i32 [B] (what is behind the last token that
 * is no padding does not count), "pixels" [B, height, width, channels] as far
 * as the rows have them; the training graph also "target" (unsupervised: i32
 * classes, if there are any) and "weight" and its loss; the scoring graph the output "score" ([B] probability, [B,
 * classes], [B] value in the scaled unit of the target, or unsupervised [B] the loss of the row). Of
 * texts the rows are the pieces of token_count tokens of all of them joined, the
 * target is the token behind each, i32 [B, token_count], also in the scoring
 * graph, whose score [B, token_count] is the loss of each in nats.
 */
typedef struct lj_train_job {
    lj_graph *training;
    lj_value loss;
    lj_train_bucket shorter[LJ_TRAIN_BUCKETS - 1]; /* by ascending tokens, all fewer than the rows have */
    int64_t shorter_count;                         /* 0: every batch runs at full length */
    /*
     * NULL, or the training graph of other weights that play against those of `training` (each graph freezes the
     * other's): of each batch they move first, and those of `training` in every rival_steps-th.
     */
    lj_graph *rival;
    lj_value rival_loss;
    int64_t rival_steps;
    lj_graph *scoring;
    lj_weights *weights;  /* holds both graphs' parameters; ends with the best ones */
    lj_task task;
    int64_t classes;
    double target_mean, target_scale; /* regression: targets are (y - mean) / scale inside; 0, 1 else */
} lj_train_job;

/*
 * Builds a job whose task and classes are set (the rest zero) from the function
 * that builds its network: inputs as above to raw answers [B, 1], [B, classes]
 * for multiclass, or for unsupervised the loss of each row [B]. It is called for
 * both graphs. Released also on failure.
 */
LJ_CHECKED lj_status lj_train_job_build(lj_train_job *job, lj_value (*network)(lj_graph *g), uint64_t seed);
/*
 * Adds the rival to a job that was built: `network` gives the loss of each row [B] of the weights that play against those
 * of the job, and moves them `steps` times for each of theirs. Each of the two functions freezes (lj_graph_freeze) what
 * the other trains.
 */
LJ_CHECKED lj_status lj_train_job_add_rival(lj_train_job *job, lj_value (*network)(lj_graph *g), int64_t steps,
                                            uint64_t seed);
/* Frees graphs and weights and zeroes the job. */
void lj_train_job_release(lj_train_job *job);
/* Raw answers [B, C] or [B, H, C] as scores: probabilities or values, heads averaged. */
lj_value lj_task_score(lj_graph *g, lj_task task, lj_value raw);

/*
 * LJ_EDIVERGED: the loss is not finite: says at which step; the weights are
 * those of the last good epoch. result is filled as far as it came.
 */
LJ_CHECKED lj_status lj_train(const lj_train_job *job, const lj_train_options *options, const lj_rows *train,
                              const lj_rows *valid, lj_team *team, lj_console *console, lj_train_result *result);

/* history.csv: epoch, loss, (rival_loss, if there is a rival,) valid_loss, the monitored metric, rate, seconds; atomically. path NULL: nothing. */
LJ_CHECKED lj_status lj_history_save(const char *path, const char *monitor, const lj_epoch *epochs, int64_t n);

/* Runs the scoring program over the rows in batches. scores [n, width]. */
LJ_CHECKED lj_status lj_score_rows(lj_program *scoring, int64_t batch, const lj_rows *rows, int64_t width,
                                   lj_team *team, float *scores);

#ifdef __cplusplus
}
#endif
#endif
