/* Rows of tables by code, and the piecewise-linear encoding. */
#include "compute/kernel.h"

void LJ_NAME(gather)(int64_t n, int64_t d, int64_t size, const float *table, const int32_t *codes, float *y)
{
    for (int64_t i = 0; i < n; i++) {
        const int64_t code = codes[i] >= 0 && codes[i] < size ? codes[i] : 0;
        memcpy(y + i * d, table + code * d, (size_t)d * sizeof(float));
    }
}

void LJ_NAME(scatter_add)(int64_t n, int64_t d, int64_t size, int64_t first, int64_t last, const int32_t *codes,
                          const float *dy, float *table)
{
    for (int64_t i = 0; i < n; i++) {
        const int64_t code = codes[i] >= 0 && codes[i] < size ? codes[i] : 0;
        if (code < first || code >= last)
            continue;
        float *to = table + code * d;
        const float *from = dy + i * d;
        int64_t j = 0;
        for (; j + LJ_W <= d; j += LJ_W)
            vstore(to + j, vload(to + j) + vload(from + j));
        if (j < d)
            vstore_n(to + j, vload_n(to + j, d - j) + vload_n(from + j, d - j), d - j);
    }
}

/* The last bin of a feature that has a width, -1 if none has. */
static int64_t last_used(int64_t bins, const float *edges)
{
    int64_t t = bins - 1;
    while (t >= 0 && !(edges[t + 1] > edges[t]))
        t--;
    return t;
}

/* Components t .. t + LJ_W - 1: no bound below the first, none above the last used. */
LJ_INLINE vf components(vf x, vf low, vf high)
{
    const vf zero = vzero(), one = vset1(1.0F);
    vf c = (x - low) / (high - low);
    c = vselect((vi)(c < zero), zero, c);
    c = vselect((vi)(c > one), one, c);
    return vselect((vi)(high > low), c, zero);
}

void LJ_NAME(piecewise_linear)(int64_t rows, int64_t features, int64_t bins, const float *x, const float *edges,
                               float *y)
{
    for (int64_t f = 0; f < features; f++) {
        const float *e = edges + f * (bins + 1);
        const int64_t last = last_used(bins, e);
        for (int64_t r = 0; r < rows; r++) {
            const float value = x[r * features + f];
            float *to = y + (r * features + f) * bins;
            int64_t t = 0;
            for (; t + LJ_W <= bins; t += LJ_W)
                vstore(to + t, components(vset1(value), vload(e + t), vload(e + t + 1)));
            if (t < bins) {
                const int64_t left = bins - t;
                vstore_n(to + t, components(vset1(value), vload_n(e + t, left), vload_n(e + t + 1, left)), left);
            }
            /* The two open ends. */
            if (last >= 0) {
                const float first_part = (value - e[0]) / (e[1] - e[0]);
                if (e[1] > e[0] && first_part < 0.0F)
                    to[0] = first_part;
                const float last_part = (value - e[last]) / (e[last + 1] - e[last]);
                if (last_part > 1.0F)
                    to[last] = last_part;
            }
        }
    }
}

void LJ_NAME(piecewise_linear_grad)(int64_t rows, int64_t features, int64_t bins, const float *x, const float *edges,
                                    const float *dy, float *dx)
{
    for (int64_t f = 0; f < features; f++) {
        const float *e = edges + f * (bins + 1);
        const int64_t last = last_used(bins, e);
        for (int64_t r = 0; r < rows; r++) {
            const int64_t at = r * features + f;
            const float value = x[at];
            float sum = 0.0F;
            for (int64_t t = 0; t <= last; t++) {
                const float width = e[t + 1] - e[t];
                const int is_open = (t == 0 || value >= e[t]) && (t == last || value <= e[t + 1]);
                if (e[t + 1] > e[t] && is_open)
                    sum += dy[at * bins + t] / width;
            }
            dx[at] = sum;
        }
    }
}
