#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/profile.h"
#include "lianjin/math.h"

enum { CLASSES_MAX = 20, ROWS_PER_WORD = 20 /* fewer: the rates of words are chance */ };

/* ---- the target ---- */

static double class_of(const lj_column *column, int64_t row, const double *values, int64_t count)
{
    if (!lj_column_has(column, row))
        return (double)NAN;
    if (column->type == LJ_COLUMN_TEXT)
        return column->code[row];
    for (int64_t k = 0; k < count; k++)
        if (values[k] == column->number[row])
            return (double)k;
    return (double)NAN;
}

/* Which of two classes counts as 1: the named one, 1 of 0 and 1, or the rarer. */
static lj_status find_positive(const lj_profile *profile, const lj_column *column, const double *values,
                               const char *wanted, double *positive)
{
    double number = 0;
    int64_t ones = 0;
    int64_t all = 0;
    *positive = -1;
    for (int k = 0; wanted != NULL && k < 2; k++) {
        if (column->type == LJ_COLUMN_TEXT)
            *positive = strcmp(column->words[k], wanted) == 0 ? k : *positive;
        else if (lj_number_parse(LJ_RULE_PLAIN, NULL, wanted, &number) == LJ_OK && values[k] == number)
            *positive = k;
    }
    if (wanted != NULL)
        return *positive >= 0 ? LJ_OK :
                                lj_fail(LJ_EDATA, "target '%s' is never '%s'", column->name, wanted);
    for (int64_t row = 0; row < profile->rows; row++) {
        const double y = profile->target.y[row];
        all += !isnan(y);
        ones += y == 1;
    }
    *positive = 2 * ones <= all ? 1 : 0;
    if (column->type == LJ_COLUMN_NUMBER && values[0] == 0 && values[1] == 1)
        *positive = 1;
    return LJ_OK;
}

static lj_status set_classes(lj_profile *profile, const lj_column *column, const double *values, int64_t count,
                             const char *wanted)
{
    lj_profile_target *target = &profile->target;
    double positive = 1;
    target->kind = count == 2 ? LJ_RELATION_BINARY : LJ_RELATION_CLASSES;
    target->classes = count;
    for (int64_t row = 0; row < profile->rows; row++)
        target->y[row] = class_of(column, row, values, count);
    if (count != 2)
        return LJ_OK;
    LJ_TRY(find_positive(profile, column, values, wanted, &positive));
    for (int64_t row = 0; row < profile->rows; row++)
        if (!isnan(target->y[row]))
            target->y[row] = target->y[row] == positive;
    target->positive = column->type == LJ_COLUMN_TEXT ?
                           lj_arena_strdup(profile->arena, column->words[(int)positive]) :
                           lj_arena_printf(profile->arena, "%.15g", values[(int)positive]);
    return target->positive != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "no memory for a profile");
}

lj_status lj_profile_find_target(lj_profile *profile, const lj_frame *frame, const lj_profile_options *options)
{
    const lj_column *column = NULL;
    lj_profile_target *target = &profile->target;
    if (options->target == NULL)
        return LJ_OK;
    LJ_TRY(lj_frame_need(frame, options->target, &column));
    target->name = lj_arena_strdup(profile->arena, options->target);
    target->y = lj_arena_array(profile->arena, profile->rows, sizeof(*target->y));
    if (target->name == NULL || target->y == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a profile");
    if (column->type == LJ_COLUMN_TEXT)
        return column->word_count >= 2 ? set_classes(profile, column, NULL, column->word_count, options->positive)
                                       : LJ_OK;
    if (column->type == LJ_COLUMN_TIME)
        return LJ_OK;
    lj_ordered ordered;
    LJ_TRY(lj_order_column(column, profile->rows, &ordered));
    double values[CLASSES_MAX + 1];
    int64_t count = 0;
    for (int64_t i = 0; i < ordered.count && count <= CLASSES_MAX; i++)
        if (i == 0 || ordered.values[i] != ordered.values[i - 1])
            values[count++] = ordered.values[i];
    lj_ordered_free(&ordered);
    if (count < 2)
        return LJ_OK;
    if (count == 2 || (column->is_integer && count <= CLASSES_MAX / 2))
        return set_classes(profile, column, values, count, options->positive);
    target->kind = LJ_RELATION_VALUE;
    for (int64_t row = 0; row < profile->rows; row++)
        target->y[row] = lj_column_has(column, row) ? column->number[row] : (double)NAN;
    return LJ_OK;
}

/* ---- one column and the target ---- */

typedef struct tally {
    double bad[LJ_PROFILE_CELLS], good[LJ_PROFILE_CELLS];
    double bads, goods;
} tally;

static void count_cells(const lj_profile *profile, const uint8_t *cells, tally *t)
{
    memset(t, 0, sizeof(*t));
    for (int64_t row = 0; row < profile->rows; row++) {
        const double y = profile->target.y[row];
        t->bad[cells[row]] += y == 1;
        t->good[cells[row]] += y == 0;
    }
    for (int k = 0; k < LJ_PROFILE_CELLS; k++) {
        t->bads += t->bad[k];
        t->goods += t->good[k];
    }
}

/* Sum of (p - q) ln(p / q), with half a row in each cell so that none is empty (Siddiqi, "Credit Risk Scorecards", 2006). */
static double divergence(const double *a, const double *b, int cell_count)
{
    double cells = 0;
    double as = 0;
    double bs = 0;
    double sum = 0;
    for (int k = 0; k < cell_count; k++)
        if (a[k] + b[k] > 0) {
            cells++;
            as += a[k];
            bs += b[k];
        }
    for (int k = 0; k < cell_count; k++)
        if (a[k] + b[k] > 0) {
            const double p = (a[k] + 0.5) / (as + 0.5 * cells);
            const double q = (b[k] + 0.5) / (bs + 0.5 * cells);
            sum += (p - q) * (lj_log_d(p) - lj_log_d(q));
        }
    return as > 0 && bs > 0 ? sum : (double)NAN;
}

/* Groups in ascending order of what ranks them: area under the ROC curve with ties as half, and the largest gap. */
typedef struct curve {
    double bads, goods; /* of all */
    double seen_bad, seen_good, area, gap;
} curve;

static void curve_add(curve *c, double bad, double good)
{
    c->area += bad * (c->seen_good + good / 2); /* good rows ranked below the bad ones */
    c->seen_bad += bad;
    c->seen_good += good;
    const double gap = fabs(c->seen_bad / c->bads - c->seen_good / c->goods);
    c->gap = gap > c->gap ? gap : c->gap;
}

static void curve_finish(const curve *c, lj_profile_column *out)
{
    out->auc = c->bads > 0 && c->goods > 0 ? c->area / (c->bads * c->goods) : (double)NAN;
    out->ks = c->bads > 0 && c->goods > 0 ? c->gap : (double)NAN;
}

static void rank_numbers(const lj_profile *profile, const lj_ordered *o, lj_profile_column *out)
{
    curve c = {0};
    const double *y = profile->target.y;
    for (int64_t i = 0; i < o->count; i++) {
        c.bads += y[o->rows[i]] == 1;
        c.goods += y[o->rows[i]] == 0;
    }
    if (c.bads == 0 || c.goods == 0)
        return;
    for (int64_t i = 0; i < o->count;) {
        double bad = 0;
        double good = 0;
        const double x = o->values[i];
        for (; i < o->count && o->values[i] == x; i++) {
            bad += y[o->rows[i]] == 1;
            good += y[o->rows[i]] == 0;
        }
        curve_add(&c, bad, good);
    }
    curve_finish(&c, out);
}

/* Words in ascending order of their rate. */
static void rank_words(const tally *t, int cell_count, lj_profile_column *out)
{
    int order[LJ_PROFILE_CELLS];
    int n = 0;
    curve c = {.bads = t->bads, .goods = t->goods};
    for (int k = 0; k < cell_count; k++) {
        const double all = t->bad[k] + t->good[k];
        if (all == 0)
            continue;
        int at = n++;
        while (at > 0) {
            const int before = order[at - 1];
            if (t->bad[before] * all <= t->bad[k] * (t->bad[before] + t->good[before]))
                break;
            order[at] = before;
            at--;
        }
        order[at] = k;
    }
    for (int i = 0; i < n && c.bads > 0 && c.goods > 0; i++)
        curve_add(&c, t->bad[order[i]], t->good[order[i]]);
    curve_finish(&c, out);
}

static void correlate(const lj_profile *profile, const lj_ordered *o, lj_profile_column *out)
{
    const double *y = profile->target.y;
    double n = 0;
    double sx = 0;
    double sy = 0;
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (int64_t i = 0; i < o->count; i++)
        if (!isnan(y[o->rows[i]])) {
            n++;
            sx += o->values[i];
            sy += y[o->rows[i]];
        }
    for (int64_t i = 0; i < o->count; i++)
        if (!isnan(y[o->rows[i]])) {
            const double dx = o->values[i] - sx / n;
            const double dy = y[o->rows[i]] - sy / n;
            xx = fma(dx, dx, xx);
            yy = fma(dy, dy, yy);
            xy = fma(dx, dy, xy);
        }
    out->correlation = xx > 0 && yy > 0 ? xy / (sqrt(xx) * sqrt(yy)) : (double)NAN;
}

/* The share of the target's variance that lies between the words: its root. */
static void correlation_ratio(const lj_profile *profile, const uint8_t *cells, int cell_count, lj_profile_column *out)
{
    double sums[LJ_PROFILE_CELLS] = {0};
    double counts[LJ_PROFILE_CELLS] = {0};
    double n = 0;
    double sum = 0;
    double total = 0;
    double between = 0;
    const double *y = profile->target.y;
    for (int64_t row = 0; row < profile->rows; row++)
        if (!isnan(y[row])) {
            sums[cells[row]] += y[row];
            counts[cells[row]]++;
            n++;
            sum += y[row];
        }
    for (int64_t row = 0; row < profile->rows; row++)
        if (!isnan(y[row]))
            total = fma(y[row] - sum / n, y[row] - sum / n, total);
    for (int k = 0; k < cell_count; k++)
        if (counts[k] > 0) {
            const double d = sums[k] / counts[k] - sum / n;
            between += counts[k] * d * d;
        }
    out->eta = total > 0 ? sqrt(between / total) : (double)NAN;
}

/* Cramer's V of cells and classes (Cramer 1946). */
static lj_status cramers_v(const lj_profile *profile, const uint8_t *cells, int cell_count, lj_profile_column *out)
{
    const int64_t classes = profile->target.classes;
    double *table = lj_new_array(cell_count * classes, sizeof(*table));
    double *columns = lj_new_array(classes, sizeof(*columns));
    double rows[LJ_PROFILE_CELLS] = {0};
    double n = 0;
    if (table == NULL || columns == NULL) {
        lj_free(table);
        lj_free(columns);
        return lj_fail(LJ_ENOMEM, "no memory for a profile");
    }
    for (int64_t row = 0; row < profile->rows; row++)
        if (!isnan(profile->target.y[row])) {
            const int64_t k = (int64_t)profile->target.y[row];
            table[cells[row] * classes + k]++;
            columns[k]++;
            rows[cells[row]]++;
            n++;
        }
    double chi = 0;
    double used = 0;
    double seen = 0;
    for (int64_t k = 0; k < classes; k++)
        seen += columns[k] > 0;
    for (int i = 0; i < cell_count; i++) {
        used += rows[i] > 0;
        for (int64_t k = 0; k < classes; k++) {
            const double expected = rows[i] * columns[k] / n;
            const double d = table[i * classes + k] - expected;
            chi += expected > 0 ? d * d / expected : 0;
        }
    }
    const double least = used < seen ? used : seen;
    out->cramers_v = n > 0 && least > 1 ? sqrt(chi / (n * (least - 1))) : (double)NAN;
    lj_free(table);
    lj_free(columns);
    return LJ_OK;
}

lj_status lj_profile_relate(const lj_profile *profile, const lj_column *column, int64_t n, const lj_ordered *ordered,
                            const uint8_t *cells, int cell_count, lj_profile_column *out)
{
    out->iv = out->auc = out->ks = out->correlation = out->cramers_v = out->eta = (double)NAN;
    const lj_profile_target *target = &profile->target;
    if (target->kind == LJ_RELATION_NONE || strcmp(target->name, column->name) == 0)
        return LJ_OK;
    const int is_text = column->type == LJ_COLUMN_TEXT;
    if (is_text && (int64_t)column->word_count * ROWS_PER_WORD > n)
        return LJ_OK;
    if (target->kind == LJ_RELATION_BINARY) {
        tally t;
        count_cells(profile, cells, &t);
        out->iv = divergence(t.bad, t.good, cell_count);
        if (is_text)
            rank_words(&t, cell_count, out);
        else
            rank_numbers(profile, ordered, out);
        return LJ_OK;
    }
    if (target->kind == LJ_RELATION_CLASSES)
        return cramers_v(profile, cells, cell_count, out);
    if (is_text)
        correlation_ratio(profile, cells, cell_count, out);
    else
        correlate(profile, ordered, out);
    return LJ_OK;
}

double lj_profile_psi(const uint8_t *cells, int cell_count, const uint8_t *half, int64_t n)
{
    double counts[2][LJ_PROFILE_CELLS] = {{0}};
    for (int64_t row = 0; row < n; row++)
        if (half[row] < 2)
            counts[half[row]][cells[row]]++;
    return divergence(counts[0], counts[1], cell_count);
}
