/*
 * rms_norm: over the last dimension, Zhang and Sennrich 2019, "Root mean square layer normalization". <name>.gain [C].
 */
#include "nn/layer.h"

lj_value lj_rms_norm_with(lj_graph *g, lj_value x, lj_norm_options options)
{
    lj_layer_name name;
    if (x == LJ_NONE || !lj_layer_begin(g, "rms_norm", options.name, &name))
        return LJ_NONE;
    lj_value gain = LJ_NONE;
    if (!options.no_affine)
        gain = lj_layer_bias(g, &name, "gain", lj_shape_of(lj_layer_width(g, x)), lj_initialiser_make(LJ_ONES, 0, 0));
    return lj_rms_norm(g, x, gain, options.epsilon == 0.0F ? 1e-5F : options.epsilon);
}

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_rms_norm_with(g, x, (lj_norm_options){.name = args->name});
}

const lj_layer lj_layer_rms_norm = {
    .name = "rms_norm",
    .summary = "each row divided by its root mean square",
    .input = LJ_LAYER_ANY,
    .build = build,
};
