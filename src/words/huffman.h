/*
 * The binary tree of a hierarchical softmax: frequent classes have short paths. Huffman, "A method for the
 * construction of minimum-redundancy codes", Proceedings of the IRE 40, 1952; Morin and Bengio, "Hierarchical
 * probabilistic neural network language model", AISTATS 2005.
 */
#ifndef LIANJIN_WORDS_HUFFMAN_H
#define LIANJIN_WORDS_HUFFMAN_H

#include <stdint.h>

#include "lianjin/status.h"

/* Class c goes from the root through nodes node[begin[c] .. begin[c + 1] - 1], to the right where is_right says so. */
typedef struct lj_huffman {
    int64_t classes;   /* C >= 2; nodes 0 .. C - 2, of which the last is the root */
    int64_t *begin;    /* [C + 1] */
    int32_t *node;     /* [begin[C]] */
    uint8_t *is_right; /* likewise */
} lj_huffman;

/* Of shares [classes] >= 0; of equals the lower class, then the older node, is joined first. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_huffman_make(const float *share, int64_t classes, lj_huffman *out);
void lj_huffman_free(lj_huffman *tree);

#endif
