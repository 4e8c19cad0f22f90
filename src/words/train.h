/* Inside of words/: the methods, each in a file of its own. Options have no zeros any more. */
#ifndef LIANJIN_WORDS_TRAIN_H
#define LIANJIN_WORDS_TRAIN_H

#include "words/vocabulary.h"

typedef struct lj_word_job {
    const lj_word_options *options;
    const lj_vocabulary *vocabulary;
    lj_team *team;
    lj_console *console;
    lj_word_training *training;
    int64_t stride; /* numbers of a row of `rows`: options->size filled up to a multiple of LJ_LANES */
    float *rows;    /* [vocabulary->count, stride]: what is trained, zeros at first */
} lj_word_job;

LJ_CHECKED lj_status lj_train_word2vec(lj_word_job *job);
LJ_CHECKED lj_status lj_train_ppmi(lj_word_job *job);
LJ_CHECKED lj_status lj_train_glove(lj_word_job *job);

#endif
