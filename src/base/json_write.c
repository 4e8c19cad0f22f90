/* A JSON writer that streams; digits are by yyjson (Schubfach: the fewest that read back as the same value). */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <yyjson.h>

#include "base/utf8.h"
#include "lianjin/document.h"

#define NUMBER_BYTES 1024 /* yyjson's pool for one number */

void lj_json_start(lj_json *json, lj_text *text, int compact)
{
    assert(json != NULL && text != NULL);
    memset(json, 0, sizeof(*json));
    json->text = text;
    json->compact = compact;
    json->first[0] = 1;
}

static void write_string(lj_text *text, const char *value)
{
    static const char hex[] = "0123456789abcdef";
    static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD for a byte that is not UTF-8 */
    size_t left = strlen(value), valid = lj_utf8_valid(value, left);
    lj_text_append(text, "\"", 1);
    while (left > 0) {
        size_t n = 0;
        while (n < valid && (unsigned char)value[n] >= 0x20 && value[n] != '"' && value[n] != '\\')
            n++;
        lj_text_append(text, value, n);
        value += n;
        left -= n;
        if (left == 0)
            break;
        const char c = *value++;
        left--;
        if (n == valid) {
            lj_text_append(text, replacement, 3);
            valid = lj_utf8_valid(value, left);
            continue;
        }
        valid -= n + 1;
        if (c == '"' || c == '\\')
            lj_text_append(text, (const char[]){'\\', c}, 2);
        else if (c == '\n' || c == '\t' || c == '\r')
            lj_text_append(text, (const char[]){'\\', c == '\n' ? 'n' : c == '\t' ? 't' : 'r'}, 2);
        else
            lj_text_append(text, (const char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6);
    }
    lj_text_append(text, "\"", 1);
}

static void new_line(lj_json *json)
{
    static const char blanks[] = "                                ";
    lj_text_append(json->text, "\n", 1);
    for (int left = 2 * json->depth; left > 0; left -= 32)
        lj_text_append(json->text, blanks, (size_t)(left < 32 ? left : 32));
}

/* Comma, indent and key before a value. */
static void begin_value(lj_json *json, const char *key)
{
    assert(json->text != NULL);
    const int is_first = json->first[json->depth];
    json->first[json->depth] = 0;
    if (!is_first)
        lj_text_append(json->text, ", ", json->compact ? 2 : 1);
    if (json->depth > 0 && !json->compact)
        new_line(json);
    if (key != NULL) {
        write_string(json->text, key);
        lj_text_append(json->text, ": ", 2);
    }
}

static void begin_container(lj_json *json, const char *key, const char *bracket)
{
    begin_value(json, key);
    assert(json->depth + 1 < (int)sizeof(json->first));
    lj_text_append(json->text, bracket, 1);
    json->depth++;
    json->first[json->depth] = 1;
}

static void end_container(lj_json *json, const char *bracket)
{
    assert(json->depth > 0);
    const int is_empty = json->first[json->depth];
    json->depth--;
    if (!is_empty && !json->compact)
        new_line(json);
    lj_text_append(json->text, bracket, 1);
}

void lj_json_map(lj_json *json, const char *key)
{
    begin_container(json, key, "{");
}

void lj_json_end_map(lj_json *json)
{
    end_container(json, "}");
}

void lj_json_list(lj_json *json, const char *key)
{
    begin_container(json, key, "[");
}

void lj_json_end_list(lj_json *json)
{
    end_container(json, "]");
}

void lj_json_string(lj_json *json, const char *key, const char *value)
{
    begin_value(json, key);
    if (value == NULL)
        lj_text_append(json->text, "null", 4);
    else
        write_string(json->text, value);
}

static void write_number(lj_json *json, const yyjson_val *value)
{
    char buffer[NUMBER_BYTES];
    yyjson_alc pool;
    size_t size = 0;
    yyjson_alc_pool_init(&pool, buffer, sizeof(buffer));
    const char *digits = yyjson_val_write_opts(value, YYJSON_WRITE_NOFLAG, &pool, &size, NULL);
    assert(digits != NULL);
    if (size > 2 && memcmp(digits + size - 2, ".0", 2) == 0 && strcmp(digits, "-0.0") != 0)
        size -= 2;
    lj_text_append(json->text, digits, size);
}

void lj_json_double(lj_json *json, const char *key, double value)
{
    if (!isfinite(value)) {
        lj_json_null(json, key);
        return;
    }
    yyjson_val number = {.tag = YYJSON_TYPE_NUM | YYJSON_SUBTYPE_REAL};
    yyjson_set_double(&number, value);
    begin_value(json, key);
    write_number(json, &number);
}

void lj_json_float(lj_json *json, const char *key, float value)
{
    if (!isfinite(value)) {
        lj_json_null(json, key);
        return;
    }
    yyjson_val number = {.tag = YYJSON_TYPE_NUM | YYJSON_SUBTYPE_REAL};
    yyjson_set_float(&number, value);
    begin_value(json, key);
    write_number(json, &number);
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
    lj_text_append(json->text, "null", 4);
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Whether YAML wrote a number as JSON does too: not 0x1F, .5, +1 or .inf. RFC 8259, section 6. */
static int is_json_number(const char *text)
{
    const char *p = text + (*text == '-');
    if (*p == '0')
        p++;
    else
        p += strspn(p, "0123456789");
    if (p == text || !is_digit(p[-1]))
        return 0;
    if (*p == '.') {
        const size_t n = strspn(p + 1, "0123456789");
        if (n == 0)
            return 0;
        p += n + 1;
    }
    if (*p == 'e' || *p == 'E') {
        p += p[1] == '-' || p[1] == '+' ? 2 : 1;
        const size_t n = strspn(p, "0123456789");
        if (n == 0)
            return 0;
        p += n;
    }
    return *p == '\0';
}

static void write_item_number(lj_json *json, const char *key, const lj_item *item)
{
    if (isfinite(item->number) && is_json_number(item->text)) {
        begin_value(json, key);
        lj_text_puts(json->text, item->text);
    } else {
        lj_json_double(json, key, item->number);
    }
}

void lj_json_item(lj_json *json, const char *key, const lj_item *item)
{
    assert(item != NULL);
    switch (item->kind) {
    case LJ_NULL:
        lj_json_null(json, key);
        break;
    case LJ_BOOL:
        lj_json_bool(json, key, item->number != 0);
        break;
    case LJ_NUMBER:
        write_item_number(json, key, item);
        break;
    case LJ_STRING:
        lj_json_string(json, key, item->text);
        break;
    case LJ_LIST:
        lj_json_list(json, key);
        for (int64_t i = 0; i < item->count; i++)
            lj_json_item(json, NULL, item->items[i]);
        lj_json_end_list(json);
        break;
    case LJ_MAP:
        lj_json_map(json, key);
        for (int64_t i = 0; i < item->count; i++)
            lj_json_item(json, item->items[i]->key, item->items[i]);
        lj_json_end_map(json);
        break;
    }
}
