#include "eval/scored.h"

#include "eval/interval.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/memory.h"

static lj_status check_weights(const lj_predictions *p)
{
    if (p->weight == NULL)
        return LJ_OK;
    double sum = 0;
    for (int64_t r = 0; r < p->n; r++) {
        if (!(p->weight[r] >= 0) || isinf(p->weight[r]))
            return lj_fail(LJ_EDATA, "evaluation: the weight of row %" PRId64 " is %g; expected 0 or more", r,
                           p->weight[r]);
        sum += p->weight[r];
    }
    return sum > 0 ? LJ_OK : lj_fail(LJ_EDATA, "evaluation: the weights of all %" PRId64 " rows are 0", p->n);
}

static lj_status check_scores(const lj_predictions *p)
{
    const int64_t width = p->task == LJ_MULTICLASS ? p->classes : 1;
    for (int64_t i = 0; i < p->n * width; i++) {
        const double score = (double)p->score[i];
        if (!isfinite(score))
            return lj_fail(LJ_EDATA, "evaluation: the score of row %" PRId64 " is not a finite number", i / width);
        if ((p->task == LJ_BINARY || p->task == LJ_MULTICLASS) && (score < 0 || score > 1))
            return lj_fail(LJ_EDATA, "evaluation: the score of row %" PRId64 " is %g; expected a probability",
                           i / width, score);
    }
    return LJ_OK;
}

static lj_status check_targets(const lj_predictions *p)
{
    const double last = p->task == LJ_BINARY ? 1 : (double)(p->classes - 1);
    for (int64_t r = 0; p->task != LJ_UNSUPERVISED && r < p->n; r++) {
        const double target = p->target[r];
        if (p->task == LJ_REGRESSION ? isfinite(target) : target >= 0 && target <= last && target == floor(target))
            continue;
        if (p->task == LJ_REGRESSION)
            return lj_fail(LJ_EDATA, "evaluation: the target of row %" PRId64 " is not a finite number", r);
        return lj_fail(LJ_EDATA, "evaluation: the target of row %" PRId64 " is %g; expected a class 0 to %g", r,
                       target, last);
    }
    return LJ_OK;
}

lj_status lj_scored_make(const lj_predictions *predictions, double threshold, lj_scored *out)
{
    memset(out, 0, sizeof(*out));
    assert(predictions->task >= 0 && predictions->task < LJ_TASK_COUNT);
    assert(predictions->task != LJ_MULTICLASS || predictions->classes >= 2);
    if (predictions->n <= 0)
        return lj_fail(LJ_EDATA, "evaluation: expected rows, found none");
    LJ_TRY(check_scores(predictions));
    LJ_TRY(check_targets(predictions));
    LJ_TRY(check_weights(predictions));
    out->predictions = predictions;
    out->threshold = isnan(threshold) ? 0.5 : threshold;
    return LJ_OK;
}

static int64_t ranking_count(const lj_predictions *p)
{
    return p->task == LJ_MULTICLASS ? p->classes + 1 : 1;
}

void lj_scored_clear(lj_scored *scored)
{
    if (scored->rankings != NULL)
        for (int64_t i = 0; i < ranking_count(scored->predictions); i++)
            lj_ranking_clear(&scored->rankings[i]);
    lj_free(scored->rankings);
    lj_free(scored->confusion);
    lj_free(scored->order);
    memset(scored, 0, sizeof(*scored));
}

lj_status lj_scored_ranking(lj_scored *scored, int64_t index, const lj_ranking **out)
{
    const lj_predictions *p = scored->predictions;
    assert(p->task != LJ_REGRESSION && index >= 0 && index < ranking_count(p));
    if (scored->rankings == NULL) {
        scored->rankings = lj_new_array(ranking_count(p), sizeof(*scored->rankings));
        if (scored->rankings == NULL)
            return lj_fail(LJ_ENOMEM, "evaluation: no memory for %" PRId64 " rankings", ranking_count(p));
    }
    lj_ranking *ranking = &scored->rankings[index];
    *out = ranking;
    if (ranking->ties != NULL)
        return LJ_OK;
    if (p->task == LJ_MULTICLASS && index == p->classes)
        return lj_ranking_make_micro(p->score, p->target, p->weight, p->n, p->classes, ranking);
    const int is_binary = p->task == LJ_BINARY;
    const lj_ranked what = {.n = p->n,
                            .score = p->score + index,
                            .step = is_binary ? 1 : p->classes,
                            .target = p->target,
                            .class_of_interest = is_binary ? 1 : (double)index,
                            .weight = p->weight};
    return lj_ranking_make(&what, ranking);
}

static int64_t largest_of(const float *scores, int64_t count)
{
    int64_t best = 0;
    for (int64_t c = 1; c < count; c++)
        if (scores[c] > scores[best])
            best = c;
    return best;
}

lj_status lj_scored_confusion(lj_scored *scored, const double **out)
{
    const lj_predictions *p = scored->predictions;
    assert(p->task == LJ_MULTICLASS);
    if (scored->confusion == NULL) {
        scored->confusion = lj_new_array(p->classes * p->classes, sizeof(*scored->confusion));
        if (scored->confusion == NULL)
            return lj_fail(LJ_ENOMEM, "evaluation: no memory for a confusion matrix of %" PRId64 " classes",
                           p->classes);
        for (int64_t r = 0; r < p->n; r++) {
            const int64_t predicted = largest_of(p->score + r * p->classes, p->classes);
            scored->confusion[(int64_t)p->target[r] * p->classes + predicted] += lj_scored_weight(scored, r);
        }
    }
    *out = scored->confusion;
    return LJ_OK;
}

typedef struct ordered {
    float score;
    int64_t row;
} ordered;

static int by_score(const void *left, const void *right)
{
    const ordered *a = left, *b = right;
    if (a->score != b->score)
        return a->score < b->score ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

lj_status lj_scored_order(lj_scored *scored, const int64_t **out)
{
    const lj_predictions *p = scored->predictions;
    *out = scored->order;
    if (scored->order != NULL)
        return LJ_OK;
    ordered *rows = lj_new_array(p->n, sizeof(*rows));
    scored->order = lj_new_array(p->n, sizeof(*scored->order));
    if (rows == NULL || scored->order == NULL) {
        lj_free(rows);
        return lj_fail(LJ_ENOMEM, "evaluation: no memory for the order of %" PRId64 " rows", p->n);
    }
    for (int64_t r = 0; r < p->n; r++)
        rows[r] = (ordered){p->score[r], r};
    qsort(rows, (size_t)p->n, sizeof(*rows), by_score);
    for (int64_t r = 0; r < p->n; r++)
        scored->order[r] = rows[r].row;
    lj_free(rows);
    *out = scored->order;
    return LJ_OK;
}

lj_status lj_scored_quantile(lj_scored *scored, double level, double *out)
{
    const lj_predictions *p = scored->predictions;
    const int64_t *order = NULL;
    LJ_TRY(lj_scored_order(scored, &order));
    if (p->weight == NULL) {
        const double place = level * (double)(p->n - 1);
        const int64_t below = (int64_t)floor(place), above = below + 1 < p->n ? below + 1 : below;
        const double low = (double)p->score[order[below]], high = (double)p->score[order[above]];
        *out = low + (place - (double)below) * (high - low);
        return LJ_OK;
    }
    double total = 0, sum = 0;
    for (int64_t r = 0; r < p->n; r++)
        total += p->weight[r];
    for (int64_t i = 0; i < p->n; i++) {
        *out = (double)p->score[order[i]];
        sum += p->weight[order[i]];
        if (sum >= level * total)
            break;
    }
    return LJ_OK;
}

double lj_scored_weight(const lj_scored *scored, int64_t row)
{
    const double *weight = scored->predictions->weight;
    return weight == NULL ? 1.0 : weight[row];
}

double lj_scored_rows(const lj_scored *scored)
{
    const int64_t n = scored->predictions->n;
    if (scored->predictions->weight == NULL)
        return (double)n;
    double sum = 0;
    double squares = 0;
    for (int64_t r = 0; r < n; r++) {
        sum += scored->predictions->weight[r];
        squares += scored->predictions->weight[r] * scored->predictions->weight[r];
    }
    return sum * sum / squares;
}

void lj_counts_at(const lj_predictions *predictions, double threshold, lj_counts *out)
{
    *out = (lj_counts){0};
    for (int64_t r = 0; r < predictions->n; r++) {
        const double weight = predictions->weight == NULL ? 1.0 : predictions->weight[r];
        const int selected = (double)predictions->score[r] >= threshold;
        if (predictions->target[r] == 1)
            *(selected ? &out->tp : &out->fn) += weight;
        else
            *(selected ? &out->fp : &out->tn) += weight;
    }
}

void lj_counts_of_class(const double *confusion, int64_t classes, int64_t index, lj_counts *out)
{
    *out = (lj_counts){0};
    for (int64_t t = 0; t < classes; t++) {
        for (int64_t c = 0; c < classes; c++) {
            const double weight = confusion[t * classes + c];
            if (t == index)
                *(c == index ? &out->tp : &out->fn) += weight;
            else
                *(c == index ? &out->fp : &out->tn) += weight;
        }
    }
}

lj_status lj_scored_by_counts(lj_scored *scored, lj_count_metric *metric, int micro, double *out)
{
    const lj_predictions *p = scored->predictions;
    lj_counts counts;
    if (p->task == LJ_BINARY) {
        lj_counts_at(p, scored->threshold, &counts);
        *out = metric(&counts);
        return LJ_OK;
    }
    const double *confusion;
    LJ_TRY(lj_scored_confusion(scored, &confusion));
    lj_counts all = {0};
    double sum = 0;
    int64_t occurring = 0;
    for (int64_t c = 0; c < p->classes; c++) {
        lj_counts_of_class(confusion, p->classes, c, &counts);
        all.tp += counts.tp;
        all.fp += counts.fp;
        all.fn += counts.fn;
        all.tn += counts.tn;
        if (counts.tp + counts.fp + counts.fn > 0) {
            sum += metric(&counts);
            occurring++;
        }
    }
    *out = micro ? metric(&all) : sum / (double)occurring;
    return LJ_OK;
}

lj_status lj_scored_share(lj_scored *scored, lj_count_metric *share, lj_count_metric *whole, lj_metric_value *out)
{
    LJ_TRY(lj_scored_by_counts(scored, share, 0, &out->value));
    if (scored->predictions->task == LJ_BINARY) {
        lj_counts counts;
        lj_counts_at(scored->predictions, scored->threshold, &counts);
        /* Weighted rows are worth fewer: the count shrinks with the whole. */
        const double worth = lj_scored_rows(scored) / (counts.tp + counts.fp + counts.fn + counts.tn);
        lj_wilson(out->value, whole(&counts) * worth, &out->low, &out->high);
    }
    return LJ_OK;
}
