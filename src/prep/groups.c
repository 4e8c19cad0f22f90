/* Numbers standardised within their group: mean and deviation of the training rows of each. */
#include <assert.h>
#include <inttypes.h>
#include <math.h>

#include "prep/prep.h"

static lj_status no_memory(void)
{
    return lj_fail(LJ_ENOMEM, "no memory for the groups of a series");
}

lj_status lj_groups_fit(lj_prep *prep, const lj_frame *frame, const int64_t *rows, int64_t n)
{
    const lj_column *column = NULL;
    LJ_TRY(lj_frame_need(frame, prep->series.group, &column));
    if (column->type != LJ_COLUMN_TEXT)
        return lj_fail(LJ_EDATA, "scale_by_group: the group '%s' is %s: say features: {types: {%s: text}}",
                       column->name, lj_column_type_name(column->type), column->name);
    uint8_t *seen = lj_new_array(column->word_count, 1);
    if (seen == NULL)
        return no_memory();
    int32_t count = 0;
    for (int64_t i = 0; i < n; i++)
        seen[column->code[rows[i]]] = 1; /* a group has a word in every row */
    for (int32_t i = 0; i < column->word_count; i++)
        count += seen[i];
    const char **words = lj_arena_array(prep->arena, count, sizeof(*words));
    lj_status status = words == NULL ? no_memory() : LJ_OK;
    for (int32_t i = 0, k = 0; status == LJ_OK && i < column->word_count; i++) {
        if (!seen[i])
            continue;
        words[k] = lj_arena_strdup(prep->arena, column->words[i]);
        if (words[k++] == NULL)
            status = no_memory();
    }
    lj_free(seen);
    return status == LJ_OK ? lj_words_make(prep->arena, words, count, &prep->group_words) : status;
}

lj_status lj_prep_groups(const lj_prep *prep, const lj_frame *frame, int32_t **out)
{
    const lj_column *column = NULL;
    const int64_t n = lj_frame_row_count(frame);
    *out = NULL;
    if (!prep->series.scale_by_group || prep->series.window == 0)
        return LJ_OK;
    LJ_TRY(lj_frame_need(frame, prep->series.group, &column));
    if (column->type != LJ_COLUMN_TEXT || column->missing_count > 0)
        return lj_fail(LJ_EDATA, "column '%s': expected the group of each row as text", column->name);
    int32_t *of_word = lj_new_array(column->word_count, sizeof(*of_word));
    *out = lj_new_array(n, sizeof(**out));
    if (of_word == NULL || *out == NULL) {
        lj_free(of_word);
        lj_free(*out);
        *out = NULL;
        return no_memory();
    }
    for (int32_t i = 0; i < column->word_count; i++) {
        of_word[i] = lj_words_find(&prep->group_words, column->words[i]);
        if (of_word[i] < 0)
            of_word[i] = prep->group_words.count;
    }
    for (int64_t row = 0; row < n; row++)
        (*out)[row] = of_word[column->code[row]];
    lj_free(of_word);
    return LJ_OK;
}

/* Sums over the rows of a group, in their order; the last one is of all. */
typedef struct sums {
    double count, sum, squares;
} sums;

lj_status lj_groups_measure(lj_prep *prep, const int32_t *groups, const int64_t *rows, int64_t n,
                            const double *values, const double **mean, const double **scale)
{
    const int64_t count = prep->group_words.count + 1;
    double *m = lj_arena_array(prep->arena, count, sizeof(*m)), *s = lj_arena_array(prep->arena, count, sizeof(*s));
    sums *of = lj_new_array(count, sizeof(*of));
    if (m == NULL || s == NULL || of == NULL) {
        lj_free(of);
        return no_memory();
    }
    sums *all = &of[count - 1];
    for (int64_t i = 0; i < n; i++) {
        const double x = values[rows[i]];
        if (!isfinite(x))
            continue; /* what is infinite is refused where the column is looked at */
        sums *group = &of[groups[rows[i]]];
        assert(group != all); /* training rows have a group */
        group->count++;
        group->sum += x;
        all->count++;
        all->sum += x;
    }
    for (int64_t k = 0; k < count; k++)
        m[k] = of[k].count > 0 ? of[k].sum / of[k].count : all->count > 0 ? all->sum / all->count : 0.0;
    for (int64_t i = 0; i < n; i++) {
        const double x = values[rows[i]];
        if (!isfinite(x))
            continue;
        const int32_t k = groups[rows[i]];
        of[k].squares += (x - m[k]) * (x - m[k]);
        all->squares += (x - m[count - 1]) * (x - m[count - 1]);
    }
    for (int64_t k = count - 1; k >= 0; k--) { /* what does not vary is divided by the deviation of all, if that does */
        const double deviation = of[k].count > 0 ? sqrt(of[k].squares / of[k].count) : 0.0;
        s[k] = deviation > 0 ? deviation : k == count - 1 ? 1.0 : s[count - 1];
    }
    lj_free(of);
    *mean = m;
    *scale = s;
    return LJ_OK;
}

double lj_prep_scale_target(const lj_prep *prep, const int32_t *groups, int64_t row, double y)
{
    return prep->target_mean == NULL ? y : (y - prep->target_mean[groups[row]]) / prep->target_scale[groups[row]];
}

float lj_prep_unscale_target(const lj_prep *prep, const int32_t *groups, int64_t row, float y)
{
    if (prep->target_mean == NULL)
        return y;
    return (float)((double)y * prep->target_scale[groups[row]] + prep->target_mean[groups[row]]);
}
