/* Recurrent cells of every table have the bits of the formulas of kernels.h, element by element. */
#include "compute/reference.h"
#include "compute/tables.h"

#define ROWS 5
#define T 2 /* the step: rows of length 2 and less are past their end */

typedef enum kind { LSTM, GRU, SIMPLE_TANH, SIMPLE_RELU, KINDS } kind;

static int gates_of(kind k)
{
    return k == LSTM ? 4 : k == GRU ? 3 : 1;
}
static int states_of(kind k)
{
    return k == LSTM ? 2 : 1;
}

/* The scalar functions have the bits of the vector ones (test_math.c). */
static float sigmoid(float x)
{
    return lj_kernels_get()->sigmoidf(x);
}
static float hyperbolic(float x)
{
    return lj_kernels_get()->tanhf(x);
}
static float sigmoid_grad(float y, float dy)
{
    return dy * (y * (1.0F - y));
}
static float tanh_grad(float y, float dy)
{
    return dy * fmaf(-y, y, 1.0F);
}

static void reference_step(kind k, const lj_cell_args *a, int64_t r, int64_t i)
{
    const int64_t h = a->units;
    const float *x = a->x + r * a->x_row + i, *p = a->product + r * gates_of(k) * h + i;
    const float *before = a->before + r * a->before_row + i;
    float *state = a->state + r * a->state_row + i, *gates = a->gates + r * a->gates_row + i;
    if (k == LSTM) {
        const float in = sigmoid(x[0] + p[0]), forget = sigmoid(x[h] + p[h]);
        const float candidate = hyperbolic(x[2 * h] + p[2 * h]), out = sigmoid(x[3 * h] + p[3 * h]);
        state[h] = fmaf(forget, before[h], in * candidate);
        state[0] = out * hyperbolic(state[h]);
        gates[0] = in, gates[h] = forget, gates[2 * h] = candidate, gates[3 * h] = out;
    } else if (k == GRU) {
        const float reset = sigmoid(x[0] + p[0]), update = sigmoid(x[h] + p[h]);
        const float candidate = hyperbolic(fmaf(reset, p[2 * h], x[2 * h]));
        state[0] = fmaf(update, before[0] - candidate, candidate);
        gates[0] = reset, gates[h] = update, gates[2 * h] = candidate, gates[3 * h] = p[2 * h];
    } else {
        const float z = x[0] + p[0];
        state[0] = k == SIMPLE_TANH ? hyperbolic(z) : z < 0.0F ? 0.0F : z;
    }
}

static void reference_forward(kind k, const lj_cell_args *a)
{
    for (int64_t r = 0; r < a->rows; r++) {
        if (a->t >= a->lengths[r])
            memcpy(a->state + r * a->state_row, a->before + r * a->before_row,
                   (size_t)(states_of(k) * a->units) * sizeof(float));
        for (int64_t i = 0; i < a->units && a->t < a->lengths[r]; i++)
            reference_step(k, a, r, i);
    }
}

static void reference_step_grad(kind k, const lj_cell_grad_args *a, int64_t r, int64_t i)
{
    const int64_t h = a->units;
    const float *gates = a->gates + r * a->gates_row + i, *state = a->state + r * a->state_row + i;
    const float *before = a->before + r * a->before_row + i, *dy = a->d_state + r * a->d_state_row + i;
    float *direct = a->direct + r * states_of(k) * h + i, *dz = a->d_gates + r * a->d_gates_row + i;
    const float dh = dy[0] + (a->carry[r * h + i] + direct[0]);
    if (k == LSTM) {
        const float active = hyperbolic(state[h]);
        const float dc = tanh_grad(active, dh * gates[3 * h]) + (dy[h] + direct[h]);
        dz[0] = sigmoid_grad(gates[0], dc * gates[2 * h]);
        dz[h] = sigmoid_grad(gates[h], dc * before[h]);
        dz[2 * h] = tanh_grad(gates[2 * h], dc * gates[0]);
        dz[3 * h] = sigmoid_grad(gates[3 * h], dh * active);
        direct[0] = 0.0F;
        direct[h] = dc * gates[h];
    } else if (k == GRU) {
        float *dp = a->d_product + r * a->d_product_row + i;
        dz[2 * h] = tanh_grad(gates[2 * h], dh * (1.0F - gates[h]));
        dp[0] = dz[0] = sigmoid_grad(gates[0], dz[2 * h] * gates[3 * h]);
        dp[h] = dz[h] = sigmoid_grad(gates[h], dh * (before[0] - gates[2 * h]));
        dp[2 * h] = dz[2 * h] * gates[0];
        direct[0] = dh * gates[h];
    } else {
        dz[0] = k == SIMPLE_TANH ? tanh_grad(state[0], dh) : state[0] > 0.0F ? dh : 0.0F;
        direct[0] = 0.0F;
    }
}

static void reference_backward(kind k, const lj_cell_grad_args *a)
{
    const int64_t h = a->units;
    for (int64_t r = 0; r < a->rows; r++) {
        const float *dy = a->d_state + r * a->d_state_row;
        for (int64_t i = 0; i < h && a->t < a->lengths[r]; i++)
            reference_step_grad(k, a, r, i);
        for (int64_t i = 0; i < states_of(k) * h && a->t >= a->lengths[r]; i++) {
            float *direct = a->direct + r * states_of(k) * h + i;
            *direct = dy[i] + (i < h ? a->carry[r * h + i] + *direct : *direct);
        }
        for (int64_t i = 0; i < gates_of(k) * h && a->t >= a->lengths[r]; i++) {
            a->d_gates[r * a->d_gates_row + i] = 0.0F;
            if (k == GRU)
                a->d_product[r * a->d_product_row + i] = 0.0F;
        }
    }
}

static void run_table(const lj_kernels *table, kind k, const lj_cell_args *forward, const lj_cell_grad_args *backward)
{
    if (k == LSTM)
        table->lstm_cell(forward), table->lstm_cell_grad(backward);
    else if (k == GRU)
        table->gru_cell(forward), table->gru_cell_grad(backward);
    else
        table->simple_cell(forward), table->simple_cell_grad(backward);
}

/* What a step writes: the state, the gates, direct, d_gates, d_product; each with rows of 5 units and 3 to spare. */
enum { STATE, GATES, DIRECT, D_GATES, D_PRODUCT, WRITTEN };

static void check(const lj_kernels *const *table, int n_tables, kind k, int64_t units)
{
    static const int32_t lengths[ROWS] = {3, 2, 9, 0, 3};
    const int64_t row = 5 * units + 3, n = ROWS * row;
    float *in[6], *out[WRITTEN], *expected[WRITTEN];
    for (int i = 0; i < 6; i++)
        in[i] = numbers(n, (uint64_t)i);
    if (units > 8)
        sprinkle(n, in[0], 31);
    const lj_activation activation = k == SIMPLE_RELU ? LJ_RELU : LJ_TANH;
    for (int t = -1; t < n_tables; t++) {
        float **to = t < 0 ? expected : out;
        for (int i = 0; i < WRITTEN; i++)
            to[i] = numbers(n, (uint64_t)(10 + i));
        const lj_cell_args forward = {
            .rows = ROWS, .units = units, .x = in[0], .x_row = row, .product = in[1], .before = in[2],
            .before_row = row, .state = to[STATE], .state_row = row, .gates = to[GATES], .gates_row = row,
            .lengths = lengths, .t = T, .activation = activation};
        const lj_cell_grad_args backward = {
            .rows = ROWS, .units = units, .before = in[2], .before_row = row, .state = to[STATE], .state_row = row,
            .gates = to[GATES], .gates_row = row, .d_state = in[3], .d_state_row = row, .carry = in[4],
            .direct = to[DIRECT], .d_gates = to[D_GATES], .d_gates_row = row,
            .d_product = k == GRU ? to[D_PRODUCT] : NULL, .d_product_row = row, .lengths = lengths, .t = T,
            .activation = activation};
        if (t < 0) {
            reference_forward(k, &forward);
            reference_backward(k, &backward);
            continue;
        }
        run_table(table[t], k, &forward, &backward);
        for (int i = 0; i < WRITTEN; i++) {
            assert_same(table[t], n, out[i], expected[i], "cell %d of %d units, output %d", (int)k, (int)units, i);
            numbers_free(out[i]);
        }
    }
    for (int i = 0; i < WRITTEN; i++)
        numbers_free(expected[i]);
    for (int i = 0; i < 6; i++)
        numbers_free(in[i]);
}

static void every_cell_has_the_bits_of_its_formula(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    for (int k = 0; k < KINDS; k++) {
        for (int64_t units = 1; units <= 40; units += units < 20 ? 1 : 13)
            check(table, n_tables, (kind)k, units);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_has_the_bits_of_its_formula),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
