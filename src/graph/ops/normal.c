/*
 * normal: standard normal numbers of a shape by (seed, name, step, element).
 * Not differentiated: they depend on nothing.
 */
#include "graph/op.h"
#include "lianjin/math.h"
#include "lianjin/random.h"

typedef struct args {
    int64_t inner;
    uint64_t seed, stream;
} args;

double lj_normal_of(uint32_t word)
{
    return lj_normal_quantile(((double)word + 0.5) / 4294967296.0);
}

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    (void)g;
    *out = node->a.shape;
    *dtype = LJ_F32;
    return LJ_OK;
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    const uint64_t stream = lj_stream_of_step(a->stream, span->run->step);
    const uint64_t first = (uint64_t)(span->row * a->inner);
    float *y = lj_out(step, span);
    uint32_t words[4];
    lj_philox(a->seed, stream, first / 4, words);
    for (uint64_t i = first, end = first + (uint64_t)(a->inner * span->rows); i < end; i++) {
        if (i % 4 == 0)
            lj_philox(a->seed, stream, i / 4, words);
        *y++ = (float)lj_normal_of(words[i % 4]);
    }
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    made->inner = lj_shape_inner(&unit->node->shape);
    made->seed = l->seed;
    made->stream = unit->node->a.stream;
    step->args = made;
    step->run = run;
    step->cost = 30.0 * (double)made->inner;
}

const lj_op lj_op_normal = {.name = "normal", .n_in = 0, .infer = infer, .lower = lower};

lj_value lj_normal(lj_graph *g, lj_shape shape, const char *name)
{
    return lj_graph_add(g, LJ_OP_NORMAL, NULL, 0, &(lj_attributes){.shape = shape, .stream = lj_random_stream(name)});
}

lj_value lj_sample_normal(lj_graph *g, lj_value mean, lj_value log_variance, const char *name)
{
    if (!lj_graph_has(g, "sample_normal", mean) || !lj_graph_has(g, "sample_normal", log_variance))
        return LJ_NONE;
    if (!g->training)
        return mean;
    const lj_value noise = lj_normal(g, lj_node_at(g, mean)->shape, name);
    return lj_add(g, mean, lj_multiply(g, lj_exp(g, lj_scale(g, log_variance, 0.5F)), noise));
}
