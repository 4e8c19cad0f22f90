/* What the networks that read images share: a convolution with its norm, hidden dense layers, the least size. */
#ifndef LIANJIN_MODEL_IMAGE_NETWORK_H
#define LIANJIN_MODEL_IMAGE_NETWORK_H

#include "model/network.h"

/* A convolution, batch normalisation if asked for (there is no bias then), the activation. */
typedef struct lj_image_convolution {
    const char *block;  /* its parameters are "<block>conv<index>.*", those of the norm "<block>norm<index>.*" */
    int64_t index;
    int64_t filters, kernel;
    int64_t stride;     /* 0: 1 */
    int64_t padding;    /* all around */
    int same;           /* instead of padding */
    int activation;
    int batch_norm;
} lj_image_convolution;

lj_value lj_image_convolve(lj_graph *g, lj_value x, const lj_image_convolution *how);

/* Dropout "dense<index>.dropout", then the dense layer "dense<index>". */
lj_value lj_image_hidden(lj_graph *g, lj_value x, int64_t units, int64_t index, int activation, double dropout);
/* Dropout "output.dropout", then the raw answer "output". */
lj_value lj_image_answer(lj_graph *g, lj_value x, const lj_network *network, double dropout);

/* The images; LJ_NONE after refusing those with a side of less than `least` pixels. */
lj_value lj_image_input(lj_graph *g, const lj_network *network, const char *family, int64_t least);

#endif
