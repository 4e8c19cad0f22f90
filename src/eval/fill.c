/* Curves and tables of an evaluation, from predictions that were checked. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "eval/evaluation.h"
#include "eval/interval.h"

const double lj_residual_levels[LJ_RESIDUAL_LEVELS] = {0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99};

static lj_status curve_make(lj_evaluation *evaluation, int64_t count, lj_curve *out)
{
    out->x = lj_arena_array(evaluation->arena, count, sizeof(*out->x));
    out->y = lj_arena_array(evaluation->arena, count, sizeof(*out->y));
    out->z = lj_arena_array(evaluation->arena, count, sizeof(*out->z));
    if (out->x == NULL || out->y == NULL || out->z == NULL)
        return lj_fail(LJ_ENOMEM, "evaluation: no memory for a curve of %" PRId64 " points", count);
    return LJ_OK;
}

static void curve_add(lj_curve *curve, double x, double y, double z)
{
    curve->x[curve->count] = x;
    curve->y[curve->count] = y;
    curve->z[curve->count++] = z;
}

/*
 * Walks over the thresholds from the highest score and calls a point "due" when
 * the ROC curve has moved on by a step of its length (which is 2 at most), so
 * that a curve of many rows stays small and looks the same.
 */
typedef struct walk {
    double positive, negative; /* weights at or above this score */
    double next;
} walk;

static int walk_step(walk *w, const lj_ranking *ranking, int64_t t)
{
    w->positive += ranking->ties[t].positive;
    w->negative += ranking->ties[t].negative;
    const double length = (ranking->positive > 0 ? w->positive / ranking->positive : 0) +
                          (ranking->negative > 0 ? w->negative / ranking->negative : 0);
    if (length < w->next && t + 1 < ranking->count)
        return 0;
    const double step = 2.0 / (LJ_CURVE_POINTS - 3);
    while (w->next <= length)
        w->next += step;
    return 1;
}

/* A curve of shares when both classes are there; with one class it stays empty. */
static lj_status fill_roc(lj_evaluation *evaluation, const lj_ranking *ranking, lj_curve *roc, lj_curve *precision)
{
    LJ_TRY(curve_make(evaluation, LJ_CURVE_POINTS, roc));
    LJ_TRY(curve_make(evaluation, LJ_CURVE_POINTS, precision));
    if (!(ranking->positive > 0 && ranking->negative > 0))
        return LJ_OK;
    curve_add(roc, 0, 0, 0);
    walk w = {0};
    for (int64_t t = 0; t < ranking->count; t++) {
        if (!walk_step(&w, ranking, t))
            continue;
        curve_add(roc, w.negative / ranking->negative, w.positive / ranking->positive, 0);
        if (w.positive + w.negative > 0)
            curve_add(precision, w.positive / ranking->positive, w.positive / (w.positive + w.negative), 0);
    }
    return LJ_OK;
}

/* Shares of both classes at or above each score, against the score. */
static lj_status fill_ks(lj_evaluation *evaluation, const lj_ranking *ranking)
{
    LJ_TRY(curve_make(evaluation, LJ_CURVE_POINTS, &evaluation->ks));
    int64_t at;
    evaluation->ks_at = NAN;
    if (isnan(lj_ranking_ks(ranking, &at)))
        return LJ_OK;
    evaluation->ks_at = (double)ranking->ties[at].score;
    walk w = {0};
    for (int64_t t = 0; t < ranking->count; t++)
        if (walk_step(&w, ranking, t))
            curve_add(&evaluation->ks, (double)ranking->ties[t].score, w.positive / ranking->positive,
                      w.negative / ranking->negative);
    return LJ_OK;
}

static void fill_histogram(lj_evaluation *evaluation, const lj_ranking *ranking)
{
    for (int64_t t = 0; t < ranking->count; t++) {
        int64_t bin = (int64_t)((double)ranking->ties[t].score * LJ_HISTOGRAM_BINS);
        bin = bin < LJ_HISTOGRAM_BINS ? bin : LJ_HISTOGRAM_BINS - 1;
        if (ranking->negative > 0)
            evaluation->histogram[0][bin] += ranking->ties[t].negative / ranking->negative;
        if (ranking->positive > 0)
            evaluation->histogram[1][bin] += ranking->ties[t].positive / ranking->positive;
    }
    evaluation->histogram_low = 0;
    evaluation->histogram_high = 1;
}

static lj_status new_parts(lj_evaluation *evaluation, int64_t count)
{
    evaluation->parts = lj_arena_array(evaluation->arena, count, sizeof(*evaluation->parts));
    if (evaluation->parts == NULL)
        return lj_fail(LJ_ENOMEM, "evaluation: no memory for %" PRId64 " classes", count);
    return LJ_OK;
}

lj_status lj_fill_binary(lj_evaluation *evaluation, lj_scored *scored)
{
    const lj_ranking *ranking;
    LJ_TRY(lj_scored_ranking(scored, 0, &ranking));
    LJ_TRY(new_parts(evaluation, 1));
    lj_class_part *part = &evaluation->parts[0];
    LJ_TRY(fill_roc(evaluation, ranking, &part->roc, &part->precision));
    LJ_TRY(fill_ks(evaluation, ranking));
    part->auc = lj_ranking_auc(ranking);
    lj_counts_at(scored->predictions, scored->threshold, &part->counts);
    lj_counts_at(scored->predictions, 0.5, &evaluation->at_half);
    evaluation->calibration_count = lj_ranking_calibration(ranking, LJ_CALIBRATION_BINS, evaluation->calibration);
    lj_ranking_deciles(ranking, evaluation->deciles);
    fill_histogram(evaluation, ranking);
    return LJ_OK;
}

lj_status lj_fill_multiclass(lj_evaluation *evaluation, lj_scored *scored)
{
    const int64_t classes = evaluation->classes;
    const double *confusion;
    LJ_TRY(lj_scored_confusion(scored, &confusion));
    LJ_TRY(new_parts(evaluation, classes));
    evaluation->confusion = lj_arena_array(evaluation->arena, classes * classes, sizeof(double));
    if (evaluation->confusion == NULL)
        return lj_fail(LJ_ENOMEM, "evaluation: no memory for a confusion matrix of %" PRId64 " classes", classes);
    for (int64_t i = 0; i < classes * classes; i++)
        evaluation->confusion[i] = confusion[i];
    for (int64_t c = 0; c < classes; c++) {
        const lj_ranking *ranking;
        LJ_TRY(lj_scored_ranking(scored, c, &ranking));
        LJ_TRY(fill_roc(evaluation, ranking, &evaluation->parts[c].roc, &evaluation->parts[c].precision));
        lj_counts_of_class(confusion, classes, c, &evaluation->parts[c].counts);
        evaluation->parts[c].auc = lj_ranking_auc(ranking);
    }
    return LJ_OK;
}

typedef struct residual {
    double value, weight;
    int64_t row;
} residual;

static int by_value(const void *left, const void *right)
{
    const residual *a = left;
    const residual *b = right;
    if (a->value != b->value)
        return a->value < b->value ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

/* Type 7 without weights; with them the first value whose share of the weight reaches p. */
static double residual_quantile(const residual *sorted, int64_t n, const lj_scored *scored, double total, double p)
{
    if (scored->predictions->weight == NULL) {
        const double place = p * (double)(n - 1);
        const int64_t below = (int64_t)floor(place);
        if (below + 1 >= n)
            return sorted[n - 1].value;
        return sorted[below].value + (place - (double)below) * (sorted[below + 1].value - sorted[below].value);
    }
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += sorted[i].weight;
        if (sum >= p * total)
            return sorted[i].value;
    }
    return sorted[n - 1].value;
}

/* The histogram shows the middle 98 %, between the first and the last level; what is outside counts in the end bins. */
static void set_histogram_range(lj_evaluation *evaluation)
{
    const double low = evaluation->residual[0];
    const double high = evaluation->residual[LJ_RESIDUAL_LEVELS - 1];
    evaluation->histogram_low = high > low ? low : low - 0.5;
    evaluation->histogram_high = evaluation->histogram_low + (high > low ? high - low : 1);
}

static void count_in_histogram(lj_evaluation *evaluation, double value, double weight)
{
    const double width = evaluation->histogram_high - evaluation->histogram_low;
    const double place = (value - evaluation->histogram_low) / width * LJ_HISTOGRAM_BINS;
    const int bin = place < 0 ? 0 : place >= LJ_HISTOGRAM_BINS ? LJ_HISTOGRAM_BINS - 1 : (int)place;
    evaluation->histogram[0][bin] += weight / evaluation->weight;
}

static void fill_residuals(lj_evaluation *evaluation, const lj_scored *scored, const residual *sorted)
{
    const int64_t n = evaluation->rows;
    for (int l = 0; l < LJ_RESIDUAL_LEVELS; l++)
        evaluation->residual[l] = residual_quantile(sorted, n, scored, evaluation->weight, lj_residual_levels[l]);
    set_histogram_range(evaluation);
    for (int64_t i = 0; i < n; i++)
        count_in_histogram(evaluation, sorted[i].value, sorted[i].weight);
}

lj_status lj_fill_unsupervised(lj_evaluation *evaluation, lj_scored *scored)
{
    for (int l = 0; l < LJ_RESIDUAL_LEVELS; l++)
        LJ_TRY(lj_scored_quantile(scored, lj_residual_levels[l], &evaluation->residual[l]));
    set_histogram_range(evaluation);
    for (int64_t r = 0; r < evaluation->rows; r++)
        count_in_histogram(evaluation, (double)scored->predictions->score[r], lj_scored_weight(scored, r));
    return LJ_OK;
}

/* Means of prediction and target over ten bins of equal weight by prediction. */
static void fill_prediction_bins(lj_evaluation *evaluation, const lj_scored *scored, const residual *by_prediction)
{
    double below = 0;
    double squares[LJ_CALIBRATION_BINS] = {0};
    lj_calibration_bin bins[LJ_CALIBRATION_BINS] = {0};
    for (int64_t i = 0; i < evaluation->rows; i++) {
        const double weight = by_prediction[i].weight;
        int64_t bin = (int64_t)((below + 0.5 * weight) / evaluation->weight * LJ_CALIBRATION_BINS);
        bin = bin < LJ_CALIBRATION_BINS ? bin : LJ_CALIBRATION_BINS - 1;
        const double target = scored->predictions->target[by_prediction[i].row];
        bins[bin].weight += weight;
        bins[bin].rows += weight * weight;
        bins[bin].score += weight * by_prediction[i].value;
        bins[bin].rate += weight * target;
        squares[bin] += weight * target * target;
        below += weight;
    }
    for (int b = 0; b < LJ_CALIBRATION_BINS; b++) {
        lj_calibration_bin *bin = &bins[b];
        if (!(bin->weight > 0))
            continue;
        const lj_mean mean = {bin->weight, bin->rows, bin->rate, squares[b]};
        lj_metric_value value = {.name = "", .value = NAN, .low = NAN, .high = NAN};
        lj_mean_value(&mean, -INFINITY, &value);
        bin->rows = bin->weight * bin->weight / bin->rows;
        bin->score /= bin->weight;
        bin->rate = value.value;
        bin->low = value.low;
        bin->high = value.high;
        evaluation->calibration[evaluation->calibration_count++] = *bin;
    }
}

lj_status lj_fill_regression(lj_evaluation *evaluation, lj_scored *scored)
{
    const lj_predictions *p = scored->predictions;
    residual *rows = lj_new_array(p->n, sizeof(*rows));
    if (rows == NULL)
        return lj_fail(LJ_ENOMEM, "evaluation: no memory for %" PRId64 " residuals", p->n);
    for (int64_t r = 0; r < p->n; r++)
        rows[r] = (residual){p->target[r] - (double)p->score[r], lj_scored_weight(scored, r), r};
    qsort(rows, (size_t)p->n, sizeof(*rows), by_value);
    fill_residuals(evaluation, scored, rows);
    for (int64_t r = 0; r < p->n; r++)
        rows[r] = (residual){(double)p->score[r], lj_scored_weight(scored, r), r};
    qsort(rows, (size_t)p->n, sizeof(*rows), by_value);
    fill_prediction_bins(evaluation, scored, rows);
    lj_free(rows);
    const int64_t step = (p->n + LJ_SCATTER_POINTS - 1) / LJ_SCATTER_POINTS;
    LJ_TRY(curve_make(evaluation, LJ_SCATTER_POINTS, &evaluation->scatter));
    for (int64_t r = 0; r < p->n; r += step)
        curve_add(&evaluation->scatter, p->target[r], (double)p->score[r], 0);
    return LJ_OK;
}
