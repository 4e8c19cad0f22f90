/* All tables that this machine can run, numbers to feed them, and the comparison of bits. */
#ifndef LIANJIN_TESTS_COMPUTE_TABLES_H
#define LIANJIN_TESTS_COMPUTE_TABLES_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compute/kernels.h"
#include "lianjin/memory.h"
#include "lianjin/random.h"

#define TABLES_MAX 8

#if defined(LJ_HAVE_wide)
extern const lj_kernels lj_kernels_wide;
#endif

/* Usable tables; the generic one is first. Returns their number. */
static inline int tables_of_test(const lj_kernels *out[TABLES_MAX])
{
    int n = 0;
    out[n++] = lj_kernels_named("generic");
    for (const char *const *name = lj_kernels_names(); *name != NULL; name++) {
        const lj_kernels *table = lj_kernels_named(*name);
        if (table != NULL && table != out[0])
            out[n++] = table;
    }
#if defined(LJ_HAVE_wide)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        out[n++] = &lj_kernels_wide;
#endif
    return n;
}

/* `n` numbers in about [-2, 2) of many magnitudes, aligned to 4 bytes only (offset by one float); free with numbers_free. */
static inline float *numbers(int64_t n, uint64_t stream)
{
    float *block = lj_new_array(n + 1, sizeof(float));
    assert_non_null(block);
    for (int64_t i = 0; i <= n; i++) {
        const uint32_t word = lj_random_u32(20, stream, (uint64_t)i);
        block[i] = ldexpf((float)(int32_t)word * 0x1p-30F, -(int)(word & 7));
    }
    return block + 1;
}
/* Aligned to 64 bytes: scratch and packed operands. */
static inline float *aligned_numbers(int64_t n)
{
    float *block = lj_new_array(n, sizeof(float));
    assert_non_null(block);
    return block;
}
static inline void numbers_free(float *x)
{
    if (x != NULL)
        lj_free(x - 1);
}

/* NaN, infinities, zeros, subnormals and the like at regular places. */
static inline void sprinkle(int64_t n, float *x, int64_t every)
{
    static const float odd[] = {NAN, INFINITY, -INFINITY, 0.0F, -0.0F, 1e-42F, -1e-42F, 3e38F, -3e38F, 88.7F, -103.9F};
    for (int64_t i = 0, k = 0; i < n; i += every, k++)
        x[i] = odd[(size_t)k % (sizeof(odd) / sizeof(odd[0]))];
}

/* Equal bits, or both NaN. */
static inline int same_bits(float a, float b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    return memcmp(&a, &b, sizeof(a)) == 0;
}

#define assert_same(table, n, found, expected, ...)                                                               \
    do {                                                                                                          \
        for (int64_t at_ = 0; at_ < (n); at_++) {                                                                 \
            if (!same_bits((found)[at_], (expected)[at_])) {                                                      \
                print_message("%s: element %lld: found %a, expected %a: ", (table)->name, (long long)at_,         \
                              (double)(found)[at_], (double)(expected)[at_]);                                     \
                print_message(__VA_ARGS__);                                                                       \
                print_message("\n");                                                                              \
                fail();                                                                                           \
            }                                                                                                     \
        }                                                                                                         \
    } while (0)

#endif
