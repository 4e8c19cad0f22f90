/* The prepared rows that a model keeps to be compared with. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "explain/explain.h"

enum { SPECIAL = LJ_REFERENCE_COUNT - 1 }; /* rows behind the sampled ones */

#define FORMAT 1

static lj_status no_memory(void)
{
    return lj_fail(LJ_ENOMEM, "no memory for reference rows");
}

void lj_references_free(lj_references *references)
{
    lj_free(references->numbers);
    lj_free(references->codes);
    *references = (lj_references){0};
}

static lj_status create(int64_t n, int64_t number_count, int64_t category_count, lj_references *out)
{
    *out = (lj_references){.n = n, .number_count = number_count, .category_count = category_count};
    out->numbers = lj_new_array((n + SPECIAL) * number_count, sizeof(*out->numbers));
    out->codes = lj_new_array((n + SPECIAL) * category_count, sizeof(*out->codes));
    if (out->numbers != NULL && out->codes != NULL)
        return LJ_OK;
    lj_references_free(out);
    return no_memory();
}

/* ---- made ---- */

static float *numbers_of(const lj_references *r, lj_reference which)
{
    return r->numbers + (r->n + (int64_t)which - 1) * r->number_count;
}

static int32_t *codes_of(const lj_references *r, lj_reference which)
{
    return r->codes + (r->n + (int64_t)which - 1) * r->category_count;
}

/* Means of numbers that are there, and the most frequent codes (of equal ones the first), of the rows that are in. */
static lj_status fill_mean(const lj_rows *rows, const uint8_t *is_in, const int32_t *sizes, lj_references *r,
                           lj_reference which)
{
    float *numbers = numbers_of(r, which);
    int32_t *codes = codes_of(r, which);
    int64_t most = 1;
    for (int64_t j = 0; j < r->number_count; j++) {
        double sum = 0.0;
        int64_t count = 0;
        for (int64_t i = 0; i < rows->n; i++) {
            const float x = rows->numbers[i * r->number_count + j];
            if (is_in[i] && !isnan(x)) {
                sum += (double)x;
                count++;
            }
        }
        numbers[j] = count > 0 ? (float)(sum / (double)count) : NAN;
    }
    for (int64_t k = 0; k < r->category_count; k++)
        most = sizes[k] > most ? sizes[k] : most;
    int64_t *counts = lj_new_array(most, sizeof(*counts));
    if (counts == NULL)
        return no_memory();
    for (int64_t k = 0; k < r->category_count; k++) {
        memset(counts, 0, (size_t)most * sizeof(*counts));
        for (int64_t i = 0; i < rows->n; i++) {
            const int32_t code = rows->codes[i * r->category_count + k];
            if (is_in[i] && code >= 0 && code < sizes[k])
                counts[code]++;
        }
        codes[k] = 0;
        for (int32_t code = 1; code < sizes[k]; code++)
            if (counts[code] > counts[codes[k]])
                codes[k] = code;
    }
    lj_free(counts);
    return LJ_OK;
}

/* Of each feature what the training row has whose part speaks best. */
static lj_status fill_maximum(const lj_model *model, const lj_prep *prep, const lj_rows *rows, int is_down,
                              lj_references *r)
{
    const lj_model_spec *spec = lj_model_spec_of(model);
    const int64_t features = lj_prep_feature_count(prep), inputs = r->number_count + r->category_count;
    lj_linear_model linear;
    if (!lj_model_family(model)->adds_up || spec->task == LJ_MULTICLASS)
        return LJ_OK;
    LJ_TRY(lj_model_linear(model, &linear));
    int32_t *player = lj_new_array(inputs, sizeof(*player));
    double *parts = lj_new_array(2 * features, sizeof(*parts)), *best = parts + features;
    int64_t *best_row = lj_new_array(features, sizeof(*best_row));
    lj_status status = player == NULL || parts == NULL || best_row == NULL ? no_memory() : LJ_OK;
    if (status == LJ_OK)
        lj_explain_players(prep, player);
    for (int64_t i = 0; status == LJ_OK && i < rows->n; i++) {
        lj_linear_parts(&linear, spec, player, features, rows->numbers + i * r->number_count,
                        rows->codes + i * r->category_count, 0, parts);
        for (int64_t f = 0; f < features; f++) {
            const double part = is_down ? -parts[f] : parts[f];
            if (i == 0 || part < best[f]) {
                best[f] = part;
                best_row[f] = i;
            }
        }
    }
    for (int64_t j = 0; status == LJ_OK && j < r->number_count; j++)
        numbers_of(r, LJ_REFERENCE_MAXIMUM)[j] = rows->numbers[best_row[player[j]] * r->number_count + j];
    for (int64_t k = 0; status == LJ_OK && k < r->category_count; k++)
        codes_of(r, LJ_REFERENCE_MAXIMUM)[k] =
            rows->codes[best_row[player[r->number_count + k]] * r->category_count + k];
    r->has_maximum = status == LJ_OK;
    lj_free(player);
    lj_free(parts);
    lj_free(best_row);
    return status;
}

static lj_status fill(const lj_model *model, const lj_prep *prep, const lj_rows *train, const float *scores,
                      double threshold, int is_down, lj_references *out)
{
    const lj_model_spec *spec = lj_model_spec_of(model);
    for (int64_t i = 0; i < out->n; i++) {
        const int64_t row = i * train->n / out->n;
        memcpy(out->numbers + i * out->number_count, train->numbers + row * out->number_count,
               (size_t)out->number_count * sizeof(float));
        memcpy(out->codes + i * out->category_count, train->codes + row * out->category_count,
               (size_t)out->category_count * sizeof(int32_t));
    }
    uint8_t *is_in = lj_new_array(train->n, 1);
    if (is_in == NULL)
        return no_memory();
    int64_t approved = 0;
    memset(is_in, 1, (size_t)train->n);
    lj_status status = fill_mean(train, is_in, spec->category_sizes, out, LJ_REFERENCE_POPULATION);
    for (int64_t i = 0; spec->task == LJ_BINARY && i < train->n; i++) {
        is_in[i] = ((double)scores[i] < threshold) != is_down;
        approved += is_in[i];
    }
    if (spec->task == LJ_BINARY && approved == 0)
        memset(is_in, 1, (size_t)train->n);
    if (status == LJ_OK)
        status = fill_mean(train, is_in, spec->category_sizes, out, LJ_REFERENCE_APPROVED);
    if (status == LJ_OK)
        status = fill_maximum(model, prep, train, is_down, out);
    lj_free(is_in);
    return status;
}

lj_status lj_references_make(const lj_model *model, const lj_prep *prep, const lj_rows *train, const float *scores,
                             double threshold, int is_down, int64_t most, lj_references *out)
{
    LJ_TRY(create(train->n < most ? train->n : most, train->number_count, train->category_count, out));
    const lj_status status = fill(model, prep, train, scores, threshold, is_down, out);
    if (status != LJ_OK)
        lj_references_free(out);
    return status;
}

/* ---- saved and loaded ---- */

void lj_references_save(const lj_references *r, lj_json *json)
{
    const int64_t rows = r->n + SPECIAL;
    lj_json_map(json, NULL);
    lj_json_integer(json, "format", FORMAT);
    lj_json_integer(json, "rows", r->n);
    lj_json_bool(json, "has_maximum", r->has_maximum);
    lj_json_list(json, "numbers"); /* row by row; null: missing */
    for (int64_t i = 0; i < rows * r->number_count; i++)
        lj_json_float(json, NULL, r->numbers[i]);
    lj_json_end_list(json);
    lj_json_list(json, "codes");
    for (int64_t i = 0; i < rows * r->category_count; i++)
        lj_json_integer(json, NULL, r->codes[i]);
    lj_json_end_list(json);
    lj_json_end_map(json);
}

static lj_status bad(const lj_doc *doc, const lj_item *item, const char *expected)
{
    return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected %s", lj_doc_name(doc), item->line, item->column, expected);
}

static lj_status read_cells(const lj_doc *doc, const lj_item *item, const int32_t *sizes, lj_references *r)
{
    const int64_t rows = r->n + SPECIAL;
    const lj_item *numbers = NULL, *codes = NULL;
    LJ_TRY(lj_item_need(doc, item, "numbers", LJ_LIST, &numbers));
    LJ_TRY(lj_item_need(doc, item, "codes", LJ_LIST, &codes));
    if (numbers->count != rows * r->number_count || codes->count != rows * r->category_count)
        return bad(doc, item, "rows as wide as the model reads them");
    for (int64_t i = 0; i < numbers->count; i++) {
        const lj_item *cell = numbers->items[i];
        r->numbers[i] = cell->kind == LJ_NUMBER ? (float)cell->number : NAN;
        if (cell->kind != LJ_NULL && !isfinite(r->numbers[i]))
            return bad(doc, cell, "a number or null");
    }
    for (int64_t i = 0; i < codes->count; i++) {
        const lj_item *cell = codes->items[i];
        if (cell->kind != LJ_NUMBER || !cell->is_integer || cell->number < 0.0 ||
            cell->number >= (double)sizes[i % r->category_count])
            return bad(doc, cell, "the code of a category");
        r->codes[i] = (int32_t)cell->number;
    }
    return LJ_OK;
}

lj_status lj_references_load(const lj_doc *doc, const lj_item *item, const lj_model_spec *spec, lj_references *out)
{
    int64_t format = 0, n = 0;
    const lj_item *has_maximum = NULL;
    LJ_TRY(lj_item_need_integer(doc, item, "format", 1, FORMAT, &format));
    LJ_TRY(lj_item_need_integer(doc, item, "rows", 0, LJ_REFERENCES_MAX, &n));
    LJ_TRY(lj_item_need(doc, item, "has_maximum", LJ_BOOL, &has_maximum));
    LJ_TRY(create(n, spec->number_count, spec->category_count, out));
    out->has_maximum = has_maximum->number != 0.0;
    const lj_status status = read_cells(doc, item, spec->category_sizes, out);
    if (status != LJ_OK)
        lj_references_free(out);
    return status;
}
