/*
 * rotary: x [B, T, heads * D] -> the same shape; in each head the pair (i,
 * i + D / 2) turns by position * base^(-2 i / D). dx = dy turned back.
 */
#include <inttypes.h>

#include "graph/op.h"

typedef struct args {
    int64_t rows, positions, heads, pairs; /* rows: of a row of the batch */
    float *cosine, *sine;                  /* [positions, pairs] */
} args;

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    LJ_TRY(lj_infer_same(g, node, out, dtype));
    const int64_t heads = node->a.attention.heads;
    if (out->rank != 3 || heads < 1 || out->dim[2] % (2 * heads) != 0 || !(node->a.number[0] > 0.0F))
        return lj_fail(LJ_ESHAPE, "rotary: expected [B, T, heads * D] with an even D and a base above 0, found %s, "
                                  "%" PRId64 " heads and %g", lj_shape_print(out).text, heads,
                       (double)node->a.number[0]);
    return LJ_OK;
}

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    lj_attributes back = node->a;
    back.keep = !node->a.keep; /* turned back */
    dx[0] = lj_graph_add(g, LJ_OP_ROTARY, &dy, 1, &back);
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    const int64_t size = a->positions * a->heads * 2 * a->pairs;
    const float *x = lj_in(step, 0, span);
    float *y = lj_out(step, span);
    for (int64_t r = 0; r < a->rows * span->rows; r++)
        step->kernels->rotary(a->positions, a->heads, a->pairs, x + r * size, a->cosine, a->sine, y + r * size);
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    const lj_shape *x = &unit->node->shape;
    made->rows = lj_shape_product(x, 0, 1);
    made->positions = x->dim[1];
    made->heads = unit->node->a.attention.heads;
    made->pairs = x->dim[2] / made->heads / 2;
    const int64_t n = made->positions * made->pairs;
    step->args = made;
    step->run = run;
    step->cost = 0.3 * (double)lj_shape_inner(x);
    made->cosine = lj_arena_array(l->arena, n, sizeof(float));
    made->sine = lj_arena_array(l->arena, n, sizeof(float));
    if (made->cosine == NULL || made->sine == NULL) {
        l->status = lj_fail(LJ_ENOMEM, "rotary: no memory for its waves");
        return;
    }
    lj_position_waves(made->positions, made->pairs, (double)unit->node->a.number[0], made->cosine, made->sine);
    if (unit->node->a.keep)
        l->kernels->scale(n, made->sine, -1.0F, made->sine);
}

const lj_op lj_op_rotary = {
    .name = "rotary", .n_in = 1, .in_place = 1, .infer = infer, .grad = grad, .lower = lower};

lj_value lj_rotary(lj_graph *g, lj_value x, int64_t heads, float base)
{
    return lj_graph_add(g, LJ_OP_ROTARY, &x, 1, &(lj_attributes){.attention = {.heads = heads}, .number = {base}});
}
