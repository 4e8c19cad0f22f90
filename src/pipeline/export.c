#include "pipeline/export.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lianjin/file.h"
#include "lianjin/scorecard.h"
#include "pipeline/pipeline.h"

static const lj_language *const languages[] = {
#define X(name) &lj_language_##name,
    LJ_LANGUAGE_LIST(X)
#undef X
};
#define LANGUAGES ((int64_t)(sizeof(languages) / sizeof(languages[0])))

void lj_rule_number(lj_text *out, double number)
{
    char text[40];
    (void)snprintf(text, sizeof(text), "%.17g", number);
    lj_text_puts(out, text);
    if (strpbrk(text, ".e") == NULL)
        lj_text_puts(out, ".0");
}

/* ---- rules ---- */

static int fits(const lj_rules *column, const lj_rule *rule, const lj_column *cells, int64_t row)
{
    const int is_there = lj_column_has(cells, row);
    if (rule->kind == LJ_WHEN_ELSE || rule->kind == LJ_WHEN_MISSING)
        return rule->kind == LJ_WHEN_ELSE || !is_there;
    if (!column->is_number)
        return is_there && strcmp(lj_column_word(cells, row), rule->text) == 0;
    return is_there && (rule->kind == LJ_WHEN_EQUAL ? cells->number[row] == rule->number :
                                                      cells->number[row] < rule->number);
}

lj_status lj_rules_apply(const lj_rules *columns, int64_t count, const lj_frame *frame, int64_t *points)
{
    const int64_t n = lj_frame_row_count(frame);
    memset(points, 0, (size_t)n * sizeof(*points));
    for (int64_t c = 0; c < count; c++) {
        const lj_column *cells = NULL;
        LJ_TRY(lj_frame_need(frame, columns[c].column, &cells));
        if ((cells->type == LJ_COLUMN_NUMBER) != columns[c].is_number)
            return lj_fail(LJ_EDATA, "export: column '%s' is of another type", columns[c].column);
        for (int64_t row = 0; row < n; row++) {
            int64_t r = 0;
            while (r < columns[c].count - 1 && !fits(&columns[c], &columns[c].rules[r], cells, row))
                r++;
            points[row] += columns[c].rules[r].points;
        }
    }
    return LJ_OK;
}

typedef struct builder {
    const lj_scorecard *card;
    int64_t index;
    const lj_prep_bins *bins;
    lj_rules *out;
} builder;

static void add(builder *b, lj_when kind, double number, const char *text, int64_t bin)
{
    const float woe = bin >= 0 ? (float)b->bins->woe[bin] : 0.0F;
    b->out->rules[b->out->count++] = (lj_rule){kind, number, text, lj_scorecard_points(b->card, b->index, woe)};
}

static lj_status add_column(lj_rule_card *card, const lj_scorecard *scorecard, const lj_prep *prep, int64_t index)
{
    lj_prep_bins bins;
    const char *name = lj_prep_feature_name(prep, lj_prep_number_feature(prep, index));
    if (!lj_prep_number_bins(prep, index, &bins) || !bins.is_first)
        return lj_fail(LJ_EUNSUPPORTED, "export: column '%s' is prepared before it is weighed: only woe may stand "
                       "there", name);
    lj_rules *out = &card->columns[card->count++];
    *out = (lj_rules){.column = name, .is_number = bins.is_number};
    out->rules = lj_arena_array(card->arena, bins.count + bins.level_count + 2, sizeof(*out->rules));
    if (out->rules == NULL)
        return lj_fail(LJ_ENOMEM, "no memory to export a scorecard");
    builder b = {scorecard, index, &bins, out};
    add(&b, LJ_WHEN_MISSING, 0, NULL, bins.count - 1);
    for (int64_t i = 0; bins.is_number && i < bins.count - bins.regular - 1; i++)
        add(&b, LJ_WHEN_EQUAL, bins.codes[i], NULL, bins.regular + i);
    for (int64_t i = 0; bins.is_number && i < bins.regular - 1; i++)
        add(&b, LJ_WHEN_BELOW, bins.edges[i], NULL, i);
    for (int64_t bin = 0; !bins.is_number && bin < bins.regular; bin++) /* the levels of a bin beside each other */
        for (int64_t level = 0; level < bins.level_count; level++)
            if (bins.bin_of[level] == bin && bin != bins.other)
                add(&b, LJ_WHEN_EQUAL, 0, bins.levels[level], bin);
    add(&b, LJ_WHEN_ELSE, 0, NULL, bins.is_number ? bins.regular - 1 : bins.other);
    return LJ_OK;
}

static lj_status make_card(lj_bundle *bundle, lj_rule_card *card)
{
    const lj_prep *prep = lj_bundle_prep(bundle);
    lj_scorecard scorecard;
    LJ_TRY(lj_scorecard_of(lj_bundle_model(bundle), &scorecard));
    card->name = lj_bundle_name(bundle);
    card->columns = lj_arena_array(card->arena, scorecard.count, sizeof(*card->columns));
    if (card->columns == NULL)
        return lj_fail(LJ_ENOMEM, "no memory to export a scorecard");
    for (int64_t j = 0; j < scorecard.count; j++)
        if (scorecard.weights[j] != 0.0F)
            LJ_TRY(add_column(card, &scorecard, prep, j));
    return LJ_OK;
}

/* ---- proof ---- */

static lj_status compare(const lj_language *language, const int64_t *scorer, const int64_t *text, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (scorer[i] != text[i])
            return lj_fail(LJ_EDATA, "export: row %" PRId64 " has %" PRId64 " points by the scorer and %" PRId64
                           " by the %s", i + 1, scorer[i], text[i], language->name);
    return LJ_OK;
}

static lj_status prove(lj_bundle *bundle, const lj_rule_card *card, const lj_language *language, const char *text,
                       const lj_frame *frame)
{
    const int64_t n = lj_frame_row_count(frame);
    const char *home = getenv("TMPDIR");
    char *scratch = lj_path_join(home != NULL && home[0] != '\0' ? home : "/tmp", "lianjin-export-XXXXXX");
    int64_t *scorer = lj_new_array(n, sizeof(*scorer)), *points = lj_new_array(n, sizeof(*points));
    lj_status status = scratch == NULL || scorer == NULL || points == NULL ?
                           lj_fail(LJ_ENOMEM, "no memory for the points of %" PRId64 " rows", n) :
                           lj_bundle_points(bundle, frame, scorer);
    if (status == LJ_OK && mkdtemp(scratch) == NULL)
        status = lj_fail(LJ_EIO, "%s: the folder cannot be made", scratch);
    else if (status == LJ_OK) {
        status = language->run(card, text, frame, scratch, points);
        const lj_status cleaned = lj_folder_remove(scratch);
        status = status == LJ_OK ? cleaned : status;
    }
    if (status == LJ_OK)
        status = compare(language, scorer, points, n);
    lj_free(scorer);
    lj_free(points);
    lj_free(scratch);
    return status;
}

static lj_status find_language(const char *name, const lj_language **out)
{
    const char *names[LANGUAGES];
    for (int64_t i = 0; i < LANGUAGES; i++) {
        names[i] = languages[i]->name;
        if (strcmp(names[i], name) == 0) {
            *out = languages[i];
            return LJ_OK;
        }
    }
    const char *near = lj_nearest(name, names, LANGUAGES);
    return lj_fail(LJ_EUSAGE, "no language '%s'%s%s%s (there are sql, c, json, pmml)", name,
                   near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "");
}

static lj_status read_rows(lj_bundle *bundle, const lj_export_options *options, lj_frame **frame)
{
    lj_source *source = NULL;
    LJ_TRY(lj_source_open_as(options->source, lj_prep_schema(lj_bundle_prep(bundle)), options->console, &source));
    const lj_status status = lj_source_read(source, frame);
    lj_source_close(source);
    return status;
}

lj_status lj_bundle_export(lj_bundle *bundle, const lj_export_options *options, lj_text *out, int64_t *rows)
{
    const lj_language *language = NULL;
    lj_rule_card card = {0};
    lj_frame *frame = NULL;
    LJ_TRY(find_language(options->to, &language));
    lj_status status = lj_arena_create(&card.arena);
    if (status == LJ_OK)
        status = make_card(bundle, &card);
    if (status == LJ_OK)
        status = language->write(&card, out);
    if (status == LJ_OK)
        status = lj_text_finish(out);
    if (status == LJ_OK)
        status = read_rows(bundle, options, &frame);
    if (status == LJ_OK)
        status = prove(bundle, &card, language, out->data, frame);
    if (status == LJ_OK)
        *rows = lj_frame_row_count(frame);
    lj_frame_destroy(frame);
    lj_arena_destroy(card.arena);
    return status;
}
