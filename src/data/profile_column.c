#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/profile.h"

const double lj_profile_shares[LJ_PROFILE_QUANTILES] = {0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1};
const char *const lj_profile_share_names[LJ_PROFILE_QUANTILES] = {"min", "1%",  "5%",  "25%", "median",
                                                                  "75%", "95%", "99%", "max"};

enum { TENTHS = 10, WORD_CELLS = 50, RADIX = 1 << 11, RADIX_BITS = 11, RADIX_PASSES = 6 };
static const double rare_share = 0.005;
enum { RARE_ROWS = 10 };

/* ---- order ---- */

typedef struct pair {
    uint64_t key;
    int32_t row;
} pair;

/* Doubles in an order that unsigned comparison understands: negative ones are mirrored. */
static uint64_t key_of(double x)
{
    const double value = x == 0 ? 0 : x; /* -0 is 0 */
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return (bits >> 63) != 0 ? ~bits : bits | (UINT64_C(1) << 63);
}

static double value_of(uint64_t key)
{
    const uint64_t bits = (key >> 63) != 0 ? key & ~(UINT64_C(1) << 63) : ~key;
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* A radix sort is stable: equal values stay in the order of their rows. Gives the array with the result. */
static pair *sort_pairs(pair *from, pair *to, int64_t n)
{
    for (int pass = 0; pass < RADIX_PASSES; pass++) {
        int64_t counts[RADIX] = {0};
        const int shift = pass * RADIX_BITS;
        for (int64_t i = 0; i < n; i++)
            counts[from[i].key >> shift & (RADIX - 1)]++;
        if (n > 0 && counts[from[0].key >> shift & (RADIX - 1)] == n)
            continue;
        int64_t begin = 0;
        for (int i = 0; i < RADIX; i++) {
            const int64_t size = counts[i];
            counts[i] = begin;
            begin += size;
        }
        for (int64_t i = 0; i < n; i++)
            to[counts[from[i].key >> shift & (RADIX - 1)]++] = from[i];
        pair *other = from;
        from = to;
        to = other;
    }
    return from;
}

lj_status lj_order_column(const lj_column *column, int64_t n, lj_ordered *out)
{
    *out = (lj_ordered){0};
    if (n > INT32_MAX)
        return lj_fail(LJ_EDATA, "a profile is of at most %d rows, found %" PRId64, INT32_MAX, n);
    const int64_t present = n - column->missing_count;
    lj_status status = LJ_OK;
    pair *a = lj_new_array(present, sizeof(*a));
    pair *b = lj_new_array(present, sizeof(*b));
    out->rows = lj_new_array(present, sizeof(*out->rows));
    out->values = lj_new_array(present, sizeof(*out->values));
    if (a == NULL || b == NULL || out->rows == NULL || out->values == NULL) {
        status = lj_fail(LJ_ENOMEM, "no memory to order column '%s'", column->name);
        lj_ordered_free(out);
        goto done;
    }
    for (int64_t row = 0; row < n; row++)
        if (lj_column_has(column, row)) {
            const double x = column->type == LJ_COLUMN_TIME ? (double)column->time[row] : column->number[row];
            a[out->count++] = (pair){key_of(x), (int32_t)row};
        }
    const pair *sorted = sort_pairs(a, b, out->count);
    for (int64_t i = 0; i < out->count; i++) {
        out->rows[i] = sorted[i].row;
        out->values[i] = value_of(sorted[i].key);
    }
done:
    lj_free(a);
    lj_free(b);
    return status;
}

void lj_ordered_free(lj_ordered *ordered)
{
    lj_free(ordered->rows);
    lj_free(ordered->values);
    *ordered = (lj_ordered){0};
}

double lj_ordered_quantile(const lj_ordered *o, double share)
{
    const double at = share * (double)(o->count - 1);
    const int64_t low = (int64_t)floor(at);
    const int64_t high = low + 1 < o->count ? low + 1 : low;
    return o->values[low] + (o->values[high] - o->values[low]) * (at - (double)low);
}

/* ---- numbers ---- */

static double target_of(const lj_profile *profile, int64_t row)
{
    return profile->target.kind == LJ_RELATION_BINARY ? profile->target.y[row] : (double)NAN;
}

static void fill_moments(const lj_ordered *o, lj_profile_column *out)
{
    double sum = 0;
    double squares = 0;
    for (int64_t i = 0; i < o->count; i++)
        sum += o->values[i];
    out->mean = sum / (double)o->count;
    for (int64_t i = 0; i < o->count; i++)
        squares = fma(o->values[i] - out->mean, o->values[i] - out->mean, squares);
    out->deviation = sqrt(squares / (double)o->count);
    for (int q = 0; q < LJ_PROFILE_QUANTILES; q++)
        out->quantiles[q] = lj_ordered_quantile(o, lj_profile_shares[q]);
}

/* Bars of equal width between the first and the last percent; what is beyond is counted in the outer ones. */
static void fill_bars(const lj_profile *profile, const lj_ordered *o, lj_profile_column *out)
{
    double low = out->quantiles[1];
    double high = out->quantiles[7];
    const double width = high - low;
    low = out->quantiles[0] > low - width / 4 ? out->quantiles[0] : low;
    high = out->quantiles[8] < high + width / 4 ? out->quantiles[8] : high;
    if (!(high > low)) {
        low = out->quantiles[0];
        high = out->quantiles[8];
    }
    if (!(high > low))
        return;
    out->bar_count = LJ_PROFILE_BARS;
    for (int i = 0; i < LJ_PROFILE_BARS; i++) {
        out->bars[i].low = i == 0 ? out->quantiles[0] : low + (high - low) * i / LJ_PROFILE_BARS;
        out->bars[i].high =
            i == LJ_PROFILE_BARS - 1 ? out->quantiles[8] : low + (high - low) * (i + 1) / LJ_PROFILE_BARS;
    }
    for (int64_t k = 0; k < o->count; k++) {
        const double at = floor((o->values[k] - low) / (high - low) * LJ_PROFILE_BARS);
        lj_profile_bar *bar = &out->bars[at < 0 ? 0 : at >= LJ_PROFILE_BARS ? LJ_PROFILE_BARS - 1 : (int)at];
        const double y = target_of(profile, o->rows[k]);
        bar->count++;
        bar->judged += !isnan(y);
        bar->positive += isnan(y) ? 0 : y;
    }
}

static lj_status fill_values_as_words(lj_profile *profile, const lj_ordered *o, lj_profile_column *out)
{
    for (int64_t begin = 0; begin < o->count;) {
        lj_profile_word *word = &out->top[out->top_count++];
        const double x = o->values[begin];
        word->text = lj_arena_printf(profile->arena, "%.15g", x);
        if (word->text == NULL)
            return lj_fail(LJ_ENOMEM, "no memory for a profile");
        for (; begin < o->count && o->values[begin] == x; begin++) {
            const double y = target_of(profile, o->rows[begin]);
            word->count++;
            word->judged += !isnan(y);
            word->positive += isnan(y) ? 0 : y;
        }
    }
    return LJ_OK;
}

static int is_rare(int64_t count, int64_t present)
{
    return count < RARE_ROWS || (double)count < rare_share * (double)present;
}

static lj_status fill_numbers(lj_profile *profile, const lj_ordered *o, lj_profile_column *out, uint8_t *cells)
{
    int64_t begin = 0;
    for (int64_t i = 0; i < o->count; i++) {
        if (i == 0 || o->values[i] != o->values[i - 1]) {
            begin = i;
            out->unique++;
        }
        cells[o->rows[i]] = (uint8_t)(begin * TENTHS / o->count); /* equal values share a tenth */
    }
    if (o->count == 0)
        return LJ_OK;
    fill_moments(o, out);
    if (!out->is_integer || out->unique > LJ_PROFILE_TOP || out->type == LJ_COLUMN_TIME) {
        fill_bars(profile, o, out);
        return LJ_OK;
    }
    LJ_TRY(fill_values_as_words(profile, o, out));
    int last = out->top_count - 1; /* the tail of a count (8 payments late) is rare by nature */
    while (last >= 0 && is_rare(out->top[last].count, out->present))
        last--;
    for (int i = 0; i <= last; i++)
        if (is_rare(out->top[i].count, out->present)) {
            out->rare_words++;
            out->rare_rows += out->top[i].count;
        }
    return LJ_OK;
}

/* ---- words ---- */

typedef struct counted {
    int64_t count;
    int32_t word;
} counted;

static int by_count(const void *a, const void *b)
{
    const counted *x = a;
    const counted *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return (x->word > y->word) - (x->word < y->word);
}

static lj_status fill_top(lj_profile *profile, const lj_column *column, int64_t n, const counted *order,
                          lj_profile_column *out, uint8_t *cells, int *cell_count)
{
    uint8_t *place = lj_new_array(column->word_count, 1);
    if (place == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a profile");
    const int32_t words = column->word_count;
    const int others = words > WORD_CELLS ? WORD_CELLS : words;
    memset(place, others, (size_t)words);
    for (int32_t i = 0; i < words && i < WORD_CELLS; i++)
        place[order[i].word] = (uint8_t)i;
    *cell_count = others + 2;
    for (int64_t row = 0; row < n; row++)
        cells[row] = (uint8_t)(column->code[row] < 0 ? others + 1 : place[column->code[row]]);
    lj_free(place);
    for (int32_t i = 0; i < words && i < LJ_PROFILE_TOP; i++) {
        out->top[i].text = lj_arena_strdup(profile->arena, column->words[order[i].word]);
        out->top[i].count = order[i].count;
        if (out->top[i].text == NULL)
            return lj_fail(LJ_ENOMEM, "no memory for a profile");
        out->top_count++;
    }
    for (int64_t row = 0; row < n; row++) {
        const double y = target_of(profile, row);
        if (cells[row] < out->top_count && !isnan(y)) {
            out->top[cells[row]].judged++;
            out->top[cells[row]].positive += y;
        }
    }
    return LJ_OK;
}

static lj_status fill_words(lj_profile *profile, const lj_column *column, int64_t n, lj_profile_column *out,
                            uint8_t *cells, int *cell_count)
{
    counted *order = lj_new_array(column->word_count, sizeof(*order));
    if (order == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a profile");
    for (int32_t w = 0; w < column->word_count; w++)
        order[w].word = w;
    for (int64_t row = 0; row < n; row++)
        if (column->code[row] >= 0)
            order[column->code[row]].count++;
    qsort(order, (size_t)column->word_count, sizeof(*order), by_count);
    out->unique = column->word_count;
    for (int32_t w = 0; w < column->word_count; w++)
        if (is_rare(order[w].count, out->present)) {
            out->rare_words++;
            out->rare_rows += order[w].count;
        }
    const lj_status status = fill_top(profile, column, n, order, out, cells, cell_count);
    lj_free(order);
    return status;
}

lj_status lj_profile_values(lj_profile *profile, const lj_column *column, int64_t n, const lj_ordered *ordered,
                            lj_profile_column *out, uint8_t *cells, int *cell_count)
{
    out->present = n - column->missing_count;
    out->missing = column->missing_count;
    out->mean = out->deviation = (double)NAN;
    for (int q = 0; q < LJ_PROFILE_QUANTILES; q++)
        out->quantiles[q] = (double)NAN;
    if (column->type == LJ_COLUMN_TEXT)
        return fill_words(profile, column, n, out, cells, cell_count);
    memset(cells, TENTHS, (size_t)n);
    *cell_count = TENTHS + 1;
    return fill_numbers(profile, ordered, out, cells);
}
