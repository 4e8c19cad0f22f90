/*
 * What the families that learn without a target share: a row as one vector, the network that makes it short, and the
 * one that makes a row of a short vector.
 */
#ifndef LIANJIN_MODEL_CODER_H
#define LIANJIN_MODEL_CODER_H

#include "model/network.h"

typedef struct lj_coder_options {
    const lj_item *layers, *channels;
    int64_t latent, kernel;
    int activation;
} lj_coder_options;

/* The rows of a family's table for them. */
#define LJ_CODER_DECLARATIONS(type, latent_default, activation_default)                                                \
    {.key = "layers",                                                                                                  \
     .kind = LJ_DECLARED_INTEGERS,                                                                                     \
     .offset = offsetof(type, coder.layers),                                                                           \
     .min = 1,                                                                                                         \
     .max = 65536,                                                                                                     \
     .doc = "Units of the dense layers from the row to the latent vector, backwards on the way back; left out: "       \
            "[256, 128], or none with channels."},                                                                     \
        {.key = "latent",                                                                                              \
         .kind = LJ_DECLARED_INTEGER,                                                                                  \
         .offset = offsetof(type, coder.latent),                                                                       \
         .min = 1,                                                                                                     \
         .max = 65536,                                                                                                 \
         .fallback = latent_default,                                                                                   \
         .doc = "Width of the latent vector."},                                                                        \
        {.key = "channels",                                                                                            \
         .kind = LJ_DECLARED_INTEGERS,                                                                                 \
         .offset = offsetof(type, coder.channels),                                                                     \
         .min = 1,                                                                                                     \
         .max = 4096,                                                                                                  \
         .doc = "Of images: channels of convolutions before the dense layers, each of which halves height and width, " \
                "as [32, 64]; left out: none."},                                                                       \
        {.key = "kernel",                                                                                              \
         .kind = LJ_DECLARED_INTEGER,                                                                                  \
         .offset = offsetof(type, coder.kernel),                                                                       \
         .min = 2,                                                                                                     \
         .max = 31,                                                                                                    \
         .fallback = "4",                                                                                              \
         .doc = "Height and width of the kernels of the convolutions."},                                               \
    {                                                                                                                  \
        .key = "activation", .kind = LJ_DECLARED_CHOICE, .offset = offsetof(type, coder.activation),                   \
        .choices = lj_activation_choices, .fallback = activation_default, .doc = "Activation of the hidden layers."    \
    }

/* Numbers of a row as one vector: its numbers, then a 0/1 for each level of each category; or its pixels. */
int64_t lj_coder_width(const lj_model_spec *spec);
/* That vector [B, W]. */
lj_value lj_coder_row(lj_graph *g, const lj_network *network, lj_value numbers, lj_value codes);
/* row [B, W] -> [B, outputs]; its weights are "<name>...". */
lj_value lj_encode(lj_graph *g, const lj_network *network, const lj_coder_options *options, const char *name,
                   lj_value row, int64_t outputs);
/* latent [B, L] -> [B, W] without an activation at the end. */
lj_value lj_decode(lj_graph *g, const lj_network *network, const lj_coder_options *options, const char *name,
                   lj_value latent);
/* What lj_decode answers as a row: pixels in [0, 1], numbers as they are, a probability for each level. */
lj_value lj_coder_answer(lj_graph *g, const lj_network *network, lj_value raw);

#endif
