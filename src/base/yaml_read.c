/* YAML by libfyaml's events, which know their places. */
#include <ctype.h>
#include <errno.h>
#include <libfyaml.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/doc.h"
#include "base/system.h"
#include "base/utf8.h"
#include "lianjin/file.h"
#include "lianjin/limits.h"

#define EXACT (INT64_C(1) << 53) /* up to here a double holds every whole number */

typedef struct reader {
    lj_doc *doc;
    struct fy_parser *parser;
    struct fy_diag *diag;
} reader;

static lj_status no_memory(const reader *r)
{
    return lj_fail(LJ_ENOMEM, "%s: no memory to read it", r->doc->name);
}

/* What libfyaml found wrong, with its place. */
static lj_status syntax_error(const reader *r)
{
    void *iterator = NULL;
    const struct fy_diag_error *error = fy_diag_errors_iterate(r->diag, &iterator);
    if (error == NULL)
        return lj_fail(LJ_ECONFIG, "%s: no YAML", r->doc->name);
    return lj_fail(LJ_ECONFIG, "%s:%d:%d: %s", r->doc->name, error->line, error->column, error->msg);
}

static lj_status next_event(const reader *r, struct fy_event **out)
{
    *out = fy_parser_parse(r->parser);
    if (*out == NULL || fy_parser_get_stream_error(r->parser)) {
        if (*out != NULL)
            fy_parser_event_free(r->parser, *out);
        *out = NULL;
        return syntax_error(r);
    }
    return LJ_OK;
}

/*
 * A value that is not written ("key:" alone) has no place of its own: 0.
 * libfyaml begins a text in quotes behind the quote.
 */
static void place(struct fy_event *event, int *line, int *column)
{
    const struct fy_mark *mark = fy_event_start_mark(event);
    const enum fy_node_style style = fy_event_get_node_style(event);
    const int is_quoted = event->type == FYET_SCALAR && (style == FYNS_SINGLE_QUOTED || style == FYNS_DOUBLE_QUOTED);
    *line = mark != NULL ? mark->line + 1 : 0;
    *column = mark != NULL ? mark->column + 1 - is_quoted : 0;
}

/* Number of the YAML 1.2 core schema: [-+]? digits, point, exponent; 0x and 0o; .inf and .nan. */
static int read_number(const char *text, double *number, int *is_integer)
{
    const char *p = text + (*text == '-' || *text == '+');
    int digits = 0;
    *is_integer = 1;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'o')) {
        char *end = NULL;
        const unsigned long long value = strtoull(text + 2, &end, text[1] == 'x' ? 16 : 8);
        *number = (double)value;
        *is_integer = value <= (unsigned long long)EXACT;
        return isxdigit((unsigned char)text[2]) && *end == '\0';
    }
    if (strcmp(p, ".inf") == 0 || strcmp(p, ".Inf") == 0 || strcmp(p, ".INF") == 0) {
        *number = *text == '-' ? -INFINITY : INFINITY;
        *is_integer = 0;
        return 1;
    }
    if (strcmp(text, ".nan") == 0 || strcmp(text, ".NaN") == 0 || strcmp(text, ".NAN") == 0) {
        *number = NAN;
        *is_integer = 0;
        return 1;
    }
    for (; isdigit((unsigned char)*p); p++)
        digits++;
    if (*p == '.') {
        *is_integer = 0;
        for (p++; isdigit((unsigned char)*p); p++)
            digits++;
    }
    if (digits == 0)
        return 0;
    if (*p == 'e' || *p == 'E') {
        *is_integer = 0;
        p++;
        p += *p == '-' || *p == '+';
        if (!isdigit((unsigned char)*p))
            return 0;
        while (isdigit((unsigned char)*p))
            p++;
    }
    if (*p != '\0')
        return 0;
    *number = lj_parse_double(text, NULL);
    if (*is_integer && llabs(strtoll(text, NULL, 10)) > EXACT) /* too large for long long: its largest value */
        *is_integer = 0;
    return 1;
}

/* The kind of a plain scalar by the core schema. */
static void resolve(lj_item *item)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
    static const char *const truths[] = {"true", "True", "TRUE"};
    static const char *const lies[] = {"false", "False", "FALSE"};
    item->kind = LJ_STRING;
    for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++) {
        if (strcmp(item->text, nulls[i]) == 0)
            item->kind = LJ_NULL;
    }
    for (size_t i = 0; i < sizeof(truths) / sizeof(truths[0]); i++) {
        if (strcmp(item->text, truths[i]) == 0 || strcmp(item->text, lies[i]) == 0) {
            item->kind = LJ_BOOL;
            item->number = strcmp(item->text, truths[i]) == 0;
        }
    }
    double number = 0;
    int is_integer = 0;
    if (item->kind == LJ_STRING && read_number(item->text, &number, &is_integer)) {
        item->kind = LJ_NUMBER;
        item->number = number;
        item->is_integer = is_integer;
    }
}

static lj_status read_scalar(const reader *r, struct fy_event *event, lj_item *item)
{
    struct fy_token *token = event->scalar.value;
    size_t size = 0;
    const char *text = token != NULL ? fy_token_get_text(token, &size) : "";
    if (text == NULL)
        return no_memory(r);
    if (memchr(text, 0, size) != NULL)
        return lj_fail(LJ_ECONFIG, "%s:%d:%d: a text with a NUL character", r->doc->name, item->line, item->column);
    char *copy = lj_arena_array(r->doc->arena, (int64_t)size + 1, 1);
    if (copy == NULL)
        return no_memory(r);
    memcpy(copy, text, size);
    item->text = copy;
    const enum fy_scalar_style style = token != NULL ? fy_token_scalar_style(token) : FYSS_PLAIN;
    if (style == FYSS_PLAIN) {
        resolve(item);
    } else {
        item->kind = LJ_STRING;
        item->is_quoted = style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
    }
    return LJ_OK;
}

static lj_status read_value(const reader *r, struct fy_event *event, int depth, lj_item **out);

static void give_key(lj_item *child, const lj_item *key)
{
    child->key = key->text;
    child->key_line = key->line;
    child->key_column = key->column;
    if (child->line == 0) {
        child->line = key->line;
        child->column = key->column;
    }
}

static lj_status read_members(const reader *r, lj_item *item, int depth)
{
    const enum fy_event_type end = item->kind == LJ_MAP ? FYET_MAPPING_END : FYET_SEQUENCE_END;
    for (;;) {
        struct fy_event *event = NULL;
        lj_item *key = NULL;
        lj_item *child = NULL;
        LJ_TRY(next_event(r, &event));
        if (event->type == end) {
            fy_parser_event_free(r->parser, event);
            break;
        }
        if (item->kind == LJ_MAP) {
            LJ_TRY(read_value(r, event, depth + 1, &key));
            if (key->kind == LJ_MAP || key->kind == LJ_LIST)
                return lj_fail(LJ_ECONFIG, "%s:%d:%d: expected a text as key", r->doc->name, key->line, key->column);
            LJ_TRY(next_event(r, &event));
        }
        LJ_TRY(read_value(r, event, depth + 1, &child));
        if (key != NULL)
            give_key(child, key);
        LJ_TRY(lj_doc_add(r->doc, item, child));
    }
    return item->kind == LJ_MAP ? lj_doc_check_keys(r->doc, item, LJ_ECONFIG) : LJ_OK;
}

/* Takes the event over. */
static lj_status read_value(const reader *r, struct fy_event *event, int depth, lj_item **out)
{
    lj_item *item = lj_arena_array(r->doc->arena, 1, sizeof(*item));
    lj_status status = LJ_OK;
    if (item == NULL) {
        fy_parser_event_free(r->parser, event);
        return no_memory(r);
    }
    *out = item;
    place(event, &item->line, &item->column);
    const enum fy_event_type type = event->type;
    if (depth > LJ_NESTING_MAX)
        status = lj_fail(LJ_ECONFIG, "%s:%d:%d: more than %d levels deep", r->doc->name, item->line, item->column,
                         LJ_NESTING_MAX);
    else if (fy_event_get_tag_token(event) != NULL)
        status = lj_fail(LJ_ECONFIG, "%s:%d:%d: tags (!name) are not used here: put texts in quotes", r->doc->name,
                         item->line, item->column);
    else if (type == FYET_SCALAR)
        status = read_scalar(r, event, item);
    else if (type == FYET_MAPPING_START)
        item->kind = LJ_MAP;
    else if (type == FYET_SEQUENCE_START)
        item->kind = LJ_LIST;
    else if (type == FYET_ALIAS)
        status = lj_fail(LJ_ECONFIG, "%s:%d:%d: aliases (*name) are not used here: write the value again",
                         r->doc->name, item->line, item->column);
    else
        status = lj_fail(LJ_ECONFIG, "%s:%d:%d: expected a value", r->doc->name, item->line, item->column);
    fy_parser_event_free(r->parser, event);
    if (status == LJ_OK && (item->kind == LJ_MAP || item->kind == LJ_LIST) && type != FYET_SCALAR)
        status = read_members(r, item, depth);
    return status;
}

/* One document; a second one in the same text is refused. */
static lj_status read_stream(const reader *r)
{
    struct fy_event *event = NULL;
    for (;;) {
        LJ_TRY(next_event(r, &event));
        const enum fy_event_type type = event->type;
        if (type == FYET_STREAM_START || type == FYET_DOCUMENT_END) {
            fy_parser_event_free(r->parser, event);
        } else if (type == FYET_DOCUMENT_START) {
            int line = 0;
            int column = 0;
            place(event, &line, &column);
            fy_parser_event_free(r->parser, event);
            if (r->doc->root != NULL)
                return lj_fail(LJ_ECONFIG, "%s:%d:%d: expected one document", r->doc->name, line, column);
            LJ_TRY(next_event(r, &event));
            LJ_TRY(read_value(r, event, 0, &r->doc->root));
        } else if (type == FYET_STREAM_END) {
            fy_parser_event_free(r->parser, event);
            return r->doc->root != NULL ? LJ_OK : lj_fail(LJ_ECONFIG, "%s:1:1: the file is empty", r->doc->name);
        } else {
            fy_parser_event_free(r->parser, event);
            return syntax_error(r);
        }
    }
}

/*
 * Where a tab follows an explicit key ("? key"), or size: libfyaml 0.7.12 reads foreign memory at "? a:\t|".
 * A question mark begins such a key where only indicators and blanks are before it on its line.
 */
static size_t tab_behind_explicit_key(const char *text, size_t size)
{
    int is_start = 1;
    int is_explicit = 0;
    for (size_t i = 0; i < size; i++) {
        const char c = text[i];
        if (c == '\t' && is_explicit)
            return i;
        if (c == '?' && is_start && i + 1 < size && strchr(" \t\r\n", text[i + 1]) != NULL)
            is_explicit = 1;
        is_start = c == '\n' || c == '\r' || (is_start && strchr(" \t-?:", c) != NULL);
    }
    return size;
}

/* What libfyaml must not be given. */
static lj_status check_bytes(const char *name, const char *text, size_t size)
{
    int line = 0;
    int column = 0;
    if (size > LJ_YAML_BYTES_MAX)
        return lj_fail(LJ_ECONFIG, "%s: %zu bytes, expected at most %u", name, size, LJ_YAML_BYTES_MAX);
    const size_t valid = lj_utf8_valid(text, size);
    if (valid < size) {
        lj_utf8_locate(text, valid, &line, &column);
        return lj_fail(LJ_ECONFIG, "%s:%d:%d: a byte that is not UTF-8", name, line, column);
    }
    const size_t tab = tab_behind_explicit_key(text, size);
    if (tab < size) {
        lj_utf8_locate(text, tab, &line, &column);
        return lj_fail(LJ_ECONFIG,
                       "%s:%d:%d: a tab behind a key that begins with '?': write \"key: value\" with spaces", name,
                       line, column);
    }
    return LJ_OK;
}

lj_status lj_yaml_parse(const char *name, const char *text, size_t size, lj_doc **out)
{
    reader r = {NULL, NULL, NULL};
    *out = NULL;
    LJ_TRY(check_bytes(name, text, size));
    LJ_TRY(lj_doc_create(name, &r.doc));
    lj_status status = LJ_OK;
    const struct fy_diag_cfg quiet = {.fp = NULL, .level = FYET_ERROR, .module_mask = 0};
    r.diag = fy_diag_create(&quiet);
    const struct fy_parse_cfg config = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_JSON_NONE, .diag = r.diag};
    if (r.diag != NULL)
        fy_diag_set_collect_errors(r.diag, true);
    r.parser = r.diag != NULL ? fy_parser_create(&config) : NULL;
    if (r.parser == NULL || fy_parser_set_string(r.parser, size > 0 ? text : "\n", size > 0 ? size : 1) != 0)
        status = no_memory(&r);
    else
        status = read_stream(&r);
    fy_parser_destroy(r.parser);
    fy_diag_destroy(r.diag);
    if (status != LJ_OK) {
        lj_doc_destroy(r.doc);
        return status;
    }
    *out = r.doc;
    return LJ_OK;
}

lj_status lj_yaml_read(const char *path, lj_doc **out)
{
    char *text = NULL;
    size_t size = 0;
    *out = NULL;
    LJ_TRY(lj_file_read(path, LJ_YAML_BYTES_MAX, &text, &size));
    const lj_status status = lj_yaml_parse(path, text, size, out);
    lj_free(text);
    return status;
}
