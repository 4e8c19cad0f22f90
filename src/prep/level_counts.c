#include "prep/level_counts.h"

#include <stdlib.h>

/* A total order, so qsort need not be stable. */
static int by_count(const void *a, const void *b)
{
    const lj_level_count *x = a;
    const lj_level_count *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return x->level < y->level ? -1 : x->level > y->level;
}

lj_status lj_level_counts(const lj_fit_column *column, lj_level_count **out)
{
    lj_level_count *levels = lj_new_array(column->reg.size, sizeof(*levels));
    if (levels == NULL)
        return lj_fit_no_memory(column);
    for (int32_t i = 0; i < column->reg.size; i++)
        levels[i].level = i;
    for (int64_t i = 0; i < column->n; i++) {
        if (column->values[i] >= 0) /* neither missing nor unknown */
            levels[(int32_t)column->values[i]].count++;
    }
    qsort(levels, (size_t)column->reg.size, sizeof(*levels), by_count);
    *out = levels;
    return LJ_OK;
}
