/* Reverse-mode differentiation, graph to graph: Griewank and Walther, "Evaluating Derivatives" (2008), chapter 3. */
#include <assert.h>
#include <inttypes.h>

#include "graph/op.h"

/* needed[i]: value i depends on one of wrt. */
static void mark_dependents(const lj_graph *g, lj_value loss, const lj_value *wrt, int n, char *needed)
{
    for (int i = 0; i < n; i++)
        needed[wrt[i]] = 1;
    for (lj_value v = 0; v <= loss; v++) {
        const lj_node *node = lj_node_at(g, v);
        for (int k = 0; k < node->n_in; k++)
            needed[v] = (char)(needed[v] | needed[node->in[k]]);
    }
}

/* Adds dy * d(node)/d(inputs) to the gradients of the inputs. */
static lj_status propagate(lj_graph *g, lj_value v, const char *needed, lj_value *gradients, lj_value *dx)
{
    const lj_node *node = lj_node_at(g, v);
    const lj_op *op = lj_op_at(node->op);
    if (node->n_in == 0)
        return LJ_OK;
    if (op->grad == NULL)
        return lj_fail(LJ_EUNSUPPORTED, "%s has no gradient", op->name);
    for (int k = 0; k < node->n_in; k++)
        dx[k] = LJ_NONE;
    op->grad(g, node, v, gradients[v], dx);
    LJ_TRY(lj_graph_check(g));
    for (int k = 0; k < node->n_in; k++) {
        const lj_value in = node->in[k];
        if (dx[k] == LJ_NONE || !needed[in])
            continue;
        assert(lj_shape_equal(&lj_node_at(g, in)->shape, &lj_node_at(g, dx[k])->shape));
        gradients[in] = gradients[in] == LJ_NONE ? dx[k] : lj_add(g, gradients[in], dx[k]);
    }
    return lj_graph_check(g);
}

static lj_status differentiate(lj_graph *g, lj_value loss, const lj_value *wrt, int n, lj_value *grads)
{
    const int64_t count = g->count;
    int widest = 1;
    for (lj_value v = 0; v <= loss; v++) {
        const int n_in = lj_node_at(g, v)->n_in;
        widest = n_in > widest ? n_in : widest;
    }
    lj_status status = LJ_OK;
    char *needed = lj_new_array(count, 1);
    lj_value *gradients = lj_new_array(count, sizeof(*gradients));
    lj_value *dx = lj_new_array(widest, sizeof(*dx));
    if (needed == NULL || gradients == NULL || dx == NULL) {
        status = lj_fail(LJ_ENOMEM, "gradient: no memory for %" PRId64 " nodes", count);
        goto done;
    }
    mark_dependents(g, loss, wrt, n, needed);
    for (int64_t i = 0; i < count; i++)
        gradients[i] = LJ_NONE;
    gradients[loss] = lj_broadcast(g, lj_scalar(g, 1.0F), lj_node_at(g, loss)->shape);
    for (lj_value v = loss; v >= 0; v--) {
        if (needed[v] && gradients[v] != LJ_NONE)
            LJ_TRY_DONE(propagate(g, v, needed, gradients, dx));
    }
    for (int i = 0; i < n; i++)
        grads[i] = gradients[wrt[i]];
    status = lj_graph_check(g);
done:
    lj_free(needed);
    lj_free(gradients);
    lj_free(dx);
    return status;
}

lj_status lj_gradient(lj_graph *g, lj_value loss, const lj_value *wrt, int n, lj_value *grads)
{
    for (int i = 0; i < n; i++)
        grads[i] = LJ_NONE;
    LJ_TRY(lj_graph_check(g));
    if (loss < 0 || loss >= g->count)
        return lj_fail(LJ_EINVAL, "gradient: expected a loss of this graph, found %d", (int)loss);
    const lj_shape shape = lj_node_at(g, loss)->shape;
    if (lj_shape_has_batch(&shape) || lj_shape_inner(&shape) != 1)
        return lj_fail(LJ_ESHAPE, "gradient: expected a loss of one element, found %s", lj_shape_print(&shape).text);
    for (int i = 0; i < n; i++)
        assert(wrt[i] >= 0 && wrt[i] < g->count);
    g->differentiating = 1;
    const lj_status status = differentiate(g, loss, wrt, n, grads);
    g->differentiating = 0;
    return status;
}
