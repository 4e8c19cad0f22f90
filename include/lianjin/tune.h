/*
 * The search for options of a model: spaces, and which point of a space is tried next. What is tried depends on the seed,
 * the number of the trial and the losses before it, on nothing else: the search finds the same model everywhere.
 */
#ifndef LIANJIN_TUNE_H
#define LIANJIN_TUNE_H

#include <stdint.h>

#include "lianjin/document.h"
#include "lianjin/memory.h"
#include "lianjin/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(code, name, doc) */
#define LJ_TUNE_METHOD_LIST(X)                                                                                   \
    X(TPE, "tpe", "draws where good trials are dense and others rare (Bergstra and others, NeurIPS 2011)")       \
    X(RANDOM, "random", "draws evenly")                                                                          \
    X(HALVING, "halving", "draws evenly on a ninth of the training rows; the best third goes on with a third, "   \
                          "and the best of those with all (Jamieson and Talwalkar, AISTATS 2016)")

typedef enum lj_tune_method {
#define X(code, name, doc) LJ_TUNE_##code,
    LJ_TUNE_METHOD_LIST(X)
#undef X
        LJ_TUNE_METHOD_COUNT
} lj_tune_method;

extern const char *const lj_tune_method_names[]; /* ended by NULL */

#define LJ_DIMENSIONS_MAX 64
#define LJ_TUNE_CHOICES_MAX 64
#define LJ_TRIALS_MAX 1000

/* An option that is searched: an option of `model:`, or "train.KEY". */
typedef struct lj_dimension {
    const char *key;
    double low, high;      /* of numbers, both included */
    int is_integer, is_log;
    const char *choices[LJ_TUNE_CHOICES_MAX]; /* JSON texts */
    int64_t choice_count;  /* 0: numbers from low to high */
} lj_dimension;

typedef struct lj_space {
    lj_dimension *dimensions;
    int64_t count;
} lj_space;

/*
 * The space of `tune: {space:}`, or without one (map NULL) that of the family, in the arena. Every key is an option of
 * the family or of `train:`, every value one that the option takes. LJ_ECONFIG "file:line:column: ..."; `place` is where a
 * family without a space of its own is told of.
 */
LJ_CHECKED lj_status lj_space_read(const char *file, const lj_item *map, const lj_item *place,
                                   const lj_family_info *family, lj_arena *arena, lj_space *out);
/* The value of a coordinate (a number: 0 low to 1 high; a choice: its index) as JSON text. */
void lj_dimension_print(const lj_dimension *dimension, double coordinate, lj_text *out);

/* A point that was tried. */
typedef struct lj_trial {
    double *point; /* [dimensions] coordinates */
    double loss;   /* less is better; NaN: it failed */
} lj_trial;

/* The point [dimensions] of trial n < LJ_TRIALS_MAX, after trials [n]. */
void lj_tune_draw(const lj_space *space, lj_tune_method method, uint64_t seed, const lj_trial *before, int64_t n,
                  double *point);

#ifdef __cplusplus
}
#endif
#endif
