/*
 * layer_norm: over the last dimension, Ba et al. 2016. <name>.gain, <name>.bias [C].
 */
#include "nn/layer.h"

lj_value lj_layer_norm_with(lj_graph *g, lj_value x, lj_norm_options options)
{
    lj_layer_name name;
    if (x == LJ_NONE || !lj_layer_begin(g, "layer_norm", options.name, &name))
        return LJ_NONE;
    const lj_shape shape = lj_shape_of(lj_layer_width(g, x));
    lj_value gain = LJ_NONE, bias = LJ_NONE;
    if (!options.no_affine) {
        gain = lj_layer_bias(g, &name, "gain", shape, lj_initialiser_make(LJ_ONES, 0, 0));
        bias = lj_layer_bias(g, &name, "bias", shape, lj_initialiser_make(LJ_ZEROS, 0, 0));
    }
    return lj_layer_norm(g, x, gain, bias, options.epsilon == 0.0F ? 1e-5F : options.epsilon);
}

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_layer_norm_with(g, x, (lj_norm_options){.name = args->name});
}

const lj_layer lj_layer_layer_norm = {
    .name = "layer_norm",
    .summary = "each row normalised over its width",
    .input = LJ_LAYER_ANY,
    .build = build,
};
