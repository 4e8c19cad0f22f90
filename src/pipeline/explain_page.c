/*
 * What the page of a run shows of explanations: contributions of test rows, and what the score becomes when one column
 * takes other values in all of them: partial dependence (Friedman 2001), its rows (individual conditional expectation,
 * Goldstein and others, 2015), and accumulated local effects (Apley and Zhu, JRSS B 82, 2020).
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/pipeline.h"

enum { COLUMNS_SHOWN = 20, CURVES = 6, CURVE_ROWS = 50, ICE_ROWS = 25, GRID = 20, LEVELS = 12 };
enum { ORDERS = 8, ASKED_MAX = 12000, ROWS_LEAST = 20 }; /* of the method permutation: scores of the model, about */

typedef struct page {
    const lj_run *run;
    lj_frame *frame; /* of the rows that are explained */
    int64_t n, features, width;
    float *numbers, *scores;
    int32_t *codes;
    lj_explainer *explainer;
    double *phi;     /* [n, width, features] */
    lj_contribution *is; /* [features] */
    int64_t *order;  /* [features] largest size first */
} page;

static void free_page(page *p)
{
    lj_explainer_destroy(p->explainer);
    lj_frame_destroy(p->frame);
    lj_free(p->numbers);
    lj_free(p->codes);
    lj_free(p->scores);
    lj_free(p->phi);
    lj_free(p->is);
    lj_free(p->order);
}

/* ---- contributions ---- */

static const double *phi_of(const page *p, int64_t row)
{
    return lj_explain_said(p->explainer, p->scores, p->phi, row);
}

static lj_status make_room(page *p)
{
    const lj_prep *prep = p->run->fitted.prep;
    p->numbers = lj_new_array(p->n * lj_prep_number_count(prep), sizeof(*p->numbers));
    p->codes = lj_new_array(p->n * lj_prep_category_count(prep), sizeof(*p->codes));
    p->scores = lj_new_array(p->n * p->width, sizeof(*p->scores));
    p->phi = lj_new_array(p->n * p->width * p->features, sizeof(*p->phi));
    p->is = lj_new_array(p->features, sizeof(*p->is));
    p->order = lj_new_array(p->features, sizeof(*p->order));
    return p->numbers == NULL || p->codes == NULL || p->scores == NULL || p->phi == NULL || p->is == NULL ||
                   p->order == NULL ?
               lj_fail(LJ_ENOMEM, "no memory to explain %" PRId64 " rows", p->n) :
               LJ_OK;
}

/* The test rows, evenly. */
static lj_status take_rows(page *p)
{
    const lj_run *run = p->run;
    const int64_t all = run->predictions[LJ_PART_TEST].n;
    int64_t most = run->pipeline->explain.rows;
    if (lj_explainer_method(p->explainer) == LJ_EXPLAIN_PERMUTATION) {
        const int64_t affordable = ASKED_MAX / (2 * ORDERS * (p->features + 1));
        const int64_t fewer = affordable > ROWS_LEAST ? affordable : ROWS_LEAST;
        most = fewer < most ? fewer : most;
    }
    p->n = all < most ? all : most;
    int64_t *rows = lj_new_array(p->n, sizeof(*rows));
    if (rows == NULL)
        return lj_fail(LJ_ENOMEM, "no memory to explain %" PRId64 " rows", p->n);
    for (int64_t i = 0; i < p->n; i++)
        rows[i] = run->test_rows[i * all / p->n];
    const lj_status status = lj_frame_take(run->table.frame, rows, p->n, &p->frame);
    lj_free(rows);
    return status;
}

/* Columns by the mean size of what they add, largest first, of equal ones the first. */
static lj_status measure(page *p)
{
    lj_contribution_sum *sums = lj_new_array(p->features, sizeof(*sums));
    if (sums == NULL)
        return lj_fail(LJ_ENOMEM, "no memory to explain %" PRId64 " rows", p->n);
    for (int64_t i = 0; i < p->n; i++)
        lj_contributions_add(sums, p->features, phi_of(p, i));
    for (int64_t f = 0; f < p->features; f++) {
        int64_t at = f;
        p->is[f] = lj_contribution_of(&sums[f]);
        for (; at > 0 && p->is[p->order[at - 1]].size < p->is[f].size; at--)
            p->order[at] = p->order[at - 1];
        p->order[at] = f;
    }
    lj_free(sums);
    return LJ_OK;
}

static lj_status explain_rows(page *p)
{
    const lj_run *run = p->run;
    const lj_fit *fitted = &run->fitted;
    const lj_rows rows = {.n = p->n,
                          .numbers = p->numbers,
                          .number_count = lj_prep_number_count(fitted->prep),
                          .codes = p->codes,
                          .category_count = lj_prep_category_count(fitted->prep)};
    LJ_TRY(lj_prep_apply(fitted->prep, p->frame, 0, p->n, p->numbers, p->codes, NULL));
    LJ_TRY(lj_model_predict(fitted->model, &rows, run->options->team, p->scores));
    LJ_TRY(lj_explain(p->explainer, &rows, run->options->team, p->phi));
    return measure(p);
}

/* ---- values of a column ---- */

static int by_number(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The numbers that are there in n rows, evenly over all of them, ascending: to free with lj_free. */
static lj_status sorted_numbers(const lj_column *column, int64_t all, int64_t n, double **out, int64_t *count)
{
    *out = lj_new_array(n, sizeof(**out));
    *count = 0;
    if (*out == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the values of a column");
    for (int64_t i = 0; i < n; i++)
        if (!isnan(column->number[i * all / n]))
            (*out)[(*count)++] = column->number[i * all / n];
    qsort(*out, (size_t)*count, sizeof(**out), by_number);
    return LJ_OK;
}

/* Where each row's value stands among all (0 lowest, 1 highest), and its contribution. */
static lj_status write_points(const page *p, int64_t f, lj_json *json)
{
    const lj_column *column = NULL;
    double *sorted = NULL;
    int64_t count = 0;
    LJ_TRY(lj_frame_need(p->frame, lj_prep_feature_name(p->run->fitted.prep, f), &column));
    const int is_number = column->type == LJ_COLUMN_NUMBER;
    if (is_number)
        LJ_TRY(sorted_numbers(column, p->n, p->n, &sorted, &count));
    lj_json_list(json, "points");
    for (int64_t i = 0; i < p->n; i++) {
        lj_json_list(json, NULL);
        if (!is_number || isnan(column->number[i])) {
            lj_json_null(json, NULL);
        } else {
            int64_t below = 0, equal = 0;
            for (int64_t k = 0; k < count; k++) {
                below += sorted[k] < column->number[i];
                equal += sorted[k] == column->number[i];
            }
            lj_json_double(json, NULL, ((double)below + 0.5 * (double)equal) / (double)count);
        }
        lj_json_double(json, NULL, phi_of(p, i)[f]);
        lj_json_end_list(json);
    }
    lj_json_end_list(json);
    lj_free(sorted);
    return LJ_OK;
}

static lj_status write_columns(const page *p, lj_json *json)
{
    const int64_t shown = p->features < COLUMNS_SHOWN ? p->features : COLUMNS_SHOWN;
    lj_json_list(json, "columns");
    for (int64_t k = 0; k < shown; k++) {
        const int64_t f = p->order[k];
        lj_json_map(json, NULL);
        lj_json_string(json, "column", lj_prep_feature_name(p->run->fitted.prep, f));
        lj_json_double(json, "mean_size", p->is[f].size);
        lj_json_double(json, "half", p->is[f].half);
        lj_json_double(json, "mean", p->is[f].mean);
        LJ_TRY(write_points(p, f, json));
        lj_json_end_map(json);
    }
    lj_json_end_list(json);
    return LJ_OK;
}

/* ---- curves ---- */

typedef struct curve {
    const lj_column *column;
    int64_t count;        /* values asked about */
    double number[GRID];  /* ascending */
    const char *word[LEVELS];
    int64_t rows;
    float *score;         /* [count, rows] */
} curve;

/* Quantiles of the rows of the curve, so that there is a row between every two. */
static lj_status choose_numbers(const page *p, curve *c)
{
    double *sorted = NULL;
    int64_t count = 0;
    LJ_TRY(sorted_numbers(c->column, p->n, c->rows, &sorted, &count));
    for (int64_t k = 0; count > 0 && k < GRID; k++) {
        const double value = sorted[k * (count - 1) / (GRID - 1)];
        if (c->count == 0 || value > c->number[c->count - 1])
            c->number[c->count++] = value;
    }
    lj_free(sorted);
    return LJ_OK;
}

/* The most frequent words, of equal ones the first. */
static lj_status choose_words(const page *p, curve *c)
{
    int64_t *counts = lj_new_array(p->n, sizeof(*counts)); /* of the word of each row, at its first row */
    if (counts == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the values of a column");
    for (int64_t i = 0; i < p->n; i++) {
        int64_t first = 0;
        while (first < i && c->column->code[first] != c->column->code[i])
            first++;
        counts[first] += c->column->code[i] >= 0;
    }
    while (c->count < LEVELS) {
        int64_t best = 0;
        for (int64_t i = 1; i < p->n; i++)
            if (counts[i] > counts[best])
                best = i;
        if (counts[best] == 0)
            break;
        counts[best] = 0;
        c->word[c->count++] = lj_column_word(c->column, best);
    }
    lj_free(counts);
    return LJ_OK;
}

/* The rows once for each value, which stands in the column. */
static lj_status vary(const page *p, const curve *c, lj_frame **out)
{
    const int64_t n = c->count * c->rows;
    const lj_schema *schema = lj_prep_schema(p->run->fitted.prep);
    lj_frame *repeated = NULL;
    lj_status status = LJ_OK;
    *out = NULL;
    int64_t *rows = lj_new_array(n, sizeof(*rows));
    double *numbers = lj_new_array(n, sizeof(*numbers));
    const char **words = lj_new_array(n, sizeof(*words));
    if (rows == NULL || numbers == NULL || words == NULL)
        LJ_TRY_DONE(lj_fail(LJ_ENOMEM, "no memory for a curve"));
    const int is_number = c->column->type == LJ_COLUMN_NUMBER;
    for (int64_t i = 0; i < n; i++) {
        rows[i] = i % c->rows * p->n / c->rows;
        if (is_number)
            numbers[i] = c->number[i / c->rows];
        else
            words[i] = c->word[i / c->rows];
    }
    LJ_TRY_DONE(lj_frame_take(p->frame, rows, n, &repeated));
    LJ_TRY_DONE(lj_frame_create(n, out));
    for (int64_t f = 0; f < lj_schema_count(schema); f++) {
        const char *name = lj_schema_field(schema, f)->name;
        if (strcmp(name, c->column->name) != 0)
            LJ_TRY_DONE(lj_frame_add_copy(*out, repeated, name));
        else
            LJ_TRY_DONE(is_number ? lj_frame_add_number(*out, name, numbers) : lj_frame_add_text(*out, name, words));
    }
done:
    lj_frame_destroy(repeated);
    lj_free(rows);
    lj_free(numbers);
    lj_free(words);
    return status;
}

static double mean_of(const curve *c, int64_t k)
{
    double sum = 0.0;
    for (int64_t i = 0; i < c->rows; i++)
        sum += (double)c->score[k * c->rows + i];
    return sum / (double)c->rows;
}

/*
 * Accumulated local effects: the mean step of the rows whose own value lies between two neighbours, added up, and moved so
 * that their mean over the rows is that of the scores.
 */
static void write_effects(const page *p, const curve *c, lj_json *json)
{
    double effect[GRID] = {0}, sum = 0.0, scores = 0.0;
    int64_t there = 0;
    for (int64_t i = 0; i < c->rows; i++)
        scores += (double)p->scores[i * p->n / c->rows];
    for (int64_t k = 1; k < c->count; k++) {
        double step = 0.0;
        int64_t inside = 0;
        for (int64_t i = 0; i < c->rows; i++) {
            const double x = c->column->number[i * p->n / c->rows];
            if ((x > c->number[k - 1] || k == 1) && x <= c->number[k]) {
                step += (double)c->score[k * c->rows + i] - (double)c->score[(k - 1) * c->rows + i];
                inside++;
            }
        }
        effect[k] = effect[k - 1] + (inside > 0 ? step / (double)inside : 0.0);
        sum += (double)inside * 0.5 * (effect[k] + effect[k - 1]);
        there += inside;
    }
    lj_json_list(json, "effects");
    for (int64_t k = 0; k < c->count; k++)
        lj_json_double(json, NULL, effect[k] - (there > 0 ? sum / (double)there : 0.0) + scores / (double)c->rows);
    lj_json_end_list(json);
}

static void write_curve(const page *p, const curve *c, lj_json *json)
{
    const int is_number = c->column->type == LJ_COLUMN_NUMBER;
    lj_json_map(json, NULL);
    lj_json_string(json, "column", c->column->name);
    lj_json_bool(json, "is_number", is_number);
    lj_json_list(json, "at");
    for (int64_t k = 0; k < c->count; k++) {
        if (is_number)
            lj_json_double(json, NULL, c->number[k]);
        else
            lj_json_string(json, NULL, c->word[k]);
    }
    lj_json_end_list(json);
    lj_json_list(json, "dependence");
    for (int64_t k = 0; k < c->count; k++)
        lj_json_double(json, NULL, mean_of(c, k));
    lj_json_end_list(json);
    if (is_number)
        write_effects(p, c, json);
    lj_json_list(json, "rows");
    for (int64_t i = 0; is_number && i < c->rows && i < ICE_ROWS; i++) {
        lj_json_list(json, NULL);
        for (int64_t k = 0; k < c->count; k++)
            lj_json_float(json, NULL, c->score[k * c->rows + i]);
        lj_json_end_list(json);
    }
    lj_json_end_list(json);
    lj_json_end_map(json);
}

static lj_status make_curve(const page *p, int64_t f, lj_json *json, int64_t *made)
{
    const lj_run *run = p->run;
    curve c = {.rows = p->n < CURVE_ROWS ? p->n : CURVE_ROWS};
    lj_frame *frame = NULL;
    LJ_TRY(lj_frame_need(p->frame, lj_prep_feature_name(run->fitted.prep, f), &c.column));
    if (c.column->type == LJ_COLUMN_TIME)
        return LJ_OK;
    LJ_TRY(c.column->type == LJ_COLUMN_NUMBER ? choose_numbers(p, &c) : choose_words(p, &c));
    if (c.count < 2)
        return LJ_OK;
    c.score = lj_new_array(c.count * c.rows, sizeof(*c.score));
    lj_status status = c.score == NULL ? lj_fail(LJ_ENOMEM, "no memory for a curve") : vary(p, &c, &frame);
    if (status == LJ_OK)
        status = lj_score_frame(run->fitted.prep, run->fitted.model, frame, run->options->team, NULL, c.score);
    if (status == LJ_OK)
        write_curve(p, &c, json);
    (*made)++;
    lj_frame_destroy(frame);
    lj_free(c.score);
    return status;
}

static lj_status write_curves(const page *p, lj_json *json)
{
    int64_t made = 0;
    lj_status status = LJ_OK;
    lj_json_list(json, "curves");
    for (int64_t k = 0; status == LJ_OK && p->width == 1 && k < p->features && made < CURVES; k++)
        status = make_curve(p, p->order[k], json, &made);
    lj_json_end_list(json);
    return status;
}

/* ---- all of it ---- */

static lj_status write_page(const page *p, lj_text *out)
{
    lj_json json;
    lj_json_start(&json, out, 1);
    lj_json_map(&json, NULL);
    lj_json_string(&json, "part", p->run->folds != NULL ? "out of fold" : "test");
    lj_json_integer(&json, "rows", p->n);
    lj_json_string(&json, "unit", lj_explainer_unit(p->explainer));
    lj_json_string(&json, "method", lj_explain_method_names[lj_explainer_method(p->explainer)]);
    lj_json_integer(&json, "features", p->features);
    lj_status status = write_columns(p, &json);
    if (status == LJ_OK)
        status = write_curves(p, &json);
    lj_json_end_map(&json);
    return status == LJ_OK ? lj_text_finish(out) : status;
}

lj_status lj_run_explain(const lj_run *run, lj_text *out)
{
    const lj_pipeline_explain *wanted = &run->pipeline->explain;
    const lj_fit *fitted = &run->fitted;
    const int has_trees = lj_model_trees(fitted->model) != NULL;
    const lj_explain_options how = {.method = wanted->method,
                                    .reference = (lj_reference)wanted->reference,
                                    .orders = wanted->orders < ORDERS ? wanted->orders : ORDERS,
                                    .seed = run->seed};
    lj_reason_options reasons;
    uint8_t *is_protected = NULL;
    if (wanted->rows == 0 || run->predictions[LJ_PART_TEST].n == 0 || (run->references.n == 0 && !has_trees) ||
        !lj_explain_reads(lj_model_spec_of(fitted->model)))
        return LJ_OK;
    LJ_TRY(lj_pipeline_reasons(run->pipeline, fitted->prep, &reasons, &is_protected));
    lj_free(is_protected);
    page p = {.run = run, .features = lj_prep_feature_count(fitted->prep), .width = lj_model_width(fitted->model)};
    lj_status status = lj_explainer_create(fitted->model, fitted->prep, &run->references, &how, &p.explainer);
    if (status == LJ_OK)
        status = take_rows(&p);
    if (status == LJ_OK)
        status = make_room(&p);
    if (status == LJ_OK)
        status = explain_rows(&p);
    if (status == LJ_OK)
        status = write_page(&p, out);
    free_page(&p);
    return status;
}
