#include "explain/explain.h"

#include <math.h>
#include <string.h>

#define X(code, name, doc) name,
const char *const lj_explain_method_names[] = {LJ_EXPLAIN_METHOD_LIST(X) NULL};
const char *const lj_reference_names[] = {LJ_REFERENCE_LIST(X) NULL};
#undef X

static const lj_attribution *const attributions[LJ_EXPLAIN_METHOD_COUNT] = {
    [LJ_EXPLAIN_PATHS] = &lj_attribution_paths,
    [LJ_EXPLAIN_REFERENCES] = &lj_attribution_references,
    [LJ_EXPLAIN_LINEAR] = &lj_attribution_linear,
    [LJ_EXPLAIN_PERMUTATION] = &lj_attribution_permutation,
};

int lj_explain_reads(const lj_model_spec *spec)
{
    return spec->term_count == 0 && spec->token_count == 0 && spec->steps == 0 && lj_pixels_size(&spec->image) == 0;
}

void lj_explain_players(const lj_prep *prep, int32_t *player)
{
    const int64_t numbers = lj_prep_number_count(prep);
    for (int64_t i = 0; i < numbers; i++)
        player[i] = (int32_t)lj_prep_number_feature(prep, i);
    for (int64_t k = 0; k < lj_prep_category_count(prep); k++)
        player[numbers + k] = (int32_t)lj_prep_category_feature(prep, k);
}

/* ---- which method ---- */

lj_status lj_explain_check(const lj_family_info *family, const lj_explain_options *options, lj_explain_method *out)
{
    const int has_trees = family->grows_trees, is_linear = family->adds_up;
    *out = has_trees ? options->reference == LJ_REFERENCE_SHAPLEY ? LJ_EXPLAIN_PATHS : LJ_EXPLAIN_REFERENCES :
           is_linear ? LJ_EXPLAIN_LINEAR :
                       LJ_EXPLAIN_PERMUTATION;
    if (options->method >= 0)
        *out = (lj_explain_method)options->method;
    if ((*out == LJ_EXPLAIN_PATHS || *out == LJ_EXPLAIN_REFERENCES) && !has_trees)
        return lj_fail(LJ_EUNSUPPORTED, "explain: the method '%s' is for trees, and the family is '%s'",
                       lj_explain_method_names[*out], family->name);
    if (*out == LJ_EXPLAIN_LINEAR && !is_linear)
        return lj_fail(LJ_EUNSUPPORTED, "explain: the method 'linear' is for linear models, and the family is '%s'",
                       family->name);
    if (*out == LJ_EXPLAIN_PATHS && options->reference != LJ_REFERENCE_SHAPLEY)
        return lj_fail(LJ_EUNSUPPORTED, "explain: the method 'paths' compares with all training rows: leave the "
                       "reference '%s' out, or take the method 'references'", lj_reference_names[options->reference]);
    if (options->reference == LJ_REFERENCE_MAXIMUM && !is_linear)
        return lj_fail(LJ_EUNSUPPORTED, "explain: the reference 'maximum' is for linear models and scorecards, and the "
                       "family is '%s'", family->name);
    return LJ_OK;
}

/* Which of the kept rows a row is compared with. */
static lj_status choose_rows(lj_explainer *e, const lj_references *kept, lj_reference reference)
{
    int64_t first = 0, n = kept != NULL ? kept->n : 0;
    if (kept == NULL || n == 0)
        return lj_fail(LJ_EDATA, "explain: the model was saved without reference rows (explain: {references: 0}), "
                       "which the method '%s' needs", lj_explain_method_names[e->method]);
    if (reference != LJ_REFERENCE_SHAPLEY) {
        first = n + (int64_t)reference - 1;
        n = 1;
    }
    if (reference == LJ_REFERENCE_MAXIMUM && !kept->has_maximum)
        return lj_fail(LJ_EDATA, "explain: the model was saved without the row of the reference 'maximum'");
    e->against = (lj_rows){.n = n,
                           .numbers = kept->numbers + first * kept->number_count,
                           .number_count = kept->number_count,
                           .codes = kept->codes + first * kept->category_count,
                           .category_count = kept->category_count};
    return LJ_OK;
}

/* ---- the unit ---- */

static void find_unit(lj_explainer *e)
{
    const lj_task task = lj_model_spec_of(e->model)->task;
    const lj_trees *trees = lj_model_trees(e->model);
    double mean = 0.0, of_trees = 1.0;
    lj_model_unit(e->model, &mean, &e->factor);
    e->unit = task == LJ_BINARY ? "log-odds" : task == LJ_MULTICLASS ? "log-probability" : "target";
    if (trees == NULL || e->method == LJ_EXPLAIN_PERMUTATION)
        return;
    e->unit = lj_trees_unit(trees, &of_trees);
    e->factor *= of_trees;
}

lj_status lj_explainer_create(lj_model *model, const lj_prep *prep, const lj_references *references,
                              const lj_explain_options *options, lj_explainer **out)
{
    const lj_model_spec *spec = lj_model_spec_of(model);
    lj_explain_method method = LJ_EXPLAIN_PATHS;
    lj_status status = LJ_OK;
    *out = NULL;
    if (!lj_explain_reads(spec))
        return lj_fail(LJ_EUNSUPPORTED, "explain: models of texts, images and series are not explained by column");
    LJ_TRY(lj_explain_check(lj_model_family(model), options, &method));
    lj_explainer *e = lj_new_array(1, sizeof(*e));
    if (e == NULL)
        return lj_fail(LJ_ENOMEM, "no memory to explain a model");
    e->model = model;
    e->method = method;
    e->features = lj_prep_feature_count(prep);
    e->width = lj_model_width(model);
    e->orders = options->orders > 0 ? options->orders : 32;
    e->seed = options->seed;
    e->number_count = spec->number_count;
    e->category_count = spec->category_count;
    e->player = lj_new_array(spec->number_count + spec->category_count, sizeof(*e->player));
    e->base = lj_new_array(e->width, sizeof(*e->base));
    if (e->player == NULL || e->base == NULL)
        LJ_TRY_DONE(lj_fail(LJ_ENOMEM, "no memory to explain a model"));
    lj_explain_players(prep, e->player);
    find_unit(e);
    if (attributions[method]->wants_references)
        LJ_TRY_DONE(choose_rows(e, references, options->reference));
    LJ_TRY_DONE(attributions[method]->ready(e));
    *out = e;
    e = NULL;
done:
    lj_explainer_destroy(e);
    return status;
}

void lj_explainer_destroy(lj_explainer *e)
{
    if (e == NULL)
        return;
    lj_tree_explainer_destroy(e->trees);
    lj_free(e->player);
    lj_free(e->base);
    lj_free(e->start);
    lj_free(e);
}

const double *lj_explain_said(const lj_explainer *e, const float *scores, const double *phi, int64_t row)
{
    int64_t c = 0;
    for (int64_t k = 1; k < e->width; k++)
        if (scores[row * e->width + k] > scores[row * e->width + c])
            c = k;
    return phi + (row * e->width + c) * e->features;
}

void lj_contributions_add(lj_contribution_sum *sums, int64_t features, const double *phi)
{
    for (int64_t f = 0; f < features; f++) {
        sums[f].n++;
        sums[f].value += phi[f];
        sums[f].size += fabs(phi[f]);
        sums[f].squares += phi[f] * phi[f];
    }
}

lj_contribution lj_contribution_of(const lj_contribution_sum *sum)
{
    const double n = (double)(sum->n > 0 ? sum->n : 1), size = sum->size / n;
    const double variance = sum->squares / n - size * size;
    return (lj_contribution){.size = size,
                             .half = 1.96 * sqrt(variance > 0.0 ? variance / n : 0.0),
                             .mean = sum->value / n};
}

int64_t lj_explainer_features(const lj_explainer *explainer)
{
    return explainer->features;
}

int64_t lj_explainer_width(const lj_explainer *explainer)
{
    return explainer->width;
}

lj_explain_method lj_explainer_method(const lj_explainer *explainer)
{
    return explainer->method;
}

const char *lj_explainer_unit(const lj_explainer *explainer)
{
    return explainer->unit;
}

const double *lj_explainer_base(const lj_explainer *explainer)
{
    return explainer->base;
}

lj_status lj_explain(lj_explainer *explainer, const lj_rows *rows, lj_team *team, double *phi)
{
    if (rows->number_count != explainer->number_count || rows->category_count != explainer->category_count)
        return lj_fail(LJ_ESHAPE, "explain: the rows are not as wide as the model reads them");
    return attributions[explainer->method]->explain(explainer, rows, team, phi);
}
