/* Texts that become sparse rows: tfidf, told by a step or chosen by auto. */
#include <inttypes.h>
#include <string.h>

#include "lianjin/limits.h"
#include "prep/fit.h"

static lj_status read_rules(const lj_fit *fit, const lj_tfidf_options *o, const lj_item *step, lj_vectoriser *out)
{
    out->text = (lj_text_rules){.normalise = o->normalise, .fold_case = o->fold_case};
    if (o->words > 0)
        out->blocks[out->block_count++] =
            (lj_terms){.rules = {.kind = LJ_GRAM_WORDS, .low = 1, .high = o->words, .shortest_word = o->shortest_word},
                       .sublinear = o->sublinear};
    if (o->characters > 0) {
        const lj_gram_kind kind = o->across_words ? LJ_GRAM_CHARACTERS : LJ_GRAM_IN_WORDS;
        if (o->characters_from > o->characters)
            return lj_declare_fail(fit->options->file, step, "tfidf: characters_from %" PRId64
                                   " is more than characters %" PRId64, o->characters_from, o->characters);
        out->blocks[out->block_count++] =
            (lj_terms){.rules = {.kind = kind, .low = o->characters_from, .high = o->characters, .shortest_word = 1},
                       .sublinear = o->sublinear};
    }
    if (out->block_count == 0)
        return lj_declare_fail(fit->options->file, step, "tfidf counts nothing: words and characters are both 0");
    return LJ_OK;
}

lj_status lj_fit_terms(lj_fit *fit, lj_fit_feature *feature, const lj_tfidf_options *options, const lj_item *step)
{
    lj_prep_feature *f = &feature->feature;
    const lj_column *column = feature->bound.column;
    if (f->type != LJ_COLUMN_TEXT || f->is_converted || f->op_count > 0)
        return lj_declare_fail(fit->options->file, step, "tfidf: column '%s' is not a text as it was read: this must "
                               "be its only step", f->name);
    f->terms = lj_arena_array(fit->prep->arena, 1, sizeof(*f->terms));
    const char **texts = lj_new_array(fit->n, sizeof(*texts));
    if (f->terms == NULL || texts == NULL) {
        lj_free(texts);
        return lj_fail(LJ_ENOMEM, "no memory for the texts of column '%s'", f->name);
    }
    for (int64_t i = 0; i < fit->n; i++)
        texts[i] = lj_column_word(column, fit->rows[i]);
    const lj_term_limits limits = {
        .min_count = options->min_count, .max_share = options->max_share, .max_terms = options->max_terms};
    lj_status status = read_rules(fit, options, step, f->terms);
    if (status == LJ_OK)
        status = lj_vectoriser_fit(texts, fit->n, &limits, fit->prep->arena, f->terms);
    if (status == LJ_EDATA)
        status = lj_fail_context(LJ_EDATA, "column '%s'", f->name);
    lj_free(texts);
    f->words = (lj_words){0};
    feature->live_count = 0;
    return status;
}
