/* Options and fit of fasttext. */
#ifndef LIANJIN_MODEL_FASTTEXT_H
#define LIANJIN_MODEL_FASTTEXT_H

#include "words/huffman.h"
#include "model/text_linear.h"

enum { LJ_FASTTEXT_SOFTMAX, LJ_FASTTEXT_HIERARCHICAL };

typedef struct lj_fasttext_options {
    int64_t dimension;
    int loss;
} lj_fasttext_options;

/* Is the answer a tree of classes? */
int lj_fasttext_has_tree(const lj_model_spec *spec, const lj_fasttext_options *options);

/* The weights by their names. */
typedef struct lj_fasttext_weights {
    float *embedding;    /* [inputs, dimension] */
    float *weight;       /* [dimension, outputs]: of the outputs, or of the nodes of the tree */
    float *bias;         /* [outputs] */
    float *share;        /* [classes] of the training rows: what the tree is made of; NULL without it */
    int64_t inputs, dimension, outputs;
} lj_fasttext_weights;

LJ_CHECKED lj_status lj_fasttext_find(const lj_weights *weights, lj_fasttext_weights *out);

LJ_CHECKED lj_status lj_fasttext_score(const lj_model_spec *spec, const lj_weights *weights, const lj_rows *rows,
                                       lj_team *team, float *scores);
LJ_CHECKED lj_status lj_fasttext_fit(const lj_fit_call *call);

#endif
