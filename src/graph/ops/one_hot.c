/*
 * one_hot: codes i32 [B, F] -> [B, sum of sizes]. Code 0 (unknown) and codes out of range are all zeros: training hardly
 * sees them, so a column of their own would add its random start weights to new rows. No gradient: codes have none.
 */
#include <inttypes.h>
#include <string.h>

#include "graph/codes.h"

typedef struct args {
    int64_t features, width;
    const int32_t *sizes;
} args;

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    LJ_TRY(lj_infer_codes(g, node));
    const lj_shape *codes = lj_in_shape(g, node, 0);
    *out = lj_shape_of(codes->dim[0], lj_codes_width(node->a.sizes, codes->dim[1]));
    *dtype = LJ_F32;
    return LJ_OK;
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    const int32_t *codes = lj_at(step->in[0], span);
    float *y = lj_out(step, span);
    memset(y, 0, (size_t)(span->rows * a->width) * sizeof(*y));
    for (int64_t r = 0; r < span->rows; r++) {
        for (int64_t f = 0; f < a->features; f++) {
            const int32_t code = *codes++;
            if (code > 0 && code < a->sizes[f])
                y[code] = 1.0F;
            y += a->sizes[f];
        }
    }
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    const lj_shape *codes = lj_in_shape(l->graph, unit->node, 0);
    made->features = codes->dim[1];
    made->width = unit->node->shape.dim[1];
    made->sizes = lj_lower_copy(l, unit->node->a.sizes, made->features, sizeof(int32_t));
    step->args = made;
    step->run = run;
    step->cost = 0.1 * (double)made->width + 2.0 * (double)made->features;
}

const lj_op lj_op_one_hot = {.name = "one_hot", .n_in = 1, .infer = infer, .lower = lower};

lj_value lj_one_hot(lj_graph *g, lj_value codes, const int32_t *sizes)
{
    return lj_build_codes(g, LJ_OP_ONE_HOT, codes, sizes);
}
