/*
 * Optimal binning: neighbouring groups of rows are joined to bins so that the
 * information value is the largest there is under the rules. Counts are whole
 * numbers and the value of each bin is rounded to 2^-40 before values are
 * added, so the optimum is exact and the same everywhere.
 *
 * The problem and its constraints: Navas-Palencia, "Optimal binning:
 * mathematical programming formulation" (2020), arXiv 2001.08025, which solves
 * it by integer programming; for one target of two classes a dynamic program
 * over the last bin finds the same optimum. Weight of evidence and information
 * value: Siddiqi, "Credit Risk Scorecards" (2006), chapter 6.
 */
#ifndef LIANJIN_PREP_BINNING_H
#define LIANJIN_PREP_BINNING_H

#include <stdint.h>

#include "lianjin/status.h"

#define LJ_PREBINS_MAX 256

/* Rows, and those of them whose target is 1. */
typedef struct lj_tally {
    int64_t rows, events;
} lj_tally;

/* X(code, name) How the share of events goes from bin to bin. */
#define LJ_TREND_LIST(X)                                                       \
    X(NONE, "none")                                                            \
    X(UP, "up")                                                                \
    X(DOWN, "down")                                                            \
    X(PEAK, "peak")     /* up, then down */                                    \
    X(VALLEY, "valley") /* down, then up */                                    \
    X(AUTO, "auto")     /* up or down, or peak or valley if that adds enough */

typedef enum lj_trend {
#define X(code, name) LJ_TREND_##code,
    LJ_TREND_LIST(X)
#undef X
        LJ_TREND_COUNT
} lj_trend;

typedef struct lj_binning {
    lj_trend trend;
    int64_t max_bins;                         /* at least 1 */
    int64_t min_rows, min_events, min_others; /* of each bin; the latter two at least 1 */
    double turn; /* AUTO: information value that a peak or valley must add to what up or down have */
} lj_binning;

/* Can a bin stand by itself? */
int lj_binning_allows(const lj_binning *rules, lj_tally bin);

/*
 * ln of the share of the others that are in the bin, over the share of the events: above 0 where events are rarer than
 * among all rows. Both must be in the bin.
 */
double lj_tally_woe(lj_tally bin, lj_tally all);

/* What the bin adds to the information value with this weight of evidence. */
double lj_tally_iv(lj_tally bin, lj_tally all, double woe);

/*
 * Cuts [count] groups of `rows` each, in their order, into about n parts with equally many rows: cuts [2 n + 2] gets
 * where each begins, and the count at the end. A group that is as large as a part stands alone. Answers how many.
 */
int64_t lj_binning_prebins(const int64_t *rows, int64_t count, int64_t n, int32_t *cuts);

/*
 * Joins neighbours of pre [n], n from 1 to 2 * LJ_PREBINS_MAX, to bins. `all` are the rows that weights of evidence
 * are measured against. cuts [n + 1] gets the first of each bin, and n at the end; with equal values there are fewer
 * bins. One bin of all if the rules allow no other. LJ_ENOMEM.
 */
LJ_CHECKED lj_status lj_binning_solve(const lj_binning *rules, const lj_tally *pre, int64_t n, lj_tally all,
                                      int32_t *cuts, int64_t *bins);

#endif
