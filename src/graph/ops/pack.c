/*
 * pack: the weight of a product side by side as the kernel reads it, once a run
 * for all shards. Added by fuse.c; its elements are nobody else's business.
 */
#include "graph/op.h"

typedef struct args {
    int64_t k, n, b_row, b_col;
    int64_t inner; /* rows of A of a batch row, as in product.c */
} args;

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    if (a->inner * span->n_rows < LJ_PACK_ROWS)
        return;
    /* Blocks of the chain are packed one after the other. */
    const int64_t begin = span->part * LJ_CHAIN_BLOCK;
    const int64_t k = a->k - begin < LJ_CHAIN_BLOCK ? a->k - begin : LJ_CHAIN_BLOCK;
    step->kernels->pack_b(k, a->n, lj_in(step, 0, span) + begin * a->b_row, a->b_row, a->b_col,
                          lj_out(step, span) + step->kernels->pack_b_size(begin, a->n));
}

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    const lj_shape *b = lj_in_shape(g, node, 0);
    const int64_t k = b->dim[node->a.transpose_b ? 1 : 0], n = b->dim[node->a.transpose_b ? 0 : 1];
    *out = lj_shape_of(lj_kernels_get()->pack_b_size(k, n));
    *dtype = LJ_F32;
    return LJ_OK;
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    const lj_attributes *how = &unit->node->a;
    const lj_shape *b = lj_in_shape(l->graph, unit->node, 0);
    made->k = b->dim[how->transpose_b ? 1 : 0];
    made->n = b->dim[how->transpose_b ? 0 : 1];
    made->b_row = how->transpose_b ? 1 : made->n;
    made->b_col = how->transpose_b ? made->k : 1;
    made->inner = how->begin;
    step->args = made;
    step->run = run;
    step->parts = (made->k + LJ_CHAIN_BLOCK - 1) / LJ_CHAIN_BLOCK;
    step->cost = 0.4 * (double)made->k * (double)made->n;
}

const lj_op lj_op_pack = {.name = "pack", .n_in = 1, .infer = infer, .lower = lower};
