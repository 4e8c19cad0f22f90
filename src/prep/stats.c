#include "prep/stats.h"

#include <math.h>
#include <string.h>

#include "lianjin/limits.h"

#define RADIX_BITS 11
#define RADIX_SIZE (1 << RADIX_BITS)
#define RADIX_PASSES 6 /* 66 bits: all of a double */
#define INSERTION_MAX 48

static void sort_by_insertion(double *values, int64_t n)
{
    for (int64_t i = 1; i < n; i++) {
        const double value = values[i];
        int64_t j = i;
        for (; j > 0 && values[j - 1] > value; j--)
            values[j] = values[j - 1];
        values[j] = value;
    }
}

/* Doubles in an order that unsigned comparison understands: negative ones are mirrored. */
static uint64_t key_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return (bits >> 63) != 0 ? ~bits : bits | (UINT64_C(1) << 63);
}

void lj_sort_doubles(double *values, double *scratch, int64_t n)
{
    if (n <= INSERTION_MAX) {
        sort_by_insertion(values, n);
        return;
    }
    int64_t counts[RADIX_PASSES][RADIX_SIZE];
    memset(counts, 0, sizeof(counts));
    for (int64_t i = 0; i < n; i++) {
        const uint64_t key = key_of(values[i]);
        for (int pass = 0; pass < RADIX_PASSES; pass++)
            counts[pass][(key >> (pass * RADIX_BITS)) & (RADIX_SIZE - 1)]++;
    }
    double *from = values;
    double *to = scratch;
    for (int pass = 0; pass < RADIX_PASSES; pass++) {
        int64_t *count = counts[pass];
        if (count[(key_of(from[0]) >> (pass * RADIX_BITS)) & (RADIX_SIZE - 1)] == n)
            continue; /* all in one bucket */
        int64_t begin = 0;
        for (int i = 0; i < RADIX_SIZE; i++) {
            const int64_t size = count[i];
            count[i] = begin;
            begin += size;
        }
        for (int64_t i = 0; i < n; i++)
            to[count[(key_of(from[i]) >> (pass * RADIX_BITS)) & (RADIX_SIZE - 1)]++] = from[i];
        double *other = from;
        from = to;
        to = other;
    }
    if (from != values)
        memcpy(values, from, (size_t)n * sizeof(*values));
}

static double join_lanes(double lanes[LJ_LANES])
{
    for (int half = LJ_LANES / 2; half >= 1; half /= 2) {
        for (int i = 0; i < half; i++)
            lanes[i] += lanes[i + half];
    }
    return lanes[0];
}

double lj_sum_doubles(const double *values, int64_t n)
{
    double lanes[LJ_LANES] = {0};
    for (int64_t i = 0; i < n; i++)
        lanes[i % LJ_LANES] += values[i];
    return join_lanes(lanes);
}

double lj_mean_doubles(const double *values, int64_t n)
{
    return lj_sum_doubles(values, n) / (double)n;
}

double lj_deviation_doubles(const double *values, int64_t n, double mean)
{
    double lanes[LJ_LANES] = {0};
    for (int64_t i = 0; i < n; i++) {
        const double distance = values[i] - mean;
        lanes[i % LJ_LANES] += distance * distance;
    }
    return sqrt(join_lanes(lanes) / (double)n);
}

double lj_quantile_sorted(const double *sorted, int64_t n, double q)
{
    const double position = q * (double)(n - 1);
    int64_t below = (int64_t)floor(position);
    if (below < 0)
        below = 0;
    if (below >= n - 1)
        return sorted[n - 1];
    const double part = position - (double)below;
    const double low = sorted[below];
    const double high = sorted[below + 1];
    /* From the nearer end, so that both ends are met exactly. */
    return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1.0 - part);
}

/* Moves the k-th smallest value to its place, smaller ones before it (Hoare's selection). */
static void select_place(double *values, int64_t n, int64_t k)
{
    int64_t low = 0;
    int64_t high = n - 1;
    while (low < high) {
        const double pivot = values[low + (high - low) / 2];
        int64_t i = low;
        int64_t j = high;
        while (i <= j) {
            while (values[i] < pivot)
                i++;
            while (values[j] > pivot)
                j--;
            if (i <= j) {
                const double value = values[i];
                values[i++] = values[j];
                values[j--] = value;
            }
        }
        if (k <= j)
            high = j;
        else if (k >= i)
            low = i;
        else
            return;
    }
}

double lj_median_doubles(double *values, int64_t n)
{
    const int64_t k = (n - 1) / 2;
    select_place(values, n, k);
    if (n % 2 == 1)
        return values[k];
    double pair[2] = {values[k], values[k + 1]};
    for (int64_t i = k + 2; i < n; i++)
        pair[1] = values[i] < pair[1] ? values[i] : pair[1];
    return lj_quantile_sorted(pair, 2, 0.5);
}

int64_t lj_distinct_sorted(const double *sorted, int64_t n)
{
    int64_t count = n > 0;
    for (int64_t i = 1; i < n; i++)
        count += sorted[i] != sorted[i - 1];
    return count;
}

double lj_mode_sorted(const double *sorted, int64_t n)
{
    double mode = sorted[0];
    int64_t most = 0;
    int64_t begin = 0;
    for (int64_t i = 1; i <= n; i++) {
        if (i < n && sorted[i] == sorted[begin])
            continue;
        if (i - begin > most) {
            most = i - begin;
            mode = sorted[begin];
        }
        begin = i;
    }
    return mode;
}

int64_t lj_search_sorted(const double *sorted, int64_t count, double x)
{
    /* Without branches: the compiler makes conditional moves of it. */
    const double *base = sorted;
    int64_t size = count;
    if (count == 0 || !(sorted[0] <= x))
        return -1;
    while (size > 1) {
        const int64_t half = size / 2;
        base = base[half] <= x ? base + half : base;
        size -= half;
    }
    return base - sorted;
}
