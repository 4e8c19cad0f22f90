#include "graph/codes.h"

#include <inttypes.h>

int64_t lj_codes_width(const int32_t *sizes, int64_t features)
{
    int64_t width = 0;
    for (int64_t f = 0; f < features; f++)
        width += sizes[f];
    return width;
}

lj_status lj_infer_codes(const lj_graph *g, const lj_node *node)
{
    const char *name = lj_op_at(node->op)->name;
    const lj_node *codes = lj_node_at(g, node->in[0]);
    for (int64_t f = 0; f < codes->shape.dim[1]; f++) {
        if (node->a.sizes[f] < 1)
            return lj_fail(LJ_EINVAL, "%s: feature %" PRId64 " has %" PRId32 " levels", name, f, node->a.sizes[f]);
    }
    if (lj_codes_width(node->a.sizes, codes->shape.dim[1]) > INT32_MAX)
        return lj_fail(LJ_EINVAL, "%s: too many levels", name);
    return LJ_OK;
}

lj_value lj_build_codes(lj_graph *g, lj_op_code op, lj_value codes, const int32_t *sizes)
{
    const char *name = lj_op_at(op)->name;
    if (!lj_graph_has(g, name, codes))
        return LJ_NONE;
    const lj_node *node = lj_node_at(g, codes);
    if (node->shape.rank != 2 || node->dtype != LJ_I32)
        return lj_graph_refuse(g, lj_fail(LJ_ESHAPE, "%s: expected codes [B, F] i32, found %s%s", name,
                                          lj_shape_print(&node->shape).text, node->dtype == LJ_I32 ? " i32" : ""));
    const lj_attributes how = {.sizes = lj_graph_keep(g, sizes, node->shape.dim[1], sizeof(*sizes))};
    return how.sizes == NULL ? LJ_NONE : lj_graph_add(g, op, &codes, 1, &how);
}
