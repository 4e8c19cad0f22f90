/* feed_forward: x [..., C] -> dense, activation, dropout, dense -> [..., C]. <name>.first, <name>.second. */
#include "nn/layer.h"

lj_value lj_feed_forward_with(lj_graph *g, lj_value x, lj_feed_forward_options options)
{
    lj_layer_name name;
    char buffer[LJ_NAME_MAX];
    if (x == LJ_NONE || !lj_layer_begin(g, "feed_forward", options.name, &name))
        return LJ_NONE;
    const int64_t width = lj_layer_width(g, x);
    const int64_t hidden = options.hidden > 0 ? options.hidden : 4 * width;
    const lj_activation activation = options.activation == LJ_LINEAR ? LJ_RELU : options.activation;
    lj_value y = lj_dense(g, x, hidden, .name = lj_layer_child(&name, "first", buffer), .activation = activation,
                          .weight = LJ_TORCH_LINEAR, .torch_bias = 1);
    y = lj_dropout_with(g, y, options.dropout, lj_layer_child(&name, "dropout", buffer));
    return lj_dense(g, y, width, .name = lj_layer_child(&name, "second", buffer), .weight = LJ_TORCH_LINEAR,
                    .torch_bias = 1);
}

static const lj_declaration options[] = {
    LJ_LAYER_HIDDEN("Units of the first; 0: four times the width."),
    LJ_LAYER_ACTIVATION("relu"),
    LJ_LAYER_DROPOUT("Share of the hidden values that is dropped while training."),
};

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_feed_forward_with(g, x,
                                (lj_feed_forward_options){.name = args->name,
                                                          .hidden = args->units,
                                                          .activation = (lj_activation)args->activation,
                                                          .dropout = (float)args->rate});
}

const lj_layer lj_layer_feed_forward = {
    .name = "feed_forward",
    .summary = "two dense layers at each position",
    .input = LJ_LAYER_STEPS | LJ_LAYER_ROWS,
    LJ_LAYER_OPTIONS(options),
    .main = "hidden",
    .build = build,
};
