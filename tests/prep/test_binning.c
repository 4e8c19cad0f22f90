/* Optimal binning against every way to cut, and what its rules promise. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lianjin/memory.h"
#include "lianjin/random.h"
#include "prep/binning.h"

enum { N = 10, CASES = 60 };

static const char *const trend_names[] = {
#define X(code, name) name,
    LJ_TREND_LIST(X)
#undef X
};

/* Counts that are drawn by their place alone. */
static void draw(int64_t number, lj_tally *pre, lj_tally *all)
{
    *all = (lj_tally){30, 7}; /* missing rows: no pre-bin has them */
    for (int64_t i = 0; i < N; i++) {
        const uint32_t bits = lj_random_u32(5, lj_random_stream("test/binning"), (uint64_t)(number * N + i));
        pre[i].rows = 1 + bits % 40;
        pre[i].events = (bits >> 8) % (uint32_t)(pre[i].rows + 1);
        all->rows += pre[i].rows;
        all->events += pre[i].events;
    }
}

static lj_tally sum_of(const lj_tally *pre, int64_t begin, int64_t end)
{
    lj_tally sum = {0, 0};
    for (int64_t i = begin; i < end; i++) {
        sum.rows += pre[i].rows;
        sum.events += pre[i].events;
    }
    return sum;
}

/* The rule of a trend, by cross products of whole numbers: -1 fell, 1 rose, 0 level. */
static int step_of(lj_tally a, lj_tally b)
{
    const int64_t d = b.events * a.rows - a.events * b.rows;
    return d < 0 ? -1 : d > 0;
}

static int keeps_trend(lj_trend trend, const lj_tally *bins, int64_t n)
{
    int seen_up = 0, seen_down = 0, up_after_down = 0, down_after_up = 0;
    for (int64_t i = 1; i < n; i++) {
        const int step = step_of(bins[i - 1], bins[i]);
        up_after_down |= step > 0 && seen_down;
        down_after_up |= step < 0 && seen_up;
        seen_up |= step > 0;
        seen_down |= step < 0;
    }
    switch (trend) {
    case LJ_TREND_UP: return !seen_down;
    case LJ_TREND_DOWN: return !seen_up;
    case LJ_TREND_PEAK: return !up_after_down;
    case LJ_TREND_VALLEY: return !down_after_up;
    case LJ_TREND_AUTO: return !up_after_down || !down_after_up;
    default: return 1;
    }
}

/* The information value of bins that the rules allow; -1: they do not. */
static double value_of(const lj_binning *rules, const lj_tally *pre, lj_tally all, const int32_t *cuts, int64_t n)
{
    lj_tally bins[N];
    double value = 0;
    if (n > rules->max_bins)
        return -1;
    for (int64_t b = 0; b < n; b++) {
        bins[b] = sum_of(pre, cuts[b], cuts[b + 1]);
        if (!lj_binning_allows(rules, bins[b]))
            return -1;
        value += lj_tally_iv(bins[b], all, lj_tally_woe(bins[b], all));
    }
    return keeps_trend(rules->trend, bins, n) ? value : -1;
}

static double best_of_all_cuts(const lj_binning *rules, const lj_tally *pre, lj_tally all)
{
    double best = -1;
    for (uint32_t set = 0; set < 1U << (N - 1); set++) {
        int32_t cuts[N + 1] = {0};
        int64_t n = 0;
        for (int i = 1; i < N; i++)
            if ((set >> (i - 1) & 1U) != 0)
                cuts[++n] = i;
        cuts[++n] = N;
        best = fmax(best, value_of(rules, pre, all, cuts, n));
    }
    return best;
}

static void no_other_cut_has_a_larger_value(void **state)
{
    (void)state;
    int solved = 0;
    for (int64_t c = 0; c < CASES; c++) {
        lj_tally pre[N], all;
        draw(c, pre, &all);
        for (int trend = 0; trend < LJ_TREND_COUNT; trend++) {
            const lj_binning rules = {.trend = (lj_trend)trend, .max_bins = 2 + c % 5, .min_rows = 1 + c % 3 * 20,
                                      .min_events = 1 + c % 4 * 5, .min_others = 1 + c % 2 * 9};
            int32_t cuts[N + 1];
            int64_t n = 0;
            assert_int_equal(lj_binning_solve(&rules, pre, N, all, cuts, &n), LJ_OK);
            assert_int_equal(cuts[0], 0);
            assert_int_equal(cuts[n], N);
            const double best = best_of_all_cuts(&rules, pre, all);
            const double found = value_of(&rules, pre, all, cuts, n);
            solved += n > 1;
            if (!(fabs(found - best) <= 1e-10))
                fail_msg("case %d %s: found %.12g, expected %.12g", (int)c, trend_names[trend], found, best);
        }
    }
    assert_true(solved > CASES * LJ_TREND_COUNT / 2);
}

static void auto_turns_only_where_it_pays(void **state)
{
    (void)state;
    const lj_tally pre[] = {{100, 5}, {100, 40}, {100, 10}}, all = {300, 55};
    lj_binning rules = {.trend = LJ_TREND_AUTO, .max_bins = 3, .min_rows = 1, .min_events = 1, .min_others = 1};
    int32_t cuts[4];
    int64_t n = 0;
    assert_int_equal(lj_binning_solve(&rules, pre, 3, all, cuts, &n), LJ_OK);
    assert_int_equal(n, 3); /* a peak */
    rules.turn = 10;
    assert_int_equal(lj_binning_solve(&rules, pre, 3, all, cuts, &n), LJ_OK);
    assert_int_equal(n, 2); /* up */
    assert_int_equal(cuts[1], 1);
}

static void what_no_rule_allows_is_one_bin(void **state)
{
    (void)state;
    const lj_tally pre[] = {{5, 0}, {7, 0}, {2, 0}}, all = {100, 30};
    const lj_binning rules = {.max_bins = 4, .min_rows = 1, .min_events = 1, .min_others = 1};
    int32_t cuts[4];
    int64_t n = 0;
    assert_int_equal(lj_binning_solve(&rules, pre, 3, all, cuts, &n), LJ_OK);
    assert_int_equal(n, 1);
    assert_int_equal(cuts[1], 3);
}

static void equal_rates_are_not_cut(void **state)
{
    (void)state;
    const lj_tally pre[] = {{10, 2}, {20, 4}, {30, 6}, {10, 9}}, all = {70, 21};
    const lj_binning rules = {.max_bins = 4, .min_rows = 1, .min_events = 1, .min_others = 1};
    int32_t cuts[5];
    int64_t n = 0;
    assert_int_equal(lj_binning_solve(&rules, pre, 4, all, cuts, &n), LJ_OK);
    assert_int_equal(n, 2);
    assert_int_equal(cuts[1], 3);
}

static void prebins_have_equally_many_rows_and_large_groups_stand_alone(void **state)
{
    (void)state;
    const int64_t even[] = {1, 1, 1, 1, 1, 1, 1, 1}, heavy[] = {1, 2, 1, 60, 1, 1, 30, 4};
    int32_t cuts[2 * 8 + 2];
    assert_int_equal(lj_binning_prebins(even, 8, 4, cuts), 4);
    const int32_t by_two[] = {0, 2, 4, 6, 8};
    assert_memory_equal(cuts, by_two, sizeof(by_two));
    assert_int_equal(lj_binning_prebins(heavy, 8, 4, cuts), 5);
    const int32_t around[] = {0, 3, 4, 6, 7, 8};
    assert_memory_equal(cuts, around, sizeof(around));
    assert_int_equal(lj_binning_prebins(heavy, 8, 8, cuts), 8); /* few enough: each its own */
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    lj_tally pre[N], all;
    draw(1, pre, &all);
    const lj_binning rules = {.trend = LJ_TREND_AUTO, .max_bins = 4, .min_rows = 1, .min_events = 1, .min_others = 1};
    int32_t cuts[N + 1];
    int64_t n = 0;
    lj_status status = LJ_ENOMEM;
    for (int64_t i = 0; status != LJ_OK; i++) {
        lj_test_fail_allocation(i);
        status = lj_binning_solve(&rules, pre, N, all, cuts, &n);
        lj_test_fail_allocation(-1);
        assert_true(status == LJ_OK || status == LJ_ENOMEM);
        assert_int_equal(lj_test_live_allocations(), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_other_cut_has_a_larger_value),
        cmocka_unit_test(auto_turns_only_where_it_pays),
        cmocka_unit_test(what_no_rule_allows_is_one_bin),
        cmocka_unit_test(equal_rates_are_not_cut),
        cmocka_unit_test(prebins_have_equally_many_rows_and_large_groups_stand_alone),
        cmocka_unit_test(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
