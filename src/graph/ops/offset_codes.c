/* offset_codes: each code plus the sizes of the features before it; a code out of range counts as 0. No gradient. */
#include "graph/codes.h"

typedef struct args {
    int64_t features;
    const int32_t *sizes;
} args;

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    LJ_TRY(lj_infer_codes(g, node));
    *out = *lj_in_shape(g, node, 0);
    *dtype = LJ_I32;
    return LJ_OK;
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    const int32_t *codes = lj_at(step->in[0], span);
    int32_t *y = lj_at(step->out[0], span);
    for (int64_t r = 0; r < span->rows; r++) {
        int32_t before = 0;
        for (int64_t f = 0; f < a->features; f++) {
            *y++ = before + lj_code_or_zero(*codes++, a->sizes[f]);
            before += a->sizes[f];
        }
    }
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    made->features = unit->node->shape.dim[1];
    made->sizes = lj_lower_copy(l, unit->node->a.sizes, made->features, sizeof(int32_t));
    step->args = made;
    step->run = run;
    step->cost = 2.0 * (double)made->features;
}

const lj_op lj_op_offset_codes = {.name = "offset_codes", .n_in = 1, .infer = infer, .lower = lower};

lj_value lj_offset_codes(lj_graph *g, lj_value codes, const int32_t *sizes)
{
    return lj_build_codes(g, LJ_OP_OFFSET_CODES, codes, sizes);
}
