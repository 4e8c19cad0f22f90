/* Sums over rows are cut into blocks of BLOCK_ROWS, each added up by one thread, the blocks in order: in double. */
#include "words/svd.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "compute/kernels.h"
#include "lianjin/limits.h"
#include "lianjin/memory.h"
#include "lianjin/random.h"

enum { ITERATIONS = 3, MORE = 16, BLOCK_ROWS = 1024, TASK_ROWS = 64 };

typedef struct iteration {
    const lj_kernels *kernels;
    lj_team *team;
    int64_t rows, l; /* columns of the subspace: a multiple of LJ_LANES */
    float *x, *y;    /* [rows, l] */
    double *gram;    /* [l, l]: the upper triangle; then Cholesky's factor */
    double *partial; /* [blocks, l, l] */
    const lj_svd_matrix *a;
    const double *basis; /* [l, size] of the last step */
    int64_t size, stride;
    float *out;
} iteration;

static void multiply_rows(void *context, int64_t index, int thread)
{
    (void)thread;
    const iteration *t = context;
    const int64_t first = index * TASK_ROWS, left = t->rows - first;
    t->kernels->sparse_product(left < TASK_ROWS ? left : TASK_ROWS, t->l, t->a->begin + first, t->a->column,
                               t->a->value, t->x, t->y + first * t->l);
}

/* y = a x, then x and y change places: the product is in x. */
static void multiply(iteration *t, const lj_svd_matrix *a)
{
    t->a = a;
    lj_team_run(t->team, multiply_rows, t, (t->rows + TASK_ROWS - 1) / TASK_ROWS);
    float *const swap = t->x;
    t->x = t->y;
    t->y = swap;
}

static void gram_block(void *context, int64_t index, int thread)
{
    (void)thread;
    const iteration *t = context;
    const int64_t l = t->l, first = index * BLOCK_ROWS;
    const int64_t end = first + BLOCK_ROWS < t->rows ? first + BLOCK_ROWS : t->rows;
    double *sum = t->partial + index * l * l;
    memset(sum, 0, (size_t)(l * l) * sizeof(*sum));
    for (int64_t r = first; r < end; r++) {
        const float *x = t->x + r * l;
        for (int64_t i = 0; i < l; i++) {
            const double factor = (double)x[i];
            double *row = sum + i * l;
            for (int64_t k = i; k < l; k++)
                row[k] += factor * (double)x[k];
        }
    }
}

/* gram = x' x */
static void make_gram(iteration *t)
{
    const int64_t blocks = (t->rows + BLOCK_ROWS - 1) / BLOCK_ROWS, n = t->l * t->l;
    lj_team_run(t->team, gram_block, t, blocks);
    memcpy(t->gram, t->partial, (size_t)n * sizeof(*t->gram));
    for (int64_t b = 1; b < blocks; b++)
        for (int64_t i = 0; i < n; i++)
            t->gram[i] += t->partial[b * n + i];
}

/* gram = R' R, R upper; a column that depends on those before it gets a diagonal of 0. */
static void factorise(iteration *t)
{
    const int64_t l = t->l;
    double *r = t->gram, largest = 0;
    for (int64_t i = 0; i < l; i++)
        largest = r[i * l + i] > largest ? r[i * l + i] : largest;
    for (int64_t i = 0; i < l; i++) {
        const double pivot = r[i * l + i];
        const double root = pivot > 1e-11 * largest ? sqrt(pivot) : 0.0;
        r[i * l + i] = root;
        for (int64_t k = i + 1; k < l; k++)
            r[i * l + k] = root > 0 ? r[i * l + k] / root : 0.0;
        for (int64_t j = i + 1; j < l; j++)
            for (int64_t k = j; k < l; k++)
                r[j * l + k] -= r[i * l + j] * r[i * l + k];
    }
}

static void solve_rows(void *context, int64_t index, int thread)
{
    (void)thread;
    const iteration *t = context;
    const int64_t l = t->l, first = index * TASK_ROWS;
    const int64_t end = first + TASK_ROWS < t->rows ? first + TASK_ROWS : t->rows;
    for (int64_t r = first; r < end; r++) {
        double q[LJ_WORD_SIZE_MAX + MORE + LJ_LANES];
        float *x = t->x + r * l;
        for (int64_t k = 0; k < l; k++)
            q[k] = (double)x[k];
        for (int64_t i = 0; i < l; i++) {
            const double *row = t->gram + i * l;
            q[i] = row[i] > 0 ? q[i] / row[i] : 0.0;
            for (int64_t k = i + 1; k < l; k++)
                q[k] -= q[i] * row[k];
        }
        for (int64_t k = 0; k < l; k++)
            x[k] = (float)q[k];
    }
}

/* The columns of x become orthonormal: x = x R^-1 (Cholesky's QR). */
static void orthonormalise(iteration *t)
{
    make_gram(t);
    factorise(t);
    lj_team_run(t->team, solve_rows, t, (t->rows + TASK_ROWS - 1) / TASK_ROWS);
}

static void turn_rows(void *context, int64_t index, int thread)
{
    (void)thread;
    const iteration *t = context;
    const int64_t first = index * TASK_ROWS;
    const int64_t end = first + TASK_ROWS < t->rows ? first + TASK_ROWS : t->rows;
    for (int64_t r = first; r < end; r++) {
        double sum[LJ_WORD_SIZE_MAX] = {0};
        for (int64_t i = 0; i < t->l; i++) {
            const double x = (double)t->x[r * t->l + i];
            for (int64_t k = 0; k < t->size; k++)
                sum[k] += x * t->basis[i * t->size + k];
        }
        for (int64_t k = 0; k < t->size; k++)
            t->out[r * t->stride + k] = (float)sum[k];
    }
}

static void choose_signs(const iteration *t)
{
    for (int64_t k = 0; k < t->size; k++) {
        float most = 0.0F;
        for (int64_t r = 0; r < t->rows; r++) {
            const float x = t->out[r * t->stride + k];
            most = fabsf(x) > fabsf(most) ? x : most;
        }
        for (int64_t r = 0; r < t->rows && most < 0.0F; r++)
            t->out[r * t->stride + k] = -t->out[r * t->stride + k];
    }
}

/* x is an orthonormal basis Q of the subspace: Q' a = B, B B' = W S^2 W', and the left vectors are Q W. */
static lj_status finish(iteration *t, const lj_svd_matrix *transposed, double *values)
{
    const int64_t l = t->l;
    double *v = lj_new_array(l * l, sizeof(*v));
    double *basis = lj_new_array(l * t->size, sizeof(*basis));
    double *all = lj_new_array(l, sizeof(*all));
    float *q = lj_new_array(t->rows * l, sizeof(*q));
    lj_status status = LJ_OK;
    if (v == NULL || basis == NULL || all == NULL || q == NULL) {
        status = lj_fail(LJ_ENOMEM, "no memory to factorise %" PRId64 " rows", t->rows);
        goto done;
    }
    memcpy(q, t->x, (size_t)(t->rows * l) * sizeof(*q));
    multiply(t, transposed); /* B' */
    make_gram(t);
    for (int64_t i = 0; i < l; i++)
        for (int64_t k = 0; k < i; k++)
            t->gram[i * l + k] = t->gram[k * l + i];
    lj_eigen_symmetric(l, t->gram, v, all);
    for (int64_t k = 0; k < t->size; k++) {
        const int is_there = k < l && all[k] > 1e-12 * all[0];
        values[k] = is_there ? sqrt(all[k]) : 0.0;
        for (int64_t i = 0; i < l; i++)
            basis[i * t->size + k] = is_there ? v[i * l + k] : 0.0;
    }
    memcpy(t->x, q, (size_t)(t->rows * l) * sizeof(*q));
    t->basis = basis;
    lj_team_run(t->team, turn_rows, t, (t->rows + TASK_ROWS - 1) / TASK_ROWS);
    choose_signs(t);
done:
    lj_free(v);
    lj_free(basis);
    lj_free(all);
    lj_free(q);
    return status;
}

/* Random numbers in -1 .. 1, then a, and `ITERATIONS` times the transpose and a again. */
static lj_status iterate(iteration *t, const lj_svd_matrix *a, const lj_svd_matrix *transposed, uint64_t seed,
                         lj_console *console)
{
    const uint64_t stream = lj_random_stream("words.subspace");
    for (int64_t i = 0; i < t->rows * t->l; i++)
        t->x[i] = 2.0F * lj_random_uniform(seed, stream, (uint64_t)i) - 1.0F;
    for (int i = 0; i <= 2 * ITERATIONS; i++) {
        if (lj_interrupted())
            return lj_fail(LJ_EINTERRUPTED, "interrupted while factorising; nothing was written");
        multiply(t, i % 2 == 0 ? a : transposed);
        orthonormalise(t);
        lj_progress_update(console, i + 1, NULL);
    }
    return LJ_OK;
}

lj_status lj_svd_left(const lj_svd_matrix *a, const lj_svd_matrix *transposed, int64_t rows, int64_t size,
                      uint64_t seed, lj_team *team, lj_console *console, int64_t stride, float *vectors,
                      double *values)
{
    const int64_t l = (size + MORE + LJ_LANES - 1) / LJ_LANES * LJ_LANES;
    const int64_t blocks = (rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
    iteration t = {.kernels = lj_kernels_get(), .team = team, .rows = rows, .l = l, .size = size, .stride = stride,
                   .out = vectors};
    float *x = lj_new_array(rows, (size_t)l * sizeof(*x)), *y = lj_new_array(rows, (size_t)l * sizeof(*y));
    t.gram = lj_new_array(l * l, sizeof(*t.gram));
    t.partial = lj_new_array(blocks, (size_t)(l * l) * sizeof(*t.partial));
    t.x = x;
    t.y = y;
    lj_status status = LJ_OK;
    lj_progress_begin(console, "factorising", 2 * ITERATIONS + 1);
    if (x == NULL || y == NULL || t.gram == NULL || t.partial == NULL)
        status = lj_fail(LJ_ENOMEM, "no memory to factorise %" PRId64 " rows", rows);
    else
        status = iterate(&t, a, transposed, seed, console);
    if (status == LJ_OK)
        status = finish(&t, transposed, values);
    lj_progress_end(console);
    lj_free(x);
    lj_free(y);
    lj_free(t.gram);
    lj_free(t.partial);
    return status;
}
