#include "eval/curves.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "eval/interval.h"

#define BINS_MAX 15

static int has_both(const lj_ranking *ranking)
{
    return ranking->positive > 0 && ranking->negative > 0;
}

double lj_ranking_auc(const lj_ranking *ranking)
{
    if (!has_both(ranking))
        return NAN;
    double above = 0; /* positives with a higher score */
    double area = 0;
    for (int64_t t = 0; t < ranking->count; t++) {
        const lj_tie *tie = &ranking->ties[t];
        area += tie->negative * (above + 0.5 * tie->positive);
        above += tie->positive;
    }
    return area / (ranking->positive * ranking->negative);
}

/*
 * The structural components of a row depend on its score alone: for a positive
 * the share of negatives below it, for a negative the share of positives above
 * it (ties count half). So one pass over the ties gives both variances.
 */
double lj_ranking_auc_error(const lj_ranking *ranking)
{
    const double m = lj_ranking_positive_rows(ranking);
    const double n = lj_ranking_negative_rows(ranking);
    if (!has_both(ranking) || m <= 1 || n <= 1)
        return NAN;
    const double auc = lj_ranking_auc(ranking);
    double positive_above = 0;
    double negative_above = 0;
    double of_positives = 0;
    double of_negatives = 0;
    for (int64_t t = 0; t < ranking->count; t++) {
        const lj_tie *tie = &ranking->ties[t];
        const double v10 =
            1 - (negative_above + 0.5 * tie->negative) / ranking->negative - auc;
        const double v01 = (positive_above + 0.5 * tie->positive) / ranking->positive - auc;
        of_positives += tie->positive * v10 * v10;
        of_negatives += tie->negative * v01 * v01;
        positive_above += tie->positive;
        negative_above += tie->negative;
    }
    /* Variance with n - 1, over n. */
    const double variance = of_positives / ranking->positive / (m - 1) + of_negatives / ranking->negative / (n - 1);
    return sqrt(variance);
}

double lj_ranking_average_precision(const lj_ranking *ranking)
{
    if (!(ranking->positive > 0))
        return NAN;
    double positive = 0;
    double all = 0;
    double sum = 0;
    for (int64_t t = 0; t < ranking->count; t++) {
        const lj_tie *tie = &ranking->ties[t];
        positive += tie->positive;
        all += tie->positive + tie->negative;
        if (tie->positive > 0)
            sum += tie->positive * (positive / all);
    }
    return sum / ranking->positive;
}

double lj_ranking_ks(const lj_ranking *ranking, int64_t *at)
{
    if (at != NULL)
        *at = 0;
    if (!has_both(ranking))
        return NAN;
    double positive = 0;
    double negative = 0;
    double best = 0;
    for (int64_t t = 0; t < ranking->count; t++) {
        positive += ranking->ties[t].positive;
        negative += ranking->ties[t].negative;
        const double gap = fabs(positive / ranking->positive - negative / ranking->negative);
        if (gap > best) {
            best = gap;
            if (at != NULL)
                *at = t;
        }
    }
    return best;
}

int64_t lj_ranking_calibration(const lj_ranking *ranking, int64_t n_bins, lj_calibration_bin *out)
{
    memset(out, 0, (size_t)n_bins * sizeof(*out));
    const double total = ranking->positive + ranking->negative;
    const double effective =
        total * total / (ranking->positive_squares + ranking->negative_squares); /* rows that the weights are worth */
    double below = 0;
    for (int64_t t = ranking->count - 1; t >= 0; t--) {
        const lj_tie *tie = &ranking->ties[t];
        const double weight = tie->positive + tie->negative;
        int64_t bin = (int64_t)floor((below + 0.5 * weight) / total * (double)n_bins);
        bin = bin < n_bins ? bin : n_bins - 1;
        out[bin].weight += weight;
        out[bin].score += weight * (double)tie->score;
        out[bin].rate += tie->positive;
        below += weight;
    }
    int64_t used = 0;
    for (int64_t b = 0; b < n_bins; b++) {
        if (!(out[b].weight > 0))
            continue;
        lj_calibration_bin bin = out[b];
        bin.score /= bin.weight;
        bin.rate /= bin.weight;
        bin.rows = bin.weight / total * effective;
        lj_wilson(bin.rate, bin.rows, &bin.low, &bin.high);
        out[used++] = bin;
    }
    return used;
}

double lj_ranking_ece(const lj_ranking *ranking, int64_t n_bins)
{
    assert(n_bins >= 1 && n_bins <= BINS_MAX);
    lj_calibration_bin bins[BINS_MAX];
    const int64_t used = lj_ranking_calibration(ranking, n_bins, bins);
    double sum = 0;
    for (int64_t b = 0; b < used; b++)
        sum += bins[b].weight * fabs(bins[b].rate - bins[b].score);
    return sum / (ranking->positive + ranking->negative);
}

void lj_ranking_deciles(const lj_ranking *ranking, lj_decile out[10])
{
    memset(out, 0, 10 * sizeof(*out));
    const double total = ranking->positive + ranking->negative;
    double before = 0;
    int64_t d = 0;
    for (int64_t t = 0; t < ranking->count; t++) {
        const lj_tie *tie = &ranking->ties[t];
        const double weight = tie->positive + tie->negative;
        double left = weight;
        while (left > 0) {
            const double room = d < 9 ? total * (double)(d + 1) / 10 - before : INFINITY;
            const double part = left < room ? left : room;
            if (part > 0) {
                if (!(out[d].weight > 0))
                    out[d].highest = (double)tie->score;
                out[d].lowest = (double)tie->score;
                out[d].weight += part;
                out[d].positive += tie->positive * (part / weight);
                before += part;
                left -= part;
            }
            if (left > 0)
                d++;
        }
    }
}
