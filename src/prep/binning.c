#include "prep/binning.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/math.h"
#include "lianjin/memory.h"

#define VALUE_UNIT 1099511627776.0 /* 2^40 */
#define NOT_ALLOWED INT64_MIN
enum { LAYERS = 2 }; /* before the turn of a peak or valley, and behind it */

/* A run of pre-bins begin .. end - 1 that may be a bin. */
typedef struct run {
    int64_t value;
    double rate; /* two runs with the same share of events have the same bits */
    int32_t begin, end;
} run;

/* Indices of runs by the pre-bin where they begin or end, equal ones by rate. */
typedef struct order {
    int32_t *runs;  /* [count] */
    int64_t *first; /* [n + 2] where those of a pre-bin stand */
} order;

/* The bin before, in the best way to end with a run. */
typedef struct origin {
    int32_t run, layer;
} origin;

typedef struct solver {
    const lj_binning *rules;
    int64_t n, count;
    run *runs; /* [count] by rate */
    order ends, begins;
    int64_t *best[LAYERS]; /* [count] value of k bins of which the run is the last */
    int64_t *next[LAYERS]; /* of k + 1 */
    origin *origins;       /* [max_bins][LAYERS][count] */
} solver;

/* Bins follow each other from a layer to a layer: any, to higher rates or to lower ones. */
typedef enum direction { ANY, RISES, FALLS } direction;
typedef struct move {
    int from, to;
    direction direction;
} move;

enum { MOVES = 3 };
static const struct {
    int count;
    move moves[MOVES];
} trends[] = {
    [LJ_TREND_NONE] = {1, {{0, 0, ANY}}},
    [LJ_TREND_UP] = {1, {{0, 0, RISES}}},
    [LJ_TREND_DOWN] = {1, {{0, 0, FALLS}}},
    [LJ_TREND_PEAK] = {3, {{0, 0, RISES}, {0, 1, FALLS}, {1, 1, FALLS}}},
    [LJ_TREND_VALLEY] = {3, {{0, 0, FALLS}, {0, 1, RISES}, {1, 1, RISES}}},
};

int lj_binning_allows(const lj_binning *rules, lj_tally bin)
{
    return bin.rows >= rules->min_rows && bin.events >= rules->min_events &&
           bin.rows - bin.events >= rules->min_others;
}

double lj_tally_woe(lj_tally bin, lj_tally all)
{
    const double others = (double)(bin.rows - bin.events) / (double)(all.rows - all.events);
    const double events = (double)bin.events / (double)all.events;
    return lj_log_d(others / events);
}

double lj_tally_iv(lj_tally bin, lj_tally all, double woe)
{
    const double others = (double)(bin.rows - bin.events) / (double)(all.rows - all.events);
    const double events = (double)bin.events / (double)all.events;
    return (others - events) * woe;
}

int64_t lj_binning_prebins(const int64_t *rows, int64_t count, int64_t n, int32_t *cuts)
{
    int64_t all = 0, filled = 0, parts = 0;
    for (int64_t i = 0; i < count; i++)
        all += rows[i];
    for (int64_t i = 0; i < count; i++) {
        const int is_large = count <= n || rows[i] * n >= all;
        if (i == 0 || is_large || filled * n >= all) {
            cuts[parts++] = (int32_t)i;
            filled = 0;
        }
        filled += is_large ? all : rows[i]; /* the next one begins another */
    }
    cuts[parts] = (int32_t)count;
    return parts;
}

/* A total order, so that any sort gives the same. */
static int by_rate(const void *a, const void *b)
{
    const run *x = a, *y = b;
    if (x->rate != y->rate)
        return x->rate < y->rate ? -1 : 1;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

static void list_runs(solver *s, const lj_tally *pre, lj_tally all)
{
    for (int32_t begin = 0; begin < s->n; begin++) {
        lj_tally sum = {0, 0};
        for (int32_t end = begin + 1; end <= s->n; end++) {
            sum.rows += pre[end - 1].rows;
            sum.events += pre[end - 1].events;
            if (!lj_binning_allows(s->rules, sum))
                continue;
            const double value = lj_tally_iv(sum, all, lj_tally_woe(sum, all));
            s->runs[s->count++] = (run){.value = (int64_t)(value * VALUE_UNIT + 0.5),
                                        .rate = (double)sum.events / (double)sum.rows,
                                        .begin = begin,
                                        .end = end};
        }
    }
    qsort(s->runs, (size_t)s->count, sizeof(*s->runs), by_rate);
}

/* A counting sort, which keeps the order of the rates. */
static void order_runs(const solver *s, int by_end, order *out)
{
    int64_t *first = out->first;
    for (int64_t i = 0; i < s->count; i++)
        first[(by_end ? s->runs[i].end : s->runs[i].begin) + 1]++;
    for (int64_t i = 0; i <= s->n; i++)
        first[i + 1] += first[i];
    for (int64_t i = 0; i < s->count; i++)
        out->runs[first[by_end ? s->runs[i].end : s->runs[i].begin]++] = (int32_t)i;
    for (int64_t i = s->n + 1; i > 0; i--)
        first[i] = first[i - 1]; /* the places have moved on by one */
    first[0] = 0;
}

static lj_status solver_create(solver *s, const lj_tally *pre, lj_tally all)
{
    const int64_t most = s->n * (s->n + 1) / 2;
    s->runs = lj_new_array(most, sizeof(*s->runs));
    if (s->runs != NULL)
        list_runs(s, pre, all);
    s->ends.runs = lj_new_array(s->count, sizeof(int32_t));
    s->begins.runs = lj_new_array(s->count, sizeof(int32_t));
    s->ends.first = lj_new_array(s->n + 2, sizeof(int64_t));
    s->begins.first = lj_new_array(s->n + 2, sizeof(int64_t));
    s->origins = lj_new_array(s->rules->max_bins * LAYERS * s->count, sizeof(*s->origins));
    int failed = s->runs == NULL || s->ends.runs == NULL || s->begins.runs == NULL || s->ends.first == NULL ||
                 s->begins.first == NULL || s->origins == NULL;
    for (int layer = 0; layer < LAYERS; layer++) {
        s->best[layer] = lj_new_array(s->count, sizeof(int64_t));
        s->next[layer] = lj_new_array(s->count, sizeof(int64_t));
        failed = failed || s->best[layer] == NULL || s->next[layer] == NULL;
    }
    if (failed)
        return lj_fail(LJ_ENOMEM, "no memory to bin %" PRId64 " groups", s->n);
    order_runs(s, 1, &s->ends);
    order_runs(s, 0, &s->begins);
    return LJ_OK;
}

static void solver_free(solver *s)
{
    for (int layer = 0; layer < LAYERS; layer++) {
        lj_free(s->best[layer]);
        lj_free(s->next[layer]);
    }
    lj_free(s->runs);
    lj_free(s->ends.runs);
    lj_free(s->begins.runs);
    lj_free(s->ends.first);
    lj_free(s->begins.first);
    lj_free(s->origins);
}

static int may_follow(direction wanted, double before, double behind)
{
    return wanted == ANY || (wanted == RISES ? before <= behind : before >= behind);
}

/*
 * Runs that begin at a pre-bin behind the best of those that end there. Both go through the rates in the direction of
 * the move, so that the best of all that may come before is known when it is needed.
 */
static void join_at(solver *s, int64_t place, move m, origin *origins)
{
    const int32_t *ends = s->ends.runs + s->ends.first[place];
    const int32_t *begins = s->begins.runs + s->begins.first[place];
    const int64_t n_ends = s->ends.first[place + 1] - s->ends.first[place];
    const int64_t n_begins = s->begins.first[place + 1] - s->begins.first[place];
    const int64_t *values = s->best[m.from];
    int64_t *next = s->next[m.to];
    int32_t best = -1;
    int64_t e = 0;
    for (int64_t b = 0; b < n_begins; b++) {
        const int32_t behind = begins[m.direction == FALLS ? n_begins - 1 - b : b];
        for (; e < n_ends; e++) {
            const int32_t before = ends[m.direction == FALLS ? n_ends - 1 - e : e];
            if (!may_follow(m.direction, s->runs[before].rate, s->runs[behind].rate))
                break;
            if (values[before] != NOT_ALLOWED && (best < 0 || values[before] > values[best]))
                best = before;
        }
        if (best < 0 || values[best] + s->runs[behind].value <= next[behind])
            continue;
        next[behind] = values[best] + s->runs[behind].value;
        origins[m.to * s->count + behind] = (origin){best, m.from};
    }
}

/* The best of the runs that end at the end, if better than `value`. */
static int find_best(const solver *s, int64_t *value, origin *last)
{
    int found = 0;
    for (int64_t i = s->ends.first[s->n]; i < s->ends.first[s->n + 1]; i++) {
        for (int layer = 0; layer < LAYERS; layer++) {
            const int32_t at = s->ends.runs[i];
            if (s->best[layer][at] <= *value)
                continue;
            *value = s->best[layer][at];
            *last = (origin){at, layer};
            found = 1;
        }
    }
    return found;
}

/* Where the bins begin; `bins` of them, of which the last is known. */
static void trace(const solver *s, origin last, int64_t bins, int32_t *cuts)
{
    cuts[bins] = (int32_t)s->n;
    for (int64_t k = bins - 1; k >= 0; k--) {
        cuts[k] = s->runs[last.run].begin;
        last = s->origins[(k * LAYERS + last.layer) * s->count + last.run];
    }
}

/* Answers the value; NOT_ALLOWED: no bins are. */
static int64_t run_solver(solver *s, lj_trend trend, int32_t *cuts, int64_t *bins)
{
    int64_t value = NOT_ALLOWED;
    origin last = {0, 0};
    for (int64_t i = 0; i < s->count; i++) {
        s->best[0][i] = s->runs[i].begin == 0 ? s->runs[i].value : NOT_ALLOWED;
        s->best[1][i] = NOT_ALLOWED;
    }
    *bins = 0;
    for (int64_t k = 0; k < s->rules->max_bins; k++) {
        if (find_best(s, &value, &last))
            *bins = k + 1;
        if (k + 1 == s->rules->max_bins)
            break;
        for (int layer = 0; layer < LAYERS; layer++)
            for (int64_t i = 0; i < s->count; i++)
                s->next[layer][i] = NOT_ALLOWED;
        for (int64_t place = 1; place < s->n; place++)
            for (int m = 0; m < trends[trend].count; m++)
                join_at(s, place, trends[trend].moves[m], s->origins + (k + 1) * LAYERS * s->count);
        for (int layer = 0; layer < LAYERS; layer++) {
            int64_t *swap = s->best[layer];
            s->best[layer] = s->next[layer];
            s->next[layer] = swap;
        }
    }
    if (*bins > 0)
        trace(s, last, *bins, cuts);
    return value;
}

/* The trend that is wanted, or the best of those that auto has to choose from; 0 bins: none is possible. */
static void try_trends(solver *s, int32_t *tried, int32_t *cuts, int64_t *bins)
{
    static const lj_trend choice[] = {LJ_TREND_UP, LJ_TREND_DOWN, LJ_TREND_PEAK, LJ_TREND_VALLEY};
    const int is_auto = s->rules->trend == LJ_TREND_AUTO;
    int64_t best = NOT_ALLOWED;
    *bins = 0;
    for (size_t i = 0; i < (is_auto ? sizeof(choice) / sizeof(choice[0]) : 1); i++) {
        const lj_trend trend = is_auto ? choice[i] : s->rules->trend;
        int64_t count = 0;
        int64_t value = run_solver(s, trend, tried, &count);
        if (count > 0 && is_auto && (trend == LJ_TREND_PEAK || trend == LJ_TREND_VALLEY))
            value -= (int64_t)(s->rules->turn * VALUE_UNIT);
        if (count == 0 || value <= best)
            continue;
        best = value;
        memcpy(cuts, tried, ((size_t)count + 1) * sizeof(*cuts));
        *bins = count;
    }
}

lj_status lj_binning_solve(const lj_binning *rules, const lj_tally *pre, int64_t n, lj_tally all, int32_t *cuts,
                           int64_t *bins)
{
    assert(n >= 1 && n <= 2 * LJ_PREBINS_MAX && rules->max_bins >= 1 && rules->min_events >= 1 &&
           rules->min_others >= 1);
    solver s = {.rules = rules, .n = n};
    int32_t *tried = lj_new_array(n + 1, sizeof(*tried));
    lj_status status = tried == NULL ? lj_fail(LJ_ENOMEM, "no memory to bin %" PRId64 " groups", n) : LJ_OK;
    if (status == LJ_OK)
        status = solver_create(&s, pre, all);
    if (status == LJ_OK)
        try_trends(&s, tried, cuts, bins);
    if (status == LJ_OK && *bins == 0) { /* all together, whatever they are */
        cuts[0] = 0;
        cuts[1] = (int32_t)n;
        *bins = 1;
    }
    solver_free(&s);
    lj_free(tried);
    return status;
}
