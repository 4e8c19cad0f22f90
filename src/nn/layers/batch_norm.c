/*
 * batch_norm: x [B, ..., C], Ioffe and Szegedy 2015. <name>.gain, <name>.bias [C];
 * frozen <name>.running_mean, <name>.running_variance [C].
 */
#include "nn/layer.h"

static lj_value running(lj_graph *g, lj_layer_name *name, const char *part, lj_shape shape, lj_initialiser start)
{
    return lj_parameter(g, lj_layer_part(name, part), shape,
                        (lj_parameter_options){.init = lj_initialiser_make(start, 0, 0), .frozen = 1, .no_decay = 1});
}

lj_value lj_batch_norm_with(lj_graph *g, lj_value x, lj_norm_options options)
{
    lj_layer_name name;
    if (x == LJ_NONE || !lj_layer_begin(g, "batch_norm", options.name, &name))
        return LJ_NONE;
    const lj_shape shape = lj_shape_of(lj_layer_width(g, x));
    lj_value gain = LJ_NONE, bias = LJ_NONE;
    if (!options.no_affine) {
        gain = lj_layer_bias(g, &name, "gain", shape, lj_initialiser_make(LJ_ONES, 0, 0));
        bias = lj_layer_bias(g, &name, "bias", shape, lj_initialiser_make(LJ_ZEROS, 0, 0));
    }
    const lj_value mean = running(g, &name, "running_mean", shape, LJ_ZEROS);
    const lj_value variance = running(g, &name, "running_variance", shape, LJ_ONES);
    return lj_batch_norm(g, x, gain, bias, mean, variance, options.momentum == 0.0F ? 0.9F : options.momentum,
                         options.epsilon == 0.0F ? 1e-5F : options.epsilon);
}

static const lj_declaration options[] = {
    LJ_LAYER_OPTION("momentum", NUMBER, momentum, .min = 0.01, .max = 0.9999, .fallback = "0.9",
                    .doc = "Share of the running statistics that stays in a step."),
};

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_batch_norm_with(g, x, (lj_norm_options){.name = args->name, .momentum = (float)args->momentum});
}

const lj_layer lj_layer_batch_norm = {
    .name = "batch_norm",
    .summary = "each column normalised over the batch while training, by running statistics after",
    .input = LJ_LAYER_ANY,
    LJ_LAYER_OPTIONS(options),
    .main = "momentum",
    .build = build,
};
