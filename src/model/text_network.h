/* What the networks that read the tokens of a text share: the embedding, what stands beside the text, the answer. */
#ifndef LIANJIN_MODEL_TEXT_NETWORK_H
#define LIANJIN_MODEL_TEXT_NETWORK_H

#include "model/network.h"

/* At the head of each family's options. */
typedef struct lj_text_options {
    int64_t dimension; /* of a token's vector */
    int64_t hidden;    /* units of a dense layer before the answer; 0: none */
    double embedding_dropout, dropout;
} lj_text_options;

/* The rows of a family's table for them; defaults as texts. */
#define LJ_TEXT_DECLARATIONS(type, dimension_default, embedding_dropout_default, dropout_default)                      \
    {.key = "dimension",                                                                                               \
     .kind = LJ_DECLARED_INTEGER,                                                                                      \
     .offset = offsetof(type, text.dimension),                                                                         \
     .min = 1,                                                                                                         \
     .max = 65536,                                                                                                     \
     .fallback = dimension_default,                                                                                    \
     .doc = "Width of the vector of a token."},                                                                        \
        {.key = "hidden",                                                                                              \
         .kind = LJ_DECLARED_INTEGER,                                                                                  \
         .offset = offsetof(type, text.hidden),                                                                        \
         .min = 0,                                                                                                     \
         .max = 65536,                                                                                                 \
         .fallback = "0",                                                                                              \
         .doc = "Units of a dense layer with ReLU before the answer; 0: none."},                                       \
        {.key = "embedding_dropout",                                                                                   \
         .kind = LJ_DECLARED_NUMBER,                                                                                   \
         .offset = offsetof(type, text.embedding_dropout),                                                             \
         .min = 0,                                                                                                     \
         .max = 0.95,                                                                                                  \
         .fallback = embedding_dropout_default,                                                                        \
         .doc = "Share of the values of the tokens' vectors that is dropped while training."},                         \
    {                                                                                                                  \
        .key = "dropout", .kind = LJ_DECLARED_NUMBER, .offset = offsetof(type, text.dropout), .min = 0, .max = 0.95,   \
        .fallback = dropout_default, .doc = "Share of the values before the answer that is dropped while training."    \
    }

/* Vectors of the tokens [B, T, dimension], dropout applied; those of padding are zeros if `has_padding`. */
lj_value lj_text_embedding(lj_graph *g, const lj_network *network, const lj_text_options *options, int has_padding);
/* The answer of a text's vector [B, D], with the numbers and the one-hot codes of the row beside it. */
lj_value lj_text_answer(lj_graph *g, const lj_network *network, const lj_text_options *options, lj_value text,
                        lj_value numbers, lj_value codes);

/* lj_family.train_defaults. */
void lj_text_train_defaults(const void *options, int64_t n, lj_train_values *train);

#endif
