/* Inside of words/: sums by key, larger than memory: sorted runs in memory and in a temporary file. */
#ifndef LIANJIN_WORDS_PAIR_RUNS_H
#define LIANJIN_WORDS_PAIR_RUNS_H

#include <stdint.h>

#include "lianjin/status.h"

typedef struct lj_keyed {
    uint64_t key, sum;
} lj_keyed;

typedef struct lj_pair_runs lj_pair_runs;

/* keys below `keys`; at most `limit` entries in memory (twice while they are sorted). LJ_ENOMEM. */
LJ_CHECKED lj_status lj_pair_runs_create(uint64_t keys, int64_t limit, lj_pair_runs **out);
void lj_pair_runs_destroy(lj_pair_runs *runs);

/* LJ_ENOMEM, LJ_EIO. */
LJ_CHECKED lj_status lj_pair_runs_add(lj_pair_runs *runs, uint64_t key, uint32_t weight);
/* All sums in ascending order of their keys, each once: [*count], to free with lj_free. Ends the adding. */
LJ_CHECKED lj_status lj_pair_runs_finish(lj_pair_runs *runs, lj_keyed **sums, int64_t *count);

#endif
