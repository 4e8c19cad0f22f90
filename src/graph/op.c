#include "graph/op.h"

#include <inttypes.h>
#include <string.h>

void *lj_lower_args(lj_lowering *l, size_t size)
{
    static _Alignas(64) char dummy[1024]; /* written by failed lowerings only, read by none */
    void *args = lj_arena_array(l->arena, 1, size);
    if (args != NULL)
        return args;
    l->status = lj_fail(LJ_ENOMEM, "program: no memory for a step");
    return dummy;
}

const void *lj_lower_copy(lj_lowering *l, const void *from, int64_t count, size_t size)
{
    void *copy = lj_arena_array(l->arena, count, size);
    if (copy == NULL) {
        l->status = lj_fail(LJ_ENOMEM, "program: no memory for a step");
        return NULL;
    }
    memcpy(copy, from, (size_t)count * size);
    return copy;
}

lj_status lj_infer_same(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    const lj_node *x = lj_node_at(g, node->in[0]);
    if (x->dtype != LJ_F32)
        return lj_fail(LJ_ESHAPE, "%s: expected numbers, found codes %s", lj_op_at(node->op)->name,
                       lj_shape_print(&x->shape).text);
    *out = x->shape;
    *dtype = LJ_F32;
    return LJ_OK;
}

lj_value lj_build_shaped(lj_graph *g, lj_op_code op, lj_value x, lj_shape shape)
{
    if (!lj_graph_has(g, lj_op_at(op)->name, x))
        return LJ_NONE;
    const lj_node *node = lj_node_at(g, x);
    if (lj_shape_equal(&node->shape, &shape))
        return x;
    const int is_uniform = node->is_uniform;
    const float uniform = node->uniform;
    const lj_value y = lj_graph_add(g, op, &x, 1, &(lj_attributes){.shape = shape});
    if (y != LJ_NONE) {
        g->nodes[y]->is_uniform = is_uniform;
        g->nodes[y]->uniform = uniform;
    }
    return y;
}
