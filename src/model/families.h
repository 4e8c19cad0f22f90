/*
 * All model families. A new one is a file src/model/<family>.c with its options
 * and one line of the list.
 */
#ifndef LIANJIN_MODEL_FAMILIES_H
#define LIANJIN_MODEL_FAMILIES_H

#include "lianjin/limits.h"
#include "lianjin/model.h"
#include "model/train_values.h"

#define LJ_FAMILY_LIST(X)                                                                                              \
    X(tabm)                                                                                                            \
    X(dense)                                                                                                           \
    X(resnet)                                                                                                          \
    X(lenet)                                                                                                           \
    X(alexnet)                                                                                                         \
    X(vgg)                                                                                                             \
    X(image_resnet)                                                                                                    \
    X(cnn)                                                                                                             \
    X(layers)                                                                                                          \
    X(logistic)                                                                                                        \
    X(scorecard)                                                                                                       \
    X(average)                                                                                                         \
    X(boosted_trees)                                                                                                   \
    X(random_forest)                                                                                                   \
    X(gam)                                                                                                             \
    X(isolation_forest)                                                                                                \
    X(imported_trees)                                                                                                  \
    X(text_linear)                                                                                                     \
    X(fasttext)                                                                                                        \
    X(text_rnn)                                                                                                        \
    X(text_cnn)                                                                                                        \
    X(transformer)                                                                                                     \
    X(gpt)                                                                                                             \
    X(series_rnn)                                                                                                      \
    X(series_tcn)                                                                                                      \
    X(series_transformer)                                                                                              \
    X(autoencoder)                                                                                                     \
    X(vae)                                                                                                             \
    X(gan)

/* A layer as it was built from a list. */
typedef struct lj_traced_layer {
    const char *name;
    lj_shape shape;  /* of what it gives */
    int64_t weights; /* numbers in its parameters */
} lj_traced_layer;

typedef struct lj_layer_trace {
    int64_t count;
    lj_traced_layer rows[LJ_LAYERS_MAX + 1]; /* and the answer */
} lj_layer_trace;

/* What building a network needs. */
typedef struct lj_network {
    const lj_model_spec *spec;
    const void *options; /* of the family, resolved */
    uint64_t seed;       /* of values that a layer cannot draw by itself */
    int is_fresh;        /* 1: starting values are made; 0: they come with the weights of a file */
    int mixes;           /* 1: the training graph reads a second target, for mix-up */
    int64_t bins;        /* of the embedding of numbers, 0: none */
    const float *edges;  /* [number_count, bins + 1]; NULL unless fresh */
    int64_t token_places; /* tokens of the longest text: the spec's, also in a graph for shorter ones */
    const char *file;      /* the pipeline and its `model:`, for places in messages; NULL: of a bundle */
    const lj_item *model;
    lj_layer_trace *trace; /* NULL, or where a list of layers tells what it built */
    lj_value tokens;     /* i32 [B, token_count] in the graph that is built; LJ_NONE: rows have none */
    lj_value lengths;    /* i32 [B]: of the tokens, or of the windows; LJ_NONE: all windows are full */
    lj_value labels;     /* i32 [B] classes that condition what is learned without a target; LJ_NONE: there are none */
    lj_value pixels;     /* f32 [B, height, width, channels] in the graph that is built; LJ_NONE: rows have no images */
} lj_network;

/* What a fit that is no training loop works on. */
typedef struct lj_fit_call {
    const lj_network *network;
    void *options;           /* of the family: what the fit chooses may be written here */
    const lj_train_job *job; /* graphs and weights, as for lj_train */
    const lj_train_options *training;
    const lj_rows *train;
    const lj_rows *valid; /* NULL: none */
    lj_team *team;
    lj_console *console;
    lj_train_result *result;
    lj_trees **trees; /* of a family that grows them: where they go */
    const lj_fit_options *given;
    struct lj_members *members; /* of a family that has them: where they go */
} lj_fit_call;

typedef struct lj_family {
    lj_family_info info;
    size_t options_size;
    /* Fills the values of `train:` that were left out; n training rows. */
    void (*train_defaults)(const void *options, int64_t n, lj_train_values *values);
    /* Most bins of an embedding of numbers; NULL or 0: none. */
    int64_t (*bins)(const void *options);
    /* What the declarations cannot say of the options, before any data; messages call their text `file`. NULL: nothing. */
    lj_status (*check)(const char *file, const void *options);
    /* The raw answer [B, outputs] or [B, heads, outputs] of numbers [B, F] (of a series [B, steps, F]) and codes [B, K]
     * (LJ_NONE where F or K is 0); of a family that learns without a target the loss of each row [B], which is its
     * score, too. NULL: it grows trees. */
    lj_value (*build)(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes);
    /*
     * The loss of each row [B] of the weights that play against those that `build` trains (lj_train_job.rival), and
     * how often they move for each move of those; NULL: none do. Such families are not judged on valid.
     */
    lj_value (*rival)(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes);
    int64_t (*rival_steps)(const void *options);
    /* Are train and valid one part, from the preparation on? NULL: no. */
    int (*joins)(const void *options);
    /* Warns of options that do not fit the data; NULL: nothing to say. */
    void (*warn)(const lj_model_spec *spec, const void *options, lj_console *console);
    /* Is a regression's target learned in its own unit, not in deviations from its mean? NULL: it is not. */
    int (*keeps_unit)(const void *options);
    /* NULL: lj_train. */
    lj_status (*fit)(const lj_fit_call *call);
    /*
     * Scores [n, outputs] of rows (regression: in the scaled unit), without a program: what `build` returns then
     * only says which weights there are. NULL: the program of `build`.
     */
    lj_status (*score)(const lj_model_spec *spec, const lj_weights *weights, const lj_rows *rows, lj_team *team,
                       float *scores);
    /* Numbers of noise that a new row is made of; NULL unless the family draws rows. */
    int64_t (*noise)(const lj_network *network);
    /* Rows of standard normal noise [B, noise] as lj_coder_answer has them; network->labels are their classes. */
    lj_value (*generate)(lj_graph *g, const lj_network *network, lj_value noise);
} lj_family;

#define X(name) extern const lj_family lj_family_##name;
LJ_FAMILY_LIST(X)
#undef X

LJ_CHECKED lj_status lj_family_row(const char *name, const lj_family **out);

#endif
