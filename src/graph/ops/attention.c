/*
 * attention: q [B, T, heads * D], k and v [B, S, kv_heads * D], lengths i32 [B]
 * or none -> [B, T, heads * D]; part 1 is the log-sum-exp [B, heads, T] by
 * which the gradient makes the scores again.
 *
 * attention_grad: dq, and as parts 1 and 2 dk and dv.
 */
#include <inttypes.h>
#include <math.h>

#include "graph/op.h"

typedef struct args {
    lj_attention_args call; /* all but pointers; rows: of a row of the batch */
    int lengths;            /* which input; 0: none */
} args;

enum { Q, K, V, OUT, LSE, D_OUT }; /* inputs of the gradient; lengths come last */

static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    const lj_shape *q = lj_in_shape(g, node, Q), *k = lj_in_shape(g, node, K), *v = lj_in_shape(g, node, V);
    const lj_attention_options *o = &node->a.attention;
    if (q->rank != 3 || k->rank != 3 || !lj_shape_equal(k, v) || q->dim[0] != k->dim[0] || o->heads < 1 ||
        o->kv_heads < 1 || o->heads % o->kv_heads != 0 || q->dim[2] % o->heads != 0 ||
        k->dim[2] != q->dim[2] / o->heads * o->kv_heads)
        return lj_fail(LJ_ESHAPE,
                       "attention: expected [B, T, heads * D], [B, S, kv_heads * D] and the same, found %s, %s and %s "
                       "with %" PRId64 " and %" PRId64 " heads",
                       lj_shape_print(q).text, lj_shape_print(k).text, lj_shape_print(v).text, o->heads, o->kv_heads);
    if (o->window < 0 || !(o->scale > 0.0F))
        return lj_fail(LJ_EINVAL, "attention: expected a window of at least 0 and a scale above 0, found %" PRId64
                                  " and %g", o->window, (double)o->scale);
    if (node->n_in > 3) {
        const lj_node *lengths = lj_node_at(g, node->in[3]);
        if (lengths->dtype != LJ_I32 || lengths->shape.rank != 1 || lengths->shape.dim[0] != q->dim[0])
            return lj_fail(LJ_ESHAPE, "attention: expected lengths i32 of the rows of %s, found %s%s",
                           lj_shape_print(q).text, lj_shape_print(&lengths->shape).text,
                           lengths->dtype == LJ_I32 ? " i32" : "");
    }
    *out = *q;
    *dtype = LJ_F32;
    return LJ_OK;
}

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    lj_value in[7] = {node->in[Q], node->in[K], node->in[V], y, y + 1, dy};
    int n = 6;
    if (node->n_in > 3)
        in[n++] = node->in[3];
    const lj_value dq = lj_graph_add(g, LJ_OP_ATTENTION_GRAD, in, n, &node->a);
    const lj_shape k = *lj_in_shape(g, node, K);
    dx[Q] = dq;
    dx[K] = lj_graph_add_part(g, dq, 1, k, LJ_F32);
    dx[V] = lj_graph_add_part(g, dq, 2, k, LJ_F32);
}

static lj_attention_args call_of(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    lj_attention_args call = a->call;
    call.rows *= span->rows;
    call.q = lj_in(step, Q, span);
    call.k = lj_in(step, K, span);
    call.v = lj_in(step, V, span);
    if (a->lengths > 0)
        call.lengths = lj_at(step->in[a->lengths], span);
    call.scratch = span->scratch;
    return call;
}

static void run(const lj_step *step, const lj_span *span)
{
    lj_attention_args call = call_of(step, span);
    call.out = lj_out(step, span);
    call.lse = lj_out_or_null(step, 1, span);
    step->kernels->attention(&call);
}

static void run_grad(const lj_step *step, const lj_span *span)
{
    lj_attention_args call = call_of(step, span);
    call.out = lj_at(step->in[OUT], span);
    call.lse = lj_at(step->in[LSE], span);
    call.d_out = lj_in(step, D_OUT, span);
    call.dq = lj_out(step, span);
    call.dk = lj_out_or_null(step, 1, span);
    call.dv = lj_out_or_null(step, 2, span);
    step->kernels->attention_grad(&call);
}

static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    const lj_node *node = unit->node;
    const lj_attention_options *o = &node->a.attention;
    const lj_shape *q = lj_in_shape(l->graph, node, Q), *k = lj_in_shape(l->graph, node, K);
    const int is_grad = node->op == LJ_OP_ATTENTION_GRAD;
    made->call = (lj_attention_args){.rows = lj_shape_product(q, 0, 1),
                                     .queries = q->dim[1],
                                     .keys = k->dim[1],
                                     .heads = o->heads,
                                     .kv_heads = o->kv_heads,
                                     .depth = q->dim[2] / o->heads,
                                     .scale = o->scale,
                                     .causal = o->causal,
                                     .window = o->window};
    const int before = is_grad ? 6 : 3;
    made->lengths = node->n_in > before ? before : 0;
    const double scores = (double)(made->call.rows * o->heads * q->dim[1]) * (double)k->dim[1];
    step->args = made;
    step->run = is_grad ? run_grad : run;
    step->scratch = l->kernels->attention_scratch(k->dim[1], made->call.depth);
    step->cost = scores * (1.5 + (is_grad ? 0.125 : 0.05) * (double)made->call.depth);
}

const lj_op lj_op_attention = {.name = "attention", .n_in = -1, .infer = infer, .grad = grad, .lower = lower};

const lj_op lj_op_attention_grad = {.name = "attention_grad", .n_in = -1, .infer = lj_infer_same, .lower = lower};

lj_value lj_attention(lj_graph *g, lj_value q, lj_value k, lj_value v, lj_value lengths, lj_attention_options options)
{
    if (!lj_graph_has(g, "attention", q) || !lj_graph_has(g, "attention", k) || !lj_graph_has(g, "attention", v))
        return LJ_NONE;
    const lj_shape *shape = &lj_node_at(g, q)->shape;
    if (options.heads == 0)
        options.heads = 1;
    if (options.kv_heads == 0)
        options.kv_heads = options.heads;
    if (options.scale == 0.0F && shape->rank == 3 && options.heads > 0 && shape->dim[2] >= options.heads)
        options.scale = (float)(1.0 / sqrt((double)(shape->dim[2] / options.heads)));
    const lj_value in[4] = {q, k, v, lengths};
    const lj_value y = lj_graph_add(g, LJ_OP_ATTENTION, in, lengths == LJ_NONE ? 3 : 4,
                                    &(lj_attributes){.attention = options});
    if (y == LJ_NONE)
        return LJ_NONE;
    const lj_shape lse = lj_shape_of(lj_node_at(g, y)->shape.dim[0], options.heads, lj_node_at(g, y)->shape.dim[1]);
    return lj_graph_add_part(g, y, 1, lse, LJ_F32) == LJ_NONE ? LJ_NONE : y;
}
