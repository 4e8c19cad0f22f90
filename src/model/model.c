#include "model/model.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "lianjin/math.h"
#include "model/network.h"

#define PROBABILITY_MIN 1e-7 /* and as far from 1: whose logarithms are still of use */

/* ---- the shared core ---- */

static lj_status check_spec(const lj_family *family, const lj_model_spec *spec)
{
    const int64_t pixels = lj_pixels_size(&spec->image);
    if (spec->number_count < 0 || spec->category_count < 0 || spec->term_count < 0 || spec->token_count < 0 ||
        spec->number_count + spec->category_count + spec->term_count + spec->token_count + pixels < 1)
        return lj_fail(LJ_EDATA, "model: expected at least one feature after the preparation, found none");
    if (spec->number_count > LJ_COLUMNS_MAX || spec->category_count > LJ_COLUMNS_MAX)
        return lj_fail(LJ_EDATA, "model: expected at most %d numbers and categories", LJ_COLUMNS_MAX);
    if (spec->term_count > LJ_TERMS_MAX)
        return lj_fail(LJ_EDATA, "model: expected at most %d terms", LJ_TERMS_MAX);
    if (pixels > 0 && family->info.images == LJ_NO_IMAGES)
        return lj_fail(LJ_EDATA, "model: the family '%s' reads no images", family->info.name);
    if (pixels == 0 && family->info.images == LJ_IMAGES_ONLY)
        return lj_fail(LJ_EDATA, "model: the family '%s' reads images, and there are none (data: images)",
                       family->info.name);
    if (spec->image.normalise && spec->task == LJ_UNSUPERVISED)
        return lj_fail(LJ_EDATA, "model: the family '%s' gives pixels back as bytes: leave data.images.normalise out",
                       family->info.name);
    if (spec->term_count > 0 && !family->info.reads_terms)
        return lj_fail(LJ_EDATA,
                       "model: the family '%s' does not read the terms of texts that tfidf makes: text_linear does",
                       family->info.name);
    const int reads_tokens = family->info.reads_tokens || family->info.reads_texts;
    if (spec->token_count > 0 && !reads_tokens)
        return lj_fail(LJ_EDATA, "model: the family '%s' does not read the tokens of texts that tokenise makes: "
                       "text_rnn, text_cnn and transformer do", family->info.name);
    if (spec->token_count == 0 && (family->info.reads_tokens == LJ_READS_ONLY || family->info.reads_texts))
        return lj_fail(LJ_EDATA, "model: the family '%s' reads a text, and there is none (prepare: a step tokenise)",
                       family->info.name);
    if (spec->steps > 0 && !family->info.reads_series)
        return lj_fail(LJ_EDATA, "model: the family '%s' does not read series: series_rnn, series_tcn and "
                       "series_transformer do", family->info.name);
    if (spec->steps == 0 && family->info.reads_series == LJ_READS_ONLY)
        return lj_fail(LJ_EDATA, "model: the family '%s' reads windows of a series, and there are none (data: series)",
                       family->info.name);
    if (spec->steps > 0 && (spec->number_count < 1 || spec->term_count > 0 || spec->token_count > 0 || pixels > 0))
        return lj_fail(LJ_EDATA, "model: a series has at least one number after the preparation, and no text or image");
    if (spec->steps < 0 || spec->steps > LJ_WINDOW_MAX)
        return lj_fail(LJ_EDATA, "model: expected windows of at most %d rows", LJ_WINDOW_MAX);
    if (spec->token_count > LJ_TOKENS_MAX || (spec->token_count > 0 && spec->token_size < 2))
        return lj_fail(LJ_EDATA, "model: expected at most %d tokens of a vocabulary", LJ_TOKENS_MAX);
    const lj_target_use use = family->info.target;
    if (spec->task == LJ_UNSUPERVISED && use == LJ_TARGET_NEEDED)
        return lj_fail(LJ_EDATA, "model: the family '%s' learns from a target, and there is none", family->info.name);
    if (use != LJ_TARGET_NEEDED && (spec->task != LJ_UNSUPERVISED || (spec->classes > 0 && use == LJ_TARGET_NONE)))
        return lj_fail(LJ_EDATA, "model: the family '%s' learns without a target", family->info.name);
    if (spec->task == LJ_UNSUPERVISED && (spec->classes < 0 || spec->classes > LJ_CLASSES_MAX))
        return lj_fail(LJ_EDATA, "model: expected at most %d classes, found %" PRId64, LJ_CLASSES_MAX, spec->classes);
    if (spec->task == LJ_BINARY && spec->classes != 2)
        return lj_fail(LJ_EDATA, "model: a binary target has 2 classes, found %" PRId64, spec->classes);
    if (spec->task == LJ_MULTICLASS && (spec->classes < 2 || spec->classes > LJ_CLASSES_MAX))
        return lj_fail(LJ_EDATA, "model: expected 2 to %d classes, found %" PRId64, LJ_CLASSES_MAX, spec->classes);
    for (int64_t k = 0; k < spec->category_count; k++) {
        if (spec->category_sizes[k] < 1)
            return lj_fail(LJ_EDATA, "model: category %" PRId64 " has no levels", k);
    }
    return LJ_OK;
}

/* The options as JSON with all defaults, read back: the core borrows from nobody else. */
static lj_status own_options(lj_model_core *core, const char *file, const lj_item *item, const char *const *also)
{
    const lj_family_info *info = &core->family->info;
    lj_text text = {0};
    lj_json json;
    core->options = lj_new_array(1, core->family->options_size);
    if (core->options == NULL)
        return lj_fail(LJ_ENOMEM, "model: no memory for the options of '%s'", info->name);
    LJ_TRY(lj_declare_read(file, item, info->options, info->option_count, also, core->options));
    if (core->family->check != NULL)
        LJ_TRY(core->family->check(file, core->options));
    lj_json_start(&json, &text, 1);
    lj_json_map(&json, NULL);
    lj_declare_write(&json, info->options, info->option_count, core->options);
    lj_json_end_map(&json);
    lj_status status = lj_text_finish(&text);
    if (status == LJ_OK)
        status = lj_json_parse("options", text.data, text.size, &core->options_doc);
    lj_text_free(&text);
    LJ_TRY(status);
    memset(core->options, 0, core->family->options_size);
    return lj_declare_read("options", lj_doc_root(core->options_doc), info->options, info->option_count, NULL,
                           core->options);
}

static lj_status own_views(lj_model_core *core, const uint8_t *views)
{
    const int64_t n = core->spec.number_count + core->spec.category_count;
    if (views == NULL)
        return LJ_OK;
    uint8_t *copy = lj_new_array(n, 1);
    if (copy == NULL)
        return lj_fail(LJ_ENOMEM, "model: no memory for a model of %" PRId64 " inputs", n);
    memcpy(copy, views, (size_t)n);
    core->spec.views = copy;
    return LJ_OK;
}

lj_status lj_model_core_create(const lj_family *family, const lj_model_spec *spec, const char *file,
                               const lj_item *item, const char *const *also, lj_model_core **out)
{
    *out = NULL;
    LJ_TRY(check_spec(family, spec));
    lj_model_core *core = lj_new_array(1, sizeof(*core));
    int32_t *sizes = lj_new_array(spec->category_count, sizeof(*sizes));
    if (core == NULL || sizes == NULL) {
        lj_free(core);
        lj_free(sizes);
        return lj_fail(LJ_ENOMEM, "model: no memory for a model of %" PRId64 " categories", spec->category_count);
    }
    atomic_init(&core->users, 1);
    core->family = family;
    core->spec = *spec;
    if (spec->category_count > 0)
        memcpy(sizes, spec->category_sizes, (size_t)spec->category_count * sizeof(*sizes));
    core->spec.category_sizes = sizes;
    core->spec.views = NULL;
    core->target_scale = 1.0;
    lj_status status = own_views(core, spec->views);
    if (status == LJ_OK)
        status = own_options(core, file, item, also);
    if (status != LJ_OK) {
        lj_model_core_release(core);
        return status;
    }
    *out = core;
    return LJ_OK;
}

void lj_model_core_release(lj_model_core *core)
{
    if (core == NULL || atomic_fetch_sub(&core->users, 1) > 1)
        return;
    lj_weights_destroy(core->weights);
    lj_trees_destroy(core->trees);
    lj_doc_destroy(core->options_doc);
    lj_free(core->options);
    lj_members_free(&core->members);
    lj_calibrator_free(&core->calibrator);
    lj_free((void *)core->spec.category_sizes);
    lj_free((void *)core->spec.views);
    lj_free(core);
}

lj_network lj_model_network(const lj_model_core *core)
{
    return (lj_network){.spec = &core->spec,
                        .options = core->options,
                        .bins = core->bins,
                        .token_places = core->spec.token_count,
                        .tokens = LJ_NONE,
                        .lengths = LJ_NONE,
                        .labels = LJ_NONE,
                        .pixels = LJ_NONE};
}

lj_status lj_model_check_width(const lj_model_spec *spec, const lj_rows *rows, const char *what)
{
    const int64_t pixels = lj_pixels_size(&spec->image);
    const int64_t terms = rows->terms != NULL ? rows->terms->width : 0;
    if (rows->number_count != spec->number_count || rows->category_count != spec->category_count ||
        rows->pixel_count != pixels)
        return lj_fail(LJ_ESHAPE,
                       "model: the %s rows have %" PRId64 " numbers, %" PRId64 " categories and %" PRId64
                       " pixels, expected %" PRId64 ", %" PRId64 " and %" PRId64,
                       what, rows->number_count, rows->category_count, rows->pixel_count, spec->number_count,
                       spec->category_count, pixels);
    if (rows->steps != spec->steps || (rows->lengths != NULL && !spec->padded))
        return lj_fail(LJ_ESHAPE, "model: the %s samples have windows of %s%" PRId64 " rows, expected %" PRId64, what,
                       rows->lengths != NULL ? "up to " : "", rows->steps, spec->steps);
    if (rows->token_count != spec->token_count)
        return lj_fail(LJ_ESHAPE, "model: the %s rows have %" PRId64 " tokens, expected %" PRId64, what,
                       rows->token_count, spec->token_count);
    if (rows->texts != NULL && rows->texts->n < rows->n)
        return lj_fail(LJ_ESHAPE, "model: the %s rows have %" PRId64 " texts", what, rows->texts->n);
    if (terms != spec->term_count || (rows->terms != NULL && rows->terms->n < rows->n))
        return lj_fail(LJ_ESHAPE, "model: the %s rows have %" PRId64 " terms, expected %" PRId64, what, terms,
                       spec->term_count);
    return LJ_OK;
}

/* ---- one user of it ---- */

static lj_status compile(const lj_model_core *core, int64_t batch, int64_t n_threads, lj_program **out)
{
    const lj_network network = lj_model_network(core);
    lj_graph *graph = NULL;
    LJ_TRY(lj_network_scoring(core->family, &network, &graph));
    const lj_program_options options = {.batch = batch, .n_threads = n_threads};
    const lj_status status = lj_program_compile(graph, core->weights, &options, out);
    lj_graph_destroy(graph);
    return status;
}

lj_status lj_model_of_core(lj_model_core *core, lj_model **out)
{
    *out = NULL;
    lj_model *model = lj_new_array(1, sizeof(*model));
    if (model == NULL) {
        lj_model_core_release(core);
        return lj_fail(LJ_ENOMEM, "no memory for a model");
    }
    model->core = core;
    const lj_family_info *info = &core->family->info;
    const int has_program = core->family->score == NULL && !info->grows_trees && !info->has_members;
    lj_status status = has_program ? compile(core, 1, 1, &model->one) : LJ_OK;
    for (int64_t k = 0; status == LJ_OK && k < core->members.count; k++) {
        atomic_fetch_add(&core->members.core[k]->users, 1);
        status = lj_model_of_core(core->members.core[k], &model->members[k]);
    }
    if (status != LJ_OK) {
        lj_model_destroy(model);
        return status;
    }
    *out = model;
    return LJ_OK;
}

void lj_model_destroy(lj_model *model)
{
    if (model == NULL)
        return;
    lj_program_destroy(model->one);
    lj_program_destroy(model->many);
    lj_program_destroy(model->drawing);
    for (int64_t k = 0; k < LJ_MEMBERS_MAX; k++)
        lj_model_destroy(model->members[k]);
    for (int i = 0; i < LJ_NEXT_LENGTHS; i++)
        lj_program_destroy(model->next[i]);
    lj_model_core_release(model->core);
    lj_free(model);
}

lj_status lj_model_share(lj_model *model, lj_model **out)
{
    atomic_fetch_add(&model->core->users, 1);
    return lj_model_of_core(model->core, out);
}

lj_status lj_model_need_many(lj_model *model, int64_t batch, int64_t n_threads)
{
    if (model->many != NULL && model->many_threads >= n_threads)
        return LJ_OK;
    lj_program_destroy(model->many);
    model->many = NULL;
    LJ_TRY(compile(model->core, batch, n_threads, &model->many));
    model->many_threads = n_threads;
    return LJ_OK;
}

/* Rows scored at once: few of large images. */
static int64_t batch_of(const lj_model_spec *spec)
{
    int64_t batch = LJ_MODEL_BATCH;
    while (batch > LJ_IMAGE_BATCH && batch * lj_pixels_size(&spec->image) > LJ_IMAGE_BATCH_PIXELS)
        batch /= 2;
    return batch;
}

lj_status lj_model_predict_plain(lj_model *model, const lj_rows *rows, lj_team *team, float *scores)
{
    assert(model != NULL && rows != NULL && (scores != NULL || rows->n == 0));
    const lj_model_core *core = model->core;
    const int64_t width = lj_model_width(model);
    LJ_TRY(lj_model_check_width(&core->spec, rows, "scored"));
    if (rows->texts != NULL)
        return lj_language_score(model, rows, team, scores);
    if (core->members.count > 0)
        return lj_members_predict(model, rows, team, scores);
    if (core->trees != NULL) {
        const lj_tree_rows table = lj_model_tree_rows(&core->spec, rows);
        lj_trees_score(core->trees, &table, team, scores);
    } else if (core->family->score != NULL) {
        LJ_TRY(core->family->score(&core->spec, core->weights, rows, team, scores));
    } else if (rows->n == 1) {
        LJ_TRY(lj_score_rows(model->one, 1, rows, width, NULL, scores));
    } else {
        const int64_t batch = batch_of(&core->spec);
        LJ_TRY(lj_model_need_many(model, batch, lj_team_size(team)));
        LJ_TRY(lj_score_rows(model->many, batch, rows, width, team, scores));
    }
    if (core->spec.task == LJ_REGRESSION) {
        for (int64_t i = 0; i < rows->n; i++)
            scores[i] = (float)((double)scores[i] * core->target_scale + core->target_mean);
    }
    return LJ_OK;
}

lj_status lj_model_predict(lj_model *model, const lj_rows *rows, lj_team *team, float *scores)
{
    LJ_TRY(lj_model_predict_plain(model, rows, team, scores));
    lj_calibrator_apply(&model->core->calibrator, rows->n, scores);
    return LJ_OK;
}

lj_tree_rows lj_model_tree_rows(const lj_model_spec *spec, const lj_rows *rows)
{
    return (lj_tree_rows){.n = rows->n,
                          .numbers = rows->numbers,
                          .number_count = rows->number_count,
                          .codes = rows->codes,
                          .category_count = rows->category_count,
                          .category_sizes = spec->category_sizes,
                          .target = rows->target,
                          .weight = rows->weight};
}

/* ---- what it is ---- */

const lj_family_info *lj_model_family(const lj_model *model)
{
    return &model->core->family->info;
}

const lj_model_spec *lj_model_spec_of(const lj_model *model)
{
    return &model->core->spec;
}

const lj_weights *lj_model_weights(const lj_model *model)
{
    return model->core->weights;
}

const lj_trees *lj_model_trees(const lj_model *model)
{
    return model->core->trees;
}

lj_learned lj_model_learned(const lj_model *model)
{
    const lj_model_core *core = model->core;
    lj_learned learned = {.weights = core->weights, .trees = core->trees};
    for (int64_t k = 0; k < core->members.count; k++)
        if (core->members.core[k]->trees != NULL)
            learned.trees = core->members.core[k]->trees;
    return learned;
}

int64_t lj_model_size(const lj_model *model)
{
    const lj_learned learned = lj_model_learned(model);
    return lj_weights_elements(learned.weights) + (learned.trees != NULL ? lj_trees_leaves(learned.trees) : 0);
}

lj_status lj_model_sha256(const lj_model *model, char hex[65])
{
    const lj_learned learned = lj_model_learned(model);
    return lj_learned_sha256(&learned, hex);
}

int64_t lj_model_nats(const lj_model *model)
{
    const lj_model_spec *spec = &model->core->spec;
    if (!model->core->family->info.in_nats)
        return 0;
    if (model->core->family->info.reads_texts)
        return 1; /* already by token */
    return spec->number_count + spec->category_count + lj_pixels_size(&spec->image);
}

int64_t lj_model_width(const lj_model *model)
{
    return lj_network_outputs(&model->core->spec);
}

double lj_score_value(lj_task task, float score)
{
    double p = (double)score;
    if (task != LJ_BINARY && task != LJ_MULTICLASS)
        return p;
    p = p < PROBABILITY_MIN ? PROBABILITY_MIN : p > 1.0 - PROBABILITY_MIN ? 1.0 - PROBABILITY_MIN : p;
    return task == LJ_BINARY ? lj_log_d(p / (1.0 - p)) : lj_log_d(p);
}

void lj_model_unit(const lj_model *model, double *mean, double *scale)
{
    *mean = model->core->target_mean;
    *scale = model->core->target_scale;
}

lj_status lj_model_linear(const lj_model *model, lj_linear_model *out)
{
    const lj_model_core *core = model->core;
    if (!core->family->info.adds_up)
        return lj_fail(LJ_EUNSUPPORTED, "the family '%s' is not linear", core->family->info.name);
    *out = (lj_linear_model){.outputs = lj_network_outputs(&core->spec),
                             .weight = lj_weights_find(core->weights, "linear.weight")->data,
                             .bias = lj_weights_find(core->weights, "linear.bias")->data};
    return LJ_OK;
}
