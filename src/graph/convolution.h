/* What conv2d, conv2d_transpose and the gradient of their weight share: which taps reach which places. */
#ifndef LIANJIN_GRAPH_CONVOLUTION_H
#define LIANJIN_GRAPH_CONVOLUTION_H

#include "graph/op.h"

/*
 * The output places that the same taps reach. A convolution has one phase; a
 * transposed one has stride_h * stride_w: the residues of the output's pixels.
 */
typedef struct lj_phase {
    lj_convolve_args call; /* of the first group, all but pointers and images */
    int64_t out_at;        /* of its first place in an image of the output */
    int64_t packed_at;     /* of its weight in that of a group */
    const int64_t *taps;   /* (kh * KW + kw) numbers */
    int64_t n_taps;
} lj_phase;

typedef struct lj_convolution {
    int64_t n_phases;
    const lj_phase *phases;
    int64_t groups;
    int64_t depth, n;     /* channels of a group of the input and output */
    int64_t packed_group; /* numbers of the packed weight of a group */
    int64_t images;       /* of a row of the batch, or all */
} lj_convolution;

/* The phases of the node's window from images `in` to images `out` ([B, H, W, C]). A failure is the lowering's. */
lj_convolution lj_convolution_make(lj_lowering *l, const lj_window *window, const lj_shape *in, const lj_shape *out,
                                   int transposed);

/* Checks x [B, H, W, C] and w [KH, KW, C / groups, OC] of the window (which gets w's kernel); `channels` of x. */
lj_status lj_convolution_check(const char *name, const lj_graph *g, const lj_value *in, const lj_window *window,
                               int64_t channels, int64_t weight_channels);

/* conv2d and conv2d_transpose: in x, w, [bias], packed w. */
void lj_lower_convolution(lj_lowering *l, const lj_unit *unit, lj_step *step, int transposed);

#endif
