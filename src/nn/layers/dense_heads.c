/*
 * dense_heads: x [B, H, C] -> [B, H, units], each head with a weight and bias
 * of its own. <name>.weight [H, C, units], <name>.bias [H, units].
 */
#include "nn/layer.h"

lj_value lj_dense_heads_with(lj_graph *g, lj_value x, int64_t units, lj_dense_options options)
{
    lj_layer_name name;
    if (!lj_layer_expect_rank(g, "dense_heads", x, 3) || !lj_layer_begin(g, "dense_heads", options.name, &name))
        return LJ_NONE;
    const lj_shape shape = lj_value_shape(g, x);
    const int64_t heads = shape.dim[1], width = shape.dim[2];
    const lj_value weight = lj_layer_weight(g, &name, "weight", lj_shape_of(heads, width, units),
                                            lj_initialiser_make(options.weight, width, units));
    const lj_value y = lj_product_heads(g, x, weight);
    return lj_layer_finish(g, &name, y, lj_shape_of(heads, units), width, &options);
}

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_dense_heads_with(g, x, args->units,
                               (lj_dense_options){.name = args->name, .activation = (lj_activation)args->activation});
}

const lj_layer lj_layer_dense_heads = {
    .name = "dense_heads",
    .summary = "a dense layer of its own for each head",
    .input = LJ_LAYER_HEADS,
    .needs_more = 1,
    .build = build,
};
