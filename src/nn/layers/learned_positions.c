/* learned_positions: x [B, T, C] + <name>.weight [T, C]. Gehring et al. 2017; BERT, GPT-2. */
#include "nn/layer.h"

lj_value lj_learned_positions(lj_graph *g, lj_value x, const char *name)
{
    lj_layer_name names;
    if (!lj_layer_expect_rank(g, "learned_positions", x, 3) ||
        !lj_layer_begin(g, "learned_positions", name, &names))
        return LJ_NONE;
    const lj_shape shape = lj_value_shape(g, x);
    const lj_value weight = lj_layer_weight(g, &names, "weight", lj_shape_of(shape.dim[1], shape.dim[2]),
                                            lj_initialiser_make(LJ_NORMAL, 0, 0));
    return lj_add(g, x, weight);
}

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_learned_positions(g, x, args->name);
}

const lj_layer lj_layer_learned_positions = {
    .name = "learned_positions",
    .summary = "adds a trained vector to each position",
    .input = LJ_LAYER_STEPS,
    .build = build,
};
