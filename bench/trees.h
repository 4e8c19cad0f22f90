/* The cases of trees of lianjin-bench. They read the table that $BENCH_TEXT names, outside the time. */
#ifndef LIANJIN_BENCH_TREES_H
#define LIANJIN_BENCH_TREES_H

#include "lianjin/status.h"
#include "lianjin/team.h"

/*
 * trees-63-leaves-*, trees-depth-6-* and trees-symmetric-6-*: 200 rounds with binning; score-trees-*: one row after the
 * other. LJ_EUSAGE: it is none of them.
 */
LJ_CHECKED lj_status run_trees_case(const char *name, lj_team *team, double *seconds);

#endif
