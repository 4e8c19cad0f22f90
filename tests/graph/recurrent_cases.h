/* Recurrent operations for test_ops.c: forward and reverse, with lengths, first states and without. */
#ifndef LIANJIN_TESTS_GRAPH_RECURRENT_CASES_H
#define LIANJIN_TESTS_GRAPH_RECURRENT_CASES_H

#define STEPS 3
#define UNITS 3

static double logistic(double x)
{
    return 1 / (1 + exp(-x));
}

/* What a case is: which inputs mean what (0: not there). */
typedef struct recurrent {
    int gates, states; /* 4, 2: lstm; 3, 1: gru; 1, 1: simple */
    int reverse, relu;
    int bias, lengths, state;
} recurrent;

/* One row's step: x [gates UNITS], the state before and after. */
static void reference_cell(const recurrent *c, const data *d, const double *x, const double *before, double *after)
{
    const int width = c->gates * UNITS;
    double p[4 * UNITS];
    for (int j = 0; j < width; j++) {
        p[j] = c->bias ? d->x[c->bias][j] : 0;
        for (int i = 0; i < UNITS; i++)
            p[j] += before[i] * d->x[1][i * width + j];
    }
    for (int i = 0; i < UNITS; i++) {
        if (c->gates == 4) {
            const double cell = logistic(x[UNITS + i] + p[UNITS + i]) * before[UNITS + i] +
                                logistic(x[i] + p[i]) * tanh(x[2 * UNITS + i] + p[2 * UNITS + i]);
            after[i] = logistic(x[3 * UNITS + i] + p[3 * UNITS + i]) * tanh(cell);
            after[UNITS + i] = cell;
        } else if (c->gates == 3) {
            const double reset = logistic(x[i] + p[i]), update = logistic(x[UNITS + i] + p[UNITS + i]);
            const double candidate = tanh(x[2 * UNITS + i] + reset * p[2 * UNITS + i]);
            after[i] = (1 - update) * candidate + update * before[i];
        } else {
            after[i] = c->relu ? fmax(x[i] + p[i], 0) : tanh(x[i] + p[i]);
        }
    }
}

static void reference_recurrent(const recurrent *c, const data *d, double *y)
{
    const int width = c->gates * UNITS, states = c->states * UNITS;
    for (int64_t r = 0; r < ROWS; r++) {
        double before[2 * UNITS] = {0};
        for (int i = 0; c->state && i < states; i++)
            before[i] = d->x[c->state][r * states + i];
        for (int k = 0; k < STEPS; k++) {
            const int t = c->reverse ? STEPS - 1 - k : k;
            double *after = y + (r * STEPS + t) * states;
            if (c->lengths && t >= (int)d->x[c->lengths][r])
                memcpy(after, before, (size_t)states * sizeof(*after));
            else
                reference_cell(c, d, d->x[0] + (r * STEPS + t) * width, before, after);
            memcpy(before, after, (size_t)states * sizeof(*before));
        }
    }
}

#define AT(k) ((k) > 0 ? v[k] : LJ_NONE)
#define RECURRENT(name, call, ...)                                                                           \
    static const recurrent kind_##name = {__VA_ARGS__};                                                      \
    static lj_value build_##name(lj_graph *g, const lj_value *v)                                             \
    {                                                                                                        \
        const recurrent *c = &kind_##name;                                                                   \
        const lj_recurrence_options o = {.reverse = c->reverse, .activation = c->relu ? LJ_RELU : LJ_LINEAR}; \
        return call;                                                                                         \
    }                                                                                                        \
    static void reference_##name(const data *d, double *y)                                                   \
    {                                                                                                        \
        reference_recurrent(&kind_##name, d, y);                                                             \
    }
#define CALL_LSTM lj_lstm(g, v[0], v[1], AT(c->lengths), AT(c->state), o)
#define CALL_GRU lj_gru(g, v[0], v[1], AT(c->bias), AT(c->lengths), AT(c->state), o)
#define CALL_SIMPLE lj_simple_rnn(g, v[0], v[1], AT(c->lengths), AT(c->state), o)
RECURRENT(lstm, CALL_LSTM, .gates = 4, .states = 2)
RECURRENT(lstm_full, CALL_LSTM, .gates = 4, .states = 2, .reverse = 1, .lengths = 2, .state = 3)
RECURRENT(gru, CALL_GRU, .gates = 3, .states = 1)
RECURRENT(gru_full, CALL_GRU, .gates = 3, .states = 1, .reverse = 1, .bias = 2, .lengths = 3, .state = 4)
RECURRENT(simple, CALL_SIMPLE, .gates = 1, .states = 1, .state = 2)
RECURRENT(simple_full, CALL_SIMPLE, .gates = 1, .states = 1, .relu = 1, .lengths = 2, .state = 3)

static lj_value build_sequence_mask(lj_graph *g, const lj_value *v)
{
    return lj_sequence_mask(g, v[0], 4);
}
static void reference_sequence_mask(const data *d, double *y)
{
    for (int64_t i = 0; i < ROWS * 4; i++)
        y[i] = i % 4 < (int64_t)d->x[0][i / 4];
}

#define CELL_INPUTS(gates) NUMBERS(-2, 2, SHAPE3(B, STEPS, gates *UNITS)), NUMBERS(-1, 1, SHAPE2(UNITS, gates *UNITS))
#define LENGTHS CODES(-1, STEPS + 2, SHAPE1(B))
#define FIRST(states) NUMBERS(-1, 1, SHAPE2(B, states *UNITS))
#define RECURRENT_CASES                                                                                              \
    {"lstm", 2, {CELL_INPUTS(4)}, build_lstm, reference_lstm, 2e-6, 5e-5, 0},                                        \
    {"lstm_full", 4, {CELL_INPUTS(4), LENGTHS, FIRST(2)}, build_lstm_full, reference_lstm_full, 2e-6, 5e-5, 0},      \
    {"gru", 2, {CELL_INPUTS(3)}, build_gru, reference_gru, 2e-6, 5e-5, 0},                                           \
    {"gru_full", 5, {CELL_INPUTS(3), NUMBERS(-1, 1, SHAPE1(3 * UNITS)), LENGTHS, FIRST(1)}, build_gru_full,          \
     reference_gru_full, 2e-6, 5e-5, 0},                                                                             \
    {"simple_rnn", 3, {CELL_INPUTS(1), FIRST(1)}, build_simple, reference_simple, 2e-6, 5e-5, 0},                    \
    {"simple_rnn_full", 4, {CELL_INPUTS(1), LENGTHS, FIRST(1)}, build_simple_full, reference_simple_full, 2e-6,      \
     5e-5, 0},                                                                                                       \
    {"sequence_mask", 1, {CODES(-1, 6, SHAPE1(B))}, build_sequence_mask, reference_sequence_mask, 0, 0, 0},

#endif
