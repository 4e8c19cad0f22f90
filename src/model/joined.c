#include "model/logistic.h"

#include <inttypes.h>
#include <string.h>

void lj_joined_free(lj_joined *j)
{
    lj_free(j->numbers);
    lj_free(j->codes);
    lj_free(j->target);
    lj_free(j->weight);
}

static void append(lj_joined *j, const lj_rows *rows, int64_t at)
{
    const int64_t numbers = rows->number_count, codes = rows->category_count;
    if (numbers > 0)
        memcpy(j->numbers + at * numbers, rows->numbers, (size_t)(rows->n * numbers) * sizeof(float));
    if (codes > 0)
        memcpy(j->codes + at * codes, rows->codes, (size_t)(rows->n * codes) * sizeof(int32_t));
    memcpy(j->target + at, rows->target, (size_t)rows->n * sizeof(double));
    for (int64_t i = 0; j->weight != NULL && i < rows->n; i++)
        j->weight[at + i] = rows->weight == NULL ? 1.0F : rows->weight[i];
}

lj_status lj_joined_make(const lj_rows *a, const lj_rows *b, lj_joined *j)
{
    const int64_t n = a->n + b->n;
    const int weighted = a->weight != NULL || b->weight != NULL;
    j->numbers = lj_new_array(n * a->number_count, sizeof(float));
    j->codes = lj_new_array(n * a->category_count, sizeof(int32_t));
    j->target = lj_new_array(n, sizeof(double));
    j->weight = weighted ? lj_new_array(n, sizeof(float)) : NULL;
    if (j->numbers == NULL || j->codes == NULL || j->target == NULL || (weighted && j->weight == NULL))
        return lj_fail(LJ_ENOMEM, "logistic: no memory for %" PRId64 " rows", n);
    append(j, a, 0);
    append(j, b, a->n);
    j->rows = (lj_rows){.n = n,
                        .numbers = j->numbers,
                        .number_count = a->number_count,
                        .codes = j->codes,
                        .category_count = a->category_count,
                        .target = j->target,
                        .weight = j->weight};
    return LJ_OK;
}
