/*
 * Positive pointwise mutual information with smoothed contexts, factorised:
 * Levy, Goldberg, Dagan, "Improving distributional similarity with lessons
 * learned from word embeddings" (TACL 2015).
 *
 * A pair that stands d places apart counts window - d + 1 of `window` (as word2vec's shrinking windows do on average).
 * m(i, j) = max(0, log(n(i, j) / (n(i) p(j)))), n(i) the sum of row i, p(j) = n(j)^0.75 / sum of n^0.75; the vectors
 * are U sqrt(S) of its largest singular values.
 */
#include <inttypes.h>
#include <math.h>

#include "lianjin/limits.h"
#include "lianjin/math.h"
#include "words/pair_counts.h"
#include "words/svd.h"
#include "words/train.h"

#define SMOOTHING 0.75

/* Logarithms of what a row counts, and of its share as a context. */
typedef struct margins {
    double *word, *context; /* [words] */
} margins;

static lj_status make_margins(const lj_pair_counts *counts, int64_t words, margins *out)
{
    double sum = 0;
    *out = (margins){lj_new_array(words, sizeof(double)), lj_new_array(words, sizeof(double))};
    if (out->word == NULL || out->context == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the sums of %" PRId64 " words", words);
    for (int64_t i = 0; i < words; i++) {
        uint64_t n = 0;
        for (int64_t e = counts->begin[i]; e < counts->begin[i + 1]; e++)
            n += counts->count[e];
        out->word[i] = n > 0 ? lj_log_d((double)n) : 0.0; /* a row without entries is not looked at */
        out->context[i] = n > 0 ? lj_pow_d((double)n, SMOOTHING) : 0.0;
        sum += out->context[i];
    }
    for (int64_t i = 0; i < words; i++)
        out->context[i] = out->context[i] > 0 ? lj_log_d(out->context[i] / sum) : 0.0;
    return LJ_OK;
}

/* The entries above 0, by rows; transposed: m(j, i) at (i, j), since the counts are symmetric. */
static lj_status make_matrix(const lj_pair_counts *counts, const double *logs, const margins *m, int64_t words,
                             int is_transposed, lj_svd_matrix *out)
{
    *out = (lj_svd_matrix){lj_new_array(words + 1, sizeof(int64_t)), lj_new_array(counts->entries, sizeof(int32_t)),
                           lj_new_array(counts->entries, sizeof(float))};
    if (out->begin == NULL || out->column == NULL || out->value == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a matrix of %" PRId64 " entries", counts->entries);
    const double *of_row = is_transposed ? m->context : m->word, *of_column = is_transposed ? m->word : m->context;
    int64_t n = 0;
    for (int64_t i = 0; i < words; i++) {
        for (int64_t e = counts->begin[i]; e < counts->begin[i + 1]; e++) {
            const int32_t j = counts->column[e];
            const float value = (float)((logs[e] - of_row[i]) - of_column[j]);
            if (value > 0.0F) {
                out->column[n] = j;
                out->value[n++] = value;
            }
        }
        out->begin[i + 1] = n;
    }
    return LJ_OK;
}

static void matrix_free(lj_svd_matrix *m)
{
    lj_free(m->begin);
    lj_free(m->column);
    lj_free(m->value);
}

typedef struct logging {
    const lj_pair_counts *counts;
    double *logs;
} logging;

enum { LOGS_OF_TASK = 1 << 16 };

static void take_logs(void *context, int64_t index, int thread)
{
    (void)thread;
    const logging *l = context;
    const int64_t first = index * LOGS_OF_TASK, left = l->counts->entries - first;
    for (int64_t e = first; e < first + (left < LOGS_OF_TASK ? left : LOGS_OF_TASK); e++)
        l->logs[e] = lj_log_d((double)l->counts->count[e]);
}

static lj_status make_matrices(const lj_word_job *job, lj_svd_matrix *matrix, lj_svd_matrix *transposed)
{
    const int64_t words = job->vocabulary->count, window = job->options->window;
    uint32_t weight[LJ_WORD_WINDOW_MAX];
    lj_pair_counts counts = {0};
    margins m = {NULL, NULL};
    logging l = {.counts = &counts};
    for (int64_t d = 0; d < window; d++)
        weight[d] = (uint32_t)(window - d);
    lj_status status = lj_pair_counts_make(job, weight, &counts);
    if (status == LJ_OK)
        status = make_margins(&counts, words, &m);
    if (status == LJ_OK) {
        l.logs = lj_new_array(counts.entries, sizeof(*l.logs));
        if (l.logs == NULL)
            status = lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " logarithms", counts.entries);
    }
    if (status == LJ_OK) {
        lj_team_run(job->team, take_logs, &l, (counts.entries + LOGS_OF_TASK - 1) / LOGS_OF_TASK);
        status = make_matrix(&counts, l.logs, &m, words, 0, matrix);
    }
    if (status == LJ_OK)
        status = make_matrix(&counts, l.logs, &m, words, 1, transposed);
    lj_free(l.logs);
    lj_free(m.word);
    lj_free(m.context);
    lj_pair_counts_free(&counts);
    return status;
}

lj_status lj_train_ppmi(lj_word_job *job)
{
    const int64_t words = job->vocabulary->count, size = job->options->size;
    lj_svd_matrix matrix = {0}, transposed = {0};
    double *values = lj_new_array(size, sizeof(*values));
    lj_status status =
        values != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " singular values", size);
    if (status == LJ_OK)
        status = make_matrices(job, &matrix, &transposed);
    if (status == LJ_OK)
        status = lj_svd_left(&matrix, &transposed, words, size, job->options->seed, job->team, job->console,
                             job->stride, job->rows, values);
    for (int64_t k = 0; status == LJ_OK && k < size; k++)
        for (int64_t i = 0; i < words; i++)
            job->rows[i * job->stride + k] *= (float)sqrt(values[k]);
    matrix_free(&matrix);
    matrix_free(&transposed);
    lj_free(values);
    return status;
}
