/*
 * residual: x + dropout(dense(dropout(activation(dense(norm(x)))))), x [B, C].
 * Gorishniy et al. 2021, "Revisiting deep learning models for tabular data".
 * <name>.norm.*, <name>.first.*, <name>.second.*.
 */
#include "nn/layer.h"

lj_value lj_residual_with(lj_graph *g, lj_value x, lj_residual_options options)
{
    lj_layer_name name;
    char buffer[LJ_NAME_MAX];
    if (!lj_layer_expect_rank(g, "residual", x, 2) || !lj_layer_begin(g, "residual", options.name, &name))
        return LJ_NONE;
    const int64_t width = lj_layer_width(g, x);
    const int64_t hidden = options.hidden > 0 ? options.hidden : 2 * width;
    const lj_norm_options norm = {.name = lj_layer_child(&name, "norm", buffer)};
    lj_value y = options.batch_norm ? lj_batch_norm_with(g, x, norm) : lj_layer_norm_with(g, x, norm);
    y = lj_dense(g, y, hidden, .name = lj_layer_child(&name, "first", buffer), .activation = options.activation,
                 .weight = LJ_TORCH_LINEAR, .torch_bias = 1);
    y = lj_dropout_with(g, y, options.dropout, lj_layer_child(&name, "dropout", buffer));
    y = lj_dense(g, y, width, .name = lj_layer_child(&name, "second", buffer), .weight = LJ_TORCH_LINEAR,
                 .torch_bias = 1);
    y = lj_dropout_with(g, y, options.dropout_out, lj_layer_child(&name, "dropout_out", buffer));
    return lj_add(g, x, y);
}

static const lj_declaration options[] = {
    LJ_LAYER_HIDDEN("Hidden units; 0: twice the width."),
    LJ_LAYER_ACTIVATION("relu"),
    LJ_LAYER_DROPOUT("Share of the hidden values that is dropped while training."),
    LJ_LAYER_OPTION("batch_norm", BOOL, batch_norm, .fallback = "false",
                    .doc = "Batch normalisation instead of layer normalisation."),
};

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_residual_with(g, x,
                            (lj_residual_options){.name = args->name,
                                                  .hidden = args->units,
                                                  .activation = (lj_activation)args->activation,
                                                  .dropout = (float)args->rate,
                                                  .batch_norm = args->batch_norm});
}

const lj_layer lj_layer_residual = {
    .name = "residual",
    .summary = "a normalised block of two dense layers beside a short cut",
    .input = LJ_LAYER_ROWS,
    LJ_LAYER_OPTIONS(options),
    .build = build,
};
