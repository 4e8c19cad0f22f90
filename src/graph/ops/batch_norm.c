/*
 * batch_norm: Ioffe and Szegedy 2015. Made of other operations, so its gradient
 * is theirs: sums over the batch are reduce steps, the rest row steps.
 */
#include "graph/op.h"

static lj_status check(const lj_graph *g, lj_value x, const lj_value *vectors)
{
    const lj_shape *shape = &lj_node_at(g, x)->shape;
    if (shape->rank < 2 || !lj_shape_has_batch(shape))
        return lj_fail(LJ_ESHAPE, "batch_norm: expected [batch, ..., C], found %s", lj_shape_print(shape).text);
    for (int i = 0; i < 4; i++) {
        if (vectors[i] == LJ_NONE)
            continue;
        const lj_shape *v = &lj_node_at(g, vectors[i])->shape;
        if (v->rank != 1 || v->dim[0] != shape->dim[shape->rank - 1])
            return lj_fail(LJ_ESHAPE, "batch_norm: the vectors of %s have its width, found %s",
                           lj_shape_print(shape).text, lj_shape_print(v).text);
    }
    return LJ_OK;
}

/* running = momentum * running + (1 - momentum) * now */
static void move(lj_graph *g, lj_value running, lj_value now, float momentum)
{
    lj_assign(g, running, lj_add(g, lj_scale(g, running, momentum), lj_scale(g, now, 1.0F - momentum)));
}

/* Statistics of the batch; the running ones follow. */
static void measure(lj_graph *g, lj_value x, lj_value running_mean, lj_value running_variance, float momentum,
                    lj_value *centred, lj_value *variance)
{
    const lj_shape shape = lj_node_at(g, x)->shape;
    const int axes = shape.rank - 1;
    const lj_value places = lj_scale(g, lj_rows_of_run(g), (float)lj_shape_product(&shape, 1, axes));
    const lj_value one = lj_scalar(g, 1.0F);
    const lj_value mean = lj_divide(g, lj_sum_leading(g, x, axes), places);
    *centred = lj_subtract(g, x, mean);
    const lj_value squares = lj_sum_leading(g, lj_square(g, *centred), axes);
    *variance = lj_divide(g, squares, places);
    move(g, running_mean, mean, momentum);
    /* A run of one place has no unbiased variance: it is divided by 1. */
    move(g, running_variance, lj_divide(g, squares, lj_maximum(g, lj_subtract(g, places, one), one)), momentum);
}

lj_value lj_batch_norm(lj_graph *g, lj_value x, lj_value gain, lj_value bias, lj_value running_mean,
                       lj_value running_variance, float momentum, float epsilon)
{
    const lj_value vectors[] = {gain, bias, running_mean, running_variance};
    if (!lj_graph_has(g, "batch_norm", x) || !lj_graph_has(g, "batch_norm", running_mean) ||
        !lj_graph_has(g, "batch_norm", running_variance))
        return LJ_NONE;
    const lj_status status = check(g, x, vectors);
    if (status != LJ_OK)
        return lj_graph_refuse(g, status);
    lj_value centred, variance;
    if (g->training) {
        measure(g, x, running_mean, running_variance, momentum, &centred, &variance);
    } else {
        centred = lj_subtract(g, x, running_mean);
        variance = running_variance;
    }
    const lj_value deviation = lj_sqrt(g, lj_add(g, variance, lj_scalar(g, epsilon)));
    lj_value y = lj_multiply(g, centred, lj_reciprocal(g, deviation));
    if (gain != LJ_NONE)
        y = lj_multiply(g, y, gain);
    return bias != LJ_NONE ? lj_add(g, y, bias) : y;
}
