/*
 * Any model: Shapley values over random orders (Strumbelj and Kononenko, "Explaining prediction models and individual
 * predictions with feature contributions", Knowledge and Information Systems 41, 2014), each order also backwards
 * (Mitchell, Cooper, Frank and Holmes, "Sampling permutations for Shapley value estimation", JMLR 23, 2022). Pair k of
 * orders is against reference row k; orders are those of (seed, k), the same for all rows, so that contributions add up
 * to what the model says less its mean over the reference rows used.
 */
#include <math.h>
#include <string.h>

#include "explain/explain.h"
#include "lianjin/random.h"

#define ASKED_AT_ONCE 16384 /* rows, about */


/* Rows that the model is asked about, and what it says. */
typedef struct asked {
    float *numbers;
    int32_t *codes;
    float *scores; /* [n, width] */
    int64_t n;
    int64_t *order; /* [features] */
} asked;

static void free_asked(asked *a)
{
    lj_free(a->numbers);
    lj_free(a->codes);
    lj_free(a->scores);
    lj_free(a->order);
}

static lj_status make_asked(const lj_explainer *e, int64_t n, asked *a)
{
    a->numbers = lj_new_array(n * e->number_count, sizeof(*a->numbers));
    a->codes = lj_new_array(n * e->category_count, sizeof(*a->codes));
    a->scores = lj_new_array(n * e->width, sizeof(*a->scores));
    a->order = lj_new_array(e->features, sizeof(*a->order));
    if (a->numbers != NULL && a->codes != NULL && a->scores != NULL && a->order != NULL)
        return LJ_OK;
    free_asked(a);
    return lj_fail(LJ_ENOMEM, "no memory to explain a model");
}

static lj_status ask(const lj_explainer *e, const asked *a, lj_team *team)
{
    const lj_rows rows = {.n = a->n,
                          .numbers = a->numbers,
                          .number_count = e->number_count,
                          .codes = a->codes,
                          .category_count = e->category_count};
    return lj_model_predict_plain(e->model, &rows, team, a->scores);
}

/* The next row is the last one with one feature more of row i. */
static void add_row(const lj_explainer *e, asked *a, const lj_rows *rows, int64_t i, int64_t feature)
{
    float *numbers = a->numbers + a->n * e->number_count;
    int32_t *codes = a->codes + a->n * e->category_count;
    memcpy(numbers, numbers - e->number_count, (size_t)e->number_count * sizeof(*numbers));
    memcpy(codes, codes - e->category_count, (size_t)e->category_count * sizeof(*codes));
    for (int64_t j = 0; j < e->number_count; j++)
        if (e->player[j] == feature)
            numbers[j] = rows->numbers[i * e->number_count + j];
    for (int64_t k = 0; k < e->category_count; k++)
        if (e->player[e->number_count + k] == feature)
            codes[k] = rows->codes[i * e->category_count + k];
    a->n++;
}

static void add_reference(const lj_explainer *e, asked *a, int64_t k)
{
    const int64_t row = k % e->against.n;
    memcpy(a->numbers + a->n * e->number_count, e->against.numbers + row * e->number_count,
           (size_t)e->number_count * sizeof(float));
    memcpy(a->codes + a->n * e->category_count, e->against.codes + row * e->category_count,
           (size_t)e->category_count * sizeof(int32_t));
    a->n++;
}

static void draw_order(const lj_explainer *e, int64_t k, int64_t *order)
{
    lj_random_permutation(e->seed, lj_random_stream("explain") + (uint64_t)k, e->features, order);
}

/* All rows of pair k of orders for row i: twice a reference row and one row more for each feature. */
static void add_pair(const lj_explainer *e, asked *a, const lj_rows *rows, int64_t i, int64_t k)
{
    draw_order(e, k, a->order);
    for (int backwards = 0; backwards < 2; backwards++) {
        add_reference(e, a, k);
        for (int64_t f = 0; f < e->features; f++)
            add_row(e, a, rows, i, a->order[backwards ? e->features - 1 - f : f]);
    }
}

static void add_contributions(const lj_explainer *e, const asked *a, int64_t first, int64_t k, double *phi)
{
    const lj_task task = lj_model_spec_of(e->model)->task;
    draw_order(e, k, a->order);
    for (int backwards = 0; backwards < 2; backwards++) {
        for (int64_t f = 0; f < e->features; f++) {
            const int64_t feature = a->order[backwards ? e->features - 1 - f : f];
            const float *before = a->scores + (first + backwards * (e->features + 1) + f) * e->width;
            for (int64_t c = 0; c < e->width; c++)
                phi[c * e->features + feature] +=
                    lj_score_value(task, before[e->width + c]) - lj_score_value(task, before[c]);
        }
    }
}

static lj_status explain(lj_explainer *e, const lj_rows *rows, lj_team *team, double *phi)
{
    const int64_t pairs = e->orders, of_row = pairs * 2 * (e->features + 1), cells = e->width * e->features;
    const int64_t at_once = of_row < ASKED_AT_ONCE ? ASKED_AT_ONCE / of_row : 1;
    asked a = {0};
    LJ_TRY(make_asked(e, at_once * of_row, &a));
    lj_status status = LJ_OK;
    for (int64_t begin = 0; status == LJ_OK && begin < rows->n; begin += at_once) {
        const int64_t end = begin + at_once < rows->n ? begin + at_once : rows->n;
        a.n = 0;
        for (int64_t i = begin; i < end; i++)
            for (int64_t k = 0; k < pairs; k++)
                add_pair(e, &a, rows, i, k);
        status = ask(e, &a, team);
        for (int64_t i = begin; status == LJ_OK && i < end; i++) {
            double *of_i = phi + i * cells;
            memset(of_i, 0, (size_t)cells * sizeof(*of_i));
            for (int64_t k = 0; k < pairs; k++)
                add_contributions(e, &a, (i - begin) * of_row + k * 2 * (e->features + 1), k, of_i);
            for (int64_t cell = 0; cell < cells; cell++)
                of_i[cell] /= (double)(2 * pairs);
        }
    }
    free_asked(&a);
    return status;
}

/* The mean of what the model says of the reference rows that are used. */
static lj_status ready(lj_explainer *e)
{
    const lj_task task = lj_model_spec_of(e->model)->task;
    const int64_t pairs = e->orders;
    asked a = {0};
    LJ_TRY(make_asked(e, pairs, &a));
    for (int64_t k = 0; k < pairs; k++)
        add_reference(e, &a, k);
    const lj_status status = ask(e, &a, NULL);
    for (int64_t c = 0; status == LJ_OK && c < e->width; c++) {
        for (int64_t k = 0; k < pairs; k++)
            e->base[c] += lj_score_value(task, a.scores[k * e->width + c]);
        e->base[c] /= (double)pairs;
    }
    free_asked(&a);
    return status;
}

const lj_attribution lj_attribution_permutation = {.ready = ready, .explain = explain, .wants_references = 1};
