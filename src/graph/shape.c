#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "graph/node.h"

lj_shape lj_shape_make(int rank, const int64_t *dims)
{
    assert(rank >= 0 && rank <= LJ_RANK_MAX);
    lj_shape shape = {.rank = rank};
    for (int i = 0; i < rank; i++)
        shape.dim[i] = dims[i];
    return shape;
}

int lj_shape_has_batch(const lj_shape *shape)
{
    return shape->rank > 0 && shape->dim[0] == LJ_BATCH;
}

int64_t lj_shape_product(const lj_shape *shape, int from, int to)
{
    int64_t product = 1;
    for (int i = from; i < to; i++)
        product *= shape->dim[i] == LJ_BATCH ? 1 : shape->dim[i];
    return product;
}

int64_t lj_shape_inner(const lj_shape *shape)
{
    return lj_shape_product(shape, 0, shape->rank);
}

int lj_shape_equal(const lj_shape *a, const lj_shape *b)
{
    return a->rank == b->rank && memcmp(a->dim, b->dim, (size_t)a->rank * sizeof(a->dim[0])) == 0;
}

lj_shape_text lj_shape_print(const lj_shape *shape)
{
    lj_shape_text out = {"["};
    size_t used = 1;
    for (int i = 0; i < shape->rank; i++) {
        const char *comma = i == 0 ? "" : ", ";
        const int n = shape->dim[i] == LJ_BATCH
                          ? snprintf(out.text + used, sizeof(out.text) - used, "%sbatch", comma)
                          : snprintf(out.text + used, sizeof(out.text) - used, "%s%" PRId64, comma, shape->dim[i]);
        used += (size_t)n;
    }
    (void)snprintf(out.text + used, sizeof(out.text) - used, "]");
    return out;
}

int lj_shape_broadcast(const lj_shape *a, const lj_shape *b, lj_shape *out)
{
    const int rank = a->rank > b->rank ? a->rank : b->rank;
    *out = (lj_shape){.rank = rank};
    for (int i = 0; i < rank; i++) {
        const int ia = i - (rank - a->rank), ib = i - (rank - b->rank);
        const int64_t da = ia < 0 ? 1 : a->dim[ia], db = ib < 0 ? 1 : b->dim[ib];
        if (da != db && da != 1 && db != 1)
            return 0;
        out->dim[i] = da == 1 ? db : da;
        if (out->dim[i] == LJ_BATCH && i > 0)
            return 0;
    }
    return 1;
}

int lj_shape_axis(const lj_shape *shape, int axis)
{
    if (axis < 0)
        axis += shape->rank;
    return axis >= 0 && axis < shape->rank ? axis : -1;
}

lj_shape lj_shape_drop(const lj_shape *shape, int axis, int keep)
{
    lj_shape out = *shape;
    if (keep) {
        out.dim[axis] = 1;
        return out;
    }
    out.rank--;
    for (int i = axis; i < out.rank; i++)
        out.dim[i] = shape->dim[i + 1];
    out.dim[out.rank] = 0;
    return out;
}
