/*
 * dense: y = activation(x W + b), x [..., C] -> [..., units].
 * <name>.weight [C, units], <name>.bias [units].
 */
#include "nn/layer.h"

lj_value lj_dense_with(lj_graph *g, lj_value x, int64_t units, lj_dense_options options)
{
    lj_layer_name name;
    if (x == LJ_NONE || !lj_layer_begin(g, "dense", options.name, &name))
        return LJ_NONE;
    const int64_t width = lj_layer_width(g, x);
    const lj_value weight = lj_layer_weight(g, &name, "weight", lj_shape_of(width, units),
                                            lj_initialiser_make(options.weight, width, units));
    const lj_value y = lj_product(g, x, weight, 0, 0);
    return lj_layer_finish(g, &name, y, lj_shape_of(units), width, &options);
}

static const lj_declaration options[] = {
    LJ_LAYER_UNITS("units", "Numbers it gives."),
    LJ_LAYER_ACTIVATION("linear"),
    LJ_LAYER_INITIALISER,
    LJ_LAYER_NO_BIAS,
};

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_dense_with(g, x, args->units, lj_layer_dense_options(args));
}

const lj_layer lj_layer_dense = {
    .name = "dense",
    .summary = "a product with a weight, a bias and an activation",
    .input = LJ_LAYER_ROWS,
    LJ_LAYER_OPTIONS(options),
    .main = "units",
    .build = build,
};
