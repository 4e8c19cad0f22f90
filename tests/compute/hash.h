/*
 * One number for everything that the kernels of a table compute, on fixed
 * inputs: equal over instruction sets, compilers and machines. Needs no test
 * framework, so that it also runs under an emulator.
 */
#ifndef LIANJIN_TESTS_COMPUTE_HASH_H
#define LIANJIN_TESTS_COMPUTE_HASH_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "compute/kernels.h"
#include "lianjin/random.h"

/* The hash of arithmetic 1 (LJ_ARITHMETIC): a change of it is another arithmetic. */
#define HASH_OF_ARITHMETIC_1 UINT64_C(0x0757a8b87ee8570e)

#define HASH_MAX 70000 /* floats of the largest operand */

static float hash_a[HASH_MAX], hash_b[HASH_MAX], hash_c[HASH_MAX], hash_d[HASH_MAX];
static float hash_scratch[1 << 20] __attribute__((aligned(64)));
static int32_t hash_codes[256];

static inline void hash_fill(int64_t n, uint64_t stream, float *x)
{
    for (int64_t i = 0; i < n; i++) {
        const uint32_t word = lj_random_u32(20, stream, (uint64_t)i);
        x[i] = ldexpf((float)(int32_t)word * 0x1p-30F, -(int)(word & 7));
    }
}

static inline void hash_add(uint64_t *hash, const float *x, int64_t n)
{
    *hash = lj_hash64(*hash, x, n * (int64_t)sizeof(float));
}

static inline void hash_products(const lj_kernels *k, uint64_t *hash)
{
    static const int64_t shapes[][3] = {{32, 64, 100}, {32, 1, 64},  {1, 64, 64},  {7, 10, 300},
                                        {33, 50, 513}, {100, 3, 17}, {64, 200, 300}, {13, 37, 5}};
    for (int s = 0; s < 8; s++) {
        for (int how = 0; how < 4; how++) {
            const int64_t m = shapes[s][0], n = shapes[s][1], depth = shapes[s][2];
            const lj_product_args g = {
                .m = m, .n = n, .k = depth, .a = hash_a, .a_row = how & 1 ? 1 : depth, .a_col = how & 1 ? m : 1,
                .b = hash_b, .b_row = how & 2 ? 1 : n, .b_col = how & 2 ? depth : 1, .c = hash_c, .c_row = n,
                .bias = hash_d, .activation = how == 1 ? LJ_GELU : LJ_RELU, .scratch = hash_scratch};
            k->product(&g);
            hash_add(hash, hash_c, m * n);
        }
    }
    static const int64_t shards[][4] = {{256, 32, 64, 40}, {290, 32, 5, 70}, {100, 32, 70, 1}, {1300, 320, 9, 20}};
    for (int s = 0; s < 4; s++) {
        const int64_t m = shards[s][2], n = shards[s][3];
        const lj_shards_args g = {.rows = shards[s][0], .shard_rows = shards[s][1], .m = m, .n = n, .a = hash_a,
                                  .a_row = m, .b = hash_b, .b_row = n, .c = hash_c, .c_row = n, .m_end = m, .n_end = n,
                                  .scratch = hash_scratch};
        k->product_shards(&g);
        hash_add(hash, hash_c, m * n);
        k->column_sum(shards[s][0], shards[s][1], n, hash_b, n, hash_c);
        hash_add(hash, hash_c, n);
    }
}

static inline void hash_maps(const lj_kernels *k, uint64_t *hash)
{
    const int64_t n = 5003;
    for (int u = 0; u < LJ_UNARY_COUNT; u++) {
        const int needs_positive = u == LJ_UNARY_LOG || u == LJ_UNARY_SQRT;
        k->unary[needs_positive ? LJ_UNARY_ABSOLUTE : LJ_UNARY_NEGATE](n, hash_a, hash_d);
        k->unary[u](n, hash_d, hash_c);
        hash_add(hash, hash_c, n);
    }
    for (int a = 0; a < LJ_ACTIVATIONS; a++) {
        k->activate[a](n, hash_a, hash_c);
        k->activate_grad[a](n, hash_a, hash_c, hash_b, hash_d);
        hash_add(hash, hash_c, n);
        hash_add(hash, hash_d, n);
    }
    k->dropout(n, hash_a, 0.3F, 1.0F / 0.7F, 5, 6, 7, hash_c);
    hash_add(hash, hash_c, n);
}

static inline void hash_rows(const lj_kernels *k, uint64_t *hash)
{
    const int64_t rows = 9;
    for (int64_t n = 1; n < 70; n += 3) {
        float mean[9], rstd[9];
        k->softmax(rows, n, hash_a, hash_c);
        k->softmax_grad(rows, n, hash_c, hash_b, hash_d);
        hash_add(hash, hash_d, rows * n);
        k->log_softmax(rows, n, hash_a, hash_c);
        k->log_softmax_grad(rows, n, hash_c, hash_b, hash_d);
        hash_add(hash, hash_d, rows * n);
        k->layer_norm(rows, n, hash_a, hash_b, hash_b + n, 1e-5F, hash_c, mean, rstd);
        hash_add(hash, hash_c, rows * n);
        k->layer_norm_grad(rows, n, hash_a, mean, rstd, hash_b, hash_c, hash_d);
        hash_add(hash, hash_d, rows * n);
        for (int r = 0; r < 9; r++)
            hash_codes[r] = r % (int)n;
        k->softmax_cross_entropy(rows, 1, n, hash_a, hash_codes, 0.1F, hash_c);
        hash_add(hash, hash_c, rows);
        hash_c[0] = k->sum(n, hash_a);
        hash_c[1] = k->dot(n, hash_a, hash_b);
        hash_add(hash, hash_c, 2);
    }
    for (int64_t i = 0; i < 256; i++)
        hash_codes[i] = (int32_t)(i * 7 % 31);
    k->scatter_add(&(lj_scatter_args){.n = 256, .shard_rows = 256, .d = 20, .size = 31, .last = 31, .padding = -1,
                                      .codes = hash_codes, .dy = hash_a, .table = hash_c, .scratch = hash_scratch});
    hash_add(hash, hash_c, 31 * 20);
    for (int64_t i = 0; i < 4 * 17; i++)
        hash_d[i] = (float)(i % 17) * 0.125F - 1.0F;
    k->piecewise_linear(30, 4, 16, hash_a, hash_d, hash_c);
    hash_add(hash, hash_c, 30 * 4 * 16);
}

static inline void hash_updates(const lj_kernels *k, uint64_t *hash)
{
    const int64_t n = 1001;
    lj_update_args g = {.parameter = hash_c, .gradient = hash_b, .state = {hash_d, hash_d + n}, .count = n,
                        .scale = 0.7F, .rate = 0.01F, .decay = 0.1F};
    memcpy(hash_c, hash_a, (size_t)n * sizeof(float));
    memset(hash_d, 0, (size_t)(2 * n) * sizeof(float));
    for (g.step = 1; g.step < 4; g.step++) {
        const lj_adam_step step = lj_adam_step_make(0.9F, 0.999F, 1e-8F, 1, g.step);
        k->update_adam(&g, &step);
        hash_add(hash, hash_c, n);
    }
    memset(hash_d, 0, (size_t)(2 * n) * sizeof(float));
    k->update_rmsprop(&g, 0.9F, 1e-8F, 0.9F);
    hash_add(hash, hash_c, n);
    k->update_sgd(&g, 0.9F, 1);
    hash_add(hash, hash_c, n);
    for (int i = 0; i < 2000; i++) {
        const double x = (double)hash_a[i], p = fabs(x) / 4.0;
        const double values[] = {k->exp_d(9.0 * x), k->expm1_d(x),      k->log_d(p),           k->log1p_d(p),
                                 k->pow_d(p, x),    k->normal_cdf(x), k->normal_quantile(p), 0.0};
        *hash = lj_hash64(*hash, values, (int64_t)sizeof(values));
        const float floats[] = {k->expm1f(hash_a[i]), k->log1pf(hash_a[i]), k->softplusf(hash_a[i]), 0.0F};
        hash_add(hash, floats, 4);
    }
}

static inline uint64_t hash_of_kernels(const lj_kernels *k)
{
    uint64_t hash = LJ_ARITHMETIC;
    hash_fill(HASH_MAX, 1, hash_a);
    hash_fill(HASH_MAX, 2, hash_b);
    hash_fill(HASH_MAX, 3, hash_d);
    hash_products(k, &hash);
    hash_maps(k, &hash);
    hash_rows(k, &hash);
    hash_updates(k, &hash);
    return hash;
}

#endif
