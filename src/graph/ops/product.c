/*
 * product: a [..., M, K] or, transposed, [..., K, M]; b [K, N] or [N, K] ->
 * [..., M, N]. da = dy b^T, db = a^T dy summed over the leading dimensions.
 * A bias [N] and an activation that follow are part of its step (fuse.c).
 *
 * a [B, M] transposed and b [B, N] sum over the batch: product_over_batch.
 */
#include <inttypes.h>

#include "graph/op.h"

typedef struct args {
    lj_product_args product; /* all but pointers */
    int64_t m;               /* rows of A: of one row of the batch, or of each call if a is transposed */
    int64_t calls;           /* products of a row, if a is transposed; else 0 */
    int64_t a_step, c_step;  /* between calls */
} args;

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    const lj_shape *a = lj_in_shape(g, node, 0), *b = lj_in_shape(g, node, 1);
    if (a->rank < 2 || b->rank != 2 || lj_node_at(g, node->in[0])->dtype != LJ_F32 ||
        lj_node_at(g, node->in[1])->dtype != LJ_F32)
        return lj_fail(LJ_ESHAPE, "product: expected [..., M, K] and [K, N], found %s and %s", lj_shape_print(a).text,
                       lj_shape_print(b).text);
    const int64_t m = a->dim[a->rank - (node->a.transpose_a ? 1 : 2)];
    const int64_t ka = a->dim[a->rank - (node->a.transpose_a ? 2 : 1)];
    const int64_t kb = b->dim[node->a.transpose_b ? 1 : 0], n = b->dim[node->a.transpose_b ? 0 : 1];
    if (ka != kb || n == LJ_BATCH || ka == LJ_BATCH)
        return lj_fail(LJ_ESHAPE, "product: %s%s and %s%s do not fit", lj_shape_print(a).text,
                       node->a.transpose_a ? " transposed" : "", lj_shape_print(b).text,
                       node->a.transpose_b ? " transposed" : "");
    *out = *a;
    out->dim[a->rank - 2] = m;
    out->dim[a->rank - 1] = n;
    *dtype = LJ_F32;
    return LJ_OK;
}

/* The last two dimensions exchanged. */
static lj_value flip(lj_graph *g, lj_value x)
{
    int permutation[LJ_RANK_MAX];
    const int rank = lj_node_at(g, x)->shape.rank;
    for (int i = 0; i < rank; i++)
        permutation[i] = i;
    permutation[rank - 1] = rank - 2;
    permutation[rank - 2] = rank - 1;
    return lj_transpose(g, x, permutation);
}

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    const lj_value a = node->in[0], b = node->in[1];
    const int is_flipped = node->a.transpose_a;
    const lj_value da = lj_product(g, dy, b, 0, !node->a.transpose_b);
    const lj_value straight = is_flipped ? flip(g, a) : a;
    dx[0] = is_flipped && da != LJ_NONE ? flip(g, da) : da;
    dx[1] = node->a.transpose_b ? lj_product_over(g, dy, straight) : lj_product_over(g, straight, dy);
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    lj_product_args call = a->product;
    call.m = a->m * span->rows;
    call.a = lj_in(step, 0, span);
    call.b = lj_in(step, 1, span);
    if (step->is_packed && a->m * span->n_rows >= LJ_PACK_ROWS)
        call.b_packed = lj_in(step, 2 + step->has_bias, span);
    if (step->has_bias)
        call.bias = lj_in(step, 2, span);
    call.c = lj_out(step, span);
    call.before = lj_out_or_null(step, 1, span);
    call.scratch = span->scratch;
    step->kernels->product(&call);
}

static void run_flipped(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    lj_product_args call = a->product;
    call.m = a->m;
    call.a = lj_in(step, 0, span);
    call.b = lj_in(step, 1, span);
    if (step->has_bias)
        call.bias = lj_in(step, 2, span);
    call.c = lj_out(step, span);
    call.before = lj_out_or_null(step, 1, span);
    call.scratch = span->scratch;
    for (int64_t i = 0; i < a->calls * span->rows; i++) {
        step->kernels->product(&call);
        call.a += a->a_step;
        call.c += a->c_step;
        if (call.before != NULL)
            call.before += a->c_step;
    }
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    const lj_attributes *how = &unit->node->a;
    const lj_shape *a = lj_in_shape(l->graph, unit->node, 0), *b = lj_in_shape(l->graph, unit->node, 1);
    const int64_t n = b->dim[how->transpose_b ? 0 : 1], k = b->dim[how->transpose_b ? 1 : 0];
    const int64_t m = how->transpose_a ? a->dim[a->rank - 1] : lj_shape_product(a, 0, a->rank - 1);
    made->product = (lj_product_args){
        .n = n,
        .k = k,
        .a_row = how->transpose_a ? 1 : k,
        .a_col = how->transpose_a ? m : 1,
        .b_row = how->transpose_b ? 1 : n,
        .b_col = how->transpose_b ? k : 1,
        .c_row = n,
        .activation = unit->activation,
    };
    made->m = m;
    const int has_batch = lj_shape_has_batch(a);
    int64_t rows = m;
    if (how->transpose_a) {
        made->calls = lj_shape_product(a, 0, a->rank - 2);
        made->a_step = m * k;
        made->c_step = m * n;
    } else {
        rows = has_batch ? m * l->task_rows : m;
    }
    step->args = made;
    step->run = how->transpose_a ? run_flipped : run;
    step->scratch = l->kernels->product_scratch(rows, n, k);
    step->cost = 0.025 * (double)n * (double)k * (double)(how->transpose_a ? m * made->calls : m);
}

const lj_op lj_op_product = {.name = "product", .n_in = 2, .infer = infer, .grad = grad, .lower = lower};

lj_value lj_product(lj_graph *g, lj_value a, lj_value b, int transpose_a, int transpose_b)
{
    if (!lj_graph_has(g, "product", a) || !lj_graph_has(g, "product", b))
        return LJ_NONE;
    const lj_shape *sa = &lj_node_at(g, a)->shape, *sb = &lj_node_at(g, b)->shape;
    if (transpose_a && !transpose_b && sa->rank == 2 && sb->rank == 2 && lj_shape_has_batch(sa) &&
        lj_shape_has_batch(sb))
        return lj_graph_add(g, LJ_OP_PRODUCT_OVER_BATCH, (lj_value[]){a, b}, 2, &(lj_attributes){0});
    const lj_attributes how = {.transpose_a = transpose_a != 0, .transpose_b = transpose_b != 0};
    return lj_graph_add(g, LJ_OP_PRODUCT, (lj_value[]){a, b}, 2, &how);
}
