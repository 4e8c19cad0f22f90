/* json: the rules of each column as a list; proved by reading it anew. */
#include <inttypes.h>
#include <string.h>

#include "lianjin/document.h"
#include "pipeline/export.h"

enum { FORMAT = 1 };
static const char *const kinds[] = {"missing", "equal", "below", "else"}; /* in the order of lj_when */

static lj_status json_write(const lj_rule_card *card, lj_text *out)
{
    lj_json json;
    lj_json_start(&json, out, 0);
    lj_json_map(&json, NULL);
    lj_json_string(&json, "scorecard", card->name);
    lj_json_integer(&json, "format", FORMAT);
    lj_json_list(&json, "columns");
    for (int64_t c = 0; c < card->count; c++) {
        const lj_rules *column = &card->columns[c];
        lj_json_map(&json, NULL);
        lj_json_string(&json, "column", column->column);
        lj_json_string(&json, "type", column->is_number ? "number" : "text");
        lj_json_list(&json, "rules");
        for (int64_t r = 0; r < column->count; r++) {
            const lj_rule *rule = &column->rules[r];
            lj_json_map(&json, NULL);
            if (rule->kind == LJ_WHEN_MISSING || rule->kind == LJ_WHEN_ELSE)
                lj_json_bool(&json, kinds[rule->kind], 1);
            else if (column->is_number)
                lj_json_double(&json, kinds[rule->kind], rule->number);
            else
                lj_json_string(&json, kinds[rule->kind], rule->text);
            lj_json_integer(&json, "points", rule->points);
            lj_json_end_map(&json);
        }
        lj_json_end_list(&json);
        lj_json_end_map(&json);
    }
    lj_json_end_list(&json);
    lj_json_end_map(&json);
    return LJ_OK;
}

static lj_status read_rule(const lj_doc *doc, const lj_item *item, lj_rule *out)
{
    LJ_TRY(lj_item_need_integer(doc, item, "points", INT32_MIN, INT32_MAX, &out->points));
    for (int kind = LJ_WHEN_MISSING; kind <= LJ_WHEN_ELSE; kind++) {
        const lj_item *value = lj_item_get(item, kinds[kind]);
        if (value == NULL)
            continue;
        out->kind = (lj_when)kind;
        out->number = value->number;
        out->text = value->text;
        return LJ_OK;
    }
    return lj_fail(LJ_EDATA, "export: a rule without a condition");
}

static lj_status read_column(const lj_doc *doc, const lj_item *item, lj_arena *arena, lj_rules *out)
{
    const lj_item *rules = NULL;
    const char *type = NULL;
    LJ_TRY(lj_item_need_string(doc, item, "column", &out->column));
    LJ_TRY(lj_item_need_string(doc, item, "type", &type));
    LJ_TRY(lj_item_need(doc, item, "rules", LJ_LIST, &rules));
    out->is_number = strcmp(type, "number") == 0;
    out->count = rules->count;
    out->rules = lj_arena_array(arena, rules->count, sizeof(*out->rules));
    if (out->rules == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for rules");
    for (int64_t r = 0; r < rules->count; r++)
        LJ_TRY(read_rule(doc, rules->items[r], &out->rules[r]));
    return LJ_OK;
}

static lj_status json_run(const lj_rule_card *card, const char *text, const lj_frame *frame, const char *scratch,
                          int64_t *points)
{
    (void)scratch;
    lj_doc *doc = NULL;
    const lj_item *list = NULL;
    LJ_TRY(lj_json_parse("export", text, strlen(text), &doc));
    lj_status status = lj_item_need(doc, lj_doc_root(doc), "columns", LJ_LIST, &list);
    lj_rules *columns = status == LJ_OK ? lj_arena_array(card->arena, list->count, sizeof(*columns)) : NULL;
    if (status == LJ_OK && columns == NULL)
        status = lj_fail(LJ_ENOMEM, "no memory for rules");
    for (int64_t c = 0; status == LJ_OK && c < list->count; c++)
        status = read_column(doc, list->items[c], card->arena, &columns[c]);
    if (status == LJ_OK)
        status = lj_rules_apply(columns, list->count, frame, points);
    lj_doc_destroy(doc);
    return status;
}

const lj_language lj_language_json = {
    .name = "json",
    .doc = "the rules of each column as a list",
    .write = json_write,
    .run = json_run,
};
