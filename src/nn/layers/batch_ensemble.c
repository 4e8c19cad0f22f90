/*
 * batch_ensemble: x [B, H, C] -> activation(((x * r) W) * s + b) [B, H, units].
 * Wen et al. 2020, "BatchEnsemble"; Gorishniy et al. 2024, "TabM".
 * <name>.input_scale [H, C], <name>.weight [C, units] shared by the heads,
 * <name>.output_scale and <name>.bias [H, units].
 */
#include "nn/layer.h"

static lj_init values_or(const float *values, lj_initialiser initialiser, int64_t fan_in)
{
    if (values != NULL)
        return (lj_init){.kind = LJ_INIT_VALUES, .values = values};
    return lj_initialiser_make(initialiser, fan_in, 0);
}

lj_value lj_batch_ensemble_with(lj_graph *g, lj_value x, int64_t units, lj_batch_ensemble_options options)
{
    lj_layer_name name;
    if (!lj_layer_expect_rank(g, "batch_ensemble", x, options.heads > 0 ? 2 : 3) ||
        !lj_layer_begin(g, "batch_ensemble", options.name, &name))
        return LJ_NONE;
    const lj_shape shape = lj_value_shape(g, x);
    const int64_t heads = options.heads > 0 ? options.heads : shape.dim[1];
    const int64_t width = lj_layer_width(g, x);
    const lj_initialiser kind = options.weight == LJ_GLOROT_UNIFORM ? LJ_TORCH_LINEAR : options.weight;
    const lj_initialiser scale = options.input_scale == LJ_GLOROT_UNIFORM ? LJ_ONES : options.input_scale;
    const lj_value r = lj_layer_bias(g, &name, "input_scale", lj_shape_of(heads, width),
                                     values_or(options.input_scale_values, scale, width));
    const lj_value weight =
        lj_layer_weight(g, &name, "weight", lj_shape_of(width, units), lj_initialiser_make(kind, width, units));
    if (options.heads > 0)
        x = lj_reshape(g, x, lj_shape_of(LJ_BATCH, 1, width));
    lj_value y = lj_product(g, lj_multiply(g, x, r), weight, 0, 0);
    if (!options.no_output_scale)
        y = lj_multiply(
            g, y,
            lj_layer_bias(g, &name, "output_scale", lj_shape_of(heads, units), lj_initialiser_make(LJ_ONES, 0, 0)));
    y = lj_add(g, y,
               lj_layer_bias(g, &name, "bias", lj_shape_of(heads, units),
                             values_or(options.bias_values, LJ_TORCH_LINEAR, width)));
    return lj_layer_activate(g, y, options.activation);
}

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_batch_ensemble_with(
        g, x, args->units,
        (lj_batch_ensemble_options){.name = args->name, .activation = (lj_activation)args->activation,
            .input_scale = LJ_RANDOM_SIGN});
}

const lj_layer lj_layer_batch_ensemble = {
    .name = "batch_ensemble",
    .summary = "one weight shared by all heads, scaled by each head's own vectors",
    .input = LJ_LAYER_HEADS,
    .needs_more = 1,
    .build = build,
};
