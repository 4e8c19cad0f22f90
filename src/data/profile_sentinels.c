/* Codes among numbers that stand for something else. */
#include <math.h>
#include <string.h>

#include "data/profile.h"

/*
 * What must hold for a code: it is one that people use (-1, -9, 96 to 99, 999,
 * 9998, 8888, ...), at least REPEATS rows have it, and it stands apart: the gap
 * to the other values is at least half of their whole range, or it is negative
 * where no other value is.
 */
enum { REPEATS = 3, CODES_MAX = 4, VALUES_TO_TELL = 10, ZERO_GAP = 10 };

static int is_high_code(double x)
{
    for (double nines = 99; nines <= 9999999; nines = nines * 10 + 9)
        if (x >= nines - 3 && x <= nines) /* 96 .. 99, 996 .. 999: refused, unknown, not applicable, missing */
            return 1;
    for (double ones = 11; ones <= 1111111; ones = ones * 10 + 1)
        if (x == ones * 7 || x == ones * 8)
            return 1;
    return 0;
}

static int is_low_code(double x)
{
    return x == -1 || x == -7 || x == -8 || x == -9 || (x < -9 && (is_high_code(-x) || x == -1111 || x == -9999));
}

typedef struct run {
    double value;
    int64_t count;
} run;

/* Up to CODES_MAX + 1 different values from one end. */
static int take_runs(const lj_ordered *o, int from_top, run *runs)
{
    int n = 0;
    for (int64_t i = 0; i < o->count; i++) {
        const double x = o->values[from_top ? o->count - 1 - i : i];
        if (n == 0 || runs[n - 1].value != x) {
            if (n == CODES_MAX + 1)
                return n;
            runs[n++] = (run){x, 0};
        }
        runs[n - 1].count++;
    }
    return n;
}

static void keep(const run *one, double *values, int64_t *counts, int64_t max, int64_t *count)
{
    if (*count == max)
        return;
    int64_t at = (*count)++;
    for (; at > 0 && values[at - 1] > one->value; at--) {
        values[at] = values[at - 1];
        counts[at] = counts[at - 1];
    }
    values[at] = one->value;
    counts[at] = one->count;
}

/* Zero where every other value is far above it, as an age of 0 is. */
static int is_odd_zero(const run *runs, int n, const lj_ordered *o)
{
    if (n < 2 || runs[0].value != 0 || runs[0].count < REPEATS || runs[1].value < ZERO_GAP)
        return 0;
    const double middle = lj_ordered_quantile(o, 0.5);
    const double low = o->values[runs[0].count + (o->count - runs[0].count) / 20]; /* 5 % of the others are below */
    return runs[0].count * 4 < o->count && runs[1].value > (middle - low) / 2;
}

lj_status lj_profile_sentinels_of(const lj_column *column, const lj_ordered *o, double *values, int64_t *counts,
                                  int64_t max, int64_t *count)
{
    *count = 0;
    run low[CODES_MAX + 1];
    run high[CODES_MAX + 1];
    int64_t different = 0;
    if (column->type != LJ_COLUMN_NUMBER || o->count == 0)
        return LJ_OK;
    for (int64_t i = 0; i < o->count && different < VALUES_TO_TELL + CODES_MAX; i++)
        different += i == 0 || o->values[i] != o->values[i - 1];
    const int lows = take_runs(o, 0, low);
    const int highs = take_runs(o, 1, high);
    int below = 0;
    int above = 0;
    while (below < lows && below < CODES_MAX && is_low_code(low[below].value))
        below++;
    while (above < highs && above < CODES_MAX && is_high_code(high[above].value))
        above++;
    if (below + above >= different)
        return LJ_OK; /* nothing but codes */
    /* the values between */
    const double first = below < lows ? low[below].value : low[lows - 1].value;
    const double last = above < highs ? high[above].value : high[highs - 1].value;
    const double range = last - first;
    const int enough = different >= VALUES_TO_TELL;
    const int gap_below = below > 0 && ((first >= 0 && (enough || low[below - 1].value <= -9)) ||
                                        first - low[below - 1].value > range / 2);
    const int gap_above = above > 0 && high[above - 1].value - last > range / 2 && range > 0;
    for (int i = 0; i < below && gap_below; i++)
        if (low[i].count >= REPEATS)
            keep(&low[i], values, counts, max, count);
    for (int i = 0; i < above && gap_above; i++)
        if (high[i].count >= REPEATS)
            keep(&high[i], values, counts, max, count);
    if (below == 0 && enough && column->is_integer && is_odd_zero(low, lows, o))
        keep(&low[0], values, counts, max, count);
    return LJ_OK;
}

lj_status lj_profile_sentinels(const lj_column *column, double *values, int64_t max, int64_t *count)
{
    int64_t counts[LJ_PROFILE_SENTINELS];
    double found[LJ_PROFILE_SENTINELS];
    lj_ordered ordered;
    *count = 0;
    if (column->type != LJ_COLUMN_NUMBER)
        return LJ_OK;
    LJ_TRY(lj_order_column(column, column->row_count, &ordered));
    int64_t n = 0;
    const lj_status status = lj_profile_sentinels_of(column, &ordered, found, counts, LJ_PROFILE_SENTINELS, &n);
    lj_ordered_free(&ordered);
    for (int64_t i = 0; i < n && i < max; i++)
        values[(*count)++] = found[i];
    return status;
}
