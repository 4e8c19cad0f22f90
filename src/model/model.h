/* The insides of lj_model: what is shared by all its users, and the programs of one. */
#ifndef LIANJIN_MODEL_MODEL_H
#define LIANJIN_MODEL_MODEL_H

#include <stdatomic.h>

#include "model/calibrator.h"
#include "model/families.h"

#define LJ_NEXT_LENGTHS 4 /* a language model's next token is asked of the least eighth, quarter, half of its context */
#define LJ_PIECES 16 /* of texts that a language model scores at once; no number depends on it */
#define LJ_MODEL_BATCH 1024 /* rows of the large program; no number depends on it */
#define LJ_IMAGE_BATCH 16    /* at least, of images of more than */
#define LJ_IMAGE_BATCH_PIXELS (1 << 22) /* pixels together */

#define LJ_MEMBERS_MAX 8

/* Models whose answers are one. A member reads some of the numbers and categories. */
typedef struct lj_members {
    int64_t count;
    struct lj_model_core *core[LJ_MEMBERS_MAX]; /* each with a user of its own */
    int64_t *numbers[LJ_MEMBERS_MAX];  /* which of a row's numbers */
    int64_t *codes[LJ_MEMBERS_MAX];
} lj_members;

/* Never changes after the fit or the load; freed with its last user. */
typedef struct lj_model_core {
    atomic_int users;
    const lj_family *family;
    lj_model_spec spec;  /* category_sizes is owned */
    lj_doc *options_doc; /* the resolved options as JSON, which `options` borrows from */
    void *options;
    int64_t bins; /* of embedded numbers */
    double target_mean, target_scale;
    lj_calibrator calibrator; /* of probabilities of two classes, after all else */
    lj_weights *weights;
    lj_trees *trees; /* NULL: the family grows none */
    lj_members members; /* count 0: it is no family of several models; their tensors are in `weights`, "0.name", too */
} lj_model_core;

struct lj_model {
    lj_model_core *core;
    lj_program *one;  /* batch 1 */
    lj_program *many; /* many rows, compiled when first needed */
    int64_t many_threads;
    lj_program *next[LJ_NEXT_LENGTHS]; /* of a language model: one row of so many tokens, compiled when first needed */
    struct lj_model *members[LJ_MEMBERS_MAX];
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
/* ---- average.c ---- */

/* Which numbers and categories member k, of this family, reads. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_members_add(lj_members *members, const lj_model_spec *spec, const lj_family *family);
void lj_members_free(lj_members *members);
/* What member k reads of the spec: category_sizes and names [.] are the caller's to free. */
LJ_CHECKED lj_status lj_members_spec(const lj_members *members, int64_t k, const lj_model_spec *spec,
                                     lj_model_spec *out);
void lj_members_spec_free(lj_model_spec *spec);
/* Scores [n, width] of the rows. */
LJ_CHECKED lj_status lj_members_predict(lj_model *model, const lj_rows *rows, lj_team *team, float *scores);
/* The tensors of all members, "k.name", in `weights`; and those of member k of such a set. */
LJ_CHECKED lj_status lj_members_join(const lj_members *members, lj_weights **weights);
LJ_CHECKED lj_status lj_members_part(lj_weights *weights, int64_t k, lj_weights **out);

/* Rows of a model as trees read them. */
lj_tree_rows lj_model_tree_rows(const lj_model_spec *spec, const lj_rows *rows);

#endif
