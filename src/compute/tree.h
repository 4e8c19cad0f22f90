/*
 * How the sums of shards are joined: the only definition, used by every
 * reduction over a batch.
 *
 * A binary counter. Shards come in ascending order, each a sum of level 0.
 * Whenever the two newest sums have the same level they become one of the next
 * level, older + newer. When all have come, the sums left over are joined from
 * the newest to the oldest: acc = newest, then acc = older + acc for each older.
 *
 *     7 shards: ((0+1) + (2+3)) + ((4+5) + 6)
 *
 * So shard s (from 0) is followed by as many merges as s has trailing one bits,
 * and after n shards there are as many sums left as n has one bits. The result
 * is a function of the shards' sums and their number alone. One shard is taken
 * as it is; no shards give +0.
 */
#ifndef LIANJIN_COMPUTE_TREE_H
#define LIANJIN_COMPUTE_TREE_H

#include <stdint.h>

/* Sums that are held at the same time, at most, for n shards. */
static inline int64_t lj_tree_depth(int64_t n_shards)
{
    int64_t depth = 1;
    while (n_shards > 1) {
        n_shards >>= 1;
        depth++;
    }
    return depth;
}

/* Merges that follow shard `index` (from 0). */
static inline int lj_tree_merges(int64_t index)
{
    return __builtin_ctzll(~(uint64_t)index);
}

/* Merges at the end, after n shards (n >= 1). */
static inline int lj_tree_last_merges(int64_t n_shards)
{
    return __builtin_popcountll((uint64_t)n_shards) - 1;
}

#endif
