/*
 * What recurrent operations share: the loop over the steps, forward and back.
 *
 * Inputs of the operation: x [B, T, G H] (the gates' part of the input, bias
 * included), the recurrent weight [H, G H], the same packed, then, as its
 * attributes say, a bias [G H] of the recurrent product, lengths i32 [B] and
 * the state before the first step [B, S H]. Its value is the state after every
 * step [B, T, S H]; its part 1 is what the gradient reads of the gates.
 *
 * The gradient's value is that of x; its parts are the states before every
 * step [B, T, H], the gradient of the first state [B, S H], and, where it is
 * not that of x, the gradient of the recurrent product [B, T, G H].
 */
#ifndef LIANJIN_GRAPH_RECURRENCE_H
#define LIANJIN_GRAPH_RECURRENCE_H

#include "graph/op.h"

typedef struct lj_cell {
    const char *name;
    lj_op_code op, op_grad;
    int gates;    /* G */
    int saved;    /* gates that the gradient reads: part 1 is [B, T, saved * H]; 0: none */
    int states;   /* S */
    int is_apart; /* the gradient of the recurrent product is not that of x */
    void (*step)(const lj_kernels *k, const lj_cell_args *args);
    void (*step_grad)(const lj_kernels *k, const lj_cell_grad_args *args);
    double cost; /* of a unit of a step, about nanoseconds */
} lj_cell;

lj_status lj_infer_recurrence(const lj_graph *g, const lj_node *node, const lj_cell *cell, lj_shape *out,
                              lj_dtype *dtype);
/* The gradient has the shape of x. */
lj_status lj_infer_recurrence_grad(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype);
void lj_grad_recurrence(lj_graph *g, const lj_node *node, const lj_cell *cell, lj_value y, lj_value dy, lj_value *dx);
void lj_lower_recurrence(lj_lowering *l, const lj_unit *unit, const lj_cell *cell, lj_step *step);
/* bias, lengths and state may be LJ_NONE. */
lj_value lj_build_recurrence(lj_graph *g, const lj_cell *cell, lj_value x, lj_value weight, lj_value bias,
                             lj_value lengths, lj_value state, lj_recurrence_options options);

/* The file of a recurrent operation: its static `cell`, then this. */
#define LJ_RECURRENT_OP(op_name, op_grad_name)                                                                  \
    static lj_status infer(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)              \
    {                                                                                                           \
        return lj_infer_recurrence(g, node, &cell, out, dtype);                                                 \
    }                                                                                                           \
    static void grad(lj_graph *g, const lj_node *node, lj_value y, lj_value dy, lj_value *dx)                   \
    {                                                                                                           \
        lj_grad_recurrence(g, node, &cell, y, dy, dx);                                                          \
    }                                                                                                           \
    static void lower(lj_lowering *l, const lj_unit *unit, lj_step *step)                                       \
    {                                                                                                           \
        lj_lower_recurrence(l, unit, &cell, step);                                                              \
    }                                                                                                           \
    const lj_op lj_op_##op_name = {.name = #op_name, .n_in = -1, .infer = infer, .grad = grad, .lower = lower}; \
    const lj_op lj_op_##op_grad_name = {                                                                        \
        .name = #op_grad_name, .n_in = -1, .infer = lj_infer_recurrence_grad, .lower = lower};

#endif
