/*
 * Linear models: the part of a feature in what the model says, less its mean part in the reference rows, which is its
 * Shapley value whatever the order of the features (Lundberg and Lee, NeurIPS 2017, corollary 1).
 */
#include <string.h>

#include "explain/explain.h"

void lj_linear_parts(const lj_linear_model *linear, const lj_model_spec *spec, const int32_t *player, int64_t features,
                     const float *numbers, const int32_t *codes, int64_t c, double *parts)
{
    const float *weight = linear->weight + c;
    memset(parts, 0, (size_t)features * sizeof(*parts));
    for (int64_t j = 0; j < spec->number_count; j++)
        parts[player[j]] += (double)numbers[j] * (double)weight[j * linear->outputs];
    int64_t first = spec->number_count;
    for (int64_t k = 0; k < spec->category_count; k++) {
        const int32_t code = codes[k];
        if (code > 0 && code < spec->category_sizes[k])
            parts[player[spec->number_count + k]] += (double)weight[(first + code) * linear->outputs];
        first += spec->category_sizes[k];
    }
}

static lj_status ready(lj_explainer *e)
{
    const lj_model_spec *spec = lj_model_spec_of(e->model);
    lj_linear_model linear;
    double mean = 0.0, scale = 1.0;
    LJ_TRY(lj_model_linear(e->model, &linear));
    lj_model_unit(e->model, &mean, &scale);
    e->start = lj_new_array(e->width * e->features, sizeof(*e->start));
    double *parts = lj_new_array(e->features, sizeof(*parts));
    if (e->start == NULL || parts == NULL) {
        lj_free(parts);
        return lj_fail(LJ_ENOMEM, "no memory to explain a model");
    }
    for (int64_t c = 0; c < e->width; c++) {
        double *start = e->start + c * e->features, sum = (double)linear.bias[c];
        for (int64_t i = 0; i < e->against.n; i++) {
            lj_linear_parts(&linear, spec, e->player, e->features, e->against.numbers + i * e->number_count,
                            e->against.codes + i * e->category_count, c, parts);
            for (int64_t f = 0; f < e->features; f++)
                start[f] += parts[f];
        }
        for (int64_t f = 0; f < e->features; f++) {
            start[f] /= (double)e->against.n;
            sum += start[f];
        }
        e->base[c] = sum * e->factor + mean;
    }
    lj_free(parts);
    return LJ_OK;
}

static lj_status explain(lj_explainer *e, const lj_rows *rows, lj_team *team, double *phi)
{
    const lj_model_spec *spec = lj_model_spec_of(e->model);
    lj_linear_model linear;
    (void)team; /* a row takes less than waking a thread */
    LJ_TRY(lj_model_linear(e->model, &linear));
    for (int64_t i = 0; i < rows->n; i++) {
        for (int64_t c = 0; c < e->width; c++) {
            double *parts = phi + (i * e->width + c) * e->features;
            lj_linear_parts(&linear, spec, e->player, e->features, rows->numbers + i * e->number_count,
                            rows->codes + i * e->category_count, c, parts);
            for (int64_t f = 0; f < e->features; f++)
                parts[f] = (parts[f] - e->start[c * e->features + f]) * e->factor;
        }
    }
    return LJ_OK;
}

const lj_attribution lj_attribution_linear = {.ready = ready, .explain = explain, .wants_references = 1};
