/* Reductions, normalisations, losses, gathers and updates: definitions, and one set of bits on all tables. */
#include "compute/reference.h"
#include "compute/tables.h"

static void long_sums_go_in_sixteen_lanes(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    float *a = numbers(1000, 1), *b = numbers(1000, 2);
    for (int64_t n = 0; n < 1000; n += n < 70 ? 1 : 93) {
        const float sum = reference_lanes(n, a, NULL), dot = reference_lanes(n, a, b);
        const float squares = reference_lanes(n, a, a);
        float greatest = -INFINITY;
        for (int64_t i = 0; i < n; i++)
            greatest = fmaxf(greatest, a[i]);
        for (int t = 0; t < n_tables; t++) {
            assert_true(same_bits(table[t]->sum(n, a), sum));
            assert_true(same_bits(table[t]->dot(n, a, b), dot));
            assert_true(same_bits(table[t]->sum_squares(n, a), squares));
            assert_true(table[t]->max(n, a) == greatest);
        }
    }
    for (int t = 0; t < n_tables; t++) {
        for (int64_t at = 0; at < 40; at++) {
            float x[40] = {-1.0F, -0.0F, 0.0F};
            assert_true(same_bits(table[t]->max(40, x), 0.0F));
            x[at] = NAN;
            assert_true(isnan(table[t]->max(40, x)));
        }
    }
    numbers_free(a), numbers_free(b);
}

static void sums_and_maxima_over_an_axis(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    static const int64_t shapes[][3] = {{5, 37, 1}, {3, 7, 21}, {2, 300, 8}, {1, 1, 5}};
    for (size_t s = 0; s < sizeof(shapes) / sizeof(shapes[0]); s++) {
        const int64_t outer = shapes[s][0], axis = shapes[s][1], inner = shapes[s][2], n = outer * inner;
        float *x = numbers(n * axis, 1), *y = numbers(n, 2), *expected = numbers(n, 3), *dx = numbers(n * axis, 4);
        int32_t *index = lj_new_array(n, sizeof(*index));
        assert_non_null(index);
        for (int64_t o = 0; o < outer; o++) {
            for (int64_t j = 0; j < inner; j++) {
                float sum = 0.0F;
                for (int64_t i = 0; i < axis; i++)
                    sum += x[(o * axis + i) * inner + j];
                expected[o * inner + j] = inner == 1 ? reference_lanes(axis, x + o * axis, NULL) : sum;
            }
        }
        for (int t = 0; t < n_tables; t++) {
            table[t]->sum_axis(outer, axis, inner, x, y);
            assert_same(table[t], n, y, expected, "shape %zu", s);
            table[t]->max_axis(outer, axis, inner, x, y, index);
            table[t]->max_axis_grad(outer, axis, inner, index, y, dx);
            for (int64_t o = 0; o < outer; o++) {
                for (int64_t j = 0; j < inner; j++) {
                    for (int64_t i = 0; i < axis; i++) {
                        const float value = x[(o * axis + i) * inner + j];
                        const int is_it = index[o * inner + j] == (int32_t)i;
                        assert_true(is_it ? value == y[o * inner + j] : value <= y[o * inner + j]);
                        assert_true(dx[(o * axis + i) * inner + j] == (is_it ? value : 0.0F));
                    }
                }
            }
        }
        lj_free(index);
        numbers_free(x), numbers_free(y), numbers_free(expected), numbers_free(dx);
    }
}

/* Everything that works by rows, one after the other into `out`; returns how many floats. */
static int64_t run_rows(const lj_kernels *k, int64_t rows, int64_t n, const float *x, const float *dy,
                        const float *gain, const float *bias, float *out)
{
    const int64_t size = rows * n;
    float *y = out, *log_y = out + size, *norm = out + 4 * size, *mean = out + 7 * size, *rstd = mean + rows;
    k->softmax(rows, n, x, y);
    k->softmax_grad(rows, n, y, dy, out + 2 * size);
    k->log_softmax(rows, n, x, log_y);
    k->log_softmax_grad(rows, n, log_y, dy, out + 3 * size);
    k->layer_norm(rows, n, x, gain, bias, 1e-5F, norm, mean, rstd);
    k->layer_norm_grad(rows, n, x, mean, rstd, gain, dy, out + 5 * size);
    k->layer_norm_grad_gain(rows, n, x, mean, rstd, dy, out + 6 * size);
    return 7 * size + 2 * rows;
}

static void rows_have_the_same_bits_on_all_tables(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    for (int64_t n = 1; n < 80; n += n < 35 ? 1 : 11) {
        for (int odd = 0; odd < 2; odd++) {
            const int64_t rows = 5;
            float *x = numbers(rows * n, 1), *dy = numbers(rows * n, 2), *gain = numbers(n, 3), *bias = numbers(n, 4);
            float *first = numbers(8 * rows * n + 2 * rows, 5), *other = numbers(8 * rows * n + 2 * rows, 5);
            if (odd)
                sprinkle(2 * n, x, 13);
            const int64_t size = run_rows(table[0], rows, n, x, dy, gain, n % 2 ? bias : NULL, first);
            for (int t = 1; t < n_tables; t++) {
                run_rows(table[t], rows, n, x, dy, gain, n % 2 ? bias : NULL, other);
                assert_same(table[t], size, other, first, "rows of %lld", (long long)n);
            }
            numbers_free(x), numbers_free(dy), numbers_free(gain), numbers_free(bias);
            numbers_free(first), numbers_free(other);
        }
    }
}

static void softmax_and_layer_norm_are_those_of_the_formulas(void **state)
{
    (void)state;
    const lj_kernels *k = lj_kernels_get();
    enum { N = 21 };
    float *x = numbers(N, 1), *dy = numbers(N, 2), *gain = numbers(N, 3), *bias = numbers(N, 4),
          *out = numbers(N * 8 + 2, 5);
    run_rows(k, 1, N, x, dy, gain, bias, out);
    double sum = 0, mean = 0, variance = 0, inner = 0, total = 0, g_mean = 0, gz_mean = 0;
    for (int i = 0; i < N; i++) {
        sum += exp((double)x[i]);
        mean += (double)x[i] / N;
        total += (double)dy[i];
    }
    for (int i = 0; i < N; i++) {
        variance += ((double)x[i] - mean) * ((double)x[i] - mean) / N;
        inner += exp((double)x[i]) / sum * (double)dy[i];
    }
    const double rstd = 1 / sqrt(variance + 1e-5);
    for (int i = 0; i < N; i++) {
        g_mean += (double)dy[i] * (double)gain[i] / N;
        gz_mean += (double)dy[i] * (double)gain[i] * ((double)x[i] - mean) * rstd / N;
    }
    for (int i = 0; i < N; i++) {
        const double p = exp((double)x[i]) / sum, z = ((double)x[i] - mean) * rstd, d = (double)dy[i];
        const double expected[7] = {p, log(p), p * (d - inner), d - p * total, z * (double)gain[i] + (double)bias[i],
                                    rstd * (d * (double)gain[i] - g_mean - z * gz_mean), z * d};
        for (int what = 0; what < 7; what++)
            assert_true(fabs((double)out[what * N + i] - expected[what]) < 4e-6);
    }
    numbers_free(x), numbers_free(dy), numbers_free(gain), numbers_free(bias), numbers_free(out);
}

/* Bits of the formulas of kernels.h, one number at a time; the gradients are those of layer_norm with a mean of zero. */
static void rms_norm_has_the_bits_of_its_formula(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    enum { ROWS = 3 };
    for (int64_t n = 1; n < 80; n += n < 35 ? 1 : 11) {
        float *x = numbers(ROWS * n, 1), *dy = numbers(ROWS * n, 2), *gain = numbers(n, 3), *zero = numbers(ROWS, 4);
        float *y = numbers(ROWS * n, 5), *expected = numbers(ROWS * n, 5), rstd[ROWS], found[ROWS];
        for (int64_t r = 0; r < ROWS; r++) {
            zero[r] = 0.0F;
            rstd[r] = 1.0F / sqrtf(reference_lanes(n, x + r * n, x + r * n) / (float)n + 1e-5F);
        }
        for (int t = 0; t < n_tables; t++) {
            table[t]->rms_norm(ROWS, n, x, n % 2 ? gain : NULL, 1e-5F, y, found);
            for (int64_t i = 0; i < ROWS * n; i++)
                expected[i] = x[i] * rstd[i / n] * (n % 2 ? gain[i % n] : 1.0F);
            assert_same(table[t], ROWS, found, rstd, "rstd of %lld", (long long)n);
            assert_same(table[t], ROWS * n, y, expected, "rms_norm of %lld", (long long)n);
            table[t]->layer_norm_grad_gain(ROWS, n, x, NULL, rstd, dy, y);
            table[0]->layer_norm_grad_gain(ROWS, n, x, zero, rstd, dy, expected);
            assert_same(table[t], ROWS * n, y, expected, "gradient of the gain of %lld", (long long)n);
            table[t]->layer_norm_grad(ROWS, n, x, NULL, rstd, gain, dy, y);
            table[0]->layer_norm_grad(ROWS, n, x, NULL, rstd, gain, dy, expected);
            assert_same(table[t], ROWS * n, y, expected, "gradient of %lld", (long long)n);
        }
        numbers_free(x), numbers_free(dy), numbers_free(gain), numbers_free(zero), numbers_free(y);
        numbers_free(expected);
    }
}

static void rotary_turns_the_halves_of_each_head(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    enum { ROWS = 4, HEADS = 3 };
    for (int64_t pairs = 1; pairs < 40; pairs++) {
        const int64_t n = ROWS * HEADS * 2 * pairs;
        float *x = numbers(n, 1), *c = numbers(ROWS * pairs, 2), *s = numbers(ROWS * pairs, 3), *y = numbers(n, 4);
        float *expected = numbers(n, 4);
        for (int64_t i = 0; i < n; i++) {
            const int64_t row = i / (HEADS * 2 * pairs), at = i % (2 * pairs), p = row * pairs + at % pairs;
            expected[i] = at < pairs ? fmaf(x[i], c[p], -(x[i + pairs] * s[p])) : fmaf(x[i], c[p], x[i - pairs] * s[p]);
        }
        for (int t = 0; t < n_tables; t++) {
            table[t]->rotary(ROWS, HEADS, pairs, x, c, s, y);
            assert_same(table[t], n, y, expected, "rotary of %lld", (long long)pairs);
            memcpy(y, x, (size_t)n * sizeof(float));
            table[t]->rotary(ROWS, HEADS, pairs, y, c, s, y);
            assert_same(table[t], n, y, expected, "rotary in place of %lld", (long long)pairs);
        }
        numbers_free(x), numbers_free(c), numbers_free(s), numbers_free(y), numbers_free(expected);
    }
}

static void waves_are_exact_far_from_the_first_position(void **state)
{
    (void)state;
    enum { POSITIONS = 5000, PAIRS = 4 };
    static float cosine[POSITIONS * PAIRS], sine[POSITIONS * PAIRS];
    lj_position_waves(POSITIONS, PAIRS, 10000.0, cosine, sine);
    for (int p = 0; p < POSITIONS; p++) {
        for (int i = 0; i < PAIRS; i++) {
            const double angle = p * pow(10000.0, -i / (double)PAIRS);
            assert_true(fabs((double)cosine[p * PAIRS + i] - cos(angle)) < 5e-7);
            assert_true(fabs((double)sine[p * PAIRS + i] - sin(angle)) < 5e-7);
        }
    }
}

static void losses_are_those_of_the_formulas(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    enum { N = 45 };
    float *x = numbers(N, 1), *target = numbers(N, 2), *d = numbers(N, 3), *out = numbers(4 * N, 4),
          *same = numbers(4 * N, 4);
    for (int i = 0; i < N; i++)
        target[i] = (float)(i % 2);
    for (int t = 0; t < n_tables; t++) {
        float *to = t == 0 ? out : same;
        table[t]->bce_logits(N, x, target, 0.1F, to);
        table[t]->bce_logits_grad(N, x, target, 0.1F, d, to + N);
        table[t]->huber(N, x, target, 0.7F, to + 2 * N);
        table[t]->huber_grad(N, x, target, 0.7F, d, to + 3 * N);
        if (t > 0)
            assert_same(table[t], 4 * N, same, out, "losses");
    }
    for (int i = 0; i < N; i++) {
        const double z = (double)x[i], y = (double)target[i] * 0.9 + 0.05, p = 1 / (1 + exp(-z));
        const double e = z - (double)target[i], a = fabs(e), delta = 0.7;
        assert_true(fabs((double)out[i] + y * log(p) + (1 - y) * log(1 - p)) < 1e-6);
        assert_true(fabs((double)out[N + i] - (double)d[i] * (p - y)) < 1e-6);
        assert_true(fabs((double)out[2 * N + i] - (a <= delta ? e * e / 2 : delta * (a - delta / 2))) < 1e-6);
        assert_true(fabs((double)out[3 * N + i] - (double)d[i] * (a <= delta ? e : copysign(delta, e))) < 1e-6);
    }
    float far[2] = {200.0F, -200.0F}, loss[2];
    const float wrong[2] = {0.0F, 1.0F};
    lj_kernels_get()->bce_logits(2, far, wrong, 0.0F, loss);
    assert_true(loss[0] == 200.0F && loss[1] == 200.0F);
    numbers_free(x), numbers_free(target), numbers_free(d), numbers_free(out), numbers_free(same);
}

static void cross_entropy_is_that_of_the_formula(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    static const float smoothings[] = {0.0F, 0.2F};
    for (int64_t classes = 2; classes < 40; classes += 5) {
        for (int s = 0; s < 2; s++) {
            enum { ROWS = 4, HEADS = 2 };
            const int64_t n = ROWS * HEADS * classes;
            const int32_t labels[ROWS] = {0, 1, (int32_t)classes - 1, -7}; /* the last is out of range: 0 */
            const double smooth = (double)smoothings[s];
            float *x = numbers(n, 1), *loss = numbers(ROWS * HEADS, 2), *d = numbers(ROWS * HEADS, 3);
            float *dx = numbers(n, 4), *other = numbers(n, 5);
            table[0]->softmax_cross_entropy(ROWS, HEADS, classes, x, labels, smoothings[s], loss);
            table[0]->softmax_cross_entropy_grad(ROWS, HEADS, classes, x, labels, smoothings[s], d, dx);
            for (int64_t r = 0; r < ROWS * HEADS; r++) {
                const int64_t label = labels[r / HEADS] < 0 ? 0 : labels[r / HEADS];
                const float *row = x + r * classes;
                double sum = 0, expected = 0;
                for (int64_t c = 0; c < classes; c++)
                    sum += exp((double)row[c]);
                for (int64_t c = 0; c < classes; c++) {
                    const double p = exp((double)row[c]) / sum;
                    const double y = (c == label ? 1 - smooth : 0) + smooth / (double)classes;
                    expected -= y * log(p);
                    assert_true(fabs((double)dx[r * classes + c] - (double)d[r] * (p - y)) < 2e-6);
                }
                assert_true(fabs((double)loss[r] - expected) < 5e-6);
            }
            for (int t = 1; t < n_tables; t++) {
                table[t]->softmax_cross_entropy(ROWS, HEADS, classes, x, labels, smoothings[s], other);
                assert_same(table[t], ROWS * HEADS, other, loss, "%lld classes", (long long)classes);
                table[t]->softmax_cross_entropy_grad(ROWS, HEADS, classes, x, labels, smoothings[s], d, other);
                assert_same(table[t], n, other, dx, "gradient of %lld classes", (long long)classes);
            }
            numbers_free(x), numbers_free(loss), numbers_free(d), numbers_free(dx), numbers_free(other);
        }
    }
}

static void tables_of_rows_are_gathered(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    enum { SIZE = 5, D = 19, N = 7 };
    const int32_t codes[N] = {4, 0, 2, 99, -1, 2, 4};
    const int32_t rows[N] = {4, 0, 2, 0, 0, 2, 4};
    float *weights = numbers(SIZE * D, 1), *y = numbers(N * D, 2);
    const float zeros[D] = {0};
    for (int t = 0; t < n_tables; t++) {
        for (int64_t padding = -1; padding < SIZE; padding += 3) {
            table[t]->gather(N, D, SIZE, padding, weights, codes, y);
            for (int i = 0; i < N; i++)
                assert_memory_equal(y + i * D, rows[i] == padding ? zeros : weights + rows[i] * D, sizeof(zeros));
        }
    }
    numbers_free(weights), numbers_free(y);
}

/* The definition: product_shards of dy and a matrix of ones at the codes. */
static void check_scatter(int64_t n, int64_t shard_rows, int64_t d, int64_t size, int64_t part, int64_t padding)
{
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    float *dy = numbers(n * d, 1), *ones = numbers(n * size, 2), *sums = numbers(size * d, 3);
    float *expected = numbers(size * d, 4);
    int32_t *codes = lj_new_array(n, sizeof(*codes));
    for (int64_t i = 0; i < n; i++) {
        codes[i] = (int32_t)(lj_random_u32(20, 5, (uint64_t)i) % (uint32_t)(size + 2)) - 1;
        const int64_t row = codes[i] < 0 || codes[i] >= size ? 0 : codes[i];
        for (int64_t c = 0; c < size; c++)
            ones[i * size + c] = c == row && c != padding ? 1.0F : 0.0F;
    }
    for (int64_t i = 0; i < size * d; i++) {
        const reference_pair pair = {n, shard_rows, ones + i / d, size, dy + i % d, d};
        expected[i] = reference_shards(&pair);
    }
    for (int t = 0; t < n_tables; t++) {
        lj_scatter_args g = {.n = n, .shard_rows = shard_rows, .d = d, .size = size, .padding = padding,
                             .codes = codes, .dy = dy};
        g.scratch = aligned_numbers(table[t]->scatter_scratch(n, shard_rows, d, part));
        for (g.first = 0; g.first < size; g.first = g.last) { /* threads share out the codes */
            g.last = g.first + part < size ? g.first + part : size;
            g.table = sums + g.first * d;
            table[t]->scatter_add(&g);
        }
        assert_same(table[t], size * d, sums, expected, "scatter_add of %d rows by %d", (int)n, (int)shard_rows);
        lj_free(g.scratch);
    }
    lj_free(codes);
    numbers_free(dy), numbers_free(ones), numbers_free(sums), numbers_free(expected);
}

static void rows_of_a_code_are_summed_by_shards(void **state)
{
    (void)state;
    check_scatter(0, 32, 3, 4, 4, -1);
    for (int64_t n = 1; n < 60; n += 3)
        check_scatter(n, 2, 5, 7, 3, -1);
    check_scatter(1, 32, 19, 5, 2, -1);
    check_scatter(700, 32, 19, 5, 2, 0);
    check_scatter(700, 3, 16, 40, 16, 4);
    check_scatter(1500, 600, 17, 9, 9, 3);
    check_scatter(2000, 64, 1, 300, 100, -1);
}

static void piecewise_linear_is_clipped_but_for_its_ends(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    /* the second feature uses two of its three bins */
    const float edges[8] = {0.0F, 1.0F, 3.0F, 4.0F, 10.0F, 20.0F, 40.0F, 40.0F};
    const float x[6] = {-1.0F, 5.0F, 2.0F, 30.0F, 6.0F, 60.0F};
    const float expected[18] = {-1, 0, 0, -0.5F, 0, 0, 1, 0.5F, 0, 1, 0.5F, 0, 1, 1, 3, 1, 2, 0};
    float y[18], dx[6];
    for (int t = 0; t < n_tables; t++) {
        table[t]->piecewise_linear(3, 2, 3, x, edges, y);
        assert_same(table[t], 18, y, expected, "piecewise_linear");
        float dy[18];
        for (int i = 0; i < 18; i++)
            dy[i] = 1.0F;
        table[t]->piecewise_linear_grad(3, 2, 3, x, edges, dy, dx);
        const float slopes[6] = {1.0F, 0.1F, 0.5F, 0.05F, 1.0F, 0.05F};
        assert_same(table[t], 6, dx, slopes, "gradient");
    }
    enum { F = 3, T = 21, R = 9 };
    float *many = numbers(R * F, 1), *e = numbers(F * (T + 1), 2), *a = numbers(R * F * T, 3),
          *b = numbers(R * F * T, 3);
    for (int f = 0; f < F; f++) {
        for (int i = 0; i <= T; i++)
            e[f * (T + 1) + i] = (float)i * 0.1F - 1.0F;
    }
    sprinkle(R * F, many, 4);
    table[0]->piecewise_linear(R, F, T, many, e, a);
    for (int t = 1; t < n_tables; t++) {
        table[t]->piecewise_linear(R, F, T, many, e, b);
        assert_same(table[t], R * F * T, b, a, "piecewise_linear");
    }
    numbers_free(many), numbers_free(e), numbers_free(a), numbers_free(b);
}

/* Three steps of an optimiser; which: 0 sgd, 1 momentum, 2 Nesterov, 3 rmsprop, 4 with momentum, 5 adam, 6 adamw. */
static void step_of(const lj_kernels *k, int which, lj_update_args *a)
{
    switch (which) {
    case 0:
        k->update_sgd(a, 0.0F, 0);
        break;
    case 1:
        k->update_sgd(a, 0.9F, 0);
        break;
    case 2:
        k->update_sgd(a, 0.9F, 1);
        break;
    case 3:
        k->update_rmsprop(a, 0.9F, 1e-8F, 0.0F);
        break;
    case 4:
        k->update_rmsprop(a, 0.9F, 1e-8F, 0.9F);
        break;
    default: {
        const lj_adam_step step = lj_adam_step_make(0.9F, 0.999F, 1e-8F, which == 6, a->step);
        k->update_adam(a, &step);
    }
    }
}

/* PyTorch's formulas in double: p, and the two states. */
static void step_in_double(int which, double g, double decay, double rate, int64_t step, double *p, double *s,
                           double *m)
{
    if (which == 6)
        *p *= 1 - rate * decay;
    else
        g += decay * *p;
    if (which <= 2) {
        *s = step == 1 ? g : 0.9 * *s + g;
        *p -= rate * (which == 0 ? g : which == 1 ? *s : g + 0.9 * *s);
    } else if (which <= 4) {
        *s = 0.9 * *s + 0.1 * g * g;
        *m = (which == 4 ? 0.9 * *m : 0) + g / (sqrt(*s) + 1e-8);
        *p -= rate * *m;
    } else {
        *s = 0.9 * *s + 0.1 * g;
        *m = 0.999 * *m + 0.001 * g * g;
        *p -= rate / (1 - pow(0.9, (double)step)) * *s / (sqrt(*m) / sqrt(1 - pow(0.999, (double)step)) + 1e-8);
    }
}

static void updates_follow_the_formulas_of_pytorch(void **state)
{
    (void)state;
    const lj_kernels *table[TABLES_MAX];
    const int n_tables = tables_of_test(table);
    enum { N = 37 };
    for (int which = 0; which < 7; which++) {
        float *first = NULL;
        for (int t = 0; t < n_tables; t++) {
            float *p = numbers(N, 1), *g = numbers(N, 2), *s0 = numbers(N, 3), *s1 = numbers(N, 3);
            double q[N], d0[N] = {0}, d1[N] = {0};
            memset(s0, 0, N * sizeof(float));
            memset(s1, 0, N * sizeof(float));
            for (int i = 0; i < N; i++)
                q[i] = (double)p[i];
            for (int64_t step = 1; step <= 3; step++) {
                lj_update_args a = {.parameter = p, .gradient = g, .state = {s0, s1}, .count = N, .scale = 0.5F,
                                    .rate = 0.01F, .decay = 0.1F, .step = step};
                step_of(table[t], which, &a);
                for (int i = 0; i < N; i++)
                    step_in_double(which, 0.5 * (double)g[i], 0.1, 0.01, step, &q[i], &d0[i], &d1[i]);
            }
            for (int i = 0; i < N; i++)
                assert_true(fabs((double)p[i] - q[i]) < 2e-6);
            if (t == 0) {
                first = p;
                p = NULL;
            } else {
                assert_same(table[t], N, p, first, "optimiser %d", which);
            }
            numbers_free(p), numbers_free(g), numbers_free(s0), numbers_free(s1);
        }
        numbers_free(first);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_sums_go_in_sixteen_lanes),
        cmocka_unit_test(sums_and_maxima_over_an_axis),
        cmocka_unit_test(rows_have_the_same_bits_on_all_tables),
        cmocka_unit_test(softmax_and_layer_norm_are_those_of_the_formulas),
        cmocka_unit_test(rms_norm_has_the_bits_of_its_formula),
        cmocka_unit_test(rotary_turns_the_halves_of_each_head),
        cmocka_unit_test(waves_are_exact_far_from_the_first_position),
        cmocka_unit_test(losses_are_those_of_the_formulas),
        cmocka_unit_test(cross_entropy_is_that_of_the_formula),
        cmocka_unit_test(tables_of_rows_are_gathered),
        cmocka_unit_test(rows_of_a_code_are_summed_by_shards),
        cmocka_unit_test(piecewise_linear_is_clipped_but_for_its_ends),
        cmocka_unit_test(updates_follow_the_formulas_of_pytorch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
