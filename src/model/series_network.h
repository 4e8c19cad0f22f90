/* What the networks that read windows of a series share: their options, one vector of all steps, the answer. */
#ifndef LIANJIN_MODEL_SERIES_NETWORK_H
#define LIANJIN_MODEL_SERIES_NETWORK_H

#include "model/network.h"

/* At the head of each family's options. */
typedef struct lj_series_network_options {
    int pool;       /* LJ_POOL_* */
    int64_t hidden; /* units of a dense layer before the answer; 0: none */
    double input_dropout, dropout;
} lj_series_network_options;

enum { LJ_POOL_LAST, LJ_POOL_MEAN, LJ_POOL_MAX };
extern const char *const lj_pool_choices[];

/* The rows of a family's table for them; defaults as texts. */
#define LJ_SERIES_DECLARATIONS(type, pool_default, dropout_default)                                                    \
    {.key = "pool",                                                                                                    \
     .kind = LJ_DECLARED_CHOICE,                                                                                       \
     .offset = offsetof(type, series.pool),                                                                            \
     .choices = lj_pool_choices,                                                                                       \
     .fallback = pool_default,                                                                                         \
     .doc = "What of the steps is kept: the last one, their mean, or their greatest values."},                         \
        {.key = "hidden",                                                                                              \
         .kind = LJ_DECLARED_INTEGER,                                                                                  \
         .offset = offsetof(type, series.hidden),                                                                      \
         .min = 0,                                                                                                     \
         .max = 65536,                                                                                                 \
         .fallback = "0",                                                                                              \
         .doc = "Units of a dense layer with ReLU before the answer; 0: none."},                                       \
        {.key = "input_dropout",                                                                                       \
         .kind = LJ_DECLARED_NUMBER,                                                                                   \
         .offset = offsetof(type, series.input_dropout),                                                               \
         .min = 0,                                                                                                     \
         .max = 0.95,                                                                                                  \
         .fallback = "0",                                                                                              \
         .doc = "Share of the numbers of the window that is dropped while training."},                                 \
    {                                                                                                                  \
        .key = "dropout", .kind = LJ_DECLARED_NUMBER, .offset = offsetof(type, series.dropout), .min = 0, .max = 0.95, \
        .fallback = dropout_default,                                                                                   \
        .doc = "Share of the values inside and before the answer that is dropped while training."                      \
    }

/* One vector [B, C] of x [B, T, C], by the choice `pool`; lengths as network->lengths. */
lj_value lj_series_pool(lj_graph *g, lj_value x, lj_value lengths, int pool);
/* The answer of that vector, with the one-hot codes of the window's last row beside it. */
lj_value lj_series_answer(lj_graph *g, const lj_network *network, const lj_series_network_options *options, lj_value x,
                          lj_value codes);
/* lj_family.train_defaults. */
void lj_series_train_defaults(const void *options, int64_t n, lj_train_values *train);

#endif
