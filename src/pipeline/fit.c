/* One split: preparation on the training rows, the model, and the scores of all rows. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "lianjin/file.h"
#include "lianjin/images.h"
#include "pipeline/pipeline.h"

/* The prepared rows of one part, gathered. */
typedef struct gathered {
    int64_t *index;
    float *numbers;
    int32_t *codes, *tokens, *lengths;
    double *target;
    lj_sparse terms;
    lj_texts texts;
    lj_rows rows;
} gathered;

static void free_gathered(gathered *g)
{
    lj_free(g->index);
    lj_free(g->numbers);
    lj_free(g->codes);
    lj_free(g->tokens);
    lj_free(g->lengths);
    lj_free(g->target);
    lj_sparse_free(&g->terms);
    lj_texts_free(&g->texts);
}

/* Samples of a series share the prepared rows of the whole table. */
static lj_status gather_series(const lj_fit_request *request, const lj_fit *fitted, lj_part part, gathered *g)
{
    const lj_table *table = request->table;
    const lj_series *series = &table->series;
    int64_t n = 0, sample = 0;
    LJ_TRY(lj_parts_rows(request->parts, series->row_count, part, &g->index, &n));
    g->target = lj_new_array(n, sizeof(*g->target));
    g->lengths = series->lengths != NULL ? lj_new_array(n, sizeof(*g->lengths)) : NULL;
    if (g->target == NULL || (series->lengths != NULL && g->lengths == NULL))
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " samples", n);
    for (int64_t i = 0; i < n; i++) {
        g->target[i] = lj_prep_scale_target(fitted->prep, fitted->groups, g->index[i], table->values[g->index[i]]);
        while (series->last[sample] != g->index[i])
            sample++;
        if (g->lengths != NULL)
            g->lengths[i] = series->lengths[sample];
    }
    lj_row_views none;
    g->rows = lj_fit_rows(fitted, 0, 0, &none);
    g->rows.n = n;
    g->rows.last = g->index;
    g->rows.lengths = g->lengths;
    g->rows.target = g->target;
    return LJ_OK;
}

static lj_status gather(const lj_fit_request *request, const lj_fit *fitted, lj_part part, gathered *g)
{
    const lj_table *table = request->table;
    const int64_t n_numbers = lj_prep_number_count(fitted->prep);
    const int64_t n_codes = lj_prep_category_count(fitted->prep);
    const int64_t n_tokens = lj_prep_token_count(fitted->prep);
    const lj_pixels *pixels = lj_frame_pixels(table->frame);
    const int64_t n_pixels = lj_pixels_size(pixels);
    int64_t n = 0;
    if (table->series_options.window > 0)
        return gather_series(request, fitted, part, g);
    LJ_TRY(lj_parts_rows(request->parts, lj_frame_row_count(table->frame), part, &g->index, &n));
    g->numbers = lj_new_array(n * n_numbers, sizeof(*g->numbers));
    g->codes = lj_new_array(n * n_codes, sizeof(*g->codes));
    g->tokens = lj_new_array(fitted->tokens != NULL ? n * n_tokens : 0, sizeof(*g->tokens));
    g->target = lj_new_array(n, sizeof(*g->target));
    if (g->numbers == NULL || g->codes == NULL || g->tokens == NULL || g->target == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " prepared rows", n);
    for (int64_t i = 0; i < n; i++) {
        const int64_t row = g->index[i];
        memcpy(g->numbers + i * n_numbers, fitted->numbers + row * n_numbers, (size_t)n_numbers * sizeof(float));
        if (n_codes > 0)
            memcpy(g->codes + i * n_codes, fitted->codes + row * n_codes, (size_t)n_codes * sizeof(int32_t));
        if (fitted->tokens != NULL && n_tokens > 0)
            memcpy(g->tokens + i * n_tokens, fitted->tokens + row * n_tokens, (size_t)n_tokens * sizeof(int32_t));
        g->target[i] = table->values[row];
    }
    const int has_terms = lj_prep_term_count(fitted->prep) > 0;
    g->terms.width = fitted->terms.width;
    if (has_terms)
        LJ_TRY(lj_sparse_take(&fitted->terms, g->index, n, &g->terms));
    if (fitted->texts.n > 0)
        LJ_TRY(lj_texts_take(&fitted->texts, g->index, n, &g->texts));
    g->rows = (lj_rows){.n = n,
                        .numbers = g->numbers,
                        .number_count = n_numbers,
                        .codes = g->codes,
                        .category_count = n_codes,
                        .tokens = g->texts.n > 0 ? NULL : g->tokens,
                        .token_count = n_tokens,
                        .texts = g->texts.n > 0 ? &g->texts : NULL,
                        .terms = has_terms ? &g->terms : NULL,
                        .pixels = pixels != NULL ? pixels->bytes : NULL, /* images are not copied */
                        .pixel_row = pixels != NULL ? g->index : NULL,
                        .pixel_count = n_pixels,
                        .decoder = lj_frame_decoder(table->frame),
                        .image = pixels != NULL ? *pixels : (lj_pixels){0},
                        .target = g->target};
    return LJ_OK;
}

lj_status lj_fit_prepare(const lj_fit_request *request, lj_fit *fitted)
{
    const lj_pipeline *p = request->pipeline;
    const lj_table *table = request->table;
    const int64_t n = lj_frame_row_count(table->frame);
    const lj_family_info *family = NULL;
    fitted->pixels = lj_frame_pixels(table->frame);
    fitted->series = table->series_options.window > 0 ? &table->series : NULL;
    int64_t *train = NULL;
    int64_t n_train = 0;
    LJ_TRY(lj_family_find(p->family, &family));
    LJ_TRY(lj_parts_rows(request->parts, n, LJ_PART_TRAIN, &train, &n_train));
    const lj_prep_options options = {.features = table->features,
                                     .feature_count = table->feature_count,
                                     .target = table->target.column,
                                     .steps = p->top.prepare,
                                     .file = p->file,
                                     .style = family->style,
                                     .series = fitted->series != NULL ? &table->series_options : NULL,
                                     .binary_target = table->target.task == LJ_BINARY ? table->values : NULL,
                                     .target_values = table->target.task == LJ_REGRESSION ? table->values : NULL,
                                     .seed = request->seed};
    lj_status status = LJ_OK;
    if (fitted->pixels != NULL && fitted->pixels->normalise) /* statistics of all training images */
        status = lj_decoder_finish(lj_frame_decoder(table->frame), train, n_train, request->team, request->console);
    if (status == LJ_OK)
        status = lj_prep_fit(table->frame, table->schema, train, n_train, &options,
                                         request->console, &fitted->prep);
    lj_free(train);
    if (status != LJ_OK)
        return status;
    LJ_TRY(lj_prep_groups(fitted->prep, table->frame, &fitted->groups));
    fitted->numbers = lj_new_array(n * lj_prep_number_count(fitted->prep), sizeof(*fitted->numbers));
    fitted->codes = lj_new_array(n * lj_prep_category_count(fitted->prep), sizeof(*fitted->codes));
    if (!family->reads_texts)
        fitted->tokens = lj_new_array(n * lj_prep_token_count(fitted->prep), sizeof(*fitted->tokens));
    if (fitted->numbers == NULL || fitted->codes == NULL || (fitted->tokens == NULL && !family->reads_texts))
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " prepared rows", n);
    LJ_TRY(lj_prep_apply(fitted->prep, table->frame, 0, n, fitted->numbers, fitted->codes, NULL));
    if (lj_prep_token_count(fitted->prep) > 0 && family->reads_texts)
        LJ_TRY(lj_prep_apply_texts(fitted->prep, table->frame, 0, n, &fitted->texts, NULL));
    else if (lj_prep_token_count(fitted->prep) > 0)
        LJ_TRY(lj_prep_apply_tokens(fitted->prep, table->frame, 0, n, fitted->tokens, NULL));
    if (lj_prep_term_count(fitted->prep) == 0)
        return LJ_OK;
    return lj_prep_apply_terms(fitted->prep, table->frame, 0, n, &fitted->terms, NULL);
}

/* sizes [category_count], names and views [number_count + category_count] */
static lj_model_spec spec_of(const lj_table *table, const lj_prep *prep, const int32_t *sizes,
                             const char *const *names, const uint8_t *views)
{
    const lj_pixels *image = lj_prep_image(prep);
    return (lj_model_spec){.image = image != NULL ? *image : (lj_pixels){0},
                           .task = table->target.task,
                           .classes = table->target.classes,
                           .number_count = lj_prep_number_count(prep),
                           .category_count = lj_prep_category_count(prep),
                           .category_sizes = sizes,
                           .term_count = lj_prep_term_count(prep),
                           .token_count = lj_prep_token_count(prep),
                           .token_size = lj_prep_token_size(prep),
                           .steps = table->series_options.window,
                           .padded = table->series_options.pad,
                           .views = views,
                           .names = names};
}

/* Sizes of the categories, and names and views of all inputs; the caller's to free, also on failure. */
static lj_status list_inputs(const lj_prep *prep, int32_t **sizes, const char ***names, uint8_t **views)
{
    const int64_t n_numbers = lj_prep_number_count(prep), n_codes = lj_prep_category_count(prep);
    *sizes = lj_new_array(n_codes, sizeof(**sizes));
    *names = lj_new_array(n_numbers + n_codes, sizeof(**names));
    *views = lj_new_array(n_numbers + n_codes, sizeof(**views));
    if (*sizes == NULL || *names == NULL || *views == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " categories", n_codes);
    for (int64_t i = 0; i < n_numbers; i++) {
        (*names)[i] = lj_prep_number_name(prep, i);
        (*views)[i] = (uint8_t)lj_prep_number_view(prep, i);
    }
    for (int64_t i = 0; i < n_codes; i++) {
        (*sizes)[i] = lj_prep_category_size(prep, i);
        (*names)[n_numbers + i] = lj_prep_category_name(prep, i);
        (*views)[n_numbers + i] = (uint8_t)lj_prep_category_view(prep, i);
    }
    return LJ_OK;
}

lj_status lj_fit_model(const lj_fit_request *request, lj_fit *fitted)
{
    const lj_pipeline *p = request->pipeline;
    const lj_table *table = request->table;
    lj_status status = LJ_OK;
    gathered train = {0};
    gathered valid = {0};
    char *history = NULL;
    char *checkpoint = NULL;
    int32_t *sizes = NULL;
    const char **names = NULL;
    uint8_t *views = NULL;
    const lj_family_info *family = NULL;
    LJ_TRY(lj_family_find(p->family, &family));
    LJ_TRY_DONE(list_inputs(fitted->prep, &sizes, &names, &views));
    if (request->work != NULL) {
        history = lj_path_join(request->work, "history.csv");
        checkpoint = lj_path_join(request->work, "checkpoint");
        if (history == NULL || checkpoint == NULL) {
            status = lj_fail(LJ_ENOMEM, "no memory for a path");
            goto done;
        }
    }
    const lj_model_spec spec = spec_of(table, fitted->prep, sizes, names, family->has_members ? views : NULL);
    lj_samples samples = {.prep = fitted->prep,
                          .target = &table->target,
                          .name = p->top.name,
                          .folder = request->samples,
                          .seed = request->seed,
                          .team = request->team};
    lj_fit_options options = lj_pipeline_fit_options(p);
    options.seed = request->seed;
    options.checkpoint = checkpoint;
    options.history = history;
    options.resume = request->resume;
    options.sample = request->samples != NULL ? lj_samples_write : NULL;
    options.sample_context = &samples;
    LJ_TRY_DONE(gather(request, fitted, LJ_PART_TRAIN, &train));
    LJ_TRY_DONE(gather(request, fitted, LJ_PART_VALID, &valid));
    status = lj_model_fit(&options, &spec, &train.rows, &valid.rows, request->team, request->console, &fitted->train,
                          &fitted->model);
    if (status == LJ_OK && fitted->train.interrupted)
        status = lj_fail(LJ_EINTERRUPTED,
                         "interrupted after %" PRId64 " steps; the checkpoint is in %s: go on with --resume",
                         fitted->train.steps, request->work != NULL ? request->work : "no folder");
done:
    free_gathered(&valid);
    free_gathered(&train);
    lj_free(checkpoint);
    lj_free(history);
    lj_free(names);
    lj_free(views);
    lj_free(sizes);
    return status;
}

lj_rows lj_fit_rows(const lj_fit *fitted, int64_t begin, int64_t n, lj_row_views *views)
{
    const int64_t n_numbers = lj_prep_number_count(fitted->prep), n_codes = lj_prep_category_count(fitted->prep);
    const int has_terms = lj_prep_term_count(fitted->prep) > 0;
    const int64_t n_tokens = lj_prep_token_count(fitted->prep);
    const lj_series *series = fitted->series;
    if (series != NULL)
        return (lj_rows){.n = n,
                         .numbers = fitted->numbers,
                         .number_count = n_numbers,
                         .codes = fitted->codes,
                         .category_count = n_codes,
                         .steps = lj_prep_series(fitted->prep)->window,
                         .last = series->last + begin,
                         .lengths = series->lengths != NULL ? series->lengths + begin : NULL,
                         .stored = series->row_count};
    const int has_texts = fitted->texts.n > 0;
    *views = (lj_row_views){.terms = fitted->terms, .texts = fitted->texts};
    views->terms.n = views->texts.n = n;
    views->terms.begin = has_terms ? fitted->terms.begin + begin : NULL;
    views->texts.begin = has_texts ? fitted->texts.begin + begin : NULL;
    const int64_t n_pixels = lj_pixels_size(fitted->pixels);
    return (lj_rows){.n = n,
                     .numbers = fitted->numbers + begin * n_numbers,
                     .number_count = n_numbers,
                     .codes = fitted->codes + begin * n_codes,
                     .category_count = n_codes,
                     .tokens = fitted->tokens != NULL ? fitted->tokens + begin * n_tokens : NULL,
                     .token_count = n_tokens,
                     .texts = has_texts ? &views->texts : NULL,
                     .terms = has_terms ? &views->terms : NULL,
                     .pixels = n_pixels > 0 ? fitted->pixels->bytes + begin * n_pixels : NULL,
                     .pixel_count = n_pixels};
}

int64_t lj_fit_sample_count(const lj_table *table)
{
    return table->series_options.window > 0 ? table->series.n : lj_frame_row_count(table->frame);
}

/* Scores of samples, at the head of the array, to their rows; the last first, so that none is overwritten. */
static void spread_scores(const lj_series *series, int64_t width, float *scores)
{
    int64_t sample = series->n - 1;
    for (int64_t row = series->row_count - 1; row >= 0; row--) {
        const int is_sample = sample >= 0 && series->last[sample] == row;
        for (int64_t k = width - 1; k >= 0; k--)
            scores[row * width + k] = is_sample ? scores[sample * width + k] : NAN;
        sample -= is_sample;
    }
}

static lj_status score_all(const lj_fit_request *request, lj_fit *fitted)
{
    const int64_t n = lj_frame_row_count(request->table->frame), width = lj_model_width(fitted->model);
    fitted->scores = lj_new_array(n * width, sizeof(*fitted->scores));
    if (fitted->scores == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the scores of %" PRId64 " rows", n);
    lj_row_views views;
    const lj_rows rows = lj_fit_rows(fitted, 0, lj_fit_sample_count(request->table), &views);
    LJ_TRY(lj_decoder_finish(lj_frame_decoder(request->table->frame), NULL, n, request->team, request->console));
    LJ_TRY(lj_model_predict(fitted->model, &rows, request->team, fitted->scores));
    if (fitted->series != NULL)
        spread_scores(fitted->series, width, fitted->scores);
    for (int64_t row = 0; fitted->groups != NULL && request->table->target.task == LJ_REGRESSION && row < n; row++)
        fitted->scores[row] = lj_prep_unscale_target(fitted->prep, fitted->groups, row, fitted->scores[row]);
    return LJ_OK;
}

/* A model that was fitted once more with the valid rows is judged there by what it was before. */
static lj_status judge_valid(const lj_fit_request *request, lj_fit *fitted)
{
    const int64_t n = lj_frame_row_count(request->table->frame), width = lj_model_width(fitted->model);
    int64_t *rows = NULL, n_valid = 0;
    fitted->judged = fitted->scores;
    if (fitted->train.valid_scores == NULL)
        return LJ_OK;
    LJ_TRY(lj_parts_rows(request->parts, n, LJ_PART_VALID, &rows, &n_valid));
    float *judged = lj_new_array(n * width, sizeof(*judged));
    if (judged != NULL) {
        memcpy(judged, fitted->scores, (size_t)(n * width) * sizeof(*judged));
        for (int64_t i = 0; i < n_valid; i++)
            memcpy(judged + rows[i] * width, fitted->train.valid_scores + i * width, (size_t)width * sizeof(*judged));
        fitted->judged = judged;
    }
    lj_free(rows);
    return judged != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "no memory for the scores of %" PRId64 " rows", n);
}

/* The parts as the fit sees them: *joined, owned, if the family wants train and valid as one; NULL else. */
static lj_status join_parts(const lj_fit_request *request, uint8_t **joined)
{
    const lj_fit_options options = lj_pipeline_fit_options(request->pipeline);
    const int64_t n = lj_frame_row_count(request->table->frame);
    int joins = 0;
    *joined = NULL;
    LJ_TRY(lj_model_joins(&options, &joins));
    if (!joins)
        return LJ_OK;
    lj_note(request->console,
            "train and valid are fitted as one part: figures of valid say no more than those of train");
    *joined = lj_new_array(n, sizeof(**joined));
    if (*joined == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the parts of %" PRId64 " rows", n);
    for (int64_t row = 0; row < n; row++)
        (*joined)[row] = request->parts[row] == LJ_PART_VALID ? LJ_PART_TRAIN : request->parts[row];
    return LJ_OK;
}

lj_status lj_fit_split(const lj_fit_request *request, lj_fit *fitted)
{
    uint8_t *joined = NULL;
    memset(fitted, 0, sizeof(*fitted));
    const double begin = lj_seconds();
    LJ_TRY(join_parts(request, &joined));
    lj_fit_request seen = *request;
    seen.parts = joined != NULL ? joined : request->parts;
    lj_status status = lj_fit_prepare(&seen, fitted);
    const double prepared = lj_seconds();
    fitted->prepare_seconds = prepared - begin;
    if (status == LJ_OK)
        status = lj_fit_model(&seen, fitted);
    lj_free(joined);
    if (status != LJ_OK)
        return status;
    const double trained = lj_seconds();
    fitted->train_seconds = trained - prepared;
    LJ_TRY(score_all(request, fitted));
    LJ_TRY(judge_valid(request, fitted));
    fitted->score_seconds = lj_seconds() - trained;
    return LJ_OK;
}

lj_status lj_fit_predict(const lj_fit_request *request, const lj_fit *fitted, lj_part part, lj_predictions *out)
{
    const lj_target *target = &request->table->target;
    gathered g = {0};
    memset(out, 0, sizeof(*out));
    lj_status status = gather(request, fitted, part, &g);
    if (status == LJ_OK)
        status = lj_decoder_need(lj_frame_decoder(request->table->frame), g.index, g.rows.n, request->team);
    float *scores = status == LJ_OK ? lj_new_array(g.rows.n * lj_model_width(fitted->model), sizeof(*scores)) : NULL;
    if (status == LJ_OK)
        status = scores == NULL ? lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " predictions", g.rows.n) :
                                  lj_model_predict(fitted->model, &g.rows, request->team, scores);
    if (status == LJ_OK) {
        *out = (lj_predictions){.task = target->task,
                                .n = g.rows.n,
                                .classes = target->classes,
                                .score = scores,
                                .target = g.target,
                                .values = lj_model_nats(fitted->model)};
        scores = NULL;
        g.target = NULL;
    }
    lj_free(scores);
    free_gathered(&g);
    return status;
}

void lj_fit_drop_model(lj_fit *fitted)
{
    lj_model_destroy(fitted->model);
    lj_free(fitted->train.valid_scores);
    lj_free(fitted->train.epochs);
    fitted->model = NULL;
    fitted->train = (lj_train_result){0};
}

void lj_fit_free(lj_fit *fitted)
{
    if (fitted->judged != fitted->scores)
        lj_free(fitted->judged);
    lj_free(fitted->scores);
    lj_free(fitted->train.valid_scores);
    lj_free(fitted->groups);
    lj_free(fitted->numbers);
    lj_free(fitted->codes);
    lj_free(fitted->tokens);
    lj_texts_free(&fitted->texts);
    lj_sparse_free(&fitted->terms);
    lj_free(fitted->train.epochs);
    lj_model_destroy(fitted->model);
    lj_prep_destroy(fitted->prep);
    memset(fitted, 0, sizeof(*fitted));
}

lj_status lj_part_predictions(const lj_table *table, const lj_model *model, const float *scores, const uint8_t *parts,
                              lj_part part, lj_predictions *out)
{
    const int64_t width = lj_model_width(model);
    const int64_t n = lj_frame_row_count(table->frame);
    int64_t *rows = NULL;
    int64_t count = 0;
    memset(out, 0, sizeof(*out));
    LJ_TRY(lj_parts_rows(parts, n, part, &rows, &count));
    float *score = lj_new_array(count * width, sizeof(*score));
    double *target = lj_new_array(count, sizeof(*target));
    double *naive = table->naive != NULL ? lj_new_array(count, sizeof(*naive)) : NULL;
    if (score == NULL || target == NULL || (table->naive != NULL && naive == NULL)) {
        lj_free(rows);
        lj_free(score);
        lj_free(target);
        lj_free(naive);
        return lj_fail(LJ_ENOMEM, "no memory for %" PRId64 " predictions", count);
    }
    for (int64_t i = 0; i < count; i++) {
        memcpy(score + i * width, scores + rows[i] * width, (size_t)width * sizeof(*score));
        target[i] = table->values[rows[i]];
        if (naive != NULL)
            naive[i] = table->naive[rows[i]];
    }
    lj_free(rows);
    *out = (lj_predictions){.task = table->target.task,
                            .n = count,
                            .classes = table->target.classes,
                            .score = score,
                            .target = target,
                            .values = lj_model_nats(model),
                            .naive = naive};
    return LJ_OK;
}

void lj_predictions_free(lj_predictions *predictions)
{
    /* The arrays are ours (lj_part_predictions); the struct's const is for readers. */
    lj_free((void *)(uintptr_t)predictions->score);
    lj_free((void *)(uintptr_t)predictions->target);
    lj_free((void *)(uintptr_t)predictions->naive);
    memset(predictions, 0, sizeof(*predictions));
}

lj_status lj_scores_sha256(const float *scores, int64_t count, char hex[LJ_SHA256_HEX])
{
    lj_sha256 *hash = NULL;
    lj_status status = lj_sha256_create(&hash);
    for (int64_t begin = 0, end = 0; status == LJ_OK && begin < count; begin = end + 1) {
        end = begin;
        while (end < count && !isnan(scores[end]))
            end++;
        status = lj_sha256_update(hash, scores + begin, (size_t)(end - begin) * sizeof(*scores));
    }
    if (status == LJ_OK)
        status = lj_sha256_finish(hash, hex);
    lj_sha256_destroy(hash);
    return status;
}
