/* learned_positions: x [B, T, C] + the first T rows of <name>.weight [places, C]. Gehring et al. 2017; BERT, GPT-2. */
#include <inttypes.h>

#include "nn/layer.h"

lj_value lj_learned_positions(lj_graph *g, lj_value x, int64_t places, const char *name)
{
    lj_layer_name names;
    if (!lj_layer_expect_rank(g, "learned_positions", x, 3) ||
        !lj_layer_begin(g, "learned_positions", name, &names))
        return LJ_NONE;
    const lj_shape shape = lj_value_shape(g, x);
    const int64_t steps = shape.dim[1];
    if (places == 0)
        places = steps;
    if (places < steps)
        return lj_graph_refuse(g, lj_fail(LJ_ESHAPE, "learned_positions: %" PRId64 " steps, but places for %" PRId64
                                          " only", steps, places));
    const lj_value weight = lj_layer_weight(g, &names, "weight", lj_shape_of(places, shape.dim[2]),
                                            lj_initialiser_make(LJ_NORMAL, 0, 0));
    return lj_add(g, x, places == steps ? weight : lj_slice(g, weight, 0, 0, steps));
}

static lj_value build(lj_graph *g, lj_value x, const lj_layer_args *args)
{
    return lj_learned_positions(g, x, 0, args->name);
}

const lj_layer lj_layer_learned_positions = {
    .name = "learned_positions",
    .summary = "adds a trained vector to each position",
    .input = LJ_LAYER_STEPS,
    .build = build,
};
