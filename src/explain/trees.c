/* Trees: what lj_tree_explain and lj_tree_explain_against find, in the unit of the model. */
#include "explain/explain.h"

static lj_tree_rows tree_rows(const lj_explainer *e, const lj_rows *rows)
{
    return (lj_tree_rows){.n = rows->n,
                          .numbers = rows->numbers,
                          .number_count = rows->number_count,
                          .codes = rows->codes,
                          .category_count = rows->category_count,
                          .category_sizes = lj_model_spec_of(e->model)->category_sizes};
}

static void to_unit(const lj_explainer *e, int64_t n, double *phi)
{
    for (int64_t k = 0; k < n * e->width * e->features; k++)
        phi[k] *= e->factor;
}

static lj_status paths_ready(lj_explainer *e)
{
    double mean = 0.0, scale = 1.0;
    lj_model_unit(e->model, &mean, &scale);
    LJ_TRY(lj_tree_explainer_create(lj_model_trees(e->model), e->player, e->features, &e->trees));
    for (int64_t c = 0; c < e->width; c++)
        e->base[c] = lj_tree_explainer_expected(e->trees)[c] * e->factor + mean;
    return LJ_OK;
}

static lj_status paths(lj_explainer *e, const lj_rows *rows, lj_team *team, double *phi)
{
    const lj_tree_rows read = tree_rows(e, rows);
    LJ_TRY(lj_tree_explain(e->trees, &read, team, phi));
    to_unit(e, rows->n, phi);
    return LJ_OK;
}

/* They start from the mean of the raw scores of the reference rows. */
static lj_status references_ready(lj_explainer *e)
{
    const lj_tree_rows against = tree_rows(e, &e->against);
    double mean = 0.0, scale = 1.0;
    lj_model_unit(e->model, &mean, &scale);
    LJ_TRY(lj_tree_explainer_create(lj_model_trees(e->model), e->player, e->features, &e->trees));
    float *raw = lj_new_array(e->against.n * e->width, sizeof(*raw));
    if (raw == NULL)
        return lj_fail(LJ_ENOMEM, "no memory to explain a model");
    lj_trees_raw(lj_model_trees(e->model), &against, NULL, raw);
    for (int64_t c = 0; c < e->width; c++) {
        double sum = 0.0;
        for (int64_t i = 0; i < e->against.n; i++)
            sum += (double)raw[i * e->width + c];
        e->base[c] = sum / (double)e->against.n * e->factor + mean;
    }
    lj_free(raw);
    return LJ_OK;
}

static lj_status references(lj_explainer *e, const lj_rows *rows, lj_team *team, double *phi)
{
    const lj_tree_rows read = tree_rows(e, rows), against = tree_rows(e, &e->against);
    LJ_TRY(lj_tree_explain_against(e->trees, &read, &against, team, phi));
    to_unit(e, rows->n, phi);
    return LJ_OK;
}

const lj_attribution lj_attribution_paths = {.ready = paths_ready, .explain = paths};
const lj_attribution lj_attribution_references = {
    .ready = references_ready, .explain = references, .wants_references = 1};
