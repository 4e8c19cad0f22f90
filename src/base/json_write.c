/* A JSON writer that streams into a text. */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lianjin/document.h"

void lj_json_start(lj_json *json, lj_text *text, int compact)
{
    memset(json, 0, sizeof(*json));
    json->text = text;
    json->compact = compact;
    json->first[0] = 1;
}

static void write_string(lj_text *text, const char *s)
{
    lj_text_append(text, "\"", 1);
    for (const char *p = s; *p != '\0';) {
        const char *run = p;
        while ((unsigned char)*p >= 32 && *p != '"' && *p != '\\')
            p++;
        lj_text_append(text, run, (size_t)(p - run));
        if (*p == '\0')
            break;
        if (*p == '"' || *p == '\\')
            lj_text_printf(text, "\\%c", *p);
        else if (*p == '\n')
            lj_text_puts(text, "\\n");
        else if (*p == '\t')
            lj_text_puts(text, "\\t");
        else
            lj_text_printf(text, "\\u%04x", (unsigned)(unsigned char)*p);
        p++;
    }
    lj_text_append(text, "\"", 1);
}

/* What stands before every value: comma, line, indent, key. */
static void begin_value(lj_json *json, const char *key)
{
    assert(json->depth < (int)sizeof(json->first));
    if (json->depth > 0) {
        if (!json->first[json->depth])
            lj_text_append(json->text, ",", 1);
        if (!json->compact)
            lj_text_printf(json->text, "\n%*s", 2 * json->depth, "");
        else if (!json->first[json->depth])
            lj_text_append(json->text, " ", 1);
    }
    json->first[json->depth] = 0;
    if (key != NULL) {
        write_string(json->text, key);
        lj_text_append(json->text, ": ", 2);
    }
}

static void open_value(lj_json *json, const char *key, const char *bracket)
{
    begin_value(json, key);
    lj_text_puts(json->text, bracket);
    json->depth++;
    assert(json->depth < (int)sizeof(json->first));
    json->first[json->depth] = 1;
}

static void close_value(lj_json *json, const char *bracket)
{
    const int empty = json->first[json->depth];
    json->depth--;
    if (!empty && !json->compact)
        lj_text_printf(json->text, "\n%*s", 2 * json->depth, "");
    lj_text_puts(json->text, bracket);
}

void lj_json_map(lj_json *json, const char *key)
{
    open_value(json, key, "{");
}

void lj_json_end_map(lj_json *json)
{
    close_value(json, "}");
}

void lj_json_list(lj_json *json, const char *key)
{
    open_value(json, key, "[");
}

void lj_json_end_list(lj_json *json)
{
    close_value(json, "]");
}

void lj_json_string(lj_json *json, const char *key, const char *value)
{
    begin_value(json, key);
    if (value == NULL)
        lj_text_puts(json->text, "null");
    else
        write_string(json->text, value);
}

void lj_json_double(lj_json *json, const char *key, double value)
{
    char text[40];
    begin_value(json, key);
    if (!isfinite(value)) {
        lj_text_puts(json->text, "null");
        return;
    }
    if (value == floor(value) && fabs(value) < 1e15) {
        (void)snprintf(text, sizeof(text), signbit(value) && value == 0 ? "-0.0" : "%.0f", value);
    } else {
        for (int digits = 15; digits <= 17; digits++) {
            (void)snprintf(text, sizeof(text), "%.*g", digits, value);
            if (strtod(text, NULL) == value)
                break;
        }
    }
    lj_text_puts(json->text, text);
}

void lj_json_float(lj_json *json, const char *key, float value)
{
    char text[40];
    begin_value(json, key);
    if (!isfinite(value)) {
        lj_text_puts(json->text, "null");
        return;
    }
    for (int digits = 6; digits <= 9; digits++) {
        (void)snprintf(text, sizeof(text), "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value)
            break;
    }
    lj_text_puts(json->text, text);
}

void lj_json_integer(lj_json *json, const char *key, int64_t value)
{
    begin_value(json, key);
    lj_text_printf(json->text, "%" PRId64, value);
}

void lj_json_bool(lj_json *json, const char *key, int value)
{
    begin_value(json, key);
    lj_text_puts(json->text, value ? "true" : "false");
}

void lj_json_null(lj_json *json, const char *key)
{
    begin_value(json, key);
    lj_text_puts(json->text, "null");
}

void lj_json_item(lj_json *json, const char *key, const lj_item *item)
{
    switch (item->kind) {
    case LJ_MAP:
        lj_json_map(json, key);
        for (int64_t i = 0; i < item->count; i++)
            lj_json_item(json, item->items[i]->key, item->items[i]);
        lj_json_end_map(json);
        return;
    case LJ_LIST:
        lj_json_list(json, key);
        for (int64_t i = 0; i < item->count; i++)
            lj_json_item(json, NULL, item->items[i]);
        lj_json_end_list(json);
        return;
    case LJ_STRING:
        lj_json_string(json, key, item->text);
        return;
    case LJ_NUMBER:
        begin_value(json, key);
        lj_text_puts(json->text, item->text); /* as it was written */
        return;
    case LJ_BOOL:
        lj_json_bool(json, key, item->number != 0);
        return;
    case LJ_NULL:
        lj_json_null(json, key);
        return;
    }
}
