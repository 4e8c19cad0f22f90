#include "model/calibrator.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/math.h"
#include "lianjin/memory.h"
#include "model/calibrate.h"

#define X(code, name, doc) name,
const char *const lj_calibrator_names[] = {LJ_CALIBRATOR_LIST(X) NULL};
#undef X

#define PROBABILITY_MIN 1e-7
#define STEPS 100
#define KNOTS_MAX 1000000

void lj_calibrator_free(lj_calibrator *calibrator)
{
    lj_free(calibrator->from);
    lj_free(calibrator->to);
    *calibrator = (lj_calibrator){0};
}

static double inside(float probability)
{
    const double p = (double)probability;
    return p < PROBABILITY_MIN ? PROBABILITY_MIN : p > 1.0 - PROBABILITY_MIN ? 1.0 - PROBABILITY_MIN : p;
}

/* ---- platt ---- */

static lj_status fit_platt(const float *probability, const double *target, int64_t n, lj_calibrator *out)
{
    float *margins = lj_new_array(n, sizeof(*margins));
    if (margins == NULL)
        return lj_fail(LJ_ENOMEM, "calibrate: no memory for %" PRId64 " rows", n);
    for (int64_t i = 0; i < n; i++) {
        const double p = inside(probability[i]);
        margins[i] = (float)lj_log_d(p / (1.0 - p));
    }
    const lj_calibration found = lj_calibrate_sigmoid(margins, 1, target, n);
    out->a = found.scale;
    out->b = found.shift;
    lj_free(margins);
    return LJ_OK;
}

/* ---- beta ---- */

/* Loss, first and second derivatives of the logistic regression on x = (ln p, -ln(1 - p), 1). */
typedef struct sums {
    double loss, g[3], h[3][3];
} sums;

static void sum_up(const float *probability, const double *target, int64_t n, const double w[3], sums *s)
{
    *s = (sums){0};
    for (int64_t i = 0; i < n; i++) {
        const double p = inside(probability[i]), x[3] = {lj_log_d(p), -lj_log1p_d(-p), 1.0};
        const double z = w[0] * x[0] + w[1] * x[1] + w[2], q = lj_sigmoid_value(z), t = target[i] > 0.5 ? 1.0 : 0.0;
        s->loss += lj_log1p_d(lj_exp_d(-fabs(z))) + (z > 0.0 ? z : 0.0) - t * z;
        for (int j = 0; j < 3; j++) {
            s->g[j] += (q - t) * x[j];
            for (int k = 0; k < 3; k++)
                s->h[j][k] += q * (1.0 - q) * x[j] * x[k];
        }
    }
}

/* Solves h d = g over the coordinates that are free, by elimination; the others do not move. */
static void newton_step(const sums *s, const int is_free[3], double d[3])
{
    double m[3][4];
    for (int j = 0; j < 3; j++) {
        for (int k = 0; k < 3; k++)
            m[j][k] = is_free[j] && is_free[k] ? s->h[j][k] + (j == k ? 1e-9 : 0.0) : j == k ? 1.0 : 0.0;
        m[j][3] = is_free[j] ? s->g[j] : 0.0;
    }
    for (int j = 0; j < 3; j++)
        for (int k = j + 1; k < 3; k++) {
            const double ratio = m[k][j] / m[j][j];
            for (int c = j; c < 4; c++)
                m[k][c] -= ratio * m[j][c];
        }
    for (int j = 2; j >= 0; j--) {
        d[j] = m[j][3];
        for (int k = j + 1; k < 3; k++)
            d[j] -= m[j][k] * d[k];
        d[j] /= m[j][j];
    }
}

static void fit_beta(const float *probability, const double *target, int64_t n, const int is_free[3], double w[3])
{
    sums here, next;
    sum_up(probability, target, n, w, &here);
    for (int step = 0; step < STEPS; step++) {
        double d[3], to[3], length = 1.0;
        newton_step(&here, is_free, d);
        for (;; length *= 0.5) {
            for (int j = 0; j < 3; j++)
                to[j] = w[j] - length * d[j];
            sum_up(probability, target, n, to, &next);
            if (next.loss < here.loss || length < 1e-6)
                break;
        }
        if (!(next.loss < here.loss))
            return;
        const int is_close = here.loss - next.loss < 1e-12 * here.loss;
        memcpy(w, to, sizeof(to));
        here = next;
        if (is_close)
            return;
    }
}

/* The loss is convex: if the free minimum is out of bounds, the best of those on the bounds that are within is it. */
static void fit_beta_within(const float *probability, const double *target, int64_t n, lj_calibrator *out)
{
    double best = (double)INFINITY;
    for (int held = 0; held < 4; held++) { /* bit j: coordinate j is held at 0 */
        const int is_free[3] = {!(held & 1), !(held & 2), 1};
        double w[3] = {is_free[0] ? 1.0 : 0.0, is_free[1] ? 1.0 : 0.0, 0.0};
        sums s;
        fit_beta(probability, target, n, is_free, w);
        sum_up(probability, target, n, w, &s);
        if (w[0] < 0.0 || w[1] < 0.0 || !(s.loss < best))
            continue;
        best = s.loss;
        *out = (lj_calibrator){.kind = LJ_CALIBRATOR_BETA, .a = w[0], .b = w[1], .c = w[2]};
        if (held == 0)
            return;
    }
}

/* ---- isotonic ---- */

typedef struct pair {
    double p, y, weight;
} pair;

static int by_probability(const void *a, const void *b)
{
    const pair *x = a, *y = b;
    return (x->p > y->p) - (x->p < y->p);
}

/* Rows of one probability become one pair, ascending; answers how many. */
static int64_t merge_equal(pair *pairs, int64_t n)
{
    int64_t count = 0;
    qsort(pairs, (size_t)n, sizeof(*pairs), by_probability);
    for (int64_t i = 0; i < n; i++) {
        if (count > 0 && pairs[count - 1].p == pairs[i].p) {
            pair *at = &pairs[count - 1];
            at->y = (at->y * at->weight + pairs[i].y) / (at->weight + 1.0);
            at->weight += 1.0;
        } else {
            pairs[count++] = pairs[i];
        }
    }
    return count;
}

/* Pools neighbours that fall (Ayer and others 1955): blocks of one level, whose ends are knots. */
static int64_t pool(const pair *pairs, int64_t count, pair *blocks, int64_t *begin)
{
    int64_t n = 0;
    for (int64_t i = 0; i < count; i++) {
        begin[n] = i;
        blocks[n++] = pairs[i];
        while (n > 1 && blocks[n - 2].y >= blocks[n - 1].y) {
            pair *low = &blocks[n - 2], *high = &blocks[n - 1];
            low->y = (low->y * low->weight + high->y * high->weight) / (low->weight + high->weight);
            low->weight += high->weight;
            n--;
        }
    }
    return n;
}

static lj_status fit_isotonic(const float *probability, const double *target, int64_t n, lj_calibrator *out)
{
    pair *pairs = lj_new_array(n, sizeof(*pairs)), *blocks = lj_new_array(n, sizeof(*blocks));
    int64_t *begin = lj_new_array(n + 1, sizeof(*begin));
    out->from = lj_new_array(2 * n, sizeof(*out->from));
    out->to = lj_new_array(2 * n, sizeof(*out->to));
    if (pairs == NULL || blocks == NULL || begin == NULL || out->from == NULL || out->to == NULL) {
        lj_free(pairs);
        lj_free(blocks);
        lj_free(begin);
        return lj_fail(LJ_ENOMEM, "calibrate: no memory for %" PRId64 " rows", n);
    }
    for (int64_t i = 0; i < n; i++)
        pairs[i] = (pair){(double)probability[i], target[i] > 0.5 ? 1.0 : 0.0, 1.0};
    const int64_t count = merge_equal(pairs, n), block_count = pool(pairs, count, blocks, begin);
    begin[block_count] = count;
    for (int64_t k = 0; k < block_count; k++) {
        const double first = pairs[begin[k]].p, last = pairs[begin[k + 1] - 1].p;
        out->from[out->count] = first;
        out->to[out->count++] = blocks[k].y;
        if (last > first) {
            out->from[out->count] = last;
            out->to[out->count++] = blocks[k].y;
        }
    }
    lj_free(pairs);
    lj_free(blocks);
    lj_free(begin);
    return LJ_OK;
}

static double on_line(const lj_calibrator *c, double p)
{
    int64_t low = 0, high = c->count - 1;
    if (p <= c->from[0])
        return c->to[0];
    if (p >= c->from[high])
        return c->to[high];
    while (high - low > 1) {
        const int64_t middle = (low + high) / 2;
        if (c->from[middle] <= p)
            low = middle;
        else
            high = middle;
    }
    return c->to[low] + (c->to[high] - c->to[low]) * (p - c->from[low]) / (c->from[high] - c->from[low]);
}

/* ---- all of them ---- */

lj_status lj_calibrator_fit(lj_calibrator_kind kind, const float *probability, const double *target, int64_t n,
                            lj_calibrator *out)
{
    int64_t positive = 0;
    *out = (lj_calibrator){.kind = kind};
    for (int64_t i = 0; i < n; i++)
        positive += target[i] > 0.5;
    if (positive == 0 || positive == n)
        return lj_fail(LJ_EDATA, "calibrate: the valid part of %" PRId64 " rows has one class only", n);
    if (kind == LJ_CALIBRATOR_PLATT)
        return fit_platt(probability, target, n, out);
    if (kind == LJ_CALIBRATOR_ISOTONIC)
        return fit_isotonic(probability, target, n, out);
    fit_beta_within(probability, target, n, out);
    return LJ_OK;
}

void lj_calibrator_apply(const lj_calibrator *c, int64_t n, float *probability)
{
    for (int64_t i = 0; c->kind != LJ_CALIBRATOR_NONE && i < n; i++) {
        const double p = inside(probability[i]);
        const double z = c->kind == LJ_CALIBRATOR_PLATT ? c->a * lj_log_d(p / (1.0 - p)) + c->b :
                                                          c->a * lj_log_d(p) - c->b * lj_log1p_d(-p) + c->c;
        probability[i] =
            (float)(c->kind == LJ_CALIBRATOR_ISOTONIC ? on_line(c, (double)probability[i]) : lj_sigmoid_value(z));
    }
}

void lj_calibrator_save(const lj_calibrator *c, lj_json *json)
{
    if (c->kind == LJ_CALIBRATOR_NONE)
        return;
    lj_json_map(json, "calibration");
    lj_json_string(json, "method", lj_calibrator_names[c->kind]);
    lj_json_double(json, "a", c->a);
    lj_json_double(json, "b", c->b);
    lj_json_double(json, "c", c->c);
    for (int side = 0; side < 2; side++) {
        lj_json_list(json, side == 0 ? "from" : "to");
        for (int64_t i = 0; i < c->count; i++)
            lj_json_double(json, NULL, side == 0 ? c->from[i] : c->to[i]);
        lj_json_end_list(json);
    }
    lj_json_end_map(json);
}

static lj_status bad(const lj_doc *doc, const lj_item *item, const char *expected)
{
    return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected %s", lj_doc_name(doc), item->line, item->column, expected);
}

/* Numbers from 0 to 1 that never fall, or that rise. */
static lj_status read_knots(const lj_doc *doc, const lj_item *list, int rises, double *out)
{
    for (int64_t i = 0; i < list->count; i++) {
        const lj_item *item = list->items[i];
        out[i] = item->number;
        if (item->kind != LJ_NUMBER || !(out[i] >= 0.0 && out[i] <= 1.0) ||
            (i > 0 && (rises ? out[i] <= out[i - 1] : out[i] < out[i - 1])))
            return bad(doc, item, rises ? "probabilities that rise" : "probabilities that never fall");
    }
    return LJ_OK;
}

static lj_status load(const lj_doc *doc, const lj_item *map, lj_calibrator *out)
{
    const lj_item *from = NULL, *to = NULL;
    const char *method = NULL;
    LJ_TRY(lj_item_need_string(doc, map, "method", &method));
    for (int kind = 1; kind < LJ_CALIBRATOR_COUNT; kind++)
        if (strcmp(lj_calibrator_names[kind], method) == 0)
            out->kind = (lj_calibrator_kind)kind;
    if (out->kind == LJ_CALIBRATOR_NONE)
        return bad(doc, map, "a method of calibration");
    LJ_TRY(lj_item_need_number(doc, map, "a", &out->a));
    LJ_TRY(lj_item_need_number(doc, map, "b", &out->b));
    LJ_TRY(lj_item_need_number(doc, map, "c", &out->c));
    LJ_TRY(lj_item_need(doc, map, "from", LJ_LIST, &from));
    LJ_TRY(lj_item_need(doc, map, "to", LJ_LIST, &to));
    const int wants_knots = out->kind == LJ_CALIBRATOR_ISOTONIC;
    if (from->count != to->count || from->count > KNOTS_MAX || wants_knots != (from->count > 0) || !isfinite(out->a) ||
        !isfinite(out->b) || !isfinite(out->c))
        return bad(doc, map, "numbers that fit the method of calibration");
    out->from = lj_new_array(from->count, sizeof(*out->from));
    out->to = lj_new_array(from->count, sizeof(*out->to));
    if (out->from == NULL || out->to == NULL)
        return lj_fail(LJ_ENOMEM, "calibrate: no memory for %" PRId64 " knots", from->count);
    out->count = from->count;
    LJ_TRY(read_knots(doc, from, 1, out->from));
    return read_knots(doc, to, 0, out->to);
}

lj_status lj_calibrator_load(const lj_doc *doc, const lj_item *model, lj_calibrator *out)
{
    const lj_item *map = lj_item_get(model, "calibration");
    *out = (lj_calibrator){0};
    if (map == NULL)
        return LJ_OK;
    if (map->kind != LJ_MAP)
        return bad(doc, map, "a map");
    const lj_status status = load(doc, map, out);
    if (status != LJ_OK)
        lj_calibrator_free(out);
    return status;
}
