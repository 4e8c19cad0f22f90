#include "data/profile.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { NO_HALF = 255 };

void lj_profile_destroy(lj_profile *profile)
{
    if (profile == NULL)
        return;
    lj_arena_destroy(profile->arena);
    lj_free(profile);
}

/* The column of time: the named one, or the only one. */
static lj_status find_time(lj_profile *profile, const lj_frame *frame, const char *wanted, const lj_column **out)
{
    *out = NULL;
    if (wanted != NULL) {
        LJ_TRY(lj_frame_need(frame, wanted, out));
        if ((*out)->type == LJ_COLUMN_TEXT)
            return lj_fail(LJ_EDATA, "column '%s' is text, expected times", wanted);
    }
    for (int64_t c = 0; wanted == NULL && c < lj_frame_column_count(frame); c++) {
        const lj_column *column = lj_frame_column(frame, c);
        if (column->type != LJ_COLUMN_TIME)
            continue;
        if (*out != NULL) {
            *out = NULL;
            break;
        }
        *out = column;
    }
    if (*out != NULL && (profile->time = lj_arena_strdup(profile->arena, (*out)->name)) == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a profile");
    return LJ_OK;
}

/* 0 for rows of the older half, 1 of the newer (whole instants), NO_HALF without a time. NULL: there are no two halves. */
static lj_status make_halves(const lj_column *time, int64_t n, uint8_t **out)
{
    lj_ordered ordered;
    *out = NULL;
    LJ_TRY(lj_order_column(time, n, &ordered));
    uint8_t *half = lj_new_array(n, 1);
    if (half == NULL) {
        lj_ordered_free(&ordered);
        return lj_fail(LJ_ENOMEM, "no memory for a profile");
    }
    memset(half, NO_HALF, (size_t)n);
    int64_t newer = 0;
    const double middle = ordered.count > 0 ? ordered.values[ordered.count / 2] : 0;
    for (int64_t i = 0; i < ordered.count; i++) {
        half[ordered.rows[i]] = ordered.values[i] >= middle && ordered.values[i] > ordered.values[0];
        newer += half[ordered.rows[i]];
    }
    const int64_t count = ordered.count;
    lj_ordered_free(&ordered);
    if (newer == 0 || newer == count) {
        lj_free(half);
        half = NULL;
    }
    *out = half;
    return LJ_OK;
}

static lj_status fill_column(lj_profile *profile, const lj_column *column, const char *reason, const uint8_t *half,
                             uint8_t *cells, lj_profile_column *out)
{
    lj_ordered ordered = {0};
    int cell_count = 0;
    const int64_t n = profile->rows;
    out->name = lj_arena_strdup(profile->arena, column->name);
    out->reason = lj_arena_strdup(profile->arena, reason);
    out->type = column->type;
    out->is_integer = column->is_integer;
    out->psi = (double)NAN;
    if (out->name == NULL || out->reason == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a profile");
    if (column->type != LJ_COLUMN_TEXT)
        LJ_TRY(lj_order_column(column, n, &ordered));
    lj_status status = lj_profile_values(profile, column, n, &ordered, out, cells, &cell_count);
    if (status == LJ_OK)
        status = lj_profile_relate(profile, column, n, &ordered, cells, cell_count, out);
    if (status == LJ_OK)
        status = lj_profile_sentinels_of(column, &ordered, out->sentinels, out->sentinel_counts, LJ_PROFILE_SENTINELS,
                                         &out->sentinel_count);
    if (status == LJ_OK && half != NULL)
        out->psi = lj_profile_psi(cells, cell_count, half, n);
    lj_ordered_free(&ordered);
    return status;
}

static lj_status fill(lj_profile *profile, const lj_frame *frame, const lj_schema *schema,
                      const lj_profile_options *options)
{
    const lj_column *time = NULL;
    int64_t shown = 0;
    uint8_t *half = NULL;
    profile->rows = lj_frame_row_count(frame);
    const int64_t columns = lj_frame_column_count(frame);
    profile->columns = lj_arena_array(profile->arena, columns, sizeof(*profile->columns));
    if (profile->columns == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a profile");
    profile->column_count = columns;
    LJ_TRY(lj_profile_find_target(profile, frame, options));
    LJ_TRY(find_time(profile, frame, options->time, &time));
    LJ_TRY(lj_frame_duplicates(frame, NULL, &profile->duplicates, NULL, 0, &shown));
    if (time != NULL)
        LJ_TRY(make_halves(time, profile->rows, &half));
    uint8_t *cells = lj_new_array(profile->rows, 1);
    lj_status status = cells != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "no memory for a profile");
    for (int64_t c = 0; c < columns && status == LJ_OK; c++) {
        const lj_column *column = lj_frame_column(frame, c);
        const int64_t field = schema != NULL ? lj_schema_find(schema, column->name) : -1;
        const char *reason = field >= 0 ? lj_schema_field(schema, field)->reason : NULL;
        status = fill_column(profile, column, reason != NULL ? reason : "", half, cells, &profile->columns[c]);
    }
    lj_free(half);
    lj_free(cells);
    return status == LJ_OK ? lj_profile_warn(profile, frame) : status;
}

lj_status lj_profile_make(const lj_frame *frame, const lj_schema *schema, const lj_profile_options *options,
                          lj_profile **out)
{
    assert(frame != NULL && out != NULL);
    static const lj_profile_options none;
    *out = NULL;
    lj_profile *profile = lj_new_array(1, sizeof(*profile));
    if (profile == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a profile");
    lj_status status = lj_arena_create(&profile->arena);
    if (status == LJ_OK)
        status = fill(profile, frame, schema, options != NULL ? options : &none);
    if (status != LJ_OK) {
        lj_profile_destroy(profile);
        return status;
    }
    *out = profile;
    return LJ_OK;
}
