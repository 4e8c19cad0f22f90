/* Order, windows and targets of series. */
#include "lianjin/series.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/profile.h"
#include "lianjin/data.h"
#include "lianjin/limits.h"
#include "lianjin/math.h"

const char *lj_target_as_name(lj_target_as as)
{
#define X(code, name) name,
    static const char *const names[] = {LJ_TARGET_AS_LIST(X)};
#undef X
    return (unsigned)as < LJ_TARGET_AS_COUNT ? names[as] : "unknown";
}

static lj_status no_memory(int64_t n)
{
    return lj_fail(LJ_ENOMEM, "series: no memory for %" PRId64 " rows", n);
}

/* ---- order ---- */

typedef struct place {
    double group, time;
    int64_t row;
} place;

static double key_of(const lj_column *column, int64_t row)
{
    return column->type == LJ_COLUMN_TIME ? (double)column->time[row] :
           column->type == LJ_COLUMN_TEXT ? (double)column->code[row] :
                                            column->number[row];
}

static int compare(const place *a, const place *b)
{
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    return (a->time > b->time) - (a->time < b->time);
}

static int by_place(const void *a, const void *b)
{
    const place *x = a, *y = b;
    const int order = compare(x, y);
    return order != 0 ? order : (x->row > y->row) - (x->row < y->row);
}

static lj_status need(const lj_frame *frame, const char *name, const char *what, const lj_column **out)
{
    LJ_TRY(lj_frame_need(frame, name, out));
    if ((*out)->missing_count > 0)
        return lj_fail(LJ_EDATA, "series: the %s '%s' has no value in %" PRId64 " rows", what, name,
                       (*out)->missing_count);
    return LJ_OK;
}

/* Where each row belongs: to free with lj_free. */
static lj_status make_places(const lj_frame *frame, const lj_series_options *o, place **out)
{
    const int64_t n = lj_frame_row_count(frame);
    const lj_column *time = NULL, *group = NULL;
    LJ_TRY(need(frame, o->time, "time", &time));
    if (time->type == LJ_COLUMN_TEXT)
        return lj_fail(LJ_EDATA, "series: the time '%s' is text, expected times or numbers", o->time);
    if (o->group != NULL)
        LJ_TRY(need(frame, o->group, "group", &group));
    *out = lj_new_array(n, sizeof(**out));
    if (*out == NULL)
        return no_memory(n);
    for (int64_t row = 0; row < n; row++)
        (*out)[row] = (place){group != NULL ? key_of(group, row) : 0, key_of(time, row), row};
    return LJ_OK;
}

/* "group 'AAPL', time 2014-01-02" */
static void describe(const lj_frame *frame, const lj_series_options *o, int64_t row, lj_text *out)
{
    const lj_column *time = lj_frame_column(frame, lj_frame_find(frame, o->time));
    if (o->group != NULL) {
        const lj_column *group = lj_frame_column(frame, lj_frame_find(frame, o->group));
        if (group->type == LJ_COLUMN_TEXT)
            lj_text_printf(out, "group '%s', ", lj_column_word(group, row));
        else
            lj_text_printf(out, "group %.15g, ", key_of(group, row));
    }
    lj_text_puts(out, "time ");
    if (time->type == LJ_COLUMN_TIME)
        lj_time_text(time->time[row], out);
    else
        lj_text_printf(out, "%.15g", time->number[row]);
}

static lj_status fail_at(const lj_frame *frame, const lj_series_options *o, int64_t row, const char *what)
{
    lj_text where = {0};
    describe(frame, o, row, &where);
    lj_status status = lj_text_finish(&where);
    if (status == LJ_OK)
        status = lj_fail(LJ_EDATA, "series: %s (%s)", what, where.data);
    lj_text_free(&where);
    return status;
}

lj_status lj_series_order(const lj_series_options *o, lj_frame **frame)
{
    const int64_t n = lj_frame_row_count(*frame);
    place *places = NULL;
    int64_t *rows = NULL;
    lj_frame *ordered = NULL;
    LJ_TRY(make_places(*frame, o, &places));
    lj_status status = LJ_OK;
    int sorted = 1;
    for (int64_t i = 1; i < n && sorted; i++)
        sorted = compare(&places[i - 1], &places[i]) < 0;
    if (sorted)
        goto done;
    qsort(places, (size_t)n, sizeof(*places), by_place);
    for (int64_t i = 1; i < n; i++)
        if (compare(&places[i - 1], &places[i]) == 0)
            LJ_TRY_DONE(fail_at(*frame, o, places[i].row,
                                o->group != NULL ? "a time comes twice in a group" :
                                                   "a time comes twice: name the column of the group"));
    rows = lj_new_array(n, sizeof(*rows));
    if (rows == NULL) {
        status = no_memory(n);
        goto done;
    }
    for (int64_t i = 0; i < n; i++)
        rows[i] = places[i].row;
    LJ_TRY_DONE(lj_frame_take(*frame, rows, n, &ordered));
    lj_frame_destroy(*frame);
    *frame = ordered;
done:
    lj_free(rows);
    lj_free(places);
    return status;
}

/* ---- samples ---- */

void lj_series_free(lj_series *series)
{
    lj_free(series->first);
    lj_free(series->last);
    lj_free(series->lengths);
    memset(series, 0, sizeof(*series));
}

/* The unit of gap in that of the time column. */
static double longest_step(const lj_frame *frame, const lj_series_options *o)
{
    const lj_column *time = lj_frame_column(frame, lj_frame_find(frame, o->time));
    const double unit = time->type == LJ_COLUMN_TIME ? 1e6 : 1.0;
    return o->gap > 0 ? o->gap * unit : INFINITY;
}

static lj_status find_first(const lj_frame *frame, const lj_series_options *o, int64_t *first)
{
    const int64_t n = lj_frame_row_count(frame);
    place *places = NULL;
    LJ_TRY(make_places(frame, o, &places));
    const double most = longest_step(frame, o);
    lj_status status = LJ_OK;
    for (int64_t row = 0; row < n && status == LJ_OK; row++) {
        if (row > 0 && compare(&places[row - 1], &places[row]) >= 0)
            status = fail_at(frame, o, row, "the rows are not in the order of group and time, or a time comes twice");
        const int goes_on = row > 0 && places[row - 1].group == places[row].group &&
                            places[row].time - places[row - 1].time <= most;
        first[row] = goes_on ? first[row - 1] : row;
    }
    lj_free(places);
    return status;
}

lj_status lj_series_make(const lj_frame *frame, const lj_series_options *o, lj_series *out)
{
    const int64_t n = lj_frame_row_count(frame);
    assert(o->window >= 1 && o->window <= LJ_WINDOW_MAX && o->horizon >= 0);
    lj_status status = LJ_OK;
    memset(out, 0, sizeof(*out));
    out->row_count = n;
    out->first = lj_new_array(n, sizeof(*out->first));
    out->last = lj_new_array(n, sizeof(*out->last));
    out->lengths = o->pad ? lj_new_array(n, sizeof(*out->lengths)) : NULL;
    if (out->first == NULL || out->last == NULL || (o->pad && out->lengths == NULL))
        LJ_TRY_DONE(no_memory(n));
    LJ_TRY_DONE(find_first(frame, o, out->first));
    for (int64_t row = 0; row < n; row++) {
        const int64_t history = row + 1 - out->first[row];
        if (history < o->window && !o->pad)
            continue;
        if (o->pad)
            out->lengths[out->n] = (int32_t)(history < o->window ? history : o->window);
        out->last[out->n++] = row;
    }
done:
    if (status != LJ_OK)
        lj_series_free(out);
    return status;
}

int64_t lj_series_ahead(const lj_series *s, int64_t row, int64_t steps)
{
    const int64_t ahead = row + steps;
    return ahead < s->row_count && s->first[ahead] == s->first[row] ? ahead : -1;
}

lj_status lj_series_targets(const lj_frame *frame, const lj_series *s, const lj_series_options *o, double *values,
                            double *naive)
{
    const int changes = o->target_as != LJ_TARGET_VALUE;
    for (int64_t row = 0; naive != NULL && row < s->row_count; row++) {
        const int64_t known = o->horizon > 0 ? row : row > s->first[row] ? row - 1 : -1;
        naive[row] = changes ? 0.0 : known >= 0 ? values[known] : (double)NAN;
    }
    for (int64_t row = 0; row < s->row_count; row++) { /* what is read lies at or after what is written */
        const int64_t ahead = lj_series_ahead(s, row, o->horizon);
        const double x = values[row], y = ahead >= 0 ? values[ahead] : (double)NAN;
        if (o->target_as == LJ_TARGET_LOG_RETURN && !(x > 0))
            return fail_at(frame, o, row, "log_return wants a target above 0: difference takes any");
        values[row] = ahead < 0                                ? (double)NAN :
                      o->target_as == LJ_TARGET_VALUE          ? y :
                      o->target_as == LJ_TARGET_DIFFERENCE     ? y - x :
                      o->target_as == LJ_TARGET_LOG_RETURN     ? lj_log_d(y / x) :
                                                                 (double)(y > x);
    }
    return LJ_OK;
}

int64_t lj_series_purge(const lj_series *s, int64_t reach, uint8_t *parts)
{
    int64_t count = 0, end = 0;
    for (int64_t begin = 0; begin < s->row_count; begin = end) {
        end = begin + 1;
        while (end < s->row_count && parts[end] == parts[begin] && s->first[end] == s->first[begin])
            end++;
        if (end == s->row_count || s->first[end] != s->first[begin])
            continue;
        for (int64_t row = end - reach > begin ? end - reach : begin; row < end; row++) {
            count += parts[row] != LJ_PART_NONE;
            parts[row] = LJ_PART_NONE;
        }
    }
    return count;
}
