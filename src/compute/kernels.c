/* The choice of a table, and what belongs to no instruction set. */
#include "compute/kernels.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#if defined(LJ_HAVE_avx512)
extern const lj_kernels lj_kernels_avx512;
static int can_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
}
#endif
#if defined(LJ_HAVE_avx2)
extern const lj_kernels lj_kernels_avx2;
static int can_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif
#if defined(LJ_HAVE_neon)
extern const lj_kernels lj_kernels_neon;
#endif
extern const lj_kernels lj_kernels_generic;
static int can_always(void)
{
    return 1;
}

/* Best first. */
static const struct {
    const lj_kernels *table;
    int (*can)(void);
} tables[] = {
#if defined(LJ_HAVE_avx512)
    {&lj_kernels_avx512, can_avx512},
#endif
#if defined(LJ_HAVE_avx2)
    {&lj_kernels_avx2, can_avx2},
#endif
#if defined(LJ_HAVE_neon)
    {&lj_kernels_neon, can_always},
#endif
    {&lj_kernels_generic, can_always},
};
#define N_TABLES (sizeof(tables) / sizeof(tables[0]))

/* All names there are, also those of other processors. */
static const char *const all_names[] = {"generic", "avx2", "avx512", "neon"};

static const lj_kernels *chosen;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const lj_kernels *best(void)
{
    for (size_t i = 0; i < N_TABLES; i++) {
        if (tables[i].can())
            return tables[i].table;
    }
    return &lj_kernels_generic;
}

const lj_kernels *lj_kernels_named(const char *name)
{
    for (size_t i = 0; i < N_TABLES; i++) {
        if (strcmp(tables[i].table->name, name) == 0 && tables[i].can())
            return tables[i].table;
    }
    return NULL;
}

const char *const *lj_kernels_names(void)
{
    static const char *const names[] = {
#if defined(LJ_HAVE_avx512)
        "avx512",
#endif
#if defined(LJ_HAVE_avx2)
        "avx2",
#endif
#if defined(LJ_HAVE_neon)
        "neon",
#endif
        "generic", NULL};
    return names;
}

static void choose(void)
{
    const char *name = getenv("LIANJIN_ISA");
    const lj_kernels *table = name == NULL ? NULL : lj_kernels_named(name);
    __atomic_store_n(&chosen, table == NULL ? best() : table, __ATOMIC_RELEASE);
}

const lj_kernels *lj_kernels_get(void)
{
    const lj_kernels *table = __atomic_load_n(&chosen, __ATOMIC_ACQUIRE);
    if (table != NULL)
        return table;
    pthread_once(&once, choose);
    return __atomic_load_n(&chosen, __ATOMIC_ACQUIRE);
}

lj_status lj_kernels_select(const char *name)
{
    if (name == NULL)
        name = getenv("LIANJIN_ISA");
    if (name == NULL || name[0] == '\0') {
        pthread_once(&once, choose);
        __atomic_store_n(&chosen, best(), __ATOMIC_RELEASE);
        return LJ_OK;
    }
    const lj_kernels *table = lj_kernels_named(name);
    if (table != NULL) {
        pthread_once(&once, choose);
        __atomic_store_n(&chosen, table, __ATOMIC_RELEASE);
        return LJ_OK;
    }
    for (size_t i = 0; i < sizeof(all_names) / sizeof(all_names[0]); i++) {
        if (strcmp(all_names[i], name) == 0)
            return lj_fail(LJ_EUNSUPPORTED, "LIANJIN_ISA: this processor or build cannot run '%s'", name);
    }
    return lj_fail(LJ_EUSAGE, "LIANJIN_ISA: expected generic, avx2, avx512 or neon, found '%s'", name);
}

int lj_activation_needs_input(lj_activation activation)
{
    return activation == LJ_GELU || activation == LJ_SILU;
}

/* x^n by squaring: the same bits everywhere, which pow of libm does not promise. */
static double whole_power(double x, int64_t n)
{
    double y = 1.0;
    for (; n > 0; n >>= 1, x *= x) {
        if (n & 1)
            y *= x;
    }
    return y;
}

lj_adam_step lj_adam_step_make(float beta1, float beta2, float epsilon, int decoupled, int64_t step)
{
    return (lj_adam_step){
        .beta1_rest = (float)(1.0 - (double)beta1),
        .beta2 = beta2,
        .beta2_rest = (float)(1.0 - (double)beta2),
        .epsilon = epsilon,
        .correction1 = (float)(1.0 / (1.0 - whole_power((double)beta1, step))),
        .correction2 = (float)(1.0 / sqrt(1.0 - whole_power((double)beta2, step))),
        .decoupled = decoupled,
    };
}

void lj_position_waves(int64_t positions, int64_t pairs, double base, float *cosine, float *sine)
{
    const lj_kernels *k = lj_kernels_get();
    const double turn = 6.283185307179586, slope = -k->log_d(base) / (double)pairs;
    for (int64_t i = 0; i < pairs; i++) {
        const double frequency = k->exp_d(slope * (double)i);
        for (int64_t p = 0; p < positions; p++) {
            const double angle = (double)p * frequency;
            const float rest = (float)(angle - turn * floor(angle / turn));
            cosine[p * pairs + i] = k->cosf(rest);
            sine[p * pairs + i] = k->sinf(rest);
        }
    }
}
