/*
 * The memory plan: blocks that live at the same time do not overlap.
 *
 * Greedy by size: the largest block first, each at the lowest place that is
 * free of the placed blocks whose lives touch its own. Pisarchyk and Lee,
 * "Efficient Memory Management for Deep Neural Net Inference" (2020).
 */
#ifndef LIANJIN_GRAPH_PLAN_H
#define LIANJIN_GRAPH_PLAN_H

#include <stdint.h>

#include "lianjin/status.h"

#define LJ_BLOCK_ALIGNMENT 64

typedef struct lj_block {
    int64_t bytes;
    int64_t first, last; /* times of its life, both included */
    int64_t offset;      /* set by the plan: a multiple of LJ_BLOCK_ALIGNMENT */
} lj_block;

/* Sets the offsets; *total is the size of the whole. LJ_ENOMEM. */
LJ_CHECKED lj_status lj_plan_place(lj_block *blocks, int64_t n, int64_t *total);

/* The invariant: -1, or the index of a block that overlaps an earlier one that lives at the same time. */
int64_t lj_plan_conflict(const lj_block *blocks, int64_t n);

#endif
