/* Trees: gradients to whole numbers, sums by bin, and what splits gain. */
#include "compute/kernel.h"

#define W_D (LJ_W / 2) /* doubles of a vector */

typedef double vd __attribute__((vector_size(LJ_W * 4)));
typedef double vd_unaligned __attribute__((vector_size(LJ_W * 4), aligned(8), may_alias));
typedef int64_t vl __attribute__((vector_size(LJ_W * 4)));
typedef uint32_t vu __attribute__((vector_size(LJ_W * 4)));
typedef uint32_t vu_unaligned __attribute__((vector_size(LJ_W * 4), aligned(4), may_alias));

/* ---- bins ---- */

#define TOGETHER 32 /* searches at once, so that none waits for the other's memory */

LJ_INLINE void search_cuts(const float *x, const float *cuts, int64_t count, int32_t *at)
{
    for (int k = 0; k < TOGETHER; k++)
        at[k] = 0;
    int32_t n = (int32_t)count;
    for (; n > 1; n -= n / 2) {
        const int32_t half = n / 2;
        for (int k = 0; k < TOGETHER; k++)
            at[k] += (cuts[at[k] + half - 1] < x[k]) * half;
    }
    for (int k = 0; n == 1 && k < TOGETHER; k++)
        at[k] += cuts[at[k]] < x[k];
}

void LJ_NAME(tree_bins)(int64_t n, const float *x, int64_t stride, const float *cuts, int64_t count, uint8_t *bins)
{
    float values[TOGETHER] = {0};
    int32_t at[TOGETHER];
    for (int64_t i = 0; i < n; i += TOGETHER) {
        const int64_t m = lj_min(TOGETHER, n - i);
        for (int64_t k = 0; k < m; k++)
            values[k] = x[(i + k) * stride];
        search_cuts(values, cuts, count, at);
        for (int64_t k = 0; k < m; k++)
            bins[i + k] = (uint8_t)(values[k] != values[k] ? 0 : 1 + at[k]);
    }
}

/* ---- words ---- */

/* A well mixed word of each word (Wellons, "Prospecting for hash functions", 2018: lowbias32). */
LJ_INLINE vu mix(vu x)
{
    x ^= x >> 16;
    x *= 0x7feb352dU;
    x ^= x >> 15;
    x *= 0x846ca68bU;
    return x ^ (x >> 16);
}

/* t * 2^16 + noise, shifted back: floor(t + u) for numbers whose size leaves room. */
LJ_INLINE vu words_of(vf g, vf h, vf g_scale, vf h_scale, vu row, vu key)
{
    const vu noise = mix(row ^ key);
    const vi g_fixed = __builtin_convertvector(g * g_scale, vi);
    const vi h_fixed = __builtin_convertvector(h * h_scale, vi);
    const vi g_whole = (g_fixed + (vi)(noise & 0xffffU)) >> 16;
    const vi h_whole = (h_fixed + (vi)(noise >> 17)) >> 15;
    return ((vu)g_whole << 16) | (vu)h_whole;
}

void LJ_NAME(tree_words)(const lj_tree_words_args *a)
{
    const vf g_scale = vset1(a->g_scale * 65536.0F), h_scale = vset1(a->h_scale * 32768.0F);
    const vu key = (vu)vset1(0.0F) + a->key;
    vu row = (vu)vset1(0.0F) + a->first;
    for (int k = 0; k < LJ_W; k++)
        row[k] += (uint32_t)k;
    int64_t i = 0;
    for (; i + LJ_W <= a->n; i += LJ_W) {
        *(vu_unaligned *)(a->words + i) = words_of(vload(a->g + i), vload(a->h + i), g_scale, h_scale, row, key);
        row += LJ_W;
    }
    if (i < a->n) {
        float g[LJ_W] = {0}, h[LJ_W] = {0};
        const size_t rest = (size_t)(a->n - i);
        memcpy(g, a->g + i, rest * sizeof(*g));
        memcpy(h, a->h + i, rest * sizeof(*h));
        const vu last = words_of(vload(g), vload(h), g_scale, h_scale, row, key);
        memcpy(a->words + i, &last, rest * sizeof(*a->words));
    }
}

/* ---- sums ---- */

#define AHEAD 24 /* rows whose bins are fetched before their turn */

LJ_INLINE void add_row(const int width, const uint8_t *bins, uint32_t word, uint64_t *sums)
{
    const uint64_t both = (uint64_t)((int64_t)(int32_t)(word & 0xffff0000U) * 65536) + (word & 0xffffU);
    LJ_UNROLL
    for (int f = 0; f < width; f++)
        sums[f * LJ_TREE_BINS + bins[f]] += both;
}

LJ_INLINE void sums_of(const int width, const lj_tree_sums_args *a)
{
    if (a->rows == NULL) {
        for (int64_t i = a->first; i < a->first + a->n; i++)
            add_row(width, a->bins + i * width, a->words[i], a->sums);
        return;
    }
    int64_t i = 0;
    for (; i + AHEAD < a->n; i++) {
        const int64_t next = a->rows[i + AHEAD], row = a->rows[i];
        __builtin_prefetch(a->bins + next * width);
        __builtin_prefetch(a->words + next);
        add_row(width, a->bins + row * width, a->words[row], a->sums);
    }
    for (; i < a->n; i++)
        add_row(width, a->bins + (int64_t)a->rows[i] * width, a->words[a->rows[i]], a->sums);
}

void LJ_NAME(tree_sums)(const lj_tree_sums_args *a)
{
    switch (a->width) {
#define ROW(width)          \
    case width:             \
        sums_of(width, a);  \
        break;
        ROW(1) ROW(2) ROW(3) ROW(4) ROW(5) ROW(6) ROW(7) ROW(8)
        ROW(9) ROW(10) ROW(11) ROW(12) ROW(13) ROW(14) ROW(15) ROW(16)
#undef ROW
    default:
        break;
    }
}

/* ---- splits ---- */

LJ_INLINE vd load_d(const double *p)
{
    return *(const vd_unaligned *)p;
}

LJ_INLINE vd set1_d(double x)
{
    vd y;
    LJ_UNROLL
    for (int k = 0; k < W_D; k++)
        y[k] = x;
    return y;
}

LJ_INLINE vd select_d(vl mask, vd yes, vd no)
{
    return (vd)((mask & (vl)yes) | (~mask & (vl)no));
}

/* max(|x| - l1, 0) */
LJ_INLINE vd shrink(vd x, vd l1)
{
    const vd size = (vd)((vl)x & INT64_MAX) - l1;
    return (vd)((vl)size & (vl)(size > 0.0));
}

/* Scores of the splits from i on; `fits` says where both hessians are large enough. */
LJ_INLINE vd scores_at(const lj_tree_splits_args *a, int64_t i, const int has_l1, vl *fits)
{
    const vd l2 = set1_d(a->l2), least = set1_d(a->least);
    const vd gl = load_d(a->g + i) + set1_d(a->g_add), hl = load_d(a->h + i) + set1_d(a->h_add);
    const vd gr = set1_d(a->g_all) - gl, hr = set1_d(a->h_all) - hl;
    const vd left = has_l1 ? shrink(gl, set1_d(a->l1)) : gl, right = has_l1 ? shrink(gr, set1_d(a->l1)) : gr;
    const vd al = hl + l2, ar = hr + l2;
    *fits = (vl)(hl >= least) & (vl)(hr >= least);
    return (left * left * ar + right * right * al) / (al * ar);
}

LJ_INLINE int64_t best_of(const lj_tree_splits_args *a, const int has_l1, double *score)
{
    const double none = -__builtin_inf();
    vd best = set1_d(none);
    vl where = {0}, at = {0};
    for (int k = 0; k < W_D; k++)
        at[k] = k;
    for (int64_t i = 0; i < a->n; i += W_D) {
        vl fits;
        const vd s = scores_at(a, i, has_l1, &fits);
        const vl better = fits & (vl)(at < a->n) & (vl)(s > best);
        best = select_d(better, s, best);
        where = (better & at) | (~better & where);
        at += W_D;
    }
    int64_t index = -1;
    *score = none;
    for (int k = 0; k < W_D; k++) {
        if (best[k] > *score || (best[k] == *score && index >= 0 && where[k] < index)) {
            *score = best[k];
            index = where[k];
        }
    }
    return index;
}

int64_t LJ_NAME(tree_best)(const lj_tree_splits_args *a, double *score)
{
    return a->l1 > 0.0 ? best_of(a, 1, score) : best_of(a, 0, score);
}

LJ_INLINE void add_scores(const lj_tree_splits_args *a, const int has_l1, double *sum)
{
    vl fits;
    int64_t i = 0;
    for (; i + W_D <= a->n; i += W_D)
        *(vd_unaligned *)(sum + i) = load_d(sum + i) + scores_at(a, i, has_l1, &fits);
    if (i < a->n) {
        const vd s = scores_at(a, i, has_l1, &fits);
        for (int64_t k = 0; i + k < a->n; k++)
            sum[i + k] += s[k];
    }
}

void LJ_NAME(tree_scores)(const lj_tree_splits_args *a, double *sum)
{
    if (a->l1 > 0.0)
        add_scores(a, 1, sum);
    else
        add_scores(a, 0, sum);
}
