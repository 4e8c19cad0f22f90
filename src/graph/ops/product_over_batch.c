/*
 * product_over_batch: a [B, ..., M], b [B, ..., N] -> [M, N], the sum over all
 * rows of a^T b: the gradient of a weight. A shard is LJ_SHARD_ROWS rows of the
 * batch with all their inner rows. da = b dy^T, db = a dy.
 */
#include "graph/op.h"

/* A part is rows of the output: enough that packing b for them is cheap, few enough that they stay in the cache. */
#define PART_ROWS 192
#define PART_NUMBERS (256 << 10)

typedef struct args {
    lj_shards_args product; /* all but pointers and rows */
    int64_t inner;          /* inner rows of a batch row */
    int64_t part_rows;      /* rows of the output of a part */
    int64_t gradient;       /* offset of a part's gradient in the scratch memory */
} args;

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    const lj_shape *a = lj_in_shape(g, node, 0), *b = lj_in_shape(g, node, 1);
    int fits = a->rank == b->rank && a->rank >= 2 && lj_shape_has_batch(a);
    for (int i = 0; fits && i < a->rank - 1; i++)
        fits = a->dim[i] == b->dim[i];
    if (!fits)
        return lj_fail(LJ_ESHAPE, "product_over_batch: expected [batch, ..., M] and [batch, ..., N], found %s and %s",
                       lj_shape_print(a).text, lj_shape_print(b).text);
    *out = lj_shape_of(a->dim[a->rank - 1], b->dim[b->rank - 1]);
    *dtype = LJ_F32;
    return LJ_OK;
}

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    dx[0] = lj_product(g, node->in[1], dy, 0, 1);
    dx[1] = lj_product(g, node->in[0], dy, 0, 0);
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    lj_shards_args call = a->product;
    call.rows = span->n_rows * a->inner;
    call.a = lj_in(step, 0, span);
    call.b = lj_in(step, 1, span);
    call.m_begin = span->part * a->part_rows;
    call.m_end = call.m_begin + a->part_rows < call.m ? call.m_begin + a->part_rows : call.m;
    call.scratch = span->scratch;
    const int64_t begin = call.m_begin * call.n, count = (call.m_end - call.m_begin) * call.n;
    float *to = lj_part_begin(step, span, begin, span->scratch + a->gradient);
    call.c = to - begin; /* the kernel writes its part of the whole */
    step->kernels->product_shards(&call);
    lj_part_end(step, span, begin, count, to);
}

/* Two parts a thread at least, in whole tiles. Parts only share out the work. */
static int64_t part_rows(const lj_lowering *l, int64_t m, int64_t n)
{
    const int64_t tile = l->kernels->tile_m;
    int64_t rows = PART_ROWS;
    if (rows * n > PART_NUMBERS)
        rows = PART_NUMBERS / n;
    if (l->n_threads > 1 && rows > m / (2 * l->n_threads))
        rows = m / (2 * l->n_threads);
    return rows < tile ? tile : rows / tile * tile;
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    const lj_shape *a = lj_in_shape(l->graph, unit->node, 0), *b = lj_in_shape(l->graph, unit->node, 1);
    const int64_t m = a->dim[a->rank - 1], n = b->dim[b->rank - 1];
    made->inner = lj_shape_product(a, 0, a->rank - 1);
    made->product = (lj_shards_args){
        .shard_rows = LJ_SHARD_ROWS * made->inner, .m = m, .n = n, .a_row = m, .b_row = n, .c_row = n, .n_end = n};
    made->part_rows = part_rows(l, m, n);
    const int64_t rows = l->batch * made->inner;
    const int64_t scratch = l->kernels->shards_scratch(rows, LJ_SHARD_ROWS * made->inner, m, n);
    made->gradient = (scratch + 15) / 16 * 16;
    step->args = made;
    step->run = run;
    step->parts = (m + made->part_rows - 1) / made->part_rows;
    step->scratch = made->gradient + (made->part_rows < m ? made->part_rows : m) * n;
    step->cost = 0.025 * (double)m * (double)n * (double)rows;
}

const lj_op lj_op_product_over_batch = {.name = "product_over_batch",
                                        .n_in = 2,
                                        .may_reduce = 1,
                                        .infer = infer,
                                        .grad = grad,
                                        .lower = lower};

/* [..., C] -> [R, C] */
static lj_value flatten(lj_graph *g, lj_value x)
{
    const lj_shape *shape = &lj_node_at(g, x)->shape;
    return lj_reshape(g, x, lj_shape_of(lj_shape_product(shape, 0, shape->rank - 1), shape->dim[shape->rank - 1]));
}

lj_value lj_product_over(lj_graph *g, lj_value a, lj_value b)
{
    if (!lj_graph_has(g, "product", a) || !lj_graph_has(g, "product", b))
        return LJ_NONE;
    if (lj_shape_has_batch(&lj_node_at(g, a)->shape))
        return lj_graph_add(g, LJ_OP_PRODUCT_OVER_BATCH, (lj_value[]){a, b}, 2, &(lj_attributes){0});
    return lj_product(g, flatten(g, a), flatten(g, b), 1, 0);
}
