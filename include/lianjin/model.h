/*
 * Model families: one file src/model/<family>.c and one row of
 * src/model/families.h each. A model is a family, its options, its weights.
 */
#ifndef LIANJIN_MODEL_H
#define LIANJIN_MODEL_H

#include <stdint.h>

#include "lianjin/declare.h"
#include "lianjin/document.h"
#include "lianjin/eval.h"
#include "lianjin/prep.h"
#include "lianjin/train.h"
#include "lianjin/trees.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a model reads and answers. */
typedef struct lj_model_spec {
    lj_task task;
    int64_t classes;               /* 2 for binary, 0 for regression; unsupervised: those that condition it, 0: none */
    int64_t number_count;
    int64_t category_count;
    const int32_t *category_sizes; /* [category_count] */
    int64_t term_count;            /* columns of the sparse rows; 0: there are none */
    int64_t token_count;           /* tokens of the text of a row; 0: rows have none */
    int64_t token_size;            /* their codes are 0 .. size - 1 */
    int64_t steps;                 /* rows of the window of a series; 0: a row is a sample */
    int padded;                    /* with steps: windows may be short */
    lj_pixels image;               /* shape of the image of a row (bytes NULL); zero: rows have none */
    const uint8_t *views;          /* [number_count + category_count] lj_prep_view, for families of several models;
                                      NULL: all read all */
    const char *const *names;      /* [number_count + category_count] while fitting, for options that name them; NULL */
} lj_model_spec;

/* What a fit leaves: tensors, trees, or both (either may be NULL, tensors also empty). */
typedef struct lj_learned {
    lj_weights *weights;
    lj_trees *trees;
} lj_learned;
void lj_learned_destroy(lj_learned *learned);
/* SHA-256 of the tensors, of trees.json, or of both hashes. */
LJ_CHECKED lj_status lj_learned_sha256(const lj_learned *learned, char hex[65]);

typedef struct lj_model lj_model;

/* Whether a family reads the images of rows: rows with one are refused, may come, or must have one. */
typedef enum lj_images { LJ_NO_IMAGES, LJ_IMAGES_TOO, LJ_IMAGES_ONLY } lj_images;

/* The same of tokens and windows. */
typedef enum lj_reads { LJ_READS_NOT, LJ_READS_TOO, LJ_READS_ONLY } lj_reads;

/*
 * What a family does with a target: predicts it; or learns without one
 * (LJ_UNSUPERVISED), and some may be given the classes of rows, to tell them apart.
 */
typedef enum lj_target_use { LJ_TARGET_NEEDED, LJ_TARGET_NONE, LJ_TARGET_CLASSES } lj_target_use;

/* What a person can know of a family. */
typedef struct lj_family_info {
    const char *name;
    const char *summary;                 /* one line */
    const lj_declaration *options;       /* of `model:` beside family */
    int64_t option_count;
    lj_prep_style style;                 /* of `prepare: auto` */
    int reads_terms;                     /* of texts (sparse rows) */
    lj_reads reads_tokens;               /* of texts (codes) */
    int reads_texts;                     /* of any length: rows must have them; a score is nats a token */
    lj_reads reads_series;               /* windows of a series */
    lj_images images;
    lj_target_use target;
    int draws_rows;                      /* lj_model_draw */
    int gives_points;                    /* lianjin/scorecard.h */
    int adds_up;                         /* lj_model_linear */
    int in_nats;                         /* unsupervised: its score is in nats */
    int grows_trees;                     /* it learns trees, not tensors; numbers may be missing (NaN) */
    int has_members;                     /* its answer is made of those of models of other families */
    int is_imported;                     /* its models come from lj_bundle_import alone: it cannot be fitted */
} lj_family_info;

int64_t lj_family_count(void);
const lj_family_info *lj_family_at(int64_t index);
/* LJ_ENOTFOUND with the nearest name. */
LJ_CHECKED lj_status lj_family_find(const char *name, const lj_family_info **out);

typedef struct lj_fit_options {
    const char *family;
    const char *file;               /* what messages call the pipeline; NULL: "options" */
    const lj_item *model;           /* its `model:` map; NULL: defaults of the family */
    const lj_item *train;           /* its `train:` map; NULL: defaults of the family */
    uint64_t seed;
    const char *checkpoint, *history; /* as lj_train_options */
    int resume;
    /* Called with the model as it stands, as often as `train: {samples:}` says; NULL: never. */
    lj_status (*sample)(void *context, lj_model *model, int64_t epoch);
    void *sample_context;
} lj_fit_options;

/* Reads the options as lj_model_fit will, before any data: LJ_ECONFIG with the place, LJ_ENOTFOUND for the family. */
LJ_CHECKED lj_status lj_model_check(const lj_fit_options *options);

/* Does the family want train and valid as one part, from the preparation on? */
LJ_CHECKED lj_status lj_model_joins(const lj_fit_options *options, int *out);

/*
 * Fits. valid may be NULL (no early stopping). result is the caller's to free
 * (result->epochs, result->valid_scores). Options that depend on the data are told to the console.
 */
LJ_CHECKED lj_status lj_model_fit(const lj_fit_options *options, const lj_model_spec *spec, const lj_rows *train,
                                  const lj_rows *valid, lj_team *team, lj_console *console,
                                  lj_train_result *result, lj_model **out);
void lj_model_destroy(lj_model *model);

/*
 * Scores: [n] probability (binary), [n, classes], [n] value, or [n] of how little the row is like those of training
 * (unsupervised). The bits of a
 * row do not depend on n. One thread at a time uses a model; lj_model_share
 * gives another thread one of its own over the same weights.
 */
LJ_CHECKED lj_status lj_model_predict(lj_model *model, const lj_rows *rows, lj_team *team, float *scores);
/* The same before probabilities are calibrated (`calibrate`). */
LJ_CHECKED lj_status lj_model_predict_plain(lj_model *model, const lj_rows *rows, lj_team *team, float *scores);
LJ_CHECKED lj_status lj_model_share(lj_model *model, lj_model **out);

/* New rows of a family that draws them (vae): which, and where they go. */
typedef struct lj_draw_options {
    uint64_t seed;
    int64_t first, n;    /* rows first .. first + n - 1: what a row holds is a function of (seed, its number) alone */
    int64_t class_index; /* of a model that was told classes; -1: of each row its number mod the classes */
} lj_draw_options;
typedef struct lj_drawn {
    float *numbers;  /* [n, number_count] */
    int32_t *codes;  /* [n, category_count] */
    uint8_t *pixels; /* [n, pixels of an image] */
} lj_drawn;         /* the caller's; NULL where the model's rows have none of the kind */
/* LJ_EUNSUPPORTED: the family draws no rows. */
LJ_CHECKED lj_status lj_model_draw(lj_model *model, const lj_draw_options *how, lj_team *team, const lj_drawn *out);

/* How a token is drawn. */
typedef struct lj_sampling {
    double temperature; /* logits are divided by it; 0: the most probable token, always */
    int64_t top_k;      /* of the most probable ones only; 0: all */
    double top_p;       /* of the fewest that have this probability together; 0: all */
    uint64_t seed;
} lj_sampling;

/*
 * The token behind tokens [n >= 1] of a language model (reads_texts): drawn by (seed, place), the place being n. Of
 * more tokens than its context the last ones are seen. LJ_EINVAL: no language model.
 */
LJ_CHECKED lj_status lj_model_next_token(lj_model *model, const int32_t *tokens, int64_t n, const lj_sampling *how,
                                         int32_t *out);

const lj_family_info *lj_model_family(const lj_model *model);
const lj_model_spec *lj_model_spec_of(const lj_model *model);
const lj_weights *lj_model_weights(const lj_model *model);
const lj_trees *lj_model_trees(const lj_model *model); /* NULL: it has none, or its members have */
/* All that it learned, with its members. Borrowed: not to be destroyed. */
lj_learned lj_model_learned(const lj_model *model);
LJ_CHECKED lj_status lj_model_sha256(const lj_model *model, char hex[65]); /* of what it learned */
/* Numbers that it learned: elements of tensors, or leaves of trees. */
int64_t lj_model_size(const lj_model *model);
/* Numbers of a row whose nats a score adds up (numbers and categories, or pixels); 0: the score is not in nats. */
int64_t lj_model_nats(const lj_model *model);
/*
 * A score in the unit in which models add up: log-odds of two classes, the logarithm of a probability of several (both of
 * probabilities not nearer to 0 or 1 than 1e-7), else as it is.
 */
double lj_score_value(lj_task task, float score);
/* Values per row of scores: 1 or classes. */
int64_t lj_model_width(const lj_model *model);
/* What a regression is trained on is (target - mean) / scale; 0 and 1 else. */
void lj_model_unit(const lj_model *model, double *mean, double *scale);

/*
 * A linear model: what it says before the sigmoid or softmax is bias[c] + the sum over numbers of x weight[j, c] + the sum
 * over categories, whose code is not 0, of weight[number_count + sizes before + code, c]. Borrowed from the model.
 * LJ_EUNSUPPORTED: the family is not one that adds up.
 */
typedef struct lj_linear_model {
    int64_t outputs;
    const float *weight; /* [inputs, outputs] */
    const float *bias;   /* [outputs] */
} lj_linear_model;
LJ_CHECKED lj_status lj_model_linear(const lj_model *model, lj_linear_model *out);

/* The part "model" of model.json (family, options as resolved, spec) ... */
LJ_CHECKED lj_status lj_model_save_spec(const lj_model *model, lj_json *json, const char *key);
/* ... and back, with what is in weights.safetensors or trees.json, which it takes over also on failure. */
LJ_CHECKED lj_status lj_model_load(const lj_doc *doc, const lj_item *item, lj_learned *learned, lj_model **out);

/* Resolved options and layers as readable lines. */
LJ_CHECKED lj_status lj_model_describe(const lj_model *model, lj_text *out);
/* The same for programs: docs/report.md, `model.description`. */
LJ_CHECKED lj_status lj_model_json(const lj_model *model, lj_text *out);

/* The options of `model:` that all families have, beside their own. */
const lj_declaration *lj_model_declarations(int64_t *count);
/* The options of `train:`, declared once for check, docs and forms. */
const lj_declaration *lj_train_declarations(int64_t *count);
/* Those of `train: {augment:}`. */
const lj_declaration *lj_augment_declarations(int64_t *count);

#ifdef __cplusplus
}
#endif
#endif
