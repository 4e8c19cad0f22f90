/* From rows of a table to scores: preparation, then the model, in chunks of bounded memory. */
#include <assert.h>
#include <math.h>

#include "lianjin/bundle.h"
#include "lianjin/images.h"
#include "lianjin/scorecard.h"

enum { CHUNK_ROWS = 4096 };

/* Samples of a series: their windows share the prepared rows. */
static lj_status score_series(const lj_prep *prep, lj_model *model, const lj_frame *frame, lj_team *team,
                              lj_prep_counts *counts, float *scores)
{
    const int64_t n = lj_frame_row_count(frame), width = lj_model_width(model);
    lj_series series = {0};
    int32_t *groups = NULL;
    LJ_TRY(lj_series_make(frame, lj_prep_series(prep), &series));
    lj_status status = lj_prep_groups(prep, frame, &groups);
    float *numbers = lj_new_array(n * lj_prep_number_count(prep), sizeof(*numbers));
    int32_t *codes = lj_new_array(n * lj_prep_category_count(prep), sizeof(*codes));
    float *answers = lj_new_array(series.n * width, sizeof(*answers));
    if (status == LJ_OK && (numbers == NULL || codes == NULL || answers == NULL))
        status = lj_fail(LJ_ENOMEM, "no memory to score %lld rows", (long long)n);
    if (status == LJ_OK)
        status = lj_prep_apply(prep, frame, 0, n, numbers, codes, counts);
    const lj_rows rows = {.n = series.n,
                          .numbers = numbers,
                          .number_count = lj_prep_number_count(prep),
                          .codes = codes,
                          .category_count = lj_prep_category_count(prep),
                          .steps = lj_prep_series(prep)->window,
                          .last = series.last,
                          .lengths = series.lengths,
                          .stored = n};
    if (status == LJ_OK)
        status = lj_model_predict(model, &rows, team, answers);
    for (int64_t i = 0; status == LJ_OK && i < n * width; i++)
        scores[i] = NAN;
    for (int64_t i = 0; status == LJ_OK && i < series.n; i++)
        for (int64_t k = 0; k < width; k++) /* only the one number of a regression is scaled */
            scores[series.last[i] * width + k] =
                lj_prep_unscale_target(prep, groups, series.last[i], answers[i * width + k]);
    lj_free(numbers);
    lj_free(codes);
    lj_free(answers);
    lj_free(groups);
    lj_series_free(&series);
    return status;
}

lj_status lj_score_frame(const lj_prep *prep, lj_model *model, const lj_frame *frame, lj_team *team,
                         lj_prep_counts *counts, float *scores)
{
    assert(prep != NULL && model != NULL && frame != NULL && scores != NULL);
    if (lj_prep_series(prep) != NULL)
        return score_series(prep, model, frame, team, counts, scores);
    const lj_pixels *pixels = lj_frame_pixels(frame);
    const int64_t pixel_count = lj_pixels_size(lj_prep_image(prep));
    const int64_t n = lj_frame_row_count(frame);
    const int64_t chunk = n < CHUNK_ROWS ? n : CHUNK_ROWS;
    const int64_t n_numbers = lj_prep_number_count(prep);
    const int64_t n_codes = lj_prep_category_count(prep);
    const int64_t width = lj_model_width(model);
    lj_status status = LJ_OK;
    lj_sparse terms = {0};
    float *numbers = lj_new_array(chunk * n_numbers, sizeof(*numbers));
    int32_t *codes = lj_new_array(chunk * n_codes, sizeof(*codes));
    const int64_t n_tokens = lj_prep_token_count(prep);
    const int reads_texts = lj_model_family(model)->reads_texts;
    lj_texts texts = {0};
    int32_t *tokens = lj_new_array(reads_texts ? 0 : chunk * n_tokens, sizeof(*tokens));
    if (lj_pixels_size(pixels) != pixel_count && pixel_count > 0)
        status = lj_fail(LJ_EDATA, "expected images of %lld bytes, found %lld", (long long)pixel_count,
                         (long long)lj_pixels_size(pixels));
    if (numbers == NULL || codes == NULL || tokens == NULL)
        status = lj_fail(LJ_ENOMEM, "no memory to score %lld rows", (long long)chunk);

    if (status == LJ_OK)
        status = lj_decoder_need(lj_frame_decoder(frame), NULL, n, team);
    for (int64_t begin = 0; status == LJ_OK && begin < n; begin += chunk) {
        const int64_t end = begin + chunk < n ? begin + chunk : n;
        status = lj_prep_apply(prep, frame, begin, end, numbers, codes, counts);
        if (status == LJ_OK && lj_prep_term_count(prep) > 0)
            status = lj_prep_apply_terms(prep, frame, begin, end, &terms, counts);
        if (status == LJ_OK && reads_texts)
            status = lj_prep_apply_texts(prep, frame, begin, end, &texts, counts);
        else if (status == LJ_OK && n_tokens > 0)
            status = lj_prep_apply_tokens(prep, frame, begin, end, tokens, counts);
        lj_rows rows = {.n = end - begin,
                        .numbers = numbers,
                        .number_count = n_numbers,
                        .codes = codes,
                        .category_count = n_codes,
                        .tokens = reads_texts ? NULL : tokens,
                        .token_count = n_tokens,
                        .texts = reads_texts ? &texts : NULL,
                        .terms = lj_prep_term_count(prep) > 0 ? &terms : NULL};
        if (pixel_count > 0) {
            rows.pixels = pixels->bytes + begin * pixel_count;
            rows.pixel_count = pixel_count;
        }
        if (status == LJ_OK)
            status = lj_model_predict(model, &rows, team, scores + begin * width);
    }
    lj_free(numbers);
    lj_free(codes);
    lj_free(tokens);
    lj_sparse_free(&terms);
    lj_texts_free(&texts);
    return status;
}

lj_status lj_bundle_score(lj_bundle *bundle, const lj_frame *frame, lj_team *team, lj_prep_counts *counts,
                          float *scores)
{
    return lj_score_frame(lj_bundle_prep(bundle), lj_bundle_model(bundle), frame, team, counts, scores);
}

lj_status lj_bundle_points(lj_bundle *bundle, const lj_frame *frame, int64_t *points)
{
    const lj_prep *prep = lj_bundle_prep(bundle);
    const int64_t n = lj_frame_row_count(frame), width = lj_prep_number_count(prep);
    lj_scorecard card;
    LJ_TRY(lj_scorecard_of(lj_bundle_model(bundle), &card));
    float *numbers = lj_new_array(n * width, sizeof(*numbers));
    if (numbers == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the points of %lld rows", (long long)n);
    const lj_status status = lj_prep_apply(prep, frame, 0, n, numbers, NULL, NULL);
    for (int64_t i = 0; status == LJ_OK && i < n; i++)
        points[i] = lj_scorecard_score(&card, numbers + i * width);
    lj_free(numbers);
    return status;
}
