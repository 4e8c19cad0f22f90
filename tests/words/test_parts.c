/* The parts of training: draws, counts on disk, eigenvalues and singular values. */
#include "lianjin/limits.h"
#include "words/draw.h"
#include "words/pair_runs.h"
#include "words/svd.h"
#include "words/words_test.h"

static void words_are_drawn_by_their_weight(void **state)
{
    (void)state;
    enum { N = 7 };
    const double weights[N] = {50, 0, 3, 3, 1, 0.001, 20};
    double share[N] = {0}, sum = 0;
    lj_draw draw;
    assert_ok(lj_draw_make(weights, N, &draw));
    for (int i = 0; i < N; i++)
        sum += weights[i];
    for (int i = 0; i < N; i++) { /* all 2^32 draws, by columns */
        const double kept = ((double)draw.threshold[i] + 1.0) * 0x1p-32;
        share[i] += kept / N;
        share[draw.other[i]] += (1.0 - kept) / N;
    }
    for (int i = 0; i < N; i++)
        assert_true(fabs(share[i] - weights[i] / sum) < 1e-8);
    assert_int_equal(lj_draw_take(&draw, 0), 0);
    for (uint32_t k = 0; k < 1000; k++) {
        const int32_t drawn = lj_draw_take(&draw, k * 4294967u);
        assert_true(drawn >= 0 && drawn < N);
    }
    lj_draw_free(&draw);
}

static void counts_beyond_memory_are_the_same(void **state)
{
    (void)state;
    enum { KEYS = 5000, ADDS = 300000 };
    uint64_t *want = lj_new_array(KEYS, sizeof(*want));
    static const int64_t limits[] = {1 << 20, 70000, 6000, 5001};
    for (size_t l = 0; l < sizeof(limits) / sizeof(limits[0]); l++) {
        lj_pair_runs *runs = NULL;
        lj_keyed *sums = NULL;
        int64_t count = 0, at = 0;
        memset(want, 0, KEYS * sizeof(*want));
        assert_ok(lj_pair_runs_create(KEYS, limits[l], &runs));
        for (uint64_t i = 0; i < ADDS; i++) {
            const uint32_t a = lj_random_u32(1, 1, i), b = lj_random_u32(1, 2, i);
            const uint64_t key = (uint64_t)(a % KEYS) * (b % KEYS) / KEYS;
            assert_ok(lj_pair_runs_add(runs, key, b));
            want[key] += b;
        }
        assert_ok(lj_pair_runs_finish(runs, &sums, &count));
        for (uint64_t key = 0; key < KEYS; key++)
            if (want[key] > 0) {
                assert_true(at < count && sums[at].key == key && sums[at].sum == want[key]);
                at++;
            }
        assert_int_equal(at, count);
        lj_free(sums);
        lj_pair_runs_destroy(runs);
    }
    lj_free(want);
}

static void eigenvalues_and_their_vectors(void **state)
{
    (void)state;
    enum { N = 23 };
    double a[N * N], used[N * N], v[N * N], values[N];
    for (int i = 0; i < N; i++)
        for (int k = 0; k <= i; k++)
            a[i * N + k] = a[k * N + i] = (double)lj_random_uniform(1, 9, (uint64_t)(i * N + k)) - 0.5;
    memcpy(used, a, sizeof(a));
    lj_eigen_symmetric(N, used, v, values);
    for (int j = 0; j < N; j++) {
        assert_true(j == 0 || values[j] <= values[j - 1]);
        for (int i = 0; i < N; i++) {
            double product = 0, length = 0;
            for (int k = 0; k < N; k++) {
                product += a[i * N + k] * v[k * N + j];
                length += v[k * N + j] * v[k * N + i];
            }
            assert_true(fabs(product - values[j] * v[i * N + j]) < 1e-12);
            assert_true(fabs(length - (i == j)) < 1e-12);
        }
    }
}

enum { ROWS = 90 };

/* Entry (i, j) of a matrix of rank 6 with falling singular values, and some empty rows. */
static double entry(int i, int j)
{
    double sum = 0;
    for (int k = 0; k < 6 && i % 11 != 0; k++)
        sum += pow(0.5, k) * cos(0.3 * (k + 1) * i) * sin(0.2 * (k + 1) * j + k);
    return (double)(float)sum;
}

static void fill(int transposed, lj_svd_matrix *m)
{
    m->begin = lj_new_array(ROWS + 1, sizeof(*m->begin));
    m->column = lj_new_array(ROWS * ROWS, sizeof(*m->column));
    m->value = lj_new_array(ROWS * ROWS, sizeof(*m->value));
    for (int i = 0; i < ROWS; i++) {
        m->begin[i + 1] = m->begin[i];
        for (int j = 0; j < ROWS; j++) {
            const float value = (float)(transposed ? entry(j, i) : entry(i, j));
            if (value == 0.0F)
                continue;
            m->column[m->begin[i + 1]] = j;
            m->value[m->begin[i + 1]++] = value;
        }
    }
}

static void free_matrix(lj_svd_matrix *m)
{
    lj_free(m->begin);
    lj_free(m->column);
    lj_free(m->value);
}

static void singular_values_and_left_vectors(void **state)
{
    (void)state;
    enum { SIZE = 10 };
    lj_svd_matrix a, transposed;
    static float u[ROWS * LJ_LANES];
    double values[SIZE], exact[ROWS];
    double *square = lj_new_array(ROWS * ROWS, sizeof(double)), *v = lj_new_array(ROWS * ROWS, sizeof(double));
    fill(0, &a);
    fill(1, &transposed);
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < ROWS; k++)
            for (int j = 0; j < ROWS; j++)
                square[i * ROWS + k] += entry(i, j) * entry(k, j);
    lj_eigen_symmetric(ROWS, square, v, exact);
    assert_ok(lj_svd_left(&a, &transposed, ROWS, SIZE, 1, NULL, NULL, LJ_LANES, u, values));
    for (int k = 0; k < SIZE; k++) {
        double cosine = 0, most = 0;
        if (k >= 6) { /* beyond the rank: nothing but rounding */
            assert_true(values[k] < 1e-5 * values[0]);
            continue;
        }
        assert_true(fabs(values[k] - sqrt(exact[k])) < 1e-5 * values[0]);
        for (int i = 0; i < ROWS; i++) {
            const double x = (double)u[i * LJ_LANES + k];
            cosine += x * v[i * ROWS + k];
            most = fabs(x) > fabs(most) ? x : most;
        }
        assert_true(fabs(fabs(cosine) - 1.0) < 1e-5);
        assert_true(most > 0);
    }
    lj_free(square), lj_free(v);
    free_matrix(&a), free_matrix(&transposed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_drawn_by_their_weight),
        cmocka_unit_test(counts_beyond_memory_are_the_same),
        cmocka_unit_test(eigenvalues_and_their_vectors),
        cmocka_unit_test(singular_values_and_left_vectors),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
