/* Cases of test_ops.c: gradient penalties of small critics, whose slopes are written out in double. */
#ifndef LIANJIN_TESTS_GRAPH_PENALTY_CASES_H
#define LIANJIN_TESTS_GRAPH_PENALTY_CASES_H

enum { PENALTY_IN = 4, PENALTY_HIDDEN = 5, PENALTY_SIDE = 4, PENALTY_CHANNELS = 2, PENALTY_UNITS = 3 };

static double penalty_slope(lj_activation activation, double x)
{
    const double t = tanh(x), s = 1.0 / (1.0 + exp(-x));
    return activation == LJ_TANH ? 1.0 - t * t : activation == LJ_SIGMOID ? s * (1.0 - s) : x > 0.0 ? 1.0 : 0.01;
}

static double penalty_of(const double *slope, int64_t n)
{
    double sum = 1e-12;
    for (int64_t i = 0; i < n; i++)
        sum += slope[i] * slope[i];
    return (sqrt(sum) - 0.5) * (sqrt(sum) - 0.5);
}

/* x [B, 4], w [4, 5], b [5], v [5, 1]: activate(x w + b) v */
static lj_value build_penalty_dense(lj_graph *g, const lj_value *v, lj_activation activation)
{
    const lj_value hidden = lj_activate(g, lj_add(g, lj_product(g, v[0], v[1], 0, 0), v[2]), activation);
    const lj_value score = lj_reshape(g, lj_product(g, hidden, v[3], 0, 0), lj_shape_of(LJ_BATCH));
    return lj_gradient_penalty(g, score, v[0], 0.5F);
}

static void reference_penalty_dense(const data *d, double *y, lj_activation activation)
{
    for (int64_t r = 0; r < ROWS; r++) {
        double slope[PENALTY_IN] = {0};
        for (int h = 0; h < PENALTY_HIDDEN; h++) {
            double sum = d->x[2][h];
            for (int i = 0; i < PENALTY_IN; i++)
                sum += d->x[0][r * PENALTY_IN + i] * d->x[1][i * PENALTY_HIDDEN + h];
            for (int i = 0; i < PENALTY_IN; i++)
                slope[i] += d->x[1][i * PENALTY_HIDDEN + h] * penalty_slope(activation, sum) * d->x[3][h];
        }
        y[r] = penalty_of(slope, PENALTY_IN);
    }
}

#define PENALTY_DENSE(name, code)                                               \
    static lj_value build_penalty_##name(lj_graph *g, const lj_value *v)        \
    {                                                                           \
        return build_penalty_dense(g, v, code);                                 \
    }                                                                           \
    static void reference_penalty_##name(const data *d, double *y)              \
    {                                                                           \
        reference_penalty_dense(d, y, code);                                    \
    }
PENALTY_DENSE(tanh, LJ_TANH)
PENALTY_DENSE(sigmoid, LJ_SIGMOID)
PENALTY_DENSE(leaky_relu, LJ_LEAKY_RELU)

/* x [B, 4, 4, 2], w [3, 3, 2, 3], v [12, 1]: tanh(conv(x, w)) v */
static lj_value build_penalty_conv2d(lj_graph *g, const lj_value *v)
{
    const lj_value hidden = lj_activate(g, lj_conv2d(g, v[0], v[1], (lj_conv2d_options){0}), LJ_TANH);
    const lj_value flat = lj_reshape(g, hidden, lj_shape_of(LJ_BATCH, 4 * PENALTY_UNITS));
    return lj_gradient_penalty(g, lj_reshape(g, lj_product(g, flat, v[2], 0, 0), lj_shape_of(LJ_BATCH)), v[0], 0.5F);
}

/* Place of a pixel of x, and of a weight. */
static int64_t penalty_pixel(int64_t y, int64_t x, int64_t c)
{
    return (y * PENALTY_SIDE + x) * PENALTY_CHANNELS + c;
}

static void add_penalty_place(const data *d, const double *image, int64_t place, double *slope)
{
    const int64_t top = place / 2, left = place % 2;
    for (int64_t u = 0; u < PENALTY_UNITS; u++) {
        double sum = 0.0;
        for (int64_t k = 0; k < 9 * PENALTY_CHANNELS; k++)
            sum += d->x[1][k * PENALTY_UNITS + u] *
                   image[penalty_pixel(top + k / 2 / 3, left + k / 2 % 3, k % PENALTY_CHANNELS)];
        const double back = penalty_slope(LJ_TANH, sum) * d->x[2][place * PENALTY_UNITS + u];
        for (int64_t k = 0; k < 9 * PENALTY_CHANNELS; k++)
            slope[penalty_pixel(top + k / 2 / 3, left + k / 2 % 3, k % PENALTY_CHANNELS)] +=
                d->x[1][k * PENALTY_UNITS + u] * back;
    }
}

static void reference_penalty_conv2d(const data *d, double *y)
{
    enum { PIXELS = PENALTY_SIDE * PENALTY_SIDE * PENALTY_CHANNELS };
    for (int64_t r = 0; r < ROWS; r++) {
        double slope[PIXELS] = {0};
        for (int64_t place = 0; place < 4; place++)
            add_penalty_place(d, d->x[0] + r * PIXELS, place, slope);
        y[r] = penalty_of(slope, PIXELS);
    }
}

#define PENALTY_DENSE_CASE(name, PART)                                                                                 \
    {"gradient_penalty_" #name, 4,                                                                                    \
     {PART(-2, 2, SHAPE2(B, PENALTY_IN)), NUMBERS(-1, 1, SHAPE2(PENALTY_IN, PENALTY_HIDDEN)),                       \
      PART(-1, 1, SHAPE1(PENALTY_HIDDEN)), NUMBERS(-1, 1, SHAPE2(PENALTY_HIDDEN, 1))},                              \
     build_penalty_##name, reference_penalty_##name, 2e-6, 2e-5, 0}
#define PENALTY_CASES                                                                                                 \
    PENALTY_DENSE_CASE(tanh, NUMBERS), PENALTY_DENSE_CASE(sigmoid, NUMBERS),                                      \
        PENALTY_DENSE_CASE(leaky_relu, FIXED), /* its slope depends on row and bias by jumps */                        \
    {                                                                                                                  \
        "gradient_penalty_conv2d", 3,                                                                                  \
            {NUMBERS(-2, 2, SHAPE4(B, PENALTY_SIDE, PENALTY_SIDE, PENALTY_CHANNELS)),                                  \
             NUMBERS(-1, 1, SHAPE4(3, 3, PENALTY_CHANNELS, PENALTY_UNITS)), NUMBERS(-1, 1, SHAPE2(12, 1))},            \
            build_penalty_conv2d, reference_penalty_conv2d, 2e-6, 2e-5, 0                                              \
    }

#endif
