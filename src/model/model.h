/* The insides of lj_model: what is shared by all its users, and the programs of one. */
#ifndef LIANJIN_MODEL_MODEL_H
#define LIANJIN_MODEL_MODEL_H

#include <stdatomic.h>

#include "model/families.h"

#define LJ_NEXT_LENGTHS 4 /* a language model's next token is asked of the least eighth, quarter, half of its context */
#define LJ_PIECES 16 /* of texts that a language model scores at once; no number depends on it */
#define LJ_MODEL_BATCH 1024 /* rows of the large program; no number depends on it */
#define LJ_IMAGE_BATCH 16    /* at least, of images of more than */
#define LJ_IMAGE_BATCH_PIXELS (1 << 22) /* pixels together */

/* Never changes after the fit or the load; freed with its last user. */
typedef struct lj_model_core {
    atomic_int users;
    const lj_family *family;
    lj_model_spec spec;  /* category_sizes is owned */
    lj_doc *options_doc; /* the resolved options as JSON, which `options` borrows from */
    void *options;
    int64_t bins; /* of embedded numbers */
    double target_mean, target_scale;
    lj_weights *weights;
    lj_trees *trees; /* NULL: the family grows none */
} lj_model_core;

struct lj_model {
    lj_model_core *core;
    lj_program *one;  /* batch 1 */
    lj_program *many; /* many rows, compiled when first needed */
    int64_t many_threads;
    lj_program *next[LJ_NEXT_LENGTHS]; /* of a language model: one row of so many tokens, compiled when first needed */
    lj_program *drawing; /* of new rows, likewise */
    int64_t drawing_threads;
};

/*
 * An empty core: family, a checked copy of the spec, and the options read from
 * `item` (messages: `file`) and kept with their defaults filled in.
 */
LJ_CHECKED lj_status lj_model_core_create(const lj_family *family, const lj_model_spec *spec, const char *file,
                                          const lj_item *item, const char *const *also, lj_model_core **out);
void lj_model_core_release(lj_model_core *core);
/* A user of the core (whose count must already hold it), with the program for one row. On failure the core is released.
 */
LJ_CHECKED lj_status lj_model_of_core(lj_model_core *core, lj_model **out);
/* LJ_ESHAPE if the rows are not as wide as the model reads them. */
LJ_CHECKED lj_status lj_model_check_width(const lj_model_spec *spec, const lj_rows *rows, const char *what);
/* model->many for so many rows and threads. */
LJ_CHECKED lj_status lj_model_need_many(lj_model *model, int64_t batch, int64_t n_threads);
/* Mean nats a token [n] of texts, by pieces of as many as the model sees at once. */
LJ_CHECKED lj_status lj_language_score(lj_model *model, const lj_rows *rows, lj_team *team, float *scores);
lj_network lj_model_network(const lj_model_core *core);
/* Rows of a model as trees read them. */
lj_tree_rows lj_model_tree_rows(const lj_model_spec *spec, const lj_rows *rows);

#endif
