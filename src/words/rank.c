#include "words/rank.h"

#include <math.h>
#include <stdlib.h>

#include "lianjin/memory.h"

typedef struct ranked {
    double value;
    int64_t at;
} ranked;

static int all_equal(const double *x, int64_t n)
{
    for (int64_t i = 1; i < n; i++)
        if (x[i] < x[0] || x[i] > x[0])
            return 0;
    return 1;
}

double lj_pearson(const double *x, const double *y, int64_t n)
{
    double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
    if (all_equal(x, n) || all_equal(y, n))
        return (double)NAN;
    for (int64_t i = 0; i < n; i++) {
        mean_x += x[i] / (double)n;
        mean_y += y[i] / (double)n;
    }
    for (int64_t i = 0; i < n; i++) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        yy += (y[i] - mean_y) * (y[i] - mean_y);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
    }
    return xy / sqrt(xx * yy);
}

static int by_value(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->value < y->value || x->value > y->value)
        return x->value < y->value ? -1 : 1;
    return x->at < y->at ? -1 : 1;
}

static void rank(const double *x, int64_t n, ranked *room, double *out)
{
    for (int64_t i = 0; i < n; i++)
        room[i] = (ranked){x[i], i};
    qsort(room, (size_t)n, sizeof(*room), by_value);
    for (int64_t first = 0; first < n;) {
        int64_t end = first + 1;
        while (end < n && !(room[end].value > room[first].value))
            end++;
        for (int64_t i = first; i < end; i++)
            out[room[i].at] = 0.5 * (double)(first + 1 + end);
        first = end;
    }
}

lj_status lj_spearman(const double *x, const double *y, int64_t n, double *out)
{
    ranked *room = lj_new_array(n, sizeof(*room));
    double *of_x = lj_new_array(n, sizeof(*of_x));
    double *of_y = lj_new_array(n, sizeof(*of_y));
    lj_status status = LJ_OK;
    if (room == NULL || of_x == NULL || of_y == NULL) {
        status = lj_fail(LJ_ENOMEM, "no memory for the ranks of %lld values", (long long)n);
    } else {
        rank(x, n, room, of_x);
        rank(y, n, room, of_y);
        *out = lj_pearson(of_x, of_y, n);
    }
    lj_free(room);
    lj_free(of_x);
    lj_free(of_y);
    return status;
}
