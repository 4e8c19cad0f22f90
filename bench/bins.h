/* The cases bins-* of lianjin-bench: optimal bins of every column of $BENCH_TEXT, which is read outside the time. */
#ifndef LIANJIN_BENCH_BINS_H
#define LIANJIN_BENCH_BINS_H

#include "lianjin/status.h"

/* The target is the column y, 0 or 1. */
LJ_CHECKED lj_status run_bins(double *seconds);

#endif
