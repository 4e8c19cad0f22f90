/* Metrics by the values of one column. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/pipeline.h"

enum { VALUES_APART = 12 /* as many different numbers are groups of their own */, CUTS = 5 };

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Lower edges of the groups of a column of numbers or times, ascending; *cut: they are quintiles. */
static int64_t find_edges(double *sorted, int64_t n, double *edges, int *cut)
{
    qsort(sorted, (size_t)n, sizeof(*sorted), by_value);
    int64_t k = 0;
    for (int64_t i = 0; i < n && k <= VALUES_APART; i++)
        if (i == 0 || sorted[i] != sorted[i - 1]) {
            if (k < VALUES_APART)
                edges[k] = sorted[i];
            k++;
        }
    *cut = k > VALUES_APART;
    if (!*cut)
        return k;
    k = 0;
    for (int64_t q = 0; q < CUTS; q++) {
        const double edge = sorted[q * n / CUTS];
        if (k == 0 || edge > edges[k - 1])
            edges[k++] = edge;
    }
    return k;
}

static double value_of(const lj_column *column, int64_t row)
{
    return column->type == LJ_COLUMN_TIME ? (double)column->time[row] : column->number[row];
}

/* Groups of numbers; the last one, if used, is "missing". */
static lj_status number_groups(const lj_column *column, const int64_t *rows, int64_t n, lj_arena *arena,
                               int32_t *groups, const char ***names, int32_t *n_groups)
{
    double edges[VALUES_APART];
    double *sorted = lj_new_array(n, sizeof(*sorted));
    if (sorted == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the groups of '%s'", column->name);
    int64_t present = 0;
    for (int64_t i = 0; i < n; i++)
        if (lj_column_has(column, rows[i]))
            sorted[present++] = value_of(column, rows[i]);
    int cut = 0;
    const int64_t k = find_edges(sorted, present, edges, &cut);
    const double top = present > 0 ? sorted[present - 1] : 0;
    lj_free(sorted);
    *names = lj_arena_array(arena, k + 1, sizeof(**names));
    if (*names == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the groups of '%s'", column->name);
    for (int64_t g = 0; g < k; g++) {
        (*names)[g] = cut ? lj_arena_printf(arena, "%.6g to %.6g", edges[g], g + 1 < k ? edges[g + 1] : top) :
                            lj_arena_printf(arena, "%.9g", edges[g]);
        if ((*names)[g] == NULL)
            return lj_fail(LJ_ENOMEM, "no memory for the groups of '%s'", column->name);
    }
    (*names)[k] = "missing";
    *n_groups = (int32_t)k;
    for (int64_t i = 0; i < n; i++) {
        int64_t g = k;
        if (lj_column_has(column, rows[i])) {
            g = k - 1;
            while (g > 0 && value_of(column, rows[i]) < edges[g])
                g--;
        } else {
            *n_groups = (int32_t)k + 1;
        }
        groups[i] = (int32_t)g;
    }
    return LJ_OK;
}

static lj_status word_groups(const lj_column *column, const int64_t *rows, int64_t n, lj_arena *arena,
                             int32_t *groups, const char ***names, int32_t *n_groups)
{
    *names = lj_arena_array(arena, column->word_count + 1, sizeof(**names));
    if (*names == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the groups of '%s'", column->name);
    for (int32_t w = 0; w < column->word_count; w++)
        (*names)[w] = column->words[w];
    (*names)[column->word_count] = "missing";
    *n_groups = column->word_count;
    for (int64_t i = 0; i < n; i++) {
        groups[i] = column->code[rows[i]];
        if (groups[i] < 0) {
            groups[i] = column->word_count;
            *n_groups = column->word_count + 1;
        }
    }
    return LJ_OK;
}

lj_status lj_groups_evaluate(const lj_frame *frame, const char *name, const int64_t *rows,
                             const lj_predictions *predictions, double threshold, lj_text *out)
{
    const lj_column *column = NULL;
    lj_arena *arena = NULL;
    lj_json json;
    const char **names = NULL;
    int32_t n_groups = 0;
    const int64_t n = predictions->n;
    LJ_TRY(lj_frame_need(frame, name, &column));
    LJ_TRY(lj_arena_create(&arena));
    lj_status status = LJ_OK;
    int32_t *groups = lj_new_array(n, sizeof(*groups));
    if (groups == NULL)
        status = lj_fail(LJ_ENOMEM, "no memory for the groups of '%s'", name);
    else if (column->type == LJ_COLUMN_TEXT)
        status = word_groups(column, rows, n, arena, groups, &names, &n_groups);
    else
        status = number_groups(column, rows, n, arena, groups, &names, &n_groups);
    if (status == LJ_OK) {
        lj_json_start(&json, out, 0);
        status = lj_evaluate_groups(predictions, threshold, groups, names, n_groups, &json, NULL);
    }
    if (status == LJ_OK)
        status = lj_text_finish(out);
    lj_free(groups);
    lj_arena_destroy(arena);
    return status;
}
