/*
 * Categories of many levels: each level stands for the mean of its targets, drawn towards that of all. Of a training row
 * only the rows count that come before it in an order drawn by lot: its own target would be learned by heart
 * (Prokhorenkova, Gusev, Vorobev and others, NeurIPS 2018, "ordered target statistics").
 */
#include <inttypes.h>
#include <math.h>

#include "lianjin/random.h"
#include "trees/trees.h"

#define MANY_LEVELS 16   /* fewer are grouped by their gradients */
#define PRIOR       10.0 /* rows that draw a level towards the mean of all */

int lj_tree_is_ordered(const lj_tree_options *options, int64_t size)
{
    return size > MANY_LEVELS && options->loss != LJ_TREE_SOFTMAX;
}

void lj_tree_see(const lj_tree_options *options, int64_t n, int64_t *order)
{
    lj_random_permutation(options->seed, lj_random_stream("trees.ordered"), n, order);
}

static int64_t level_of(const lj_tree_rows *rows, int64_t k, int64_t i)
{
    const int32_t code = rows->codes[i * rows->category_count + k];
    return code > 0 && code < rows->category_sizes[k] ? code : 0;
}

static double weight_of(const lj_tree_rows *rows, int64_t i)
{
    return rows->weight != NULL ? (double)rows->weight[i] : 1.0;
}

lj_status lj_tree_value_levels(const lj_tree_options *options, const lj_tree_rows *rows, int64_t k,
                               const int64_t *order, float *of_row, float *of_code)
{
    (void)options;
    const int64_t size = rows->category_sizes[k];
    double *sum = lj_new_array(2 * size, sizeof(*sum)), *weight = sum + size, all = 0.0, total = 0.0;
    if (sum == NULL)
        return lj_fail(LJ_ENOMEM, "trees: no memory for %" PRId64 " levels", size);
    for (int64_t i = 0; i < rows->n; i++) {
        all += weight_of(rows, i) * rows->target[i];
        total += weight_of(rows, i);
    }
    const double mean = total > 0.0 ? all / total : 0.0;
    for (int64_t s = 0; s < rows->n; s++) {
        const int64_t i = order[s], level = level_of(rows, k, i);
        of_row[i] = (float)((sum[level] + PRIOR * mean) / (weight[level] + PRIOR));
        sum[level] += weight_of(rows, i) * rows->target[i];
        weight[level] += weight_of(rows, i);
    }
    for (int64_t level = 0; level < size; level++)
        of_code[level] = (float)((sum[level] + PRIOR * mean) / (weight[level] + PRIOR));
    lj_free(sum);
    return LJ_OK;
}
