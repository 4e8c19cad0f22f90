/* The best question for a node, from the sums of its gradients by bin. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "trees/trees.h"

#define ONE_AGAINST_REST 4 /* categories at most that are tried one by one, beside nothing else */

static double shrunk(double g, double l1)
{
    const double size = fabs(g) - l1;
    return size > 0.0 ? size : 0.0;
}

/* l2 in words of hessian; above 0, so that nothing is divided by 0. */
static double penalty(const lj_tree_question *q, double l2)
{
    const double words = l2 * q->h_scale;
    return words > 1.0 ? words : 1.0;
}

static double least_of(const lj_tree_question *q)
{
    const double words = q->options->least_weight * q->h_scale;
    return words > 1.0 ? words : 1.0;
}

double lj_tree_score(const lj_tree_question *q, const lj_tree_sum *all, double l2)
{
    const double g = shrunk((double)all->g, q->options->l1 * q->g_scale);
    return g * g / ((double)all->h + penalty(q, l2));
}

double lj_tree_value(const lj_tree_question *q, double g, double h)
{
    const double size = shrunk(g, q->options->l1 * q->g_scale) / (h + penalty(q, q->options->l2));
    const double value = g > 0.0 ? -size : size;
    return value < q->low ? q->low : value > q->high ? q->high : value;
}

static lj_tree_splits_args splits_of(const lj_tree_question *q, const lj_tree_scratch *s, int64_t n, double l2)
{
    return (lj_tree_splits_args){.n = n,
                                 .g = s->g,
                                 .h = s->h,
                                 .g_all = (double)q->all.g,
                                 .h_all = (double)q->all.h,
                                 .l2 = penalty(q, l2),
                                 .l1 = q->options->l1 * q->g_scale,
                                 .least = least_of(q)};
}

/* ---- numbers ---- */

/* Running sums over the bins that have rows, from bin 1 on. */
static int64_t run_sums(const lj_tree_sum *sums, int32_t bins, lj_tree_scratch *s)
{
    int64_t g = 0, h = 0, n = 0;
    for (int32_t b = 1; b < bins; b++) {
        g += sums[b].g;
        h += sums[b].h;
        s->g[n] = (double)g;
        s->h[n] = (double)h;
        s->place[n] = b;
        n += sums[b].h != 0 || sums[b].g != 0;
    }
    return n;
}

/*
 * The best of splits whose leaves obey bounds, and the feature's direction: scores are those of the bounded values, one
 * by one.
 */
static int64_t best_bounded(const lj_tree_question *q, int32_t feature, const lj_tree_splits_args *a, double *score)
{
    const int sign = feature < q->bins->number_count ? q->options->monotone[feature] : 0;
    int64_t best = -1;
    *score = -INFINITY;
    for (int64_t i = 0; i < a->n; i++) {
        const double gl = a->g[i] + a->g_add, hl = a->h[i] + a->h_add;
        const double gr = a->g_all - gl, hr = a->h_all - hl;
        if (!(hl >= a->least && hr >= a->least))
            continue;
        const double left = lj_tree_value(q, gl, hl), right = lj_tree_value(q, gr, hr);
        if (sign * (right - left) < 0.0)
            continue;
        const double gain = -(2.0 * gl * left + (hl + a->l2) * left * left + 2.0 * a->l1 * fabs(left)) -
                            (2.0 * gr * right + (hr + a->l2) * right * right + 2.0 * a->l1 * fabs(right));
        if (gain > *score) {
            *score = gain;
            best = i;
        }
    }
    return best;
}

static int64_t best_place(const lj_tree_question *q, int32_t feature, const lj_tree_splits_args *a, double *score)
{
    return q->options->monotone != NULL ? best_bounded(q, feature, a, score) : q->kernels->tree_best(a, score);
}

static void keep(lj_tree_split *best, double gain, int32_t feature, int32_t bin, int missing_left, double g, double h)
{
    *best = (lj_tree_split){.gain = gain,
                            .feature = feature,
                            .bin = bin,
                            .missing_left = missing_left,
                            .left = {.g = (int64_t)g, .h = (int64_t)h}};
}

static double score_unsplit(const lj_tree_question *q)
{
    if (q->options->monotone == NULL)
        return lj_tree_score(q, &q->all, q->options->l2);
    const double g = (double)q->all.g, h = (double)q->all.h, w = lj_tree_value(q, g, h);
    return -(2.0 * g * w + (h + penalty(q, q->options->l2)) * w * w + 2.0 * q->options->l1 * q->g_scale * fabs(w));
}

static void split_number(const lj_tree_question *q, int32_t feature, const lj_tree_sum *sums, lj_tree_scratch *s,
                         lj_tree_split *best)
{
    const int64_t n = run_sums(sums, q->bins->cuts[feature].bins, s);
    lj_tree_splits_args a = splits_of(q, s, n, q->options->l2);
    const double before = score_unsplit(q);
    const int has_missing = sums[0].h != 0 || sums[0].g != 0;
    for (int missing_left = 0; missing_left <= has_missing; missing_left++) {
        double score = 0.0;
        a.g_add = missing_left ? (double)sums[0].g : 0.0;
        a.h_add = missing_left ? (double)sums[0].h : 0.0;
        const int64_t i = best_place(q, feature, &a, &score);
        if (i < 0 || !(score - before > best->gain))
            continue;
        const double g = s->g[i] + a.g_add, h = s->h[i] + a.h_add;
        /* Without missing rows to learn from, a missing value goes where most of the weight goes. */
        keep(best, score - before, feature, s->place[i], has_missing ? missing_left : 2.0 * h >= a.h_all, g, h);
    }
}

/* ---- categories ---- */

typedef struct ordered {
    double key;
    int32_t bin;
} ordered;

static int compare_keys(const void *x, const void *y)
{
    const ordered *a = x, *b = y;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return a->bin < b->bin ? -1 : a->bin > b->bin;
}

/* The bins with rows by their mean gradient, drawn towards 0 by `smoothing` hessians. */
static int64_t order_bins(const lj_tree_question *q, const lj_tree_sum *sums, int32_t bins, ordered *order)
{
    const double smoothing = q->options->smoothing * q->h_scale + 1.0;
    int64_t n = 0;
    for (int32_t b = 0; b < bins; b++) {
        if (sums[b].h != 0 || sums[b].g != 0)
            order[n++] = (ordered){.key = (double)sums[b].g / ((double)sums[b].h + smoothing), .bin = b};
    }
    qsort(order, (size_t)n, sizeof(*order), compare_keys);
    return n;
}

/* Fisher 1958: of two classes or squared error the best grouping is a cut of the ordered means. */
static void split_category(const lj_tree_question *q, int32_t feature, const lj_tree_sum *sums, lj_tree_scratch *s,
                           lj_tree_split *best)
{
    ordered order[LJ_TREE_BINS];
    const int64_t n = order_bins(q, sums, q->bins->cuts[feature].bins, order);
    const int one_by_one = n <= ONE_AGAINST_REST;
    int64_t g = 0, h = 0;
    for (int64_t i = 0; i < n; i++) {
        const lj_tree_sum *sum = &sums[order[i].bin];
        g = one_by_one ? sum->g : g + sum->g;
        h = one_by_one ? sum->h : h + sum->h;
        s->g[i] = (double)g;
        s->h[i] = (double)h;
    }
    const lj_tree_splits_args a = splits_of(q, s, n, q->options->l2 + (one_by_one ? 0.0 : q->options->category_l2));
    double score = 0.0;
    const int64_t i = best_place(q, feature, &a, &score);
    const double gain = score - score_unsplit(q);
    if (i < 0 || !(gain > best->gain))
        return;
    /* What training did not see here, level or bin 0, goes where most of the weight goes. */
    const int heavy_left = 2.0 * s->h[i] >= a.h_all;
    keep(best, gain, feature, -1, heavy_left, s->g[i], s->h[i]);
    memset(best->set, heavy_left ? 0xff : 0, sizeof(best->set));
    for (int64_t k = 0; k < n; k++) {
        const int32_t b = order[k].bin;
        const uint64_t bit = UINT64_C(1) << (b % 64);
        const int is_left = one_by_one ? k == i : k <= i;
        best->set[b / 64] = is_left ? best->set[b / 64] | bit : best->set[b / 64] & ~bit;
    }
}

void lj_tree_find_split(const lj_tree_question *q, int32_t feature, const lj_tree_sum *sums, lj_tree_scratch *scratch,
                        lj_tree_split *best)
{
    if (q->bins->cuts[feature].is_grouped)
        split_category(q, feature, sums, scratch, best);
    else
        split_number(q, feature, sums, scratch, best);
}

void lj_tree_sides(const lj_tree_split *split, uint8_t left[LJ_TREE_BINS])
{
    for (int32_t b = 0; b < LJ_TREE_BINS; b++)
        left[b] = (uint8_t)(split->bin < 0 ? (split->set[b / 64] >> (b % 64)) & 1 :
                                             b == 0 ? (uint64_t)split->missing_left : (uint64_t)(b <= split->bin));
}

/* ---- one question for all leaves of a level ---- */

int64_t lj_tree_order(const lj_tree_question *q, int32_t feature, const lj_tree_sum *sums, int32_t *order)
{
    const int32_t bins = q->bins->cuts[feature].bins;
    if (!q->bins->cuts[feature].is_grouped) {
        for (int32_t b = 1; b < bins; b++)
            order[b - 1] = b;
        return bins - 1;
    }
    ordered by_key[LJ_TREE_BINS];
    const int64_t n = order_bins(q, sums, bins, by_key);
    for (int64_t i = 0; i < n; i++)
        order[i] = by_key[i].bin;
    return n;
}

void lj_tree_add_scores(const lj_tree_question *q, const lj_tree_sum *sums, const int32_t *order, int64_t n,
                        const lj_tree_sum *missing, lj_tree_scratch *s, double *sum)
{
    int64_t g = 0, h = 0;
    for (int64_t i = 0; i < n; i++) {
        g += sums[order[i]].g;
        h += sums[order[i]].h;
        s->g[i] = (double)g;
        s->h[i] = (double)h;
    }
    lj_tree_splits_args a = splits_of(q, s, n, q->options->l2);
    a.g_add = missing != NULL ? (double)missing->g : 0.0;
    a.h_add = missing != NULL ? (double)missing->h : 0.0;
    q->kernels->tree_scores(&a, sum);
}
