/* Rows of tables by code, and the piecewise-linear encoding. */
#include "compute/kernel.h"
#include "compute/tree.h"

void LJ_NAME(gather)(int64_t n, int64_t d, int64_t size, int64_t padding, const float *table, const int32_t *codes,
                     float *y)
{
    for (int64_t i = 0; i < n; i++) {
        const int64_t code = codes[i] >= 0 && codes[i] < size ? codes[i] : 0;
        float *to = y + i * d;
        const float *from = table + code * d;
        int64_t j = 0;
        if (code == padding) {
            memset(to, 0, (size_t)d * sizeof(float));
            continue;
        }
        for (; j + LJ_W <= d; j += LJ_W)
            vstore(to + j, vload(from + j));
        if (j < d)
            vstore_n(to + j, vload_n(from + j, d - j), d - j);
    }
}

/* ---- sums of rows with the same code ---- */

static int64_t shards_of(int64_t n, int64_t shard_rows)
{
    return (n + shard_rows - 1) / shard_rows;
}

static int64_t sums_of(int64_t n, int64_t shard_rows, int64_t d)
{
    return (lj_tree_depth(shards_of(n, shard_rows)) + 2) * d;
}

int64_t LJ_NAME(scatter_scratch)(int64_t n, int64_t shard_rows, int64_t d, int64_t codes)
{
    return n <= 0 ? 0 : sums_of(n, shard_rows, d) + 2 * n + 1 + codes;
}

/* y = a + b; a NULL: y = b + 0 */
static void add_rows(int64_t d, const float *a, const float *b, float *y)
{
    int64_t j = 0;
    for (; j + LJ_W <= d; j += LJ_W)
        vstore(y + j, (a == NULL ? vzero() : vload(a + j)) + vload(b + j));
    if (j < d)
        vstore_n(y + j, (a == NULL ? vzero() : vload_n(a + j, d - j)) + vload_n(b + j, d - j), d - j);
}

/* Where the code of a row lies in our part of the table, if in it. */
LJ_INLINE int64_t place_of(const lj_scatter_args *a, int64_t row)
{
    return (a->codes[row] >= 0 && a->codes[row] < a->size ? a->codes[row] : 0) - a->first;
}

static int any(vi mask)
{
    uint64_t words[LJ_W / 2], all = 0;
    memcpy(words, &mask, sizeof(words));
    LJ_UNROLL
    for (int i = 0; i < LJ_W / 2; i++)
        all |= words[i];
    return all != 0;
}

/* Whether one of the LJ_W codes may be ours. */
static int may_be_ours(const lj_scatter_args *a, const int32_t *codes)
{
    vi code;
    memcpy(&code, codes, sizeof(code));
    vi ours = (vi)(code >= vset1_i((int32_t)a->first)) & (vi)(code < vset1_i((int32_t)a->last));
    if (a->first == 0)
        ours = ours | (vi)(code < vset1_i(0)) | (vi)(code >= vset1_i((int32_t)a->size));
    return any(ours);
}

/* Lists of the rows of each code in ascending order; `ours` are those rows in the same order. Answers how many. */
static int64_t link_rows(const lj_scatter_args *a, int32_t *head, int32_t *next, int32_t *ours)
{
    int64_t n = 0;
    for (int64_t i = 0; i < a->n; i += LJ_W) {
        const int64_t end = lj_min(i + LJ_W, a->n);
        if (end - i == LJ_W && !may_be_ours(a, a->codes + i))
            continue;
        for (int64_t l = i; l < end; l++) { /* without a branch: most are not ours, at no place that can be foretold */
            const int64_t place = place_of(a, l);
            ours[n] = (int32_t)l;
            n += (place >= 0) & (place < a->last - a->first) & (place != a->padding - a->first);
        }
    }
    memset(head, 0xff, (size_t)(a->last - a->first) * sizeof(*head));
    for (int64_t k = n - 1; k >= 0; k--) {
        const int64_t place = place_of(a, ours[k]);
        next[ours[k]] = head[place];
        head[place] = ours[k];
    }
    return n;
}

/*
 * The rows of one list: blocks and shards that have none of them add zeros, and
 * so are passed over. Two neighbours in the tree merge at the level of the
 * highest bit in which the numbers of their shards differ, so a sum waits until
 * the next one is farther than the one before it.
 */
static void sum_list(const lj_scatter_args *a, int32_t i, const int32_t *next, float *out)
{
    const int64_t d = a->d;
    float *block = a->scratch, *shard = block + d, *waiting = shard + d;
    int64_t of_shard[65];
    int64_t levels = 0;
    while (i >= 0) {
        const int64_t at = i / a->shard_rows, end = (at + 1) * a->shard_rows;
        const float *sum = NULL;
        while (i >= 0 && i < end) {
            const int64_t block_end = i + LJ_CHAIN_BLOCK - (i - at * a->shard_rows) % LJ_CHAIN_BLOCK;
            const float *chain = NULL;
            for (; i >= 0 && i < end && i < block_end; i = next[i]) {
                add_rows(d, chain, a->dy + i * d, block);
                chain = block;
            }
            if (sum == NULL && (i < 0 || i >= end)) { /* the only block */
                sum = block;
                break;
            }
            add_rows(d, sum, block, shard);
            sum = shard;
        }
        while (levels >= 2 && (of_shard[levels - 1] ^ of_shard[levels - 2]) < (of_shard[levels - 1] ^ at)) {
            add_rows(d, waiting + (levels - 2) * d, waiting + (levels - 1) * d, waiting + (levels - 2) * d);
            of_shard[levels - 2] = of_shard[levels - 1];
            levels--;
        }
        memcpy(waiting + levels * d, sum, (size_t)d * sizeof(float));
        of_shard[levels++] = at;
    }
    const float *newest = waiting + --levels * d;
    for (; levels > 0; levels--) {
        float *older = waiting + (levels - 1) * d;
        add_rows(d, older, newest, older);
        newest = older;
    }
    memcpy(out, newest, (size_t)d * sizeof(float));
}

void LJ_NAME(scatter_add)(const lj_scatter_args *args)
{
    const lj_scatter_args *a = args;
    const int64_t codes = a->last - a->first;
    memset(a->table, 0, (size_t)(codes * a->d) * sizeof(float));
    if (a->n == 0)
        return;
    int32_t *next = (int32_t *)(void *)(a->scratch + sums_of(a->n, a->shard_rows, a->d));
    int32_t *ours = next + a->n, *head = ours + a->n + 1; /* one is written past the last of ours */
    const int64_t n = link_rows(a, head, next, ours);
    for (int64_t k = 0; k < n; k++) {
        const int32_t row = ours[k];
        float *out = a->table + place_of(a, row) * a->d;
        if (head[place_of(a, row)] != row) /* not the first of its code */
            continue;
        if (next[row] < 0)
            add_rows(a->d, NULL, a->dy + row * a->d, out);
        else
            sum_list(a, row, next, out);
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
