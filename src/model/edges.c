/* Edges of the bins of numbers, from quantiles of the training rows. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "model/network.h"

#define DIGIT_BITS 11
#define DIGITS     3
#define BUCKETS    (1 << DIGIT_BITS)

/* Ascending order of finite floats as unsigned integers. */
static uint32_t to_key(float value)
{
    uint32_t bits;
    value += 0.0F; /* -0 becomes +0 */
    memcpy(&bits, &value, sizeof(bits));
    return bits & 0x80000000U ? ~bits : bits | 0x80000000U;
}

static float from_key(uint32_t key)
{
    const uint32_t bits = key & 0x80000000U ? key & 0x7FFFFFFFU : ~key;
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* Radix sort: 15 times qsort at 100,000 numbers. */
static void sort_keys(uint32_t *keys, uint32_t *spare, int64_t n)
{
    uint32_t *from = keys, *to = spare;
    for (int digit = 0; digit < DIGITS; digit++) {
        const int shift = digit * DIGIT_BITS;
        int64_t start[BUCKETS] = {0};
        for (int64_t i = 0; i < n; i++)
            start[from[i] >> shift & (BUCKETS - 1)]++;
        int64_t sum = 0;
        for (int b = 0; b < BUCKETS; b++) {
            const int64_t count = start[b];
            start[b] = sum;
            sum += count;
        }
        for (int64_t i = 0; i < n; i++)
            to[start[from[i] >> shift & (BUCKETS - 1)]++] = from[i];
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != keys)
        memcpy(keys, from, (size_t)n * sizeof(*keys));
}

/* Type 7 quantile at k / parts of n sorted keys. */
static float quantile(const uint32_t *keys, int64_t n, int64_t k, int64_t parts)
{
    const double place = (double)(n - 1) * (double)k / (double)parts;
    const int64_t below = (int64_t)floor(place);
    const double low = (double)from_key(keys[below]);
    const double high = (double)from_key(keys[below + 1 < n ? below + 1 : below]);
    return (float)(low + (place - (double)below) * (high - low));
}

/* Distinct edges of sorted keys, at most most_bins + 1; answers their number. */
static int64_t find_edges(const uint32_t *keys, int64_t n, int64_t most_bins, float *edges)
{
    int64_t count = 0;
    for (int64_t i = 0; i < n && count <= most_bins + 1; i++) {
        if (i > 0 && keys[i] == keys[i - 1])
            continue;
        if (count <= most_bins)
            edges[count] = from_key(keys[i]);
        count++;
    }
    if (count <= most_bins + 1)
        return count;
    count = 0;
    for (int64_t k = 0; k <= most_bins; k++) {
        const float edge = quantile(keys, n, k, most_bins);
        if (count == 0 || edge > edges[count - 1])
            edges[count++] = edge;
    }
    return count;
}

lj_status lj_network_edges(const lj_rows *train, int64_t most_bins, int64_t *bins, float **edges)
{
    const int64_t features = train->number_count, width = most_bins + 1;
    lj_status status = LJ_OK;
    *edges = NULL;
    *bins = 1;
    uint32_t *keys = lj_new_array(2 * train->n, sizeof(*keys));
    int64_t *counts = lj_new_array(features, sizeof(*counts));
    float *wide = lj_new_array(features * width, sizeof(*wide));
    float *out = NULL;
    if (keys == NULL || counts == NULL || wide == NULL) {
        status = lj_fail(LJ_ENOMEM, "no memory for the bins of %" PRId64 " numbers", features);
        goto done;
    }
    for (int64_t f = 0; f < features; f++) {
        for (int64_t i = 0; i < train->n; i++)
            keys[i] = to_key(train->numbers[i * features + f]);
        sort_keys(keys, keys + train->n, train->n);
        counts[f] = find_edges(keys, train->n, most_bins, wide + f * width);
        if (counts[f] - 1 > *bins)
            *bins = counts[f] - 1;
    }
    out = lj_new_array(features * (*bins + 1), sizeof(*out));
    if (out == NULL) {
        status = lj_fail(LJ_ENOMEM, "no memory for the bins of %" PRId64 " numbers", features);
        goto done;
    }
    for (int64_t f = 0; f < features; f++) {
        for (int64_t k = 0; k <= *bins; k++)
            out[f * (*bins + 1) + k] = wide[f * width + (k < counts[f] ? k : counts[f] - 1)];
    }
    *edges = out;
done:
    lj_free(wide);
    lj_free(counts);
    lj_free(keys);
    return status;
}
