/* sinusoidal_positions: x [B, T, C] + waves [T, C], nothing to train. Vaswani et al. 2017,
    "Attention is all you need". */
#include "nn/layer.h"

#include "compute/kernels.h"

lj_value lj_sinusoidal_positions(lj_graph *g, lj_value x)
{
    if (!lj_layer_expect_rank(g, "sinusoidal_positions", x, 3))
        return LJ_NONE;
    const lj_shape shape = lj_value_shape(g, x);
    const int64_t positions = shape.dim[1], width = shape.dim[2], pairs = width / 2;
    if (width % 2 != 0)
        return lj_graph_refuse(g, lj_fail(LJ_ESHAPE, "sinusoidal_positions: expected an even width, found %lld",
                                          (long long)width));
    float *block = lj_new_array(2 * positions * width, sizeof(*block)); /* cosines, sines, both in turn */
    if (block == NULL)
        return lj_graph_refuse(g, lj_fail(LJ_ENOMEM, "sinusoidal_positions: no memory"));
    const float *cosine = block, *sine = block + positions * pairs;
    float *waves = block + positions * width;
    lj_position_waves(positions, pairs, 10000.0, block, block + positions * pairs);
    for (int64_t i = 0; i < positions * pairs; i++) {
        waves[2 * i] = sine[i];
        waves[2 * i + 1] = cosine[i];
    }
    const lj_value y = lj_add(g, x, lj_constant(g, lj_shape_of(positions, width), waves));
    lj_free(block);
    return y;
}

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    (void)args;
    return lj_sinusoidal_positions(g, x);
}

const lj_layer lj_layer_sinusoidal_positions = {
    .name = "sinusoidal_positions",
    .summary = "adds waves by which positions differ",
    .input = LJ_LAYER_STEPS,
    .build = build,
};
