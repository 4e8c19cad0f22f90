/* What a person should look at before a model is made. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "data/profile.h"
#include "data/row_hash.h"
#include "lianjin/random.h"

enum { ROWS_TO_TELL = 100, RARE_MAX = 50, SENTINELS_SHOWN = 4 };
static const double nearly_all = 0.98;
static const double one_value = 0.995;
static const double many_missing = 0.5;
static const double leak_auc = 0.98;
static const double leak_correlation = 0.99;
static const double drift_psi = 0.25; /* Siddiqi 2006: above it, the population has changed */

static lj_status warn(lj_profile *profile, lj_profile_column *column, const char *format, ...) LJ_PRINTF(3, 4);

static lj_status warn(lj_profile *profile, lj_profile_column *column, const char *format, ...)
{
    char text[512];
    va_list arguments;
    if (column->warning_count == LJ_PROFILE_WARNINGS)
        return LJ_OK;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    const char *kept = lj_arena_strdup(profile->arena, text);
    if (kept == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a warning");
    column->warnings[column->warning_count++] = kept;
    return LJ_OK;
}

static lj_status warn_values(lj_profile *profile, lj_profile_column *c)
{
    const double present = (double)c->present;
    if (c->present == 0)
        return warn(profile, c, "no cell has a value");
    if (c->unique == 1 && c->missing == 0)
        return warn(profile, c, "constant: every row has the same value");
    if ((double)c->missing > many_missing * (double)profile->rows)
        LJ_TRY(
            warn(profile, c, "%.1f %% of its cells are missing", 100.0 * (double)c->missing / (double)profile->rows));
    for (int i = 0; i < c->top_count && c->unique > 1; i++)
        if ((double)c->top[i].count > one_value * present)
            LJ_TRY(warn(profile, c, "nearly constant: %.2f %% of its values are '%s'",
                        100.0 * (double)c->top[i].count / present, c->top[i].text));
    const int may_be_id = c->type == LJ_COLUMN_TEXT || (c->type == LJ_COLUMN_NUMBER && c->is_integer);
    if (may_be_id && c->present >= ROWS_TO_TELL && (double)c->unique > nearly_all * present)
        LJ_TRY(warn(profile, c, "nearly every row has its own value: an identifier?"));
    else if (c->rare_words > 0 && c->unique <= RARE_MAX)
        LJ_TRY(warn(profile, c,
                    "%" PRId64 " of its %" PRId64 " values are rare (%" PRId64 " rows together): documented codes?",
                    c->rare_words, c->unique, c->rare_rows));
    return LJ_OK;
}

static lj_status warn_numbers(lj_profile *profile, lj_profile_column *c)
{
    if (c->sentinel_count > 0) {
        char list[256] = "";
        size_t used = 0;
        for (int64_t i = 0; i < c->sentinel_count && i < SENTINELS_SHOWN; i++)
            used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%.15g (%" PRId64 " rows)", i > 0 ? ", " : "",
                                     c->sentinels[i], c->sentinel_counts[i]);
        LJ_TRY(warn(profile, c, "perhaps codes, not amounts: %s", list));
    }
    if (c->type != LJ_COLUMN_NUMBER || c->unique <= LJ_PROFILE_TOP)
        return LJ_OK;
    const double half = c->quantiles[5] - c->quantiles[3];
    if (half > 0 && c->quantiles[8] - c->quantiles[5] > 100 * half)
        LJ_TRY(warn(profile, c, "long tail: median %.10g, 99 %% up to %.10g, largest %.10g", c->quantiles[4],
                    c->quantiles[7], c->quantiles[8]));
    return LJ_OK;
}

static lj_status warn_relation(lj_profile *profile, lj_profile_column *c)
{
    const double auc = c->auc > 0.5 ? c->auc : 1 - c->auc;
    if (auc > leak_auc)
        LJ_TRY(warn(profile, c, "tells the target almost alone (AUC %.4f): is it known before the outcome?", auc));
    if (fabs(c->correlation) > leak_correlation || c->eta > leak_correlation || c->cramers_v > leak_correlation)
        LJ_TRY(warn(profile, c, "tells the target almost alone: is it known before the outcome?"));
    if (c->psi > drift_psi && (profile->time == NULL || strcmp(profile->time, c->name) != 0))
        LJ_TRY(
            warn(profile, c, "drifts over '%s': PSI %.2f between the older and the newer half", profile->time, c->psi));
    return LJ_OK;
}

/* ---- columns that say the same ---- */

/* Each value replaced by the number of its first row: equal for columns that differ only in how they write. */
static uint64_t column_hash(const lj_column *column, const uint64_t *cells, int64_t n)
{
    uint64_t hash = (uint64_t)column->type;
    for (int64_t row = 0; row < n; row++)
        hash = (hash ^ cells[row]) * 0x9E3779B97F4A7C15u + (hash >> 29);
    return hash;
}

static int same_cells(const lj_column *a, const lj_column *b, int64_t n)
{
    if (a->type != b->type || a->missing_count != b->missing_count || a->word_count != b->word_count)
        return 0;
    for (int32_t w = 0; w < a->word_count; w++)
        if (strcmp(a->words[w], b->words[w]) != 0)
            return 0;
    for (int64_t row = 0; row < n; row++) {
        const int has = lj_column_has(a, row);
        if (has != lj_column_has(b, row))
            return 0;
        if (!has)
            continue;
        if (a->type == LJ_COLUMN_TEXT ? a->code[row] != b->code[row] :
            a->type == LJ_COLUMN_NUMBER ? a->number[row] != b->number[row] : a->time[row] != b->time[row])
            return 0;
    }
    return 1;
}

static lj_status warn_repeats(lj_profile *profile, const lj_frame *frame, uint64_t *hashes, uint64_t *cells)
{
    const int64_t n = profile->rows;
    for (int64_t c = 0; c < profile->column_count; c++) {
        const lj_column *column = lj_frame_column(frame, c);
        LJ_TRY(lj_cell_hashes(column, n, 0, cells));
        hashes[c] = column_hash(column, cells, n);
        if (column->missing_count == n)
            continue;
        for (int64_t k = 0; k < c; k++)
            if (hashes[k] == hashes[c] && same_cells(lj_frame_column(frame, k), column, n)) {
                LJ_TRY(
                    warn(profile, &profile->columns[c], "repeats column '%s' in every row", profile->columns[k].name));
                break;
            }
    }
    return LJ_OK;
}

lj_status lj_profile_warn(lj_profile *profile, const lj_frame *frame)
{
    for (int64_t i = 0; i < profile->column_count; i++) {
        lj_profile_column *c = &profile->columns[i];
        LJ_TRY(warn_values(profile, c));
        LJ_TRY(warn_numbers(profile, c));
        LJ_TRY(warn_relation(profile, c));
    }
    uint64_t *hashes = lj_new_array(profile->column_count, sizeof(*hashes));
    uint64_t *cells = lj_new_array(profile->rows, sizeof(*cells));
    const lj_status status = hashes != NULL && cells != NULL ? warn_repeats(profile, frame, hashes, cells) :
                                                               lj_fail(LJ_ENOMEM, "no memory for a profile");
    lj_free(hashes);
    lj_free(cells);
    return status;
}
