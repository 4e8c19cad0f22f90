#include "graph/recurrence.h"

#include <string.h>

/* Inputs of the operation and of its gradient; those behind them come as the attributes say. */
enum { IN_X, IN_WEIGHT, IN_PACKED, IN_MORE };
enum { GRAD_PACKED, GRAD_Y, GRAD_DY, GRAD_MORE };
#define INPUTS_MAX 6

typedef struct args {
    const lj_cell *cell;
    int64_t steps, units;
    int reverse;
    lj_activation activation;
    int gates, bias, lengths, state; /* which inputs; 0: none */
    int64_t at[4];                   /* offsets in the scratch memory, after that of the product */
} args;

static int64_t units_of(const lj_graph *g, const lj_node *node, const lj_cell *cell)
{
    return lj_in_shape(g, node, IN_X)->dim[2] / cell->gates;
}

lj_status lj_infer_recurrence(const lj_graph *g, const lj_node *node, const lj_cell *cell, lj_shape *out,
                              lj_dtype *dtype)
{
    const lj_shape *x = lj_in_shape(g, node, IN_X), *weight = lj_in_shape(g, node, IN_WEIGHT);
    if (x->rank != 3 || !lj_shape_has_batch(x) || weight->rank != 2 || weight->dim[1] != cell->gates * weight->dim[0] ||
        x->dim[2] != weight->dim[1] || lj_node_at(g, node->in[IN_X])->dtype != LJ_F32)
        return lj_fail(LJ_ESHAPE, "%s: expected [batch, T, %d H] and [H, %d H], found %s and %s", cell->name,
                       cell->gates, cell->gates, lj_shape_print(x).text, lj_shape_print(weight).text);
    const int64_t units = weight->dim[0];
    int k = IN_MORE;
    if (node->a.has_bias) {
        const lj_shape *bias = lj_in_shape(g, node, k++);
        if (bias->rank != 1 || bias->dim[0] != x->dim[2])
            return lj_fail(LJ_ESHAPE, "%s: expected a bias of %d H, found %s", cell->name, cell->gates,
                           lj_shape_print(bias).text);
    }
    if (node->a.has_lengths) {
        const lj_node *lengths = lj_node_at(g, node->in[k++]);
        if (lengths->dtype != LJ_I32 || lengths->shape.rank != 1 || !lj_shape_has_batch(&lengths->shape))
            return lj_fail(LJ_ESHAPE, "%s: expected lengths [batch] i32, found %s%s", cell->name,
                           lj_shape_print(&lengths->shape).text, lengths->dtype == LJ_I32 ? " i32" : "");
    }
    *out = lj_shape_of(LJ_BATCH, x->dim[1], cell->states * units);
    *dtype = LJ_F32;
    if (node->a.has_state) {
        const lj_shape first = lj_shape_drop(out, 1, 0), *state = lj_in_shape(g, node, k);
        if (!lj_shape_equal(&first, state))
            return lj_fail(LJ_ESHAPE, "%s: expected a first state %s, found %s", cell->name,
                           lj_shape_print(&first).text, lj_shape_print(state).text);
    }
    return LJ_OK;
}

lj_status lj_infer_recurrence_grad(const lj_graph *g, const lj_node *node, lj_shape *out, lj_dtype *dtype)
{
    (void)g;
    *out = node->a.shape;
    *dtype = LJ_F32;
    return LJ_OK;
}

/* The weight as the product reads it, packed from so many rows of a run on. */
static lj_value pack(lj_graph *g, lj_value weight, int transposed, int64_t rows)
{
    const lj_attributes how = {.transpose_b = transposed, .begin = (LJ_PACK_ROWS + rows - 1) / rows};
    return lj_graph_add(g, LJ_OP_PACK, &weight, 1, &how);
}

void lj_grad_recurrence(lj_graph *g, const lj_node *node, const lj_cell *cell, lj_value y, lj_value dy, lj_value *dx)
{
    const lj_shape x = *lj_in_shape(g, node, IN_X);
    const int64_t units = units_of(g, node, cell);
    lj_attributes how = node->a;
    how.shape = x;
    lj_value in[INPUTS_MAX] = {pack(g, node->in[IN_WEIGHT], 1, 1), y, dy};
    int n = GRAD_MORE, k = IN_MORE;
    if (cell->saved > 0)
        in[n++] = y + 1;
    const int bias = node->a.has_bias ? k++ : 0;
    if (node->a.has_lengths)
        in[n++] = node->in[k++];
    if (node->a.has_state)
        in[n++] = node->in[k];
    dx[IN_X] = lj_graph_add(g, cell->op_grad, in, n, &how);
    const lj_value before = lj_graph_add_part(g, dx[IN_X], 1, lj_shape_of(LJ_BATCH, x.dim[1], units), LJ_F32);
    const lj_value first = lj_graph_add_part(g, dx[IN_X], 2, lj_shape_of(LJ_BATCH, cell->states * units), LJ_F32);
    const lj_value product = cell->is_apart ? lj_graph_add_part(g, dx[IN_X], 3, x, LJ_F32) : dx[IN_X];
    dx[IN_WEIGHT] = lj_product_over(g, before, product);
    if (bias > 0)
        dx[bias] = lj_sum_to(g, product, lj_shape_of(x.dim[2]));
    if (node->a.has_state)
        dx[k] = first;
}

/* ---- running ---- */

/* Step number i of the loop as a time. */
static int64_t time_of(const args *a, int64_t i)
{
    return a->reverse ? a->steps - 1 - i : i;
}

/* The state before step number i of the loop; `first` before step 0. */
static const float *state_before(const args *a, const float *y, const float *first, int64_t i, int64_t *row)
{
    const int64_t width = a->cell->states * a->units;
    *row = i == 0 ? width : a->steps * width;
    return i == 0 ? first : y + time_of(a, i - 1) * width;
}

static float *zeroed(float *x, int64_t n)
{
    memset(x, 0, (size_t)n * sizeof(*x));
    return x;
}

/* The state that the rows start with: an input, or zeros. */
static const float *first_state(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    if (a->state > 0)
        return lj_in(step, a->state, span);
    return zeroed(span->scratch + a->at[0], span->rows * a->cell->states * a->units);
}

static const int32_t *lengths_of(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    return a->lengths > 0 ? lj_at(step->in[a->lengths], span) : NULL;
}

static void run(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    const int64_t h = a->units, width = a->cell->gates * h, t_max = a->steps;
    float *y = lj_out(step, span), *gates = lj_out_or_null(step, 1, span);
    const float *first = first_state(step, span), *x = lj_in(step, IN_X, span);
    lj_product_args product = {
        .m = span->rows, .n = width, .k = h, .a_col = 1, .b = lj_in(step, IN_WEIGHT, span), .b_row = width, .b_col = 1,
        .c = span->scratch + a->at[1], .c_row = width, .scratch = span->scratch,
        .b_packed = span->rows > 1 ? lj_in(step, IN_PACKED, span) : NULL, /* one row reads it as it lies */
        .bias = a->bias > 0 ? lj_in(step, a->bias, span) : NULL};
    lj_cell_args call = {.rows = span->rows, .units = h, .x_row = t_max * width, .product = product.c,
                         .state_row = t_max * a->cell->states * h, .gates_row = t_max * a->cell->saved * h,
                         .lengths = lengths_of(step, span), .activation = a->activation};
    for (int64_t i = 0; i < t_max; i++) {
        call.t = time_of(a, i);
        call.before = state_before(a, y, first, i, &call.before_row);
        product.a = call.before;
        product.a_row = call.before_row;
        step->kernels->product(&product);
        call.x = x + call.t * width;
        call.state = y + call.t * a->cell->states * h;
        call.gates = gates == NULL ? NULL : gates + call.t * a->cell->saved * h;
        a->cell->step(step->kernels, &call);
    }
}

/* Keeps h before step t, for the gradient of the weight. */
static void keep_before(const args *a, const lj_cell_grad_args *call, float *before)
{
    for (int64_t r = 0; before != NULL && r < call->rows; r++)
        memcpy(before + (r * a->steps + call->t) * a->units, call->before + r * call->before_row,
               (size_t)a->units * sizeof(float));
}

static void first_gradient(const args *a, const lj_cell_grad_args *call, float *out)
{
    const int64_t width = a->cell->states * a->units;
    for (int64_t r = 0; r < call->rows; r++) {
        const float *direct = call->direct + r * width, *carry = call->carry + r * a->units;
        memcpy(out + r * width, direct, (size_t)width * sizeof(float));
        for (int64_t i = 0; i < a->units; i++)
            out[r * width + i] = carry[i] + direct[i];
    }
}

static void run_grad(const lj_step *step, const lj_span *span)
{
    const args *a = step->args;
    const int64_t h = a->units, width = a->cell->gates * h, t_max = a->steps, state = a->cell->states * h;
    const float *first = first_state(step, span), *y = lj_in(step, GRAD_Y, span), *dy = lj_in(step, GRAD_DY, span);
    const float *gates = a->gates > 0 ? lj_in(step, a->gates, span) : NULL;
    float *dx = lj_out(step, span), *before = lj_out_or_null(step, 1, span), *d_first = lj_out_or_null(step, 2, span);
    float *carry = zeroed(span->scratch + a->at[1], span->rows * h);
    float *dp = a->cell->is_apart ? lj_out_or_null(step, 3, span) : NULL;
    const int is_kept = dp != NULL;
    if (a->cell->is_apart && !is_kept)
        dp = span->scratch + a->at[3]; /* of one step: nobody else reads it */
    lj_cell_grad_args call = {.rows = span->rows, .units = h, .state_row = t_max * state,
                              .gates_row = t_max * a->cell->saved * h, .d_state_row = t_max * state, .carry = carry,
                              .direct = zeroed(span->scratch + a->at[2], span->rows * state),
                              .d_gates_row = t_max * width, .d_product_row = is_kept ? t_max * width : width,
                              .lengths = lengths_of(step, span), .activation = a->activation};
    lj_product_args product = {.m = span->rows, .n = h, .k = width, .a_col = 1, .c = carry, .c_row = h,
                               .a_row = dp == NULL ? call.d_gates_row : call.d_product_row,
                               .b_packed = lj_in(step, GRAD_PACKED, span), .scratch = span->scratch};
    for (int64_t i = t_max - 1; i >= 0; i--) {
        call.t = time_of(a, i);
        call.before = state_before(a, y, first, i, &call.before_row);
        call.state = y + call.t * state;
        call.gates = gates == NULL ? NULL : gates + call.t * a->cell->saved * h;
        call.d_state = dy + call.t * state;
        call.d_gates = dx + call.t * width;
        call.d_product = dp == NULL || !is_kept ? dp : dp + call.t * width;
        a->cell->step_grad(step->kernels, &call);
        keep_before(a, &call, before);
        product.a = dp == NULL ? call.d_gates : call.d_product;
        if (i > 0 || d_first != NULL)
            step->kernels->product(&product);
    }
    if (d_first != NULL)
        first_gradient(a, &call, d_first);
}

/* Places one after the other behind the scratch of the product, on cache lines; answers the end. */
static int64_t place(int64_t begin, const int64_t *sizes, int n, int64_t *at)
{
    for (int i = 0; i < n; i++) {
        at[i] = (begin + 15) / 16 * 16;
        begin = at[i] + sizes[i];
    }
    return begin;
}

void lj_lower_recurrence(lj_lowering *l, const lj_unit *unit, const lj_cell *cell, lj_step *step)
{
    args *made = lj_lower_args(l, sizeof(*made));
    const lj_node *node = unit->node;
    const int is_grad = node->op == cell->op_grad;
    const lj_shape *y = is_grad ? lj_in_shape(l->graph, node, GRAD_Y) : &node->shape;
    const int64_t rows = l->task_rows, h = y->dim[2] / cell->states, width = cell->gates * h;
    int k = is_grad ? GRAD_MORE : IN_MORE;
    *made = (args){.cell = cell, .steps = y->dim[1], .units = h, .reverse = node->a.is_reversed,
                   .activation = node->a.activation};
    if (is_grad && cell->saved > 0)
        made->gates = k++;
    if (!is_grad && node->a.has_bias)
        made->bias = k++;
    if (node->a.has_lengths)
        made->lengths = k++;
    if (node->a.has_state)
        made->state = k;
    step->args = made;
    step->cost = (double)made->steps * (double)h * (0.025 * (double)width + cell->cost);
    if (is_grad) {
        const int64_t sizes[4] = {rows * cell->states * h, rows * h, rows * cell->states * h, rows * width};
        step->run = run_grad;
        step->scratch = place(l->kernels->product_scratch(rows, h, width), sizes, 4, made->at);
        return;
    }
    const int64_t sizes[2] = {rows * cell->states * h, rows * width};
    step->run = run;
    step->scratch = place(l->kernels->product_scratch(rows, width, h), sizes, 2, made->at);
}

lj_value lj_build_recurrence(lj_graph *g, const lj_cell *cell, lj_value x, lj_value weight, lj_value bias,
                             lj_value lengths, lj_value state, lj_recurrence_options options)
{
    if (!lj_graph_has(g, cell->name, x) || !lj_graph_has(g, cell->name, weight))
        return LJ_NONE;
    if (lj_node_at(g, weight)->shape.rank != 2)
        return lj_graph_refuse(g, lj_fail(LJ_ESHAPE, "%s: expected a recurrent weight [H, %d H], found %s", cell->name,
                                          cell->gates, lj_shape_print(&lj_node_at(g, weight)->shape).text));
    const lj_attributes how = {.is_reversed = options.reverse != 0, .activation = options.activation,
                               .has_bias = bias != LJ_NONE, .has_lengths = lengths != LJ_NONE,
                               .has_state = state != LJ_NONE};
    lj_value in[INPUTS_MAX] = {x, weight, pack(g, weight, 0, 2)};
    int n = IN_MORE;
    if (how.has_bias)
        in[n++] = bias;
    if (how.has_lengths)
        in[n++] = lengths;
    if (how.has_state)
        in[n++] = state;
    const lj_value y = lj_graph_add(g, cell->op, in, n, &how);
    if (y == LJ_NONE || cell->saved == 0)
        return y;
    const int64_t units = lj_node_at(g, y)->shape.dim[2] / cell->states;
    const lj_shape saved = lj_shape_of(LJ_BATCH, lj_node_at(g, y)->shape.dim[1], cell->saved * units);
    return lj_graph_add_part(g, y, 1, saved, LJ_F32) == LJ_NONE ? LJ_NONE : y;
}
