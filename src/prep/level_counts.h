/* How often the levels of a category occur in the training part. */
#ifndef LIANJIN_PREP_LEVEL_COUNTS_H
#define LIANJIN_PREP_LEVEL_COUNTS_H

#include "prep/transform.h"

typedef struct lj_level_count {
    int32_t level;
    int64_t count;
} lj_level_count;

/* [column->reg.size], most frequent first, equal ones by level; to free with lj_free. */
LJ_CHECKED lj_status lj_level_counts(const lj_fit_column *column, lj_level_count **out);

#endif
