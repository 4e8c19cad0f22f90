/*
 * Vocabularies in prep.json. All terms of one are a single text, a line each: in how many texts it was found, a
 * blank, the term. A million of them are read in a fraction of a second, and people can read them too.
 */
#include <inttypes.h>
#include <string.h>

#include "lianjin/limits.h"
#include "prep/text/terms.h"
#include "prep/transform.h"

void lj_terms_save(const lj_terms *terms, const char *key, lj_json *json)
{
    lj_text lines = {0};
    for (int32_t i = 0; terms->buckets == 0 && i < terms->count; i++)
        lj_text_printf(&lines, "%d %s\n", terms->found_in[i], terms->term[i]);
    lj_json_map(json, key);
    lj_json_string(json, "of", lj_gram_kind_names[terms->rules.kind]);
    if (terms->rules.kind == LJ_GRAM_SEGMENTS)
        lj_json_string(json, "dictionary", lj_segment_dictionary());
    lj_json_integer(json, "from", terms->rules.low);
    lj_json_integer(json, "to", terms->rules.high);
    lj_json_integer(json, "shortest_word", terms->rules.shortest_word);
    lj_json_bool(json, "sublinear", terms->sublinear);
    lj_json_integer(json, "buckets", terms->buckets);
    lj_json_integer(json, "texts", terms->texts);
    if (terms->buckets == 0)
        lj_json_string(json, "terms", lines.data != NULL ? lines.data : "");
    lj_json_end_map(json);
    json->text->failed |= lines.failed;
    lj_text_free(&lines);
}

void lj_vectoriser_save(const lj_vectoriser *vectoriser, lj_json *json)
{
    lj_json_bool(json, "normalise", vectoriser->text.normalise);
    lj_json_bool(json, "fold_case", vectoriser->text.fold_case);
    lj_json_list(json, "vocabularies");
    for (int64_t b = 0; b < vectoriser->block_count; b++)
        lj_terms_save(&vectoriser->blocks[b], NULL, json);
    lj_json_end_list(json);
}

static lj_status bad_line(const lj_doc *doc, const lj_item *item, int32_t line)
{
    return lj_fail(LJ_ECORRUPT,
                   "%s:%d:%d: line %d: expected a number of texts, a blank and a term, in ascending order of the terms",
                   lj_doc_name(doc), item->line, item->column, line + 1);
}

/* One line of `text`, which becomes a text of its own: *text is moved behind it. 0: it is no such line. */
static int read_line(char **text, int64_t texts, int32_t *found_in, const char **term)
{
    char *at = *text;
    int64_t count = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        count = 10 * count + (*at - '0');
        if (count > texts)
            return 0;
    }
    char *end = strchr(at, '\n');
    if (count < 1 || *at != ' ' || end == NULL || end == at + 1)
        return 0;
    *end = '\0';
    *found_in = (int32_t)count;
    *term = at + 1;
    *text = end + 1;
    return 1;
}

static lj_status load_lines(const lj_doc *doc, const lj_item *item, lj_arena *arena, lj_terms *terms)
{
    int64_t count = 0;
    for (const char *at = strchr(item->text, '\n'); at != NULL; at = strchr(at + 1, '\n'))
        count++;
    if (count > LJ_TERMS_MAX)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected at most %d terms, found %" PRId64, lj_doc_name(doc),
                       item->line, item->column, LJ_TERMS_MAX, count);
    char *text = lj_arena_strdup(arena, item->text);
    terms->count = (int32_t)count;
    terms->term = lj_arena_array(arena, count, sizeof(*terms->term));
    terms->found_in = lj_arena_array(arena, count, sizeof(*terms->found_in));
    if (text == NULL || terms->term == NULL || terms->found_in == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for a vocabulary of %" PRId64 " terms", count);
    for (int32_t i = 0; i < terms->count; i++) {
        if (!read_line(&text, terms->texts, &terms->found_in[i], &terms->term[i]) ||
            (i > 0 && strcmp(terms->term[i - 1], terms->term[i]) >= 0))
            return bad_line(doc, item, i);
    }
    return *text == '\0' ? lj_terms_index(arena, terms) : bad_line(doc, item, terms->count);
}

/* Words that are cut in another way are not the terms that were counted. */
static lj_status check_dictionary(const lj_doc *doc, const lj_item *map)
{
    const char *dictionary = NULL;
    LJ_TRY(lj_item_need_string(doc, map, "dictionary", &dictionary));
    if (strcmp(dictionary, lj_segment_dictionary()) == 0)
        return LJ_OK;
    const lj_item *item = lj_item_get(map, "dictionary");
    return lj_fail(LJ_EVERSION,
                   "%s:%d:%d: Chinese words were cut by the dictionary %s, this program has %s: train again, or use "
                   "the program that made it", lj_doc_name(doc), item->line, item->column, dictionary,
                   lj_segment_dictionary());
}

lj_status lj_terms_load(const lj_doc *doc, const lj_item *map, lj_arena *arena, lj_terms *terms)
{
    int kind = 0;
    int64_t buckets = 0;
    const lj_item *lines = NULL;
    lj_gram_rules *rules = &terms->rules;
    LJ_TRY(lj_load_choice(doc, map, "of", lj_gram_kind_names, &kind));
    rules->kind = (lj_gram_kind)kind;
    if (rules->kind == LJ_GRAM_SEGMENTS)
        LJ_TRY(check_dictionary(doc, map));
    LJ_TRY(lj_item_need_integer(doc, map, "from", 1, LJ_GRAM_MAX, &rules->low));
    LJ_TRY(lj_item_need_integer(doc, map, "to", rules->low, LJ_GRAM_MAX, &rules->high));
    LJ_TRY(lj_item_need_integer(doc, map, "shortest_word", 1, LJ_GRAM_MAX, &rules->shortest_word));
    LJ_TRY(lj_load_flag(doc, map, "sublinear", &terms->sublinear));
    LJ_TRY(lj_item_need_integer(doc, map, "texts", 1, INT32_MAX - 1, &terms->texts));
    if (lj_item_get(map, "buckets") != NULL) /* older files have none */
        LJ_TRY(lj_item_need_integer(doc, map, "buckets", 0, LJ_TERMS_MAX / 2, &buckets));
    terms->buckets = (int32_t)buckets;
    terms->count = terms->buckets;
    if (buckets > 0)
        return LJ_OK;
    LJ_TRY(lj_item_need(doc, map, "terms", LJ_STRING, &lines));
    return load_lines(doc, lines, arena, terms);
}

lj_status lj_vectoriser_load(const lj_doc *doc, const lj_item *map, lj_arena *arena, lj_vectoriser *out)
{
    const lj_item *list = NULL;
    LJ_TRY(lj_load_flag(doc, map, "normalise", &out->text.normalise));
    LJ_TRY(lj_load_flag(doc, map, "fold_case", &out->text.fold_case));
    LJ_TRY(lj_item_need(doc, map, "vocabularies", LJ_LIST, &list));
    if (list->count < 1 || list->count > LJ_TERM_BLOCKS_MAX)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected 1 to %d vocabularies", lj_doc_name(doc), list->line,
                       list->column, LJ_TERM_BLOCKS_MAX);
    for (int64_t b = 0; b < list->count; b++) {
        if (list->items[b]->kind != LJ_MAP)
            return lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected a vocabulary", lj_doc_name(doc), list->items[b]->line,
                           list->items[b]->column);
        LJ_TRY(lj_terms_load(doc, list->items[b], arena, &out->blocks[b]));
        out->width += out->blocks[b].count;
    }
    out->block_count = list->count;
    return out->width > 0 ? LJ_OK : lj_fail(LJ_ECORRUPT, "%s:%d:%d: expected at least one term", lj_doc_name(doc),
                                            list->line, list->column);
}
