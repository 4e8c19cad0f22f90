/*
 * Post-norm, Vaswani et al. 2017: norm(x + dropout(f(x))); pre-norm, Xiong et
 * al. 2020, "On layer normalization in the transformer architecture":
 * x + dropout(f(norm(x))).
 */
#include "nn/transformer.h"

#include <stdio.h>

static lj_value normalise(lj_graph *g, lj_layer_name *name, const char *part, lj_value x,
                          const lj_transformer_options *options)
{
    char which[LJ_NAME_MAX / 2], buffer[LJ_NAME_MAX];
    (void)snprintf(which, sizeof(which), "%s_norm", part);
    const lj_norm_options norm = {.name = lj_layer_child(name, which, buffer), .epsilon = options->epsilon};
    return x == LJ_NONE ? LJ_NONE : lj_layer_norm_with(g, x, norm);
}

static lj_value before(lj_graph *g, lj_layer_name *name, const char *part, lj_value x,
                       const lj_transformer_options *options)
{
    return options->pre_norm ? normalise(g, name, part, x, options) : x;
}

static lj_value after(lj_graph *g, lj_layer_name *name, const char *part, lj_value x, lj_value y,
                      const lj_transformer_options *options)
{
    char which[LJ_NAME_MAX / 2], buffer[LJ_NAME_MAX];
    (void)snprintf(which, sizeof(which), "%s_dropout", part);
    y = lj_add(g, x, lj_dropout_with(g, y, options->dropout, lj_layer_child(name, which, buffer)));
    return options->pre_norm ? y : normalise(g, name, part, y, options);
}

lj_value lj_transformer_attend(lj_graph *g, lj_layer_name *name, const char *part, lj_value x, lj_value memory,
                               lj_value lengths, int causal, const lj_transformer_options *options)
{
    char buffer[LJ_NAME_MAX];
    const lj_multi_head_attention_options how = {.name = lj_layer_child(name, part, buffer),
                                                 .heads = options->heads,
                                                 .kv_heads = options->kv_heads,
                                                 .causal = causal,
                                                 .window = memory == LJ_NONE ? options->window : 0,
                                                 .rotary = memory == LJ_NONE ? options->rotary : 0.0F};
    const lj_value y = lj_multi_head_attention_with(g, before(g, name, part, x, options), memory, lengths, how);
    return after(g, name, part, x, y, options);
}

lj_value lj_transformer_feed(lj_graph *g, lj_layer_name *name, lj_value x, const lj_transformer_options *options)
{
    static const char part[] = "feed_forward";
    char buffer[LJ_NAME_MAX];
    const lj_feed_forward_options how = {.name = lj_layer_child(name, part, buffer),
                                         .hidden = options->hidden,
                                         .activation = options->activation,
                                         .dropout = options->dropout};
    const lj_value y = lj_feed_forward_with(g, before(g, name, part, x, options), how);
    return after(g, name, part, x, y, options);
}
