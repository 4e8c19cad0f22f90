/*
 * Permutation importance (Breiman, "Random forests", Machine Learning 45,
 * 2001): by how much a metric on valid rows gets worse when one feature's
 * values are shuffled among them, averaged over repeats. All numbers and codes
 * that come from the feature are shuffled together; of a series, whole windows.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/random.h"
#include "pipeline/pipeline.h"

enum { ROWS_MAX = 2000, REPEATS = 3, WINDOW_NUMBERS_MAX = 1 << 24 /* of all windows together */ };

typedef struct shuffler {
    const lj_fit *fitted;
    int64_t n, n_numbers, n_codes, n_tokens, width;
    int64_t steps;    /* rows of a sample */
    int64_t *last;    /* of a series, as in lj_rows; NULL else */
    int32_t *lengths;
    float *numbers, *original_numbers;
    int32_t *codes, *original_codes;
    int32_t *tokens, *original_tokens;
    lj_sparse terms, original_terms; /* width 0: none */
    float *scores;
    double *target;
    int64_t *order;
    lj_task task;
    int64_t classes;
    lj_team *team;
} shuffler;

static const char *metric_of(lj_task task)
{
    return task == LJ_BINARY ? "auc" : task == LJ_MULTICLASS ? "log_loss" : task == LJ_UNSUPERVISED ? "loss" : "rmse";
}

static void free_shuffler(shuffler *s)
{
    lj_free(s->numbers);
    lj_free(s->original_numbers);
    lj_free(s->codes);
    lj_free(s->original_codes);
    lj_free(s->tokens);
    lj_free(s->original_tokens);
    lj_sparse_free(&s->terms);
    lj_sparse_free(&s->original_terms);
    lj_free(s->scores);
    lj_free(s->target);
    lj_free(s->order);
    lj_free(s->last);
    lj_free(s->lengths);
}

/* The terms of the feature in the order `order` (NULL: as they were). */
static lj_status arrange_terms(shuffler *s, int64_t feature, const int64_t *order)
{
    const lj_prep *prep = s->fitted->prep;
    if (s->terms.width == 0)
        return LJ_OK;
    for (int64_t i = 0; order == NULL && i < s->n; i++)
        s->order[i] = i;
    return lj_sparse_shuffle(&s->original_terms, s->order, lj_prep_term_begin(prep, feature),
                             lj_prep_term_begin(prep, feature + 1), &s->terms);
}

/* Windows side by side, so that each can take the values of another. */
static lj_status fill_windows(const lj_fit_request *request, shuffler *s, const int64_t *rows, int64_t n)
{
    const lj_series *series = s->fitted->series;
    int64_t sample = 0;
    s->last = lj_new_array(s->n, sizeof(*s->last));
    s->lengths = lj_new_array(s->n, sizeof(*s->lengths));
    if (s->last == NULL || s->lengths == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the importance of features");
    for (int64_t i = 0; i < s->n; i++) {
        const int64_t row = rows[i * n / s->n]; /* evenly over the part */
        while (series->last[sample] != row)
            sample++;
        const int64_t length = series->lengths != NULL ? series->lengths[sample] : s->steps;
        const int64_t to = (i + 1) * s->steps - length, from = row + 1 - length;
        memcpy(s->original_numbers + to * s->n_numbers, s->fitted->numbers + from * s->n_numbers,
               (size_t)(length * s->n_numbers) * sizeof(float));
        memcpy(s->original_codes + to * s->n_codes, s->fitted->codes + from * s->n_codes,
               (size_t)(length * s->n_codes) * sizeof(int32_t));
        s->last[i] = (i + 1) * s->steps - 1;
        s->lengths[i] = (int32_t)length;
        s->target[i] = lj_prep_scale_target(s->fitted->prep, s->fitted->groups, row, request->table->values[row]);
    }
    return LJ_OK;
}

static lj_status fill_shuffler(const lj_fit_request *request, shuffler *s)
{
    int64_t *rows = NULL;
    int64_t n = 0;
    const int64_t all = lj_frame_row_count(request->table->frame);
    /* Of a model that learned from the valid rows, too, the test rows tell, if there are any. */
    if (s->fitted->judged != s->fitted->scores)
        LJ_TRY(lj_parts_rows(request->parts, all, LJ_PART_TEST, &rows, &n));
    if (n == 0) {
        lj_free(rows);
        LJ_TRY(lj_parts_rows(request->parts, all, LJ_PART_VALID, &rows, &n));
    }
    const int64_t most = WINDOW_NUMBERS_MAX / (s->steps * (s->n_numbers > 0 ? s->n_numbers : 1));
    s->n = n < ROWS_MAX ? n : ROWS_MAX;
    if (s->steps > 1 && s->n > most)
        s->n = most > 0 ? most : 1;
    const int64_t stored = s->n * s->steps;
    s->numbers = lj_new_array(stored * s->n_numbers, sizeof(float));
    s->original_numbers = lj_new_array(stored * s->n_numbers, sizeof(float));
    s->codes = lj_new_array(stored * s->n_codes, sizeof(int32_t));
    s->original_codes = lj_new_array(stored * s->n_codes, sizeof(int32_t));
    s->tokens = lj_new_array(s->n * s->n_tokens, sizeof(int32_t));
    s->original_tokens = lj_new_array(s->n * s->n_tokens, sizeof(int32_t));
    s->scores = lj_new_array(s->n * s->width, sizeof(float));
    s->target = lj_new_array(s->n, sizeof(double));
    s->order = lj_new_array(s->n, sizeof(int64_t));
    lj_status status = LJ_OK;
    if (s->numbers == NULL || s->original_numbers == NULL || s->codes == NULL || s->original_codes == NULL ||
        s->tokens == NULL || s->original_tokens == NULL || s->scores == NULL || s->target == NULL || s->order == NULL)
        status = lj_fail(LJ_ENOMEM, "no memory for the importance of features");
    const int is_series = s->fitted->series != NULL;
    if (status == LJ_OK && is_series)
        status = fill_windows(request, s, rows, n);
    for (int64_t i = 0; status == LJ_OK && !is_series && i < s->n; i++) {
        const int64_t row = rows[i * n / s->n]; /* evenly over the part */
        memcpy(s->original_numbers + i * s->n_numbers, s->fitted->numbers + row * s->n_numbers,
               (size_t)s->n_numbers * sizeof(float));
        memcpy(s->original_codes + i * s->n_codes, s->fitted->codes + row * s->n_codes,
               (size_t)s->n_codes * sizeof(int32_t));
        memcpy(s->original_tokens + i * s->n_tokens, s->fitted->tokens + row * s->n_tokens,
               (size_t)s->n_tokens * sizeof(int32_t));
        s->target[i] = request->table->values[row];
        if (s->terms.width > 0)
            status = lj_sparse_take(&s->fitted->terms, &row, 1, &s->original_terms);
    }
    if (status == LJ_OK) {
        memcpy(s->numbers, s->original_numbers, (size_t)(stored * s->n_numbers) * sizeof(float));
        memcpy(s->codes, s->original_codes, (size_t)(stored * s->n_codes) * sizeof(int32_t));
        memcpy(s->tokens, s->original_tokens, (size_t)(s->n * s->n_tokens) * sizeof(int32_t));
        status = arrange_terms(s, 0, NULL);
    }
    lj_free(rows);
    return status;
}

static lj_status measure(shuffler *s, double *out)
{
    const int is_series = s->fitted->series != NULL;
    const lj_rows rows = {.n = s->n,
                          .steps = is_series ? s->steps : 0,
                          .last = s->last,
                          .lengths = is_series && s->fitted->series->lengths != NULL ? s->lengths : NULL,
                          .stored = s->n * s->steps,
                          .numbers = s->numbers,
                          .number_count = s->n_numbers,
                          .codes = s->codes,
                          .category_count = s->n_codes,
                          .tokens = s->tokens,
                          .token_count = s->n_tokens,
                          .terms = s->terms.width > 0 ? &s->terms : NULL};
    LJ_TRY(lj_model_predict(s->fitted->model, &rows, s->team, s->scores));
    const lj_predictions predictions = {
        .task = s->task, .n = s->n, .classes = s->classes, .score = s->scores, .target = s->target};
    return lj_metric_compute(metric_of(s->task), &predictions, out);
}

/* Puts the values of the feature in the order `order` (NULL: back as they were). */
static void arrange(shuffler *s, int64_t feature, const int64_t *order)
{
    const lj_prep *prep = s->fitted->prep;
    const int64_t stored = s->n * s->steps, steps = s->steps;
    for (int64_t j = 0; j < s->n_numbers; j++)
        for (int64_t i = 0; lj_prep_number_feature(prep, j) == feature && i < stored; i++)
            s->numbers[i * s->n_numbers + j] =
                s->original_numbers[(order ? order[i / steps] * steps + i % steps : i) * s->n_numbers + j];
    for (int64_t j = 0; j < s->n_codes; j++)
        for (int64_t i = 0; lj_prep_category_feature(prep, j) == feature && i < stored; i++)
            s->codes[i * s->n_codes + j] =
                s->original_codes[(order ? order[i / steps] * steps + i % steps : i) * s->n_codes + j];
    for (int64_t i = 0; lj_prep_token_feature(prep) == feature && i < s->n; i++)
        memcpy(s->tokens + i * s->n_tokens, s->original_tokens + (order ? order[i] : i) * s->n_tokens,
               (size_t)s->n_tokens * sizeof(int32_t));
}

static lj_status measure_feature(const lj_fit_request *request, shuffler *s, int64_t feature, double base,
                                 lj_importance *out)
{
    const double sign = lj_metric_larger_is_better(metric_of(s->task)) ? 1.0 : -1.0;
    double sum = 0;
    out->feature = lj_prep_feature_name(s->fitted->prep, feature);
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        double value = 0;
        const uint64_t stream = lj_random_stream("importance") + (uint64_t)(feature * REPEATS + repeat);
        lj_random_permutation(request->seed, stream, s->n, s->order);
        arrange(s, feature, s->order);
        LJ_TRY(arrange_terms(s, feature, s->order));
        LJ_TRY(measure(s, &value));
        const double loss = sign * (base - value);
        out->low = repeat == 0 || loss < out->low ? loss : out->low;
        out->high = repeat == 0 || loss > out->high ? loss : out->high;
        sum += loss;
    }
    arrange(s, feature, NULL);
    out->mean = sum / REPEATS;
    return arrange_terms(s, feature, NULL);
}

static int by_importance(const void *a, const void *b)
{
    const lj_importance *x = a;
    const lj_importance *y = b;
    if (x->mean != y->mean)
        return x->mean < y->mean ? 1 : -1;
    return strcmp(x->feature, y->feature);
}

lj_status lj_importance_compute(const lj_fit_request *request, const lj_fit *fitted, const char **metric,
                                lj_importance **out, int64_t *count)
{
    const lj_target *target = &request->table->target;
    shuffler s = {.fitted = fitted,
                  .n_numbers = lj_prep_number_count(fitted->prep),
                  .n_codes = lj_prep_category_count(fitted->prep),
                  .n_tokens = lj_prep_token_count(fitted->prep),
                  .steps = fitted->series != NULL ? lj_prep_series(fitted->prep)->window : 1,
                  .width = lj_model_width(fitted->model),
                  .terms = {.width = lj_prep_term_count(fitted->prep)},
                  .original_terms = {.width = lj_prep_term_count(fitted->prep)},
                  .task = target->task,
                  .classes = target->classes,
                  .team = request->team};
    const int64_t n = lj_prep_feature_count(fitted->prep);
    double base = 0;
    *metric = metric_of(target->task);
    *count = n;
    *out = lj_new_array(n, sizeof(**out));
    lj_status status = *out == NULL ? lj_fail(LJ_ENOMEM, "no memory for the importance of features") :
                                      fill_shuffler(request, &s);
    if (status == LJ_OK)
        status = measure(&s, &base);
    lj_progress_begin(request->console, "importance", n);
    for (int64_t f = 0; status == LJ_OK && f < n; f++) {
        status = measure_feature(request, &s, f, base, &(*out)[f]);
        lj_progress_update(request->console, f + 1, NULL);
    }
    lj_progress_end(request->console);
    free_shuffler(&s);
    if (status != LJ_OK) {
        lj_free(*out);
        *out = NULL;
        return status;
    }
    qsort(*out, (size_t)n, sizeof(**out), by_importance);
    return LJ_OK;
}
