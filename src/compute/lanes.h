/* The 16 virtual lanes of a long reduction, whatever the width of a vector. */
#ifndef LIANJIN_COMPUTE_LANES_H
#define LIANJIN_COMPUTE_LANES_H

#include "compute/vector_math.h"

#define LANES_V (LJ_LANES / LJ_W) /* vectors that hold the lanes */

typedef struct lanes {
    vf v[LANES_V];
} lanes;

/* 0 < n <= LJ_W floats, the rest +0: adding it to a lane, which is never -0, changes nothing. */
LJ_INLINE vf vload_up_to(const float *x, int64_t n)
{
    return n == LJ_W ? vload(x) : vload_n(x, n);
}

LJ_INLINE void vstore_up_to(float *p, vf x, int64_t n)
{
    if (n == LJ_W)
        vstore(p, x);
    else
        vstore_n(p, x, n);
}

LJ_INLINE lanes lanes_zero(void)
{
    lanes s;
    LJ_UNROLL
    for (int v = 0; v < LANES_V; v++)
        s.v[v] = vzero();
    return s;
}

LJ_INLINE void lanes_store(const lanes *s, float *out)
{
    LJ_UNROLL
    for (int v = 0; v < LANES_V; v++)
        vstore(out + v * LJ_W, s->v[v]);
}

/* Lane l + lane l + 8, then + 4, + 2, + 1. */
LJ_INLINE float lanes_sum(const lanes *s)
{
    float x[LJ_LANES];
    lanes_store(s, x);
    LJ_UNROLL
    for (int half = LJ_LANES / 2; half > 0; half /= 2) {
        LJ_UNROLL
        for (int l = 0; l < half; l++)
            x[l] = x[l] + x[l + half];
    }
    return x[0];
}

LJ_INLINE float lanes_sum_of(int64_t n, const float *x)
{
    lanes s = lanes_zero();
    int64_t i = 0;
    for (; i + LJ_LANES <= n; i += LJ_LANES) {
        LJ_UNROLL
        for (int v = 0; v < LANES_V; v++)
            s.v[v] = s.v[v] + vload(x + i + v * LJ_W);
    }
    for (int v = 0; i < n; i += LJ_W, v++)
        s.v[v] = s.v[v] + vload_up_to(x + i, lj_min(n - i, LJ_W));
    return lanes_sum(&s);
}

/* x where it is greater or a NaN */
LJ_INLINE vf vgreatest(vf best, vf x)
{
    return vselect((vi)(x > best) | (vi)(x != x), x, best);
}

LJ_INLINE float lanes_max_of(int64_t n, const float *x)
{
    float lane[LJ_W];
    vf best = -V_INFINITY;
    int64_t i = 0;
    for (; i + LJ_W <= n; i += LJ_W)
        best = vgreatest(best, vload(x + i));
    vstore(lane, best);
    float out = -__builtin_inff();
    for (; i < n; i++)
        out = x[i] > out || x[i] != x[i] ? x[i] : out;
    for (int l = 0; l < LJ_W; l++)
        out = lane[l] > out || lane[l] != lane[l] ? lane[l] : out;
    return out + 0.0F; /* which zero it was depends on the width: +0 */
}

#endif
