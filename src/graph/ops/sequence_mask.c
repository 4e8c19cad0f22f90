/* sequence_mask: lengths i32 [B] -> f32 [B, T], 1 before a row's length and 0 from it on. No gradient. */
#include <inttypes.h>

#include "graph/op.h"

typedef struct args {
    int64_t steps;
} args;

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    const lj_node *lengths = lj_node_at(g, node->in[0]);
    if (lengths->dtype != LJ_I32 || lengths->shape.rank != 1 || !lj_shape_has_batch(&lengths->shape) || node->a.end < 1)
        return lj_fail(LJ_ESHAPE, "sequence_mask: expected lengths [B] i32 and steps, found %s%s and %" PRId64,
                       lj_shape_print(&lengths->shape).text, lengths->dtype == LJ_I32 ? " i32" : "", node->a.end);
    *out = lj_shape_of(lengths->shape.dim[0], node->a.end);
    *dtype = LJ_F32;
    return LJ_OK;
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    const int32_t *lengths = lj_at(step->in[0], span);
    float *y = lj_out(step, span);
    for (int64_t r = 0; r < span->rows; r++) {
        for (int64_t t = 0; t < a->steps; t++)
            *y++ = t < lengths[r] ? 1.0F : 0.0F;
    }
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    made->steps = unit->node->a.end;
    step->args = made;
    step->run = run;
    step->cost = 0.5 * (double)made->steps;
}

const lj_op lj_op_sequence_mask = {.name = "sequence_mask", .n_in = 1, .infer = infer, .lower = lower};

lj_value lj_sequence_mask(lj_graph *g, lj_value lengths, int64_t steps)
{
    return lj_graph_add(g, LJ_OP_SEQUENCE_MASK, &lengths, 1, &(lj_attributes){.end = steps});
}
