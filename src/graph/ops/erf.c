/* erf: y = erf(x). dx = dy * 2 / sqrt(pi) * exp(-x^2). */
#include "graph/op.h"

static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)
{
    (void)y;
    const lj_value slope = lj_exp(g, lj_negate(g, lj_square(g, node->in[0])));
    dx[0] = lj_scale(g, lj_multiply(g, dy, slope), 1.12837916709551257390F);
}

LJ_UNARY_OP(lj_erf, erf, ERF, grad, 1.0)
