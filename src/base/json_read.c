/*
 * JSON by yyjson. yyjson knows no places, so a second walk over the text, in
 * step with the tree that it has checked, finds line and column of each value.
 */
#include <math.h>
#include <string.h>
#include <yyjson.h>

#include "base/doc.h"
#include "lianjin/file.h"
#include "lianjin/limits.h"

typedef struct walker {
    lj_doc *doc;
    const char *p, *end;
    const char *line_start;
    int line;
} walker;

static int column_of(const walker *w)
{
    return (int)(w->p - w->line_start) + 1;
}

/* To the next thing: white space, commas and colons are no things. */
static void skip_between(walker *w)
{
    for (; w->p < w->end; w->p++) {
        if (*w->p == '\n') {
            w->line++;
            w->line_start = w->p + 1;
        } else if (strchr(" \t\r,:", *w->p) == NULL || *w->p == '\0') {
            return;
        }
    }
}

/* Over a scalar; strings hold no line break (yyjson has checked). */
static void skip_scalar(walker *w)
{
    if (w->p < w->end && *w->p == '"') {
        for (w->p++; w->p < w->end && *w->p != '"'; w->p++)
            if (*w->p == '\\')
                w->p++;
        w->p++;
        return;
    }
    while (w->p < w->end && strchr(" \t\r\n,:]}", *w->p) == NULL)
        w->p++;
}

static lj_status no_memory(const walker *w)
{
    return lj_fail(LJ_ENOMEM, "%s: no memory to read it", w->doc->name);
}

/* A copy of a text of known size. */
static char *copy_text(walker *w, const char *text, size_t size)
{
    char *copy = lj_arena_array(w->doc->arena, (int64_t)size + 1, 1);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

static lj_status read_scalar(walker *w, yyjson_val *value, lj_item *item)
{
    const char *begin = w->p;
    skip_scalar(w);
    const size_t size = (size_t)(w->p - begin);
    if (yyjson_is_str(value)) {
        item->kind = LJ_STRING;
        item->is_quoted = 1;
        if (memchr(yyjson_get_str(value), 0, yyjson_get_len(value)) != NULL)
            return lj_fail(LJ_ECORRUPT, "%s:%d:%d: a text with a NUL character", w->doc->name, item->line,
                           item->column);
        item->text = copy_text(w, yyjson_get_str(value), yyjson_get_len(value));
    } else {
        item->text = copy_text(w, begin, size);
        if (yyjson_is_num(value)) {
            item->kind = LJ_NUMBER;
            item->number = yyjson_get_num(value);
            item->is_integer = yyjson_is_int(value) && fabs(item->number) <= 9007199254740992.0;
        } else if (yyjson_is_bool(value)) {
            item->kind = LJ_BOOL;
            item->number = yyjson_get_bool(value) ? 1 : 0;
        } else {
            item->kind = LJ_NULL;
        }
    }
    return item->text == NULL ? no_memory(w) : LJ_OK;
}

static lj_status read_value(walker *w, yyjson_val *value, int depth, lj_item **out);

static lj_status read_list(walker *w, yyjson_val *value, int depth, lj_item *item)
{
    size_t index = 0;
    size_t count = 0;
    yyjson_val *each = NULL;
    item->kind = LJ_LIST;
    w->p++;
    yyjson_arr_foreach(value, index, count, each)
    {
        lj_item *child = NULL;
        LJ_TRY(read_value(w, each, depth + 1, &child));
        LJ_TRY(lj_doc_add(w->doc, item, child));
    }
    skip_between(w);
    w->p++;
    return LJ_OK;
}

static lj_status read_map(walker *w, yyjson_val *value, int depth, lj_item *item)
{
    size_t index = 0;
    size_t count = 0;
    yyjson_val *key = NULL;
    yyjson_val *each = NULL;
    item->kind = LJ_MAP;
    w->p++;
    yyjson_obj_foreach(value, index, count, key, each)
    {
        lj_item name = {0};
        lj_item *child = NULL;
        skip_between(w);
        name.line = w->line;
        name.column = column_of(w);
        LJ_TRY(read_scalar(w, key, &name));
        LJ_TRY(read_value(w, each, depth + 1, &child));
        child->key = name.text;
        child->key_line = name.line;
        child->key_column = name.column;
        LJ_TRY(lj_doc_add(w->doc, item, child));
    }
    skip_between(w);
    w->p++;
    return lj_doc_check_keys(w->doc, item, LJ_ECORRUPT);
}

static lj_status read_value(walker *w, yyjson_val *value, int depth, lj_item **out)
{
    lj_item *item = lj_arena_array(w->doc->arena, 1, sizeof(*item));
    if (item == NULL)
        return no_memory(w);
    *out = item;
    skip_between(w);
    item->line = w->line;
    item->column = column_of(w);
    if (depth > LJ_NESTING_MAX)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: more than %d levels deep", w->doc->name, item->line, item->column,
                       LJ_NESTING_MAX);
    if (yyjson_is_arr(value))
        return read_list(w, value, depth, item);
    if (yyjson_is_obj(value))
        return read_map(w, value, depth, item);
    return read_scalar(w, value, item);
}

/* Line and column of a byte. */
static void locate(const char *text, size_t position, int *line, int *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < position; i++) {
        (*column)++;
        if (text[i] == '\n') {
            (*line)++;
            *column = 1;
        }
    }
}

lj_status lj_json_parse(const char *name, const char *text, size_t size, lj_doc **out)
{
    *out = NULL;
    yyjson_read_err error;
    if (size > LJ_JSON_BYTES_MAX)
        return lj_fail(LJ_ECORRUPT, "%s: %zu bytes, expected at most %u", name, size, LJ_JSON_BYTES_MAX);
    /* yyjson promises not to write without YYJSON_READ_INSITU. */
    yyjson_doc *parsed = yyjson_read_opts((char *)(uintptr_t)text, size, YYJSON_READ_NOFLAG, NULL, &error);
    if (parsed == NULL) {
        int line = 0;
        int column = 0;
        if (error.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION)
            return lj_fail(LJ_ENOMEM, "%s: no memory to read it", name);
        locate(text, error.pos < size ? error.pos : size, &line, &column);
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: no JSON: %s", name, line, column, error.msg);
    }
    walker w = {.p = text, .end = text + size, .line_start = text, .line = 1};
    lj_status status = lj_doc_create(name, &w.doc);
    if (status == LJ_OK)
        status = read_value(&w, yyjson_doc_get_root(parsed), 0, &w.doc->root);
    yyjson_doc_free(parsed);
    if (status != LJ_OK) {
        lj_doc_destroy(w.doc);
        return status;
    }
    *out = w.doc;
    return LJ_OK;
}

lj_status lj_json_read(const char *path, lj_doc **out)
{
    char *text = NULL;
    size_t size = 0;
    *out = NULL;
    LJ_TRY(lj_file_read(path, LJ_JSON_BYTES_MAX, &text, &size));
    const lj_status status = lj_json_parse(path, text, size, out);
    lj_free(text);
    return status;
}
