/* Texts that are read whole: tfidf (sparse rows) and tokenise (codes), told by a step or chosen by auto. */
#include <inttypes.h>
#include <string.h>

#include "lianjin/limits.h"
#include "lianjin/file.h"
#include "prep/fit.h"

#define CONTEXT 128 /* tokens that a language model sees at once, if nobody says */

static lj_status read_rules(const lj_fit *fit, const lj_tfidf_options *o, const lj_item *step, lj_vectoriser *out)
{
    out->text = (lj_text_rules){.normalise = o->normalise, .fold_case = o->fold_case};
    if (o->words > 0)
        out->blocks[out->block_count++] =
            (lj_terms){.rules = {.kind = o->segment ? LJ_GRAM_SEGMENTS : LJ_GRAM_WORDS,
                                 .low = 1,
                                 .high = o->words,
                                 .shortest_word = o->shortest_word},
                       .sublinear = o->sublinear,
                       .buckets = (int32_t)o->buckets};
    if (o->characters > 0) {
        const lj_gram_kind kind = o->across_words ? LJ_GRAM_CHARACTERS : LJ_GRAM_IN_WORDS;
        if (o->characters_from > o->characters)
            return lj_declare_fail(fit->options->file, step, "tfidf: characters_from %" PRId64
                                   " is more than characters %" PRId64, o->characters_from, o->characters);
        out->blocks[out->block_count++] =
            (lj_terms){.rules = {.kind = kind, .low = o->characters_from, .high = o->characters, .shortest_word = 1},
                       .sublinear = o->sublinear,
                       .buckets = (int32_t)o->buckets};
    }
    if (out->block_count == 0)
        return lj_declare_fail(fit->options->file, step, "tfidf counts nothing: words and characters are both 0");
    return LJ_OK;
}

/* The training texts of a feature that a step reads whole: [fit->n], to free. */
static lj_status read_texts(const lj_fit *fit, const lj_fit_feature *feature, const char *step_name,
                            const lj_item *step, const char ***out)
{
    const lj_prep_feature *f = &feature->feature;
    if (f->type != LJ_COLUMN_TEXT || f->is_converted || f->op_count > 0)
        return lj_declare_fail(fit->options->file, step, "%s: column '%s' is not a text as it was read: this must "
                               "be its only step", step_name, f->name);
    *out = lj_new_array(fit->n, sizeof(**out));
    if (*out == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for the texts of column '%s'", f->name);
    for (int64_t i = 0; i < fit->n; i++)
        (*out)[i] = lj_column_word(feature->bound.column, fit->rows[i]);
    return LJ_OK;
}

/* A feature whose texts are read whole has no other columns. */
static lj_status finish_texts(lj_fit_feature *feature, lj_status status, const char **texts)
{
    if (status == LJ_EDATA)
        status = lj_fail_context(LJ_EDATA, "column '%s'", feature->feature.name);
    lj_free(texts);
    feature->feature.words = (lj_words){0};
    feature->live_count = 0;
    return status;
}

lj_status lj_fit_terms(lj_fit *fit, lj_fit_feature *feature, const lj_tfidf_options *options, const lj_item *step)
{
    lj_arena *arena = fit->prep->arena;
    const char **texts = NULL;
    const lj_term_limits limits = {
        .min_count = options->min_count, .max_share = options->max_share, .max_terms = options->max_terms};
    LJ_TRY(read_texts(fit, feature, "tfidf", step, &texts));
    lj_vectoriser *terms = lj_arena_array(arena, 1, sizeof(*terms));
    lj_status status =
        terms != NULL ? read_rules(fit, options, step, terms) : lj_fail(LJ_ENOMEM, "no memory for terms");
    if (status == LJ_OK)
        status = lj_vectoriser_fit(texts, fit->n, &limits, arena, terms);
    feature->feature.terms = terms;
    return finish_texts(feature, status, texts);
}

/* The vocabulary of wordpiece; its path is relative to the pipeline's file. */
static lj_status read_given(const lj_fit *fit, const lj_tokenise_options *o, const lj_item *step, lj_tokeniser *tokens)
{
    if ((tokens->unit == LJ_TOKEN_WORDPIECE) != (o->vocabulary != NULL))
        return lj_declare_fail(fit->options->file, step,
                               "tokenise: 'vocabulary' is of the unit wordpiece, which needs it");
    if (o->vocabulary == NULL)
        return LJ_OK;
    tokens->given = lj_arena_array(fit->prep->arena, 1, sizeof(*tokens->given));
    char *folder = fit->options->file != NULL ? lj_path_folder(fit->options->file) : NULL;
    char *path = folder != NULL ? lj_path_join(folder, o->vocabulary) : lj_strdup(o->vocabulary);
    lj_status status = LJ_OK;
    if (tokens->given == NULL || path == NULL) {
        status = lj_fail(LJ_ENOMEM, "no memory for a vocabulary");
    } else {
        tokens->given->rules = (lj_wordpiece_rules){tokens->text.fold_case, tokens->text.fold_case};
        status = lj_wordpiece_read(path, fit->prep->arena, tokens->given);
    }
    lj_free(folder);
    lj_free(path);
    return status;
}

/* Tokens of a row if nobody says; 0: by the texts. */
static int64_t length_of(const lj_fit *fit)
{
    return fit->options->style == LJ_PREP_TEXTS ? CONTEXT : 0;
}

lj_status lj_fit_tokens(lj_fit *fit, lj_fit_feature *feature, const lj_tokenise_options *o, const lj_item *step)
{
    lj_arena *arena = fit->prep->arena;
    const char **texts = NULL;
    const lj_term_limits limits = {.min_count = o->min_count, .max_share = 1, .max_terms = o->size};
    for (int64_t i = 0; i < fit->feature_count; i++) {
        if (fit->features[i].feature.tokens != NULL)
            return lj_declare_fail(fit->options->file, step,
                                   "tokenise: column '%s' is one already: a network reads one text, join them in "
                                   "data.sql", fit->features[i].feature.name);
    }
    LJ_TRY(read_texts(fit, feature, "tokenise", step, &texts));
    lj_tokeniser *tokens = lj_arena_array(arena, 1, sizeof(*tokens));
    lj_status status = tokens != NULL ? LJ_OK : lj_fail(LJ_ENOMEM, "no memory for tokens");
    if (status == LJ_OK) {
        const int by_default = o->unit != LJ_TOKEN_BPE;
        *tokens = (lj_tokeniser){.text = {.normalise = o->normalise >= 0 ? o->normalise : by_default,
                                          .fold_case = o->fold_case >= 0 ? o->fold_case : by_default},
                                 .unit = (lj_token_unit)o->unit,
                                 .pad = (lj_text_side)o->pad,
                                 .truncate = (lj_text_side)o->truncate,
                                 .keeps_unknown = o->unknown,
                                 .length = o->length != LJ_UNSET ? o->length : length_of(fit)};
        status = read_given(fit, o, step, tokens);
    }
    if (status == LJ_OK)
        status = lj_tokeniser_fit(texts, fit->n, &limits, arena, tokens);
    feature->feature.tokens = tokens;
    return finish_texts(feature, status, texts);
}
