/*
 * One step of a recurrent cell and its gradient, after the product of the
 * states with the recurrent weight. Rows do not see each other.
 *
 * LSTM: Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al.
 * 2000. GRU: Cho et al. 2014, its reset gate after the product (as cuDNN has
 * it). The simple cell: Elman 1990.
 */
#include <assert.h>
#include <stddef.h>

#include "compute/vector_math.h"

LJ_INLINE vf load(const float *x, int64_t count)
{
    return count == LJ_W ? vload(x) : vload_n(x, count);
}

LJ_INLINE void store(float *x, vf value, int64_t count)
{
    if (count == LJ_W)
        vstore(x, value);
    else
        vstore_n(x, value, count);
}

/* CELL(units i .. i + LJ_W - 1 of row r, `count` of them) for whole vectors and the last short one. */
#define EACH_UNIT(cell)                             \
    do {                                            \
        int64_t i_ = 0;                             \
        for (; i_ + LJ_W <= a->units; i_ += LJ_W)   \
            cell(a, r, i_, LJ_W);                   \
        if (i_ < a->units)                          \
            cell(a, r, i_, a->units - i_);          \
    } while (0)

static int is_past_end(const int32_t *lengths, int64_t r, int64_t t)
{
    return lengths != NULL && t >= lengths[r];
}

/* Past its end a row keeps its state; its gates are never read. */
static void keep_state(const lj_cell_args *a, int64_t r, int64_t states)
{
    memcpy(a->state + r * a->state_row, a->before + r * a->before_row, (size_t)(states * a->units) * sizeof(float));
}

/* Past its end the gradient of a row's state is that of the state before. */
static void keep_gradient(const lj_cell_grad_args *a, int64_t r, int64_t states, int64_t gates)
{
    const float *dy = a->d_state + r * a->d_state_row, *carry = a->carry + r * a->units;
    float *direct = a->direct + r * states * a->units;
    for (int64_t i = 0; i < a->units; i++)
        direct[i] = dy[i] + (carry[i] + direct[i]);
    for (int64_t i = a->units; i < states * a->units; i++)
        direct[i] = dy[i] + direct[i];
    memset(a->d_gates + r * a->d_gates_row, 0, (size_t)(gates * a->units) * sizeof(float));
    if (a->d_product != NULL)
        memset(a->d_product + r * a->d_product_row, 0, (size_t)(gates * a->units) * sizeof(float));
}

/* d(loss)/d(h) of units i of row r: from the step's own output, through the product, and past it. */
LJ_INLINE vf gradient_of_h(const float *dy, const float *carry, const float *direct, int64_t i, int64_t count)
{
    return load(dy + i, count) + (load(carry + i, count) + load(direct + i, count));
}

/* ---- LSTM ---- */

LJ_INLINE void lstm(const lj_cell_args *a, int64_t r, int64_t i, const int64_t count)
{
    const int64_t h = a->units;
    const float *x = a->x + r * a->x_row + i, *p = a->product + r * 4 * h + i;
    const vf input = vsigmoid(load(x, count) + load(p, count));
    const vf forget = vsigmoid(load(x + h, count) + load(p + h, count));
    const vf candidate = vtanh(load(x + 2 * h, count) + load(p + 2 * h, count));
    const vf output = vsigmoid(load(x + 3 * h, count) + load(p + 3 * h, count));
    const vf cell = vfma(forget, load(a->before + r * a->before_row + h + i, count), input * candidate);
    float *state = a->state + r * a->state_row + i;
    store(state, output * vtanh(cell), count);
    store(state + h, cell, count);
    if (a->gates != NULL) {
        float *gates = a->gates + r * a->gates_row + i;
        store(gates, input, count);
        store(gates + h, forget, count);
        store(gates + 2 * h, candidate, count);
        store(gates + 3 * h, output, count);
    }
}

void LJ_NAME(lstm_cell)(const lj_cell_args *args)
{
    const lj_cell_args *a = args;
    for (int64_t r = 0; r < a->rows; r++) {
        if (is_past_end(a->lengths, r, a->t))
            keep_state(a, r, 2);
        else
            EACH_UNIT(lstm);
    }
}

LJ_INLINE void lstm_grad(const lj_cell_grad_args *a, int64_t r, int64_t i, const int64_t count)
{
    const int64_t h = a->units;
    const float *gates = a->gates + r * a->gates_row + i, *dy = a->d_state + r * a->d_state_row;
    float *direct = a->direct + r * 2 * h, *dz = a->d_gates + r * a->d_gates_row + i;
    const vf input = load(gates, count), forget = load(gates + h, count);
    const vf candidate = load(gates + 2 * h, count), output = load(gates + 3 * h, count);
    const vf active = vtanh(load(a->state + r * a->state_row + h + i, count));
    const vf dh = gradient_of_h(dy, a->carry + r * h, direct, i, count);
    const vf dc = vtanh_grad(active, dh * output) + (load(dy + h + i, count) + load(direct + h + i, count));
    store(dz, vsigmoid_grad(input, dc * candidate), count);
    store(dz + h, vsigmoid_grad(forget, dc * load(a->before + r * a->before_row + h + i, count)), count);
    store(dz + 2 * h, vtanh_grad(candidate, dc * input), count);
    store(dz + 3 * h, vsigmoid_grad(output, dh * active), count);
    store(direct + i, vzero(), count);
    store(direct + h + i, dc * forget, count);
}

void LJ_NAME(lstm_cell_grad)(const lj_cell_grad_args *args)
{
    const lj_cell_grad_args *a = args;
    for (int64_t r = 0; r < a->rows; r++) {
        if (is_past_end(a->lengths, r, a->t))
            keep_gradient(a, r, 2, 4);
        else
            EACH_UNIT(lstm_grad);
    }
}

/* ---- GRU ---- */

LJ_INLINE void gru(const lj_cell_args *a, int64_t r, int64_t i, const int64_t count)
{
    const int64_t h = a->units;
    const float *x = a->x + r * a->x_row + i, *p = a->product + r * 3 * h + i;
    const vf reset = vsigmoid(load(x, count) + load(p, count));
    const vf update = vsigmoid(load(x + h, count) + load(p + h, count));
    const vf inner = load(p + 2 * h, count);
    const vf candidate = vtanh(vfma(reset, inner, load(x + 2 * h, count)));
    const vf before = load(a->before + r * a->before_row + i, count);
    store(a->state + r * a->state_row + i, vfma(update, before - candidate, candidate), count);
    if (a->gates != NULL) {
        float *gates = a->gates + r * a->gates_row + i;
        store(gates, reset, count);
        store(gates + h, update, count);
        store(gates + 2 * h, candidate, count);
        store(gates + 3 * h, inner, count);
    }
}

void LJ_NAME(gru_cell)(const lj_cell_args *args)
{
    const lj_cell_args *a = args;
    for (int64_t r = 0; r < a->rows; r++) {
        if (is_past_end(a->lengths, r, a->t))
            keep_state(a, r, 1);
        else
            EACH_UNIT(gru);
    }
}

LJ_INLINE void gru_grad(const lj_cell_grad_args *a, int64_t r, int64_t i, const int64_t count)
{
    const int64_t h = a->units;
    const float *gates = a->gates + r * a->gates_row + i;
    float *direct = a->direct + r * h, *dz = a->d_gates + r * a->d_gates_row + i;
    float *dp = a->d_product + r * a->d_product_row + i;
    const vf reset = load(gates, count), update = load(gates + h, count);
    const vf candidate = load(gates + 2 * h, count), inner = load(gates + 3 * h, count);
    const vf before = load(a->before + r * a->before_row + i, count);
    const vf dh = gradient_of_h(a->d_state + r * a->d_state_row, a->carry + r * h, direct, i, count);
    const vf d_candidate = vtanh_grad(candidate, dh * (vset1(1.0F) - update));
    const vf d_reset = vsigmoid_grad(reset, d_candidate * inner);
    const vf d_update = vsigmoid_grad(update, dh * (before - candidate));
    store(dz, d_reset, count);
    store(dz + h, d_update, count);
    store(dz + 2 * h, d_candidate, count);
    store(dp, d_reset, count);
    store(dp + h, d_update, count);
    store(dp + 2 * h, d_candidate * reset, count);
    store(direct + i, dh * update, count);
}

void LJ_NAME(gru_cell_grad)(const lj_cell_grad_args *args)
{
    const lj_cell_grad_args *a = args;
    assert(a->d_product != NULL);
    for (int64_t r = 0; r < a->rows; r++) {
        if (is_past_end(a->lengths, r, a->t))
            keep_gradient(a, r, 1, 3);
        else
            EACH_UNIT(gru_grad);
    }
}

/* ---- the simple cell ---- */

LJ_INLINE void simple(const lj_cell_args *a, int64_t r, int64_t i, const int64_t count)
{
    const vf z = load(a->x + r * a->x_row + i, count) + load(a->product + r * a->units + i, count);
    store(a->state + r * a->state_row + i, a->activation == LJ_RELU ? vrelu(z) : vtanh(z), count);
}

void LJ_NAME(simple_cell)(const lj_cell_args *args)
{
    const lj_cell_args *a = args;
    for (int64_t r = 0; r < a->rows; r++) {
        if (is_past_end(a->lengths, r, a->t))
            keep_state(a, r, 1);
        else
            EACH_UNIT(simple);
    }
}

LJ_INLINE void simple_grad(const lj_cell_grad_args *a, int64_t r, int64_t i, const int64_t count)
{
    float *direct = a->direct + r * a->units;
    const vf y = load(a->state + r * a->state_row + i, count);
    const vf dh = gradient_of_h(a->d_state + r * a->d_state_row, a->carry + r * a->units, direct, i, count);
    store(a->d_gates + r * a->d_gates_row + i, a->activation == LJ_RELU ? vrelu_grad(y, dh) : vtanh_grad(y, dh),
          count);
    store(direct + i, vzero(), count);
}

void LJ_NAME(simple_cell_grad)(const lj_cell_grad_args *args)
{
    const lj_cell_grad_args *a = args;
    for (int64_t r = 0; r < a->rows; r++) {
        if (is_past_end(a->lengths, r, a->t))
            keep_gradient(a, r, 1, 1);
        else
            EACH_UNIT(simple_grad);
    }
}
