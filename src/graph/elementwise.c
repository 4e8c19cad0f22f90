/*
 * What all element-wise operations share: the loops of broadcasting are
 * collapsed when a program is compiled, to three at most.
 */
#include <string.h>

#include "graph/op.h"

typedef struct unary_args {
    void (*kernel)(int64_t n, const float *x, float *y);
    int64_t inner;
} unary_args;

static void run_unary(const lj_step *step, const lj_span *span)
{
    const unary_args *args = step->args;
    args->kernel(span->rows * args->inner, lj_in(step, 0, span), lj_out(step, span));
}

void lj_lower_unary(lj_lowering *l, const lj_unit *unit, lj_step *step, lj_unary kernel, double cost)
{
    unary_args *args = lj_lower_args(l, sizeof(*args));
    args->kernel = l->kernels->unary[kernel];
    args->inner = lj_inner(l, unit->in[0]);
    step->args = args;
    step->run = run_unary;
    step->cost = cost * (double)args->inner;
}

lj_status lj_infer_binary(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    const lj_node *a = lj_node_at(g, node->in[0]), *b = lj_node_at(g, node->in[1]);
    const char *name = lj_op_at(node->op)->name;
    if (a->dtype != LJ_F32 || b->dtype != LJ_F32)
        return lj_fail(LJ_ESHAPE, "%s: expected numbers, found codes", name);
    if (!lj_shape_broadcast(&a->shape, &b->shape, out))
        return lj_fail(LJ_ESHAPE, "%s: %s and %s do not broadcast", name, lj_shape_print(&a->shape).text,
                       lj_shape_print(&b->shape).text);
    *dtype = LJ_F32;
    return LJ_OK;
}

/* One loop: `size` times (times the rows of the call if `rows`), with the strides of both operands. */
typedef struct loop {
    int64_t size, a, b;
    int rows;
} loop;

/* Strides of `x` broadcast to `out`, in elements; the batch has the stride of a row. */
static void strides_of(const lj_shape *x, const lj_shape *out, int64_t *strides)
{
    int64_t stride = 1;
    for (int i = out->rank - 1; i >= 0; i--) {
        const int ix = i - (out->rank - x->rank);
        const int64_t dim = ix < 0 ? 1 : x->dim[ix];
        strides[i] = dim == 1 && out->dim[i] != 1 ? 0 : stride;
        stride *= dim == LJ_BATCH ? 1 : dim;
    }
}

/* The loops of the output, merged where both operands go on alike. Returns how many. */
static int collapse(const lj_shape *a, const lj_shape *b, const lj_shape *out, loop *loops)
{
    int64_t sa[LJ_RANK_MAX], sb[LJ_RANK_MAX];
    strides_of(a, out, sa);
    strides_of(b, out, sb);
    int n = 0;
    for (int i = out->rank - 1; i >= 0; i--) {
        if (out->dim[i] == 1)
            continue;
        const int rows = out->dim[i] == LJ_BATCH;
        const int64_t size = rows ? 1 : out->dim[i];
        loop *last = n > 0 ? &loops[n - 1] : NULL;
        if (last != NULL && sa[i] == last->a * last->size && sb[i] == last->b * last->size) {
            last->size *= size;
            last->rows |= rows;
        } else {
            loops[n++] = (loop){.size = size, .a = sa[i], .b = sb[i], .rows = rows};
        }
    }
    return n;
}

/* Whether one kernel call does it: at most three loops, the innermost contiguous or constant. */
static int is_simple(const loop *loops, int n)
{
    return n <= 3 && (n == 0 || (loops[0].a <= 1 && loops[0].b <= 1));
}

typedef struct binary_args {
    void (*kernel)(const lj_binary_args *args);
    lj_binary_args loops;
    int rows; /* which loop is multiplied by the rows: 0 outer, 1 middle, 2 inner, 3 none */
} binary_args;

static void run_binary(const lj_step *step, const lj_span *span)
{
    const binary_args *args = step->args;
    lj_binary_args call = args->loops;
    if (args->rows == 0)
        call.outer *= span->rows;
    else if (args->rows == 1)
        call.middle *= span->rows;
    else if (args->rows == 2)
        call.inner *= span->rows;
    call.a = lj_in(step, 0, span);
    call.b = lj_in(step, 1, span);
    call.y = lj_out(step, span);
    args->kernel(&call);
}

void lj_lower_binary(lj_lowering *l, const lj_unit *unit, lj_step *step, lj_binary kernel)
{
    binary_args *args = lj_lower_args(l, sizeof(*args));
    const lj_graph *g = l->graph;
    const lj_shape *out = &unit->node->shape;
    loop loops[LJ_RANK_MAX] = {{.size = 1}};
    const int n = collapse(lj_in_shape(g, unit->node, 0), lj_in_shape(g, unit->node, 1), out, loops);
    for (int i = n; i < 3; i++)
        loops[i] = (loop){.size = 1};
    args->kernel = l->kernels->binary[kernel];
    args->loops = (lj_binary_args){
        .outer = loops[2].size, .a_outer = loops[2].a, .b_outer = loops[2].b,
        .middle = loops[1].size, .a_middle = loops[1].a, .b_middle = loops[1].b,
        .inner = loops[0].size, .a_inner = loops[0].a, .b_inner = loops[0].b,
    };
    args->rows = 3;
    for (int i = 0; i < 3; i++) {
        if (loops[i].rows)
            args->rows = 2 - i;
    }
    step->args = args;
    step->run = run_binary;
    step->cost = 0.2 * (double)lj_shape_inner(out);
}

lj_value lj_build_binary(lj_graph *g, lj_op_code op, lj_value a, lj_value b)
{
    const char *name = lj_op_at(op)->name;
    if (!lj_graph_has(g, name, a) || !lj_graph_has(g, name, b))
        return LJ_NONE;
    lj_shape out;
    loop loops[LJ_RANK_MAX];
    const lj_shape *sa = &lj_node_at(g, a)->shape, *sb = &lj_node_at(g, b)->shape;
    if (lj_shape_broadcast(sa, sb, &out) && !is_simple(loops, collapse(sa, sb, &out, loops))) {
        a = lj_broadcast(g, a, out);
        b = lj_broadcast(g, b, out);
    }
    return lj_graph_add(g, op, (lj_value[]){a, b}, 2, &(lj_attributes){0});
}
