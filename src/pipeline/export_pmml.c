/*
 * pmml: a Scorecard of PMML 4.4 (Data Mining Group, dmg.org/pmml/v4-4), whose characteristics are the columns and whose
 * attributes are their rules, of which the first that is true counts; proved by a reader of its own for what is written here.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/export.h"

static void put_xml(lj_text *out, const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if (*c < 32 || strchr("&<>\"", *c) != NULL)
            lj_text_printf(out, "&#%d;", *c);
        else
            lj_text_append(out, (const char *)c, 1);
    }
}

static void put_field(lj_text *out, const char *before, const char *name, const char *behind)
{
    lj_text_puts(out, before);
    put_xml(out, name);
    lj_text_puts(out, behind);
}

static void write_header(const lj_rule_card *card, lj_text *out)
{
    lj_text_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                      "<PMML version=\"4.4\" xmlns=\"http://www.dmg.org/PMML-4_4\">\n  <Header>"
                      "<Application name=\"Lianjin\"/></Header>\n");
    lj_text_printf(out, "  <DataDictionary numberOfFields=\"%" PRId64 "\">\n", card->count + 1);
    for (int64_t c = 0; c < card->count; c++)
        put_field(out, "    <DataField name=\"", card->columns[c].column,
                  card->columns[c].is_number ? "\" optype=\"continuous\" dataType=\"double\"/>\n" :
                                               "\" optype=\"categorical\" dataType=\"string\"/>\n");
    lj_text_puts(out, "    <DataField name=\"points\" optype=\"continuous\" dataType=\"double\"/>\n"
                      "  </DataDictionary>\n");
    put_field(out, "  <Scorecard modelName=\"", card->name,
              "\" functionName=\"regression\" initialScore=\"0\" useReasonCodes=\"false\">\n    <MiningSchema>\n");
    for (int64_t c = 0; c < card->count; c++)
        put_field(out, "      <MiningField name=\"", card->columns[c].column, "\" invalidValueTreatment=\"asIs\"/>\n");
    lj_text_puts(out, "      <MiningField name=\"points\" usageType=\"target\"/>\n    </MiningSchema>\n"
                      "    <Characteristics>\n");
}

static void write_rule(const lj_rules *column, const lj_rule *rule, lj_text *out)
{
    static const char *const operators[] = {"isMissing", "equal", "lessThan"}; /* in the order of lj_when */
    lj_text_printf(out, "        <Attribute partialScore=\"%" PRId64 "\">", rule->points);
    if (rule->kind == LJ_WHEN_ELSE) {
        lj_text_puts(out, "<True/></Attribute>\n");
        return;
    }
    put_field(out, "<SimplePredicate field=\"", column->column, "\" operator=\"");
    lj_text_printf(out, "%s\"", operators[rule->kind]);
    if (rule->kind != LJ_WHEN_MISSING) {
        lj_text_puts(out, " value=\"");
        if (column->is_number)
            lj_rule_number(out, rule->number);
        else
            put_xml(out, rule->text);
        lj_text_puts(out, "\"");
    }
    lj_text_puts(out, "/></Attribute>\n");
}

static lj_status pmml_write(const lj_rule_card *card, lj_text *out)
{
    write_header(card, out);
    for (int64_t c = 0; c < card->count; c++) {
        put_field(out, "      <Characteristic name=\"", card->columns[c].column, "\">\n");
        for (int64_t r = 0; r < card->columns[c].count; r++)
            write_rule(&card->columns[c], &card->columns[c].rules[r], out);
        lj_text_puts(out, "      </Characteristic>\n");
    }
    lj_text_puts(out, "    </Characteristics>\n  </Scorecard>\n</PMML>\n");
    return LJ_OK;
}

/* ---- proof: the text read anew ---- */

typedef struct reader {
    const char *at;
    lj_arena *arena;
} reader;

/* The next element `name` before an element `end`; what follows is behind its name. */
static int next_element(reader *r, const char *name, const char *end)
{
    const size_t size = strlen(name);
    for (const char *open = strchr(r->at, '<'); open != NULL; open = strchr(open + 1, '<')) {
        if (strncmp(open + 1, end, strlen(end)) == 0)
            return 0;
        if (strncmp(open + 1, name, size) == 0 && strchr(" />", open[1 + size]) != NULL) {
            r->at = open + 1 + size;
            return 1;
        }
    }
    return 0;
}

/* The value of an attribute of the element that was found, NULL if it has none. */
static const char *attribute(const reader *r, const char *name)
{
    const char *end = strchr(r->at, '>');
    const size_t size = strlen(name);
    for (const char *at = r->at; end != NULL && at < end; at++) {
        if (*at != ' ' || strncmp(at + 1, name, size) != 0 || strncmp(at + 1 + size, "=\"", 2) != 0)
            continue;
        lj_text text = {0};
        for (at += size + 3; *at != '"' && *at != '\0'; at++) {
            char *behind = NULL;
            if (strncmp(at, "&#", 2) != 0) {
                lj_text_append(&text, at, 1);
                continue;
            }
            lj_text_printf(&text, "%c", (int)strtol(at + 2, &behind, 10));
            at = behind;
        }
        const lj_status status = lj_text_finish(&text);
        char *copy = status == LJ_OK ? lj_arena_strdup(r->arena, text.data != NULL ? text.data : "") : NULL;
        lj_text_free(&text);
        return copy;
    }
    return NULL;
}

static lj_status read_rule(reader *r, const lj_rules *column, lj_rule *out)
{
    const char *points = attribute(r, "partialScore");
    out->points = points != NULL ? strtoll(points, NULL, 10) : 0;
    out->kind = LJ_WHEN_ELSE;
    if (points == NULL)
        return lj_fail(LJ_EDATA, "export: an attribute without points");
    if (!next_element(r, "SimplePredicate", "True"))
        return LJ_OK;
    const char *field = attribute(r, "field"), *operator = attribute(r, "operator"), *value = attribute(r, "value");
    if (field == NULL || operator == NULL || strcmp(field, column->column) != 0)
        return lj_fail(LJ_EDATA, "export: a rule of column '%s' asks for another", column->column);
    out->kind = strcmp(operator, "isMissing") == 0 ? LJ_WHEN_MISSING :
                strcmp(operator, "equal") == 0     ? LJ_WHEN_EQUAL :
                                                     LJ_WHEN_BELOW;
    out->text = value;
    out->number = value != NULL && column->is_number ? strtod(value, NULL) : 0;
    return LJ_OK;
}

static lj_status read_column(reader *r, const lj_rules *written, lj_rules *out)
{
    *out = (lj_rules){.column = attribute(r, "name"), .is_number = written->is_number};
    out->rules = lj_arena_array(r->arena, written->count, sizeof(*out->rules));
    if (out->column == NULL || out->rules == NULL)
        return lj_fail(LJ_EDATA, "export: a column without a name");
    while (next_element(r, "Attribute", "/Characteristic>")) {
        if (out->count == written->count)
            return lj_fail(LJ_EDATA, "export: column '%s' has too many rules", out->column);
        LJ_TRY(read_rule(r, out, &out->rules[out->count++]));
    }
    return LJ_OK;
}

static lj_status pmml_run(const lj_rule_card *card, const char *text, const lj_frame *frame, const char *scratch,
                          int64_t *points)
{
    (void)scratch;
    reader r = {.at = text, .arena = card->arena};
    lj_rules *columns = lj_arena_array(card->arena, card->count, sizeof(*columns));
    int64_t count = 0;
    if (columns == NULL)
        return lj_fail(LJ_ENOMEM, "no memory for rules");
    while (count < card->count && next_element(&r, "Characteristic", "/Characteristics>")) {
        LJ_TRY(read_column(&r, &card->columns[count], &columns[count]));
        count++;
    }
    return lj_rules_apply(columns, count, frame, points);
}

const lj_language lj_language_pmml = {
    .name = "pmml",
    .doc = "a Scorecard of PMML 4.4, proved by a reader of its own",
    .write = pmml_write,
    .run = pmml_run,
};
