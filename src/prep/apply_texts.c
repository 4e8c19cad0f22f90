/* The sparse rows and tokens of a preparation: one text goes through the same code alone and in a table. */
#include <assert.h>

#include "prep/prep.h"

static const lj_column *bind_text(const lj_prep_feature *feature, const lj_frame *frame, lj_status *status)
{
    const lj_column *column = NULL;
    *status = lj_frame_need(frame, feature->name, &column);
    if (*status == LJ_OK && column->type != LJ_COLUMN_TEXT)
        *status = lj_fail(LJ_EDATA, "column '%s': expected text as in training, found %s", feature->name,
                          lj_column_type_name(column->type));
    return column;
}

/* A text that is not empty, of which nothing is known. */
static void count_unseen(lj_prep_counts *counts, int64_t feature, const char *text, int is_known)
{
    if (counts != NULL && counts->unseen != NULL && text != NULL && text[0] != '\0' && !is_known)
        counts->unseen[feature]++;
}

static lj_status apply_rows(const lj_prep *prep, const lj_column *const *columns, int64_t begin, int64_t end,
                            lj_term_scratch *scratch, lj_sparse *out, lj_prep_counts *counts)
{
    for (int64_t row = begin; row < end; row++) {
        int64_t count = 0;
        for (int64_t i = 0; i < prep->feature_count; i++) {
            const lj_prep_feature *f = &prep->features[i];
            if (f->terms == NULL)
                continue;
            const char *text = lj_column_word(columns[i], row);
            const int64_t before = count;
            LJ_TRY(lj_vectoriser_apply(f->terms, text, f->term_begin, scratch, out, &count));
            count_unseen(counts, i, text, count > before);
        }
        LJ_TRY(lj_sparse_add_row(out, count));
    }
    return LJ_OK;
}

lj_status lj_prep_apply_terms(const lj_prep *prep, const lj_frame *frame, int64_t begin, int64_t end, lj_sparse *out,
                              lj_prep_counts *counts)
{
    assert(begin >= 0 && begin <= end && end <= lj_frame_row_count(frame));
    lj_status status = LJ_OK;
    lj_term_scratch scratch = {0};
    out->width = prep->term_count;
    lj_sparse_clear(out);
    const lj_column **columns = lj_new_array(prep->feature_count, sizeof(const lj_column *));
    if (columns == NULL)
        return lj_fail(LJ_ENOMEM, "no memory to prepare texts");
    for (int64_t i = 0; i < prep->feature_count && status == LJ_OK; i++) {
        if (prep->features[i].terms != NULL)
            columns[i] = bind_text(&prep->features[i], frame, &status);
    }
    if (status == LJ_OK)
        status = apply_rows(prep, columns, begin, end, &scratch, out, counts);
    lj_term_scratch_free(&scratch);
    lj_free(columns);
    return status;
}

lj_status lj_prep_apply_record_terms(const lj_prep *prep, const lj_cell *cells, lj_sparse *out)
{
    lj_term_scratch scratch = {0};
    lj_status status = LJ_OK;
    int64_t count = 0;
    out->width = prep->term_count;
    for (int64_t i = 0; i < prep->feature_count && status == LJ_OK; i++) {
        const lj_prep_feature *f = &prep->features[i];
        if (f->terms != NULL)
            status = lj_vectoriser_apply(f->terms, cells[i].missing ? NULL : cells[i].text, f->term_begin, &scratch,
                                         out, &count);
    }
    if (status == LJ_OK)
        status = lj_sparse_add_row(out, count);
    lj_term_scratch_free(&scratch);
    return status;
}

lj_status lj_prep_apply_tokens(const lj_prep *prep, const lj_frame *frame, int64_t begin, int64_t end, int32_t *tokens,
                               lj_prep_counts *counts)
{
    assert(begin >= 0 && begin <= end && end <= lj_frame_row_count(frame) && prep->text != NULL);
    const lj_tokeniser *t = prep->text->tokens;
    lj_term_scratch scratch = {0};
    lj_status status = LJ_OK;
    const lj_column *column = bind_text(prep->text, frame, &status);
    for (int64_t row = begin; status == LJ_OK && row < end; row++) {
        const char *text = lj_column_word(column, row);
        int32_t *codes = tokens + (row - begin) * t->length;
        int is_known = 0;
        status = lj_tokeniser_apply(t, text, &scratch, codes);
        for (int64_t i = 0; i < t->length && !is_known; i++)
            is_known = codes[i] >= LJ_CODE_FIRST;
        count_unseen(counts, lj_prep_token_feature(prep), text, is_known);
    }
    lj_term_scratch_free(&scratch);
    return status;
}

static lj_status add_text(const lj_tokeniser *tokeniser, const char *text, lj_term_scratch *scratch, lj_texts *out)
{
    const int32_t *codes = NULL;
    int64_t count = 0;
    LJ_TRY(lj_tokeniser_cut(tokeniser, text, scratch, &codes, &count));
    return lj_texts_add(out, codes, count);
}

lj_status lj_prep_apply_texts(const lj_prep *prep, const lj_frame *frame, int64_t begin, int64_t end, lj_texts *out,
                              lj_prep_counts *counts)
{
    assert(begin >= 0 && begin <= end && end <= lj_frame_row_count(frame) && prep->text != NULL);
    lj_term_scratch scratch = {0};
    lj_status status = LJ_OK;
    const lj_column *column = bind_text(prep->text, frame, &status);
    lj_texts_clear(out);
    for (int64_t row = begin; status == LJ_OK && row < end; row++) {
        const char *text = lj_column_word(column, row);
        status = add_text(prep->text->tokens, text, &scratch, out);
        int is_known = 0;
        for (int64_t i = 0; status == LJ_OK && i < scratch.hit_count && !is_known; i++)
            is_known = scratch.hits[i] >= LJ_CODE_FIRST;
        count_unseen(counts, lj_prep_token_feature(prep), text, is_known);
    }
    lj_term_scratch_free(&scratch);
    return status;
}

lj_status lj_prep_encode_text(const lj_prep *prep, const char *text, lj_texts *out)
{
    assert(prep->text != NULL);
    lj_term_scratch scratch = {0};
    const lj_status status = add_text(prep->text->tokens, text, &scratch, out);
    lj_term_scratch_free(&scratch);
    return status;
}

lj_status lj_prep_decode_text(const lj_prep *prep, const int32_t *tokens, int64_t n, lj_text *out)
{
    assert(prep->text != NULL);
    return lj_tokeniser_decode(prep->text->tokens, tokens, n, out);
}

lj_status lj_prep_apply_record_tokens(const lj_prep *prep, const lj_cell *cells, int32_t *tokens)
{
    assert(prep->text != NULL);
    const lj_cell *cell = &cells[lj_prep_token_feature(prep)];
    lj_term_scratch scratch = {0};
    const lj_status status =
        lj_tokeniser_apply(prep->text->tokens, cell->missing ? NULL : cell->text, &scratch, tokens);
    lj_term_scratch_free(&scratch);
    return status;
}
