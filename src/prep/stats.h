/* Statistics with a fixed order: the same values give the same bits everywhere. */
#ifndef LIANJIN_PREP_STATS_H
#define LIANJIN_PREP_STATS_H

#include <stdint.h>

/*
 * Sorts [n] doubles without NaN ascending, by value (-0 counts as below +0).
 * `scratch` [n] is overwritten. A radix sort: its time does not depend on order.
 */
void lj_sort_doubles(double *values, double *scratch, int64_t n);

/* Sum over 16 virtual lanes (value i goes to lane i mod 16) and a fixed tree over the lanes. */
double lj_sum_doubles(const double *values, int64_t n);

double lj_mean_doubles(const double *values, int64_t n);

/* Population standard deviation around `mean` (divided by n), in two passes. */
double lj_deviation_doubles(const double *values, int64_t n, double mean);

/*
 * Quantile 0 <= q <= 1 of ascending values, n >= 1: type 7 of Hyndman and Fan, "Sample
 * Quantiles in Statistical Packages", The American Statistician 50 (1996), as
 * numpy interpolates it.
 */
double lj_quantile_sorted(const double *sorted, int64_t n, double q);

/* lj_quantile_sorted at 0.5 of values in any order, which are moved about. n >= 1. */
double lj_median_doubles(double *values, int64_t n);

/* Number of different values among ascending ones. */
int64_t lj_distinct_sorted(const double *sorted, int64_t n);

/* The most frequent of ascending values; the smallest of several. n >= 1. */
double lj_mode_sorted(const double *sorted, int64_t n);

/* Index of the last of `count` ascending values that is <= x, -1 if none. */
int64_t lj_search_sorted(const double *sorted, int64_t count, double x);

#endif
