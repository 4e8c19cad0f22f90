/*
 * dense_tied: y = activation(x W^T + b) with the table W [V, C] of another layer, x [..., C] -> [..., V].
 * <name>.bias [V].
 */
#include "nn/layer.h"

lj_value lj_dense_tied_with(lj_graph *g, lj_value x, lj_value table, lj_dense_options options)
{
    lj_layer_name name;
    if (x == LJ_NONE || !lj_layer_expect_rank(g, "dense_tied", table, 2) ||
        !lj_layer_begin(g, "dense_tied", options.name, &name))
        return LJ_NONE;
    const int64_t units = lj_value_shape(g, table).dim[0], width = lj_layer_width(g, table);
    const lj_value y = lj_product(g, x, table, 0, 1);
    return lj_layer_finish(g, &name, y, lj_shape_of(units), width, &options);
}

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    const int64_t width = lj_layer_width(g, x);
    const lj_value table = lj_parameter(g, "table", lj_shape_of(args->units, width),
                                        (lj_parameter_options){.init = lj_initialiser_make(LJ_GLOROT_UNIFORM, width,
                                                                                           args->units)});
    return lj_dense_tied_with(g, x, table,
                              (lj_dense_options){.name = args->name, .activation = (lj_activation)args->activation});
}

const lj_layer lj_layer_dense_tied = {
    .name = "dense_tied",
    .summary = "a dense layer with the transposed table of another layer",
    .input = LJ_LAYER_ROWS,
    .needs_more = 1,
    .build = build,
};
