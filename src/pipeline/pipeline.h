/*
 * Inside of pipeline/: the checked file, and the parts of a run.
 *
 *   declarations.c  every key of the file
 *   parse.c         reading and checking it
 *   table.c         source -> frame, with what was found in it
 *   images.c        sets of images -> frame
 *   series.c        order, samples and targets of a series
 *   target.c        task, classes, positive class
 *   features.c      which columns are read, and leaks
 *   parts.c         split, and whether each part can do its work
 *   fit.c           preparation + model for one split
 *   importance.c    permutation importance
 *   groups.c        metrics by the values of a column
 *   tune.c          the search for options
 *   explain.c, explain_page.c  contributions and reasons: of a bundle's rows, on the page of a run
 *   folds.c         cross-validation
 *   pages.c         report and card
 *   run.c           all of it
 *   evaluate.c, predict.c, generate.c, generate_texts.c  with a finished bundle
 *   import.c        trees of XGBoost and LightGBM -> bundle
 *   samples.c       what a model that is being trained draws
 */
#ifndef LJ_PIPELINE_PIPELINE_H
#define LJ_PIPELINE_PIPELINE_H

#include <stdint.h>

#include "lianjin/declare.h"
#include "lianjin/explain.h"
#include "lianjin/pipeline.h"
#include "lianjin/series.h"

typedef struct lj_pipeline_data {
    const char *source, *sql, *key, *delimiter, *table;
    int header;             /* index into lj_header_words: auto, yes, no */
    int encoding;           /* utf-8, latin-1 */
    const lj_item *sources; /* map name: path */
    const lj_item *missing; /* list of words */
    const lj_item *images;  /* map; NULL: a table */
    const lj_item *series;  /* map; NULL: each row is a sample */
} lj_pipeline_data;

typedef struct lj_pipeline_series {
    const char *time, *group;
    int64_t window, horizon, embargo;
    int target_as; /* lj_target_as */
    int pad, scale_by_group;
    double gap;
} lj_pipeline_series;

typedef struct lj_pipeline_images {
    const lj_item *train, *valid, *test; /* a folder, or [images, labels] */
    int resize, crop, normalise;
    const lj_item *size;                 /* [height, width] */
    int channels;                        /* index into lj_channel_words: grey, rgb; -1: found */
} lj_pipeline_images;

typedef struct lj_pipeline_target {
    const char *column;
    const lj_item *positive; /* a scalar, NULL: found */
} lj_pipeline_target;

typedef struct lj_pipeline_split {
    int by;
    const char *column, *valid_from, *test_from;
    double valid, test;
    int64_t folds;
} lj_pipeline_split;

typedef struct lj_pipeline_features {
    const lj_item *include, *exclude;
    const lj_item *types; /* map column: number | text | time */
} lj_pipeline_features;

typedef struct lj_pipeline_evaluate {
    const lj_item *by;
    int threshold; /* index into lj_threshold_words */
    const lj_item *values;
    double rate;
    int importance;
} lj_pipeline_evaluate;

typedef struct lj_pipeline_explain {
    int method, reference, against; /* lj_explain_method or -1; lj_reference; 0: high scores speak against a row */
    int64_t references, orders, rows, reasons;
    const lj_item *is_protected, *texts;
    const char *inquiries;
} lj_pipeline_explain;

typedef struct lj_pipeline_tune {
    int64_t trials, max_size;
    int method; /* lj_tune_method */
    const lj_item *space;
    const char *metric;
} lj_pipeline_tune;

typedef struct lj_pipeline_top {
    const char *name;
    int task; /* index into lj_task_words; -1: found */
    int64_t seed;
    const lj_item *data, *target, *split, *features, *prepare, *model, *train, *evaluate, *explain, *tune;
} lj_pipeline_top;

struct lj_pipeline {
    char *file;   /* as messages call it */
    char *folder; /* what relative sources are relative to */
    char *text;   /* of the file */
    lj_doc *doc;
    lj_pipeline_top top;
    lj_pipeline_data data;
    lj_pipeline_images images;
    lj_pipeline_series series;
    lj_pipeline_target target;
    lj_pipeline_split split;
    lj_pipeline_features features;
    lj_pipeline_evaluate evaluate;
    lj_pipeline_explain explain;
    lj_pipeline_tune tune;
    lj_threshold_options threshold; /* criterion NULL: 0.5 */
    const char *family;
    char *default_name; /* from the name of the file */
};

/* ---- declarations.c ---- */

typedef struct lj_pipeline_section {
    const char *key; /* of the top level; NULL: the top level itself */
    const char *doc;
    const lj_declaration *rows;
    int64_t count;
} lj_pipeline_section;

typedef enum lj_section_index {
    LJ_SECTION_TOP,
    LJ_SECTION_DATA,
    LJ_SECTION_IMAGES,
    LJ_SECTION_SERIES,
    LJ_SECTION_TARGET,
    LJ_SECTION_SPLIT,
    LJ_SECTION_FEATURES,
    LJ_SECTION_EVALUATE,
    LJ_SECTION_EXPLAIN,
    LJ_SECTION_TUNE,
    LJ_SECTION_COUNT
} lj_section_index;
const lj_pipeline_section *lj_pipeline_section_at(lj_section_index index);
extern const char *const lj_threshold_words[];

/* ---- table.c ---- */

/* A table with all that a run needs to know of it. */
typedef struct lj_table {
    lj_source *source; /* keeps schema and digest; NULL: images */
    lj_schema *no_schema; /* of images: empty */
    const lj_schema *schema; /* of the source, or the empty one */
    char sha256[LJ_SHA256_HEX]; /* of the data */
    lj_frame *frame;
    lj_arena *arena;
    lj_target target;
    double *values;    /* [rows]: 0/1, class, or value; 0 without a target; of a series NaN where there is none */
    lj_series_options series_options; /* window 0: rows are samples */
    lj_series series;  /* of the frame, which is in order */
    double *naive;     /* [rows] of a series: what one would say without a model */
    const char **features; /* [feature_count] */
    int64_t feature_count;
    const char *home_source; /* path with $LIANJIN_DATA filled in */
} lj_table;

/* `seed` of the run: it parts sets of images. */
LJ_CHECKED lj_status lj_table_read(const lj_pipeline *pipeline, uint64_t seed, lj_team *team, lj_console *console,
                                   lj_table *table);
void lj_table_free(lj_table *table);
/* "$LIANJIN_DATA/x" and "${LIANJIN_DATA}/x" filled in (default ../shared/data), in the arena. */
LJ_CHECKED lj_status lj_source_path(lj_arena *arena, const char *written, const char **out);

/* ---- images.c ---- */

/* The sets of `data: images` as the table's frame, with a column `part`; valid rows are taken of train if not given. */
LJ_CHECKED lj_status lj_table_read_images(const lj_pipeline *pipeline, uint64_t seed, lj_team *team,
                                          lj_console *console, lj_table *table);
/* Images of a path for a bundle: a folder, an IDX file, or "IMAGES,LABELS", two of them. */
LJ_CHECKED lj_status lj_images_of_path(const char *path, const lj_pixels *shape, lj_team *team, lj_console *console,
                                       lj_frame **out);

/* ---- series.c ---- */

/* `data: series` as data/ takes it; window 0 without it. */
lj_series_options lj_pipeline_series_options(const lj_pipeline *pipeline);
/* Puts the frame in order and finds its samples: before the target is. */
LJ_CHECKED lj_status lj_table_make_series(const lj_pipeline *pipeline, lj_console *console, lj_table *table);
/* table->values of the target's column become what is predicted, and table->naive is made. */
LJ_CHECKED lj_status lj_table_series_targets(lj_table *table);
/* Task and classes of a target that is predicted as something else than it is (direction, difference, ...). */
LJ_CHECKED lj_status lj_series_target_find(const lj_pipeline *pipeline, lj_console *console, lj_table *table);
/* Of classes, what one would say without a model: the one that most training rows have. */
void lj_series_naive_class(const lj_table *table, const uint8_t *parts);
/* Takes rows that are no samples, or whose target lies in another part, out of all parts. */
void lj_parts_of_series(const lj_pipeline *pipeline, const lj_table *table, lj_console *console, uint8_t *parts);

/* ---- target.c, features.c ---- */

/*
 * Finds task, classes and positive class and fills table->target and values. Families that learn without a target have
 * no column then (NULL), or classes that they are told.
 */
LJ_CHECKED lj_status lj_target_find(const lj_pipeline *pipeline, lj_console *console, lj_table *table);
/* The values of a target that is known already (a bundle's), of a frame: [rows], to free with lj_free; 0 without one. */
LJ_CHECKED lj_status lj_target_values(const lj_frame *frame, const lj_target *target, double **out);
/* Text of a number as a class is called: whole numbers without a point. */
LJ_CHECKED lj_status lj_class_name(lj_arena *arena, double value, const char **out);
/* Each of the names (one or a list of the file, NULL: none; patterns are let through) is a column, or LJ_ECONFIG. */
LJ_CHECKED lj_status lj_table_check_names(const lj_pipeline *pipeline, const lj_table *table, const lj_item *names);
LJ_CHECKED lj_status lj_features_choose(const lj_pipeline *pipeline, lj_console *console, lj_table *table);

/* ---- parts.c ---- */

LJ_CHECKED lj_status lj_parts_make(const lj_pipeline *pipeline, const lj_table *table, uint64_t seed,
                                   lj_console *console, uint8_t *parts);
LJ_CHECKED lj_status lj_folds_make(const lj_pipeline *pipeline, const lj_table *table, uint64_t seed, int32_t *fold);
/* Both classes in each part (binary), every class in train (multi-class), rows in each. */
LJ_CHECKED lj_status lj_parts_check(const lj_table *table, const uint8_t *parts);
/* Rows of a part, ascending: to free with lj_free. */
LJ_CHECKED lj_status lj_parts_rows(const uint8_t *parts, int64_t n, lj_part part, int64_t **rows, int64_t *count);

/* ---- fit.c ---- */

/* Preparation and model of one split, and the scores of all rows. */
typedef struct lj_fit {
    lj_prep *prep;
    lj_model *model;
    lj_train_result train;
    float *numbers; /* [rows, number_count], of the whole table */
    int32_t *codes; /* [rows, category_count] */
    int32_t *tokens; /* [rows, token_count]; NULL: the model reads texts */
    lj_texts texts; /* [rows] at full length */
    lj_sparse terms; /* [rows, term_count] */
    const lj_pixels *pixels; /* of the table's frame; NULL: rows have no images */
    const lj_series *series; /* of the table; NULL: rows are samples */
    int32_t *groups; /* [rows] of lj_prep_groups */
    float *scores;  /* [rows, width]; of a series NaN where a row is no sample */
    float *judged;  /* the same, but of the valid rows by a model that did not learn from them; may be `scores` */
    double prepare_seconds, train_seconds, score_seconds;
} lj_fit;

typedef struct lj_fit_request {
    const lj_pipeline *pipeline;
    const lj_table *table;
    const uint8_t *parts;
    uint64_t seed;
    const char *work;    /* folder of checkpoint and history; NULL: none */
    const char *samples; /* folder of what is drawn while training; NULL: none */
    int resume;
    lj_team *team;
    lj_console *console;
} lj_fit_request;

/* Samples of the whole table: its rows, or those of its series. */
int64_t lj_fit_sample_count(const lj_table *table);
/* Views that rows point to. */
typedef struct lj_row_views {
    lj_sparse terms;
    lj_texts texts;
} lj_row_views;

/* What the pipeline says of the model; what differs from fit to fit (seed, files) is left for the caller. */
lj_fit_options lj_pipeline_fit_options(const lj_pipeline *p);

/* The prepared samples of the whole table, or some of them. */
lj_rows lj_fit_rows(const lj_fit *fitted, int64_t begin, int64_t n, lj_row_views *views);
LJ_CHECKED lj_status lj_fit_split(const lj_fit_request *request, lj_fit *fitted);
/* Its two halves, for fits that share a preparation: `fitted` begins as zeros; each model is dropped before the next. */
LJ_CHECKED lj_status lj_fit_prepare(const lj_fit_request *request, lj_fit *fitted);
LJ_CHECKED lj_status lj_fit_model(const lj_fit_request *request, lj_fit *fitted);
void lj_fit_drop_model(lj_fit *fitted);
/* What the model says of the rows of a part, which are scored here: to free with lj_predictions_free. */
LJ_CHECKED lj_status lj_fit_predict(const lj_fit_request *request, const lj_fit *fitted, lj_part part,
                                    lj_predictions *out);
void lj_fit_free(lj_fit *fitted);
/* Predictions of the rows of one part: arrays to free with lj_free. */
LJ_CHECKED lj_status lj_part_predictions(const lj_table *table, const lj_model *model, const float *scores,
                                         const uint8_t *parts, lj_part part, lj_predictions *out);
void lj_predictions_free(lj_predictions *predictions);
/* Of `count` scores, those that are NaN (rows that are no samples) left out. */
LJ_CHECKED lj_status lj_scores_sha256(const float *scores, int64_t count, char hex[LJ_SHA256_HEX]);

/* ---- importance.c ---- */

typedef struct lj_importance {
    const char *feature; /* borrowed from the preparation */
    double mean, low, high; /* loss of the metric when the feature is shuffled, over the repeats */
} lj_importance;

/* Of each feature, most important first: to free with lj_free. */
LJ_CHECKED lj_status lj_importance_compute(const lj_fit_request *request, const lj_fit *fitted,
                                           const char **metric, lj_importance **out, int64_t *count);

/* ---- groups.c ---- */

/*
 * Metrics by the values of one column, of the rows `rows` [n] that the
 * predictions are of: the JSON text that lj_evaluate_groups writes. Numbers with
 * many values are cut at their quintiles.
 */
LJ_CHECKED lj_status lj_groups_evaluate(const lj_frame *frame, const char *column, const int64_t *rows,
                                        const lj_predictions *predictions, double threshold, lj_text *out);

/* ---- predict.c ---- */

/* Opens a table to be scored by the bundle's columns and those to be repeated. */
LJ_CHECKED lj_status lj_predict_open(const lj_prep *prep, const lj_source_options *options, const char *const *keep,
                                     int64_t keep_count, lj_console *console, lj_source **out);
/* The columns to repeat before the scores. LJ_ENOTFOUND. */
LJ_CHECKED lj_status lj_predict_keep(const lj_prep *prep, const char *const *keep, int64_t keep_count,
                                     const lj_frame *frame, lj_frame *out);
/* Columns of scores [n, width], and of classes. */
LJ_CHECKED lj_status lj_predict_scores(lj_bundle *bundle, const float *scores, int64_t n, lj_frame *out);

/* ---- explain.c, explain_page.c ---- */

/* What a reason is called, in the pipeline's words or else the name of the column. */
typedef struct lj_reason_text {
    const char *id, *en, *zh;
} lj_reason_text;
/* Of one entry of `explain: {texts:}`. LJ_ECONFIG. */
LJ_CHECKED lj_status lj_reason_text_read(const char *file, const lj_item *item, lj_reason_text *out);
/* The reasons of a model's columns: is_protected [features] is the caller's to free. LJ_ECONFIG: an unknown column. */
LJ_CHECKED lj_status lj_pipeline_reasons(const lj_pipeline *pipeline, const lj_prep *prep, lj_reason_options *out,
                                         uint8_t **is_protected);

/* ---- generate.c, generate_texts.c, samples.c ---- */

/* What is drawn from: a bundle's, or a model that is being trained. */
typedef struct lj_drawer {
    const lj_prep *prep;
    lj_model *model;
    const lj_target *target;
    const char *name;
} lj_drawer;

LJ_CHECKED lj_status lj_generate(const lj_drawer *drawer, const lj_generate_options *options, lj_generate_result *out);
/* Texts of a language model to options->out; the digest of all of them. */
LJ_CHECKED lj_status lj_generate_texts(const lj_drawer *drawer, const lj_generate_options *options,
                                       char sha256[LJ_SHA256_HEX]);

/* Where samples of a training go. */
typedef struct lj_samples {
    const lj_prep *prep;
    const lj_target *target;
    const char *name, *folder; /* of the pipeline; where they go, made when needed */
    uint64_t seed;
    lj_team *team;
} lj_samples;
/* lj_fit_options.sample, of an lj_samples: a grid of images, or a table of rows or texts, named by the epoch. */
LJ_CHECKED lj_status lj_samples_write(void *context, lj_model *model, int64_t epoch);

/* ---- run.c, folds.c, pages.c ---- */

enum { LJ_PARTS_JUDGED = 3 }; /* train, valid, test */

/* What cross-validation found in one fold. */
typedef struct lj_fold {
    lj_evaluation *evaluation[LJ_PARTS_JUDGED];
    int64_t best_epoch;
} lj_fold;

typedef struct lj_run {
    const lj_pipeline *pipeline; /* the caller's, or `tuned` */
    lj_pipeline *tuned;          /* with the options that a search found; NULL: there was none */
    const lj_pipeline_options *options;
    uint64_t seed;
    char *bundle; /* path */
    char *work;   /* "<bundle>.work": checkpoint and history of a run that is not finished */
    char *samples; /* "<bundle>.samples": what the model drew while it was trained */
    int made_home; /* the folder of all bundles was not there before */
    lj_table table;
    uint8_t *parts;
    lj_fit fitted;
    lj_predictions predictions[LJ_PARTS_JUDGED];
    lj_evaluation *evaluation[LJ_PARTS_JUDGED];
    double psi[LJ_PARTS_JUDGED];
    double threshold;
    int64_t *test_rows; /* rows of predictions[LJ_PART_TEST] */
    lj_fold *folds;     /* NULL without cross-validation */
    int64_t fold_count;
    float *fold_scores; /* [rows, width] out of fold */
    const char *importance_metric;
    lj_importance *importance;
    int64_t importance_count;
    lj_text *groups;    /* [count of evaluate.by] */
    lj_references references; /* kept in the bundle; n 0: none */
    lj_text profile, metrics, explanation;
    lj_text search, board;       /* of a search: for the page, and its best trials for people */
    char weights_sha256[LJ_SHA256_HEX], scores_sha256[LJ_SHA256_HEX];
    double microseconds_per_score;
    double begin, read_seconds, tune_seconds, prepare_seconds, train_seconds, evaluate_seconds;
} lj_run;

LJ_CHECKED lj_status lj_run_folds(lj_run *run);
/* Contributions of test rows and curves of columns as JSON: docs/report.md, `explanation`. Empty: there are none. */
LJ_CHECKED lj_status lj_run_explain(const lj_run *run, lj_text *out);
/* parts [n] of fold `test` of `count`: it is test, the next one valid, the others train. */
void lj_fold_parts(const int32_t *fold, int64_t n, int64_t count, int64_t test, uint8_t *parts);
/* Searches, and puts the pipeline that was found in the place of the caller's. */
LJ_CHECKED lj_status lj_run_tune(lj_run *run);
/* The threshold of the positive class that `evaluate.threshold` names, on valid. */
LJ_CHECKED lj_status lj_run_threshold(const lj_run *run, const lj_predictions *valid, double *out);
/* The metrics map of --json and of model.json. */
LJ_CHECKED lj_status lj_run_metrics(lj_run *run, lj_text *out);
/* A table of the headline metrics for people. `names` and `evaluations` [n]. */
void lj_run_table(lj_task task, const char *const *names, lj_evaluation *const *evaluations, int64_t n, lj_text *out);
/* report.html at `path` and the text of card.md. */
LJ_CHECKED lj_status lj_run_pages(lj_run *run, const char *path, lj_text *card);

#endif
