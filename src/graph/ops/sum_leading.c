/*
 * sum_leading: over the first n dimensions, the batch among them: [B, ..., C]
 * -> [C]. Chains over the rows of a shard, shards joined by the tree. Without a
 * batch there is one shard. dx = dy broadcast.
 */
#include "graph/op.h"

#define PART_COLUMNS 512

typedef struct args {
    int64_t inner;   /* summed rows of a batch row, or all */
    int64_t columns;
    int has_batch;
} args;

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    LJ_TRY(lj_infer_same(g, node, out, dtype));
    for (int i = 0; i < node->a.axis; i++)
        *out = lj_shape_drop(out, 0, 0);
    return LJ_OK;
}

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    dx[0] = lj_broadcast(g, dy, *lj_in_shape(g, node, 0));
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    const int64_t rows = a->has_batch ? a->inner * span->n_rows : a->inner;
    const int64_t shard = a->has_batch ? a->inner * LJ_SHARD_ROWS : a->inner;
    const int64_t begin = span->part * PART_COLUMNS;
    const int64_t count = a->columns - begin < PART_COLUMNS ? a->columns - begin : PART_COLUMNS;
    float *to = lj_part_begin(step, span, begin, span->scratch);
    step->kernels->column_sum(rows, shard, count, lj_in(step, 0, span) + begin, a->columns, to);
    lj_part_end(step, span, begin, count, to);
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    const lj_shape *x = lj_in_shape(l->graph, unit->node, 0);
    made->inner = lj_shape_product(x, 0, unit->node->a.axis);
    made->columns = lj_shape_inner(&unit->node->shape);
    made->has_batch = lj_shape_has_batch(x);
    step->args = made;
    step->run = run;
    step->parts = (made->columns + PART_COLUMNS - 1) / PART_COLUMNS;
    step->scratch = PART_COLUMNS;
    step->cost = 0.3 * (double)lj_shape_inner(x) * (made->has_batch ? (double)l->batch : 1.0);
}

const lj_op lj_op_sum_leading = {
    .name = "sum_leading", .n_in = 1, .may_reduce = 1, .infer = infer, .grad = grad, .lower = lower};

lj_value lj_sum_leading(lj_graph *g, lj_value x, int n)
{
    return n == 0 ? x : lj_graph_add(g, LJ_OP_SUM_LEADING, &x, 1, &(lj_attributes){.axis = n});
}

lj_value lj_sum_to(lj_graph *g, lj_value dy, lj_shape shape)
{
    if (!lj_graph_has(g, "sum", dy))
        return LJ_NONE;
    const lj_shape from = lj_node_at(g, dy)->shape;
    if (lj_shape_equal(&from, &shape))
        return dy;
    const int more = from.rank - shape.rank;
    int lead = more;
    const int batch = lj_shape_has_batch(&from) && !lj_shape_has_batch(&shape);
    while (lead < from.rank && (lead > 0 || batch) && shape.dim[lead - more] == 1)
        lead++;
    lj_value sum = lj_sum_leading(g, dy, lead);
    for (int i = lead; i < from.rank && sum != LJ_NONE; i++) {
        if (shape.dim[i - more] == 1 && from.dim[i] != 1)
            sum = lj_sum(g, sum, i - lead, 1);
    }
    return lj_reshape(g, sum, shape);
}
