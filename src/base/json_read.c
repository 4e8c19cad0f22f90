/*
 * JSON. yyjson reads and checks the text; a walk over the text in step with
 * its tree, which may then trust what it sees, adds lines and columns.
 */
#include <assert.h>
#include <string.h>
#include <yyjson.h>

#include "base/doc.h"
#include "base/utf8.h"
#include "lianjin/document.h"
#include "lianjin/file.h"
#include "lianjin/limits.h"

#define EXACT (UINT64_C(1) << 53) /* up to here a double holds every whole number */

typedef struct walk {
    lj_doc *doc;
    const char *at; /* the next byte, of a text that yyjson found to be JSON */
    const char *end;
    int line;
    int column;
    int64_t n_values;
    int64_t n_children;
    size_t n_texts;
} walk;

static void *allocate(void *context, size_t size)
{
    (void)context;
    return size > (size_t)PTRDIFF_MAX ? NULL : lj_new_array((int64_t)size, 1);
}

static void *reallocate(void *context, void *block, size_t old_size, size_t size)
{
    (void)context;
    return size > (size_t)PTRDIFF_MAX ? NULL : lj_resize_array(block, (int64_t)old_size, (int64_t)size, 1);
}

static void release(void *context, void *block)
{
    (void)context;
    lj_free(block);
}

static const yyjson_alc allocator = {allocate, reallocate, release, NULL};

static void step_to(walk *w, const char *to)
{
    for (; w->at < to; w->at++) {
        if (*w->at == '\n') {
            w->line++;
            w->column = 1;
        } else if (((unsigned char)*w->at & 0xC0) != 0x80) {
            w->column++;
        }
    }
}

/* To the start of the next value or key. */
static void skip_between(walk *w)
{
    const char *p = w->at;
    while (p < w->end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n' || *p == ',' || *p == ':'))
        p++;
    step_to(w, p);
}

static const char *end_of_scalar(const walk *w)
{
    const char *p = w->at;
    if (*p == '"') {
        for (p++; p < w->end && *p != '"'; p++)
            p += *p == '\\';
        return p + 1;
    }
    while (p < w->end && strchr(" \t\r\n,:]}", *p) == NULL)
        p++;
    return p;
}

/* A scalar's text is never longer than in the file, quotes or separator included: `texts` has room for all. */
static const char *keep_text(walk *w, const char *text, size_t size)
{
    char *copy = w->doc->texts + w->n_texts;
    memcpy(copy, text, size);
    copy[size] = '\0';
    w->n_texts += size + 1;
    return copy;
}

static lj_status read_string(walk *w, yyjson_val *value, const char **out)
{
    const char *text = yyjson_get_str(value);
    const size_t size = yyjson_get_len(value);
    if (memchr(text, '\0', size) != NULL)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: a text with the character U+0000", w->doc->name, w->line, w->column);
    *out = keep_text(w, text, size);
    step_to(w, end_of_scalar(w));
    return LJ_OK;
}

static lj_status read_scalar(walk *w, yyjson_val *value, lj_item *item)
{
    if (yyjson_is_str(value)) {
        item->kind = LJ_STRING;
        item->is_quoted = 1;
        return read_string(w, value, &item->text);
    }
    const char *end = end_of_scalar(w);
    const size_t size = (size_t)(end - w->at);
    item->kind = LJ_NULL;
    if (yyjson_is_bool(value)) {
        item->kind = LJ_BOOL;
        item->number = yyjson_get_bool(value);
    } else if (yyjson_is_num(value)) {
        item->kind = LJ_NUMBER;
        item->number = yyjson_get_num(value);
        item->is_integer = (yyjson_is_uint(value) && yyjson_get_uint(value) <= EXACT) ||
                           (yyjson_is_sint(value) && yyjson_get_sint(value) >= -(int64_t)EXACT);
    }
    item->text = keep_text(w, w->at, size);
    step_to(w, end);
    return LJ_OK;
}

static lj_status read_value(walk *w, yyjson_val *value, int depth, lj_item *item);

static lj_status read_members(walk *w, yyjson_val *value, int depth, lj_item *map, lj_item **items)
{
    yyjson_obj_iter members = yyjson_obj_iter_with(value);
    for (int64_t i = 0; i < map->count; i++) {
        yyjson_val *key = yyjson_obj_iter_next(&members);
        lj_item *item = &w->doc->values[w->n_values++];
        items[i] = item;
        skip_between(w);
        item->key_line = w->line;
        item->key_column = w->column;
        LJ_TRY(read_string(w, key, &item->key));
        LJ_TRY(read_value(w, yyjson_obj_iter_get_val(key), depth, item));
    }
    return lj_doc_check_keys(w->doc, map, LJ_ECORRUPT);
}

static lj_status read_elements(walk *w, yyjson_val *value, int depth, const lj_item *list, lj_item **items)
{
    yyjson_arr_iter elements = yyjson_arr_iter_with(value);
    for (int64_t i = 0; i < list->count; i++) {
        lj_item *item = &w->doc->values[w->n_values++];
        items[i] = item;
        LJ_TRY(read_value(w, yyjson_arr_iter_next(&elements), depth, item));
    }
    return LJ_OK;
}

static lj_status read_value(walk *w, yyjson_val *value, int depth, lj_item *item)
{
    skip_between(w);
    item->line = w->line;
    item->column = w->column;
    if (!yyjson_is_ctn(value))
        return read_scalar(w, value, item);
    if (depth == LJ_NESTING_MAX)
        return lj_fail(LJ_ECORRUPT, "%s:%d:%d: nested deeper than %d levels", w->doc->name, w->line, w->column,
                       LJ_NESTING_MAX);
    lj_item **items = w->doc->children + w->n_children;
    item->kind = yyjson_is_obj(value) ? LJ_MAP : LJ_LIST;
    item->count = (int64_t)yyjson_get_len(value);
    item->items = items;
    w->n_children += item->count;
    step_to(w, w->at + 1);
    LJ_TRY(item->kind == LJ_MAP ? read_members(w, value, depth + 1, item, items)
                                : read_elements(w, value, depth + 1, item, items));
    const char *p = w->at;
    while (p < w->end && *p != ']' && *p != '}')
        p++;
    step_to(w, p + 1);
    return LJ_OK;
}

static lj_status build(lj_doc *doc, const char *text, size_t size, yyjson_doc *tree)
{
    const int64_t n = (int64_t)yyjson_doc_get_val_count(tree); /* keys count too */
    doc->values = lj_new_array(n, sizeof(*doc->values));
    doc->children = lj_new_array(n, sizeof(*doc->children));
    doc->texts = lj_new_array((int64_t)size + 1, 1);
    if (doc->values == NULL || doc->children == NULL || doc->texts == NULL)
        return lj_fail(LJ_ENOMEM, "%s: no memory to read it", doc->name);
    walk w = {.doc = doc, .at = text, .end = text + size, .line = 1, .column = 1, .n_values = 1};
    doc->root = &doc->values[0];
    return read_value(&w, yyjson_doc_get_root(tree), 0, doc->root);
}

static lj_status parse(const char *name, const char *text, size_t size, yyjson_doc **out)
{
    yyjson_read_err error;
    /* yyjson takes a text that it may write to, but does not without YYJSON_READ_INSITU. */
    *out = yyjson_read_opts((char *)(uintptr_t)text, size, YYJSON_READ_NOFLAG, &allocator, &error);
    if (*out != NULL)
        return LJ_OK;
    if (error.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION)
        return lj_fail(LJ_ENOMEM, "%s: no memory to read it", name);
    int line = 0;
    int column = 0;
    lj_utf8_locate(text, error.pos < size ? error.pos : size, &line, &column);
    return lj_fail(LJ_ECORRUPT, "%s:%d:%d: not JSON: %s", name, line, column,
                   error.code == YYJSON_READ_ERROR_EMPTY_CONTENT ? "nothing is there" : error.msg);
}

lj_status lj_json_parse(const char *name, const char *text, size_t size, lj_doc **out)
{
    assert(name != NULL && (text != NULL || size == 0) && out != NULL);
    *out = NULL;
    if (size > LJ_JSON_BYTES_MAX)
        return lj_fail(LJ_ECORRUPT, "%s: %zu bytes, larger than %u", name, size, LJ_JSON_BYTES_MAX);
    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) { /* a byte order mark */
        text += 3;
        size -= 3;
    }
    if (size == 0)
        return lj_fail(LJ_ECORRUPT, "%s:1:1: not JSON: nothing is there", name);
    yyjson_doc *tree = NULL;
    lj_doc *doc = NULL;
    lj_status status = LJ_OK;
    LJ_TRY_DONE(parse(name, text, size, &tree));
    LJ_TRY_DONE(lj_doc_create(name, &doc));
    LJ_TRY_DONE(build(doc, text, size, tree));
    *out = doc;
    doc = NULL;
done:
    lj_doc_destroy(doc);
    yyjson_doc_free(tree);
    return status;
}

lj_status lj_json_read(const char *path, lj_doc **out)
{
    assert(path != NULL && out != NULL);
    *out = NULL;
    char *text = NULL;
    size_t size = 0;
    LJ_TRY(lj_file_read(path, LJ_JSON_BYTES_MAX, &text, &size));
    const lj_status status = lj_json_parse(path, text, size, out);
    lj_free(text);
    return status;
}
