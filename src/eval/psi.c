/*
 * Population stability index: sum over bins of (a - e) ln(a / e), with the
 * shares e and a of the two samples. Bins: deciles of the first sample (type 7),
 * equal edges joined. An empty share counts as 0.0001.
 */
#include <assert.h>
#include <inttypes.h>
#include <math.h>

#include "eval/interval.h"
#include "eval/ranking.h"
#include "lianjin/eval.h"
#include "lianjin/math.h"
#include "lianjin/memory.h"

#define BINS 10
#define LEAST_SHARE 0.0001

static lj_status check(const char *which, const float *score, int64_t n)
{
    if (n <= 0)
        return lj_fail(LJ_EDATA, "psi: the %s sample has no rows", which);
    for (int64_t r = 0; r < n; r++)
        if (isnan(score[r]))
            return lj_fail(LJ_EDATA, "psi: score %" PRId64 " of the %s sample is not a number", r, which);
    return LJ_OK;
}

/* Inner edges, distinct and ascending. */
static int make_edges(const float *sorted, int64_t n, double edges[BINS - 1])
{
    int count = 0;
    for (int k = 1; k < BINS; k++) {
        const double place = (double)k / BINS * (double)(n - 1);
        const int64_t below = (int64_t)floor(place);
        const int64_t above = below + 1 < n ? below + 1 : below;
        const double edge = (double)sorted[below] +
                            (place - (double)below) * ((double)sorted[above] - (double)sorted[below]);
        if (count == 0 || edge > edges[count - 1])
            edges[count++] = edge;
    }
    return count;
}

/* A score on an edge belongs to the bin below it. */
static void count_bins(const float *score, int64_t n, const double *edges, int edge_count, double shares[BINS])
{
    int64_t counts[BINS] = {0};
    for (int64_t r = 0; r < n; r++) {
        int bin = 0;
        while (bin < edge_count && (double)score[r] > edges[bin])
            bin++;
        counts[bin]++;
    }
    for (int b = 0; b < BINS; b++)
        shares[b] = fmax((double)counts[b] / (double)n, LEAST_SHARE);
}

lj_status lj_psi(const float *expected, int64_t n_expected, const float *actual, int64_t n_actual, double *out)
{
    assert(expected != NULL && actual != NULL && out != NULL);
    LJ_TRY(check("first", expected, n_expected));
    LJ_TRY(check("second", actual, n_actual));
    float *sorted;
    LJ_TRY(lj_sorted_floats(expected, n_expected, &sorted));
    double edges[BINS - 1];
    const int edge_count = make_edges(sorted, n_expected, edges);
    lj_free(sorted);
    double e[BINS];
    double a[BINS];
    count_bins(expected, n_expected, edges, edge_count, e);
    count_bins(actual, n_actual, edges, edge_count, a);
    double sum = 0;
    for (int b = 0; b <= edge_count; b++)
        sum += (a[b] - e[b]) * lj_log_d(a[b] / e[b]);
    *out = sum;
    return LJ_OK;
}
