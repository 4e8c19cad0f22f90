/* The sub-layers of which encoder and decoder blocks are made: each adds to x, and one of both is normalised. */
#ifndef LIANJIN_NN_TRANSFORMER_H
#define LIANJIN_NN_TRANSFORMER_H

#include "nn/layer.h"

/*
 * Attention <name>.<part> of x to memory (LJ_NONE: itself); norm <name>.<part>_norm. Self-attention alone has
 * the window and rotary positions of the options.
 */
lj_value lj_transformer_attend(lj_graph *g, lj_layer_name *name, const char *part, lj_value x, lj_value memory,
                               lj_value lengths, int causal, const lj_transformer_options *options);
/* <name>.feed_forward with its norm. */
lj_value lj_transformer_feed(lj_graph *g, lj_layer_name *name, lj_value x, const lj_transformer_options *options);

#endif
